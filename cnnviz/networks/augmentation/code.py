"""The Keras program that draws the samples and averages a network's answers over them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cnnviz.networks.augmentation.pipeline import mixes
from cnnviz.networks.augmentation.samples import seed_of
from cnnviz.networks.building.augmentation import MIXING, UNSEEDED
from cnnviz.networks.building.code import written_layer
from cnnviz.networks.building.layer import Layer
from cnnviz.networks.code import has_code, prepared_function, probability_lines

if TYPE_CHECKING:
    from cnnviz.networks.network import Network

SECOND_FILE = "second.png"
"""What the program reads as the picture that one is mixed with."""


def made_layer(layer: Layer, seed: int) -> str:
    """Write what makes a layer, with its seed where it draws anything."""
    draws = not isinstance(layer, UNSEEDED) and layer.kind() != "CenterCrop"
    return written_layer(layer, *([f"seed={seed}"] if draws else []))


def samples_code(network: Network, layers: Sequence[Layer], *, count: int, seed: int) -> str:
    """Write the program for the samples and the mean of the answers.

    It reads `<name>.keras`, `input.png`, the part of the picture that the network is shown, and
    where pictures are mixed `second.png`; it leaves the pictures in `samples`, what their labels
    are made of in `labels` and the mean in `result`. Where a plain Keras model cannot give the
    network's answer, it only draws.
    """
    drawn, module = _drawing(layers, count, seed)
    imports = f"""{module}import keras
import numpy as np
from keras import layers
from PIL import Image

"""
    if not network.has_classes or not has_code(network, network.answer_layer):
        return f"{imports}{drawn}print(samples.shape)\n"
    probable = "".join(f"{line}\n" for line in probability_lines(network))
    rows, columns = network.input_shape[:2]
    shown, resized = "samples", ""
    if any(layer.kind() in ("RandomCrop", "CenterCrop") for layer in layers):
        shown = "shown"
        resized = (
            f"scaled = ({columns}, {rows}), Image.Resampling.BICUBIC\n"
            "shown = [np.asarray(Image.fromarray(one).resize(*scaled)) for one in samples]\n"
        )
    return f"""{imports}
{prepared_function(network)}


{drawn}
network = keras.models.load_model("{network.name}.keras", compile=False)
answering = keras.Model(network.inputs[0], network.get_layer("{network.answer_layer}").output)
{resized}inputs = np.stack([prepared(one.astype("float32")) for one in {shown}])
answers = answering.predict(inputs, verbose=0)
{probable}result = answers.mean(axis=0)
for index in result.argsort()[::-1][:5]:
    print(index, result[index])
"""


def _drawing(layers: Sequence[Layer], count: int, seed: int) -> tuple[str, str]:
    """Write what draws the samples, and what it imports of Python's own."""
    made = [
        f"    {made_layer(layer, seed_of(seed, position))},"
        for position, layer in enumerate(layers)
    ]
    begun = [f"x = np.repeat(picture[np.newaxis] / 255, {count}, axis=0)"]
    if mixes(layers):
        begun += [
            f'second = np.asarray(Image.open("{SECOND_FILE}").convert("RGB"), "float32")',
            f"x = np.concatenate([x, np.repeat(second[np.newaxis] / 255, {count}, axis=0)])",
            f'labels = np.repeat(np.eye(2, dtype="float32"), {count}, axis=0)',
        ]
    called = [_called(layer, at, seed_of(seed, at)) for at, layer in enumerate(layers)]
    plain = [_called(None, at, 0) for at in range(len(layers))]
    steps = ["for layer in augmentation:", "    x = layer(x, training=True)"]
    if called != plain:
        steps = [line for lines in called for line in lines]
    first = f"[:{count}]" if mixes(layers) else ""
    ended = [f"labels = np.asarray(labels){first}"] if first else []
    lines = [
        *("augmentation = [", *made, "]"),
        'picture = np.asarray(Image.open("input.png").convert("RGB"), "float32")',
        *(*begun, *steps),
        f'samples = np.clip(np.rint(255 * np.asarray(x){first}), 0, 255).astype("uint8")',
        *(*ended, ""),
    ]
    chooses = any(layer.kind() == "AugMix" for layer in layers)
    return "\n".join(lines), "import random\n\n" if chooses else ""


def _called(layer: Layer | None, at: int, seed: int) -> list[str]:
    """Write the call of one layer, by its place; None stands for one like most."""
    made, kind = f"augmentation[{at}]", "" if layer is None else layer.kind()
    if isinstance(layer, MIXING):
        return [
            f'mixed = {made}({{"images": x, "labels": labels}}, training=True)',
            'x, labels = mixed["images"], mixed["labels"]',
        ]
    if kind == "AugMix":
        return [
            f"random.seed({seed})  # AugMix chooses by Python's own random numbers",
            f"x = {made}(x, training=True)",
        ]
    if kind == "ContrastLimitedAdaptiveHistogramEqualization":
        return [
            "# One by one: it takes 256 numbers for each of a picture's.",
            f"each = [{made}(one[np.newaxis], training=True) for one in np.asarray(x)]",
            "x = np.concatenate(each)",
        ]
    return [f"x = {made}(x, training=True)"]
