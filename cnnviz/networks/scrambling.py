"""A network whose weights are replaced by random ones, from its answer down."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from functools import partial

from cnnviz.networks.network import Network


def randomised_from_the_top(
    network: Network, stages: int, seed: int = 0
) -> Iterator[tuple[str, Callable[[], Network]]]:
    """Replace the weights by those of `untrained`, from the answer down, in equal parts.

    Yields
    ------
    The lowest layer whose weights are random, and what makes the network so: to be called in
    order, before the next. All share one copy; the network itself stays as it is.
    """
    weighted = [info.name for info in reversed(network.layers) if info.parameters]
    stages = max(min(stages, len(weighted)), 1)
    ends = [round(len(weighted) * part / stages) for part in range(1, stages + 1)]
    made: list[Network] = []

    def until(end: int) -> Network:
        if not made:
            view = copy.copy(network)
            view.title, view.is_random, view.is_shared = f"{network.title}, scrambled", True, False
            view._runner = network._runner.copied()
            made.append(view)
        made[0]._runner.take_weights(network.untrained(seed)._runner, weighted[:end])
        return made[0]

    for end in ends:
        if end:
            yield weighted[end - 1], partial(until, end)
