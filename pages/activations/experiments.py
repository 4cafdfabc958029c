"""What there is to try on the page "Activations", part by part."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cnnviz.activations import cross_entropy, naive_softmax, softmax_terms
from cnnviz.activations import softmax as probabilities
from cnnviz.activations.gradients import GradientByDepth
from cnnviz.activations.maps import ActivatedMap
from cnnviz.activations.relu_replay import Replay
from cnnviz.notation import written, written_share
from pages.activations.choice import ChosenActivation
from pages.activations.state import NAMES, START
from pages.ui.experiments import Experiment

# ---- curve and slope ------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Curves:
    """The curves that are shown, the one in hand first, where x may be, and where it is."""

    shown: Sequence[ChosenActivation]
    samples: np.ndarray
    x: float

    def at(self, one: ChosenActivation, x: float) -> tuple[float, float]:
        """Give a curve's value and its slope at x."""
        point = np.array([x])
        slope = one.activation.derivative(point, **one.parameters)
        return float(one.function(point)[0]), float(slope[0])


def _saturated(seen: Curves) -> str:
    first = seen.shown[0]
    value, slope = seen.at(first, seen.x)
    _, steepest = seen.at(first, 0.0)
    return (
        f"At x = {written(seen.x)} the {first.label.lower()} gives {written(value, 4)}, and its "
        f"slope is {written(slope)}; at 0 the slope is {written(steepest)}."
    )


def _cousins(seen: Curves) -> str:
    found = [(one.label, *seen.at(one, seen.x)) for one in seen.shown]
    listed = "; ".join(
        f"{label} gives {written(value)} with a slope of {written(slope)}"
        for label, value, slope in found
    )
    return f"At x = {written(seen.x)}: {listed}."


def _straight(seen: Curves) -> str:
    off = float(np.abs(seen.shown[0].function(seen.samples) - seen.samples).max())
    return (
        f"At {len(seen.samples):,} points the largest difference between f(x) and x is "
        f"{written(off)}: the bend is gone, and two layers with this between them are one."
    )


CURVE = (
    Experiment(
        "Where the sigmoid saturates",
        {"act_function": "sigmoid", "act_overlay": ("tanh",), "x": 5.0},
        "Drag the point outwards: the curve turns flat, and its slope goes to 0.",
        _saturated,
    ),
    Experiment(
        "ReLU and its smooth cousins",
        {"act_overlay": ("gelu", "silu", "mish"), "x": -0.75},
        "Left of 0 ReLU is flat, and its cousins dip below 0.",
        _cousins,
    ),
    Experiment(
        "Give the leaky ReLU a slope of 1",
        {
            "act_function": "leaky_relu",
            "act_overlay": ("linear",),
            "act_leaky_relu_negative_slope": 1.0,
            "x": -2.0,
        },
        "Both halves of the curve have the same slope now.",
        _straight,
    ),
)


# ---- on your picture ------------------------------------------------------------------------


def _passing(found: ActivatedMap) -> str:
    passed, above = (int(np.count_nonzero(part > 0)) for part in (found.after, found.filtered))
    return (
        f"{written_share(passed, found.after.size)} of the map is above 0; without the bias it "
        f"would be {written_share(above, found.after.size)}."
    )


def _near_the_ends(found: ActivatedMap) -> str:
    near = int(np.count_nonzero((found.after < 0.01) | (found.after > 0.99)))
    return (
        f"{written_share(near, found.after.size)} of the map is within 0.01 of 0 or of 1, where "
        "the sigmoid's slope is below 0.01."
    )


def _nothing(found: ActivatedMap) -> str:
    return (
        f"The largest number before ReLU is {written(float(found.before.max()))}, and "
        f"{written_share(found.zeros_after)} of the map is exactly 0."
    )


def _squeezed(found: ActivatedMap) -> str:
    before, after = (
        f"{written(float(part.min()), 6)} to {written(float(part.max()), 6)}"
        for part in (found.before, found.after)
    )
    return f"From {before} before it, the map goes from {after} after it."


MAP = (
    Experiment(
        "Only strong edges pass",
        {"act_bias": -1.0},
        "The bias shifts the map down before ReLU cuts it off at 0.",
        _passing,
    ),
    Experiment(
        "Saturate a sigmoid",
        {"act_function": "sigmoid", "act_scale": 16.0},
        "The histogram after the activation: what is not near 0.5 crowds at both ends.",
        _near_the_ends,
    ),
    Experiment(
        "Nothing passes",
        {"act_bias": -4.0},
        "No edge of a picture from 0 to 1 makes Sobel's kernel give more than 4.",
        _nothing,
    ),
    Experiment(
        "Squeeze it all into (\u22121, 1)",
        {"act_function": "tanh", "act_kernel": "outline", "act_scale": 2.0},
        "However large a number is, it comes out between \u22121 and 1.",
        _squeezed,
    ),
)


# ---- vanishing gradients --------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Stacks:
    """What was measured in each stack, the activation in hand first."""

    shown: Sequence[ChosenActivation]
    found: Sequence[GradientByDepth]


def _ends(seen: Stacks) -> str:
    listed = "; ".join(
        f"{one.label} {written(float(found.weight_gradient_rms[0]), 2)} in the first layer, "
        f"{written(float(found.weight_gradient_rms[-1]), 2)} in the last"
        for one, found in zip(seen.shown, seen.found, strict=True)
    )
    return f"Gradient of the weights: {listed}."


