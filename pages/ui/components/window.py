"""The sliding-window component: the typed way to mount `assets/components/ui/window`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.convolution.windows import padded_sources
from cnnviz.kernels import LARGEST_WEIGHT, Weights
from cnnviz.padding.geometry import Geometry
from cnnviz.padding.number_grids import LARGEST_NUMBER
from pages.ui.components.registration import register
from pages.ui.focus import Focus
from pages.ui.stage_slider import StageSlider
from pages.ui.wire import pack

_mount = register("ui/window")


@dataclass(frozen=True)
class Sliding:
    """How a window slides.

    Attributes
    ----------
    window : its rows and columns.
    stride, dilation : (rows, columns).
    origin : where the input's first row and column lie within the padded input.
    sources : the source of every padded row and every padded column (`cnnviz.windows`).
    spread : places between two neighbours of the input (more than 1 in transposed convolution).
    touches : the windows that touch each padded row and each padded column; places that none
        touches are crossed out.
    """

    window: tuple[int, int]
    stride: tuple[int, int]
    dilation: tuple[int, int]
    origin: tuple[int, int]
    sources: tuple[NDArray[np.int32], NDArray[np.int32]]
    spread: tuple[int, int] = (1, 1)
    touches: tuple[NDArray[np.int64], NDArray[np.int64]] | None = None

    @classmethod
    def over(cls, geometry: Geometry, *, crossed_out: bool = True) -> "Sliding":
        """Slide as a layer's geometry says; what no window touches may be crossed out."""
        return cls(
            geometry.window,
            geometry.step,
            geometry.dilation,
            geometry.origin,
            geometry.sources,
            geometry.spread,
            geometry.touches if crossed_out else None,
        )


@dataclass(frozen=True, eq=False)
class Pooled:
    """What pooling shows beside its result.

    Attributes
    ----------
    reduce : how a window becomes one number: "max", "average" or "l2".
    gradient : (height, width, channels) float32, what each pixel gets of a gradient of ones; None
        where that is not to be shown.
    winners : (height', width', channels) uint8 or int32, the place within its window, row by
        row, that won (max only).
    """

    reduce: str
    gradient: NDArray[np.float32] | None = None
    winners: NDArray[np.uint8] | NDArray[np.int32] | None = None


@dataclass(frozen=True, eq=False)
class CoverageMap:
    """A map of how many windows touch each pixel: title, (height, width) counts, one sentence."""

    title: str
    counts: NDArray[np.int64]
    words: str = ""


@dataclass(frozen=True, eq=False)
class Slides:
    """Sliders for the stride, the dilation (alike in both axes) and the bias of a convolution.

    Attributes
    ----------
    sliders : named "stride", "dilation" or "bias".
    padding : "valid", "same" or the pixels on each side.
    padding_mode : what stands beyond the border, one of `cnnviz.convolution.windows.PADDING_MODES`.
    """

    sliders: tuple[StageSlider, ...]
    padding: int | str
    padding_mode: str

    def sent(
        self, size: tuple[int, ...], window: tuple[int, int]
    ) -> tuple[dict[str, object], dict[str, NDArray[np.int32]]]:
        """Give what the browser needs to slide a window at any setting of the sliders."""
        reach = self.padding
        if isinstance(reach, str):
            dilation = max((s.limit for s in self.sliders if s.entry.name == "dilation"), default=1)
            reach = 0 if reach == "valid" else dilation * (max(window) - 1)
        settings: dict[str, object] = {
            "sliders": [dict(slider.described()) for slider in self.sliders],
            "padding": self.padding,
            "reach": reach,
        }
        arrays = {
            name: padded_sources(side, reach, reach, padding_mode=self.padding_mode)
            for name, side in zip(("reach_rows", "reach_columns"), size, strict=False)
        }
        return settings, arrays


def _nothing() -> None:
    """Streamlit wants a callback for every state that a component may send."""


@dataclass(frozen=True, eq=False)
class Filter:
    """What slides where a kernel does.

    Attributes
    ----------
    kernel : (rows, columns) float32 to edit and multiply with, as one types it.
    title : what it is called.
    bias : what is added to every sum.
    flip : it lies on the picture turned around.
    transposed : each pixel writes a window; how it slides then says how it is read.
    serial : the browser's last edit that it, and the stage's sliders, contain.
    tools : the edit buttons.
    """

    kernel: Weights
    title: str
    bias: float = 0.0
    flip: bool = False
    transposed: bool = False
    serial: int | None = None
    tools: Sequence[Mapping[str, object]] = ()


@dataclass(frozen=True)
class Look:
    """How a stage looks.

    Attributes
    ----------
    input_alt, output_alt : what input and output show, in words.
    titles : what stands above "input", "output" and "zoom", where that is not the usual.
    show, input_show : how to paint, see `cnnviz.drawing.display`.
    pictures : whole pictures above the cells; without, the cells show all there is.
    compact : the pictures, the kernel and the sum only.
    editable : the input's numbers may be changed in place.
    live : what of the camera's frames may take the input's place, one of `pages.ui.stage.SOURCES`;
        "" where they may not.
    """

    input_alt: str
    output_alt: str
    titles: Mapping[str, str] = field(default_factory=dict)
    show: str = "signed"
    input_show: str = "clip"
    pictures: bool = True
    compact: bool = False
    editable: bool = False
    live: str = ""


