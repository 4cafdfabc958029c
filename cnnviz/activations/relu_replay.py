"""A small training run recorded step by step, to be played back: which units fire, and when not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.activations.dead_relus import (
    ReluState,
    ReluTask,
    class_map,
    relu_training_step,
    start_relu_training,
)
from cnnviz.shapes import Floats, whole_number


@dataclass(frozen=True, eq=False)
class Replay:
    """What happened in a training run; steps are counted from 0, before the first.

    silent : (steps + 1, units) bool, the units that fire for no example; the first hidden
        layer's first
    last_fired : (units,) int64, the last step at which each unit fired, -1 if it never did. It
        is *dead* after that.
    dead_share : (steps + 1,) float64, the share of units that never fire again
    losses, accuracies : (steps + 1,) float64
    map_steps : (frames,) int64, the steps whose maps were taken
    maps : (frames, side, side) float32, the probability of class 1 over the plane, y downwards
    diverged : the run ended early, because the loss was no longer finite
    """

    silent: NDArray[np.bool_]
    last_fired: NDArray[np.int64]
    dead_share: NDArray[np.float64]
    losses: NDArray[np.float64]
    accuracies: NDArray[np.float64]
    map_steps: NDArray[np.int64]
    maps: Floats
    diverged: bool

    @property
    def dead_at_the_end(self) -> int:
        """How many units do not fire at the last step; none of them ever did again."""
        return int(np.count_nonzero(self.last_fired < len(self.silent) - 1))

    @property
    def silent_from_the_start(self) -> int:
        """How many units fire for no example before the first step."""
        return int(np.count_nonzero(self.silent[0]))


def record(
    task: ReluTask, *, steps: int = 240, frames: int = 25, side: int = 28, reach: float = 2.0
) -> Replay:
    """Train, and keep what is needed to watch it again.

    Parameters
    ----------
    steps : of gradient descent, >= 1; fewer where the run diverges
    frames : maps of the plane, evenly spread, >= 2: the first before any step, the last at the end
    side, reach : of a map, as in :func:`cnnviz.activations.dead_relus.class_map`

    >>> from cnnviz.activations.dead_relus import two_moons
    >>> found = record(ReluTask(two_moons(), bias_shift=-3.0), steps=10, frames=3, side=4)
    >>> found.silent.shape, found.map_steps.tolist(), found.maps.shape
    ((11, 64), [0, 5, 10], (3, 4, 4))
    """
    steps, frames = whole_number(steps, "steps"), whole_number(frames, "frames", least=2)
    stops = np.unique(np.linspace(0, steps, frames).round().astype(int)).tolist()
    state = start_relu_training(task)
    map_steps, maps = [0], [class_map(task, state, side=side, reach=reach)]
    for stop in stops[1:]:
        state = relu_training_step(task, state, steps=stop - state.step)
        map_steps.append(state.step)
        maps.append(class_map(task, state, side=side, reach=reach))
        if state.diverged:
            break
    return _replay(state, map_steps, maps)


def _replay(state: ReluState, map_steps: list[int], maps: list[Floats]) -> Replay:
    silent = np.array(state.silent)
    # From the end, the first step at which it fires is the last one in time.
    last_fired = len(silent) - 1 - np.argmax(~silent[::-1], axis=0)
    last_fired[silent.all(axis=0)] = -1
    return Replay(
        silent=silent,
        last_fired=last_fired.astype(np.int64),
        dead_share=state.never_again_share,
        losses=np.array(state.losses),
        accuracies=np.array(state.accuracies),
        map_steps=np.array(map_steps, np.int64),
        maps=np.stack(maps).astype(np.float32),
        diverged=state.diverged,
    )
