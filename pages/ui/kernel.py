"""The kernel in hand: edits and undo; and the menu of presets, sizes, formulas and text."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import numpy as np
import streamlit as st
from numpy.typing import ArrayLike

from cnnviz import kernels
from cnnviz.kernels import KERNELS, Weights
from pages.ui.edits import MOST_SAID, Handshake, History, sent_name
from pages.ui.entries import Choice, Entry
from pages.ui.markdown import plain
from pages.ui.state import Table

LARGEST = 11
_CUSTOM = "custom"
_EDITS = {
    "rotate": ("rotate_right", "Rotate by 90\u00b0", kernels.rotate),
    "mirror": ("swap_horiz", "Mirror left to right", kernels.mirror),
    "negate": ("exposure_neg_1", "Negate", kernels.negate),
    "normalise": ("functions", "Scale to sum 1", kernels.normalise),
}


_Slider = tuple[str, float, float, float, float]
_ODD: _Slider = ("Size", 3, LARGEST, 7, 2)
_MAKERS: Mapping[str, tuple[Callable[..., Weights], Mapping[str, _Slider]]] = {
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


def kernel_entry(default: Weights) -> Entry[Weights]:
    """Declare a kernel that the address names (`?kernel=box_11`) or spells out (`?kernel=0,1`)."""
    return Entry(
        "kernel",
        default,
        lambda text: KERNELS[text].values if text in KERNELS else kernels.unpack_kernel(text),
        lambda values: _preset_of(values) or kernels.pack_kernel(values),
        checked=kernels.checked_kernel,
    )


def _preset_of(values: Weights) -> str | None:
    same = (name for name, kernel in KERNELS.items() if np.array_equal(kernel.values, values))
    return next(same, None)


def natural_show(values: Weights) -> str:
    """Say how a kernel's result shows best: signed where weights cancel out, else as a picture."""
    return "signed" if abs(float(values.sum())) < 1e-3 else "clip"


def _turned_around(values: Weights) -> str:
    """Say what turning a kernel around does to what it finds; nothing where it stays the same."""
    turned = values[::-1, ::-1]
    if np.array_equal(turned, values):
        return ""
    if np.array_equal(turned, -values):
        return " Flipped, it gives the same numbers with the other sign."
    return " That holds for the kernel as it is; here it lies flipped."


class KernelInHand:
    """A kernel that a component edits.

    `stage` is the component's session key, `read` gives the kernel, `write` puts another in its
    place.
    """

    def __init__(
        self, stage: str, read: Callable[[], Weights], write: Callable[[Weights], None]
    ) -> None:
        self.stage, self._read, self._write = stage, read, write
        self.history: History[Weights] = History(stage)
        self._handshake = Handshake(stage)

    @property
    def values(self) -> Weights:
        """The kernel: (rows, columns) float32."""
        return self._read()

    @property
    def serial(self) -> int:
        """The number of the browser's last edit that this kernel already contains."""
        return self._handshake.serial

    def replace(self, values: ArrayLike) -> None:
        """Put another kernel in its place; the old one can be had back."""
        checked = kernels.checked_kernel(values)
        if not np.array_equal(checked, self.values):
            self.remember()
            self._write(checked)

    def remember(self) -> None:
        """Let undo come back to this kernel; call it before something else replaces it."""
        self.history.remember(self.values)

    def tools(self) -> list[Mapping[str, object]]:
        """Describe the edit buttons for the component."""
        return edit_buttons(_EDITS, undo=bool(self.history))

    def take_edit(self) -> None:
        """Answer a press of an edit button."""
        self.take_weights()
        name = sent_name(self.stage, "edit")
        if name == "undo":
            before = self.history.back()
            if before is not None:
                self._write(before)
        elif name in _EDITS:
            with self.complaining():
                self.replace(_EDITS[name][2](self.values))

    def take_weights(self) -> None:
        """Take over the weights that were typed or dragged in the browser."""
        if not self._handshake.is_news("kernel"):
            return
        sent = self._handshake.sent("kernel")
        with self.complaining("The weights were not taken over: "):
            values = np.array(sent["values"], np.float64).reshape(sent["rows"], sent["columns"])
            self.replace(values)
            self._handshake.take(sent)

    @contextmanager
    def complaining(self, beginning: str = "") -> Iterator[None]:
        """Keep what is wrong with an edit, to be said beside the controls."""
        try:
            yield
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            self.complain(f"{beginning}{str(error)[:MOST_SAID]}")

    def complain(self, sentence: str) -> None:
        """Keep a sentence, to be said beside the controls."""
        st.session_state[f"{self.stage}_complaint"] = sentence

    def say_complaint(self) -> None:
        """Say once what was wrong with the last edit."""
        if complaint := st.session_state.pop(f"{self.stage}_complaint", None):
            st.error(plain(complaint), icon=":material/error:")


