"""The kernel in hand: presets, edits, undo, and its place in the address."""

from collections.abc import Mapping

import numpy as np
import streamlit as st

from cnnviz import kernels
from cnnviz.kernels import KERNELS
from pages.ui.address import Addressed

LARGEST = 11
_CUSTOM = "custom"
_EDITS = {
    "rotate": ("rotate_right", "Rotate by 90\u00b0", kernels.rotate),
    "mirror": ("swap_horiz", "Mirror left to right", kernels.mirror),
    "negate": ("exposure_neg_1", "Negate", kernels.negate),
    "normalise": ("functions", "Scale to sum 1", kernels.normalise),
}


_ODD = ("Size", 3, LARGEST, 7, 2)
_MAKERS = {
    # Each slider: argument of the maker, label, least, most, first, step.
    "Gaussian": (kernels.gaussian, {"size": _ODD, "sigma": ("Sigma", 0.3, 5.0, 1.5, 0.1)}),
    "Motion blur": (kernels.motion_blur, {"size": _ODD, "angle": ("Angle", 0, 180, 30, 5)}),
    "Laplacian of Gaussian": (
        kernels.laplacian_of_gaussian,
        {"size": _ODD, "sigma": ("Sigma", 0.5, 3.0, 1.4, 0.1)},
    ),
    "Gabor": (
        kernels.gabor,
        {
            "size": _ODD,
            "angle": ("Angle", 0, 180, 45, 5),
            "wavelength": ("Wavelength", 2.0, 12.0, 5.0, 0.5),
            "phase": ("Phase", 0, 180, 0, 15),
        },
    ),
    "Box": (kernels.box, {"size": ("Size", 1, LARGEST, 5, 1)}),
    "Random": (kernels.random, {"size": ("Size", 1, LARGEST, 3, 1), "seed": ("Seed", 0, 99, 0, 1)}),
}


def edit_buttons(
    edits: Mapping[str, tuple[str, str, object]], *, undo: bool
) -> list[Mapping[str, object]]:
    """Describe a button for each edit (by name: symbol, label, function), and one to undo them."""
    listed = [
        {"name": name, "symbol": symbol, "label": label}
        for name, (symbol, label, _) in edits.items()
    ]
    return [*listed, {"name": "undo", "symbol": "undo", "label": "Undo", "enabled": undo}]


