"""The lessons on building blocks."""

import numpy as np

from cnnviz.activations import ACTIVATIONS, softmax
from cnnviz.activations.maps import activated_map
from cnnviz.channels.connections import Connection
from cnnviz.channels.trained_kernels import first_layer
from cnnviz.convolution import filter_channels
from cnnviz.images.samples import open_sample
from cnnviz.kernels import KERNELS
from cnnviz.notation import written, written_share
from cnnviz.padding.number_grids import CLASSIC
from cnnviz.pooling import pool
from cnnviz.pooling.operations import pool_sources
from cnnviz.pooling.shift import shift_curves
from cnnviz.shapes import coverage, output_size, padding_amounts
from pages.ui.lessons.step import Lesson, Step
from pages.ui.stage import worked_on

_CONVOLUTION, _PADDING = "pages/01_convolution.py", "pages/02_padding_and_stride.py"
_CHANNELS, _POOLING = "pages/03_channels.py", "pages/04_pooling.py"
_ACTIVATIONS = "pages/05_activations.py"


def grey_sample(name: str) -> np.ndarray:
    """Give a sample as Convolution, Pooling and Activations work on it, (height, width, 1)."""
    return worked_on(open_sample(name), "grey")


# ---- edges and kernels ----------------------------------------------------------------------


def _weights_of_sobel() -> str:
    total = float(KERNELS["sobel_x"].values.sum())
    return (
        f"They add up to {written(total)}. Where all nine pixels are alike, the result is that "
        f"pixel times {written(total)}: an even area, bright or dark, gives {written(total)}."
    )


def _along_the_edge() -> str:
    grey = grey_sample("step_edge")
    largest = float(np.abs(filter_channels(grey, KERNELS["sobel_x"].values)).max())
    dark, bright = int(grey.min()), int(grey.max())
    return (
        f"{written(largest)}: the weights of one side, 1 + 2 + 1 = 4, times the step from {dark} "
        f"to {bright}."
    )


def _turned() -> str:
    found = filter_channels(grey_sample("step_edge"), KERNELS["sobel_y"].values)
    return (
        f"Nothing: no result is further from 0 than {written(float(np.abs(found).max()))}. Along "
        "the edge nothing changes from row to row, and that is all that this kernel sees."
    )


def _box() -> str:
    values = KERNELS["box_7"].values
    return (
        f"1/{values.size}, about {written(float(values.flat[0]))}: {values.size} weights that add "
        f"up to {written(float(values.sum()))}, so an even area keeps its level."
    )


def _every_fourth() -> str:
    height, width = grey_sample("panda").shape[:2]
    rows, columns = (output_size(side, 5, stride=4) for side in (height, width))
    return (
        f"{rows} × {columns}: along {height} pixels a window of 5 has {height} − 5 + 1 = "
        f"{height - 4} places, and every fourth of them counts."
    )


EDGES = Lesson(
    "edges",
    "Edges and kernels",
    "A kernel is a small grid of weights; what they are decides what it finds.",
    (
        Step(
            _CONVOLUTION,
            "Multiply each of the nine pixels by its weight, and add up. Say what the covered "
            "cell is, then press Show.",
            "What do the nine weights add up to, and what does that make of an even area?",
            _weights_of_sobel,
            {"picture": "panda", "ask": "1"},
        ),
        Step(
            _CONVOLUTION,
            "Black meets white along one upright line. Point along it.",
            "How large is the result on the edge, and which weights make it so?",
            _along_the_edge,
            {"picture": "step_edge"},
        ),
        Step(
            _CONVOLUTION,
            "The same picture, and the same kernel turned by a quarter.",
            "What is left of the edge?",
            _turned,
            {"picture": "step_edge", "kernel": "sobel_y"},
        ),
        Step(
            _CONVOLUTION,
            "A box blur: all weights are the same.",
            "How large is each weight, and why does an even area keep its brightness?",
            _box,
            {"picture": "panda", "kernel": "box_7", "show": "Clip"},
        ),
        Step(
            _CONVOLUTION,
            "A blur with a stride of 4 moves on by four pixels at a time.",
            "How many rows and columns does the result have?",
            _every_fourth,
            {"picture": "panda", "kernel": "gaussian_5", "show": "Clip", "stride": "4"},
        ),
    ),
)


