"""What happens to a map, a pooled map and a global pool when the picture moves.

Convolution is *equivariant* to shifts: the map moves along with the picture. Pooling makes the
answer *more invariant*, not fully: how much, is measured here on the picture itself.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.activations import ACTIVATIONS
from cnnviz.convolution import convolve
from cnnviz.convolution.operations import PaddingMode
from cnnviz.convolution.windows import NUMPY_MODES
from cnnviz.pooling.operations import PoolKind, global_pool, pool
from cnnviz.server.turns import turn
from cnnviz.shapes import Floats, Padding, Size


def shift_picture(image: ArrayLike, dx: int, dy: int, *, border: PaddingMode = "wrap") -> Floats:
    """Move a picture; what comes in from outside follows a border rule.

    Parameters
    ----------
    image : (height, width, channels)
    dx, dy : pixels to the right and down; negative to the left and up.
    border : "wrap" brings in what left on the other side, "zeros" nothing, "replicate" the
        edge, "reflect" the mirror image.

    Returns
    -------
    (height, width, channels) float32

    Raises
    ------
    ValueError : an unknown border rule, or a move by more than the picture's size

    >>> shift_picture([[[1], [2], [3]]], dx=1, dy=0, border="zeros")[0, :, 0]
    array([0., 1., 2.], dtype=float32)
    """
    picture = _picture(image)
    margin = abs(dx), abs(dy)
    return _moved(_canvas(picture, margin, border), margin, (dx, dy), picture.shape[:2]).copy()


@dataclass(frozen=True, eq=False)
class ShiftCurves:
    """How much each result changes when the picture moves. All changes are (shifts,) float64.

    A change is the length of the difference over the length of the result at rest: 0 is no
    change, and around sqrt(2) is as different as from an unrelated picture.

    shifts : the (dx, dy) measured, in pixels
    picture : change of the picture itself
    map : change of its filtered map
    pooled : change of the pooled map
    global_pool : change of the globally pooled map, one number a filter
    """

    shifts: tuple[tuple[int, int], ...]
    picture: NDArray[np.float64]
    map: NDArray[np.float64]
    pooled: NDArray[np.float64]
    global_pool: NDArray[np.float64]


@turn()
def shift_curves(
    image: ArrayLike,
    kernels: ArrayLike,
    shifts: Iterable[tuple[int, int]],
    *,
    border: PaddingMode = "wrap",
    activation: str = "relu",
    kind: PoolKind = "max",
    size: Size = 2,
    stride: Size | None = None,
    padding: Padding = "valid",
    global_kind: PoolKind = "average",
) -> ShiftCurves:
    """Move a picture step by step and measure how much what is computed from it changes.

    The map is a convolution with "valid" padding at stride 1 and an activation.

    Parameters
    ----------
    image : (height, width, channels)
    kernels : (rows, columns, channels, filters)
    shifts : (dx, dy) in pixels, such as ``[(step, 0) for step in range(17)]``
    border : what comes in from outside, see :func:`shift_picture`
    activation : a key of :data:`cnnviz.activations.ACTIVATIONS`, with its default parameters
    kind, size, stride, padding : of the pooling, see :func:`cnnviz.pooling.pool`
    global_kind : of the global pooling of the unpooled map

    Raises
    ------
    ValueError : what :func:`cnnviz.convolution.convolve`, :func:`cnnviz.pooling.pool` or
        :func:`shift_picture` refuse, or an unknown activation

    >>> image = np.random.default_rng(0).random((20, 20, 1))
    >>> curves = shift_curves(image, np.ones((3, 3, 1, 1)), [(0, 0), (2, 0)], size=4)
    >>> bool(curves.global_pool[1] < curves.pooled[1] < curves.map[1]), float(curves.map[0])
    (True, 0.0)
    """
    if activation not in ACTIVATIONS:
        raise ValueError(
            f"The activation must be one of {', '.join(ACTIVATIONS)}. "
            f'Received: activation="{activation}".'
        )
    picture = _picture(image)
    moves = tuple((int(dx), int(dy)) for dx, dy in shifts)
    margin = (
        max((abs(dx) for dx, _ in moves), default=0),
        max((abs(dy) for _, dy in moves), default=0),
    )
    # A map is cut out of the map of everything that ever comes into view: a convolution without
    # padding moves along exactly, so one takes the place of one for each shift.
    canvas = _canvas(picture, margin, border)
    wide = np.asarray(ACTIVATIONS[activation].function(convolve(canvas, kernels)), np.float32)
    frame = picture.shape[:2]
    map_frame = wide.shape[0] - 2 * margin[1], wide.shape[1] - 2 * margin[0]

    def results(move: tuple[int, int]) -> tuple[Floats, Floats, Floats, Floats]:
        maps = _moved(wide, margin, move, map_frame)
        return (
            _moved(canvas, margin, move, frame),
            maps,
            pool(maps, kind=kind, size=size, stride=stride, padding=padding),
            global_pool(maps, kind=global_kind),
        )

    at_rest = results((0, 0))
    changes = np.array(
        [
            [relative_change(*pair) for pair in zip(results(move), at_rest, strict=True)]
            for move in moves
        ]
    ).reshape(len(moves), 4)
    return ShiftCurves(moves, *changes.T)


@dataclass(frozen=True, eq=False)
class ShiftedMaps:
    """A moved picture with its map and its pooled map, and how far both are from those at rest.

    Attributes
    ----------
    picture, map, pooled : (height, width, channels) float32 each, moved.
    map_distance, pooled_distance : the length of the difference to the one at rest.
    map_length, pooled_length : the length of the one at rest.
    """

    picture: Floats
    map: Floats
    pooled: Floats
    map_distance: float
    map_length: float
    pooled_distance: float
    pooled_length: float


@turn()
def shifted_maps(
    image: ArrayLike,
    kernels: ArrayLike,
    shift: tuple[int, int],
    *,
    border: PaddingMode = "wrap",
    kind: PoolKind = "max",
    size: Size = 2,
) -> ShiftedMaps:
    """Give the maps of one move of :func:`shift_curves`, with a ReLU between filter and pooling.

    Parameters
    ----------
    shift : (dx, dy) in pixels
    image, kernels, border, kind, size : as there

    >>> image = np.random.default_rng(0).random((20, 20, 1))
    >>> found = shifted_maps(image, np.ones((3, 3, 1, 1)), (2, 0), size=4)
    >>> curves = shift_curves(image, np.ones((3, 3, 1, 1)), [(2, 0)], size=4)
    >>> abs(found.map_distance / found.map_length - curves.map[0]) < 1e-6
    np.True_
    """

    def of(dx: int, dy: int) -> tuple[Floats, Floats, Floats]:
        moved = shift_picture(image, dx, dy, border=border)
        rectified = np.asarray(ACTIVATIONS["relu"].function(convolve(moved, kernels)), np.float32)
        return moved, rectified, pool(rectified, kind=kind, size=size)

    (_, map_before, pooled_before), (picture, map_after, pooled_after) = of(0, 0), of(*shift)
    return ShiftedMaps(
        picture,
        map_after,
        pooled_after,
        _length(map_after - map_before),
        _length(map_before),
        _length(pooled_after - pooled_before),
        _length(pooled_before),
    )


def relative_change(changed: ArrayLike, original: ArrayLike) -> float:
    """Measure how different two results are: |changed - original| / |original|.

    Infinite where only the original is all zeros, 0 where both are.

    >>> relative_change([3.0, 0.0], [3.0, 4.0])
    0.8
    """
    before = np.asarray(original, np.float32)
    distance = _length(np.asarray(changed, np.float32) - before)
    return relative(distance, _length(before))


def relative(distance: float, length: float) -> float:
    """Divide a distance by a length: infinite where only the length is 0, 0 where both are."""
    if length > 0:
        return distance / length
    return math.inf if distance > 0 else 0.0


def _length(values: Floats) -> float:
    # In memory order and by a dot product: several times as fast as np.linalg.norm.
    flat = values.ravel("K")
    return math.sqrt(float(flat @ flat))


@dataclass(frozen=True, eq=False)
class Equivariance:
    """The map of the moved picture beside the moved map of the picture at rest.

    shifted_picture : (height, width, channels)
    map_of_shifted, shifted_map : (height', width', filters)
    difference : map_of_shifted - shifted_map
    interior : (height', width') bool, where neither the border nor the frame has a say
    largest_inside, largest_outside : the largest difference by magnitude, inside the interior
        and outside of it; 0 where there is nothing
    """

    shifted_picture: Floats
    map_of_shifted: Floats
    shifted_map: Floats
    difference: Floats
    interior: NDArray[np.bool_]
    largest_inside: float
    largest_outside: float


@turn()
def equivariance(
    image: ArrayLike,
    kernels: ArrayLike,
    dx: int,
    dy: int,
    *,
    border: PaddingMode = "zeros",
    padding: Padding = "same",
) -> Equivariance:
    """Show that filtering a moved picture is moving the filtered picture, away from the border.

    Parameters
    ----------
    image : (height, width, channels)
    kernels : (rows, columns, channels, filters)
    dx, dy : pixels to the right and down
    border : what comes into the picture, and into the map, from outside
    padding : of the convolution, at stride 1
    """
    picture = _picture(image)
    moved = shift_picture(picture, dx, dy, border=border)
    of_moved = np.asarray(convolve(moved, kernels, padding=padding))
    moved_map = shift_picture(convolve(picture, kernels, padding=padding), dx, dy, border=border)
    difference = of_moved - moved_map
    # Inside, the window sees nothing but picture, and so it did before the move.
    taps = np.ones((*np.shape(kernels)[:2], 1, 1))
    seen = convolve(np.ones((*picture.shape[:2], 1)), taps, padding=padding)
    whole = np.asarray(seen == taps.size, np.float32)
    interior = (whole * shift_picture(whole, dx, dy, border="zeros"))[..., 0] > 0
    inside = np.abs(difference[interior])
    outside = np.abs(difference[~interior])
    return Equivariance(
        shifted_picture=moved,
        map_of_shifted=of_moved,
        shifted_map=moved_map,
        difference=difference,
        interior=interior,
        largest_inside=float(inside.max()) if inside.size else 0.0,
        largest_outside=float(outside.max()) if outside.size else 0.0,
    )


def _picture(image: ArrayLike) -> Floats:
    picture = np.asarray(image, np.float32)
    if picture.ndim != 3 or 0 in picture.shape:
        raise ValueError(
            "The image must have the shape (height, width, channels), each at least 1. "
            f"Received: shape {picture.shape}."
        )
    return picture


def _canvas(picture: Floats, margin: tuple[int, int], border: PaddingMode) -> Floats:
    """Continue a picture beyond its border by ``margin`` (across, down) on all sides."""
    if border not in get_args(PaddingMode):
        raise ValueError(
            f"The border must be one of {', '.join(get_args(PaddingMode))}. "
            f'Received: border="{border}".'
        )
    height, width, _ = picture.shape
    if margin[0] > width or margin[1] > height:
        raise ValueError(
            "A picture moves by at most its own size. "
            f"Received: a shift of {margin[0]} across and {margin[1]} down for a picture of "
            f"{height} x {width}."
        )
    amounts = ((margin[1],) * 2, (margin[0],) * 2, (0, 0))
    continued: Floats = np.pad(picture, amounts, mode=NUMPY_MODES[border])  # type: ignore[call-overload]
    return continued


def _moved(
    canvas: Floats, margin: tuple[int, int], move: tuple[int, int], frame: tuple[int, ...]
) -> Floats:
    """Cut a frame of (height, width) out of what has moved by (dx, dy) beneath it."""
    top, left = margin[1] - move[1], margin[0] - move[0]
    return canvas[top : top + frame[0], left : left + frame[1]]
