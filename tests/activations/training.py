"""Training runs for the tests of units that die."""

import numpy as np

from cnnviz.activations.dead_relus import (
    ReluState,
    ReluTask,
    relu_training_step,
    start_relu_training,
)


def trained(task: ReluTask, steps: int = 300) -> ReluState:
    """Train from the start."""
    return relu_training_step(task, start_relu_training(task), steps=steps)


def silent_share(run: ReluState) -> np.ndarray:
    """(steps + 1,), the share of units that fire for no example, at each step."""
    return np.mean(run.silent, axis=1)
