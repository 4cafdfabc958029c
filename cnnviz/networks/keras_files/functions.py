"""Write functions of `keras.ops` as the layers that compute the same.

Arithmetic with numbers is a rescaling, a slice is a crop, a pooling of one cell and a choice of
channels, a mean over rows and columns is a global pooling. So every number between the picture
and the answer is a layer's output, which can be looked at and explained.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnnviz.networks.keras_files.calls import Constant, Slices
from cnnviz.networks.keras_files.schema import FUNCTIONS, LAYER_KINDS, check_arguments
from cnnviz.networks.layers import NetworkError
from cnnviz.notation import shown

MERGES = frozenset({"Add", "Subtract", "Multiply", "Maximum", "Minimum"})
DIVISIONS = frozenset({"TrueDivide", "Divide"})
SLICE = "GetItem"
_REDUCTIONS = {"Mean": "GlobalAveragePooling2D", "Max": "GlobalMaxPooling2D"}
_KNOWN = FUNCTIONS.keys() | _REDUCTIONS.keys() | DIVISIONS | {SLICE, "Stack"}


class Written(NamedTuple):
    """A layer that a function is written as: its kind and arguments, and a name among several."""

    kind: str
    arguments: Mapping[str, Any]
    part: str = ""
    stored_kind: str = ""


def is_function(kind: str, config: Mapping[str, Any]) -> bool:
    """Whether a layer of a file is one of the functions of `keras.ops` that are known here."""
    if kind == "Reshape":
        return "newshape" in config
    return kind in _KNOWN and kind not in LAYER_KINDS


def rescaled(
    kind: str, left: float | Constant | None, right: float | Constant | None, said: str
) -> Written:
    """Write ``x + y``, ``2 * x``, ``1 - x``, ``x / 255`` as a rescaling.

    Parameters
    ----------
    kind : of the function.
    left, right : its arguments, None in the place of x. A `Constant` has a number per channel.

    Raises
    ------
    NetworkError : it is not linear in x.

    >>> rescaled("Subtract", 1.0, None, "it").arguments
    {'scale': -1.0, 'offset': 1.0}
    """
    scale: Any = None
    offset: Any = 0.0
    value = left if right is None else right
    numbers = value.values if isinstance(value, Constant) else value
    if kind == "Add":
        scale, offset = 1.0, numbers
    elif kind == "Multiply":
        scale = numbers
    elif kind == "Subtract" and left is None:
        scale, offset = 1.0, _each(numbers, lambda number: -number)
    elif kind == "Subtract":
        scale, offset = -1.0, numbers
    elif kind in DIVISIONS and left is None and np.all(np.asarray(numbers) != 0):
        scale = _each(numbers, lambda number: 1 / number)
    if scale is None:
        raise NetworkError(
            "Arithmetic in a network must be +, - or * of tensors and numbers, or a tensor "
            f"divided by a number. Received: {said}."
        )
    given = {"scale": scale, "offset": offset}
    return Written("Rescaling", check_arguments("Rescaling", given, said))


def _each(numbers: Any, change: Callable[[float], float]) -> Any:
    if isinstance(numbers, list):
        return [_each(number, change) for number in numbers]
    return change(numbers)


def written(kind: str, config: Mapping[str, Any], said: str) -> Written:
    """Write a function of one tensor as a layer.

    Raises
    ------
    NetworkError : its settings have no such layer; `said` names it.

    >>> written("Mean", {"axis": [1, 2], "keepdims": False}, "it").kind
    'GlobalAveragePooling2D'
    """
    given: Mapping[str, Any]
    if kind in _REDUCTIONS:
        axes, keepdims = config.get("axis"), config.get("keepdims", False)
        whole = isinstance(axes, list) and len(axes) == 2 and all(type(a) is int for a in axes)
        if not whole or {axis % 4 for axis in axes or ()} != {1, 2} or config.get("initial"):
            raise NetworkError(
                f"A {kind} in a network must go over rows and columns, axis=(1, 2). "
                f"Received: {said}, axis={shown(axes)}."
            )
        kind, given = _REDUCTIONS[kind], {"keepdims": keepdims}
    elif kind == "Reshape":
        shape = config.get("newshape")
        if not (isinstance(shape, list) and len(shape) > 1 and shape[0] in (None, -1)):
            raise NetworkError(
                "A reshape in a network must leave the batch open, such as (-1, 784). "
                f"Received: {said}, newshape={shown(shape)}."
            )
        given = {"target_shape": shape[1:]}
    else:
        kind, given = FUNCTIONS[kind]
    return Written(kind, check_arguments(kind, given, said))


def sliced(slices: Slices, said: str) -> list[Written]:
    """Write a slice as a crop, a pooling of one cell and a choice of channels, as far as needed.

    What is cropped and chosen depends on the map's size: `fitted` completes it.
    """
    steps = []
    ends = [slice(axis.start, axis.stop) for axis in (slices.rows, slices.columns)]
    if ends != [slice(None)] * 2:
        steps.append(Written("Cropping2D", {"keep": tuple(ends)}, "crop", SLICE))
    apart = [axis.step or 1 for axis in (slices.rows, slices.columns)]
    if apart != [1, 1]:
        given = {"pool_size": 1, "strides": apart}
        arguments = check_arguments("MaxPooling2D", given, said)
        steps.append(Written("MaxPooling2D", arguments, "step"))
    if slices.channels != slice(None):
        steps.append(chosen(slices.channels))
    return [*steps[:-1], steps[-1]._replace(part="")] if steps else [Written("Identity", {})]


def chosen(channels: slice | int | Sequence[int]) -> Written:
    """Write a choice of channels as the 1 x 1 convolution of ones and zeros that makes it."""
    picked = [channels] if isinstance(channels, int) else channels
    return Written("Conv2D", {"keep": picked}, "channels", SLICE)


def fitted(
    kind: str, keep: Any, shape: Sequence[int], said: str
) -> tuple[dict[str, Any], list[NDArray[np.float32]]]:
    """Complete a part of a slice for a map of a size.

    Parameters
    ----------
    kind, keep : as `sliced` or `chosen` wrote them.
    shape : (height, width, channels) of the map.

    Returns
    -------
    The layer's arguments, checked, and its weights.

    Raises
    ------
    NetworkError : nothing would be left, or a channel is chosen that is not there.

    >>> fitted("Cropping2D", (slice(2, -2), slice(None, 5)), (8, 8, 3), "it")[0]["cropping"]
    ((2, 2), (0, 3))
    """
    arguments: dict[str, Any]
    weights: list[NDArray[np.float32]]
    if kind == "Cropping2D":
        kept = [range(size)[ends] for size, ends in zip(shape, keep, strict=False)]
        sides = [[one.start, size - one.stop] for one, size in zip(kept, shape, strict=False)]
        arguments, weights = {"cropping": sides}, []
        count = min(len(one) for one in kept)
    else:
        channels = shape[2]
        picked = list(range(channels))[keep] if isinstance(keep, slice) else list(keep)
        count = len(picked)
        if not all(-channels <= place < channels for place in picked):
            raise NetworkError(
                f"A slice must take channels that are there. Received: {said}, channel "
                f"{picked[0]} of {channels}."
            )
        kernel = np.zeros((1, 1, channels, count), np.float32)
        kernel[0, 0, picked, range(count)] = 1
        arguments, weights = {"filters": count, "kernel_size": 1, "use_bias": False}, [kernel]
    if not count:
        raise NetworkError(f"A slice must leave something of a map. Received: {said}.")
    return check_arguments(kind, arguments, said), weights
