"""Sizes, padding, coverage and receptive fields."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cnnviz.shapes import (
    LayerGeometry,
    ReceptiveField,
    axis_paddings,
    coverage,
    dilated_size,
    map_padding,
    map_size,
    output_size,
    padding_amounts,
    pair,
    receptive_field,
    transposed_cropping,
    transposed_output_size,
)

sizes = st.integers(1, 24)
kernels = st.integers(1, 7)
strides = st.integers(1, 5)
dilations = st.integers(1, 3)
paddings = st.one_of(
    st.sampled_from(["valid", "same"]),
    st.integers(0, 9),
    st.tuples(st.integers(0, 9), st.integers(0, 9)),
)


def test_same_padding_puts_the_extra_column_last():
    assert padding_amounts(6, 2, padding="same") == (0, 1)
    assert padding_amounts(6, 4, padding="same") == (1, 2)


def test_same_padding_adds_nothing_where_the_stride_skips_more_than_the_kernel_needs():
    assert padding_amounts(6, 2, stride=3, padding="same") == (0, 0)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"input_size": 512, "kernel_size": 3}, 510),
        ({"input_size": 7, "kernel_size": 3, "stride": 2}, 3),
        ({"input_size": 8, "kernel_size": 3, "stride": 2}, 3),
        ({"input_size": 8, "kernel_size": 3, "stride": 2, "padding": "same"}, 4),
        ({"input_size": 5, "kernel_size": 3, "dilation": 2}, 1),
        ({"input_size": 5, "kernel_size": 3, "padding": 2}, 7),
        ({"input_size": 5, "kernel_size": 3, "padding": (0, 1)}, 4),
        ({"input_size": 1, "kernel_size": 11, "padding": "same"}, 1),
    ],
)
def test_output_size_of_known_cases(arguments, expected):
    assert output_size(**arguments) == expected


@given(sizes, kernels, strides, dilations, paddings)
def test_output_size_counts_the_positions_that_fit(n, k, stride, dilation, padding):
    before, after = padding_amounts(n, k, stride=stride, padding=padding, dilation=dilation)
    starts = range(-before, n + after, stride)
    fitting = [s for s in starts if s + dilated_size(k, dilation) <= n + after]
    assume(fitting)
    assert output_size(n, k, stride=stride, padding=padding, dilation=dilation) == len(fitting)


@given(sizes, kernels, strides, dilations)
def test_same_padding_gives_one_output_for_each_stride_begun(n, k, stride, dilation):
    assert output_size(n, k, stride=stride, padding="same", dilation=dilation) == -(-n // stride)


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("size", [(9, 7), (10, 12)])
@pytest.mark.parametrize("padding", ["valid", "same"])
def test_map_size_matches_tensorflow(tf, size, stride, padding):
    image, kernel = np.zeros((1, *size, 1), np.float32), np.zeros((3, 4, 1, 1), np.float32)
    expected = tf.nn.conv2d(image, kernel, stride, padding.upper()).shape[1:3]
    assert map_size(size, (3, 4), stride=stride, padding=padding) == tuple(expected)


def test_a_kernel_larger_than_the_input_is_rejected():
    rule = (
        r"The kernel must fit inside the padded input\. Received: kernel_size=7, input_size=5, "
        r'padding="valid"\.$'
    )
    with pytest.raises(ValueError, match=rule):
        output_size(5, 7)


def test_a_kernel_too_large_only_by_its_dilation_is_rejected_with_the_dilation():
    with pytest.raises(ValueError, match=r"kernel_size=3, input_size=5, padding=0, dilation=3\."):
        output_size(5, 3, padding=0, dilation=3)


@pytest.mark.parametrize("name", ["input_size", "kernel_size", "stride", "dilation"])
@pytest.mark.parametrize("value", [0, -3, 2.5, True, "3", None])
def test_a_size_that_is_no_whole_number_from_1_is_rejected(name, value):
    arguments = {"input_size": 5, "kernel_size": 3, name: value}
    with pytest.raises(ValueError, match=f"{name} must be a whole number of at least 1. Received"):
        output_size(**arguments)


@pytest.mark.parametrize(
    "padding", ["full", None, -1, 1.5, (1, -1), (1, 2, 3), ((1, 1), (2, 2)), (), "SAME"]
)
def test_padding_of_one_axis_that_is_no_padding_is_rejected(padding):
    with pytest.raises(ValueError, match=r"padding must be .*Received"):
        padding_amounts(5, 3, padding=padding)


@pytest.mark.parametrize("padding", ["full", None, -1, 1.5, (1, 1), ((1, 1), 2), ((1, 1),), "11"])
def test_padding_of_a_picture_that_is_no_padding_is_rejected(padding):
    with pytest.raises(ValueError, match=r"padding .*must be .*Received"):
        axis_paddings(padding)


def test_a_pair_is_spelled_out_and_checked():
    assert pair(3) == (3, 3)
    assert pair([2, np.int32(5)]) == (2, 5)
    with pytest.raises(ValueError, match=r"one whole number or a pair.*stride=\(1, 2, 3\)"):
        pair((1, 2, 3), "stride")


def test_map_padding_treats_rows_and_columns_apart():
    assert map_padding((5, 6), (3, 2), padding="same") == ((1, 1), (0, 1))
    assert map_padding(5, 3, padding=((1, 2), (0, 3))) == ((1, 2), (0, 3))


def test_coverage_grows_towards_the_middle():
    assert coverage((1, 5), (1, 3)).tolist() == [[1, 2, 3, 2, 1]]


def test_coverage_shows_the_pixels_that_strides_and_dilation_skip():
    assert coverage((1, 6), (1, 2), stride=3).tolist() == [[1, 1, 0, 1, 1, 0]]
    assert coverage((1, 5), (1, 2), dilation=4).tolist() == [[1, 0, 0, 0, 1]]


@given(sizes, sizes, kernels, strides, dilations, st.sampled_from(["valid", "same", 2]))
def test_coverage_counts_every_tap_that_touches_a_pixel(
    rows, columns, k, stride, dilation, padding
):
    geometry = {"stride": stride, "padding": padding, "dilation": dilation}
    (top, bottom), (left, right) = map_padding((rows, columns), k, **geometry)
    assume(min(rows + top + bottom, columns + left + right) >= dilated_size(k, dilation))
    counted = np.zeros((rows + top + bottom, columns + left + right), int)
    height, width = map_size((rows, columns), k, **geometry)
    span = dilated_size(k, dilation)
    for y in range(height):
        for x in range(width):
            window = (
                slice(y * stride, y * stride + span, dilation),
                slice(x * stride, x * stride + span, dilation),
            )
            counted[window] += 1
    expected = counted[top : top + rows, left : left + columns]
    np.testing.assert_array_equal(coverage((rows, columns), k, **geometry), expected)


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("output_padding", [None, 0, 1])
@pytest.mark.parametrize(("size", "kernel", "stride"), [(5, 3, 2), (4, 2, 3), (1, 1, 2), (6, 5, 2)])
def test_transposed_output_size_matches_keras(tf, size, kernel, stride, padding, output_padding):
    layer = tf.keras.layers.Conv1DTranspose(
        1, kernel, stride, padding, output_padding=output_padding
    )
    expected = layer.compute_output_shape((1, size, 1))[1]
    got = transposed_output_size(
        size, kernel, stride=stride, padding=padding, output_padding=output_padding
    )
    assert got == expected


@given(sizes, kernels, strides, dilations, st.one_of(st.integers(0, 3), st.just("same")))
def test_a_transposed_convolution_undoes_the_size_of_a_convolution(n, k, stride, dilation, padding):
    geometry = {"stride": stride, "padding": padding, "dilation": dilation}
    assume(transposed_fits(n, k, geometry))
    assert output_size(transposed_output_size(n, k, **geometry), k, **geometry) == n


def transposed_fits(n, k, geometry):
    try:
        transposed_output_size(n, k, **geometry)
    except ValueError:
        return False
    return True


def test_a_transposed_convolution_that_crops_everything_is_rejected():
    with pytest.raises(ValueError, match=r"leave at least one position.*kernel_size=3.*padding=5"):
        transposed_output_size(3, 3, padding=5)


def test_output_padding_of_a_whole_stride_is_rejected():
    with pytest.raises(ValueError, match=r"smaller than the stride.*output_padding=2, stride=2"):
        transposed_cropping(3, 3, stride=2, output_padding=2)


def test_receptive_field_of_three_small_kernels_is_that_of_one_large():
    assert receptive_field([{"kernel": 3}] * 3) == [
        ReceptiveField(3, 1, 0),
        ReceptiveField(5, 1, 0),
        ReceptiveField(7, 1, 0),
    ]


def test_receptive_field_of_the_first_layers_of_vgg():
    block = [LayerGeometry(3, padding="same")] * 2 + [LayerGeometry(2, stride=2)]
    fields = receptive_field(block * 2)
    # Simonyan and Zisserman 2015; sizes from Araujo et al. 2019's library.
    assert [field.size for field in fields] == [3, 5, 6, 10, 14, 16]
    assert [field.stride for field in fields] == [1, 1, 2, 2, 2, 4]
    assert [field.start for field in fields] == [-1, -2, -2, -4, -6, -6]


def test_the_receptive_field_of_an_output_is_a_span_of_pixels():
    assert ReceptiveField(size=3, jump=2, start=-1).span(0) == (-1, 2)
    assert ReceptiveField(size=3, jump=2, start=-1).span(4) == (7, 10)


def test_same_padding_at_a_stride_depends_on_the_size_of_the_input():
    layer = [{"kernel": 3, "stride": 2, "padding": "same"}]
    assert receptive_field(layer, input_size=8)[0].start == 0
    assert receptive_field(layer, input_size=7)[0].start == -1
    assert receptive_field(layer)[0].start == 0


layers = st.lists(
    st.builds(
        LayerGeometry,
        kernel=st.integers(1, 4),
        stride=st.integers(1, 3),
        dilation=st.integers(1, 2),
        padding=st.one_of(
            st.sampled_from(["valid", "same"]), st.tuples(st.integers(0, 2), st.integers(0, 2))
        ),
    ),
    min_size=1,
    max_size=4,
)


@given(layers, st.integers(8, 40), st.data())
def test_receptive_field_spans_exactly_the_pixels_that_reach_an_output(stack, size, data):
    # Follow sets of touched pixels through the stack, tap by tap.
    seen = [{position} for position in range(size)]
    for layer in stack:
        geometry = {"stride": layer.stride, "padding": layer.padding, "dilation": layer.dilation}
        before, after = padding_amounts(len(seen), layer.kernel, **geometry)
        assume(len(seen) + before + after >= dilated_size(layer.kernel, layer.dilation))
        count = output_size(len(seen), layer.kernel, **geometry)
        taps = layer.dilation * np.arange(layer.kernel)
        seen = [
            set().union(
                *(
                    seen[position]
                    for position in (taps + output * layer.stride - before)
                    if 0 <= position < len(seen)
                )
            )
            for output in range(count)
        ]
    field = receptive_field(stack, input_size=size)[-1]
    output = data.draw(st.integers(0, len(seen) - 1))
    first, end = field.span(output)
    assert all(first <= pixel < end for pixel in seen[output])
    if first >= 0 and end <= size and not any(layer.padding != "valid" for layer in stack):
        assert min(seen[output]) == first
        assert max(seen[output]) == end - 1


def test_a_layer_with_an_unknown_property_is_rejected():
    with pytest.raises(ValueError, match=r"kernel, stride, dilation, padding.*Received: filters"):
        receptive_field([{"kernel": 3, "filters": 8}])


def test_a_layer_that_does_not_fit_its_input_is_rejected():
    with pytest.raises(ValueError, match=r"kernel_size=7, input_size=5"):
        receptive_field([{"kernel": 7}], input_size=5)