@dataclass(frozen=True)
class Answers:
    """What is called when `st.session_state[key]` holds what a hand has done.

    Attributes
    ----------
    kernel, edit : new weights ("kernel"), or an edit button's name ("edit").
    selected : an output cell, and the size of its map ("selected").
    slides : the values of the sliders inside the stage ("slides").
    cell : a new number of the input ("cell").
    frame : a frame of the camera that is to be the picture ("frame").
    """

    kernel: Callable[[], None] = _nothing
    edit: Callable[[], None] = _nothing
    selected: Callable[[], None] = _nothing
    slides: Callable[[], None] = _nothing
    cell: Callable[[], None] = _nothing
    frame: Callable[[], None] = _nothing


def sliding_window(
    *,
    key: str,
    inputs: NDArray[np.uint8] | NDArray[np.float32],
    outputs: NDArray[np.float32],
    sliding: Sliding,
    what: Filter | Pooled,
    look: Look,
    answers: Answers,
    focus: Focus | None = None,
    slides: Slides | None = None,
    coverages: Sequence[CoverageMap] = (),
) -> None:
    """Show a window sliding over `inputs` and the `outputs` that it gives.

    Parameters
    ----------
    inputs : (height, width, channels); one channel or three.
    outputs : (height', width', channels), one number per stop and channel.
    what : the kernel that slides, or what pooling shows beside its result.
    focus : the output cell that the window stands on; the middle where it is None.
    slides : sliders inside the stage, which follows them at once.
    coverages : maps to show below, the first of which follows the window.
    """
    settings: dict[str, object] = {
        "window": sliding.window,
        "stride": sliding.stride,
        "dilation": sliding.dilation,
        "origin": sliding.origin,
        "spread": sliding.spread,
        "coverages": [{"title": each.title, "words": each.words} for each in coverages],
        **_looks(look),
        **_focused(focus, outputs.shape),
    }
    arrays: dict[str, NDArray[Any]] = {
        "input": inputs,
        "output": _planes(outputs),
        "padded_rows": sliding.sources[0].astype(np.int32),
        "padded_columns": sliding.sources[1].astype(np.int32),
    }
    more, weights = _filtered(what) if isinstance(what, Filter) else _pooled(what)
    settings |= more
    arrays |= weights
    if slides is not None:
        more, sources = slides.sent(inputs.shape, sliding.window)
        settings |= more
        arrays |= sources
    if sliding.touches is not None:
        arrays["touched_rows"] = sliding.touches[0].astype(np.int32)
        arrays["touched_columns"] = sliding.touches[1].astype(np.int32)
    for place, each in enumerate(coverages):
        arrays[f"coverage_{place}"] = each.counts.astype(np.int32)
    _mount(
        key=key,
        data=pack(settings, **arrays),
        on_kernel_change=answers.kernel,
        on_edit_change=answers.edit,
        on_selected_change=answers.selected,
        on_slides_change=answers.slides,
        on_cell_change=answers.cell,
        on_frame_change=answers.frame,
    )


def _looks(look: Look) -> dict[str, object]:
    return {
        "editable": look.editable,
        "largest_weight": LARGEST_WEIGHT,
        "largest_number": LARGEST_NUMBER,
        "show": look.show,
        "input_show": look.input_show,
        "pictures": look.pictures,
        "compact": look.compact,
        "live": look.live,
        "input_alt": look.input_alt,
        "output_alt": look.output_alt,
        **{f"{name}_title": title for name, title in look.titles.items()},
    }


def _focused(focus: Focus | None, shape: tuple[int, ...]) -> dict[str, object]:
    # The browser keeps what a hand has chosen meanwhile, unless this is another focus.
    if focus is None:
        return {"selected": None, "place": None, "selection": ""}
    named = f"{focus.row},{focus.column} of {shape[0]} x {shape[1]}"
    return {"selected": focus.cell, "place": focus.place, "selection": named}


def _filtered(what: Filter) -> tuple[dict[str, object], dict[str, NDArray[Any]]]:
    settings: dict[str, object] = {
        "mode": "transposed" if what.transposed else "convolution",
        "reduce": "sum",
        "bias": float(what.bias),
        "flip": what.flip,
        "serial": what.serial,
        "tools": list(what.tools),
        "kernel_title": what.title,
    }
    return settings, {"kernel": what.kernel.astype(np.float32)}


def _pooled(what: Pooled) -> tuple[dict[str, object], dict[str, NDArray[Any]]]:
    settings = {"mode": "pooling", "reduce": what.reduce, "bias": 0.0, "flip": False, "tools": []}
    arrays: dict[str, NDArray[Any]] = {}
    if what.gradient is not None:
        arrays["gradient"] = _planes(what.gradient)
    if what.winners is not None:
        arrays["winners"] = np.moveaxis(what.winners, -1, 0)
    return {**settings, "serial": None}, arrays


def _planes(maps: NDArray[np.float32]) -> NDArray[np.float32]:
    # One plane after the other: the browser paints and previews plane by plane.
    return np.moveaxis(maps, -1, 0).astype(np.float32, copy=False)
