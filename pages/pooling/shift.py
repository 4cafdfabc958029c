"""The shift test: move the picture and measure how much the results change."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnnviz.convolution.operations import PaddingMode
from cnnviz.drawing.display import display
from cnnviz.images import pictures as images
from cnnviz.kernels import KERNELS, Weights
from cnnviz.pooling.formulas import CHANGE, changes_with_numbers
from cnnviz.pooling.operations import PoolKind
from cnnviz.pooling.shift import (
    ShiftCurves,
    ShiftedMaps,
    equivariance,
    shift_curves,
    shifted_maps,
)
from cnnviz.pooling.shift_code import shift_code
from cnnviz.shapes import Pixels
from pages.pooling.experiments import SHIFT as EXPERIMENTS
from pages.pooling.experiments import Shifted
from pages.pooling.state import BORDER, DOWN, MOVED, RIGHT, SHIFT, WINDOW
from pages.pooling.state import SHIFT_FILTER as FILTER
from pages.pooling.state import SHIFT_KIND as KIND
from pages.ui.components.curves import Axis, Curve, Panel, curves
from pages.ui.edits import sent_value
from pages.ui.experiments import TryThis
from pages.ui.headings import header
from pages.ui.picture import Picture, picture_address
from pages.ui.stage import (
    page_background,
    seen_first,
    stage_and_controls,
    why_it_matters,
    working_picture,
)
from pages.ui.takeaway import Download, npz, take_it_with_you

LEAST_SIDE = 24
PICTURE_SIDE = 256
_STAGE = "pool_shift"


@dataclass(frozen=True)
class Settings:
    """What is measured: the kernel's name, the pooling, the shift, and what comes in."""

    kernel: str
    kind: PoolKind
    size: int
    shift: tuple[int, int]
    border: PaddingMode

    @property
    def weights(self) -> Weights:
        """The kernel: (rows, columns, 1, 1) float32."""
        return KERNELS[self.kernel].values[:, :, None, None]

    @property
    def shifts(self) -> list[tuple[int, int]]:
        """All whole-pixel stops on the way, from no shift on."""
        steps = max(map(abs, self.shift))
        across, down = self.shift
        return [
            (round(across * step / max(steps, 1)), round(down * step / max(steps, 1)))
            for step in range(steps + 1)
        ]


def shift_test(picture: Picture) -> None:
    """Draw all that depends on the controls."""
    SHIFT.follow()
    pixels = working_picture(picture, "grey", PICTURE_SIDE)
    if min(pixels.shape[:2]) < LEAST_SIDE:
        st.info(
            f"The shift test needs a picture of at least {LEAST_SIDE} \u00d7 {LEAST_SIDE} pixels. "
            f"Received: {pixels.shape[0]} \u00d7 {pixels.shape[1]}."
        )
        return
    tries = TryThis(SHIFT, EXPERIMENTS, free=(MOVED.name,))
    stage, controls = stage_and_controls()
    with controls:
        settings = _controls()
    found = _measured(picture.identity, settings, pixels)
    step = min(SHIFT[MOVED], len(found.shifts) - 1)
    tries.saw(Shifted(found, step, settings.size))
    with seen_first(stage):
        # Three pictures stand below, side by side.
        below = pixels.shape[0] / pixels.shape[1] / 3
        _curves(found, step, _take_step, below=below)
        maps = shifted_maps(
            pixels,
            settings.weights,
            found.shifts[step],
            border=settings.border,
            kind=settings.kind,
            size=settings.size,
        )
        _pictures(maps, found, step)
    _arithmetic(pixels, settings, maps, found, step)
    _why_it_matters()
    st.page_link(
        "pages/12_robustness.py",
        label="Robustness: the same for a whole network, and with eleven more changes",
        icon=":material/tune:",
        query_params={"steady_change": "Shift to the right"} | picture_address(),
    )
    take_it_with_you(
        _downloads(pixels, found),
        shift_code(
            KERNELS[settings.kernel].values,
            found.shifts,
            border=settings.border,
            kind=settings.kind,
            size=settings.size,
        ),
    )


def _controls() -> Settings:
    name = SHIFT.control(st.selectbox, FILTER, "Kernel", help="The kernel whose map is pooled.")
    kind = SHIFT.control(
        st.selectbox,
        KIND,
        "Pooling",
        help="What of each window is kept: its largest number, its mean, or its length.",
    )
    size = SHIFT.control(
        st.slider, WINDOW, "Window", help="The side of each window; the windows lie side by side."
    )
    right = SHIFT.control(
        st.slider,
        RIGHT,
        "Farthest shift to the right",
        help="In pixels: the curves run from the picture at rest to this shift. The line in the "
        "chart, which can be dragged, says how far the pictures below it have been moved.",
    )
    down = SHIFT.control(
        st.slider,
        DOWN,
        "Farthest shift down",
        help="How far the longest move goes down; the curves show every step up to it.",
    )
    border = SHIFT.control(
        st.selectbox,
        BORDER,
        "Fill the gap with",
        help="The picture wraps round (nothing is lost), or the gap is filled with zeros, the "
        "mirror image or the edge pixels.",
    )
    return Settings(name, kind, size, (right, down), border)


