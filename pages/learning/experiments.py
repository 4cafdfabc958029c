"""What there is to try on the page "Learn a kernel"."""

from collections.abc import Mapping, Sequence

import numpy as np

from cnnviz.learning.replay import too_large_a_rate
from cnnviz.notation import written
from pages.learning.components.run import Moment
from pages.learning.controls import learned_from
from pages.learning.run import Run, default_choice
from pages.learning.state import COUNT, MOMENTUM, MOST_RATE, NOISE, RATE, SEED, STEP, WHY
from pages.ui.experiments import Experiment
from pages.ui.picture import Picture

Seen = tuple[Run, Moment]


def _losses(seen: Seen) -> str:
    run, moment = seen
    if not moment.at or (moment.at < moment.step and not moment.chapter.end.diverged):
        return ""  # it has not begun, or has not come there yet
    before = float(run.chapter(0).losses[0])
    after = float(moment.chapter.losses[moment.at - moment.chapter.first])
    return f"In {moment.at} steps the loss went from {written(before)} to {written(after)}."


def _diverging(seen: Seen) -> str:
    run, _ = seen
    if not (said := _losses(seen)):
        return ""
    bound = run.largest_stable_rate
    if not np.isfinite(bound):
        return said  # a picture that is the same everywhere bounds nothing
    return (
        f"{said} The learning rate {written(run.rate)} is {written(run.rate / bound)} times the "
        f"largest that is stable on this picture, {written(bound)}."
    )


def _as_steep(seen: Seen) -> str:
    run, _ = seen
    if not (said := _losses(seen)):
        return ""
    return (
        f"{said} The loss is at most {written(run.curvature.condition_number)} times as steep in "
        "one direction as in another, because neighbouring pixels of noise have nothing in common."
    )


def _weights(seen: Seen) -> str:
    run, moment = seen
    if not (said := _losses(seen)):
        return ""
    learned = moment.chapter.kernels[0][moment.at - moment.chapter.first]
    off = float(np.abs(learned - run.choice.targets[0]).max())
    return f"{said} No weight is off the target's by more than {written(off, 2)}."


def _floor(seen: Seen) -> str:
    run, _ = seen
    if not (said := _losses(seen)):
        return ""
    return (
        f"{said} Even the target's own kernel has a loss of {written(run.floor())}, the mean "
        "square of the noise. Only a kernel that fits the noise itself, as few pixels allow, comes "
        "lower."
    )


def learning_experiments(picture: Picture) -> Sequence[Experiment[Seen]]:
    """Give the experiments for a picture, which decides how fast is too fast."""
    return (
        Experiment(
            "Much too fast",
            lambda: _too_fast(picture),
            "The loss grows with each step, and the result becomes larger than all colours.",
            _diverging,
        ),
        Experiment(
            "Learn from white noise",
            {STEP.name: 12, WHY.name: True},
            "A dozen steps are nearly enough: compare the loss with that on a photo.",
            _as_steep,
            picture="noise",
        ),
        Experiment(
            "Noise on the target",
            {STEP.name: 160, NOISE.name: 1.0},
            "The curve of the loss stops falling at the dashed line.",
            _floor,
        ),
        Experiment(
            "Add momentum",
            {STEP.name: 160, MOMENTUM.name: 0.9},
            "The curve of the loss: each step goes on in the direction of those before.",
            _weights,
        ),
        Experiment(
            "Two kernels and a ReLU",
            {COUNT.name: 2, MOMENTUM.name: 0.9},
            "Play: the two kernels learn together, from the loss of their result alone.",
            _losses,
        ),
        Experiment(
            "The same from another start",
            {STEP.name: 160, COUNT.name: 2, MOMENTUM.name: 0.9, SEED.name: 1},
            "Other first weights may end in other kernels with a similar loss.",
            _losses,
        ),
    )


def _too_fast(picture: Picture) -> Mapping[str, object]:
    """Set a learning rate well above what this picture allows, with all else at its default."""
    try:
        run = Run(default_choice(picture.identity, learned_from(picture)))
    except ValueError:  # too small to learn from, at any rate
        return {STEP.name: 12, WHY.name: True}
    return {
        STEP.name: 12,
        WHY.name: True,
        RATE.name: too_large_a_rate(run.largest_stable_rate, most=MOST_RATE),
    }
