import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.activations import ACTIVATIONS
from cnnviz.channels.mixing import activation_table, mix_channels, mix_formula

RNG = np.random.default_rng(3)
PICTURE = RNG.uniform(size=(13, 10, 3)).astype(np.float32)


@pytest.mark.parametrize("muted", [(), (1,), (0, 2), (0, 1, 2)], ids=str)
@pytest.mark.parametrize(
    "geometry",
    [{}, {"padding": "same"}, {"stride": 3, "padding": "same"}, {"stride": 2}],
    ids=lambda case: "-".join(f"{key}={value}" for key, value in case.items()) or "plain",
)
def test_the_mix_is_tensorflows_convolution(muted, geometry, tf):
    kernel = RNG.normal(size=(3, 4, 3)).astype(np.float32)
    mix = mix_channels(PICTURE, kernel, bias=0.3, muted=muted, activation="leaky_relu", **geometry)
    heard = kernel.copy()
    heard[..., list(muted)] = 0
    stride, padding = geometry.get("stride", 1), geometry.get("padding", "valid").upper()
    total = tf.nn.conv2d(PICTURE[None], heard[..., None], stride, padding)[0, :, :, 0].numpy()
    np.testing.assert_allclose(mix.sum, total, atol=1e-5)
    expected = tf.nn.leaky_relu(total + 0.3, 0.2).numpy()
    np.testing.assert_allclose(mix.result, expected, atol=1e-5)


def test_a_grey_picture_is_a_mix_of_single_weights():
    mix = mix_channels([[[10, 20, 30]]], [[[0.299, 0.587, 0.114]]])
    np.testing.assert_allclose(mix.partial[0, 0], [2.99, 11.74, 3.42], rtol=1e-6)
    np.testing.assert_allclose(mix.sum, [[18.15]], rtol=1e-6)


def test_the_bias_stays_when_all_channels_are_muted():
    mix = mix_channels(PICTURE, np.ones((2, 2, 3)), bias=-0.75, muted={0, 1, 2})
    assert not mix.sum.any()
    assert (mix.result == np.float32(-0.75)).all()


@given(st.sets(st.integers(0, 2)), st.integers(0, 10_000))
def test_muting_leaves_the_partial_maps_alone(muted, seed):
    kernel = np.random.default_rng(seed).normal(size=(3, 3, 3))
    full = mix_channels(PICTURE, kernel)
    some = mix_channels(PICTURE, kernel, muted=muted)
    np.testing.assert_array_equal(some.partial, full.partial)
    heard = [channel for channel in range(3) if channel not in muted]
    np.testing.assert_allclose(some.sum, full.partial[..., heard].sum(-1), atol=1e-5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"muted": {3}}, r"from 0 to 2\. Received: muted=\[3\]"),
        ({"activation": "bend"}, "Received: activation='bend'"),
        ({"activation": "elu", "parameters": {"beta": 1.0}}, "Received: beta"),
    ],
    ids=["channel", "activation", "parameter"],
)
def test_what_is_not_there_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        mix_channels(PICTURE, np.ones((1, 1, 3)), **arguments)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_table_read_with_straight_lines_is_the_activation(name):
    table = activation_table(name, 12.0)
    places = np.linspace(-table.reach, table.reach, len(table.values))
    inputs = RNG.uniform(-12, 12, 500)
    read = np.interp(inputs, places, table.values)
    np.testing.assert_allclose(read, ACTIVATIONS[name].function(inputs), atol=2e-3)


def test_a_table_has_zero_among_its_inputs():
    inputs = RNG.normal(size=200)
    table = activation_table("relu", 7.7)
    places = np.linspace(-table.reach, table.reach, len(table.values))
    np.testing.assert_allclose(
        np.interp(inputs, places, table.values), np.maximum(inputs, 0), atol=1e-6
    )


@pytest.mark.parametrize(("reach", "count"), [(0.0, 5), (np.inf, 5), (1.0, 4), (1.0, 1)])
def test_a_table_without_a_middle_is_refused(reach, count):
    with pytest.raises(ValueError, match=f"Received: count={count}, reach={reach}"):
        activation_table("relu", reach, count=count)


def test_the_formula_has_the_numbers_of_the_place():
    mix = mix_channels([[[1, 10, 100]]], [[[-3, 2e-6, 1]]], bias=-0.5, activation="relu")
    terms = [
        r"- \underbrace{3}_{\text{red}}",
        r"+ \underbrace{2 \cdot 10^{-5}}_{\text{green}}",
        r"+ \underbrace{100}_{\text{blue}}",
        r"- \underbrace{0.5}_{b}",
    ]
    assert mix_formula(mix, 0, 0, bias=-0.5, activation="ReLU") == (
        rf"y_{{0,0}} = \text{{ReLU}}\bigl({' '.join(terms)}\bigr) = \text{{ReLU}}(96.5) = 96.5"
    )


def test_the_formula_leaves_muted_channels_out():
    mix = mix_channels([[[1, 10, 100]]], [[[3, 2, 1]]], muted={0, 1, 2})
    formula = mix_formula(mix, 0, 0, muted={0, 1, 2})
    assert formula == (r"y_{0,0} = \text{f}\bigl(\underbrace{0}_{b}\bigr) = \text{f}(0) = 0")


def test_the_formula_writes_as_many_digits_as_it_takes_to_add_up():
    pixels = np.array([[[0.05269, 0.09323, 0.12386]]], np.float32)
    mix = mix_channels(pixels, [[[1, -1, 1]]])
    formula = mix_formula(mix, 0, 0)
    assert r"\underbrace{0.12386}" in formula
    assert formula.endswith(r"= \text{f}(0.08332) = 0.08332")
