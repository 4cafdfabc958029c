"""What a stack makes of a picture: the output of every layer, with weights drawn at random.

The layers are called one after the other, each as it is in `build_model(stack, seed=seed)`; so what
lies in front of a change need not be computed again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from cnnviz.images.crops import crop_and_resize
from cnnviz.images.preprocessing import PREPROCESSINGS
from cnnviz.networks.building.augmentation import AUGMENTATION_KINDS
from cnnviz.networks.building.layer import Call
from cnnviz.networks.building.model import keras_layer, seed_of
from cnnviz.networks.building.stack import Stack
from cnnviz.networks.building.table import Row, describe
from cnnviz.networks.keras_files.building import in_own_thread
from cnnviz.networks.layers import Shape
from cnnviz.networks.pixel_scale import pixel_scale
from cnnviz.networks.runner import RUNS, as_array
from cnnviz.networks.tensorflow_runtime import load_keras, load_tensorflow
from cnnviz.shapes import Maps, Pixels

COLOURS = (1, 3)
"""How many channels an input may have that is to be given a picture."""


@dataclass(frozen=True, eq=False)
class StackMaps:
    """What came out.

    stack, seed : of what.
    outputs : of each of the stack's layers, `Row.output_shape` float32, read-only; the first is
        the input itself.
    picture : (height, width, 3) uint8, the part that the network is shown.
    """

    stack: Stack
    seed: int
    outputs: tuple[Maps, ...]
    picture: Pixels


def stack_maps(
    stack: Stack, image: ArrayLike, *, seed: int, before: StackMaps | None = None
) -> StackMaps:
    """Compute every layer's output for a picture.

    Parameters
    ----------
    image : (height, width, 3) uint8, any size; cut and scaled as for the network of this stack.
    seed : draws the weights.
    before : of the same picture; what both stacks begin with is taken over.

    Raises
    ------
    ImpossibleStack : see `cnnviz.networks.building.table.describe`.
    ValueError : the input has neither 1 nor 3 channels.
    """
    rows = describe(stack)
    if stack.input.channels not in COLOURS:
        raise ValueError(
            "A picture has 3 channels, or 1 in grey; so must the input. "
            f"Received: {stack.input.channels} channels."
        )
    # Keras keeps names and scopes per thread: in one of its own the caller's stay as they were.
    return in_own_thread(lambda: _computed(stack, rows, image, seed, before))


def _computed(
    stack: Stack, rows: tuple[Row, ...], image: ArrayLike, seed: int, before: StackMaps | None
) -> StackMaps:
    tf = load_tensorflow()
    pixels = crop_and_resize(np.asarray(image), target=stack.input.shape[:2])
    scale = PREPROCESSINGS[_pixel_scale(rows)]
    x = np.array(scale(pixels, channels=stack.input.channels), np.float32)
    x.flags.writeable = False
    outputs = [x]
    if before is not None and before.seed == seed and np.array_equal(before.outputs[0], x):
        for held, row, output in zip(before.stack.layers, rows, before.outputs, strict=False):
            if held != row.layer:
                break
            if row is not rows[0]:
                outputs.append(output)
    for row, source in zip(rows[len(outputs) :], rows[len(outputs) - 1 :], strict=False):
        calls = _calls(row, source.name)
        with RUNS:
            known = {source.name: tf.convert_to_tensor(outputs[-1][np.newaxis])}
            for call in calls:
                layer = keras_layer(call, seed_of(seed, call.name))
                given = [known[name] for name in call.inputs]
                # These alone take it that a network is trained when they are called by themselves.
                quiet = {"training": False} if isinstance(call.layer, AUGMENTATION_KINDS) else {}
                known[call.name] = layer(given[0] if len(given) == 1 else given, **quiet)
            outputs.append(as_array(known[calls[-1].name])[0])
    return StackMaps(stack, seed, tuple(outputs), pixels)


def _calls(row: Row, source: str) -> tuple[Call, ...]:
    return row.layer.calls(row.name, source, row.input_shape)


def _pixel_scale(rows: tuple[Row, ...]) -> str:
    """Find how pixels are scaled for a stack, as it is found for any other network."""
    layers = [part for row in rows for part in row.parts]
    calls: dict[str, tuple[Call, Shape]] = {}
    for row, source in zip(rows[1:], rows, strict=False):
        calls |= {call.name: (call, row.input_shape) for call in _calls(row, source.name)}

    def operation(name: str) -> object:
        call, shape = calls[name]
        layer = keras_layer(call, 0)
        if not layer.built and call.layer.kind() in ("BatchNormalization", "Conv2D"):
            layer.build((None, *shape))
        return layer

    load_keras()
    return pixel_scale(layers, operation) or "zero_to_one"
