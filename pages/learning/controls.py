"""What is learned, and how: the controls beside the stage."""

import numpy as np
import streamlit as st

from cnnviz.kernels import KERNELS
from cnnviz.learning.task import MOST_KERNELS
from pages.learning.run import KEY, STEP, Choice, sizes_to_learn
from pages.ui.controls import bounded_slider
from pages.ui.kernel import LARGEST, KernelMenu, kernel_entry
from pages.ui.picture import Picture
from pages.ui.stage import working_picture
from pages.ui.state import Table

_REDRAW = "learn_redraw"
LONGEST_SIDE = 128  # smooth areas of larger pictures tell weights hardly apart
_MOST_PATCH = 48
_AS_TARGET = "as the target"
_WHOLE = "whole picture"
_BATCHES = ("1", "4", "16", "64", _WHOLE)
MOMENTUMS = (0.0, 0.5, 0.9, 0.99)
_LATER = {"learn_second": "line_90", "learn_third": "gaussian_3"}
_SMALL = [name for name, kernel in KERNELS.items() if max(kernel.values.shape) <= 5]


KERNEL = kernel_entry("sobel_x")
LEARNING = Table("learning", KERNEL)


def kernel_menu() -> KernelMenu:
    """Give the controls of the target's first kernel."""
    LEARNING.follow()
    return KernelMenu(LEARNING, KERNEL, KEY)


def choice(picture: Picture, menu: KernelMenu) -> tuple[Choice, list[str]]:
    """Draw the controls; return what they say and what the target's kernels are called."""
    count = st.segmented_control(
        "Kernels in sequence",
        range(1, MOST_KERNELS + 1),
        default=1,
        required=True,
        key="learn_kernels",
        bind="query-params",
        help="Between them is a ReLU.",
        on_change=_take_count,
    )
    menu.controls()
    targets, titles = [menu.kernel.values], [menu.title]
    for key, name in list(_LATER.items())[: count - 1]:
        chosen = st.selectbox(
            f"Then, after a ReLU ({len(targets) + 1})",
            _SMALL,
            index=_SMALL.index(name),
            format_func=lambda name: KERNELS[name].title,
            key=key,
            bind="query-params",
        )
        targets.append(KERNELS[chosen].values)
        titles.append(KERNELS[chosen].title)
    pixels = working_picture(picture, "grey", LONGEST_SIDE)[..., 0]
    most = max(1, min(LARGEST, (min(pixels.shape) - 2) // count + 1))
    size = st.selectbox(
        "Size to learn",
        [_AS_TARGET, *map(str, range(1, most + 1))],
        format_func=lambda size: f"{size} \u00d7 {size}" if size.isdigit() else size.capitalize(),
        key="learn_size",
        bind="query-params",
    )
    sizes = sizes_to_learn(targets, int(size) if size.isdigit() else None)
    rate = st.number_input(
        "Learning rate",
        1e-4,
        10.0,
        None,
        format="%.4g",
        step=0.01,
        key="learn_rate",
        bind="query-params",
        placeholder="Cautious",
        help="Left empty, a cautious one is taken: below the largest stable one. The ruler beside "
        "the stage shows both, and its handle can be dragged.",
    )
    momentum = st.select_slider(
        "Momentum", MOMENTUMS, 0.0, key="learn_momentum", bind="query-params"
    )
    batch = st.select_slider(
        "Patches in a step", _BATCHES, "64", key="learn_batch", bind="query-params"
    )
    reach = max(sum(side[axis] - 1 for side in sizes) for axis in range(2))
    patch = 16
    if batch != _WHOLE:
        room = min(pixels.shape)
        patch = bounded_slider(
            "Side of a patch",
            (min(reach + 2, room), min(_MOST_PATCH, room)),
            16,
            key="learn_patch",
        )
    noise = st.slider(
        "Noise on the target",
        0.0,
        2.0,
        0.0,
        0.1,
        key="learn_noise",
        bind="query-params",
        help="Its standard deviation, in those of the target.",
    )
    seed = st.number_input(
        "Seed",
        0,
        9999,
        0,
        key="learn_seed",
        bind="query-params",
        help="Of the first weights, the patches and the noise.",
    )
    chosen = Choice(
        identity=picture.identity,
        pixels=pixels,
        targets=tuple(targets),
        sizes=sizes,
        rate=rate,
        momentum=momentum,
        batch=None if batch == _WHOLE else int(batch),
        patch=patch,
        noise=noise,
        seed=int(seed),
    )
    return chosen, titles


def _take_count() -> None:
    # Without momentum, kernels in sequence hardly leave the first valley they come to.
    several = st.session_state.get("learn_kernels", 1) > 1
    if several and st.session_state.get("learn_momentum", 0.0) == 0:
        st.session_state["learn_momentum"] = 0.9


def take_rate() -> None:
    """Take over the learning rate that was chosen on the ruler."""
    rate = st.session_state[KEY].get("rate")
    if isinstance(rate, int | float) and 1e-4 <= rate <= 10:
        st.session_state["learn_rate"] = float(rate)


def take_seed() -> None:
    """Start from other noise."""
    st.session_state["learn_seed"] = (int(st.session_state.get("learn_seed", 0)) + 1) % 10_000
    STEP.hold(0)


def set_up(menu: KernelMenu, name: str, step: int = 0, **controls: object) -> None:
    """Set all controls to their defaults, but for those named (without `learn_`)."""
    defaults: dict[str, object] = {
        "kernels": 1,
        "size": _AS_TARGET,
        "rate": None,
        "momentum": 0.0,
        "batch": "64",
        "patch": 16,
        "noise": 0.0,
        "seed": 0,
        **{key.removeprefix("learn_"): later for key, later in _LATER.items()},
    }
    for control, value in {**defaults, **controls}.items():
        st.session_state[f"learn_{control}"] = value
    menu.choose(name)
    STEP.hold(step)


def take_picture(name: str) -> None:
    """Take another sample as the picture; the whole page has to be drawn for that."""
    st.query_params["picture"] = name
    st.session_state[_REDRAW] = True


def redraw_if_asked() -> None:
    """Draw the whole page anew where the picture beside it has changed."""
    if st.session_state.pop(_REDRAW, False):
        st.rerun()


def is_flat(pixels: np.ndarray) -> bool:
    """Tell whether the picture has one value everywhere: nothing can be learned from it."""
    return bool(pixels.min() == pixels.max())
