"""The Keras program that makes the same picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnviz.images.pictures import LUMINANCE
from cnnviz.networks.code import has_code, logits_lines
from cnnviz.networks.feature_visualisation.ascent import EPSILON, FORGET, FORGET_SQUARE
from cnnviz.networks.feature_visualisation.parametrisation import (
    CONTRAST,
    NEAR_THE_ENDS,
    colour_mixing,
)
from cnnviz.networks.feature_visualisation.recipe import Recipe, Target, size_of

if TYPE_CHECKING:
    from cnnviz.networks.network import Network

_SHAKEN = """
def shaken(picture):
    move, (bigger, turn) = random.uniform(-1, 1, 4).reshape(2, 2)
    move = np.rint(move * [rows, columns] / 16) * {jitter}
    factor, angle = 1 + 0.1 * bigger * {scale}, np.deg2rad(5 * turn) * {rotation}
    middle = (np.array([rows, columns]) - 1) / 2
    down, across = np.indices((rows, columns)) - middle[:, None, None]
    cos, sin = np.cos(angle) / factor, np.sin(angle) / factor
    at = np.stack([cos * down - sin * across, sin * down + cos * across])
    at += (middle + move)[:, None, None]
    last = 2 * middle[:, None, None]
    at = (last - np.abs(last - np.mod(at, 2 * last))).astype("float32")  # mirrored at the border
    first = np.minimum(np.floor(at), last - 1)
    d, a = (at - first)[..., None].astype("float32")
    r, c = first.astype(int)

    def pixel(r, c):
        return tf.gather(tf.reshape(picture, [rows * columns, -1]), r * columns + c)

    above = (1 - a) * pixel(r, c) + a * pixel(r, c + 1)
    return (1 - d) * above + d * ((1 - a) * pixel(r + 1, c) + a * pixel(r + 1, c + 1))

"""
_SCORES = {
    "channel": "tf.reduce_mean(output[0, ..., {index}])",
    "unit": "output[0, output.shape[1] // 2, output.shape[2] // 2, {index}]",
    "class": "output[0, {index}]",
    "layer": "tf.reduce_mean(tf.square(output))",
}


def feature_code(network: Network, target: Target, recipe: Recipe) -> str:
    """Write the program; "" where a plain Keras model cannot be asked.

    It reads `<name>.keras`, and for a start from a photo `input.png`, its part in the size of the
    picture (`photo_part`), and leaves the picture, (rows, columns, channels) uint8, in `result`.
    """
    name = network.answer_layer if target.what == "class" else target.layer
    if not has_code(network, name):
        return ""
    asked = _asked(network, target, recipe)
    if not asked:
        return ""
    is_vector_unit = target.what == "unit" and not network.layer(name).is_map
    score = _SCORES["channel" if is_vector_unit else target.what].format(index=target.index)
    body = "\n".join(
        [
            *asked,
            *_start(recipe, network.input_shape[2]),
            *_picture_of(recipe, network.input_shape[2]),
            "",
        ]
    )
    if recipe.shakes:
        body += _SHAKEN.format(
            jitter=int(recipe.jitter), scale=int(recipe.scale), rotation=int(recipe.rotation)
        )
    seen = "shaken(picture_of(values))" if recipe.shakes else "picture_of(values)"
    adam = f"{recipe.rate}, {FORGET}, {FORGET_SQUARE}, {EPSILON}"
    return f"""{body}
adam = keras.optimizers.Adam({adam})
random = np.random.default_rng([{recipe.seed}, 1])
for step in range({recipe.steps}):
    with tf.GradientTape() as tape:
        pixels = 255 * {seen}
        {network.preprocessing.code}
        output = {"scores(x[None])" if target.what == "class" else "part(x[None], training=False)"}
        loss = -{score}
    adam.apply([tape.gradient(loss, values)], [values])
