"""Counted picture by picture, health is what all pictures together say."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz.networks.feature_maps import gallery_health
from cnnviz.networks.feature_maps.gallery_health import HealthCount
from cnnviz.networks.feature_maps.statistics import channel_statistics

RANDOM = np.random.default_rng(3)


def pictures() -> list[np.ndarray]:
    """Five pictures of seven channels: 0 dead, 1 dead but once, 2 and 3 alike, 4 at its limit."""
    found = []
    for at in range(5):
        maps = np.maximum(RANDOM.normal(1, 2, (6, 5, 7)), 0).astype(np.float32)
        maps[..., 0] = 0
        maps[..., 1] *= at == 2
        maps[..., 3] = 2 * maps[..., 2] + 0.01 * maps[..., 5]
        maps[..., 4] = 6
        maps[..., 6] = 6 if at < 3 else maps[..., 6]
        found.append(maps)
    return found


def counted(all_maps: list[np.ndarray], **options: object) -> gallery_health.GalleryHealth:
    count = HealthCount(all_maps[0].shape[-1], **options)  # type: ignore[arg-type]
    for maps in all_maps:
        count.add(maps)
    return count.result()


def test_channels_are_counted_by_hand() -> None:
    found = counted(pictures(), limits=[6.0])
    assert found.dead_in.tolist() == [5, 4, 0, 0, 0, 0, 0]
    assert found.saturated_in.tolist() == [0, 0, 0, 0, 5, 0, 3]
    assert np.flatnonzero(found.dead).tolist() == [0]
    assert np.flatnonzero(found.saturated).tolist() == [4]
    assert found.duplicate_of.tolist() == [-1, -1, 3, 2, -1, -1, -1]


def test_all_cells_together_are_brute_force() -> None:
    maps = pictures()
    found = counted(maps)
    cells = np.concatenate([one.reshape(-1, 7) for one in maps])
    np.testing.assert_allclose(found.mean, cells.mean(axis=0), rtol=1e-6)
    np.testing.assert_array_equal(found.minimum, cells.min(axis=0))
    np.testing.assert_array_equal(found.maximum, cells.max(axis=0))
    np.testing.assert_allclose(found.sparsity, (cells == 0).mean(axis=0), rtol=1e-6)
    steady = [1, 2, 3, 5, 6]
    likeness = np.corrcoef(cells[:, steady].T.astype(np.float64))
    np.fill_diagonal(likeness, -2)
    np.testing.assert_allclose(found.correlation[steady], likeness.max(axis=1), atol=1e-6)
    assert (found.correlation[[0, 4]] == 0).all()


def test_of_one_picture_it_is_what_one_picture_says() -> None:
    maps = pictures()[2]
    found, alone = counted([maps], limits=[6.0]), channel_statistics(maps, limits=[6.0])
    np.testing.assert_array_equal(found.dead, alone.dead)
    np.testing.assert_array_equal(found.saturated, alone.saturated)
    np.testing.assert_array_equal(found.duplicate_of, alone.duplicate_of)
    np.testing.assert_allclose(found.correlation, alone.correlation, atol=1e-5)
    np.testing.assert_allclose(found.sparsity, alone.sparsity, atol=1e-6)


def test_a_large_mean_does_not_hide_what_differs() -> None:
    maps = [(1e4 + RANDOM.normal(0, 1, (8, 8, 3))).astype(np.float32) for _ in range(4)]
    cells = np.concatenate([one.reshape(-1, 3) for one in maps]).astype(np.float64)
    likeness = np.corrcoef(cells.T)
    np.fill_diagonal(likeness, -2)
    np.testing.assert_allclose(counted(maps).correlation, likeness.max(axis=1), atol=1e-4)


def test_a_vector_is_compared_once_there_are_cells_enough() -> None:
    vectors = [RANDOM.normal(size=4).astype(np.float32) for _ in range(9)]
    assert not counted(vectors[:8]).compared
    assert counted(vectors).compared


def test_too_many_channels_are_counted_and_not_compared(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(gallery_health, "MOST_COMPARED", 6)
    found = counted(pictures())
    assert not found.compared
    assert found.dead_in[0] == 5
    assert (found.duplicate_of == -1).all()


def test_what_is_no_number_counts_as_zero_and_no_picture_is_refused() -> None:
    found = counted([np.full((3, 3, 2), np.nan, np.float32)])
    assert found.dead.all()
    with pytest.raises(ValueError, match="at least one picture"):
        HealthCount(3).result()