class KernelInHand:
    """One page's kernel.

    `stage` is the session key of the component that edits it, `show` that of the control that
    says how the result is painted.
    """

    def __init__(self, default: str, *, stage: str, show: str | None = None) -> None:
        self.stage = stage
        self.show = show
        self._address = Addressed(
            "kernel", stage, KERNELS[default].values, kernels.parse_kernel, kernels.format_kernel
        )

    @property
    def values(self) -> np.ndarray:
        """The kernel: (rows, columns) float32."""
        return self._address.value()

    @property
    def preset(self) -> str:
        """The name of the preset it equals, or "custom"."""
        values = self.values
        chosen = st.session_state.get(f"{self.stage}_preset")
        names = [chosen, *KERNELS] if chosen in KERNELS else list(KERNELS)
        same = (n for n in names if np.array_equal(KERNELS[n].values, values))
        return next(same, _CUSTOM)

    @property
    def title(self) -> str:
        """What it is called."""
        name = self.preset
        return KERNELS[name].title if name in KERNELS else "Custom"

    @property
    def natural_show(self) -> str:
        """How its result shows best: signed where its weights cancel out, else as a picture."""
        return "signed" if abs(float(self.values.sum())) < 1e-3 else "clip"

    def choose(self, name: str, **controls: object) -> None:
        """Take a preset, and set other controls by their keys."""
        st.session_state[f"{self.stage}_preset"] = name
        self.replace(KERNELS[name].values)
        if self.show:
            st.session_state[self.show] = self.natural_show
        for key, value in controls.items():
            st.session_state[key] = value

    def replace(self, values: np.ndarray) -> None:
        """Put another kernel in its place; the old one can be had back."""
        if np.array_equal(values, self.values):
            return
        history = st.session_state.setdefault(f"{self.stage}_history", [])
        history.append(self.values)
        del history[:-50]
        self._address.hold(values.astype(np.float32))

    def tools(self) -> list[Mapping[str, object]]:
        """Describe the edit buttons for the component."""
        return edit_buttons(_EDITS, undo=bool(st.session_state.get(f"{self.stage}_history")))

    def take_edit(self) -> None:
        """Answer a press of an edit button."""
        name = st.session_state[self.stage].get("edit")
        if name == "undo":
            if history := st.session_state.get(f"{self.stage}_history"):
                self._address.hold(history.pop())
        elif name in _EDITS:
            try:
                self.replace(_EDITS[name][2](self.values))
            except ValueError as error:
                st.session_state[f"{self.stage}_complaint"] = str(error)

    def take_weights(self) -> None:
        """Take over the weights that were typed or dragged in the browser."""
        sent = st.session_state[self.stage].get("kernel") or {}
        try:
            values = np.array(sent["values"], np.float64).reshape(sent["rows"], sent["columns"])
            self.replace(kernels.parse_kernel(kernels.format_kernel(values)))
            st.session_state[f"{self.stage}_serial"] = int(sent["serial"])
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            st.session_state[f"{self.stage}_complaint"] = (
                f"The weights were not taken over: {error}"
            )

    @property
    def serial(self) -> int:
        """The number of the browser's last edit that this kernel already contains."""
        return int(st.session_state.get(f"{self.stage}_serial", 0))

    def controls(self) -> None:
        """Draw the preset menu, the size and the kernel as text."""
        if complaint := st.session_state.pop(f"{self.stage}_complaint", None):
            st.error(complaint, icon=":material/error:")
        preset_key, rows_key, columns_key, text_key = (
            f"{self.stage}_{part}" for part in ("preset", "rows", "columns", "text")
        )
        values = self.values
        st.session_state[preset_key] = self.preset
        st.session_state[rows_key], st.session_state[columns_key] = values.shape
        st.session_state[text_key] = kernels.format_kernel(values)
        st.selectbox(
            "Kernel",
            [*KERNELS, _CUSTOM],
            format_func=lambda name: KERNELS[name].title if name in KERNELS else "Custom",
            key=preset_key,
            on_change=self._take_preset,
        )
        if kernel := KERNELS.get(self.preset):
            st.caption(kernel.finds, help=f"Source: {kernel.source}.")
        rows, columns = st.columns(2)
        rows.number_input(
            "Rows",
            1,
            LARGEST,
            key=rows_key,
            on_change=self._take_size,
            args=(rows_key, columns_key),
        )
        columns.number_input(
            "Columns",
            1,
            LARGEST,
            key=columns_key,
            on_change=self._take_size,
            args=(rows_key, columns_key),
        )
        make, write = st.columns(2)
        # What is inside is sent only when it is open: every element costs each rerun time.
        with make.popover(
            "Make",
            help="Make a kernel from a formula",
            width="stretch",
            key=f"{self.stage}_make",
            on_change="rerun",
        ) as popover:
            if popover.open:
                self._maker()
        with write.popover("Write", help="Write the kernel as text", width="stretch"):
            st.text_input(
                "Rows divided by semicolons",
                key=text_key,
                on_change=self._take_text,
                help="Such as 0,-1,0;-1,5,-1;0,-1,0",
            )

    def _maker(self) -> None:
        kind_key = f"{self.stage}_maker"
        kind = st.selectbox("Kind", list(_MAKERS), key=kind_key, on_change=self._take_made)
        for name, (label, least, most, first, step) in _MAKERS[kind][1].items():
            st.slider(
                label,
                least,
                most,
                first,
                step,
                key=f"{self.stage}_maker_{kind}_{name}",
                on_change=self._take_made,
            )

    def _take_made(self) -> None:
        kind = st.session_state[f"{self.stage}_maker"]
        make, sliders = _MAKERS[kind]
        first = {name: slider[3] for name, slider in sliders.items()}
        chosen = {
            name: st.session_state.get(f"{self.stage}_maker_{kind}_{name}", value)
            for name, value in first.items()
        }
        self.replace(make(**chosen))

    def _take_preset(self) -> None:
        name = st.session_state[f"{self.stage}_preset"]
        if name in KERNELS:
            self.choose(name)

    def _take_size(self, rows_key: str, columns_key: str) -> None:
        shape = (st.session_state[rows_key], st.session_state[columns_key])
        self.replace(kernels.resize(self.values, shape))

    def _take_text(self) -> None:
        try:
            self.replace(kernels.parse_kernel(st.session_state[f"{self.stage}_text"]))
        except ValueError as error:
            st.session_state[f"{self.stage}_complaint"] = str(error)
