"""Convolution against TensorFlow, against numbers worked out by hand, and by its properties."""

import itertools
import re

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cnnviz.convolution import (
    channel_maps,
    convolve,
    depthwise_convolve,
    transposed_convolve,
    window_at,
    window_sums,
)
from cnnviz.shapes import map_padding

NUMPY_MODES = {"zeros": "constant", "reflect": "reflect", "replicate": "edge", "wrap": "wrap"}

PATCH = np.array([[134, 134, 117], [153, 144, 141], [152, 154, 150]], np.uint8)[..., None]
SHARPEN = np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]])[..., None, None]


def numbers(*shape, seed=0):
    return np.random.default_rng([seed, *shape]).standard_normal(shape).astype(np.float32)


def assert_close(got, expected):
    """Equal to 1e-5 of the largest value."""
    expected = np.asarray(expected)
    assert got.shape == expected.shape
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-5 * np.abs(expected).max())


def dilate(kernels, dilation):
    """Spread the taps with zeros in between, which every TensorFlow function gets right."""
    rows, columns = np.broadcast_to(dilation, 2)
    height, width = (kernels.shape[0] - 1) * rows + 1, (kernels.shape[1] - 1) * columns + 1
    spread = np.zeros((height, width, *kernels.shape[2:]), np.float32)
    spread[::rows, ::columns] = kernels
    return spread


def reference(tf, image, kernels, *, stride=1, padding="valid", dilation=1, padding_mode="zeros"):
    """What TensorFlow computes; groups follow from the shapes."""
    kernels = dilate(kernels, dilation)
    if isinstance(padding, str) and padding_mode == "zeros":
        rule = padding.upper()
    else:
        around = map_padding(image.shape[:2], kernels.shape[:2], stride=stride, padding=padding)
        image = np.pad(image, (*around, (0, 0)), mode=NUMPY_MODES[padding_mode])
        rule = "VALID"
    strides = np.broadcast_to(stride, 2).tolist()
    return tf.nn.conv2d(image[None].astype(np.float32), kernels, strides, rule)[0].numpy()


@pytest.mark.parametrize("padding", ["valid", "same", 2, ((0, 3), (1, 2))], ids=str)
@pytest.mark.parametrize("dilation", [1, 2, (3, 1)], ids=str)
@pytest.mark.parametrize("stride", [1, 2, 3, (1, 4)], ids=str)
def test_convolve_matches_tensorflow(tf, stride, dilation, padding):
    image, kernels = numbers(17, 14, 3), numbers(3, 4, 3, 5)
    geometry = {"stride": stride, "dilation": dilation, "padding": padding}
    assert_close(convolve(image, kernels, **geometry), reference(tf, image, kernels, **geometry))


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("columns", [1, 2, 3, 5, 11])
@pytest.mark.parametrize("rows", [1, 2, 7, 11])
def test_convolve_matches_tensorflow_for_kernels_of_1_to_11_taps(tf, rows, columns, padding):
    image, kernels = numbers(19, 23, 2), numbers(rows, columns, 2, 3)
    got = convolve(image, kernels, padding=padding)
    assert_close(got, reference(tf, image, kernels, padding=padding))


@pytest.mark.parametrize("filters", [1, 2, 16, 64])
@pytest.mark.parametrize("channels", [1, 3, 16, 64])
def test_convolve_matches_tensorflow_for_one_to_many_channels(tf, channels, filters):
    image, kernels = numbers(13, 21, channels), numbers(3, 3, channels, filters)
    got = convolve(image, kernels, padding="same", stride=2)
    assert_close(got, reference(tf, image, kernels, padding="same", stride=2))


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (9, 1), (300, 7), (7, 300)], ids=str)
def test_convolve_matches_tensorflow_on_pictures_of_extreme_shape(tf, size):
    image, kernels = numbers(*size, 2), numbers(3, 5, 2, 2)
    got = convolve(image, kernels, padding="same", stride=(2, 1))
    assert_close(got, reference(tf, image, kernels, padding="same", stride=(2, 1)))


@pytest.mark.parametrize(("channels", "filters"), [(3, 1), (1, 1), (40, 24)])
def test_convolve_matches_tensorflow_on_a_picture_cut_into_many_pieces(tf, channels, filters):
    image, kernels = numbers(330, 210, channels), numbers(5, 3, channels, filters)
    assert_close(convolve(image, kernels), reference(tf, image, kernels))


