"""ReLUs that die in a real training run, with leaky ones beside them."""

import numpy as np
import streamlit as st

from cnnviz.activations.code import relu_training_code
from cnnviz.activations.dead_relus import (
    Examples,
    ReluTask,
    picture_points,
    start_relu_training,
    two_moons,
)
from cnnviz.activations.relu_replay import Replay, record
from pages.activations.components.relus import relu_runs
from pages.ui.picture import Picture
from pages.ui.stage import experiments, seen_first, working_picture
from pages.ui.takeaway import Download, npz, take_it_with_you

_STEPS = 200
_WIDTH = 16
_LAYERS = 2
_DATA = {"moons": "Two moons", "picture": "Bright pixels of your picture"}


def dead_relus(picture: Picture) -> None:
    """Show the part."""
    stage, controls = st.columns([4, 1.1], gap="medium")
    with controls:
        rate = st.select_slider(
            "Learning rate",
            (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0),
            1.0,
            key="act_rate",
            bind="query-params",
        )
        bias = st.slider(
            "Raise all biases by", -4.0, 4.0, 2.0, 0.5, key="act_raise", bind="query-params"
        )
        leak = st.slider(
            "Slope of the leaky ReLU", 0.01, 0.5, 0.1, 0.01, key="act_leak", bind="query-params"
        )
        data = st.selectbox(
            "Examples", list(_DATA), format_func=_DATA.get, key="act_data", bind="query-params"
        )
        seed = st.number_input("Seed", 0, 9999, 0, key="act_seed", bind="query-params")
    examples = _examples(picture.identity if data == "picture" else "", data, picture)
    reach = 2.0 if data == "moons" else 1.0
    settings = {"learning_rate": rate, "bias_shift": bias, "seed": int(seed)}
    identity = f"{data} {picture.identity if data == 'picture' else ''}"
    slopes = {"ReLU": 0.0, f"Leaky ReLU, slope {leak:g}": leak}
    runs = {
        name: _run(identity, slope, tuple(settings.items()), reach, examples)
        for name, slope in slopes.items()
    }
    with seen_first(stage):
        relu_runs(
            key="activation_relus",
            runs=runs,
            examples=examples,
            layers=_LAYERS,
            reach=reach,
            signature=f"{identity} {leak} {settings}",
        )
    _arithmetic(*runs.values(), leak)
    st.header("Why it matters", anchor=False)
    st.markdown(
        "A ReLU whose sum is negative for every example has a slope of zero for every example: no "
        "gradient reaches its weights, so they stay, and it stays silent. One step that is too "
        "large is enough to throw units there. A leaky ReLU keeps a small slope and finds its way "
        "back; so do ELU, GELU and SiLU, each in its way."
    )
    experiments(
        {
            "Lose half of the units": lambda: _try(1.0, 2.0),
            "A careful start": lambda: _try(0.1, 0.0),
            "Silent from the start": lambda: _try(0.3, -2.0),
            "Much too fast": lambda: _try(10.0, 0.0),
        }
    )
    relu_task = _task(examples, 0.0, settings)
    take_it_with_you(
        [
            Download(
                "Training runs as NPZ",
                "relu_training.npz",
                "application/octet-stream",
                lambda: _arrays(relu_task, runs),
            )
        ],
        relu_training_code(learning_rate=rate, steps=len(next(iter(runs.values())).losses) - 1),
    )


def _task(examples: Examples, slope: float, settings: dict[str, float]) -> ReluTask:
    return ReluTask(examples, width=_WIDTH, hidden_layers=_LAYERS, negative_slope=slope, **settings)


@st.cache_data(max_entries=64, ttl="1h", show_spinner=False)
def _examples(identity: str, data: str, _picture: Picture) -> Examples:  # noqa: ARG001
    if data == "picture":
        return picture_points(working_picture(_picture, "colour"), 192)
    return two_moons(128)


@st.cache_data(max_entries=128, ttl="1h", show_spinner=False)
def _run(
    identity: str,  # noqa: ARG001 stands for the examples in the cache's key
    slope: float,
    settings: tuple[tuple[str, float], ...],
    reach: float,
    _examples: Examples,
) -> Replay:
    return record(
        _task(_examples, slope, dict(settings)), steps=_STEPS, frames=21, side=24, reach=reach
    )


def _arithmetic(relu: Replay, leaky: Replay, leak: float) -> None:
    st.header("Why a dead unit stays dead", anchor=False)
    left, right = st.columns(2, gap="medium")
    left.latex(
        r"\Delta w = -\eta \sum_i \delta_i\, f'(z_i)\, x_i = -\eta \sum_i \delta_i \cdot 0 "
        r"\cdot x_i = 0 \quad \text{if all } z_i \le 0"
    )
    right.latex(
        rf"\Delta w = -\eta \sum_i \delta_i \cdot {leak:g} \cdot x_i \ne 0 "
        r"\quad \text{with a leak}"
    )
    units = relu.silent.shape[1]
    figures = [
        f"{name}: {np.count_nonzero(run.last_fired < len(run.silent) - 1)} of {units} units are "
        f"dead at the end, {np.count_nonzero(run.silent[0])} were silent before the first step"
        for name, run in (("ReLU", relu), ("Leaky ReLU", leaky))
    ]
    st.caption(
        f"{figures[0]}. {figures[1]}. Two networks of {_LAYERS} x {_WIDTH} units, the same "
        f"weights at the start, trained for {_STEPS} steps on all examples at once. A unit is "
        "silent while its sum is above zero for no example, and dead if it never fires again "
        "within this run."
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
            for name, run in zip(("relu", "leaky_relu"), runs.values(), strict=True)
            for array in ("silent", "last_fired", "dead_share", "losses", "accuracies")
        },
    )


def _try(rate: float, bias: float) -> None:
    st.session_state["act_rate"] = rate
    st.session_state["act_raise"] = bias
