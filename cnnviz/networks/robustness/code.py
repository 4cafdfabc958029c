"""The Keras programs that give a sweep's numbers and an attack's picture from the page's files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from cnnviz.networks.code import has_code, logits_lines, prepared_function, probability_lines
from cnnviz.networks.robustness.adversarial import step_length
from cnnviz.networks.robustness.changes import CHANGES
from cnnviz.networks.robustness.sweep import STEPS, amounts_of

if TYPE_CHECKING:
    from cnnviz.networks.network import Network

_MOVED = """
def moved(linear, offset):
    height, width = picture.shape[:2]
    margin = max(height, width)
    wide = np.pad(picture, ((margin, margin), (margin, margin), (0, 0)), mode="edge")
    middle = np.array([(width - 1) / 2, (height - 1) / 2])
    shift = middle + margin + np.array(offset) * width + 0.5 - linear @ (middle + 0.5)
    matrix = (*linear[0], shift[0], *linear[1], shift[1])
    size, bilinear = (width, height), Image.Resampling.BILINEAR
    return np.asarray(
        Image.fromarray(wide).transform(size, Image.Transform.AFFINE, matrix, bilinear)
    )
"""
_CLIPPED = "np.clip(np.rint(values), 0, 255).astype(np.uint8)"
_BODIES = {
    "shift_right": "return moved(np.eye(2), (-amount / 100, 0))",
    "shift_down": "return moved(np.eye(2), (0, -amount / 100))",
    "rotate": """angle = np.deg2rad(amount)
linear = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
return moved(linear, (0, 0))""",
    "scale": "return moved(np.eye(2) / amount, (0, 0))",
    "shear": "return moved(np.array([[1, np.tan(np.deg2rad(amount))], [0, 1]]), (0, 0))",
    "blur": """radius = amount / 100 * min(picture.shape[:2])
return np.asarray(Image.fromarray(picture).filter(ImageFilter.GaussianBlur(radius)))""",
    "noise": f"""values = picture + np.random.default_rng(0).normal(0, amount, picture.shape)
return {_CLIPPED}""",
    "brightness": f"""values = picture.astype(np.float32) + amount
return {_CLIPPED}""",
    "contrast": f"""mean = picture.mean(axis=(0, 1), dtype=np.float32)
values = mean + amount * (picture - mean)
return {_CLIPPED}""",
    "hue": """if not round(amount) % 360:
    return picture
colours = np.array(Image.fromarray(picture).convert("HSV"))
colours[..., 0] = (colours[..., 0].astype(np.int16) + round(amount / 360 * 256)) % 256
return np.asarray(Image.fromarray(colours, "HSV").convert("RGB"))""",
    "jpeg": """if amount >= 101:
    return picture
file = io.BytesIO()
Image.fromarray(picture).save(file, "JPEG", quality=round(amount))
return np.asarray(Image.open(file))""",
    "occlusion": """height, width = picture.shape[:2]
