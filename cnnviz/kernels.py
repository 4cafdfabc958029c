"""Kernels made by hand: what each finds, who found it, and how to change one.

All kernels are ``(rows, columns)`` float32 and are laid on the picture as they are, unflipped
(cross-correlation). So a kernel that is negative on the left and positive on the right answers
with a positive number where the picture gets brighter to the right.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.shapes import Size, pair, whole_number

Weights: TypeAlias = NDArray[np.float32]

Family: TypeAlias = Literal["plain", "blur", "sharpen", "edge", "line", "corner", "stripe"]

LARGEST_SIDE = 11
"""Rows and columns that a kernel from text may have."""

LARGEST_WEIGHT = 1e6
"""The largest weight, positive or negative, that a kernel from text may have."""


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


def identity(size: Size = 3) -> Weights:
    """Leave the picture as it is: a single 1 in the middle.

    >>> identity()
    array([[0., 0., 0.],
           [0., 1., 0.],
           [0., 0., 0.]], dtype=float32)
    """
    rows, columns = pair(size)
    values = np.zeros((rows, columns), np.float32)
    values[(rows - 1) // 2, (columns - 1) // 2] = 1
    return values


def box(size: Size = 3) -> Weights:
    """Take the plain mean of the window.

    >>> box((1, 4))
    array([[0.25, 0.25, 0.25, 0.25]], dtype=float32)
    """
    rows, columns = pair(size)
    return np.full((rows, columns), 1 / (rows * columns), np.float32)


def gaussian(size: int = 5, sigma: float | None = None) -> Weights:
    """Take a mean that counts near pixels more: a bell curve, scaled to sum 1.

    Parameters
    ----------
    size : rows and columns, odd.
    sigma : standard deviation in pixels; by default 0.3 * ((size - 1) / 2 - 1) + 0.8, OpenCV's
        rule, which makes the bell fill the window.

    Raises
    ------
    ValueError : ``size`` is even, or ``sigma`` is not above 0.

    >>> gaussian(3, sigma=0.5).round(3)
    array([[0.011, 0.084, 0.011],
           [0.084, 0.619, 0.084],
           [0.011, 0.084, 0.011]], dtype=float32)
    """
    y, x = _from_centre(size)
    if sigma is None:
        sigma = 0.3 * ((size - 1) / 2 - 1) + 0.8
    bell = _bell(x**2 + y**2, _positive(sigma, "sigma"))
    return _weights(bell / bell.sum())


def motion_blur(size: int = 9, angle: float = 0.0) -> Weights:
    """Take the mean along a line: what a camera sees that moves.

    Parameters
    ----------
    size : rows and columns, odd.
    angle : the line's direction in degrees, counterclockwise from horizontal.

    >>> motion_blur(3, angle=45) * 3
    array([[0., 0., 1.],
           [0., 1., 0.],
           [1., 0., 0.]], dtype=float32)
    """
    _, steps = _from_centre(size)
    direction = math.radians(_finite(angle, "angle"))
    right, up = math.cos(direction), math.sin(direction)
    # One point in each column of a flat line, in each row of a steep one.
    longer = max(abs(right), abs(up))
    values = np.zeros((size, size))
    for step in steps[0]:
        # Rounded, so that the cosine of 90 degrees is 0.
        row = round(size // 2 - step * up / longer, 9)
        column = round(size // 2 + step * right / longer, 9)
        top, left = math.floor(row), math.floor(column)
        # A point between two pixels is shared by them.
        values[top, left] += (1 - row + top) * (1 - column + left)
        if row > top:
            values[top + 1, left] += row - top
        elif column > left:
            values[top, left + 1] += column - left
    return _weights(values / size)


def laplacian_of_gaussian(size: int = 9, sigma: float = 1.4) -> Weights:
    """Blur with a bell curve, then take the Laplacian, in one kernel that sums to 0.

    Parameters
    ----------
    size : rows and columns, odd.
    sigma : standard deviation of the bell in pixels: edges finer than that are ignored.

    Source: Marr and Hildreth 1980, eq. 5.
    """
    y, x = _from_centre(size)
    variance = _positive(sigma, "sigma") ** 2
    squares = x**2 + y**2
    values = (squares / variance - 2) * _bell(squares, sigma) / (2 * math.pi * variance**2)
    # Cut off at the border it would answer to plain brightness.
    return _weights(values - values.mean())


def gabor(
    size: int = 11,
    angle: float = 0.0,
    wavelength: float = 5.0,
    *,
    phase: float = 0.0,
    sigma: float | None = None,
    aspect: float = 0.5,
) -> Weights:
    """Answer to stripes of one direction and one width: a wave under a bell curve.

    Parameters
    ----------
    size : rows and columns, odd.
    angle : direction of the stripes in degrees, counterclockwise from horizontal.
    wavelength : pixels from one stripe to the next, at least 2.
    phase : degrees; 0 answers to a bright stripe in the middle, 90 to an edge there.
    sigma : standard deviation of the bell across the stripes in pixels; by default
        0.56 * wavelength, a bandwidth of one octave.
    aspect : the bell's width across the stripes divided by that along them.

    Returns
    -------
    (size, size) float32 that sums to 0; the positive weights sum to 1.

    Raises
    ------
    ValueError : ``size`` is even, ``wavelength`` below 2, ``sigma`` or ``aspect`` not above 0.

    Source: Daugman 1985; the default bandwidth and the aspect are those of Petkov 1995.
    """
    y, x = _from_centre(size)
    if not _finite(wavelength, "wavelength") >= 2:
        raise ValueError(
            "The wavelength must be at least 2 pixels, or the pixels cannot hold the wave. "
            f"Received: wavelength={wavelength}."
        )
    sigma = _positive(0.56 * wavelength if sigma is None else sigma, "sigma")
    aspect = _positive(aspect, "aspect")
    direction = math.radians(_finite(angle, "angle"))
    # y counts downwards.
    along = x * math.cos(direction) - y * math.sin(direction)
    across = x * math.sin(direction) + y * math.cos(direction)
    bell = _bell(across**2 + (aspect * along) ** 2, sigma)
    wave = np.cos(2 * math.pi * across / wavelength + math.radians(_finite(phase, "phase")))
    # Take the mean out under the bell, so that plain brightness gives 0.
    values = bell * (wave - (bell * wave).sum() / bell.sum())
    total = values[values > 0].sum()
    return _weights(values / total if total > 1e-9 else np.zeros_like(values))


def random(size: Size = 3, seed: int = 0) -> Weights:
    """Draw weights as a network does before it has learned anything.

    A bell curve with standard deviation 1 / sqrt(weights): the result varies about as much as
    the picture. Rounded to three digits after the point.

    >>> np.array_equal(random(seed=1), random(seed=1))
    True
    """
    rows, columns = pair(size)
    draw = np.random.default_rng(whole_number(seed, "seed", least=0))
    spread = 1 / math.sqrt(rows * columns)
    return draw.normal(0, spread, (rows, columns)).round(3).astype(np.float32)


def _from_centre(size: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give each cell's rows below and columns right of the centre, each (size, size)."""
    if whole_number(size, "size") % 2 == 0:
        raise ValueError(f"The size must be odd, so that there is a middle. Received: size={size}.")
    steps = np.arange(size, dtype=np.float64) - size // 2
    y, x = np.meshgrid(steps, steps, indexing="ij")
    return y, x


