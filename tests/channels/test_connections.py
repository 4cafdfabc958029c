import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.channels.connections import (
    Connection,
    compare_connections,
    connected_maps,
    connected_weights,
    connections_for,
    likeness,
)

RNG = np.random.default_rng(6)
VOLUME = RNG.normal(size=(9, 11, 8)).astype(np.float32)
KERNELS = RNG.normal(size=(3, 3, 8, 8)).astype(np.float32)
BIAS = RNG.normal(size=8).astype(np.float32)


def standard_kernels(connection):
    """Write any kind as a standard layer, zeros where a connection is cut."""
    weights = connected_weights(KERNELS, connection)
    if connection.kind == "separable":
        return weights[0] * weights[1]
    if connection.kind == "pointwise":
        return weights[0]
    dense = np.zeros_like(KERNELS)
    for channel, output in np.argwhere(connection.sees(8)):
        place = (channel, 0) if connection.kind == "depthwise" else None
        size = 8 // connection.groups
        dense[:, :, channel, output] = weights[0][:, :, *(place or (channel % size, output))]
    return dense


@pytest.mark.parametrize("connection", connections_for(8), ids=lambda connection: connection.key)
def test_every_kind_is_a_standard_layer_with_zeros(connection, tf):
    maps = connected_maps(VOLUME, connected_weights(KERNELS, connection), connection, bias=BIAS)
    expected = tf.nn.conv2d(VOLUME[None], standard_kernels(connection), 1, "SAME")[0] + BIAS
    np.testing.assert_allclose(maps.maps, expected.numpy(), atol=2e-4)


@pytest.mark.parametrize("connection", connections_for(8), ids=lambda connection: connection.key)
def test_the_weights_counted_are_the_weights_there(connection):
    weights = connected_weights(KERNELS, connection)
    assert connection.cost(3, 8).weights == sum(array.size for array in weights)


@pytest.mark.parametrize("connection", connections_for(16), ids=lambda connection: connection.key)
def test_the_formula_gives_the_count(connection):
    formula = connection.formula(5, 16).replace("\u00d7", "*")
    assert eval(formula) == connection.cost(5, 16).weights


def test_cutting_keeps_the_weights_that_stay():
    cut = standard_kernels(Connection("grouped", 4))
    kept = Connection("grouped", 4).sees(8)
    np.testing.assert_array_equal(cut[:, :, kept], KERNELS[:, :, kept])
    assert not cut[:, :, ~kept].any()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.01, 1))
def test_no_separable_layer_nearby_is_nearer_to_the_kernels(seed, size):
    depthwise, pointwise = connected_weights(KERNELS, Connection("separable"))
    rng = np.random.default_rng(seed)
    best = np.square(depthwise * pointwise - KERNELS).sum()
    moved = (depthwise + size * rng.normal(size=depthwise.shape)) * (
        pointwise + size * rng.normal(size=pointwise.shape)
    )
    assert np.square(moved - KERNELS).sum() >= best


def test_a_separable_kernel_is_found_again():
    depthwise = RNG.normal(size=(3, 3, 8, 1)).astype(np.float32)
    pointwise = RNG.normal(size=(1, 1, 8, 8)).astype(np.float32)
    found = connected_weights(depthwise * pointwise, Connection("separable"))
    np.testing.assert_allclose(found[0] * found[1], depthwise * pointwise, atol=1e-5)


def test_a_pointwise_layer_is_right_where_nothing_changes():
    flat = np.broadcast_to(RNG.normal(size=8).astype(np.float32), (6, 6, 8))
    layer = Connection("pointwise")
    maps = connected_maps(flat, connected_weights(KERNELS, layer), layer).maps
    whole = Connection("standard")
    expected = connected_maps(flat, connected_weights(KERNELS, whole), whole).maps
    np.testing.assert_allclose(maps[2:-2, 2:-2], expected[2:-2, 2:-2], atol=1e-4)


@pytest.mark.parametrize(
    ("key", "weights"),
    [
        ("standard", 589_824),
        ("grouped_4", 147_456),
        ("depthwise", 2_304),
        ("separable", 67_840),
        ("pointwise", 65_536),
    ],
)
def test_the_counts_of_a_wide_layer(key, weights):
    kind = next(one for one in connections_for(256) if one.key == key)
    assert kind.cost(3, 256).weights == weights


def test_likeness_of_opposites_and_of_flat_maps():
    assert likeness(VOLUME, -VOLUME) == pytest.approx(-1)
    assert likeness(np.zeros(3), np.zeros(3)) == 1.0
    assert likeness(np.zeros(3), np.arange(3.0)) == 0.0


@pytest.mark.parametrize(
    ("kernels", "connection", "message"),
    [
        (np.ones((3, 3, 4, 8)), Connection("standard"), r"kernels\.shape=\(3, 3, 4, 8\)"),
        (np.ones((3, 3, 8, 8)), Connection("grouped", 3), "Received: groups=3, channels=8"),
    ],
    ids=["uneven", "groups"],
)
def test_what_does_not_fit_is_refused(kernels, connection, message):
    with pytest.raises(ValueError, match=message):
        connected_weights(kernels, connection)


def test_all_ways_are_compared_with_the_standard_layer():
    layers = compare_connections(VOLUME, KERNELS, bias=BIAS)
    assert [layer.connection for layer in layers] == list(connections_for(8))
    assert layers[0].likeness == pytest.approx(1)
    for layer in layers:
        expected = connected_maps(VOLUME, layer.weights, layer.connection, bias=BIAS)
        np.testing.assert_array_equal(layer.maps, expected.maps)
        assert (layer.depthwise is None) == (layer.connection.kind != "separable")