@pytest.mark.parametrize("padding", ["valid", "same", ((1, 0), (0, 2))], ids=str)
@pytest.mark.parametrize(("stride", "dilation"), [(1, 1), (2, 1), (1, 2), (2, 2), (3, 2)])
@pytest.mark.parametrize("groups", [2, 3, 6])
def test_groups_match_tensorflow(tf, groups, stride, dilation, padding):
    image, kernels = numbers(12, 15, 6), numbers(3, 2, 6 // groups, 12)
    geometry = {"stride": stride, "dilation": dilation, "padding": padding}
    got = convolve(image, kernels, groups=groups, **geometry)
    assert_close(got, reference(tf, image, kernels, **geometry))


@pytest.mark.parametrize("padding", ["valid", "same", ((1, 0), (0, 2))], ids=str)
@pytest.mark.parametrize(("stride", "dilation"), [(1, 1), (2, 1), (1, 2), (2, 2), (3, 2)])
@pytest.mark.parametrize("multiplier", [1, 2])
def test_depthwise_matches_tensorflow(tf, multiplier, stride, dilation, padding):
    image, kernels = numbers(12, 15, 3), numbers(3, 5, 3, multiplier)
    geometry = {"stride": stride, "dilation": dilation, "padding": padding}
    # A grouped convolution: tf.nn.depthwise_conv2d is wrong with stride 2 and dilation 2.
    grouped = kernels.reshape(3, 5, 1, 3 * multiplier)
    got = depthwise_convolve(image, kernels, **geometry)
    assert_close(got, reference(tf, image, grouped, **geometry))


def test_depthwise_puts_its_results_in_the_order_of_keras(tf):
    image, kernels = numbers(6, 7, 3), numbers(3, 3, 3, 2)
    layer = tf.keras.layers.DepthwiseConv2D(3, depth_multiplier=2)
    layer.build((None, 6, 7, 3))
    layer.set_weights([kernels, np.arange(6, dtype=np.float32)])
    assert_close(
        depthwise_convolve(image, kernels, bias=np.arange(6)), layer(image[None])[0].numpy()
    )


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("kernel", [(1, 2), (3, 3), (2, 5)], ids=str)
@pytest.mark.parametrize(("channels", "filters"), [(1, 1), (3, 2), (16, 8)])
def test_transposed_matches_keras(tf, channels, filters, kernel, stride, padding):
    image, kernels = numbers(6, 5, channels), numbers(*kernel, filters, channels)
    layer = tf.keras.layers.Conv2DTranspose(filters, kernel, stride, padding)
    layer.build((None, 6, 5, channels))
    layer.set_weights([kernels, np.arange(filters, dtype=np.float32)])
    got = transposed_convolve(
        image, kernels, bias=np.arange(filters), stride=stride, padding=padding
    )
    assert_close(got, layer(image[None])[0].numpy())


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("output_padding", [0, 1])
def test_transposed_output_padding_matches_keras(tf, output_padding, padding):
    image, kernels = numbers(4, 5, 2), numbers(3, 5, 3, 2)
    expected = tf.keras.ops.conv_transpose(
        image[None], kernels, 2, padding, output_padding=output_padding
    )
    got = transposed_convolve(
        image, kernels, stride=2, padding=padding, output_padding=output_padding
    )
    assert_close(got, expected[0].numpy())


@pytest.mark.parametrize("padding", ["valid", "same"])
def test_transposed_dilation_matches_keras(tf, padding):
    image, kernels = numbers(5, 6, 2), numbers(3, 2, 3, 2)
    expected = tf.keras.ops.conv_transpose(image[None], dilate(kernels, 2), 1, padding)
    got = transposed_convolve(image, kernels, dilation=2, padding=padding)
    assert_close(got, expected[0].numpy())


@pytest.mark.parametrize("padding", ["valid", "same", 1, ((0, 2), (1, 0))], ids=str)
@pytest.mark.parametrize(("stride", "dilation"), [(1, 1), (2, 1), (1, 2), (3, 2)])
def test_transposed_is_the_gradient_of_a_convolution(tf, stride, dilation, padding):
    # A size at which the last window ends with the last pixel.
    size = 4 * stride
    if padding != "same":
        (top, bottom), (left, right) = map_padding(99, 3, padding=padding)
        size = (
            4 * stride + 2 * dilation + 1 - top - bottom,
            4 * stride + 2 * dilation + 1 - left - right,
        )
    height, width = np.broadcast_to(size, 2)
    kernels = numbers(3, 3, 2, 4)
    spread = dilate(kernels, dilation)
    around = map_padding((height, width), spread.shape[:2], stride=stride, padding=padding)
    image = tf.constant(numbers(1, height, width, 2))
    with tf.GradientTape() as tape:
        tape.watch(image)
        padded = tf.pad(image, ((0, 0), *around, (0, 0)))
        result = tf.nn.conv2d(padded, spread, stride, "VALID")
    upstream = numbers(*result.shape[1:], seed=1)
    expected = tape.gradient(result, image, upstream[None])[0].numpy()
    got = transposed_convolve(upstream, kernels, stride=stride, dilation=dilation, padding=padding)
    assert_close(got, expected)


@pytest.mark.parametrize("mode", NUMPY_MODES)
@pytest.mark.parametrize("padding", ["same", 3, ((4, 0), (1, 9))], ids=str)
@pytest.mark.parametrize(("stride", "dilation"), [(1, 1), (2, 1), (1, 2), (3, 2)])
@pytest.mark.parametrize("function", [convolve, depthwise_convolve])
def test_borders_are_those_of_numpy_pad(function, stride, dilation, padding, mode):
    image, kernels = numbers(7, 5, 2), numbers(4, 3, 2, 2)
    geometry = {"stride": stride, "dilation": dilation}
    around = map_padding((7, 5), (4, 3), padding=padding, **geometry)
    padded = np.pad(image, (*around, (0, 0)), mode=NUMPY_MODES[mode])
    got = function(image, kernels, padding=padding, padding_mode=mode, **geometry)
    assert_close(got, function(padded, kernels, **geometry))


@pytest.mark.parametrize("mode", ["reflect", "replicate", "wrap"])
def test_borders_wider_than_the_picture_repeat_as_numpy_pad_does(mode):
    image = numbers(2, 1, 1)
    padded = np.pad(image, ((5, 5), (5, 5), (0, 0)), mode=NUMPY_MODES[mode])
    same = np.ones((1, 1, 1, 1))
    np.testing.assert_array_equal(convolve(image, same, padding=5, padding_mode=mode), padded)


def test_the_sharpening_example_gives_138():
    assert convolve(PATCH, SHARPEN).item() == 138
    assert convolve(PATCH, SHARPEN, bias=0.5).item() == 138.5


def test_the_kernel_is_not_flipped():
    dot = np.zeros((3, 3, 1))
    dot[1, 1] = 1
    kernel = np.arange(9).reshape(3, 3, 1, 1)
    got = convolve(dot, kernel, padding="same")[..., 0]
    assert got.tolist() == [[8, 7, 6], [5, 4, 3], [2, 1, 0]]


def test_same_padding_puts_the_extra_column_last():
    got = convolve(np.ones((1, 3, 1)), np.ones((1, 2, 1, 1)), padding="same")
    assert got[0, :, 0].tolist() == [2, 2, 1]


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.int64, np.bool_, np.float16, np.float64])
def test_a_picture_of_any_number_type_is_not_truncated(dtype):
    image = np.array([[[1], [0], [1]]], dtype)
    got = convolve(image, np.full((1, 3, 1, 1), 0.25))
    assert got.dtype == np.float32
    assert got.item() == 0.5


