from __future__ import annotations

import numpy as np
import pytest

from cnnviz.layers.dropout import dropout, dropout_statistics, packed_masks

MAPS = np.random.default_rng(5).normal(size=(6, 5, 4)).astype(np.float32)


def test_dropout_keeps_scaled_values_and_zeros_the_rest():
    found = dropout(MAPS, 0.3, seed=2)
    np.testing.assert_allclose(found.result[found.mask], MAPS[found.mask] / 0.7, rtol=1e-6)
    assert (found.result[~found.mask] == 0).all()
    assert found.scale == pytest.approx(1 / 0.7)
    assert found.result.dtype == np.float32


def test_dropout_values_are_among_those_keras_gives(tf):
    import keras

    ones = np.ones((1, 50, 40, 3), np.float32)
    theirs = keras.layers.Dropout(0.4, seed=1)(ones, training=True).numpy()
    ours = dropout(ones[0], 0.4, seed=1).result
    np.testing.assert_array_equal(np.unique(ours), np.unique(theirs))
    assert ours.mean() == pytest.approx(theirs.mean(), abs=0.05)


def test_spatial_dropout_drops_whole_channels():
    mask = dropout(np.ones((4, 5, 64)), 0.5, seed=3, spatial=True).mask
    np.testing.assert_array_equal(mask, np.broadcast_to(mask[0, 0], mask.shape))
    assert 0 < mask[0, 0].sum() < 64


def test_dropout_is_off_at_inference():
    found = dropout(MAPS, 0.9, seed=0, training=False)
    np.testing.assert_array_equal(found.result, MAPS)
    assert found.mask.all()
    assert found.scale == 1


def test_a_rate_of_zero_drops_nothing():
    np.testing.assert_array_equal(dropout(MAPS, 0, seed=0).result, MAPS)


def test_the_same_seed_draws_the_same_mask_and_another_seed_another():
    first, again, other = (dropout(MAPS, 0.5, seed=seed).mask for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


@pytest.mark.parametrize("rate", [-0.1, 1, 1.5, float("nan")])
def test_a_rate_outside_its_limits_is_refused(rate):
    with pytest.raises(ValueError, match=f"below 1. Received: rate={rate}"):
        dropout(MAPS, rate, seed=0)


@pytest.mark.parametrize("spatial", [False, True])
def test_statistics_are_those_of_the_masks_dropout_draws(spatial):
    found = dropout_statistics(MAPS, 0.25, count=7, seed=10, spatial=spatial)
    results = [dropout(MAPS, 0.25, seed=10 + i, spatial=spatial).result for i in range(7)]
    np.testing.assert_allclose(found.mean_map, np.mean(results, axis=0), rtol=1e-5, atol=1e-6)
    means = [np.mean(results[: i + 1]) for i in range(7)]
    np.testing.assert_allclose(found.running_mean, means, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(found.running_mean_unscaled, found.running_mean * 0.75)


@pytest.mark.parametrize("spatial", [False, True])
def test_masks_that_are_drawn_already_give_the_same_statistics(spatial):
    settings = {"seed": 10, "spatial": spatial}
    masks = packed_masks(MAPS.shape, 0.25, count=7, **settings)
    found = dropout_statistics(MAPS, 0.25, count=7, masks=masks, **settings)
    drawn = dropout_statistics(MAPS, 0.25, count=7, **settings)
    for name in ("running_mean", "running_mean_unscaled", "mean_map", "kept_share"):
        np.testing.assert_array_equal(getattr(found, name), getattr(drawn, name))


def test_the_expected_value_stays_and_without_scaling_it_does_not():
    maps = np.abs(MAPS)
    found = dropout_statistics(maps, 0.4, count=2000)
    assert found.running_mean[-1] == pytest.approx(found.true_mean, rel=0.02)
    assert found.running_mean_unscaled[-1] == pytest.approx(0.6 * found.true_mean, rel=0.02)
    np.testing.assert_allclose(found.mean_map, maps, rtol=0.15, atol=1e-6)
    np.testing.assert_allclose(found.kept_share, 0.6, atol=0.06)


@pytest.mark.parametrize("spatial", [False, True])
def test_packed_masks_are_the_masks_of_dropout(spatial):
    shape = (3, 3, 5)
    packed = packed_masks(shape, 0.4, count=3, seed=7, spatial=spatial)
    for index in range(3):
        mask = np.unpackbits(packed[index], count=45).reshape(shape).astype(bool)
        expected = dropout(np.ones(shape), 0.4, 7 + index, spatial=spatial).mask
        np.testing.assert_array_equal(mask, expected)
