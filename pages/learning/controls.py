"""What is learned, and how: the controls beside the stage."""

import numpy as np
import streamlit as st

from cnnviz.kernels import KERNELS
from pages.learning.run import Choice, sizes_to_learn
from pages.learning.state import (
    AS_TARGET,
    BATCH,
    COUNT,
    KEY,
    LEARNING,
    LEAST_RATE,
    MOMENTUM,
    MOST_PATCH,
    MOST_RATE,
    NOISE,
    PATCH,
    RATE,
    SECOND,
    SEED,
    SIZE,
    STEP,
    THIRD,
    WHOLE,
    WHY,
)
from pages.ui.edits import sent_value
from pages.ui.kernel import LARGEST, KernelMenu
from pages.ui.picture import Picture
from pages.ui.stage import working_picture

LONGEST_SIDE = 128  # smooth areas of larger pictures tell weights hardly apart

Sizes = tuple[tuple[int, int], ...]


def choice(picture: Picture, menu: KernelMenu) -> tuple[Choice, list[str]]:
    """Draw the controls; return what they say and what the target's kernels are called."""
    targets, titles = _target(menu)
    pixels = learned_from(picture)
    sizes = _sizes(targets, pixels)
    LEARNING.control(
        st.number_input,
        RATE,
        "Learning rate",
        format="%.4g",
        placeholder="Cautious",
        help="Left empty, a cautious one is taken: below the largest stable one. The ruler beside "
        "the stage shows both, and its handle can be dragged.",
    )
    LEARNING.control(
        st.select_slider,
        MOMENTUM,
        "Momentum",
        help="How much of the step before goes into the next one.",
    )
    batch, patch = _batch(sizes, pixels)
    LEARNING.control(
        st.slider,
        NOISE,
        "Noise on the target",
        help="Standard deviation of the noise, as a multiple of the target's.",
    )
    LEARNING.control(
        st.number_input,
        SEED,
        "Seed",
        help="Decides the initial weights, the patches and the noise.",
    )
    LEARNING.control(
        st.toggle,
        WHY,
        "Why it converges",
        help="The directions in which the loss is steep or flat (the eigenvectors of its "
        "curvature), and what they say about the learning rate.",
    )
    chosen = Choice(
        identity=picture.identity,
        pixels=pixels,
        targets=tuple(targets),
        sizes=sizes,
        rate=LEARNING[RATE],
        momentum=LEARNING[MOMENTUM],
        batch=batch,
        patch=patch,
        noise=LEARNING[NOISE],
        seed=LEARNING[SEED],
    )
    return chosen, titles


def learned_from(picture: Picture) -> np.ndarray:
    """Give the pixels that are learned from: (height, width) uint8."""
    return working_picture(picture, "grey", LONGEST_SIDE)[..., 0]


def _target(menu: KernelMenu) -> tuple[list[np.ndarray], list[str]]:
    """Ask for the target's kernels, and what they are called."""
    count = LEARNING.control(
        st.segmented_control,
        COUNT,
        "Number of layers",
        required=True,
        help="One kernel each, with a ReLU between them.",
        on_change=_take_count,
    )
    menu.controls()
    targets, titles = [menu.kernel.values], [menu.title]
    for place, entry in enumerate((SECOND, THIRD)[: count - 1], 2):
        chosen = LEARNING.control(st.selectbox, entry, f"Kernel of layer {place}, after a ReLU")
        targets.append(KERNELS[chosen].values)
        titles.append(KERNELS[chosen].title)
    return targets, titles


def _sizes(targets: list[np.ndarray], pixels: np.ndarray) -> Sizes:
    """Ask for the size of the kernels to learn."""
    most = max(1, min(LARGEST, (min(pixels.shape) - 2) // len(targets) + 1))
    size = LEARNING.control(
        st.selectbox,
        SIZE,
        "Size of the learned kernel",
        options=(AS_TARGET, *map(str, range(1, most + 1))),
    )
    return sizes_to_learn(targets, int(size) if size.isdigit() else None)


def _batch(sizes: Sizes, pixels: np.ndarray) -> tuple[int | None, int]:
    """Ask for the patches in a step (None for the whole picture) and for the side of each."""
    batch = LEARNING.control(
        st.select_slider, BATCH, "Batch size", help="Patches of the picture per step."
    )
    if batch == WHOLE:
        return None, PATCH.default
    reach, room = max(sum(side[axis] - 1 for side in sizes) for axis in range(2)), min(pixels.shape)
    patch = LEARNING.control(
        st.slider,
        PATCH,
        "Patch size",
        limits=(min(reach + 2, room), min(MOST_PATCH, room)),
    )
    return int(batch), patch


def _take_count() -> None:
    # Without momentum, kernels in sequence hardly leave the first valley they come to.
    if LEARNING[COUNT] > 1 and LEARNING[MOMENTUM] == 0:
        LEARNING.write({MOMENTUM.name: 0.9})


def take_rate() -> None:
    """Take over the learning rate that was chosen on the ruler."""
    rate = sent_value(KEY, "rate")
    if isinstance(rate, int | float) and LEAST_RATE <= rate <= MOST_RATE:
        LEARNING.write({RATE.name: float(rate)})


def take_seed() -> None:
    """Start from other noise."""
    LEARNING.write({SEED.name: (LEARNING[SEED] + 1) % 10_000, STEP.name: 0})


def is_flat(pixels: np.ndarray) -> bool:
    """Tell whether the picture has one value everywhere: nothing can be learned from it."""
    return bool(pixels.min() == pixels.max())
