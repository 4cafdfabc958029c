"""A training run to play back: the typed way to mount `assets/components/learning/run`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cnnviz.kernels import LARGEST_WEIGHT
from cnnviz.learning.replay import (
    Chapter,
    Directions,
    as_float32,
    compared,
    hidden_maps,
    painted_maps,
    target_within,
)
from cnnviz.learning.task import LEARNING_RATES, LearningTask, target_shift
from pages.ui.components.registration import register
from pages.ui.wire import pack

_mount = register("learning/run")


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
    is_shown : whether the directions are drawn.
    """

    bound: float | None
    directions: Directions | None
    reason: str
    is_shown: bool = True


@dataclass(frozen=True, eq=False)
class Moment:
    """Where the run stands.

    Attributes
    ----------
    chapter, at : the chapter and the step whose result is sent whatever the browser has.
    step : where the run should stand, recorded or not.
    """

    chapter: Chapter
    at: int
    step: int


@dataclass(frozen=True, eq=False)
class Target:
    """What the run should come to, and from which picture.

    Attributes
    ----------
    pixels : (height, width) uint8, the picture as it is shown.
    alt : what it shows.
    titles : what the target's kernels are called.
    floor : the loss that noise alone makes.
    serial : the browser's last edit of the target that this run contains.
    tools : the edit buttons.
    """

    pixels: np.ndarray
    alt: str
    titles: Sequence[str]
    floor: float
    serial: int
    tools: Sequence[Mapping[str, object]]


@dataclass(frozen=True)
class Answers:
    """What is called when `st.session_state[key]` holds something from the browser.

    Attributes
    ----------
    progress : what the browser has and lacks ("progress": signature, have, step, want).
    kernel : new weights of the target ("kernel").
    edit : an edit button's name ("edit").
    rate, reseed : another learning rate ("rate") and seed ("reseed").
    """

    progress: Callable[[], None]
    kernel: Callable[[], None]
    edit: Callable[[], None]
    rate: Callable[[], None]
    reseed: Callable[[], None]


def learning_run(
    task: LearningTask,
    target: Target,
    moment: Moment,
    stability: Stability,
    answers: Answers,
    *,
    key: str,
    signature: str,
    recorded: Recorded | None,
) -> None:
    """Show a run of gradient descent, chapter by chapter, and its target.

    Parameters
    ----------
    task : what is learned.
    signature : changes with the run; what the browser has of another one is forgotten.
    recorded : the chapter that the browser lacks, if it does.
    """
    several = len(task.kernel_sizes) > 1
    within = target_within(task)
    settings: dict[str, object] = {
        **_described(task),
        "rates": LEARNING_RATES,
        "largest_weight": LARGEST_WEIGHT,
        "signature": signature,
        "titles": list(target.titles),
        "floor": target.floor,
        "step": moment.step,
        "at": moment.at,
        "bound": stability.bound,
        "bounds": [],
        "local": several,
        "reason": stability.reason,
        "serial": target.serial,
        "tools": list(target.tools),
        "alt": target.alt,
        "target_alt": f"What {', then '.join(target.titles)} makes of the picture.",
        "first": -1,
    }
    arrays = _target(task, target.pixels, moment, within)
    if several:
        arrays |= _hidden(task, moment)
    if stability.directions is not None and stability.is_shown:
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
        arrays |= _chapter(recorded.chapter, stability.directions, within)
    _mount(
        key=key,
        data=pack(settings, **arrays),
        on_progress_change=answers.progress,
        on_kernel_change=answers.kernel,
        on_edit_change=answers.edit,
        on_rate_change=answers.rate,
        on_reseed_change=answers.reseed,
    )


def _described(task: LearningTask) -> dict[str, object]:
    return {
        "kernels": len(task.kernel_sizes),
        "rate": task.learning_rate,
        "momentum": task.momentum,
        "seed": task.seed,
        "patches": task.batch or 0,
        "patch": [min(task.patch_side, side) for side in task.picture.shape],
        "reach": list(task.reach),
        # Where in the picture lies what the first number of the result comes from.
        "corner": [first for first, _ in task.area],
        "offset": list(target_shift(task)),
    }


def _target(
    task: LearningTask, pixels: np.ndarray, moment: Moment, within: np.ndarray | None
) -> dict[str, np.ndarray]:
    """Give the picture, its target, and the result of the moment."""
    exact = compared(task, moment.chapter, moment.at)
    arrays: dict[str, np.ndarray] = {
        "picture": pixels,
        "seen": task.picture,  # for the results of all other steps
        "target": exact.target,
        "exact": exact.result,
        "exact_error": np.array([exact.relative_error], np.float32),
        **{f"goal{place}": kernel for place, kernel in enumerate(task.target_kernels)},
    }
    if within is not None:
        arrays["within"] = within
    if len(task.kernel_sizes) > 1:
        maps = hidden_maps(task, task.target_kernels, task.target_biases)
        arrays |= {f"goal_map{place}": values for place, values in enumerate(maps)}
    return arrays


def _chapter(
    chapter: Chapter,
    found: Directions | None,
    within: np.ndarray | None,
) -> dict[str, np.ndarray]:
    arrays: dict[str, np.ndarray] = {
        "losses": as_float32(chapter.losses),
        "biases": chapter.biases.astype(np.float32),
        "tops": chapter.patch_rows.astype(np.int32),
        "lefts": chapter.patch_columns.astype(np.int32),
    }
    for place, kernel in enumerate(chapter.kernels):
        arrays[f"kernels{place}"] = kernel
        arrays[f"slopes{place}"] = chapter.kernel_gradients[place]
    if len(chapter.kernels) > 1:
        arrays["shares"] = chapter.active_shares.astype(np.float32)
    if found is not None and within is not None:
        distances = found.distances(chapter.kernels[0], chapter.biases[:, 0], within)
        arrays["distances"] = as_float32(distances)
    return arrays


def _hidden(task: LearningTask, moment: Moment) -> dict[str, np.ndarray]:
    painted = painted_maps(task, moment.chapter, [moment.at])
    planes = {f"exact_hidden{place}": plane for place, plane in enumerate(painted.planes)}
    return {"exact_hidden_limits": painted.limits, **planes}
