"""The shift test: move the picture and measure how much the results change."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import streamlit as st

from cnnviz.convolution import convolve
from cnnviz.convolution.windows import PADDING_MODES
from cnnviz.drawing.display import display
from cnnviz.images import pictures as images
from cnnviz.kernels import KERNELS
from cnnviz.pooling import pool
from cnnviz.pooling.shift import ShiftCurves, equivariance, shift_curves, shift_picture
from cnnviz.pooling.shift_code import shift_code
from pages.pooling.material import filter_control
from pages.ui.address import Addressed
from pages.ui.components.curves import Axis, Curve, Panel, curves
from pages.ui.controls import bounded_slider, set_slider
from pages.ui.picture import Picture
from pages.ui.stage import experiments, page_background, seen_first, working_picture
from pages.ui.takeaway import Download, npz, take_it_with_you

KINDS = {"max": "Maximum", "average": "Average", "l2": "L2, the length"}
LEAST_SIDE = 24
FARTHEST = 16
PICTURE_SIDE = 256
FIRST_STEP = 3
_STAGE = "pool_shift"


@dataclass(frozen=True)
class Settings:
    """What is measured: the kernel's name, the pooling, the shift, and what comes in."""

    kernel: str
    kind: str
    size: int
    shift: tuple[int, int]
    border: str

    @property
    def shifts(self) -> list[tuple[int, int]]:
        """All whole-pixel stops on the way, from no shift on."""
        steps = max(map(abs, self.shift))
        return [
            tuple(round(part * step / max(steps, 1)) for part in self.shift)
            for step in range(steps + 1)
        ]


@st.fragment  # a control runs this again, not the menu and the picker beside it
def shift_test(picture: Picture) -> None:
    """Draw all that depends on the controls."""
    pixels = working_picture(picture, "grey", PICTURE_SIDE)
    if min(pixels.shape[:2]) < LEAST_SIDE:
        st.info(
            f"The shift test needs a picture of at least {LEAST_SIDE} \u00d7 {LEAST_SIDE} pixels. "
            f"Received: {pixels.shape[0]} \u00d7 {pixels.shape[1]}."
        )
        return
    stage, controls = st.columns([4, 1.1], gap="medium")
    with controls:
        settings = _controls()
    found = _measured(picture.identity, settings, pixels)
    where = Addressed("moved", _STAGE, FIRST_STEP, _read_step, str)
    step = min(where.value(), len(found.shifts) - 1)
    with seen_first(stage):
        _curves(found, step, lambda: _take_step(where))
        at_rest, moved = _results(pixels, settings, step)
        _pictures(moved, found, step)
    _arithmetic(pixels, settings, at_rest, moved, found, step)
    _why_it_matters()
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
    name = filter_control("pool_shift_kernel")
    kind = st.selectbox(
        "Each window becomes its",
        list(KINDS),
        format_func=lambda name: KINDS[name],
        key="pool_shift_kind",
        bind="query-params",
    )
    size = bounded_slider("Window", (1, 12), 4, key="pool_shift_size")
    reach = (-FARTHEST, FARTHEST)
    right = bounded_slider("Pixels to the right", reach, 12, key="pool_shift_right")
    down = bounded_slider("Pixels down", reach, 0, key="pool_shift_down")
    border = st.selectbox(
        "What comes in",
        PADDING_MODES,
        index=PADDING_MODES.index("wrap"),
        format_func=str.capitalize,
        key="pool_shift_border",
        bind="query-params",
        help="What leaves on one side may come in on the other (wrap), so that nothing but places "
        "change; or zeros, the mirror image, or the edge come in.",
    )
    return Settings(name, kind, size, (right, down), border)


@st.cache_data(max_entries=64, ttl="1h", show_spinner=False)
def _measured(
    identity: str,  # noqa: ARG001 stands for the pixels in the cache's key
    settings: Settings,
    _pixels: np.ndarray,
) -> ShiftCurves:
    return shift_curves(
        _pixels,
        KERNELS[settings.kernel].values[:, :, None, None],
        settings.shifts,
        border=settings.border,
        kind=settings.kind,
        size=settings.size,
    )


def _curves(found: ShiftCurves, step: int, on_cursor: Callable[[], None]) -> None:
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
                lines=[(2**0.5, "an unrelated picture")] if most > 1.35 else [],
                ratio=0.36,
            )
        ],
        lines=[
            Curve(name, steps, [values], marks=True)
            for name, values in zip(names, changes, strict=True)
        ],
        cursor=float(step),
        x_name="shift",
        alt="How much the map, the pooled map and the global pool change as the picture moves.",
        file="shift",
        on_cursor=on_cursor,
    )


def _take_step(where: Addressed[int]) -> None:
    chosen = st.session_state[_STAGE].get("cursor")
    where.hold(max(0, round(float(chosen or 0))))


