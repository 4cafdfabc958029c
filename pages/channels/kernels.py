"""The kernels in hand on the Channels page: presets, trained filters, edits and undo."""

import contextlib
from collections.abc import Collection, Mapping
from functools import partial

import numpy as np
import streamlit as st

from cnnviz import kernels
from cnnviz.channels.mixing import CHANNELS
from cnnviz.channels.trained_kernels import FIRST_LAYERS, TrainedLayer, first_layer
from cnnviz.kernels import KERNELS, Weights
from pages.channels.state import (
    BIAS,
    DEFAULT_PRESET,
    FILTER,
    LARGEST,
    LINKED,
    MUTED,
    PAGE,
    PRESETS,
    SOURCE,
    WEIGHTS,
    apart,
    checked_kernels,
    stacked,
    trained,
)
from pages.ui.edits import MOST_SAID, Handshake, History, sent_name
from pages.ui.kernel import edit_buttons
from pages.ui.markdown import plain

_CUSTOM = "custom"
_EDITS = {
    "rotate": ("rotate_right", "Rotate all three by 90\u00b0", kernels.rotate),
    "mirror": ("swap_horiz", "Mirror all three left to right", kernels.mirror),
    "negate": ("exposure_neg_1", "Negate all three", kernels.negate),
}
_Weighted = tuple[Weights, float, frozenset[int]]


