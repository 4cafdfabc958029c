"""Read what a layer of a `.keras` file is called with: tensors, numbers, slices.

Source of the format: Keras 3.15, `serialization_lib.serialize_keras_object`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from cnnviz.networks.keras_files.schema import numbers_per_channel
from cnnviz.networks.layers import NetworkError
from cnnviz.notation import shown

# No network comes near; longer numbers are not even quoted.
_MOST = 1_000_000


@dataclass(frozen=True)
class Reference:
    """One output of one call of a layer: Keras's `keras_history`."""

    layer: str
    call: int
    output: int


@dataclass(frozen=True)
class Constant:
    """A tensor of numbers that are in the file: one per channel, in lists of one around it."""

    values: list[Any]


@dataclass(frozen=True)
class Slices:
    """What ``x[...]`` keeps of a map: rows and columns a step of 1 or more apart, and channels.

    A whole number in place of the channels is one of them, and its axis is gone.
    """

    rows: slice
    columns: slice
    channels: slice | int


Argument: TypeAlias = "Reference | float | Constant | Slices | list[Reference]"


def leaves(structure: object, depth: int = 0) -> Iterator[tuple[str, int, int]]:
    """Find every [layer, call, output] in a list, or a dictionary, or a list of lists.

    Raises
    ------
    NetworkError : there is something else among them.

    >>> list(leaves([["a", 0, 0], ["b", 1, 0]]))
    [('a', 0, 0), ('b', 1, 0)]
    """
    if isinstance(structure, list) and structure and isinstance(structure[0], str):
        if len(structure) == 3 and _is_count(structure[1]) and _is_count(structure[2]):
            yield structure[0], structure[1], structure[2]
            return
    elif isinstance(structure, list | dict) and depth < 4:
        inner = structure.values() if isinstance(structure, dict) else structure
        for part in inner:
            yield from leaves(part, depth + 1)
        return
    raise NetworkError(
        "A network's inputs and outputs must be written as [layer, call, output]. "
        f"Received: {shown(structure)}."
    )


def _is_count(value: object) -> bool:
    return type(value) is int and abs(value) <= _MOST


def call_argument(part: object, said: str) -> Argument:
    """Read one argument of a call: a tensor, a list of them, a number or a constant tensor.

    Raises
    ------
    NetworkError : it is something else; `said` names the layer that is called with it.
    """
    if isinstance(part, int | float) and not isinstance(part, bool) and abs(part) <= 1e9:
        return float(part)
    if isinstance(part, dict) and part.get("class_name") in ("__tensor__", "__numpy__"):
        config = part.get("config")
        values = numbers_per_channel(config.get("value") if isinstance(config, dict) else None)
        if values is None:
            raise NetworkError(
                "A constant in a network must be a number, or one number per channel. "
                f"Received: {said} with {shown(part)}."
            )
        return Constant(values) if isinstance(values, list) else values
    part = _items(part)
    if isinstance(part, list):
        return [_tensor(item, said) for item in part]
    return _tensor(part, said)


def _items(part: Any) -> Any:
    """Give the list within a tuple, anything else as it is."""
    is_tuple = isinstance(part, dict) and part.get("class_name") == "__tuple__"
    return part.get("items") if is_tuple else part


def _tensor(part: object, said: str) -> Reference:
    if isinstance(part, dict) and part.get("class_name") == "__keras_tensor__":
        config = part.get("config")
        history = config.get("keras_history") if isinstance(config, dict) else None
        found = list(leaves(history))
        if len(found) == 1:
            return Reference(*found[0])
    raise NetworkError(
        "A layer must be called with other layers' outputs, or arithmetic with numbers. "
        f"Received: {said} with {shown(part)}."
    )


def slices_from(part: object, said: str) -> Slices:
    """Read the index of ``x[...]``, where x is a batch of maps (height, width, channels).

    Raises
    ------
    NetworkError : it cuts the batch, or a map in another way than a crop, a step or a choice of
        channels; `said` names the layer.
    """
    part = _items(part)
    index = [_slice(item) for item in (part if isinstance(part, list) else [part])]
    if index.count(Ellipsis) == 1 and len(index) <= 5:
        at = index.index(Ellipsis)
        index[at : at + 1] = [slice(None)] * (5 - len(index))
    if len(index) <= 4:
        batch, rows, columns, channels = index + [slice(None)] * (4 - len(index))
        whole = batch == slice(None) and channels not in (Ellipsis, None)
        if whole and all(
            isinstance(axis, slice) and (axis.step or 1) > 0 for axis in (rows, columns)
        ):
            return Slices(rows, columns, channels)
    raise NetworkError(
        "A slice must leave the batch whole and cut maps like x[:, 2:-2, ::2, ::-1]: rows, "
        f"columns and channels. Received: {said} with {shown(part)}."
    )


def _slice(item: object) -> Any:
    """Read one part of an index; None for what is none."""
    if isinstance(item, dict):
        config = item.get("config")
        if item.get("class_name") == "__ellipsis__":
            return Ellipsis
        if item.get("class_name") == "__slice__" and isinstance(config, dict):
            ends = [config.get(name) for name in ("start", "stop", "step")]
            if all(end is None or _is_count(end) for end in ends) and ends[2] != 0:
                return slice(*ends)
    return item if _is_count(item) else None