def test_whole_numbers_give_exact_results():
    rng = np.random.default_rng(0)
    image = rng.integers(0, 256, (40, 50, 3), np.uint8)
    kernels = rng.integers(-9, 10, (5, 5, 3, 2))
    windows = np.lib.stride_tricks.sliding_window_view(image.astype(int), (5, 5), (0, 1))
    np.testing.assert_array_equal(
        convolve(image, kernels), np.einsum("hwcij,ijcf->hwf", windows, kernels)
    )


@pytest.mark.parametrize(
    "arrange",
    [
        np.ascontiguousarray,
        np.asfortranarray,
        lambda image: np.ascontiguousarray(image.transpose(2, 0, 1)).transpose(1, 2, 0),
        lambda image: np.ascontiguousarray(image.transpose(0, 2, 1)).transpose(0, 2, 1),
        lambda image: np.repeat(image, 2, axis=1)[:, ::2],
        lambda image: image[::-1].copy()[::-1],
        lambda image: image.astype(">f4"),
        lambda image: np.frombuffer(image.tobytes(), np.float32).reshape(image.shape),
    ],
    ids=["rows", "fortran", "planes", "row planes", "gaps", "upside down", "big endian", "locked"],
)
def test_how_a_picture_lies_in_memory_does_not_matter(arrange):
    image, kernels, depthwise = numbers(20, 30, 3), numbers(3, 3, 3, 2), numbers(3, 3, 3, 1)
    assert_close(convolve(arrange(image), kernels), convolve(image, kernels))
    assert_close(
        depthwise_convolve(arrange(image), depthwise), depthwise_convolve(image, depthwise)
    )


