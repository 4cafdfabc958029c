import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cnnviz.padding.number_grids import (
    CLASSIC,
    WEIGHTS,
    counting_numbers,
    fit,
    format_grid,
    parse_grid,
    patch,
    weights,
)
from cnnviz.pooling import pool
from tests.timing import grows_evenly

grids = arrays(
    np.float32,
    st.tuples(st.integers(1, 5), st.integers(1, 5)),
    elements=st.floats(-1e6, 1e6, width=32),
)


@given(grid=grids)
@example(grid=np.full((5, 5), -6.766857e-38, np.float32))
@example(grid=np.full((5, 5), -np.finfo(np.float32).smallest_subnormal))
def test_what_is_written_is_read_back_to_the_last_bit(grid):
    np.testing.assert_array_equal(parse_grid(format_grid(grid), most=5), grid)


@given(text=st.text(max_size=60))
def test_any_text_is_a_grid_or_is_refused(text):
    try:
        grid = parse_grid(text, most=4)
    except ValueError:
        return
    assert grid.ndim == 2
    assert max(grid.shape) <= 4
    assert np.isfinite(grid).all()


@pytest.mark.parametrize("text", ["1 2;3 4", "1,2\n3,4", " 1, 2 ; 3 ,4; ", "1,2;3,4.0"])
def test_people_write_grids_in_several_ways(text):
    np.testing.assert_array_equal(parse_grid(text, most=16), [[1, 2], [3, 4]])


@pytest.mark.parametrize(
    ("text", "received"),
    [
        ("1,2;3", "Received: 2 rows of 2, 1 numbers"),
        ("", "Received: 0 rows of no numbers"),
        ("1,2,3", "Received: 1 rows of 3 numbers"),
        ("1,2;3,many", 'Received: "many"'),
        ("1,2;3,nan", 'Received: "nan"'),
        ("1,2;3,1e999", 'Received: "1e999"'),
        ("1," * 9999, "Received: 19998 letters"),
    ],
)
def test_a_grid_that_is_none_is_refused_with_what_was_received(text, received):
    with pytest.raises(ValueError, match=received):
        parse_grid(text, least=2, most=16)


@pytest.mark.parametrize("name", WEIGHTS)
@pytest.mark.parametrize("size", [(1, 1), (2, 3), (7, 7)])
def test_named_weights_exist_in_every_size(name, size):
    kernel = weights(name, *size)
    assert kernel.shape == size
    assert kernel.dtype == np.float32


def test_a_mean_keeps_brightness_and_an_edge_answers_to_none():
    assert weights("mean", 3, 5).sum() == pytest.approx(1)
    assert weights("edge", 4, 4).sum() == 0


def test_unknown_weights_are_named():
    with pytest.raises(ValueError, match='Received: "fog"'):
        weights("fog", 1, 1)


def test_a_grid_is_cut_or_filled_up_at_its_end():
    np.testing.assert_array_equal(fit(counting_numbers(3, 2), 2, 3), [[1, 2, 0], [3, 4, 0]])


@pytest.mark.parametrize("corner", [(-4, 0), (2, 90), (0, 0)])
def test_a_patch_lies_within_the_picture(corner):
    picture = np.arange(20, dtype=np.uint8).reshape(4, 5, 1)
    cut = patch(picture, corner, (2, 3))
    assert cut.shape == (2, 3)
    np.testing.assert_array_equal(np.diff(cut, axis=1), 1)


def test_a_picture_smaller_than_the_patch_gives_all_it_has():
    assert patch(np.zeros((2, 1, 1), np.uint8), (0, 0), (9, 9)).shape == (2, 1)


def test_the_classic_grid_pools_to_the_classic_result():
    np.testing.assert_array_equal(pool(CLASSIC[..., None])[..., 0], [[6, 8], [3, 4]])


@pytest.mark.parametrize("again", ["1", ",", ";", "\n", " ", "1 ", "1;", "-", "\u22121,", "1_"])
def test_the_longest_text_takes_a_time_in_proportion(again):
    def text(letters: int) -> str:
        return again * (letters // len(again))

    assert grows_evenly(lambda grid: parse_grid(grid, most=16), text, 40 * 16 * 16)


def test_a_long_word_is_quoted_in_part():
    with pytest.raises(ValueError, match=r'Received: "x+\.\.\.\.$') as refusal:
        parse_grid("x" * 4000, most=16)
    assert len(str(refusal.value)) < 200