class KernelMenu:
    """The controls of one kernel of a page's table: preset, size, formula, text.

    `kernel` is what they change. `show` is the entry that says how the result is painted, which
    a preset sets as suits it.
    """

    def __init__(
        self,
        table: Table,
        entry: Entry[Weights],
        stage: str,
        show: Choice[str] | None = None,
    ) -> None:
        self.table, self.entry, self.stage, self.show = table, entry, stage, show
        self.kernel = KernelInHand(
            stage, lambda: table[entry], lambda values: table.write({entry.name: values})
        )

    @property
    def preset(self) -> str:
        """The name of the preset that the kernel equals, or "custom"."""
        values = self.kernel.values
        chosen: str = st.session_state.get(f"{self.stage}_preset", _CUSTOM)
        names = [chosen, *KERNELS] if chosen in KERNELS else list(KERNELS)
        same = (n for n in names if np.array_equal(KERNELS[n].values, values))
        return next(same, _CUSTOM)

    @property
    def title(self) -> str:
        """What the kernel is called."""
        name = self.preset
        return KERNELS[name].title if name in KERNELS else "Custom"

    def state_of(self, name: str) -> dict[str, object]:
        """Give the entries that a preset sets."""
        values = KERNELS[name].values
        state: dict[str, object] = {self.entry.name: values}
        return state | {self.show.name: natural_show(values)} if self.show else state

    def choose(self, name: str) -> None:
        """Take a preset, in a callback."""
        if not np.array_equal(KERNELS[name].values, self.kernel.values):
            self.kernel.remember()
        st.session_state[f"{self.stage}_preset"] = name
        self.table.write(self.state_of(name))

    def controls(self, *, is_flipped: bool = False, is_dilated: bool = False) -> None:
        """Draw the preset menu, the size and the kernel as text.

        `is_flipped` says that the kernel lies on the picture turned around, `is_dilated` that its
        weights lie apart.
        """
        self.kernel.say_complaint()
        preset_key, rows_key, columns_key, text_key = (
            f"{self.stage}_{part}" for part in ("preset", "rows", "columns", "text")
        )
        values = self.kernel.values
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
            turned = _turned_around(values) if is_flipped else ""
            apart = " Dilated, it looks at fewer pixels, farther apart." if is_dilated else ""
            st.caption(f"{kernel.finds}{turned}{apart}", help=f"Source: {kernel.source}.")
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
            "Formula",
            help="Make a kernel from a formula, such as a Gaussian or a Gabor",
            width="stretch",
            key=f"{self.stage}_make",
            on_change="rerun",
        ) as popover:
            if popover.open:
                self._maker()
        with write.popover("Text", help="Read or type the kernel as text", width="stretch"):
            st.text_input(
                "Rows separated by semicolons",
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
        # What the sliders say at first is not yet the kernel in hand.
        st.button(
            "Take this kernel",
            key=f"{self.stage}_maker_take",
            on_click=self._take_made,
            width="stretch",
        )

    def _take_made(self) -> None:
        kind = st.session_state[f"{self.stage}_maker"]
        make, sliders = _MAKERS[kind]
        first = {name: slider[3] for name, slider in sliders.items()}
        chosen = {
            name: st.session_state.get(f"{self.stage}_maker_{kind}_{name}", value)
            for name, value in first.items()
        }
        self.kernel.replace(make(**chosen))

    def _take_preset(self) -> None:
        name = st.session_state[f"{self.stage}_preset"]
        if name in KERNELS:
            self.choose(name)

    def _take_size(self, rows_key: str, columns_key: str) -> None:
        shape = (st.session_state[rows_key], st.session_state[columns_key])
        self.kernel.replace(kernels.resize(self.kernel.values, shape))

    def _take_text(self) -> None:
        text, refused_key = st.session_state[f"{self.stage}_text"], f"{self.stage}_text_refused"
        # A browser keeps sending what stands in a field that is folded away; said once is enough.
        if text == st.session_state.pop(refused_key, None):
            st.session_state[refused_key] = text
            return
        try:
            self.kernel.replace(kernels.parse_kernel(text))
        except ValueError as error:
            st.session_state[refused_key] = text
            self.kernel.complain(str(error))
