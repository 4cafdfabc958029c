"""Inputs are listed by what they bring, and followed back to the map they are from."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from cnnviz.images.crops import Box
from cnnviz.images.samples import open_sample
from cnnviz.networks import Network, open_network
from cnnviz.networks.explanation.explain import Explanation, explain
from cnnviz.networks.explanation.inputs import Origin, chosen_inputs, origin, ranked_inputs


@cache
def explained(name: str, layer: str, *place: int) -> tuple[Network, Explanation]:
    network = open_network(name)
    maps = network.feature_maps(open_sample("panda"))
    return network, explain(network, maps, layer, *place)


def test_of_a_sum_the_largest_contributions_of_all_layers_come_first() -> None:
    _, found = explained("efficientnet_lite0", "stage2_block2_add", 3, 4, 9)
    chosen = [chosen_inputs(found, part, 12) for part in found.terms]
    rows, brought = ranked_inputs(found, chosen)
    assert sorted(rows[:, 0]) == [0, 1]
    assert abs(brought[0]) >= abs(brought[1])
    assert brought.sum() == pytest.approx(found.value)


def test_a_softmax_unit_comes_before_the_units_it_is_measured_against() -> None:
    _, found = explained("tutorial", "softmax", 0, 0, 7)
    (part,) = found.terms
    chosen = chosen_inputs(found, part, 4)
    assert part.channels[chosen[0]] == 7
    assert len(set(chosen)) == len(chosen)
    rows, brought = ranked_inputs(found, [chosen])
    np.testing.assert_array_equal(rows[:, 1], np.arange(len(chosen)))
    np.testing.assert_array_equal(brought, part.sums[chosen])


def test_a_flattened_number_is_followed_back_to_its_cell_and_a_pooled_one_to_its_map() -> None:
    network, found = explained("tutorial", "dense", 0, 0, 1)
    (part,) = found.terms
    row, column, channel = np.unravel_index(int(part.channels[0]), (16, 16, 16))
    assert origin(network, part, 0) == Origin("pool", channel, Box(row, column, 1, 1))
    network, found = explained("efficientnet_lite0", "dense", 0, 0, 1)
    (part,) = found.terms
    assert origin(network, part, 0) == Origin("head_relu6", int(part.channels[0]), Box(0, 0, 0, 0))


def test_a_logit_is_from_no_map() -> None:
    network, found = explained("tutorial", "softmax", 0, 0, 7)
    assert origin(network, found.terms[0], 0) is None
