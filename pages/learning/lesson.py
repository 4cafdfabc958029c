"""Below the stage: the arithmetic with this step's numbers, why it matters, what to take along."""

import math

import numpy as np
import streamlit as st

from cnnviz.learning.animation import learning_gif
from cnnviz.learning.code import learning_code, run_arrays
from cnnviz.learning.formulas import (
    LOSS,
    SLOPE,
    curvature_rule,
    curvature_with_numbers,
    local_bound_with_numbers,
    shrinking_sentence,
    step_rule,
    step_with_numbers,
)
from cnnviz.learning.replay import compared, factor_per_step
from cnnviz.notation import legend
from pages.learning.components.run import Moment
from pages.learning.run import Run
from pages.learning.state import LEARNING, WHY
from pages.ui.headings import header
from pages.ui.stage import formulas_side_by_side, why_it_matters
from pages.ui.takeaway import Download, npz, signed_download, take_it_with_you

_STEPS_FROM_THE_START = 60  # what the program trains for while the run stands at its start


def arithmetic(run: Run, moment: Moment, bound: float | None) -> None:
    """Show the rule of a step, and what the curvature allows, with this step's numbers."""
    momentum = run.choice.momentum
    found = run.steepest_weight(moment)
    header("One step of gradient descent")
    with formulas_side_by_side("first"):
        rule, numbers = st.columns(2, gap="medium")
    rule.latex(LOSS)
    rule.latex(SLOPE if run.is_single else step_rule(momentum))
    if run.is_single:
        numbers.latex(step_rule(momentum))
    numbers.latex(
        step_with_numbers(
            found.weight,
            found.slope,
            learning_rate=run.rate,
            momentum=momentum,
            velocity=found.velocity if momentum else 0.0,
        )
    )
    which = f"kernel {found.kernel}, " if not run.is_single else ""
    rules = (LOSS, *([SLOPE] if run.is_single else []), step_rule(momentum))
    st.caption(
        f"The numbers are those of the weight with the steepest slope at step {moment.at}: {which}"
        f"row {found.row}, column {found.column}. {legend(*rules)} The pixels are scaled to mean 0 "
        "and standard deviation 1."
    )
    if not LEARNING[WHY]:
        return
    if run.is_single:
        _curvature(run)
    else:
        _local_curvature(run, moment.at, bound)


def _local_curvature(run: Run, step: int, bound: float | None) -> None:
    header("How large a step is stable here")
    st.latex(
        local_bound_with_numbers(
            math.inf if bound is None else bound, step=step, momentum=run.choice.momentum
        )
    )
    st.caption(
        "\u03b7 is the learning rate, \u03bb the loss's largest curvature, measured with the "
        f"batch of step {step}. For one kernel it is the same everywhere; for several it changes "
        "with the weights, and so does the largest stable rate. Nor is there one valley only: "
        "other starts may end in worse ones, and a ReLU that lets nothing pass stops all learning "
        "before it."
    )


def _curvature(run: Run) -> None:
    momentum = run.choice.momentum
    header("How large a step this picture allows")
    with formulas_side_by_side("second"):
        rule, numbers = st.columns(2, gap="medium")
    rule.latex(curvature_rule(momentum))
    numbers.latex(
        curvature_with_numbers(
            run.steepest, run.flattest, learning_rate=run.rate, momentum=momentum
        )
    )
    factors = {
        name: factor_per_step(run.rate, value, momentum=momentum)
        for name, value in (("steepest", run.steepest), ("flattest", run.flattest))
    }
    st.markdown(" ".join(shrinking_sentence(*each) for each in factors.items()))
    st.caption(_curvature_words(run))


def _curvature_words(run: Run) -> str:
    condition = run.curvature.condition_number
    words = (
        f"{legend(curvature_rule(run.choice.momentum))} "
        + ("\u03b6 is what a step leaves of the error. " if run.choice.momentum else "")
        + "Where neighbouring pixels are alike, the loss is steep along kernels that blur and flat "
        "along those that tell neighbours apart."
    )
    if np.isfinite(condition):
        words += (
            f" On this picture the steepest is {_times(condition)} times as steep as the flattest."
        )
    else:
        words += (
            " Along the flattest direction the loss does not change at all: different kernels "
            "give the same result here, and no training can tell which one made the target."
        )
    return words


def _times(ratio: float) -> str:
    return f"{ratio:.3g}" if ratio < 100 else f"{ratio:,.0f}"


def reasons() -> None:
    """Say what learning a kernel is good for."""
    why_it_matters(
        "Nobody picks the kernels of a network. Training starts from noise, as here, compares the "
        "result with what it should be, and moves every weight a little against the slope of the "
        "error. A network does the same with millions of weights at once; in its first layer, edge "
        "detectors much like Sobel's often turn up by themselves."
    )


def take_away(run: Run, moment: Moment, titles: list[str]) -> None:
    """Offer the run's arrays, pictures and program."""
    steps = moment.at or min(_STEPS_FROM_THE_START, run.chapter(0).last)
    shown = compared(run.task, moment.chapter, moment.at)
    limit = float(np.abs(shown.target).max()) or 1.0

    def arrays() -> bytes:
        return npz(**run_arrays(run.task, steps), **run.arrays(steps), result=shown.result)

    take_it_with_you(
        [
            signed_download("Result as PNG", "result.png", np.clip(shown.result, -limit, limit)),
            signed_download("Target as PNG", "target.png", shown.target),
            Download("Run as NPZ", "learning.npz", arrays),
            Download(
                "Learning as GIF",
                "learning.gif",
                lambda: learning_gif(run.task, run.chapters(steps), titles, last=steps),
            ),
        ],
        learning_code(run.task, steps),
    )