@st.cache_data(max_entries=64, ttl=3600, show_spinner=False)
def _measured(
    identity: str,  # noqa: ARG001 stands for the pixels in the cache's key
    settings: Settings,
    _pixels: Pixels,
) -> ShiftCurves:
    return shift_curves(
        _pixels,
        settings.weights,
        settings.shifts,
        border=settings.border,
        kind=settings.kind,
        size=settings.size,
    )


def _curves(found: ShiftCurves, step: int, on_cursor: Callable[[], None], *, below: float) -> None:
    steps = np.arange(len(found.shifts), dtype=np.float32)
    names = ("Map", "Pooled map", "Global pool")
    changes = [
        np.nan_to_num(part, posinf=0) for part in (found.map, found.pooled, found.global_pool)
    ]
    most = max(1.0, *(float(part.max()) for part in changes))
    curves(
        key=_STAGE,
        panels=[
            Panel(
                "How much it changes",
                Axis(0, max(len(steps) - 1, 1), "shift in pixels", whole=True),
                Axis(0, 1.05 * most, "change"),
                lines=[(2**0.5, "nothing in common")] if most > 1.35 else [],
                ratio=0.36,
            )
        ],
        lines=[
            Curve(name, steps, [values], marks=True)
            for name, values in zip(names, changes, strict=True)
        ],
        cursor=float(step),
        x_name="shift",
        below=below,
        alt="How much the map, the pooled map and the global pool change as the picture moves.",
        file="shift",
        on_cursor=on_cursor,
    )


def _take_step() -> None:
    chosen = sent_value(_STAGE, "cursor")
    if isinstance(chosen, int | float) and 0 <= chosen <= MOVED.most:
        SHIFT.write({MOVED.name: round(chosen)})


def _pictures(moved: ShiftedMaps, found: ShiftCurves, step: int) -> None:
    dx, dy = found.shifts[step]
    background = page_background()
    shown = (
        (f"Picture, moved by ({dx}, {dy})", moved.picture, found.picture[step], "clip"),
        ("Its map after ReLU", moved.map, found.map[step], "signed"),
        ("Its pooled map", moved.pooled, found.pooled[step], "signed"),
    )
    for column, (name, values, change, show) in zip(st.columns(3), shown, strict=True):
        painted = display(values, show, background=background)
        scale = max(1, round(384 / max(painted.shape[:2])))
        enlarged = painted.repeat(scale, axis=0).repeat(scale, axis=1)
        column.image(
            images.encode_jpeg(enlarged),
            output_format="JPEG",
            caption=f"{name}: change {change:.2f}\u00d7 its length",
            alt=f"{name}. It differs from the one at rest by {change:.2f} of its length.",
            width="stretch",
        )


def _arithmetic(
    pixels: Pixels, settings: Settings, maps: ShiftedMaps, found: ShiftCurves, step: int
) -> None:
    header("How a change is measured")
    st.latex(CHANGE)
    st.latex(changes_with_numbers(maps))
    st.caption(
        "The bars stand for the length of a map: the root of the sum of its squared numbers. So a "
        "change of 0 is none, and one of 1 is as long as the map at rest itself."
    )
    moves = equivariance(pixels, settings.weights, *found.shifts[step])
    st.markdown(
        "Convolution is *equivariant*: the map of the moved picture is the moved map. Away from "
        f"the border the two differ here by at most **{moves.largest_inside:.3g}**. So each number "
        "of the map moves with the picture; pooling makes the numbers depend less on it. "
        f"At {_pixels_moved(found.shifts[step])} the pooled map has changed by "
        f"{found.pooled[step]:.2f} where the map has changed by {found.map[step]:.2f}, and the "
        f"global pool by {found.global_pool[step]:.3f}."
    )


def _pixels_moved(shift: tuple[int, int]) -> str:
    return f"a shift of ({shift[0]}, {shift[1]}) pixels"


def _why_it_matters() -> None:
    why_it_matters(
        "A cat is a cat wherever it sits. Pooling makes an answer *more* invariant to shifts, not "
        "fully: what crosses the edge of a window changes the pooled map. A global pool has no "
        "edges inside the map, so only what enters or leaves at the border can change it. Training "
        "on moved copies of the pictures teaches a network more of this, at a price."
    )


def _downloads(pixels: Pixels, found: ShiftCurves) -> list[Download]:
    measured = {
        "map": found.map,
        "pooled": found.pooled,
        "global_pool": found.global_pool,
        "picture": found.picture,
    }

    def arrays() -> bytes:
        return npz(input=pixels, shifts=np.array(found.shifts), **measured)

    def table() -> bytes:
        rows = zip(found.shifts, *measured.values(), strict=True)
        lines = [",".join(("right", "down", *measured))]
        lines += [",".join(f"{part:.7g}" for part in (*shift, *parts)) for shift, *parts in rows]
        return ("\n".join(lines) + "\n").encode()

    return [
        Download("Curves as CSV", "shift.csv", table),
        Download("Arrays as NPZ", "shift.npz", arrays),
    ]