# ---- channels -------------------------------------------------------------------------------


def _one_filter() -> str:
    side, channels = 3, open_sample("panda").shape[2]
    weights = side * side * channels
    return (
        f"{channels} kernels of {side} × {side}: {weights} weights and one bias. The "
        f"{channels} partial maps add up to a single feature map."
    )


def _muted() -> str:
    return (
        "One of the three partial maps, that of red, and the bias. The sum leaves the others out; "
        "their kernels are still there."
    )


def _whole_layer() -> str:
    rows, columns, channels, filters = first_layer("efficientnet_lite0").kernels.shape
    return (
        f"{rows} × {columns} × {channels} × {filters} = "
        f"{rows * columns * channels * filters} weights, and {filters} feature maps."
    )


def _standard() -> str:
    weights = Connection("standard").cost(3, 8).weights
    return f"3 × 3 × 8 × 8 = {weights}: each of the 8 filters has a kernel for each of the 8 maps."


def _depthwise() -> str:
    one, standard = (Connection(kind).cost(3, 8).weights for kind in ("depthwise", "standard"))
    return (
        f"3 × 3 × 8 = {one} instead of {standard}. Nothing is mixed across the maps any more; a "
        "1 × 1 convolution behind it would do that."
    )


_PRESETS = {"channels_source": "Presets", "channels_linked": "true"}
CHANNELS = Lesson(
    "channels",
    "Channels",
    "A filter has one kernel for each channel, and gives one feature map.",
    (
        Step(
            _CHANNELS,
            "Follow the three lanes from the picture to the sum.",
            "How many kernels, weights and feature maps belong to this one filter?",
            _one_filter,
            {"picture": "panda", **_PRESETS},
        ),
        Step(
            _CHANNELS,
            "Three numbers and the bias are added, and ReLU takes what is negative away. Say what "
            "the covered cell is, then press Show. Mute a channel and say it again.",
            "With green and blue muted, what does the sum consist of?",
            _muted,
            {"picture": "colours", "ask": "1", **_PRESETS},
        ),
        Step(
            _CHANNELS,
            "One of the filters that EfficientNet-Lite0 has learned for its first layer. Look at "
            "some of the others in the strip above.",
            "How many weights does that whole layer have, without biases?",
            _whole_layer,
            {
                "picture": "panda",
                "channels_source": "EfficientNet-Lite0",
                "channels_filter": "22",
            },
        ),
        Step(
            _CHANNELS,
            "The next layer takes 8 maps and gives 8. Point at one of its maps: a line comes from "
            "every map before it.",
            "How many weights is that with kernels of 3 × 3?",
            _standard,
            {"picture": "panda", "channels_part": "Several filters at once"},
        ),
        Step(
            _CHANNELS,
            "Now each map has one kernel of its own.",
            "How many weights are left, and what is lost?",
            _depthwise,
            {
                "picture": "panda",
                "channels_part": "Several filters at once",
                "connections": "depthwise",
            },
        ),
    ),
)


# ---- padding, stride, size ------------------------------------------------------------------


def _valid() -> str:
    return f"{output_size(6, 3)} × {output_size(6, 3)}: 6 − 3 + 1 places along each side."


def _same() -> str:
    before, after = padding_amounts(6, 3, padding="same")
    return (
        f"{before} before and {after} after along each axis, so that 6 + {before + after} − 3 + 1 "
        f"= {output_size(6, 3, padding='same')}."
    )


def _halved() -> str:
    same = output_size(224, 3, stride=2, padding="same")
    valid = output_size(224, 3, stride=2)
    before, after = padding_amounts(224, 3, stride=2, padding="same")
    return (
        f"{same}: 224 / 2, rounded up. Keras adds {before} before and {after} after for it; "
        f"without padding there are {valid} windows."
    )


