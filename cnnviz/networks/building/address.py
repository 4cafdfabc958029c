"""A stack as a short text for an address, and back.

`in-h32-w32-c3~conv-f6-k3-psame~act-arelu~max~flat~dense-u10~softmax`: layers with ~ between them,
each the kind's code and then, for every option that is not Keras's default, its letter and value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from cnnviz.networks.building.layer import Layer, a
from cnnviz.networks.building.options import REQUIRED, BrokenRule
from cnnviz.networks.building.stack import KINDS, MOST_LAYERS, Stack
from cnnviz.notation import shown

_LONGEST_LAYER = 399
LONGEST_TEXT = MOST_LAYERS * (_LONGEST_LAYER + 1)
"""Letters of a stack's text: as many as the longest there is. Nothing longer is looked at."""

_BY_CODE: Mapping[str, type[Layer]] = {kind.code: kind for kind in KINDS.values()}


def format_stack(stack: Stack) -> str:
    """Write a stack as a text of letters that an address carries as they are.

    >>> from cnnviz.networks.building.kinds import Conv2D, Dense, Flatten, Input
    >>> format_stack(Stack((Input(28, 28, 1), Conv2D(6, (5, 3)), Flatten(), Dense(10))))
    'in-h28-w28-c1~conv-f6-k5x3~flat~dense-u10'
    """
    return format_layers(stack.layers)


def format_layers(layers: Iterable[Layer]) -> str:
    """Write layers in order, which need not be a stack."""
    return "~".join(map(_format_layer, layers))


def _format_layer(layer: Layer) -> str:
    options = layer.options()
    written = [
        options[name].letter + options[name].short(value) for name, value in layer.chosen().items()
    ]
    return "-".join([layer.code, *written])


def parse_stack(text: str) -> Stack:
    """Read what `format_stack` writes, in time proportional to the text's length.

    Raises
    ------
    ValueError : the text is too long, names what there is not, or gives an option a value that it
        may not have. Whether the layers fit together is not asked here.

    >>> [layer.kind() for layer in parse_stack("in-h8-w8-c1~flat~dense-u2").layers]
    ['Input', 'Flatten', 'Dense']
    """
    return Stack(parse_layers(text, _BY_CODE))


def parse_layers(text: str, by_code: Mapping[str, type[Layer]]) -> tuple[Layer, ...]:
    """Read layers in order, which need not be a stack: kinds are looked up by their codes.

    Raises
    ------
    ValueError : as `parse_stack`.
    """
    if len(text) > LONGEST_TEXT:
        raise ValueError(
            f"A network's text may have {LONGEST_TEXT:,} letters. Received: {len(text):,}."
        )
    words = text.split("~")
    if len(words) > MOST_LAYERS:
        raise ValueError(f"A stack may have {MOST_LAYERS} layers. Received: {len(words):,}.")
    return tuple(_parse_layer(position, word, by_code) for position, word in enumerate(words))


def _parse_layer(position: int, word: str, by_code: Mapping[str, type[Layer]]) -> Layer:
    code, *parts = word.split("-")
    kind = by_code.get(code)
    if kind is None:
        raise ValueError(
            f"A layer begins with one of {', '.join(by_code)}. "
            f"Received: {shown(code)} as layer {position}."
        )
    by_letter = {option.letter: name for name, option in kind.options().items()}
    values: dict[str, Any] = {}
    for part in parts:
        name = by_letter.get(part[:1])
        if name is None or name in values:
            raise ValueError(
                f"{a(kind, 'A')} takes each of the options {', '.join(by_letter) or '(none)'} "
                f"once. Received: {shown(part)} at layer {position}."
            )
        try:
            values[name] = kind.options()[name].read(part[1:])
        except BrokenRule as rule:
            raise ValueError(
                f"The {name} of {a(kind)} must be {rule}. "
                f"Received: {shown(part[1:])} at layer {position}."
            ) from None
    missing = [
        option.letter
        for name, option in kind.options().items()
        if option.default is REQUIRED and name not in values
    ]
    if missing:
        raise ValueError(
            f"{a(kind, 'A')} needs the options {', '.join(missing)}. "
            f"Received: {shown(word)} as layer {position}."
        )
    return kind(**values)