def _bell(squares: NDArray[np.float64], sigma: float) -> NDArray[np.float64]:
    values: NDArray[np.float64] = np.exp(-squares / (2 * sigma**2))
    return values


def _weights(values: NDArray[np.float64]) -> Weights:
    return values.astype(np.float32)


def _finite(value: float, name: str) -> float:
    if not math.isfinite(value):
        raise ValueError(f"The {name} must be a finite number. Received: {name}={value}.")
    return float(value)


def _positive(value: float, name: str) -> float:
    # Below a thousandth of a pixel the bell has no width left to compute with.
    if not _finite(value, name) >= 1e-3:
        raise ValueError(f"The {name} must be at least 0.001. Received: {name}={value}.")
    return float(value)


def rotate(values: ArrayLike) -> Weights:
    """Turn a kernel by 90 degrees, clockwise.

    >>> rotate([[1, 2]])
    array([[1.],
           [2.]], dtype=float32)
    """
    return np.ascontiguousarray(np.rot90(_kernel(values), -1))


def mirror(values: ArrayLike) -> Weights:
    """Swap left and right.

    >>> mirror([[1, 2]])
    array([[2., 1.]], dtype=float32)
    """
    return np.ascontiguousarray(_kernel(values)[:, ::-1])


def negate(values: ArrayLike) -> Weights:
    """Turn each weight's sign.

    >>> negate([[1, 0]])
    array([[-1.,  0.]], dtype=float32)
    """
    # Not the minus sign, which would make a zero "-0".
    return np.float32(0) - _kernel(values)


