"""The Keras program that draws the samples and averages a network's answers over them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cnnviz.networks.augmentation.samples import seed_of
from cnnviz.networks.building.augmentation import OUTSIDE_NETWORKS
from cnnviz.networks.building.code import written_layer
from cnnviz.networks.building.layer import Layer
from cnnviz.networks.code import has_code, prepared_function, probability_lines

if TYPE_CHECKING:
    from cnnviz.networks.network import Network


def made_layer(layer: Layer, seed: int) -> str:
    """Write what makes a layer, with its seed where it draws anything."""
    return written_layer(layer, *([] if isinstance(layer, OUTSIDE_NETWORKS) else [f"seed={seed}"]))


def samples_code(network: Network, layers: Sequence[Layer], *, count: int, seed: int) -> str:
    """Write the program for the samples and the mean of the answers.

    It reads `<name>.keras` and `input.png`, the part of the picture that the network is shown, and
    leaves the pictures in `samples` and the mean in `result`. Where a plain Keras model cannot give
    the network's answer, it only draws.
    """
    made = [
        f"    {made_layer(layer, seed_of(seed, position))},"
        for position, layer in enumerate(layers)
    ]
    drawn = f"""augmentation = [
{chr(10).join(made)}
]
picture = np.asarray(Image.open("input.png").convert("RGB"), "float32")
x = np.repeat(picture[np.newaxis] / 255, {count}, axis=0)
for layer in augmentation:
    x = layer(x, training=True)
samples = np.clip(np.rint(255 * np.asarray(x)), 0, 255).astype("uint8")
"""
    imports = """import keras
import numpy as np
from keras import layers
from PIL import Image

"""
    if not network.has_classes or not has_code(network, network.answer_layer):
        return f"{imports}{drawn}print(samples.shape)\n"
    probable = "".join(f"{line}\n" for line in probability_lines(network))
    return f"""{imports}
{prepared_function(network)}


{drawn}
network = keras.models.load_model("{network.name}.keras", compile=False)
answering = keras.Model(network.inputs[0], network.get_layer("{network.answer_layer}").output)
inputs = np.stack([prepared(one.astype("float32")) for one in samples])
answers = answering.predict(inputs, verbose=0)
{probable}result = answers.mean(axis=0)
for index in result.argsort()[::-1][:5]:
    print(index, result[index])
"""
