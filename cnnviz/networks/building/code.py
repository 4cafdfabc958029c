"""The Keras program that makes a stack's network: Sequential, or functional where it has blocks."""

from __future__ import annotations

from collections.abc import Sequence

from cnnviz.networks.building.blocks import Block
from cnnviz.networks.building.kinds import MERGES
from cnnviz.networks.building.layer import Call, Layer
from cnnviz.networks.building.options import REQUIRED
from cnnviz.networks.building.stack import Stack
from cnnviz.networks.building.table import calls_of

MODEL_NAME = "network"


def is_sequential(stack: Stack) -> bool:
    """Whether a stack has no branches, and so is one `keras.Sequential`."""
    return len(stack.layers) > 1 and not any(isinstance(one, Block) for one in stack.layers)


def stack_code(stack: Stack) -> str:
    """Write the program; it leaves the network in `model`.

    Raises
    ------
    ImpossibleStack : Keras would refuse it.

    >>> from cnnviz.networks.building.kinds import Dense, Flatten, Input
    >>> print(stack_code(Stack((Input(8, 8, 1), Flatten(), Dense(10, "softmax")))))
    import keras
    from keras import layers
    <BLANKLINE>
    model = keras.Sequential(
        [
            layers.Input((8, 8, 1), name="image"),
            layers.Flatten(name="flatten_1"),
            layers.Dense(10, activation="softmax", name="dense_1"),
        ],
        name="network",
    )
    model.summary()
    <BLANKLINE>
    """
    calls = calls_of(stack)
    image = f'layers.Input({stack.input.shape}, name="{stack.names()[0]}")'
    if is_sequential(stack):
        body = [
            "model = keras.Sequential(",
            "    [",
            *(f"        {line}," for line in [image, *map(_made, calls)]),
            "    ],",
            f'    name="{MODEL_NAME}",',
            ")",
        ]
    else:
        body = [f"image = {image}", *_called(stack, calls)]
    return "\n".join(["import keras", "from keras import layers", "", *body, "model.summary()", ""])


def _called(stack: Stack, calls: Sequence[Call]) -> list[str]:
    """Write the calls one by one; x is what goes on, and other names are branches of a block."""
    used: dict[str, int] = {}
    for call in calls:
        for source in call.inputs:
            used[source] = used.get(source, 0) + 1
    names = {stack.names()[0]: "image"}
    lines = []
    for number, call in enumerate(calls):
        goes_on = number + 1 < len(calls) and calls[number + 1].inputs == (call.name,)
        # A branch's end, or what a block begins with, must outlive the layers in between.
        kept = used.get(call.name, 0) > 1 or not goes_on
        joined = number + 1 == len(calls)
        names[call.name] = call.name if kept and not joined else "x"
        given = [names[source] for source in call.inputs]
        takes = f"[{', '.join(given)}]" if call.layer.kind() in MERGES else given[0]
        lines.append(f"{names[call.name]} = {_made(call)}({takes})")
    answer = names[calls[-1].name] if calls else "image"
    return [*lines, f'model = keras.Model(image, {answer}, name="{MODEL_NAME}")']


def _made(call: Call) -> str:
    return written_layer(call.layer, f'name="{call.name}"')


def written_layer(layer: Layer, *more: str) -> str:
    """Write what makes a layer, with more arguments behind its own.

    >>> from cnnviz.networks.building.augmentation import RandomRotation
    >>> written_layer(RandomRotation(0.1), "seed=3")
    'layers.RandomRotation(0.1, seed=3)'
    """
    return f"layers.{layer.kind()}({', '.join([*_arguments(layer), *more])})"


def _arguments(layer: Layer) -> list[str]:
    """Write what Keras asks for without names, and by its name what is not its default."""
    written = []
    chosen = layer.chosen()
    plain = True
    for position, (name, option) in enumerate(layer.options().items()):
        plain = plain and position < layer.positional and option.default is REQUIRED
        if name in chosen:
            value = option.python(chosen[name])
            written.append(value if plain else f"{name}={value}")
    return written
