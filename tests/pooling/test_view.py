import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cnnviz.pooling import pool, pool_gradient, pool_sources
from cnnviz.pooling.view import filtered_map, pooled_view
from cnnviz.shapes import map_padding, pair

pictures = arrays(
    np.float32,
    st.tuples(st.integers(3, 7), st.integers(3, 7), st.integers(1, 3)),
    elements=st.integers(-9, 9),
)
windows = st.fixed_dictionaries(
    {
        "size": st.tuples(st.integers(1, 3), st.integers(1, 3)),
        "stride": st.sampled_from([None, 1, (2, 1)]),
        "padding": st.sampled_from(["valid", "same"]),
    }
)


@given(picture=pictures, window=windows)
def test_the_winner_holds_the_pooled_value(picture, window):
    view = pooled_view(picture, **window)
    sources = pool_sources(picture, **window)
    stride = pair(window["stride"] or window["size"])
    amounts = map_padding(
        picture.shape[:2], window["size"], stride=stride, padding=window["padding"]
    )
    for cell in np.ndindex(*view.result.shape):
        place = divmod(int(view.winners[cell]), window["size"][1])
        at = tuple(cell[axis] * stride[axis] - amounts[axis][0] + place[axis] for axis in range(2))
        assert at == tuple(sources[cell])
        assert picture[(*at, cell[2])] == view.result[cell]


@given(picture=pictures, window=windows, kind=st.sampled_from(["max", "average", "l2"]))
def test_all_parts_are_those_of_pooling(picture, window, kind):
    view = pooled_view(picture, kind=kind, **window)
    np.testing.assert_array_equal(view.result, pool(picture, kind=kind, **window))
    expected = pool_gradient(picture, np.ones_like(view.result), kind=kind, **window)
    np.testing.assert_allclose(view.gradient, expected, rtol=1e-6, atol=1e-6)
    assert (view.winners is None) is (kind != "max")


def test_the_classic_grid_has_the_classic_winners():
    grid = np.array([[1, 1, 2, 4], [5, 6, 7, 8], [3, 2, 1, 0], [1, 2, 3, 4]])[..., None]
    view = pooled_view(grid)
    np.testing.assert_array_equal(view.winners[..., 0], [[3, 3], [0, 3]])
    np.testing.assert_array_equal(
        view.gradient[..., 0], [[0, 0, 0, 0], [0, 1, 0, 1], [1, 0, 0, 0], [0, 0, 0, 1]]
    )


@pytest.mark.parametrize(("side", "dtype"), [(16, np.uint8), (17, np.int32)])
def test_places_are_as_small_as_they_may_be(side, dtype):
    picture = np.zeros((side, side, 1))
    picture[-1, -1] = 1
    winners = pooled_view(picture, size=side).winners
    assert winners.dtype == dtype
    assert winners.item() == side * side - 1


@pytest.mark.parametrize(("shape", "padding"), [((7, 9), "VALID"), ((2, 9), "SAME")])
def test_a_filtered_map_is_tensorflows_whatever_the_pictures_size(tf, shape, padding):
    generator = np.random.default_rng(3)
    picture = generator.integers(0, 256, (*shape, 1)).astype(np.float32)
    kernel = generator.standard_normal((3, 3)).astype(np.float32)
    expected = tf.nn.conv2d(picture[None], kernel[:, :, None, None], 1, padding)[0]
    np.testing.assert_allclose(filtered_map(picture, kernel, rectified=False), expected, rtol=1e-4)
    rectified = filtered_map(picture, kernel, rectified=True)
    np.testing.assert_allclose(rectified, tf.nn.relu(expected), rtol=1e-4)