@pytest.mark.parametrize("function", [convolve, depthwise_convolve])
def test_the_picture_and_the_kernels_are_left_as_they_are(function):
    image, kernels = numbers(8, 9, 3), numbers(3, 3, 3, 3)
    before = image.copy(), kernels.copy()
    function(image, kernels, bias=1)[...] = 0
    np.testing.assert_array_equal(image, before[0])
    np.testing.assert_array_equal(kernels, before[1])


def test_results_may_be_convolved_again():
    image, first, second = numbers(20, 24, 3), numbers(3, 3, 3, 4), numbers(3, 3, 4, 2)
    again = convolve(convolve(image, first), second)
    assert_close(again, convolve(convolve(image, first).copy("C"), second))


shapes = st.tuples(st.integers(1, 12), st.integers(1, 12))
kernel_shapes = st.tuples(st.integers(1, 5), st.integers(1, 5))
steps = st.tuples(st.integers(1, 4), st.integers(1, 4))
around = st.tuples(*[st.tuples(st.integers(0, 6), st.integers(0, 6))] * 2)


@given(shapes, kernel_shapes, steps, steps, around, st.sampled_from(list(NUMPY_MODES)), st.data())
def test_every_output_is_the_result_of_its_window(
    size, kernel_size, stride, dilation, padding, mode, data
):
    image, kernels = numbers(*size, 2), numbers(*kernel_size, 2, 3)
    geometry = {"stride": stride, "dilation": dilation, "padding": padding, "padding_mode": mode}
    spans = [d * (k - 1) + 1 for k, d in zip(kernel_size, dilation, strict=True)]
    assume(all(n + sum(p) >= s for n, p, s in zip(size, padding, spans, strict=True)))
    result = convolve(image, kernels, bias=[1, 2, 3], **geometry)
    row = data.draw(st.integers(0, result.shape[0] - 1))
    column = data.draw(st.integers(0, result.shape[1] - 1))
    window = window_at(image, kernels[..., 1], row, column, bias=2, **geometry)
    assert window.result == pytest.approx(result[row, column, 1], rel=1e-5, abs=1e-5)


@given(st.integers(-1000, 1000).filter(bool), st.integers(1, 3), st.integers(1, 3))
def test_convolution_is_linear(factor, stride, dilation):
    image, other, kernels = numbers(9, 9, 2), numbers(9, 9, 2, seed=1), numbers(3, 3, 2, 2)
    geometry = {"stride": stride, "dilation": dilation}
    both = convolve(image + factor * other, kernels, **geometry)
    apart = convolve(image, kernels, **geometry) + factor * convolve(other, kernels, **geometry)
    np.testing.assert_allclose(both, apart, atol=1e-5 * np.abs(apart).max())


@given(st.integers(0, 4), st.integers(0, 4))
def test_convolution_moves_along_with_the_picture(down, right):
    picture, kernels = np.zeros((20, 20, 1), np.float32), numbers(3, 3, 1, 2)
    picture[5:9, 6:10, 0] = numbers(4, 4)
    moved = np.roll(picture, (down, right), (0, 1))
    assert_close(
        convolve(moved, kernels), np.roll(convolve(picture, kernels), (down, right), (0, 1))
    )


