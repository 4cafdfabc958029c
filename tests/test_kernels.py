"""Kernels: what they find, and the edits that keep them kernels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cnnviz import kernels
from cnnviz.convolution import depthwise_convolve
from cnnviz.kernels import KERNELS, format_kernel, parse_kernel

SIZE = 32
ROWS, COLUMNS = np.mgrid[:SIZE, :SIZE].astype(np.float32)
GREY = np.full((SIZE, SIZE), 0.5, np.float32)
BRIGHT_RIGHT = (COLUMNS >= SIZE // 2).astype(np.float32)
BRIGHT_BELOW = (ROWS >= SIZE // 2).astype(np.float32)

weights = arrays(
    np.float32,
    st.tuples(st.integers(1, 11), st.integers(1, 11)),
    elements=st.floats(-1000, 1000, width=32),
)


def respond(picture, values):
    return depthwise_convolve(picture[..., None], values[..., None, None])[..., 0]


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


@pytest.mark.parametrize("angle", [0, 45, 90, 135])
def test_a_gabor_kernel_answers_most_to_stripes_of_its_own_direction(angle):
    def strength(direction):
        radians = np.deg2rad(direction)
        across = COLUMNS * np.sin(radians) + ROWS * np.cos(radians)
        return respond(np.cos(2 * np.pi * across / 5), KERNELS[f"gabor_{angle}"].values).max()

    assert strength(angle) > 4 * max(strength(angle + turn) for turn in (45, 90, 135))


def test_a_gabor_kernel_answers_most_to_stripes_of_its_own_width():
    def strength(wavelength):
        return respond(np.cos(2 * np.pi * ROWS / wavelength), kernels.gabor(11, 0, 5)).max()

    assert strength(5) > 1.2 * max(strength(3), strength(10))


@pytest.mark.parametrize("size", [1, 3, 5, 7, 9, 11])
@pytest.mark.parametrize(
    "make",
    [kernels.box, kernels.gaussian, kernels.motion_blur, lambda n: kernels.motion_blur(n, 30)],
    ids=["box", "gaussian", "motion_blur", "motion_blur_30"],
)
def test_a_blur_of_any_odd_size_sums_to_1_and_looks_the_same_upside_down(make, size):
    values = make(size)
    assert values.shape == (size, size)
    assert values.min() >= 0
    assert values.sum() == pytest.approx(1, abs=1e-6)
    np.testing.assert_allclose(values, values[::-1, ::-1], atol=1e-7)


def test_a_gaussian_falls_by_the_bell_curve():
    values = kernels.gaussian(5, sigma=1)
    assert values[2, 3] / values[2, 2] == pytest.approx(np.exp(-0.5), rel=1e-5)
    assert values[4, 4] / values[2, 2] == pytest.approx(np.exp(-4), rel=1e-5)


def test_motion_blur_draws_a_line_of_equal_weights():
    np.testing.assert_allclose(kernels.motion_blur(3, 0) * 3, [[0, 0, 0], [1, 1, 1], [0, 0, 0]])
    np.testing.assert_allclose(kernels.motion_blur(3, 90) * 3, [[0, 1, 0]] * 3)
    np.testing.assert_allclose(kernels.motion_blur(3, 135) * 3, np.eye(3), rtol=1e-6)


@given(st.floats(-720, 720), st.sampled_from([1, 3, 7, 11]))
def test_motion_blur_of_any_angle_keeps_the_brightness(angle, size):
    assert kernels.motion_blur(size, angle).sum() == pytest.approx(1, abs=1e-5)


def test_the_laplacian_of_a_gaussian_is_negative_within_its_radius():
    values = kernels.laplacian_of_gaussian(11, sigma=2)
    # It crosses zero at sigma * sqrt(2) = 2.83.
    assert values[5, 5 + 2] < 0 < values[5, 5 + 3]
    assert values[5, 5] == pytest.approx(-1 / (np.pi * 2**4), rel=0.02)


def test_random_weights_are_the_same_again_and_sized_for_the_window():
    np.testing.assert_array_equal(kernels.random(5, seed=3), kernels.random(5, seed=3))
    assert not np.array_equal(kernels.random(5, seed=3), kernels.random(5, seed=4))
    assert kernels.random((11, 9), seed=0).std() == pytest.approx(1 / np.sqrt(99), rel=0.2)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: kernels.gaussian(4), r"must be odd.*size=4"),
        (lambda: kernels.gaussian(3, sigma=0), r"at least 0\.001.*sigma=0"),
        (lambda: kernels.gaussian(3, sigma=float("nan")), r"finite number.*sigma=nan"),
        (lambda: kernels.gabor(11, wavelength=1.5), r"at least 2 pixels.*wavelength=1\.5"),
        (lambda: kernels.motion_blur(3, angle=float("inf")), r"finite number.*angle=inf"),
        (lambda: kernels.box(0), r"whole number of at least 1.*size=0"),
    ],
)
def test_a_number_that_makes_no_kernel_is_rejected(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@given(weights)
def test_four_turns_and_two_mirrors_change_nothing(values):
    turned = mirrored = values
    for _ in range(4):
        turned = kernels.rotate(turned)
    for _ in range(2):
        mirrored = kernels.mirror(mirrored)
    np.testing.assert_array_equal(turned, values)
    np.testing.assert_array_equal(mirrored, values)


def test_rotate_turns_clockwise():
    np.testing.assert_array_equal(kernels.rotate([[1, 2], [3, 4]]), [[3, 1], [4, 2]])
    np.testing.assert_array_equal(
        kernels.rotate(KERNELS["sobel_x"].values), KERNELS["sobel_y"].values
    )


def test_negate_makes_no_minus_zero():
    negated = kernels.negate([[0, 2]])
    assert negated.tolist() == [[0, -2]]
    assert not np.signbit(negated[0, 0])


def test_normalise_scales_to_sum_1():
    np.testing.assert_allclose(kernels.normalise([[1, 2], [-1, 2]]), [[0.25, 0.5], [-0.25, 0.5]])


@pytest.mark.parametrize(
    "name", ["sobel_x", "laplacian_of_gaussian", "gabor_45", "corner_top_left"]
)
def test_a_kernel_that_cancels_out_cannot_be_normalised(name):
    with pytest.raises(ValueError, match=r"do not cancel out\. Received: sum=-?[0-9.e-]+\.$"):
        kernels.normalise(KERNELS[name].values)


@given(weights, st.integers(1, 11), st.integers(1, 11))
def test_a_kernel_grown_and_cut_back_is_the_same(values, more_rows, more_columns):
    size = tuple(np.maximum(values.shape, (more_rows, more_columns)).tolist())
    grown = kernels.resize(values, size)
    assert grown.shape == size
    np.testing.assert_array_equal(kernels.resize(grown, values.shape), values)


def test_resizing_keeps_the_middle_in_the_middle():
    for size in range(1, 12):
        np.testing.assert_array_equal(kernels.resize([[1]], size), kernels.identity(size))


@given(weights)
def test_a_kernel_written_as_text_reads_back_exactly(values):
    text = format_kernel(values)
    np.testing.assert_array_equal(parse_kernel(text), values)
    assert set(text) <= set("0123456789.,;e+-")


def test_spaces_and_exponents_are_read():
    np.testing.assert_array_equal(
        parse_kernel(" 1, -.5 ;\n+2e-1,3."), np.float32([[1, -0.5], [0.2, 3]])
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[1e999]]", r'written as numbers.*Received: "\[\[1e999\]\]"'),
        ("1e999", r"between -1,000,000 and 1,000,000\. Received: inf"),
        ("-1e7", r"between -1,000,000 and 1,000,000\. Received: -1e\+07"),
        ("nan", r'written as numbers.*Received: "nan"'),
        ("infinity", r'written as numbers.*Received: "infinity"'),
        ("", r'written as numbers.*Received: ""'),
        ("1,,2", r'written as numbers.*Received: ""'),
        ("1_0", r'written as numbers.*Received: "1_0"'),
        ("\u0661", r"written as numbers"),
        ("1,2;3", r"same number of weights\. Received: rows of 2, 1\."),
        (",".join("1" * 12), r"1 to 11 rows and columns\. Received: 1 x 12\."),
        (";".join("1" * 12), r"1 to 11 rows and columns\. Received: 12 x 1\."),
        ("1" * 33, r"written as numbers"),
        ("1," * 100_000, r"at most 4,114 characters\. Received: 200,000\."),
        ("__import__('os')", r"written as numbers"),
    ],
)
def test_a_hostile_text_is_no_kernel(text, message):
    with pytest.raises(ValueError, match=message):
        parse_kernel(text)


@given(st.one_of(st.text(max_size=40), st.text("0123456789.,;eE+- ", max_size=40)))
def test_any_text_is_a_kernel_or_a_value_error(text):
    try:
        values = parse_kernel(text)
    except ValueError:
        return
    assert np.isfinite(values).all()


@pytest.mark.parametrize("values", [[[np.nan]], [[-np.inf]], np.zeros((12, 1)), [1, 2], 3])
def test_what_is_no_kernel_has_no_text(values):
    with pytest.raises(ValueError, match=r"kernel.* must .*Received"):
        format_kernel(values)