result = np.rint(255 * picture_of(values).numpy()).astype("uint8")
print(result.shape, float(-loss))
"""


def _asked(network: Network, target: Target, recipe: Recipe) -> list[str]:
    """Read the network up to what is asked, for pictures of the recipe's size.

    Nothing for a class whose logits take more than a few lines.
    """
    rows, columns = size_of(network, target, recipe)
    if target.what == "class":
        head = logits_lines(network)
    else:
        output = f'network.get_layer("{target.layer}").output'
        head = [f"part = keras.Model(network.inputs[0], {output})"]
    if not head:
        return []
    lines = [
        "import keras",
        "import numpy as np",
        "import tensorflow as tf",
        *(["from PIL import Image"] if recipe.start == "photo" else []),
        "",
        f'network = keras.models.load_model("{network.name}.keras", compile=False)',
        *head,
        f"rows, columns, channels = {rows}, {columns}, {network.input_shape[2]}",
    ]
    if (rows, columns) != network.input_shape[:2]:
        lines += [
            "weights = part.get_weights()",
            "other = keras.Input((rows, columns, channels))",
            "part = keras.models.clone_model(part, input_tensors=other)",
            "part.set_weights(weights)",
        ]
    return lines


def _start(recipe: Recipe, channels: int) -> list[str]:
    """Draw the noise that it starts from, or find the values whose picture is the photo."""
    from_photo, is_colour = recipe.start == "photo", recipe.colour and channels == 3
    lines = []
    if not from_photo:
        lines += [f"random = np.random.default_rng([{recipe.seed}, 0])", "random.uniform(-1, 1, 4)"]
    if recipe.fourier:
        lines += [
            *([] if from_photo else ["shape = (channels, rows, columns // 2 + 1, 2)"]),
            "size = np.hypot(np.fft.fftfreq(rows)[:, None], np.fft.rfftfreq(columns))",
            "size = np.maximum(size, 1 / max(rows, columns))",
            "part_of = np.full(columns // 2 + 1, 4.0)",
            "part_of[[0, -1] if columns % 2 == 0 else [0]] = 1",
            "scale = rows * columns / size / np.sqrt(np.sum(part_of / size**2))",
        ]
    elif not from_photo:
        lines += ["shape = (rows, columns, channels)"]
    if is_colour:
        lines += [f"mixing = np.array({colour_mixing().tolist()}, 'float32')"]
    if from_photo:
        return lines + _values_of_photo(recipe, channels)
    drawn = f'{CONTRAST} * random.standard_normal(shape).astype("float32")'
    return [*lines, f"values = tf.Variable({drawn})"]


def _values_of_photo(recipe: Recipe, channels: int) -> list[str]:
    lines = ['photo = np.asarray(Image.open("input.png").convert("RGB"), "float64") / 255']
    if channels == 1:
        lines += [f"photo = photo @ np.array({list(LUMINANCE)})[:, None]"]
    lines += [
        f"photo = np.clip(photo, {NEAR_THE_ENDS}, 1 - {NEAR_THE_ENDS})",
        "grid = np.log(photo) - np.log1p(-photo)",
    ]
    if recipe.colour and channels == 3:
        lines += ['grid = grid @ np.linalg.inv(mixing.astype("float64")).T']
    if recipe.fourier:
        lines += [
            "spectrum = np.fft.rfft2(grid.transpose(2, 0, 1)) / scale",
            "grid = np.stack([spectrum.real, spectrum.imag], axis=-1)",
        ]
    return [*lines, 'values = tf.Variable(grid.astype("float32"))']


def _picture_of(recipe: Recipe, channels: int) -> list[str]:
    """Write the function from what is learned to the picture."""
    lines = ["", "", "def picture_of(values):"]
    if recipe.fourier:
        lines += [
            "    spectrum = tf.complex(values[..., 0], values[..., 1]) * scale.astype('complex64')",
            "    grid = tf.signal.irfft2d(spectrum, fft_length=[rows, columns])",
            "    grid = tf.transpose(grid, [1, 2, 0])",
        ]
    else:
        lines += ["    grid = values"]
    if recipe.colour and channels == 3:
        lines += ["    grid = grid @ mixing.T"]
    return [*lines, "    return tf.sigmoid(grid)", ""]
