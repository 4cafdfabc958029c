"""What a wall shows are the layer's own numbers, or steps of at most one part in 254 of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cnnviz.networks import open_network
from cnnviz.networks.feature_maps import wall as module
from cnnviz.networks.feature_maps.thumbnails import ZERO
from cnnviz.networks.feature_maps.wall import (
    as_planes,
    largest_value,
    layer_wall,
    levels_of,
    spread,
)

PICTURE = np.random.default_rng(5).integers(0, 256, (64, 64, 3)).astype(np.uint8)


def tutorial_wall(layer: str, **options: object) -> module.LayerWall:
    network = open_network("tutorial")
    return layer_wall(network, network.layer(layer), network.feature_maps(PICTURE), **options)  # type: ignore[arg-type]


def test_a_small_layer_is_sent_as_it_is() -> None:
    maps = open_network("tutorial").feature_maps(PICTURE)
    wall = tutorial_wall("conv_2")
    assert wall.levels is None
    np.testing.assert_array_equal(wall.values, maps["conv_2"].transpose(2, 0, 1))
    np.testing.assert_array_equal(wall.limits, np.abs(maps["conv_2"]).max(axis=(0, 1)))
    assert wall.limit == np.abs(maps["conv_2"]).max()


def test_a_large_layer_is_sent_in_steps_and_averaged_down_to_the_limit(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(module, "MOST_EXACT", 1000)
    assert tutorial_wall("conv_2").levels.shape == (16, 32, 32)  # type: ignore[union-attr]
    monkeypatch.setattr(module, "MOST_LEVELS", 16 * 16 * 16)
    assert tutorial_wall("conv_2").levels.shape == (16, 16, 16)  # type: ignore[union-attr]


def test_a_long_vector_is_cut_around_the_number_in_hand(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(module, "MOST_CHANNELS", 1000)
    maps = open_network("tutorial").feature_maps(PICTURE)
    wall = tutorial_wall("flatten", around=2100)
    assert wall.first == 2000
    np.testing.assert_array_equal(wall.values.ravel(), maps["flatten"][2000:3000])
    assert len(wall.statistics.mean) == 4096


def test_numbers_that_are_none_count_as_zero_and_are_told() -> None:
    network = open_network("tutorial")
    maps = {**network.feature_maps(PICTURE)}
    broken = maps["conv_1"].copy()
    broken[0, 0, 0], broken[1, 1, 1] = np.nan, np.inf
    wall = layer_wall(network, network.layer("conv_1"), {**maps, "conv_1": broken})
    assert wall.not_finite == 2
    assert wall.values[0, 0, 0] == wall.values[1, 1, 1] == 0
    assert np.isfinite(wall.statistics.mean).all()
    assert np.isfinite(largest_value({"conv_1": broken}))


def test_the_effect_is_there_when_it_is_asked_for() -> None:
    assert tutorial_wall("relu_2").statistics.effect is None
    effect = tutorial_wall("relu_2", with_effect=True).statistics.effect
    assert effect is not None
    assert effect.shape == (16,)


def test_the_picture_has_no_kernels() -> None:
    wall = tutorial_wall("image")
    assert wall.kernels is None
    assert wall.kernel_counts.sum() == 0


finite = st.floats(-1000, 1000, width=32)


@given(arrays(np.float32, (3, 4, 5), elements=finite))
def test_a_step_is_off_by_at_most_half_its_size(planes: np.ndarray) -> None:
    limits = np.abs(planes).max(axis=(1, 2))
    levels = levels_of(planes, limits)
    again = (levels.astype(np.float64) - ZERO) * limits[:, None, None] / 127
    assert (np.abs(again - planes) <= limits[:, None, None] / 254 * 1.001 + 1e-30).all()
    assert (levels[planes == 0] == ZERO).all()
    assert levels.min() >= 1


@given(arrays(np.float32, (2, 30), elements=finite))
def test_every_number_is_counted_once_on_its_side_of_zero(rows: np.ndarray) -> None:
    counts, _ = spread(rows)
    assert counts.sum(axis=1).tolist() == [30, 30]
    counts, edges = spread(rows, without_zero=True)
    below = edges[1:] <= 1e-6 * np.abs(edges).max()
    assert counts[:, below].sum() == (rows < 0).sum()
    assert counts[:, ~below].sum() == (rows > 0).sum()


@pytest.mark.parametrize("shape", [(7,), (3, 7), (2, 3, 7), (2, 3, 4, 7)])
def test_every_shape_of_output_becomes_one_plane_per_channel(shape: tuple[int, ...]) -> None:
    values = np.random.default_rng(1).normal(size=shape).astype(np.float32)
    planes = as_planes(values)
    assert planes.ndim == 3
    np.testing.assert_array_equal(planes.reshape(7, -1), values.reshape(-1, 7).T)


def test_the_largest_value_leaves_the_pixels_out() -> None:
    maps = {"image": np.full(3, 255.0, np.float32), "a": np.array([-7.0, 2.0], np.float32)}
    assert largest_value(maps) == 7
