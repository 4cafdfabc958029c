"""The kernels in hand on the Channels page: presets, trained filters, edits, undo, address."""

import contextlib
from collections.abc import Collection, Mapping
from types import MappingProxyType

import numpy as np
import streamlit as st

from cnnviz import kernels
from cnnviz.channels.mixing import CHANNELS
from cnnviz.channels.trained_kernels import FIRST_LAYERS, TrainedLayer, first_layer
from cnnviz.kernels import KERNELS
from pages.ui.address import Addressed
from pages.ui.entries import read_whole
from pages.ui.kernel import edit_buttons

LARGEST = 7
PRESETS = MappingProxyType(
    {
        name: kernel
        for name, kernel in KERNELS.items()
        if kernel.values.shape[0] == kernel.values.shape[1] <= LARGEST
    }
)
_CUSTOM = "custom"
_SOURCES = ("presets", *FIRST_LAYERS)
_DEFAULT_SOURCE = "small_vgg"
_DEFAULT_FILTER = 6
_DEFAULT_PRESET = "sobel_x"
_NONE: Mapping[str, object] = MappingProxyType({})
_EDITS = {
    "rotate": ("rotate_right", "Rotate all three by 90\u00b0", kernels.rotate),
    "mirror": ("swap_horiz", "Mirror all three left to right", kernels.mirror),
    "negate": ("exposure_neg_1", "Negate all three", kernels.negate),
}


_State = tuple[np.ndarray, float, frozenset[int]]