class ChannelKernels:
    """One filter of three kernels, its bias, and which channels are muted.

    `stage` is the session key of the component that edits them.
    """

    def __init__(self, stage: str) -> None:
        self.stage = stage
        self._history: History[_Weighted] = History(stage)
        self._handshake = Handshake(stage)

    # ---- what is in hand ----------------------------------------------------------------

    @property
    def layer(self) -> TrainedLayer | None:
        """The trained layer that filters are taken from; None with presets."""
        network = PAGE[SOURCE]
        return first_layer(network) if network in FIRST_LAYERS else None

    @property
    def filter(self) -> int:
        """The trained filter as the address names it, counted from 1; everywhere else from 0."""
        number, layer = PAGE[FILTER], self.layer
        # An address may name a filter that its layer does not have.
        return number if layer and number <= layer.filters else FILTER.default

    @property
    def _own(self) -> tuple[Weights, float]:
        """The kernels and the bias that the source gives."""
        layer = self.layer
        if layer is None:
            return stacked([KERNELS[DEFAULT_PRESET].values] * 3), 0.0
        return layer.kernels[..., self.filter - 1], float(layer.bias[self.filter - 1])

    @property
    def values(self) -> Weights:
        """The kernels: (side, side, 3) float32."""
        held = PAGE[WEIGHTS]
        return self._own[0] if held is None else held

    @property
    def bias(self) -> float:
        """What is added to the sum."""
        held = PAGE[BIAS]
        return self._own[1] if held is None else held

    @property
    def muted(self) -> frozenset[int]:
        """The channels that are left out of the sum."""
        return PAGE[MUTED]

    @property
    def linked(self) -> bool:
        """Whether all three channels share one kernel."""
        return PAGE[LINKED]

    @property
    def is_filter(self) -> bool:
        """Whether the kernels and the bias are the trained filter's own."""
        own, bias = self._own
        return self.layer is not None and np.array_equal(self.values, own) and self.bias == bias

    @property
    def serial(self) -> int:
        """The number of the browser's last edit that these kernels already contain."""
        return self._handshake.serial

    def titles(self) -> list[str]:
        """Say what each kernel is called."""
        if self.layer and np.array_equal(self.values, self._own[0]):
            return [f"Learned, filter {self.filter - 1}"] * 3
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

    def remember(self) -> None:
        """Let undo come back to these; call it before something else takes their place."""
        self._history.remember((self.values, self.bias, self.muted))

    def replace(
        self,
        values: Weights | None = None,
        *,
        bias: float | None = None,
        muted: Collection[int] | None = None,
    ) -> None:
        """Put other kernels, bias or mutes in their place; what was there can be had back."""
        before = (self.values, self.bias, self.muted)
        after = (
            before[0] if values is None else np.asarray(values, np.float32),
            before[1] if bias is None else float(np.float32(bias)),
            before[2] if muted is None else frozenset(muted),
        )
        if not (np.array_equal(before[0], after[0]) and before[1:] == after[1:]):
            self.remember()
        self._hold(after)

    def _hold(self, state: _Weighted) -> None:
        own, bias = self._own
        PAGE.write(
            {
                WEIGHTS.name: None if np.array_equal(state[0], own) else state[0],
                BIAS.name: None if state[1] == bias else state[1],
                MUTED.name: state[2],
            }
        )

    def take_trained(self, network: str, number: int) -> None:
        """Take a trained filter with its bias, and set up all that the network does around it."""
        self.remember()
        PAGE.write(trained(network, number))

    def tools(self) -> list[Mapping[str, object]]:
        """Describe the edit buttons for the component."""
        return edit_buttons(_EDITS, undo=bool(self._history))

    def take_edit(self) -> None:
        """Answer a press of an edit button."""
        self.take_mix()
        name = sent_name(self.stage, "edit")
        if name == "undo":
            before = self._history.back()
            if before is not None:
                self._hold(before)
        elif name in _EDITS:
            edit = _EDITS[name][2]
            self.replace(np.stack([edit(kernel) for kernel in apart(self.values)], axis=-1))

    def take_mix(self) -> None:
        """Take over the weights, the bias and the mutes that were set in the browser."""
        if not self._handshake.is_news("mix"):
            return
        sent = self._handshake.sent("mix")
        try:
            side = int(sent["side"])
            three = [
                kernels.checked_kernel(np.reshape(np.array(kernel, np.float64), (side, side)))
                for kernel in sent["kernels"]
            ]
            muted = [channel for channel, silent in enumerate(sent["muted"]) if silent]
            if len(three) != 3 or len(muted) > 3:
                raise ValueError(f"There must be three kernels. Received: {len(three)}.")
            bias = float(kernels.checked_kernel([[float(sent["bias"])]])[0, 0])
            self.replace(checked_kernels(three), bias=bias, muted=muted)
            self._handshake.take(sent)
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            st.session_state[f"{self.stage}_complaint"] = (
                f"The weights were not taken over: {str(error)[:MOST_SAID]}"
            )

    def take_filter(self) -> None:
        """Take over the trained filter that was chosen in the browser."""
        sent, layer = self._handshake.sent("filter"), self.layer
        if layer is None:
            return
        with contextlib.suppress(KeyError, TypeError, ValueError, OverflowError):
            number = int(sent["number"])
            if not 1 <= number <= layer.filters:
                raise ValueError(f"A filter is from 1 to {layer.filters}. Received: {number}.")
            self._handshake.take(sent)
            self.take_trained(PAGE[SOURCE], number)

    # ---- controls -----------------------------------------------------------------------

    def controls(self) -> None:
        """Draw where the kernels come from, the presets or the filter, and the size."""
        if complaint := st.session_state.pop(f"{self.stage}_complaint", None):
            st.error(plain(complaint), icon=":material/error:")
        PAGE.control(
            st.selectbox,
            SOURCE,
            "Kernels from",
            on_change=partial(self._take_source, (self.values, self.bias, self.muted)),
            help="The first layer of each network that ships looks at red, green and blue.",
        )
        if self.layer and self.layer.note:
            st.caption(self.layer.note)
        PAGE.control(
            st.toggle,
            LINKED,
            "One kernel for all",
            on_change=self._take_link,
            help="Linked, an edit changes all three kernels.",
        )
        if self.layer is None:
            for channel, name in enumerate(["all three"] if self.linked else CHANNELS):
                key = f"{self.stage}_preset_{channel}"
                st.session_state[key] = self._preset(channel)
                st.selectbox(
                    f"Kernel on {name}",
                    [*PRESETS, _CUSTOM],
                    format_func=lambda name: PRESETS[name].title if name in PRESETS else "Custom",
                    key=key,
                    on_change=self._take_preset,
                    args=(channel,),
                )
        side_key = f"{self.stage}_side"
        st.session_state[side_key] = len(self.values)
        st.slider("Kernel size", 1, LARGEST, key=side_key, on_change=self._take_side)

    def _take_source(self, before: _Weighted) -> None:
        network = PAGE[SOURCE]
        if network in FIRST_LAYERS:
            self._history.remember(before)
            PAGE.write(trained(network, FILTER.default))
        else:
            self._hold(before)  # the trained filter's kernels stay, to be changed by hand

    def _take_link(self) -> None:
        if self.linked:
            self.replace(stacked([self.values[..., 0]] * 3))

    def _take_preset(self, channel: int) -> None:
        name = st.session_state[f"{self.stage}_preset_{channel}"]
        if name not in PRESETS:
            return
        three = [PRESETS[name].values] * 3
        if not self.linked:
            three = apart(self.values)
            three[channel] = PRESETS[name].values
        self.replace(stacked(three))

    def _take_side(self) -> None:
        side = st.session_state[f"{self.stage}_side"]
        self.replace(
            np.stack([kernels.resize(kernel, side) for kernel in apart(self.values)], axis=-1)
        )
