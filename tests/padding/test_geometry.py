import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cnnviz.convolution import convolve, transposed_convolve
from cnnviz.padding.geometry import (
    apply_kernel,
    convolution_geometry,
    full_padding,
    laid_out,
    transposed_geometry,
)

PAIRS = {
    "input_size": st.tuples(st.integers(1, 7), st.integers(1, 7)),
    "kernel_size": st.tuples(st.integers(1, 4), st.integers(1, 4)),
    "stride": st.tuples(st.integers(1, 4), st.integers(1, 4)),
    "dilation": st.tuples(st.integers(1, 3), st.integers(1, 3)),
    "padding": st.sampled_from(["valid", "same", 1, ((0, 2), (1, 0))]),
}
layers = st.fixed_dictionaries(PAIRS)


def made(geometry_of, layer):
    try:
        return geometry_of(**layer)
    except ValueError:
        assume(False)


def window_sums(grid, kernel, geometry):
    """Add up each window, place by place: what a drawing of the geometry shows."""
    numbers, _ = laid_out(grid, geometry)
    result = np.zeros(geometry.output_size, np.float64)
    for cell in np.ndindex(*result.shape):
        rows, columns = (
            at * step + dilation * np.arange(taps)
            for at, step, dilation, taps in zip(
                cell, geometry.step, geometry.dilation, kernel.shape, strict=True
            )
        )
        result[cell] = np.sum(numbers[np.ix_(rows, columns)] * kernel)
    return result


def numbers(shape):
    return np.random.default_rng(sum(shape)).normal(size=shape).astype(np.float32)


@given(layer=layers)
def test_the_windows_of_a_convolution_add_up_to_its_result(layer):
    geometry = made(convolution_geometry, layer)
    grid, kernel = numbers(geometry.input_size), numbers(geometry.window)
    np.testing.assert_allclose(
        apply_kernel(grid, kernel, geometry), window_sums(grid, kernel, geometry), atol=1e-5
    )


@given(layer=layers)
def test_a_transposed_convolution_slides_the_kernel_turned_around(layer):
    geometry = made(transposed_geometry, layer)
    grid, kernel = numbers(geometry.input_size), numbers(geometry.window)
    np.testing.assert_allclose(
        apply_kernel(grid, kernel, geometry),
        window_sums(grid, kernel[::-1, ::-1], geometry),
        atol=1e-5,
    )


@given(layer=layers)
def test_a_layer_is_run_as_its_arguments_say(layer):
    arguments = {name: layer[name] for name in ("stride", "dilation", "padding")}
    for geometry_of, run in (
        (convolution_geometry, convolve),
        (transposed_geometry, transposed_convolve),
    ):
        try:
            geometry = geometry_of(**layer)
        except ValueError:
            continue
        grid, kernel = numbers(geometry.input_size), numbers(geometry.window)
        expected = run(grid[..., None], kernel[..., None, None], **arguments)[..., 0]
        np.testing.assert_allclose(apply_kernel(grid, kernel, geometry), expected, atol=1e-6)


@given(layer=layers)
def test_coverage_is_what_a_kernel_of_ones_writes(layer):
    geometry = made(transposed_geometry, layer)
    ones = np.ones(geometry.input_size, np.float32), np.ones(geometry.window, np.float32)
    np.testing.assert_array_equal(geometry.coverage, apply_kernel(*ones, geometry))


@given(layer=layers)
def test_a_place_is_touched_as_often_as_windows_lie_on_it(layer):
    geometry = made(convolution_geometry, layer)
    counts = np.outer(*geometry.touches)
    expected = np.zeros_like(counts)
    for cell in np.ndindex(*geometry.output_size):
        for tap in np.ndindex(*geometry.window):
            row, column = (
                at * step + place * dilation
                for at, step, place, dilation in zip(
                    cell, geometry.step, tap, geometry.dilation, strict=True
                )
            )
            expected[row, column] += 1
    np.testing.assert_array_equal(counts, expected)
    (top, _), (left, _) = geometry.padding
    height, width = geometry.input_size
    inside = counts[top : top + height, left : left + width]
    np.testing.assert_array_equal(geometry.coverage, inside)
    assert geometry.origin == (top, left)


def test_an_uneven_stride_leaves_the_last_pixel_out():
    geometry = convolution_geometry((8, 7), 3, stride=2)
    assert geometry.left_over == (1, 0)
    assert geometry.unreached == (1, 0)


def test_padding_may_be_all_that_is_left_out():
    geometry = convolution_geometry(6, 3, stride=2, padding=1)
    assert geometry.left_over == (1, 1)
    assert geometry.unreached == (0, 0)


def test_a_stride_beyond_the_kernel_leaves_gaps():
    geometry = convolution_geometry(7, 1, stride=3)
    assert geometry.left_over == (0, 0)
    assert geometry.unreached == (4, 4)


def test_full_padding_lets_every_weight_meet_every_pixel():
    geometry = convolution_geometry(
        4, (3, 2), padding=full_padding((3, 2), (2, 1)), dilation=(2, 1)
    )
    assert geometry.coverage.min() == geometry.coverage.max() == 6


def test_what_is_laid_out_is_marked_where_nothing_lies():
    places, outside = laid_out(
        np.full((1, 2), 7, np.float32), transposed_geometry((1, 2), 1, stride=2)
    )
    np.testing.assert_array_equal(places, [[7, 0, 7, 0], [0, 0, 0, 0]])
    np.testing.assert_array_equal(outside, places == 0)


def test_more_cannot_be_cut_off_than_a_kernel_reaches():
    with pytest.raises(ValueError, match=r"Received: padding=\(3, 0\), kernel_size=3, dilation=1"):
        transposed_geometry(8, 3, padding=((3, 0), (0, 0)))
