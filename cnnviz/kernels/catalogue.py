"""The kernels that the app offers: what each finds, and who found it.

All kernels are ``(rows, columns)`` float32 and are laid on the picture as they are, unflipped
(cross-correlation). So a kernel that is negative on the left and positive on the right answers
with a positive number where the picture gets brighter to the right.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal, TypeAlias

import numpy as np

from cnnviz.kernels.design import (
    Weights,
    box,
    gabor,
    gaussian,
    identity,
    laplacian_of_gaussian,
    motion_blur,
    random,
)

Family: TypeAlias = Literal["plain", "blur", "sharpen", "edge", "line", "corner", "stripe"]


@dataclass(frozen=True, eq=False)
class Kernel:
    """A kernel with a name.

    name : its key in :data:`KERNELS`.
    title : its name for people.
    values : (rows, columns) float32, read-only.
    finds : a sentence: what its result shows.
    source : who described it, and where.
    family : what kind of thing it does.
    """

    name: str
    title: str
    values: Weights
    finds: str
    source: str
    family: Family


_GONZALEZ_WOODS = "Gonzalez and Woods, Digital Image Processing, 4th ed., 2018"


_SOBEL = "Sobel and Feldman, A 3x3 isotropic gradient operator, talk at Stanford, 1968"


_PREWITT = "Prewitt, Object enhancement and extraction, 1970"


_SCHARR = "Scharr, Optimale Operatoren in der digitalen Bildverarbeitung, 2000"


_ROBERTS = "Roberts, Machine perception of three-dimensional solids, 1963"


_MARR_HILDRETH = "Marr and Hildreth, Theory of edge detection, 1980"


_GABOR = (
    "Gabor, Theory of communication, 1946; in two dimensions Daugman, Uncertainty relation for "
    "resolution in space, spatial frequency, and orientation, 1985"
)


_SOBEL_X = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])


_PREWITT_X = np.array([[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]])


_SCHARR_X = np.array([[-3, 0, 3], [-10, 0, 10], [-3, 0, 3]])


_LINE = np.array([[-1, -1, -1], [2, 2, 2], [-1, -1, -1]])


_DIAGONAL = np.array([[-1, -1, 2], [-1, 2, -1], [2, -1, -1]])


_CORNER = np.array([[-4, -4, -4], [-4, 5, 5], [-4, 5, 5]])


def _blurs() -> list[Kernel]:
    return [
        *(
            Kernel(
                f"box_{size}",
                f"Box blur {size} × {size}",
                box(size),
                f"The mean of {size * size} pixels: noise and detail go, edges get soft and boxy.",
                f"The moving average; see {_GONZALEZ_WOODS}, 3.5",
                "blur",
            )
            for size in (3, 5, 7, 11)
        ),
        *(
            Kernel(
                f"gaussian_{size}",
                f"Gaussian blur {size} × {size}",
                gaussian(size),
                "A mean that counts near pixels more: blurs evenly in all directions.",
                "Marr and Hildreth, Theory of edge detection, 1980; sigma as in OpenCV",
                "blur",
            )
            for size in (3, 5, 7, 11)
        ),
        *(
            Kernel(
                name,
                title,
                motion_blur(9, angle),
                f"The mean of 9 pixels along a line: as if the camera moved {way}.",
                f"Motion as a linear degradation; see {_GONZALEZ_WOODS}, 5.6",
                "blur",
            )
            for name, title, angle, way in (
                ("motion_blur", "Motion blur", 0, "sideways"),
                ("motion_blur_45", "Motion blur, diagonal", 45, "up and to the right"),
            )
        ),
    ]


def _sharpeners() -> list[Kernel]:
    return [
        Kernel(
            "sharpen",
            "Sharpen",
            np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]]),
            "The picture plus what sets each pixel apart from its four neighbours.",
            f"The picture minus its Laplacian; see {_GONZALEZ_WOODS}, 3.6",
            "sharpen",
        ),
        Kernel(
            "sharpen_8",
            "Sharpen more",
            np.array([[-1, -1, -1], [-1, 9, -1], [-1, -1, -1]]),
            "The picture plus what sets each pixel apart from all eight neighbours.",
            f"The picture minus its Laplacian; see {_GONZALEZ_WOODS}, 3.6",
            "sharpen",
        ),
        Kernel(
            "unsharp_mask",
            "Unsharp mask",
            2 * identity(5) - gaussian(5),
            "The picture plus what a blur takes away: sharper, with less noise.",
            f"A darkroom technique from the 1930s; see {_GONZALEZ_WOODS}, 3.6",
            "sharpen",
        ),
        Kernel(
            "emboss",
            "Emboss",
            np.array([[-2, -1, 0], [-1, 1, 1], [0, 1, 2]]),
            "Edges as if in relief, with light from the top left.",
            "A slope along the diagonal added to the picture; common in image editors",
            "sharpen",
        ),
    ]


def _edges() -> list[Kernel]:
    slopes = [
        Kernel(
            f"{name}_{axis}",
            f"{title}, {'vertical' if axis == 'x' else 'horizontal'} edges",
            kernel if axis == "x" else kernel.T,
            f"{'Vertical' if axis == 'x' else 'Horizontal'} edges: positive where it gets "
            f"brighter {'to the right' if axis == 'x' else 'downwards'}{more}.",
            source,
            "edge",
        )
        for name, title, kernel, more, source in (
            ("sobel", "Sobel", _SOBEL_X, ", smoothed along the edge", _SOBEL),
            ("prewitt", "Prewitt", _PREWITT_X, ", all three rows alike", _PREWITT),
            ("scharr", "Scharr", _SCHARR_X, ", true to the edge's direction", _SCHARR),
        )
        for axis in ("x", "y")
    ]
    return [
        *slopes,
        Kernel(
            "horizontal_edge",
            "Plain horizontal edge",
            np.array([[1, 1, 1], [0, 0, 0], [-1, -1, -1]]),
            "Horizontal edges: positive where bright lies above dark.",
            "The row above minus the row below, the example of many courses",
            "edge",
        ),
        Kernel(
            "roberts_1",
            "Roberts, falling diagonal",
            np.array([[1, 0], [0, -1]]),
            "Edges across the falling diagonal, from the smallest window there is.",
            _ROBERTS,
            "edge",
        ),
        Kernel(
            "roberts_2",
            "Roberts, rising diagonal",
            np.array([[0, 1], [-1, 0]]),
            "Edges across the rising diagonal, from the smallest window there is.",
            _ROBERTS,
            "edge",
        ),
        Kernel(
            "laplacian_4",
            "Laplacian, 4 neighbours",
            np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]]),
            "Edges of all directions: crosses zero at an edge; positive on its dark side.",
            f"The second derivatives' sum; see {_GONZALEZ_WOODS}, 3.6",
            "edge",
        ),
        Kernel(
            "laplacian_8",
            "Laplacian, 8 neighbours",
            np.array([[1, 1, 1], [1, -8, 1], [1, 1, 1]]),
            "Edges of all directions, diagonals included; noise as well.",
            f"The second derivatives' sum; see {_GONZALEZ_WOODS}, 3.6",
            "edge",
        ),
        Kernel(
            "laplacian_of_gaussian",
            "Laplacian of Gaussian",
            laplacian_of_gaussian(9, 1.4),
            "Edges and blobs of about 4 pixels; blurs first, so that noise is left out.",
            _MARR_HILDRETH,
            "edge",
        ),
        Kernel(
            "outline",
            "Outline",
            np.array([[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]]),
            "Whatever differs from its surroundings: zero in even areas, large at outlines.",
            "The Laplacian with 8 neighbours, negated; common in image editors",
            "edge",
        ),
    ]


def _lines_and_corners() -> list[Kernel]:
    return [
        *(
            Kernel(
                f"line_{angle}",
                f"Line, {direction}",
                values,
                f"Bright lines one pixel wide that are {direction}.",
                f"{_GONZALEZ_WOODS}, 10.2",
                "line",
            )
            for angle, direction, values in (
                (0, "horizontal", _LINE),
                (45, "rising", _DIAGONAL),
                (90, "vertical", _LINE.T),
                (135, "falling", _DIAGONAL[:, ::-1]),
            )
        ),
        *(
            Kernel(
                f"corner_{place.replace(' ', '_')}",
                f"Corner, {place}",
                np.rot90(_CORNER, -turns),
                f"The {place} corner of something bright.",
                f"Template matching with a corner of sum 0; see {_GONZALEZ_WOODS}, 12.3",
                "corner",
            )
            for turns, place in enumerate(("top left", "top right", "bottom right", "bottom left"))
        ),
    ]


def _others() -> list[Kernel]:
    return [
        *(
            Kernel(
                f"gabor_{angle}",
                f"Gabor, {angle}°",
                gabor(11, angle, 5.0),
                f"{direction} stripes about 5 pixels apart, as cells in the visual cortex do.",
                _GABOR,
                "stripe",
            )
            for angle, direction in (
                (0, "Horizontal"),
                (45, "Rising"),
                (90, "Vertical"),
                (135, "Falling"),
            )
        ),
        Kernel(
            "random",
            "Random",
            random(3, seed=0),
            "Nothing in particular: what a network starts from before it learns.",
            "Glorot and Bengio, Understanding the difficulty of training deep networks, 2010",
            "plain",
        ),
    ]


def _all_kernels() -> Mapping[str, Kernel]:
    kernels = [
        Kernel(
            "identity",
            "Identity",
            identity(),
            "The picture itself.",
            "The neutral element of convolution",
            "plain",
        ),
        *_blurs(),
        *_sharpeners(),
        *_edges(),
        *_lines_and_corners(),
        *_others(),
    ]
    named = {}
    for kernel in kernels:
        values = np.array(kernel.values, np.float32, order="C")
        values.setflags(write=False)
        named[kernel.name] = replace(kernel, values=values)
    return MappingProxyType(named)


KERNELS: Mapping[str, Kernel] = _all_kernels()
"""The kernels that the app offers, in the order of its menu."""
