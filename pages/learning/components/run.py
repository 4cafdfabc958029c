"""A training run to play back: the typed way to mount `assets/components/learning/run`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cnnviz.learning.descent import Comparison
from cnnviz.learning.replay import (
    Chapter,
    Directions,
    compared,
    hidden_maps,
    picture_steps,
    target_within,
)
from cnnviz.learning.task import LearningTask
from pages.ui.components.registration import register
from pages.ui.wire import pack

_mount = register("learning/run")


def _nothing() -> None:
    """Streamlit wants a callback for every state that a component may send."""


@dataclass(frozen=True, eq=False)
class Recorded:
    """A part of a run for the browser.

    Attributes
    ----------
    number : which chapter it is, from 0.
    chapter : what was recorded.
    ended : no other chapter follows.
    """

    number: int
    chapter: Chapter
    ended: bool


@dataclass(frozen=True, eq=False)
class Stability:
    """What the learning rate is measured against.

    Attributes
    ----------
    bound : the largest stable learning rate, or None where nothing limits it.
    directions : the loss's curvature taken apart; None for several kernels, where `bound` was
        measured at one step and holds only nearby.
    reason : one sentence for a run that has diverged.
    """

    bound: float | None
    directions: Directions | None
    reason: str


def learning_run(
    *,
    key: str,
    task: LearningTask,
    pixels: np.ndarray,
    signature: str,
    recorded: Recorded | None,
    resting: tuple[Chapter, int],
    step: int,
    stability: Stability,
    floor: float,
    titles: Sequence[str],
    alt: str,
    serial: int = 0,
    tools: Sequence[Mapping[str, object]] = (),
    on_progress: Callable[[], None] = _nothing,
    on_kernel: Callable[[], None] = _nothing,
    on_edit: Callable[[], None] = _nothing,
    on_rate: Callable[[], None] = _nothing,
    on_reseed: Callable[[], None] = _nothing,
) -> None:
    """Show a run of gradient descent, chapter by chapter, and its target.

    Parameters
    ----------
    task : what is learned.
    pixels : (height, width) uint8, the picture as it is shown.
    signature : changes with the run; what the browser has of another one is forgotten.
    recorded : the chapter that the browser lacks, if it does.
    resting : the chapter and the step whose result is sent whatever the browser has.
    step : where the run should stand, recorded or not.
    floor : the loss that noise alone makes.
    titles : what the target's kernels are called.
    serial : the browser's last edit of the target that this run contains.
    on_progress, on_kernel, on_edit : called when `st.session_state[key]` holds what the browser
        has and lacks ("progress": signature, have, step, want), new weights of the target
        ("kernel") or an edit button's name ("edit").
    on_rate, on_reseed : likewise, for another learning rate ("rate") and seed ("reseed").
    """
    chapter, at = resting
    exact = compared(task, chapter, at)
    several = len(task.kernel_sizes) > 1
    within = target_within(task)
    goals = [sum(kernel.shape[axis] - 1 for kernel in task.target_kernels) for axis in range(2)]
    shift = [(own - goal) // 2 for own, goal in zip(task.reach, goals, strict=True)]
    settings: dict[str, object] = {
        "signature": signature,
        "kernels": len(task.kernel_sizes),
        "titles": list(titles),
        "rate": task.learning_rate,
        "momentum": task.momentum,
        "seed": task.seed,
        "patches": task.batch or 0,
        "patch": [min(task.patch_side, side) for side in task.picture.shape],
        "reach": list(task.reach),
        # Where in the picture lies what the first number of the result comes from.
        "corner": [max(0, -each) for each in shift],
        "offset": shift,
        "floor": floor,
        "step": step,
        "at": at,
        "bound": stability.bound,
        "bounds": [],
        "local": several,
        "reason": stability.reason,
        "serial": serial,
        "tools": list(tools),
        "alt": alt,
        "target_alt": f"What {', then '.join(titles)} makes of the picture.",
        "first": -1,
    }
    arrays: dict[str, np.ndarray] = {
        "picture": pixels,
        "target": exact.target,
        "exact": exact.result,
        "exact_error": np.array([exact.relative_error], np.float32),
        **{f"goal{place}": kernel for place, kernel in enumerate(task.target_kernels)},
    }
    if within is not None:
        arrays["within"] = within
    if several:
        maps = hidden_maps(task, task.target_kernels, task.target_biases)
        arrays |= {f"goal_map{place}": values for place, values in enumerate(maps)}
        arrays |= _hidden(task, chapter, [at], "exact_")
    if stability.directions is not None:
        found = stability.directions
        settings["eigenvalues"] = found.eigenvalues.tolist()
        settings["factors"] = found.factors.tolist()
        settings["ranks"] = found.ranks.tolist()
        settings["bounds"] = found.bounds[np.isfinite(found.bounds)].tolist()
        arrays["directions"] = found.kernels.astype(np.float32)
    if recorded is not None:
        settings |= {
            "first": recorded.chapter.first,
            "chapter": recorded.number,
            "ended": recorded.ended,
            "diverged": recorded.chapter.end.diverged,
        }
        arrays |= _chapter(task, recorded.chapter, stability.directions, within)
    _mount(
        key=key,
        data=pack(settings, **arrays),
        on_progress_change=on_progress,
        on_kernel_change=on_kernel,
        on_edit_change=on_edit,
        on_rate_change=on_rate,
        on_reseed_change=on_reseed,
    )


def _chapter(
    task: LearningTask,
    chapter: Chapter,
    found: Directions | None,
    within: np.ndarray | None,
) -> dict[str, np.ndarray]:
    steps = picture_steps(chapter)
    shown: list[Comparison] = [compared(task, chapter, step) for step in steps]
    arrays = {
        "losses": _finite(chapter.losses),
        "biases": chapter.biases.astype(np.float32),
        "tops": chapter.patch_rows.astype(np.int32),
        "lefts": chapter.patch_columns.astype(np.int32),
        "picture_steps": np.array(steps, np.int32),
        "results": np.stack([each.result for each in shown]),
        "errors": _finite(np.array([each.relative_error for each in shown])),
    }
    for place, kernel in enumerate(chapter.kernels):
        arrays[f"kernels{place}"] = kernel
        arrays[f"slopes{place}"] = chapter.kernel_gradients[place]
    if len(chapter.kernels) > 1:
        arrays["shares"] = chapter.active_shares.astype(np.float32)
        arrays |= _hidden(task, chapter, steps)
    if found is not None and within is not None:
        distances = found.distances(chapter.kernels[0], chapter.biases[:, 0], within)
        arrays["distances"] = _finite(distances)
    return arrays


def _hidden(
    task: LearningTask, chapter: Chapter, steps: Sequence[int], before: str = ""
) -> dict[str, np.ndarray]:
    """Draw the maps between the kernels as bytes, each to its own largest number."""
    states = [chapter.state(step) for step in steps]
    maps = [hidden_maps(task, state.kernels, state.biases) for state in states]
    limits = np.array([[float(each.max()) for each in row] for row in maps], np.float32)
    arrays: dict[str, np.ndarray] = {f"{before}hidden_limits": limits}
    for place in range(limits.shape[1]):
        scaled = [
            row[place] * (255 / limit if limit > 0 else 0)
            for row, limit in zip(maps, limits[:, place], strict=True)
        ]
        arrays[f"{before}hidden{place}"] = np.rint(np.stack(scaled)).astype(np.uint8)
    return arrays


def _finite(values: np.ndarray) -> np.ndarray:
    """Cut off what float32 cannot hold; on any chart it is as good as infinite."""
    return np.clip(np.nan_to_num(values, nan=3e38), -3e38, 3e38).astype(np.float32)