VANISHING = (
    Experiment(
        "Fifty sigmoids",
        {"act_function": "sigmoid", "act_overlay": ("relu",), "act_depth": 50},
        "On the left: from the last layer back to the first, power after power of ten is lost.",
        _ends,
    ),
    Experiment(
        "ReLU with He's weights",
        {"act_overlay": ("tanh",), "act_depth": 50, "act_weights": "he_normal"},
        "Weights whose size is made for ReLU: see how far the gradient gets on its way back.",
        _ends,
    ),
    Experiment(
        "Weights too small",
        {"act_overlay": (), "act_depth": 50, "act_weights": "normal"},
        "Numbers shrink on their way forward and gradients on their way back: no layer gets much.",
        _ends,
    ),
    Experiment(
        "Weights too large",
        {
            "act_overlay": ("tanh",),
            "act_depth": 50,
            "act_weights": "normal",
            "act_spread": 0.4,
        },
        "Each layer hands on more than it got; tanh cannot, and saturates instead.",
        _ends,
    ),
)


# ---- dead ReLUs -----------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Runs:
    """Two training runs from the same start."""

    relu: Replay
    leaky: Replay


def _silent(seen: Runs) -> str:
    units = seen.relu.silent.shape[1]
    ended = [
        f"{name} ended after {len(run.losses) - 1} steps, when its loss was no longer a number. "
        for name, run in (("ReLU", seen.relu), ("Leaky ReLU", seen.leaky))
        if run.diverged
    ]
    return (
        f"{''.join(ended)}Silent before the first step: {seen.relu.silent_from_the_start} of "
        f"{units} ReLUs and {seen.leaky.silent_from_the_start} of {units} leaky ones; at the end: "
        f"{seen.relu.dead_at_the_end} and {seen.leaky.dead_at_the_end}."
    )


DEAD = (
    Experiment(
        "Lose half of the units",
        {},
        "Play: a unit goes dark at the step after which it never fires again.",
        _silent,
    ),
    Experiment(
        "A careful start",
        {"act_rate": 0.1, "act_raise": 0.0},
        "Play: small steps from biases of 0 throw few units out.",
        _silent,
    ),
    Experiment(
        "Silent from the start",
        {"act_rate": 0.3, "act_raise": -2.0},
        "Biases so low that many sums are negative before the first step.",
        _silent,
    ),
    Experiment(
        "A rate of 10",
        {"act_rate": 10.0, "act_raise": 0.0},
        "Look at the first steps: a single one that is too large decides it.",
        _silent,
    ),
)


# ---- softmax --------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Answer:
    """Logits, (classes,) float32, the right class and the temperature."""

    logits: np.ndarray
    right: int
    temperature: float

    def probabilities(self, temperature: float) -> np.ndarray:
        """Give each class's probability at a temperature."""
        return np.asarray(probabilities(self.logits, temperature=temperature))


def _as_written(seen: Answer) -> str:
    plain = softmax_terms(seen.logits, temperature=seen.temperature, subtract_largest=False)
    total = float(np.sum(plain.exponentials.astype(np.float32)))
    naive = naive_softmax(seen.logits, temperature=seen.temperature)
    largest = float(seen.probabilities(seen.temperature).max())
    lost = int(np.count_nonzero(np.isnan(naive)))
    return (
        f"As it is written the powers add up to {written(total)} in float32, and {lost} of the "
        f"{len(naive)} probabilities are no number (NaN); with the largest logit taken off first, "
        f"the largest is {written(largest, 4)}."
    )


def _tempered(seen: Answer) -> str:
    here, plain = (float(seen.probabilities(t).max()) for t in (seen.temperature, 1.0))
    return (
        f"The largest probability is {written(here, 4)} at a temperature of "
        f"{written(seen.temperature)}; at 1 it is {written(plain, 4)}, from the same logits."
    )


def _sure_and_wrong(seen: Answer) -> str:
    given = float(seen.probabilities(seen.temperature)[seen.right])
    loss = float(cross_entropy(seen.logits, seen.right, temperature=seen.temperature))
    return (
        f"The right class, {NAMES[seen.right]}, gets {written(given)}, so the loss is "
        f"{written(loss)}, and its slope by that logit is {written(given - 1, 6)}; \u22121 is as "
        "steep as it gets."
    )


SOFTMAX = (
    Experiment(
        "Let it overflow",
        {"logits": (100.0, 98.0, 90.0, 20.0), "act_span": 100},
        "The formula as it is written: a power of e is more than float32 can hold.",
        _as_written,
    ),
    Experiment(
        "Let it underflow",
        {"logits": (-120.0, -121.0, -130.0, -150.0), "act_span": 1000},
        "The formula as it is written: all powers are 0, and 0 by 0 is no number.",
        _as_written,
    ),
    Experiment(
        "Cool it down",
        {"logits": START, "temperature": 0.25},
        "Differences count four times as much: the largest takes nearly all.",
        _tempered,
    ),
    Experiment(
        "Warm it up",
        {"logits": START, "temperature": 8.0},
        "Differences count an eighth: the classes come close to each other.",
        _tempered,
    ),
    Experiment(
        "Sure, and wrong",
        {"logits": (9.0, 0.0, -1.0, -2.0), "class": 2, "act_span": 10},
        "The network is sure of one class, and another is right: see the loss and its slopes.",
        _sure_and_wrong,
    ),
)
