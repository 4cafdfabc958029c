"""The stack of a network that is open: one that ships, an uploaded one, or one trained here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cnnviz.networks.building.augmentation import AUGMENTATION_KINDS
from cnnviz.networks.building.kinds import MERGES, Input
from cnnviz.networks.building.layer import Call, Layer
from cnnviz.networks.building.model import keras_layer
from cnnviz.networks.building.options import REQUIRED, Choice, Number, Whole
from cnnviz.networks.building.recognising import NoStackError, stack_of
from cnnviz.networks.building.stack import KINDS, Stack
from cnnviz.networks.building.training_options import read_config
from cnnviz.networks.keras_files.building import in_own_thread
from cnnviz.networks.layers import LayerInfo, NetworkError
from cnnviz.networks.network import Network
from cnnviz.notation import shown

# What a layer has in Keras and not in a stack, and what it is there.
_FIXED: Mapping[str, tuple[Any, ...]] = {
    "axis": (-1, [-1]),
    "shared_axes": (None,),
    "data_format": ("channels_last", None),
    "renorm": (False, None),
    "noise_shape": (None,),
}


_ONLY_TRAINING = ("_initializer", "_regularizer", "_constraint")


def stack_of_network(network: Network) -> Stack:
    """Write a network as a stack, without its weights.

    Layers that pass on what they get are left out, but for an upload's changes of pictures that a
    stack has too, with the same arguments; a way to draw weights that a stack does not know is
    Keras's own, and a regulariser or a constraint that it does not know is none.

    Raises
    ------
    NetworkError : it is made of other layers, or has branches that are no block of a stack.
    """
    image = network.layers[0].name
    passed_on = {image: image}
    calls = []
    for info in network.layers[1:]:
        inputs = tuple(passed_on[name] for name in info.inputs)
        operation = network.operation(info.name)
        layer = (
            _change_of_pictures(operation)
            if info.kind == "Identity"
            else _layer(info, operation.get_config())
        )
        passed_on[info.name] = inputs[0] if layer is None else info.name
        if layer is None:
            continue
        calls.append(Call(info.name, layer, inputs))
    try:
        given = Input(*network.input_shape)
        return stack_of(image, given, calls, passed_on[network.answer_layer])
    except NoStackError as error:
        kinds = {info.name: info.kind for info in network.layers}
        word = f"layer {shown(error.name)} ({kinds[error.name]})"
        raise NetworkError(f"{error} Received: {word}.") from None
    except ValueError as error:
        raise NetworkError(str(error)) from None


def _layer(info: LayerInfo, config: Mapping[str, Any]) -> Layer:
    said = f"layer {shown(info.name)} ({info.kind})"
    kind = {**KINDS, **MERGES}.get(info.kind)
    if kind is None:
        raise NetworkError(
            f"A network is changed here if it is made of {', '.join(KINDS)}. Received: {said}."
        )
    last = len(info.output_shape)
    for name, allowed in _FIXED.items():
        value = config.get(name, allowed[0])
        if name not in kind.options() and value not in (*allowed, *_last_axis(name, last)):
            raise NetworkError(
                f"A stack has no {kind.kind()} with another {name} than {shown(allowed[0])}. "
                f"Received: {said}, {name}={shown(value)}."
            )
    values = {name: config[name] for name in kind.options() if name in config}
    if "pool_size" in values and values["strides"] == values["pool_size"]:
        values["strides"] = None  # Keras fills in what is left out
    for name in [one for one in values if one.endswith(_ONLY_TRAINING)]:
        option, value = kind.options()[name], read_config(values.pop(name))
        if value is not None and (not isinstance(option, Choice) or value in option.words):
            values[name] = value
    try:
        return kind(**values)
    except ValueError as error:
        rule, _, received = str(error).partition(" Received: ")
        raise NetworkError(f"{rule} Received: {said}, {received}") from None


def _change_of_pictures(operation: Any) -> Layer | None:
    """Give the layer that only training has, for which an upload's Identity stands.

    None where a stack has no such layer, or none with these arguments. For a strength Keras
    describes the range that it draws from: whether that is the one of our layer, it says itself.
    """
    passed_over = getattr(operation, "passed_over", None)
    if passed_over is None or KINDS.get(passed_over.kind) not in AUGMENTATION_KINDS:
        return None
    kind, values = KINDS[passed_over.kind], {}
    for name, option in kind.options().items():
        value = passed_over.config.get(name)
        if isinstance(option, Number | Whole) and isinstance(value, list | tuple):
            value = value[-1] if value else None
        if value is not None:
            values[name] = value
        elif option.default is REQUIRED:
            return None
    try:
        layer = kind(**values)
        made = in_own_thread(lambda: keras_layer(Call(layer.stem, layer, ()), 0))
        own = type(made).get_config(made)
    except (ValueError, TypeError):
        return None
    beside = ("name", "seed", "dtype", "trainable")
    said = {name: one for name, one in passed_over.config.items() if name not in beside}
    return layer if _plain(said) == _plain({one: own.get(one) for one in said}) else None


def _plain(value: Any) -> Any:
    """Write rows as lists, at any depth, so that what a file says and what a layer says compare.

    >>> _plain((0, 1)) == _plain([0.0, 1.0])
    True
    """
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    return value


def _last_axis(name: str, last: int) -> tuple[Any, ...]:
    """Keras counts the batch as axis 0, so the channels of a map are 3."""
    return (last, [last]) if name == "axis" else ()
