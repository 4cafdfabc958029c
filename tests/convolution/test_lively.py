import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from cnnviz.convolution import filter_channels
from cnnviz.convolution.lively import MIDDLE, lively_place
from cnnviz.convolution.windows import cell_at
from cnnviz.images.pictures import grey, resize_to
from cnnviz.images.samples import SAMPLES, open_sample
from cnnviz.kernels import KERNELS


@pytest.mark.parametrize("longest", [28, 128, 512])
@pytest.mark.parametrize("name", SAMPLES)
def test_sobels_kernel_answers_strongly_where_one_looks_first(name, longest):
    image = open_sample(name)
    pixels = grey(resize_to(image, min(longest, max(image.shape[:2]))))
    result = filter_channels(pixels, KERNELS["sobel_x"].values)[..., 0]
    assert result[cell_at(lively_place(pixels), result.shape)] >= 0.35 * result.max() > 0


def test_an_even_picture_has_its_middle():
    assert lively_place(np.full((40, 30, 3), 7, np.uint8)) == MIDDLE
    assert lively_place(np.zeros((1, 90, 1), np.uint8)) == MIDDLE


def test_stripes_that_lie_have_an_edge_too():
    stripes = np.zeros((20, 20, 1), np.uint8)
    stripes[12:] = 200
    row, column = lively_place(stripes)
    assert (abs(row * 20 - 12) <= 1, column) == (True, pytest.approx(0.5, abs=0.03))


def test_of_edges_alike_the_nearest_to_the_middle_is_taken():
    bars = np.zeros((21, 40, 1), np.uint8)
    bars[:, 4:6] = bars[:, 22:24] = bars[:, 36:38] = 255
    assert 20 <= lively_place(bars)[1] * 40 <= 24


@given(arrays.arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9), st.just(3))))
def test_it_lies_inside_any_picture(image):
    place = lively_place(image)
    assert all(0 < at < 1 for at in place)
