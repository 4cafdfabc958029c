"""What the page on channels remembers: the filter in hand, the layer around it, and the volumes."""

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from cnnviz import kernels
from cnnviz.activations import ACTIVATIONS
from cnnviz.channels.connections import connections_for
from cnnviz.channels.mixing import CHANNELS
from cnnviz.channels.trained_kernels import FIRST_LAYERS, PIXEL_SCALES, first_layer
from cnnviz.kernels import KERNELS, Weights
from pages.ui.entries import Choice, Entry, Real, Toggle, Whole
from pages.ui.focus import cell_entry
from pages.ui.state import Table

LARGEST = 7
"""The side of the largest kernel."""

DEFAULT_PRESET = "sobel_x"
_DEFAULT_FILTER = 6
_MOST_FILTERS = 32


# ---- texts in the address -------------------------------------------------------------------


def read_kernels(text: str) -> Weights:
    """Read one kernel for all channels, or three: (side, side, 3) float32."""
    parts = text.split("|", 3)
    if len(parts) not in (1, 3):
        raise ValueError(f"There must be one kernel, or three. Received: {len(parts)}.")
    return checked_kernels([kernels.unpack_kernel(part) for part in parts])


def checked_kernels(read: list[Weights]) -> Weights:
    """Stack one kernel, or three, that are squares of one size: (side, side, 3) float32."""
    shapes = {kernel.shape for kernel in read}
    if len(shapes) != 1 or len(set(shapes.pop())) != 1 or len(read[0]) > LARGEST:
        raise ValueError(
            f"The kernels must be squares of one size, up to {LARGEST} x {LARGEST}. "
            f"Received: {', '.join(str(kernel.shape) for kernel in read)}."
        )
    return np.stack(read * 3 if len(read) == 1 else read, axis=-1)


def apart(values: Weights) -> list[Weights]:
    """Take three kernels apart."""
    return list(np.moveaxis(values, -1, 0))


def stacked(three: list[Weights]) -> Weights:
    """Stack kernels; the smaller ones get zeros around them."""
    side = max(len(kernel) for kernel in three)
    return np.stack([kernels.resize(kernel, side) for kernel in three], axis=-1)


def _write_kernels(values: Weights | None) -> str:
    if values is None:
        return ""
    texts = [kernels.pack_kernel(kernel) for kernel in apart(values)]
    return texts[0] if len(set(texts)) == 1 else "|".join(texts)


def _read_bias(text: str) -> float:
    value = kernels.parse_kernel(text)
    if value.size != 1:
        raise ValueError(f"The bias is one number. Received: {value.size}.")
    return float(value[0, 0])


def _write_bias(value: float | None) -> str:
    return "" if value is None else kernels.format_kernel([[value]])


def _read_muted(text: str) -> frozenset[int]:
    letters = [name[0] for name in CHANNELS]
    if not 0 < len(text) <= 3 or len(set(text)) != len(text) or not set(text) <= set(letters):
        raise ValueError(f"Muted channels are named by r, g and b. Received: {text[:40]!r}.")
    return frozenset(map(letters.index, text))


def _write_muted(value: frozenset[int]) -> str:
    return "".join(CHANNELS[channel][0] for channel in sorted(value))


def _read_connection(text: str) -> str:
    if text not in {one.key for count in FILTERS.options for one in connections_for(count)}:
        raise ValueError(f"No layer is connected like that. Received: {text[:40]!r}.")
    return text


# ---- the table of the page, and of one filter ------------------------------------------------

_PADDINGS: tuple[Literal["same", "valid"], ...] = ("same", "valid")

PART = Choice("channels_part", {"one": "One filter", "several": "Several filters at once"})
SOURCE = Choice("channels_source", {"presets": "Presets", **FIRST_LAYERS}, "small_vgg")
FILTER = Whole("channels_filter", 1, _MOST_FILTERS, _DEFAULT_FILTER)
LINKED = Toggle("channels_linked")
# None is what the source gives, so that the address need not spell it out.
WEIGHTS: Entry[Weights | None] = Entry("kernels", None, read_kernels, _write_kernels)
BIAS: Entry[float | None] = Entry("bias", None, _read_bias, _write_bias)
MUTED: Entry[frozenset[int]] = Entry("mute", frozenset(), _read_muted, _write_muted)
LONGEST = Choice("channels_longest", (32, 64, 128, 256), 256, lambda length: f"{length} px")
STRIDE = Whole("channels_stride", 1, 4, 1)
PADDING = Choice("channels_padding", _PADDINGS)
SCALE = Choice("channels_scale", {name: scale.name for name, scale in PIXEL_SCALES.items()})
ACTIVATION = Choice(
    "channels_activation", list(ACTIVATIONS), "relu", lambda name: ACTIVATIONS[name].label
)
PARAMETERS: Mapping[str, Mapping[str, Entry[Any]]] = {
    key: {
        name: Toggle(f"channels_{key}_{name}", bool(spec.default))
        if spec.is_switch
        else Real(f"channels_{key}_{name}", spec.minimum, spec.maximum, spec.default, spec.step)
        for name, spec in activation.parameters.items()
    }
    for key, activation in ACTIVATIONS.items()
}
AT = cell_entry()
PAGE = Table(
    "channels",
    *(PART, SOURCE, FILTER, LINKED, WEIGHTS, BIAS, MUTED),
    *(LONGEST, STRIDE, PADDING, SCALE, ACTIVATION, AT),
    *(entry for entries in PARAMETERS.values() for entry in entries.values()),
    first={SOURCE.name: "presets", LINKED.name: True},
    apart=[PART.name],
)


def trained(network: str, number: int) -> dict[str, object]:
    """Give a trained filter with its bias, and all that the network does around it, as a state."""
    layer = first_layer(network)
    return {
        SOURCE.name: network,
        FILTER.name: number,
        LINKED.name: False,
        WEIGHTS.name: None,
        BIAS.name: None,
        MUTED.name: frozenset(),
        STRIDE.name: layer.stride,
        PADDING.name: layer.padding,
        SCALE.name: layer.scale,
        ACTIVATION.name: layer.activation,
    }


# ---- several filters -------------------------------------------------------------------------

FILTERS = Choice("channels_filters", (4, 8, 16), 8)
WIDE = Choice("channels_wide", (16, 32, 64, 128, 256, 512, 1024), 256, lambda maps: f"{maps} maps")
CONNECTION = Entry("connections", "standard", _read_connection, str)
VOLUMES = Table("channels_volume", FILTERS, WIDE, CONNECTION)

PRESETS = {
    name: kernel
    for name, kernel in KERNELS.items()
    if kernel.values.shape[0] == kernel.values.shape[1] <= LARGEST
}
