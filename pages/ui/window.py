"""The sliding-window component: the typed way to mount `assets/components/window`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pages.ui.components import register
from pages.ui.wire import pack

_mount = register("window")


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
    """

    window: tuple[int, int]
    stride: tuple[int, int]
    dilation: tuple[int, int]
    origin: tuple[int, int]
    sources: tuple[np.ndarray, np.ndarray]
    spread: tuple[int, int] = (1, 1)


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
    reduce: str = "sum",
    show: str = "signed",
    input_show: str = "clip",
    pictures: bool = True,
    compact: bool = False,
    selected: tuple[int, int] | None = None,
    serial: int | None = None,
    tools: Sequence[Mapping[str, object]] = (),
    titles: Mapping[str, str] | None = None,
    on_kernel: Callable[[], None] = _nothing,
    on_edit: Callable[[], None] = _nothing,
    on_selected: Callable[[], None] = _nothing,
) -> None:
    """Show a window sliding over `inputs` and the `outputs` that it gives.

    Parameters
    ----------
    inputs : (height, width, channels) uint8 or float32; one channel or three.
    outputs : (height', width', channels) float32, one number per stop and channel.
    kernel : (rows, columns) float32 to edit and multiply with; None for pooling.
    reduce : how a window becomes one number: "sum", "max", "average" or "l2".
    show, input_show : how to paint, see `cnnviz.display`.
    pictures : whole pictures above the cells; without, the cells show all there is.
    compact : the pictures, the kernel and the sum only.
    selected : the output cell to start at; the middle where it is None.
    serial : the browser's last edit that `kernel` contains.
    on_kernel, on_edit, on_selected : called when `st.session_state[key]` holds new weights
        ("kernel"), an edit button's name ("edit") or a cell ("selected").
    """
    settings = {
        "mode": "convolution" if kernel is not None else "pooling",
        "window": sliding.window,
        "stride": sliding.stride,
        "dilation": sliding.dilation,
        "origin": sliding.origin,
        "spread": sliding.spread,
        "bias": float(bias),
        "flip": flip,
        "reduce": reduce,
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
    _mount(
        key=key,
        data=pack(settings, **arrays),
        on_kernel_change=on_kernel,
        on_edit_change=on_edit,
        on_selected_change=on_selected,
    )
