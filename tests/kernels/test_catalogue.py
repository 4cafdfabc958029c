"""Every kernel of the collection finds what it says."""

import numpy as np
import pytest

from cnnviz import kernels
from cnnviz.kernels import KERNELS, format_kernel, parse_kernel
from tests.kernels.material import (
    BRIGHT_BELOW,
    BRIGHT_RIGHT,
    COLUMNS,
    GREY,
    ROWS,
    SIZE,
    respond,
)


@pytest.mark.parametrize("kernel", KERNELS.values(), ids=KERNELS)
def test_every_kernel_says_what_it_is_and_fits_the_editor(kernel):
    assert KERNELS[kernel.name] is kernel
    assert kernel.title
    assert kernel.source
    assert kernel.finds.endswith(".")
    assert kernel.values.dtype == np.float32
    assert max(kernel.values.shape) <= kernels.LARGEST_SIDE
    np.testing.assert_array_equal(parse_kernel(format_kernel(kernel.values)), kernel.values)


def test_no_two_kernels_are_the_same():
    assert len({format_kernel(kernel.values) for kernel in KERNELS.values()}) == len(KERNELS)


def test_a_kernel_of_the_collection_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        KERNELS["sobel_x"].values[0, 0] = 7
    with pytest.raises(TypeError):
        KERNELS["mine"] = KERNELS["sobel_x"]


@pytest.mark.parametrize(
    "kernel",
    [k for k in KERNELS.values() if k.family in ("blur", "sharpen") or k.name == "identity"],
    ids=lambda kernel: kernel.name,
)
def test_a_kernel_that_shows_the_picture_keeps_plain_grey(kernel):
    np.testing.assert_allclose(respond(GREY, kernel.values), 0.5, rtol=1e-5)


@pytest.mark.parametrize(
    "kernel",
    [k for k in KERNELS.values() if k.family in ("edge", "line", "corner", "stripe")],
    ids=lambda kernel: kernel.name,
)
def test_a_kernel_that_finds_something_finds_nothing_in_plain_grey(kernel):
    np.testing.assert_allclose(respond(GREY, kernel.values), 0, atol=1e-5)


@pytest.mark.parametrize("name", ["sobel", "prewitt", "scharr"])
def test_slopes_are_positive_where_it_gets_brighter_to_the_right_or_downwards(name):
    across, down = KERNELS[f"{name}_x"].values, KERNELS[f"{name}_y"].values
    assert respond(BRIGHT_RIGHT, across).max() > 0
    assert respond(BRIGHT_RIGHT, across).min() == 0
    assert respond(BRIGHT_BELOW, down).max() > 0
    assert not respond(BRIGHT_BELOW, across).any()
    assert not respond(BRIGHT_RIGHT, down).any()


def test_the_plain_horizontal_edge_is_positive_where_bright_lies_above_dark():
    assert respond(1 - BRIGHT_BELOW, KERNELS["horizontal_edge"].values).max() == 3
    assert not respond(BRIGHT_RIGHT, KERNELS["horizontal_edge"].values).any()


def test_scharr_is_truer_to_a_slanted_edge_than_sobel():
    slanted = np.cos((COLUMNS + 0.5 * ROWS) * 0.8)

    def error(name):
        x = respond(slanted, KERNELS[f"{name}_x"].values)
        y = respond(slanted, KERNELS[f"{name}_y"].values)
        strong = np.abs(x) > 0.5 * np.abs(x).max()
        return np.abs(y[strong] / x[strong] - 0.5).max()

    assert error("scharr") < error("sobel") < error("prewitt")


@pytest.mark.parametrize("name", ["laplacian_4", "laplacian_8", "laplacian_of_gaussian"])
def test_laplacians_are_positive_on_the_dark_side_of_an_edge(name):
    row = respond(BRIGHT_RIGHT, KERNELS[name].values)[10]
    middle = len(row) // 2
    assert row[middle - 1] > 0
    assert row[middle] == pytest.approx(-row[middle - 1], abs=1e-6)


def test_the_laplacian_of_a_bowl_is_its_curvature():
    bowl = (ROWS - 10) ** 2 + (COLUMNS - 12) ** 2
    np.testing.assert_allclose(respond(bowl, KERNELS["laplacian_4"].values), 4)
    # 4 from the direct neighbours and 8 from the diagonal ones, twice as far away squared.
    np.testing.assert_allclose(respond(bowl, KERNELS["laplacian_8"].values), 12)


@pytest.mark.parametrize("family", ["line", "corner"])
def test_of_its_family_each_template_answers_most_to_itself(family):
    templates = [k.values for k in KERNELS.values() if k.family == family]
    answers = np.array([[float((a * (b > 0)).sum()) for a in templates] for b in templates])
    assert (answers.argmax(axis=1) == np.arange(len(templates))).all()
    assert (np.sort(answers)[:, -1] > np.sort(answers)[:, -2]).all()


def test_corners_are_found_where_their_name_says():
    square = np.zeros((SIZE, SIZE), np.float32)
    square[8:20, 10:24] = 1
    for name, corner in {
        "corner_top_left": (8, 10),
        "corner_top_right": (8, 23),
        "corner_bottom_right": (19, 23),
        "corner_bottom_left": (19, 10),
    }.items():
        answer = respond(np.pad(square, 1), KERNELS[name].values)
        assert np.unravel_index(answer.argmax(), answer.shape) == corner