def _unreached() -> str:
    counts = coverage((8, 8), (3, 3), stride=2)
    return (
        f"{int((counts == 0).sum())}: the last row and the last column. A window of 3 that moves "
        "on by 2 from the first pixel ends at the seventh, and the next would stick out."
    )


def _dilated() -> str:
    return (
        f"{2 * (3 - 1) + 1} × {2 * (3 - 1) + 1} pixels, of which it multiplies {3 * 3}; the number "
        f"of weights stays {3 * 3}."
    )


SIZES = Lesson(
    "sizes",
    "Padding, stride and size",
    "The size of the result follows from those of the input and the kernel, from padding, stride "
    "and dilation.",
    (
        Step(
            _PADDING,
            "A kernel of 3 × 3 on 6 × 6 numbers, and nothing around them. The first result is "
            "covered: add up the nine numbers.",
            "How large is the result?",
            _valid,
            {"pad_padding": "Valid", "ask": "1"},
        ),
        Step(
            _PADDING,
            "The padding “same” keeps the size.",
            "How many zeros stand before and after the numbers?",
            _same,
        ),
        Step(
            _PADDING,
            "Same padding and a stride of 2, on 16 × 16 numbers. Many networks begin so, on 224 "
            "pixels.",
            "How many results does that give along 224 pixels?",
            _halved,
            {"pad_side": "16", "pad_stride": "2"},
        ),
        Step(
            _PADDING,
            "A stride of 2 without padding, on 8 × 8 numbers.",
            "How many of the 64 numbers are in no window?",
            _unreached,
            {"pad_side": "8", "pad_stride": "2", "pad_padding": "Valid"},
        ),
        Step(
            _PADDING,
            "A dilation of 2 spreads the kernel.",
            "How large an area does a kernel of 3 × 3 span now, and how many weights does it have?",
            _dilated,
            {"pad_side": "8", "pad_dilation": "2", "pad_padding": "Valid"},
        ),
    ),
)


# ---- pooling and shift ----------------------------------------------------------------------


def _pooled(kind: str) -> str:
    found = pool(CLASSIC[..., np.newaxis], kind="max" if kind == "max" else "average", size=2)
    return ", ".join(written(float(value)) for value in found.ravel())


def _largest() -> str:
    return f"{_pooled('max')}: the largest of each window, row by row."


def _means() -> str:
    return f"{_pooled('average')}: the mean of each window's four numbers."


def _winners() -> str:
    sources = pool_sources(CLASSIC[..., np.newaxis], size=2).reshape(-1, 2)
    many = len({tuple(place) for place in sources.tolist()})
    return (
        f"To {many}, the winner of each window, and each gets all of its window's gradient. The "
        f"other {CLASSIC.size - many} get nothing."
    )


def _moved() -> str:
    grey = worked_on(open_sample("panda"), "grey", 256)
    kernel = KERNELS["sobel_x"].values[:, :, np.newaxis, np.newaxis]
    found = shift_curves(grey, kernel, [(3, 0)], border="wrap", kind="max", size=4)
    whole, pooled, single = (float(one[0]) for one in (found.map, found.pooled, found.global_pool))
    return (
        f"The map by {written(whole)}, the pooled map by {written(pooled)}, the global pool by "
        f"{written(single)} (0 is no change, 1.4 is as different as from another picture). "
        "Pooling makes the answer depend less on the place, not independent of it."
    )


