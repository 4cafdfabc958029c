"""The sliding-window component: the typed way to mount `assets/components/ui/window`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cnnviz.convolution.windows import padded_sources
from cnnviz.kernels import LARGEST_WEIGHT
from cnnviz.padding.geometry import Geometry
from cnnviz.padding.number_grids import LARGEST_NUMBER
from pages.ui.components.registration import register
from pages.ui.stage_slider import StageSlider
from pages.ui.wire import pack

_mount = register("ui/window")


def _nothing() -> None:
    """Streamlit wants a callback for every state that a component may send."""


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
    sources: tuple[np.ndarray, np.ndarray]
    spread: tuple[int, int] = (1, 1)
    touches: tuple[np.ndarray, np.ndarray] | None = None

    @classmethod
    def over(cls, geometry: Geometry) -> "Sliding":
        """Slide as a layer's geometry says."""
        return cls(
            geometry.window,
            geometry.step,
            geometry.dilation,
            geometry.origin,
            geometry.sources,
            geometry.spread,
            geometry.touches,
        )


@dataclass(frozen=True, eq=False)
class Pooled:
    """What pooling shows beside its result.

    Attributes
    ----------
    reduce : how a window becomes one number: "max", "average" or "l2".
    gradient : (height, width, channels) float32, what each pixel gets of a gradient of ones.
    winners : (height', width', channels) uint8 or int32, the place within its window, row by
        row, that won (max only).
    """

    reduce: str
    gradient: np.ndarray
    winners: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class CoverageMap:
    """A map of how many windows touch each pixel: title, (height, width) counts, one sentence."""

    title: str
    counts: np.ndarray
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
    ) -> tuple[dict[str, object], dict[str, np.ndarray]]:
        """Give what the browser needs to slide a window at any setting of the sliders."""
        reach = self.padding
        if isinstance(reach, str):
            dilation = max((s.limit for s in self.sliders if s.entry.name == "dilation"), default=1)
            reach = 0 if reach == "valid" else dilation * (max(window) - 1)
        settings = {
            "sliders": [dict(slider.described()) for slider in self.sliders],
            "padding": self.padding,
            "reach": reach,
        }
        arrays = {
            name: padded_sources(side, reach, reach, padding_mode=self.padding_mode)
            for name, side in zip(("reach_rows", "reach_columns"), size, strict=False)
        }
        return settings, arrays


def sliding_window(
    *,
    key: str,
    inputs: np.ndarray,
    outputs: np.ndarray,
    sliding: Sliding,
    input_alt: str,
    output_alt: str,
    kernel: np.ndarray | None = None,
    bias: float = 0.0,
    flip: bool = False,
    transposed: bool = False,
    pooled: Pooled | None = None,
    coverages: Sequence[CoverageMap] = (),
    editable: bool = False,
    show: str = "signed",
    input_show: str = "clip",
    pictures: bool = True,
    compact: bool = False,
    selected: tuple[int, int] | None = None,
    serial: int | None = None,
    slides: Slides | None = None,
    tools: Sequence[Mapping[str, object]] = (),
    titles: Mapping[str, str] | None = None,
    on_kernel: Callable[[], None] = _nothing,
    on_edit: Callable[[], None] = _nothing,
    on_selected: Callable[[], None] = _nothing,
    on_slides: Callable[[], None] = _nothing,
    on_cell: Callable[[], None] = _nothing,
) -> None:
    """Show a window sliding over `inputs` and the `outputs` that it gives.

    Parameters
    ----------
    inputs : (height, width, channels) uint8 or float32; one channel or three.
    outputs : (height', width', channels) float32, one number per stop and channel.
    kernel : (rows, columns) float32 to edit and multiply with; None for pooling.
    transposed : each pixel writes a window; `sliding` and `flip` then say how it is read.
    pooled : pooling's own; None where a kernel is slid.
    coverages : maps to show below, the first of which follows the window.
    editable : the input's numbers may be changed in place.
    show, input_show : how to paint, see `cnnviz.display`.
    pictures : whole pictures above the cells; without, the cells show all there is.
    compact : the pictures, the kernel and the sum only.
    selected : the output cell to start at; the middle where it is None.
    serial : the browser's last edit that `kernel` and `slides` contain.
    slides : sliders inside the stage, which follows them at once.
    on_kernel, on_edit, on_selected, on_slides, on_cell : called when `st.session_state[key]`
        holds new weights ("kernel"), an edit button's name ("edit"), an output cell ("selected"),
        the sliders' values ("slides") or a new number of the input ("cell").
    """
    settings = {
        "mode": "pooling" if kernel is None else "transposed" if transposed else "convolution",
        "window": sliding.window,
        "stride": sliding.stride,
        "dilation": sliding.dilation,
        "origin": sliding.origin,
        "spread": sliding.spread,
        "bias": float(bias),
        "flip": flip,
        "reduce": pooled.reduce if pooled else "sum",
        "editable": editable,
        "largest_weight": LARGEST_WEIGHT,
        "largest_number": LARGEST_NUMBER,
        "coverages": [{"title": each.title, "words": each.words} for each in coverages],
        "show": show,
        "input_show": input_show,
        "pictures": pictures,
        "compact": compact,
        "selected": None if selected is None else [int(place) for place in selected],
        "selection": f"{selected}",
        "serial": serial,
        "tools": list(tools),
        "input_alt": input_alt,
        "output_alt": output_alt,
        **(titles or {}),
    }
    arrays = {
        "input": inputs,
        # One plane after the other: the browser paints and previews plane by plane.
        "output": np.moveaxis(outputs, -1, 0).astype(np.float32, copy=False),
        "padded_rows": sliding.sources[0].astype(np.int32),
        "padded_columns": sliding.sources[1].astype(np.int32),
    }
    if kernel is not None:
        arrays["kernel"] = kernel.astype(np.float32)
    if slides is not None:
        more, sources = slides.sent(inputs.shape, sliding.window)
        settings |= more
        arrays |= sources
    if sliding.touches is not None:
        arrays["touched_rows"] = sliding.touches[0].astype(np.int32)
        arrays["touched_columns"] = sliding.touches[1].astype(np.int32)
    for place, each in enumerate(coverages):
        arrays[f"coverage_{place}"] = each.counts.astype(np.int32)
    if pooled is not None:
        arrays["gradient"] = np.moveaxis(pooled.gradient, -1, 0).astype(np.float32, copy=False)
        if pooled.winners is not None:
            arrays["winners"] = np.moveaxis(pooled.winners, -1, 0)
    _mount(
        key=key,
        data=pack(settings, **arrays),
        on_kernel_change=on_kernel,
        on_edit_change=on_edit,
        on_selected_change=on_selected,
        on_slides_change=on_slides,
        on_cell_change=on_cell,
    )
