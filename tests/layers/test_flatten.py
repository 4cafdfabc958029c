from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.layers.flatten import flatten, flatten_cell

GENERATOR = np.random.default_rng(5)


MAPS = GENERATOR.normal(size=(6, 5, 4)).astype(np.float32)


def test_flatten_matches_keras(tf):
    import keras

    np.testing.assert_array_equal(flatten(MAPS), keras.layers.Flatten()(MAPS[np.newaxis])[0])


@given(st.tuples(*[st.integers(1, 9)] * 3), st.data())
def test_a_cell_and_its_element_lead_to_each_other(shape, data):
    index = data.draw(st.integers(0, int(np.prod(shape)) - 1))
    cell = flatten_cell(shape, index)
    assert np.ravel_multi_index(cell, shape) == index
    assert flatten(np.arange(np.prod(shape)).reshape(shape))[index] == index


def test_the_channels_of_one_pixel_lie_side_by_side():
    assert [flatten_cell((2, 2, 3), index) for index in (6, 7, 8)] == [
        (1, 0, channel) for channel in range(3)
    ]
    assert flatten(MAPS)[(4 * 5 + 2) * 4 + 1] == MAPS[4, 2, 1]


def test_an_element_outside_the_maps_is_refused():
    with pytest.raises(ValueError, match=r"index must be from 0 to 119. Received: index=120"):
        flatten_cell((6, 5, 4), 120)
    with pytest.raises(ValueError, match=r"\(height, width, channels\). Received: shape=\(6, 5\)"):
        flatten_cell((6, 5), 0)