@pytest.mark.parametrize("limits", [(1, 1, 1), (40, 7, 300), (4000, 50, 5000)], ids=str)
def test_how_the_work_is_cut_does_not_matter(monkeypatch, limits):
    cases = [
        (numbers(19, 23, 4), numbers(3, 2, 4, 6), {"stride": 2}),
        (numbers(19, 23, 4), numbers(3, 5, 2, 6), {"groups": 2, "dilation": (1, 3), "bias": 1}),
        (numbers(19, 23, 4), numbers(2, 3, 1, 4), {"groups": 4, "dilation": 2, "stride": (1, 3)}),
    ]
    expected = [convolve(image, kernels, **others) for image, kernels, others in cases]
    image, kernels = numbers(19, 23, 4), numbers(3, 3, 2, 4)
    enlarged = transposed_convolve(image, kernels, stride=2)
    for name, limit in zip(("PRODUCT_AT_MOST", "_WEIGHTS", "_SUMS"), limits, strict=True):
        monkeypatch.setattr(window_sums, name, limit)
    monkeypatch.setattr("cnnviz.convolution.operations.PRODUCT_AT_MOST", limits[0])
    assert_close(transposed_convolve(image, kernels, stride=2), enlarged)
    for (image, kernels, others), whole in zip(cases, expected, strict=True):
        assert_close(convolve(image, kernels, **others), whole)


def test_channel_maps_add_up_to_the_convolution():
    image, kernels = numbers(12, 9, 5), numbers(3, 4, 5, 2)
    geometry = {"stride": 2, "padding": "same", "padding_mode": "reflect"}
    maps = channel_maps(image, kernels[..., 1], **geometry)
    expected = convolve(image, kernels, bias=[0, 3], **geometry)[..., 1]
    assert maps.shape == (*expected.shape, 5)
    assert_close(maps.sum(axis=2) + 3, expected)


def test_a_window_shows_every_number():
    window = window_at(PATCH, SHARPEN[..., 0], 0, 0, bias=-8)
    assert window.patch[..., 0].tolist() == PATCH[..., 0].tolist()
    assert window.products[..., 0].tolist() == [[0, -134, 0], [-153, 720, -141], [0, -154, 0]]
    assert (window.sum, window.bias, window.result) == (138, -8, 130)
    assert (window.row, window.column) == (0, 0)
    assert window.inside.all()


def test_a_window_shows_where_it_lies():
    image = np.arange(20).reshape(4, 5, 1)
    window = window_at(
        image, np.ones((2, 3, 1)), 0, 2, stride=2, dilation=(2, 1), padding=((1, 0), (0, 2))
    )
    assert window.rows.tolist() == [-1, 1]
    assert window.columns.tolist() == [4, 5, 6]
    assert window.source_rows.tolist() == [-1, 1]
    assert window.source_columns.tolist() == [4, -1, -1]
    assert window.inside.tolist() == [[False, False, False], [True, False, False]]
    assert window.patch[..., 0].tolist() == [[0, 0, 0], [9, 0, 0]]


def test_a_window_over_a_mirrored_border_shows_what_is_mirrored():
    image = np.arange(20).reshape(4, 5, 1)
    window = window_at(image, np.ones((3, 3, 1)), 0, 0, padding="same", padding_mode="reflect")
    assert window.rows.tolist() == [-1, 0, 1]
    assert window.source_rows.tolist() == [1, 0, 1]
    assert window.source_columns.tolist() == [1, 0, 1]
    assert window.inside.tolist() == [[False] * 3, [False, True, True], [False, True, True]]
    assert window.patch[..., 0].tolist() == [[6, 5, 6], [1, 0, 1], [6, 5, 6]]


@pytest.mark.parametrize(("row", "column"), [(1, 0), (0, 3)])
def test_a_window_outside_the_result_is_rejected(row, column):
    with pytest.raises(
        ValueError, match=f"lie in the result. Received: row={row}, column={column}, .* 1 x 3"
    ):
        window_at(np.ones((3, 5, 1)), np.ones((3, 3, 1)), row, column)
    with pytest.raises(ValueError, match=r"row must be a whole number.*row=-1"):
        window_at(np.ones((3, 5, 1)), np.ones((3, 3, 1)), -1, 0)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e39])
@pytest.mark.parametrize(
    "function", [convolve, depthwise_convolve, transposed_convolve, channel_maps, window_at]
)
def test_a_weight_that_is_not_finite_is_rejected(function, value):
    axes = 3 if function in (channel_maps, window_at) else 4
    kernels = np.ones((2, 2, 1, 1)[:axes])
    kernels[0, 1] = value
    place = (0, 0) if function is window_at else ()
    with pytest.raises(
        ValueError, match=rf"finite numbers .*Received: {re.escape(str(value))} at .*\[0, 1, 0"
    ):
        function(np.ones((3, 3, 1)), kernels, *place)