def _read_step(text: str) -> int:
    step = int(text[:4])
    if not 0 <= step <= FARTHEST:
        raise ValueError(f"A step is from 0 to {FARTHEST}. Received: {text[:40]!r}.")
    return step


def _results(pixels: np.ndarray, settings: Settings, step: int) -> tuple[list, list]:
    """Give picture, map and pooled map, at rest and moved."""
    kernels = KERNELS[settings.kernel].values[:, :, None, None]

    def of(shift: tuple[int, int]) -> list[np.ndarray]:
        moved = shift_picture(pixels, *shift, border=settings.border)
        map_ = np.maximum(convolve(moved, kernels), 0)
        return [moved, map_, pool(map_, kind=settings.kind, size=settings.size)]

    return of((0, 0)), of(settings.shifts[step])


def _pictures(moved: list[np.ndarray], found: ShiftCurves, step: int) -> None:
    dx, dy = found.shifts[step]
    background = page_background()
    names = (f"Picture, moved by ({dx}, {dy})", "Its map after ReLU", "Its pooled map")
    changes = (found.picture[step], found.map[step], found.pooled[step])
    shows = ("clip", "signed", "signed")
    for column, name, values, change, show in zip(
        st.columns(3), names, moved, changes, shows, strict=True
    ):
        painted = display(values, show, background=background)
        scale = max(1, round(384 / max(painted.shape[:2])))
        enlarged = painted.repeat(scale, axis=0).repeat(scale, axis=1)
        column.image(
            images.encode_png(enlarged),
            caption=f"{name}: change {change:.2f}",
            alt=f"{name}. It differs from the one at rest by {change:.2f} of its length.",
            width="stretch",
        )


def _arithmetic(
    pixels: np.ndarray,
    settings: Settings,
    at_rest: list[np.ndarray],
    moved: list[np.ndarray],
    found: ShiftCurves,
    step: int,
) -> None:
    st.header("How a change is measured", anchor=False)
    lines = [
        r"\text{change} &= \frac{\lVert \text{moved} - \text{at rest} \rVert}"
        r"{\lVert \text{at rest} \rVert}"
    ]
    for place, (name, change) in enumerate((("map", found.map), ("pooled map", found.pooled)), 1):
        far = float(np.linalg.norm(moved[place] - at_rest[place]))
        length = float(np.linalg.norm(at_rest[place]))
        share = rf"\frac{{{far:,.0f}}}{{{length:,.0f}}}".replace(",", "{,}")
        lines.append(rf"\text{{{name}}} &= {share} = {change[step]:.3f}")
    st.latex(r"\begin{aligned}" + r" \\[0.6em] ".join(lines) + r"\end{aligned}")
    kernels = KERNELS[settings.kernel].values[:, :, None, None]
    moves = equivariance(pixels, kernels, *settings.shifts[step])
    st.markdown(
        "Convolution is *equivariant*: the map of the moved picture is the moved map. Away from "
        f"the border the two differ here by at most **{moves.largest_inside:.3g}**. So the map "
        "does change, cell by cell, and only pooling makes the numbers themselves care less. "
        f"At {_pixels_moved(settings.shifts[step])} the pooled map has changed by "
        f"{found.pooled[step]:.2f} where the map has changed by {found.map[step]:.2f}, and the "
        f"global pool by {found.global_pool[step]:.3f}."
    )


def _pixels_moved(shift: tuple[int, int]) -> str:
    return f"a shift of ({shift[0]}, {shift[1]}) pixels"


def _why_it_matters() -> None:
    st.header("Why it matters", anchor=False)
    st.markdown(
        "A cat is a cat wherever it sits. Pooling makes an answer *more* invariant to shifts, not "
        "fully: what crosses a window's edge changes the pooled map, and with windows of 2 even "
        "one pixel does. Only the global pool hardly cares. A network that is trained on moved "
        "copies of its pictures learns the rest, which is not free either."
    )

    def show(size: int, right: int, down: int, **controls: object) -> None:
        set_slider("pool_shift_size", size)
        set_slider("pool_shift_right", right)
        set_slider("pool_shift_down", down)
        for name, value in ({"kernel": "sobel_x", "kind": "max"} | controls).items():
            st.session_state[f"pool_shift_{name}"] = value

    experiments(
        {
            "Small windows": partial(show, 2, 12, 0),
            "Large windows": partial(show, 12, 12, 0),
            "Average instead": partial(show, 4, 12, 0, kind="average"),
            "Down and to the right": partial(show, 4, 12, 12),
        }
    )


def _downloads(pixels: np.ndarray, found: ShiftCurves) -> list[Download]:
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
        Download("Curves as CSV", "shift.csv", "text/csv", table),
        Download("Arrays as NPZ", "shift.npz", "application/octet-stream", arrays),
    ]
