"""ReLUs that die in a real training run, with leaky ones beside them."""

from dataclasses import dataclass

import streamlit as st

from cnnviz.activations.code import relu_training_code
from cnnviz.activations.dead_relus import (
    Examples,
    ReluTask,
    picture_points,
    start_relu_training,
    two_moons,
)
from cnnviz.activations.formulas import DEAD_RELU, leak_with_numbers
from cnnviz.activations.relu_replay import Replay, record
from cnnviz.notation import legend
from pages.activations.components.relus import relu_runs
from pages.activations.experiments import DEAD as EXPERIMENTS
from pages.activations.experiments import Runs
from pages.activations.state import DATA, LEAK, PAGE, RAISE, RATE, SEED, try_this
from pages.ui.headings import header
from pages.ui.picture import Picture
from pages.ui.stage import (
    formulas_side_by_side,
    seen_first,
    stage_and_controls,
    why_it_matters,
    working_picture,
)
from pages.ui.takeaway import Download, npz, take_it_with_you

_STEPS = 200
_WIDTH = 16
_LAYERS = 2


@dataclass(frozen=True)
class Training:
    """How both networks are trained, whatever their slope below zero."""

    rate: float
    bias_shift: float
    seed: int

    def task(self, examples: Examples, slope: float) -> ReluTask:
        """Prepare the training of one of them."""
        return ReluTask(
            examples,
            width=_WIDTH,
            hidden_layers=_LAYERS,
            learning_rate=self.rate,
            bias_shift=self.bias_shift,
            negative_slope=slope,
            seed=self.seed,
        )


def dead_relus(picture: Picture) -> None:
    """Show the part."""
    tries = try_this("dead", EXPERIMENTS)
    stage, controls = stage_and_controls()
    with controls:
        training, leak, data = _controls()
    # Two moons are the same whatever the picture is.
    identity = f"{data} {picture.identity if data == 'picture' else ''}"
    examples = _examples(identity, data, picture)
    reach = 2.0 if data == "moons" else 1.0
    relu = _run(identity, training, 0.0, reach, examples)
    leaky = _run(identity, training, leak, reach, examples)
    tries.saw(Runs(relu, leaky))
    with seen_first(stage):
        relu_runs(
            key="activation_relus",
            runs={"ReLU": relu, f"Leaky ReLU, slope {leak:g}": leaky},
            examples=examples,
            layers=_LAYERS,
            reach=reach,
            signature=f"{identity} {leak} {training}",
        )
    _arithmetic(relu, leaky, leak)
    why_it_matters(
        "A ReLU whose sum is negative for every example has a slope of zero for every example: no "
        "gradient reaches its weights. Only changes in the layers before it could wake it up "
        "again. One step that is too large can be enough to throw units there. A leaky ReLU keeps "
        "a small slope, with which it can find its way back, if the run is long enough; ELU, GELU "
        "and SiLU keep one too, though far below zero it is next to nothing."
    )
    take_it_with_you(
        [
            Download(
                "Training runs as NPZ",
                "relu_training.npz",
                lambda: _arrays(training.task(examples, 0.0), {"relu": relu, "leaky_relu": leaky}),
            )
        ],
        relu_training_code(learning_rate=training.rate, steps=len(relu.losses) - 1),
    )


def _controls() -> tuple[Training, float, str]:
    """Ask how to train, for the leak, and for the examples."""
    rate = PAGE.control(
        st.select_slider, RATE, "Learning rate", help="How far each step goes against the gradient."
    )
    bias = PAGE.control(
        st.slider,
        RAISE,
        "Add to all biases",
        help="What is added to all biases before the first step.",
    )
    leak = PAGE.control(
        st.slider,
        LEAK,
        "Slope of the leaky ReLU",
        help="The slope below zero of the network beside it.",
    )
    data = PAGE.control(
        st.selectbox, DATA, "Examples", help="The points that both networks learn to tell apart."
    )
    seed = PAGE.control(
        st.number_input, SEED, "Seed", help="Another seed draws other first weights."
    )
    return Training(rate, bias, seed), leak, data


@st.cache_data(max_entries=64, ttl=3600, show_spinner=False)
def _examples(identity: str, data: str, _picture: Picture) -> Examples:  # noqa: ARG001
    if data == "picture":
        return picture_points(working_picture(_picture, "colour"), 192)
    return two_moons(128)


@st.cache_data(max_entries=128, ttl=3600, show_spinner=False)
def _run(
    identity: str,  # noqa: ARG001 stands for the examples in the cache's key
    training: Training,
    slope: float,
    reach: float,
    _examples: Examples,
) -> Replay:
    return record(training.task(_examples, slope), steps=_STEPS, frames=21, side=24, reach=reach)


def _arithmetic(relu: Replay, leaky: Replay, leak: float) -> None:
    header("Why a dead unit stays dead")
    with formulas_side_by_side("dead"):
        left, right = st.columns(2, gap="medium")
    left.latex(DEAD_RELU)
    right.latex(leak_with_numbers(leak))
    units = relu.silent.shape[1]
    figures = [
        f"{name}: {run.dead_at_the_end} of {units} units {words}, "
        f"{run.silent_from_the_start} silent before the first step"
        for name, run, words in (
            ("ReLU", relu, "dead at the end"),
            ("Leaky ReLU", leaky, "silent at the end"),
        )
    ]
    st.caption(
        f"{legend(DEAD_RELU)} {figures[0]}. {figures[1]}. Two networks of {_LAYERS} \u00d7 "
        f"{_WIDTH} units, the same weights at the start, trained for {_STEPS} steps on all "
        "examples at once. A unit is silent while no example gives it a sum above zero, and dead "
        "if it never fires again in this run."
    )


def _arrays(task: ReluTask, runs: dict[str, Replay]) -> bytes:
    start = start_relu_training(task)
    return npz(
        points=task.examples.points,
        labels=task.examples.labels,
        **{f"weights_{layer}": weights for layer, weights in enumerate(start.weights)},
        **{f"biases_{layer}": biases for layer, biases in enumerate(start.biases)},
        **{
            f"{name}_{array}": getattr(run, array)
            for name, run in runs.items()
            for array in ("silent", "last_fired", "dead_share", "losses", "accuracies")
        },
    )
