"""What there is to try on the Channels page."""

from dataclasses import dataclass

import numpy as np

from cnnviz.channels.connections import ConnectedLayer
from cnnviz.channels.volumes import FilterVolumes
from cnnviz.convolution import convolve
from cnnviz.images import pictures as images
from cnnviz.images.pictures import LUMINANCE
from cnnviz.notation import written, written_count, written_share
from cnnviz.shapes import map_padding
from pages.channels.layer import Filtered
from pages.channels.state import trained
from pages.ui.experiments import Experiment

_GREY = np.array([[LUMINANCE]], np.float32)
_RED_GREEN = np.stack([np.full((3, 3), w / 9, np.float32) for w in (1, -1, 0)], axis=-1)


# ---- one filter -----------------------------------------------------------------------------


def _same_kernel(seen: Filtered) -> str:
    layer, kernel = seen.layer, seen.kernels.values[..., :1, None]
    total = layer.scale(layer.pixels).sum(axis=-1, keepdims=True)
    alone = convolve(total, kernel, stride=layer.stride, padding=layer.padding)[..., 0]
    off = float(np.abs(alone - seen.mix.sum).max())
    return (
        "Where all three share a kernel, it may as well slide once over red + green + blue: the "
        f"two sums differ by at most {written(off, 2)} (rounding), and reach "
        f"{written(float(np.abs(alone).max()))}."
    )


def _brightness(seen: Filtered) -> str:
    off = float(np.abs(seen.mix.result - images.grey(seen.layer.pixels)[..., 0]).max())
    weights = " + ".join(
        f"{written(weight)} {name}"
        for weight, name in zip(LUMINANCE, ("red", "green", "blue"), strict=True)
    )
    return (
        f"{weights} is the picture in grey: no number is further than {written(off, 2)} from the "
        "grey pixel, which is rounded to a whole number."
    )


def _red_green(seen: Filtered) -> str:
    result = seen.mix.result
    red, green = (int(np.count_nonzero(side)) for side in (result > 0, result < 0))
    return (
        f"Red is stronger in {written_share(red, result.size)} of the places, green in "
        f"{written_share(green, result.size)}; where the two are alike, as in grey, the result "
        "is 0."
    )


def _colour(seen: Filtered) -> str:
    layer, total = seen.layer, seen.mix.sum
    row, column = np.unravel_index(int(total.argmax()), total.shape)
    side = seen.kernels.values.shape[0]
    ends = map_padding(
        layer.pixels.shape[:2], (side, side), stride=layer.stride, padding=layer.padding
    )
    top, left = (
        int(at) * layer.stride - before for at, (before, _) in zip((row, column), ends, strict=True)
    )
    window = layer.pixels[max(0, top) : top + side, max(0, left) : left + side]
    red, green, blue = (round(float(mean)) for mean in window.mean(axis=(0, 1)))
    return (
        f"Its largest sum, {written(float(total.max()))}, is at row {row}, column {column}; "
        f"the pixels there are {red} red, {green} green and {blue} blue on average."
    )


def _muted(seen: Filtered) -> str:
    alone, whole = (
        float(np.abs(total).max()) for total in (seen.mix.sum, seen.mix.partial.sum(axis=-1))
    )
    return (
        f"Only red is left: the sum now reaches {written(alone)}, where all three maps together "
        f"reach {written(whole)}."
    )


ONE_FILTER = (
    Experiment(
        "The same kernel on all three",
        {"channels_source": "presets", "channels_linked": True},
        "Three partial maps from one kernel, and their sum.",
        _same_kernel,
    ),
    Experiment(
        "Grey from three weights",
        {
            "channels_source": "presets",
            "channels_linked": False,
            "kernels": _GREY,
            "channels_scale": "zero_to_255",
            "channels_activation": "linear",
        },
        "Each kernel is a single weight; compare the result with the picture in grey.",
        _brightness,
    ),
    Experiment(
        "Red against green",
        {
            "channels_source": "presets",
            "channels_linked": False,
            "kernels": _RED_GREEN,
            "channels_activation": "linear",
        },
        "What is above 0 in the result is redder than it is green.",
        _red_green,
    ),
    Experiment(
        "Colour that a network looks for",
        trained("efficientnet_lite0", 21),
        "A kernel that was trained: see where in the picture its sum is large.",
        _colour,
    ),
    Experiment(
        "Mute green and blue",
        {"mute": frozenset({1, 2})},
        "Two of the three wires carry nothing now; the kernel itself is unchanged.",
        _muted,
    ),
)


# ---- several filters ------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Connected:
    """The second layer, connected in one of the ways; `wide` maps are counted for as well."""

    found: FilterVolumes
    layer: ConnectedLayer
    wide: int


def _counts(seen: Connected, maps: int) -> tuple[int, int]:
    """Count the weights of the layer in hand and of the standard one, for as many maps."""
    in_hand, standard = (
        layer.connection.cost(seen.found.side, maps).weights
        for layer in (seen.layer, seen.found.layers[0])
    )
    return in_hand, standard


def _fewer(seen: Connected) -> str:
    in_hand, standard = _counts(seen, seen.found.filters)
    lines = seen.layer.connection.sees(seen.found.filters)
    return (
        f"Each filter sees {int(lines[0].sum())} of {seen.found.filters} maps: "
        f"{written_count(in_hand)} weights instead of {written_count(standard)}. Its maps are like "
        f"the standard layer's with a correlation of {seen.layer.likeness:.2f}."
    )


def _separable(seen: Connected) -> str:
    (few, many), (few_wide, many_wide) = (
        _counts(seen, maps) for maps in (seen.found.filters, seen.wide)
    )
    return (
        f"With {seen.found.filters} maps {written_count(few)} weights instead of "
        f"{written_count(many)}, {written(many / few)} times fewer; with {seen.wide:,} maps it is "
        f"{written(many_wide / few_wide)} times."
    )


def _no_neighbour(seen: Connected) -> str:
    in_hand, standard = _counts(seen, seen.found.filters)
    return (
        f"{written_count(in_hand)} weights instead of {written_count(standard)}: each cell is a "
        "mixture of the cells at its own place. The maps are like the standard layer's with a "
        f"correlation of {seen.layer.likeness:.2f}."
    )


SEVERAL_FILTERS = (
    Experiment(
        "Cut it in four groups",
        {"connections": "grouped_4"},
        "Most lines are gone: a filter is connected with the maps of its own group.",
        _fewer,
    ),
    Experiment(
        "Nearly nine times fewer weights",
        {"connections": "separable", "channels_filters": 16, "channels_wide": 1024},
        "The layer becomes two, one along the picture and one across the maps; compare the counts.",
        _separable,
    ),
    Experiment(
        "Look at no neighbour",
        {"connections": "pointwise"},
        "Every filter still sees every map, but one pixel of it at a time.",
        _no_neighbour,
    ),
)
