"""The Keras program that gives a method's map from the files that the page offers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnviz.networks.code import has_code, logits_lines, opening_lines

if TYPE_CHECKING:
    from cnnviz.networks.network import Network

_SLOPE = """
@tf.function
def slope(given):
    with tf.GradientTape() as tape:
        tape.watch(given)
        z = scores(given)[0, target]
    return tape.gradient(z, given)


def slope_of(given):
    return slope(tf.constant(given[None]))[0].numpy()

"""
_PIXELS = {
    "saliency": "result = np.abs(slope_of(x)).max(axis=-1)",
    "gradient_times_input": "result = (x * slope_of(x)).sum(axis=-1)",
    "smooth_grad": """random = np.random.default_rng(0)
noisy = [x + random.normal(0, 0.15 * np.ptp(x), x.shape).astype("float32") for _ in range(16)]
result = np.abs(np.mean([slope_of(one) for one in noisy], axis=0)).max(axis=-1)""",
    "integrated_gradients": """seen, pixels = x, np.zeros_like(pixels)
{prepared}
x, black = seen, x  # of a black picture
parts = (np.arange({steps}, dtype="float32") + 0.5) / {steps}
slopes = np.mean([slope_of(black + part * (x - black)) for part in parts], axis=0)
result = ((x - black) * slopes).sum(axis=-1)""",
}
_LAYERS = {
    "grad_cam": "result = np.maximum(maps @ slopes.mean(axis=(0, 1)), 0)",
    "grad_cam_plus_plus": """square, cube = slopes**2, slopes**3
below = 2 * square + maps.sum(axis=(0, 1)) * cube
shares = np.divide(square, below, out=np.zeros_like(square), where=below != 0)
result = np.maximum(maps @ (shares * np.maximum(slopes, 0)).sum(axis=(0, 1)), 0)""",
    "hires_cam": "result = np.maximum((maps * slopes).sum(axis=-1), 0)",
}
_OCCLUSION = """logit = tf.function(lambda given: scores(given)[0, target])
window = max(1, min(x.shape[:2]) // 8)
stride = max(1, window // 2)
total, count = np.zeros(x.shape[:2]), np.zeros(x.shape[:2])
whole = float(logit(x[None]))
starts = [sorted({*range(0, side - window + 1, stride), side - window}) for side in x.shape[:2]]
for top in starts[0]:
    for left in starts[1]:
        hidden = x.copy()
        hidden[top : top + window, left : left + window] = x.mean(axis=(0, 1))
        fall = whole - float(logit(hidden[None]))
        total[top : top + window, left : left + window] += fall
        count[top : top + window, left : left + window] += 1
result = total / np.maximum(count, 1)"""

_GUIDED = """

@tf.custom_gradient
def guided(given):
    return tf.identity(given), tf.nn.relu  # on the way back, nothing negative comes through


for layer in network.layers:
    name = getattr(getattr(layer, "activation", None), "__name__", "")
    if name in ("relu", "relu6") or type(layer).__name__ == "ReLU":
        layer.call = lambda *given, compute=layer.call, **more: guided(compute(*given, **more))
"""
_SEEN = """

def enlarged(grid, rows, columns):
    picture = Image.fromarray(np.ascontiguousarray(grid, "float32"))
    return np.asarray(picture.resize((columns, rows), Image.Resampling.BILINEAR))


@tf.function
def answer(given):
    return {probabilities}[0, target]


def probability(mask):
    return float(answer(tf.constant((x * mask[..., None])[None], tf.float32)))

"""
_SCORE_CAM = """
part = keras.Model(network.inputs[0], network.get_layer("{layer}").output)
maps = np.asarray(part(x[None]))[0]
answers = []
for channel in range(maps.shape[-1]):
    mask = enlarged(maps[..., channel], *x.shape[:2])
    mask = mask - mask.min()
    answers.append(probability(mask / (mask.max() or 1)))
weights = np.exp(np.array(answers) - max(answers))
result = np.maximum(maps @ (weights / weights.sum()), 0)"""
_RISE = """
random, squares, masks = np.random.default_rng(0), 8, 500
rows, columns = x.shape[:2]
steps = [-(-side // squares) for side in (rows, columns)]
result = np.zeros((rows, columns))
for _ in range(masks):
    grid = random.random((squares + 1, squares + 1)) < 0.5
    top, left = (int(random.integers(step)) for step in steps)
    mask = enlarged(grid, rows + steps[0], columns + steps[1])
    mask = mask[top : top + rows, left : left + columns]
    result += probability(mask) * mask
result /= masks * 0.5"""


def attribution_code(
    network: Network, method: str, class_index: int, *, layer: str = "", steps: int = 64
) -> str:
    """Write the program for one map on its own grid; "" where a plain Keras model cannot.

    It reads `<name>.keras` and `input.png`, as `network_code` does, and leaves the map in
    `result`: (rows, columns) of the network's input, or of the layer.

    Parameters
    ----------
    steps : of integrated gradients.
    """
    head = logits_lines(network)
    if not head or (layer and not has_code(network, layer)):
        return ""
    if method in _LAYERS:
        body = f"""
layer, kept = network.get_layer("{layer}"), []
compute = layer.call
layer.call = lambda *given, **more: kept.append(compute(*given, **more)) or kept[-1]
given = tf.constant(x[None])
with tf.GradientTape() as tape:
    tape.watch(given)
    z = scores(given)[0, target]
maps, slopes = kept[-1][0].numpy(), tape.gradient(z, kept[-1])[0].numpy()
{_LAYERS[method]}"""
    elif method in _PIXELS:
        made = _PIXELS[method].replace("{steps}", str(steps))
        made = made.replace("{prepared}", network.preprocessing.code)
        body = f"{_SLOPE}\n{made}"
    elif method == "guided_backpropagation":
        body = f"{_GUIDED}\n{_SLOPE}\n{_PIXELS['saliency']}"
    elif method == "occlusion":
        body = f"\n{_OCCLUSION}"
    elif method in ("score_cam", "rise"):
        made = _SCORE_CAM.replace("{layer}", layer) if method == "score_cam" else _RISE
        body = _SEEN.replace("{probabilities}", _probabilities(network)) + made
    else:
        return ""
    lines = ["import keras", "import numpy as np", "import tensorflow as tf"]
    lines += ["from PIL import Image", "", *opening_lines(network), *head]
    lines += [f"target = {class_index}  # {network.labels[class_index]}"]
    return "\n".join(lines) + "\n" + body + "\nprint(result.shape, result.min(), result.max())\n"


def _probabilities(network: Network) -> str:
    """Write what makes (inputs, classes) probabilities of `given` by what `logits_lines` makes."""
    own = (
        network.answer_activation == "sigmoid" and network.layer(network.answer_layer).channels > 1
    )
    kind = "sigmoid" if own else "softmax"
    if network.has_mask:
        return f"keras.ops.mean(keras.ops.{kind}(cells(given)), axis=(1, 2))"
    return f"keras.ops.{kind}(scores(given))"