def normalise(values: ArrayLike) -> Weights:
    """Scale a kernel to sum 1, so that it keeps the picture's brightness.

    Raises
    ------
    ValueError : the weights cancel out, so that no factor can do it.

    >>> normalise([[1, 3]])
    array([[0.25, 0.75]], dtype=float32)
    """
    kernel = _kernel(values).astype(np.float64)
    total = kernel.sum()
    # What float32 leaves over where weights cancel out is no sum.
    if abs(total) <= 1e-6 * np.abs(kernel).sum():
        raise ValueError(
            "A kernel can be scaled to sum 1 only if its weights do not cancel out. "
            f"Received: sum={float(total):.6g}."
        )
    return _weights(kernel / total)


def resize(values: ArrayLike, size: Size) -> Weights:
    """Add zeros or cut off around the middle until a kernel has another size.

    >>> resize([[1, 2, 3]], (1, 5))
    array([[0., 1., 2., 3., 0.]], dtype=float32)
    >>> resize([[1, 2, 3]], (1, 2))
    array([[2., 3.]], dtype=float32)
    """
    kernel = _kernel(values)
    result = np.zeros(pair(size), np.float32)
    old, new = [], []
    for before, after in zip(kernel.shape, result.shape, strict=True):
        # The middle of an even size is the earlier of two, as "same" padding has it.
        shift = (after - 1) // 2 - (before - 1) // 2
        kept = min(before, after)
        old.append(slice(max(-shift, 0), max(-shift, 0) + kept))
        new.append(slice(max(shift, 0), max(shift, 0) + kept))
    result[tuple(new)] = kernel[tuple(old)]
    return result


_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_LONGEST_NUMBER = 32


def parse_kernel(text: str) -> Weights:
    """Read a kernel from text: commas between columns, semicolons between rows.

    Raises
    ------
    ValueError : anything but 1 x 1 to 11 x 11 plain numbers between -1,000,000 and 1,000,000.

    >>> parse_kernel("0,-1,0; -1,5,-1; 0,-1,0")
    array([[ 0., -1.,  0.],
           [-1.,  5., -1.],
           [ 0., -1.,  0.]], dtype=float32)
    """
    longest = LARGEST_SIDE**2 * (_LONGEST_NUMBER + 2)
    if len(text) > longest:
        raise ValueError(
            f"A kernel's text has at most {longest:,} characters. Received: {len(text):,}."
        )
    rows = [[_weight(word) for word in row.split(",")] for row in text.split(";")]
    lengths = {len(row) for row in rows}
    if len(lengths) > 1:
        raise ValueError(
            "All rows of a kernel must have the same number of weights. Received: rows of "
            f"{', '.join(str(len(row)) for row in rows[: LARGEST_SIDE + 1])}."
        )
    return _kernel(rows)


def _weight(word: str) -> float:
    word = word.strip()
    if len(word) > _LONGEST_NUMBER or not _NUMBER.fullmatch(word):
        raise ValueError(
            "A kernel is written as numbers, with commas between columns and semicolons between "
            f'rows, such as 0,-1,0;-1,5,-1;0,-1,0. Received: "{word[:_LONGEST_NUMBER]}".'
        )
    return float(word)


def format_kernel(values: ArrayLike) -> str:
    """Write a kernel as text that :func:`parse_kernel` reads back exactly, for an address.

    Raises
    ------
    ValueError : as :func:`parse_kernel`.

    >>> format_kernel(KERNELS["sharpen"].values)
    '0,-1,0;-1,5,-1;0,-1,0'
    """
    return ";".join(",".join(_shortest(weight) for weight in row) for row in _kernel(values))


def _shortest(weight: np.float32) -> str:
    plain = np.format_float_positional(weight, trim="-")
    with_exponent = np.format_float_scientific(weight, trim="-", exp_digits=1)
    return min(plain, with_exponent, key=len)


def _kernel(values: ArrayLike) -> Weights:
    """Check a kernel and make it float32; -0 becomes 0."""
    kernel = np.asarray(values, np.float64)
    if kernel.ndim != 2 or not all(1 <= side <= LARGEST_SIDE for side in kernel.shape):
        raise ValueError(
            f"A kernel must have 1 to {LARGEST_SIDE} rows and columns. "
            f"Received: {' x '.join(map(str, kernel.shape)) or 'one number'}."
        )
    # Written so that "not a number" is refused too.
    refused = kernel[~(np.abs(kernel) <= LARGEST_WEIGHT)]
    if refused.size:
        raise ValueError(
            f"A kernel's weights must be between -{LARGEST_WEIGHT:,.0f} and "
            f"{LARGEST_WEIGHT:,.0f}. Received: {refused[0]:g}."
        )
    return kernel.astype(np.float32) + np.float32(0)


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
            "Whatever differs from its surroundings: bright outlines, black areas.",
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