_GRID = {"pool_on": "A number grid", "pool_gradient": "false", "picture": "panda"}
POOLING = Lesson(
    "pooling",
    "Pooling and shift",
    "Pooling makes one number of each window, and says less exactly where something lies.",
    (
        Step(
            _POOLING,
            "Four windows of 2 × 2. Say the result of each before you show it.",
            "What are the four results?",
            _largest,
            {**_GRID, "ask": "1"},
        ),
        Step(
            _POOLING,
            "The same numbers, with the mean of each window.",
            "What are the four results now?",
            _means,
            {**_GRID, "pool_kind": "Average", "ask": "1"},
        ),
        Step(
            _POOLING,
            "Back to the maximum. On the right: what each number gets of a gradient of 1 that "
            "arrives at every result.",
            "To how many of the 16 numbers does a gradient flow?",
            _winners,
            {**_GRID, "pool_gradient": "true"},
        ),
        Step(
            _POOLING,
            "The picture moves to the right, pixel by pixel; the curves say how much what is "
            "computed from it changes.",
            "Moved by 3 pixels, which changes most: the map, the pooled map, or the global pool?",
            _moved,
            {"picture": "panda", "pool_part": "Shift test"},
        ),
    ),
)


# ---- activations ----------------------------------------------------------------------------


def _below_zero() -> str:
    relu = ACTIVATIONS["relu"]
    value, slope = (float(one(np.float32(-2))) for one in (relu.function, relu.derivative))
    return (
        f"f(−2) = {written(value)}, and the slope is {written(slope)}: no gradient comes through. "
        "Above 0 the slope is 1."
    )


def _zeros() -> str:
    found = activated_map(grey_sample("panda"), KERNELS["sobel_x"].values, ACTIVATIONS["relu"])
    return (
        f"{written_share(found.zeros_after)}, where {written_share(found.zeros_before)} were 0 "
        "before: all that was negative, brighter on the left than on the right."
    )


def _through_thirty() -> str:
    sigmoid = ACTIVATIONS["sigmoid"]
    steepest = float(sigmoid.derivative(np.float32(0)))
    return (
        f"{written(steepest)}, at 0. Thirty such factors are at most {written(steepest)}^30 = "
        f"{written(steepest**30)}; the weights between them would have to make up for it."
    )


def _softmax() -> str:
    logits = np.array([2.0, 1.0, 0.1, -1.5], np.float32)
    first, moved = (float(softmax(logits + more)[0]) for more in (0, 10))
    return (
        f"{written(first, 4)}. With 10 more in each logit it is {written(moved, 4)}: softmax looks "
        "at differences alone."
    )


ACTIVATION = Lesson(
    "activations",
    "Activations and dead units",
    "Without something that is not linear between them two layers are one; its slope decides what "
    "comes back.",
    (
        Step(
            _ACTIVATIONS,
            "ReLU at x = −2. Drag the point along the curve.",
            "How large are its value and its slope there?",
            _below_zero,
            {"x": "-2"},
        ),
        Step(
            _ACTIVATIONS,
            "ReLU on a map of edges, number by number. Say what becomes of the one in hand.",
            "Which share of the map is exactly 0 afterwards?",
            _zeros,
            {"picture": "panda", "act_part": "On your picture", "ask": "1"},
        ),
        Step(
            _ACTIVATIONS,
            "A gradient on its way back through thirty layers with sigmoid.",
            "How steep is sigmoid at most, and what do thirty such slopes multiply to?",
            _through_thirty,
            {"act_part": "Vanishing gradients", "act_function": "Sigmoid", "picture": "panda"},
        ),
        Step(
            _ACTIVATIONS,
            "Two networks learn side by side, with ReLU and with leaky ReLU; play.",
            "Why can a unit that is silent for every example not be woken by its own gradient?",
            lambda: (
                "Its slope is "
                f"{written(float(ACTIVATIONS['relu'].derivative(np.float32(-1))))} for every "
                "example, so no gradient reaches its weights. Leaky ReLU has a slope of "
                f"{written(float(ACTIVATIONS['leaky_relu'].derivative(np.float32(-1))))} there."
            ),
            {"act_part": "Dead ReLUs"},
        ),
        Step(
            _ACTIVATIONS,
            "Softmax makes probabilities of four logits. Drag one.",
            "How probable is the first class, and what changes if each logit is 10 larger?",
            _softmax,
            {"act_part": "Softmax"},
        ),
    ),
)