class ChannelKernels:
    """One filter of three kernels, its bias, and which channels are muted.

    `stage` is the session key of the component that edits them.
    """

    def __init__(self, stage: str) -> None:
        self.stage = stage

    # The default is what the chosen source gives, so that the address need not spell it out.

    @property
    def _kernels(self) -> Addressed[np.ndarray]:
        layer = self.layer
        default = (
            _stacked([KERNELS[_DEFAULT_PRESET].values] * 3)
            if layer is None
            else layer.kernels[..., self.filter - 1]
        )
        return Addressed("kernels", self.stage, default, _read_kernels, _write_kernels)

    @property
    def _bias(self) -> Addressed[float]:
        layer = self.layer
        default = 0.0 if layer is None else float(layer.bias[self.filter - 1])
        return Addressed("bias", self.stage, default, _read_bias, _write_bias)

    @property
    def _muted(self) -> Addressed[frozenset[int]]:
        return Addressed("mute", self.stage, frozenset(), _read_muted, _write_muted)

    @property
    def layer(self) -> TrainedLayer | None:
        """The trained layer that filters are taken from; None with presets."""
        network = st.session_state.get(f"{self.stage}_source", _DEFAULT_SOURCE)
        return first_layer(network) if network in FIRST_LAYERS else None

    @property
    def filter(self) -> int:
        """The number of the trained filter, from 1."""
        number, layer = self._filter.current, self.layer
        # The browser's way back may bring another layer, with fewer filters.
        return number if layer and number <= layer.filters else _DEFAULT_FILTER

    @property
    def _filter(self) -> Addressed[int]:
        most = self.layer.filters if self.layer else _DEFAULT_FILTER
        name = f"{self.stage}_filter"
        return Addressed(
            name, self.stage, _DEFAULT_FILTER, lambda text: read_whole(text, 1, most), str
        )

    @property
    def is_filter(self) -> bool:
        """Whether the kernels and the bias are the trained filter's own."""
        layer = self.layer
        return (
            layer is not None
            and np.array_equal(self.values, layer.kernels[..., self.filter - 1])
            and self.bias == float(layer.bias[self.filter - 1])
        )

    @property
    def values(self) -> np.ndarray:
        """The kernels: (side, side, 3) float32."""
        return self._kernels.value()

    @property
    def bias(self) -> float:
        """What is added to the sum."""
        return self._bias.value()

    @property
    def muted(self) -> frozenset[int]:
        """The channels that are left out of the sum."""
        return self._muted.value()

    @property
    def linked(self) -> bool:
        """Whether all three channels share one kernel."""
        return bool(st.session_state.get(f"{self.stage}_linked", False))

    @property
    def serial(self) -> int:
        """The number of the browser's last edit that these kernels already contain."""
        return int(st.session_state.get(f"{self.stage}_serial", 0))

    def titles(self) -> list[str]:
        """Say what each kernel is called."""
        layer = self.layer
        if layer and np.array_equal(self.values, layer.kernels[..., self.filter - 1]):
            return [f"Learned, filter {self.filter}"] * 3
        return [
            PRESETS[name].title if name in PRESETS else "Custom"
            for name in map(self._preset, range(3))
        ]

    def _preset(self, channel: int) -> str:
        values = self.values[..., channel]
        chosen: str = st.session_state.get(f"{self.stage}_preset_{channel}", "")
        for name in [*([chosen] if chosen in PRESETS else []), *PRESETS]:
            preset = PRESETS[name].values
            if preset.shape[0] <= len(values):
                preset = kernels.resize(preset, values.shape)
                if np.array_equal(preset, values):
                    return name
        return _CUSTOM

    # ---- changes ------------------------------------------------------------------------

    def replace(
        self,
        values: np.ndarray | None = None,
        *,
        bias: float | None = None,
        muted: Collection[int] | None = None,
        filter: int | None = None,
        controls: Mapping[str, object] = _NONE,
    ) -> None:
        """Put other kernels, bias or mutes in their place, and set other controls by their keys.

        `filter` is the number of the trained filter that they are. What was there can be had back.
        """
        # Each change of the address has the browser render: what is replaced is only looked at.
        before = (self._kernels.current, self._bias.current, self._muted.current)
        for key, value in controls.items():
            st.session_state[f"{self.stage}_{key}"] = value
        if filter is not None:
            self._filter.hold(filter)
        after = (
            before[0] if values is None else np.asarray(values, np.float32),
            before[1] if bias is None else float(np.float32(bias)),
            before[2] if muted is None else frozenset(muted),
        )
        if not _equal(before, after):
            history = st.session_state.setdefault(f"{self.stage}_history", [])
            history.append(before)
            del history[:-50]
        self._hold(after)

    def _hold(self, state: _State) -> None:
        self._kernels.hold(state[0])
        self._bias.hold(state[1])
        self._muted.hold(state[2])

    def take_preset(self, name: str, *, controls: Mapping[str, object] = _NONE) -> None:
        """Take one preset for all channels; set other controls by their keys."""
        self.replace(_stacked([PRESETS[name].values] * 3), bias=0.0, muted=(), controls=controls)

    def take_trained(self, network: str, number: int) -> None:
        """Take a trained filter with its bias, and set up all that the network does around it."""
        layer = first_layer(network)
        self.replace(
            layer.kernels[..., number - 1],
            bias=float(layer.bias[number - 1]),
            muted=(),
            filter=number,
            controls={
                "source": network,
                "linked": False,
                "scale": layer.scale,
                "stride": layer.stride,
                "padding": layer.padding,
                "activation": layer.activation,
            },
        )

    def tools(self) -> list[Mapping[str, object]]:
        """Describe the edit buttons for the component."""
        return edit_buttons(_EDITS, undo=bool(st.session_state.get(f"{self.stage}_history")))

    def take_edit(self) -> None:
        """Answer a press of an edit button."""
        name = st.session_state[self.stage].get("edit")
        if name == "undo":
            if history := st.session_state.get(f"{self.stage}_history"):
                self._hold(history.pop())
        elif name in _EDITS:
            edit = _EDITS[name][2]
            self.replace(np.stack([edit(kernel) for kernel in _apart(self.values)], axis=-1))

    def take_mix(self) -> None:
        """Take over the weights, the bias and the mutes that were set in the browser."""
        sent = st.session_state[self.stage].get("mix") or {}
        try:
            st.session_state[f"{self.stage}_serial"] = int(sent["serial"])
            side = int(sent["side"])
            three = [
                kernels.format_kernel(np.reshape(np.array(kernel, np.float64), (side, side)))
                for kernel in sent["kernels"]
            ]
            muted = [channel for channel, silent in enumerate(sent["muted"]) if silent]
            self.replace(
                _read_kernels("|".join(three)),
                bias=_read_bias(_write_bias(float(sent["bias"]))),
                muted=muted,
            )
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            st.session_state[f"{self.stage}_complaint"] = (
                f"The weights were not taken over: {error}"
            )

    def take_filter(self) -> None:
        """Take over the trained filter that was chosen in the browser."""
        sent, layer = st.session_state[self.stage].get("filter") or {}, self.layer
        if layer is None:
            return
        with contextlib.suppress(KeyError, TypeError, ValueError, OverflowError):
            number = read_whole(str(sent["number"]), 1, layer.filters)
            st.session_state[f"{self.stage}_serial"] = int(sent["serial"])
            self.take_trained(st.session_state[f"{self.stage}_source"], number)

    # ---- controls -----------------------------------------------------------------------

    def controls(self) -> None:
        """Draw where the kernels come from, the presets or the filter, and the size."""
        if complaint := st.session_state.pop(f"{self.stage}_complaint", None):
            st.error(complaint, icon=":material/error:")
        st.selectbox(
            "Kernels from",
            _SOURCES,
            index=_SOURCES.index(_DEFAULT_SOURCE),
            format_func=lambda name: FIRST_LAYERS.get(name, "Presets"),
            key=f"{self.stage}_source",
            bind="query-params",
            on_change=self._take_source,
            help="The first layer of each network that ships looks at red, green and blue.",
        )
        self._filter.value()
        if self.layer and self.layer.note:
            st.caption(self.layer.note)
        st.toggle(
            "One kernel for all",
            key=f"{self.stage}_linked",
            bind="query-params",
            on_change=self._take_link,
            help="Linked, an edit changes all three kernels.",
        )
        channels = ["all three"] if self.linked else CHANNELS
        if self.layer is None:
            for channel, name in enumerate(channels):
                key = f"{self.stage}_preset_{channel}"
                st.session_state[key] = self._preset(channel)
                st.selectbox(
                    f"Kernel on {name}",
                    [*PRESETS, _CUSTOM],
                    format_func=lambda name: PRESETS[name].title if name in PRESETS else "Custom",
                    key=key,
                    on_change=self._take_menu,
                    args=(channel,),
                )
        side_key = f"{self.stage}_side"
        st.session_state[side_key] = len(self.values)
        st.slider("Kernel size", 1, LARGEST, key=side_key, on_change=self._take_side)

    def _take_source(self) -> None:
        network = st.session_state[f"{self.stage}_source"]
        if network in FIRST_LAYERS:
            self.take_trained(network, _DEFAULT_FILTER)

    def _take_link(self) -> None:
        if self.linked:
            self.replace(_stacked([self.values[..., 0]] * 3))

    def _take_menu(self, channel: int) -> None:
        name = st.session_state[f"{self.stage}_preset_{channel}"]
        if name not in PRESETS:
            return
        three = [PRESETS[name].values] * 3
        if not self.linked:
            three = _apart(self.values)
            three[channel] = PRESETS[name].values
        self.replace(_stacked(three))

    def _take_side(self) -> None:
        side = st.session_state[f"{self.stage}_side"]
        self.replace(
            np.stack([kernels.resize(kernel, side) for kernel in _apart(self.values)], axis=-1)
        )