tall, wide = (round(side * np.sqrt(amount / 100)) for side in (height, width))
top, left = (height - tall) // 2, (width - wide) // 2
hidden = picture.copy()
hidden[top : top + tall, left : left + wide] = 128
return hidden""",
}
"""By the names of `CHANGES`: what `changed(amount)` does to `picture`."""


def change_lines(name: str) -> str:
    """Write the function `changed(amount)` of a change, which reads `picture`."""
    helper = _MOVED if CHANGES[name].matrix is not None else ""
    return f"{helper}\ndef changed(amount):\n{_indented(_BODIES[name])}\n"


def sweep_code(network: Network, name: str, class_index: int) -> str:
    """Write the program for a sweep; "" where a plain Keras model cannot.

    It reads `<name>.keras` and `input.png`, the part of the picture that the network is shown, and
    leaves the class's probability at each amount in `result`.
    """
    if not _gives_classes(network):
        return ""
    return (
        _opening(network, "import io")
        + change_lines(name)
        + "\n\n"
        + _amount_lines(name)
        + _answer_lines(network, class_index)
        + "result = answers[:, target]\nprint(amounts, result)\n"
    )


def comparison_code(rivals: Sequence[tuple[Network, int]], name: str) -> str:
    """Write the program for one change and several networks; "" where no plain Keras model can.

    It reads `<name>.keras` and `input_<name>.png` of each, the part of the picture that it is
    shown, and leaves the probability of each network's class by its name in `results`.
    """
    able = [(one, index) for one, index in rivals if _gives_classes(one)]
    if not able or len({one.name for one, _ in able}) < len(able):
        return ""
    imports = (
        "import io\n\nimport keras\nimport numpy as np\nfrom PIL import Image, ImageFilter\n\n"
    )
    lines = imports + change_lines(name) + "\n\n" + _amount_lines(name) + "results = {}\n"
    for network, class_index in able:
        lines += (
            f'\nnetwork = keras.models.load_model("{network.name}.keras", compile=False)\n'
            + f'picture = np.asarray(Image.open("input_{network.name}.png").convert("RGB"))\n\n'
            + f"\n{prepared_function(network)}\n\n\n"
            + _answer_lines(network, class_index)
            + f'results["{network.name}"] = answers[:, target]\n'
        )
    return lines + "\nfor name, result in results.items():\n    print(name, result)\n"


def _gives_classes(network: Network) -> bool:
    """Whether a plain Keras model gives the probability of each class."""
    return network.has_classes and has_code(network, network.answer_layer)


def _amount_lines(name: str) -> str:
    change = CHANGES[name]
    amounts = amounts_of(change)
    unmoved = int(np.argmin(np.abs(amounts - change.nothing)))
    return (
        f"amounts = np.linspace({change.least}, {change.most}, {STEPS})\n"
        f"amounts[{unmoved}] = {change.nothing}\n"
    )


def _answer_lines(network: Network, class_index: int) -> str:
    """Write what makes `answers`, a row of probabilities for each amount, and names `target`."""
    part = f'network.get_layer("{network.answer_layer}").output'
    return (
        f"answering = keras.Model(network.inputs[0], {part})\n"
        + f"target = {class_index}  # {network.labels[class_index]}\n"
        + 'pictures = [changed(amount).astype("float32") for amount in amounts.tolist()]\n'
        + "x = np.stack([prepared(one) for one in pictures])\n"
        + "answers = answering.predict(x, verbose=0)\n"
        + "".join(f"{line}\n" for line in probability_lines(network))
    )


def attack_code(
    network: Network, class_index: int, *, epsilon: int, targeted: bool, steps: int
) -> str:
    """Write the program for an attack; "" where a plain Keras model cannot.

    It reads what `sweep_code` reads, and leaves the changed picture in `result`.
    """
    head = logits_lines(network)
    if not head:
        return ""
    asked = "cells" if network.has_mask else "scores"
    loss = "tf.reduce_logsumexp(z, axis=-1) - z[..., target]"
    loss = f"tf.reduce_mean({loss})" if network.has_mask else loss
    step = step_length(epsilon, steps)
    return (
        _opening(network, "import tensorflow as tf")
        + "\n".join(head)
        + f"\ntarget = {class_index}  # {network.labels[class_index]}\n"
        + f"""before = picture.astype("float32")
least, most = np.maximum(before - {epsilon}, 0), np.minimum(before + {epsilon}, 255)
now = before
for _ in range({steps}):
    pixels = tf.constant(now)
    with tf.GradientTape() as tape:
        tape.watch(pixels)
        z = {asked}(prepared(pixels)[None])[0]
        loss = {loss}
    slope = tape.gradient(loss, pixels).numpy()
    now = np.clip(now {"-" if targeted else "+"} {step} * np.sign(slope), least, most)
result = np.rint(now).astype("uint8")
difference = result - before
print(np.abs(difference).max(), np.linalg.norm(difference))
"""
    )


def _opening(network: Network, more: str) -> str:
    """Write the imports, what opens the files, and the function `prepared(pixels)`."""
    imports = sorted([more, "import keras", "import numpy as np"])
    return (
        "\n".join(imports)
        + "\nfrom PIL import Image, ImageFilter\n\n"
        + f'network = keras.models.load_model("{network.name}.keras", compile=False)\n'
        + 'picture = np.asarray(Image.open("input.png").convert("RGB"))\n\n'
        + f"\n{prepared_function(network)}\n\n\n"
    )


def _indented(lines: str) -> str:
    return "\n".join(f"    {line}" for line in lines.splitlines())