@pytest.mark.parametrize("function", [convolve, depthwise_convolve, transposed_convolve])
def test_a_bias_that_does_not_fit_is_rejected(function):
    image, kernels = np.ones((3, 3, 1)), np.ones((1, 1, 1, 1))
    with pytest.raises(ValueError, match=r"bias must hold finite numbers.*nan at bias\[0\]"):
        function(image, kernels, bias=np.nan)
    with pytest.raises(ValueError, match=r"one for each filter.*bias\.shape=\(2,\), filters=1"):
        function(image, kernels, bias=[1, 2])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x: convolve(x, np.ones((7, 3, 3, 1))), r"kernel_size=7, input_size=6"),
        (
            lambda x: convolve(x, np.ones((3, 3, 2, 1))),
            r"channels // groups.*\(6, 5, 3\), kernels\.shape=\(3, 3, 2, 1\), groups=1",
        ),
        (
            lambda x: convolve(x, np.ones((3, 3, 1, 4)), groups=3),
            r"multiples of groups.*groups=3, channels=3, filters=4",
        ),
        (lambda x: convolve(x, np.ones((3, 3, 3, 1)), groups=0), r"whole number.*groups=0"),
        (lambda x: convolve(x, np.ones((3, 3, 3))), r"axes \(rows, .*kernels\.shape=\(3, 3, 3\)"),
        (lambda x: convolve(x, np.ones((0, 3, 3, 1))), r"none of them empty.*\(0, 3, 3, 1\)"),
        (lambda x: convolve(x[0], np.ones((1, 1, 3, 1))), r"three axes.*image\.shape=\(5, 3\)"),
        (lambda x: convolve(x[:0], np.ones((1, 1, 3, 1))), r"none of them empty.*\(0, 5, 3\)"),
        (lambda x: convolve(x * 1j, np.ones((1, 1, 3, 1))), r"real numbers.*complex64"),
        (lambda x: convolve(x, [[1, 2], [3]]), r"real numbers\. Received: kernels of type list"),
        (
            lambda x: convolve(x, np.ones((1, 1, 3, 1)), padding_mode="mirror"),
            r"zeros, reflect, replicate, wrap\. Received: padding_mode=.mirror",
        ),
        (lambda x: convolve(x, np.ones((1, 1, 3, 1)), stride=0), r"whole number.*stride=0"),
        (lambda x: convolve(x, np.ones((1, 1, 3, 1)), padding=(1, 1)), r"padding=\(1, 1\)"),
        (
            lambda x: depthwise_convolve(x, np.ones((1, 1, 2, 1))),
            r"one slice for each channel.*\(6, 5, 3\), kernels\.shape=\(1, 1, 2, 1\)",
        ),
        (
            lambda x: transposed_convolve(x, np.ones((1, 1, 3, 2))),
            r"last axis of the kernels.*\(6, 5, 3\), kernels\.shape=\(1, 1, 3, 2\)",
        ),
        (
            lambda x: window_at(x, np.ones((1, 1, 2)), 0, 0),
            r"one slice for each channel.*kernel\.shape=\(1, 1, 2\)",
        ),
        (
            lambda x: transposed_convolve(x, np.ones((3, 3, 1, 3)), padding=((9, 0), (0, 0))),
            r"leave at least one position",
        ),
    ],
)
def test_what_does_not_fit_is_rejected_with_its_values(call, message):
    with pytest.raises(ValueError, match=message):
        call(np.ones((6, 5, 3), np.float32))


def test_a_padding_mode_is_checked_even_where_nothing_is_padded():
    planar = np.ones((1, 4, 4), np.float32).transpose(1, 2, 0)
    with pytest.raises(ValueError, match="padding_mode"):
        convolve(planar, np.ones((1, 1, 1, 1)), padding_mode="mirror")


def test_huge_weights_overflow_to_infinity_without_a_warning():
    got = convolve(np.full((2, 2, 1), 255.0), np.full((2, 2, 1, 1), 3e38))
    assert got.item() == np.inf


def test_every_tap_of_a_kernel_lands_where_it_belongs():
    for row, column in itertools.product(range(11), range(11)):
        kernel = np.zeros((11, 11, 1, 1))
        kernel[row, column] = 1
        image = numbers(15, 14, 1)
        np.testing.assert_array_equal(
            convolve(image, kernel), image[row : row + 5, column : column + 4]
        )