def _apart(values: np.ndarray) -> list[np.ndarray]:
    return list(np.moveaxis(values, -1, 0))


def _stacked(three: Collection[np.ndarray]) -> np.ndarray:
    """Stack kernels; the smaller ones get zeros around them."""
    side = max(len(kernel) for kernel in three)
    return np.stack([kernels.resize(kernel, side) for kernel in three], axis=-1)


def _equal(one: _State, other: _State) -> bool:
    return np.array_equal(one[0], other[0]) and one[1:] == other[1:]


def _read_kernels(text: str) -> np.ndarray:
    parts = text.split("|", 3)
    if len(parts) not in (1, 3):
        raise ValueError(f"There must be one kernel, or three. Received: {len(parts)}.")
    read = [kernels.parse_kernel(part) for part in parts]
    shapes = {kernel.shape for kernel in read}
    if len(shapes) != 1 or len(set(shapes.pop())) != 1 or len(read[0]) > LARGEST:
        raise ValueError(
            f"The kernels must be squares of one size, up to {LARGEST} x {LARGEST}. "
            f"Received: {', '.join(str(kernel.shape) for kernel in read)}."
        )
    return np.stack(read * 3 if len(read) == 1 else read, axis=-1)


def _write_kernels(values: np.ndarray) -> str:
    texts = [kernels.format_kernel(kernel) for kernel in _apart(values)]
    return texts[0] if len(set(texts)) == 1 else "|".join(texts)


def _read_bias(text: str) -> float:
    value = kernels.parse_kernel(text)
    if value.size != 1:
        raise ValueError(f"The bias is one number. Received: {value.size}.")
    return float(value[0, 0])


def _write_bias(value: float) -> str:
    return kernels.format_kernel([[value]])


def _read_muted(text: str) -> frozenset[int]:
    letters = [name[0] for name in CHANNELS]
    if not 0 < len(text) <= 3 or len(set(text)) != len(text) or not set(text) <= set(letters):
        raise ValueError(f"Muted channels are named by r, g and b. Received: {text!r}.")
    return frozenset(map(letters.index, text))


def _write_muted(value: frozenset[int]) -> str:
    return "".join(CHANNELS[channel][0] for channel in sorted(value))
