"""Maps as pictures: every number has its colour, and a map lies where its cells look."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz.drawing import palette
from cnnviz.networks import open_network
from cnnviz.networks.feature_maps.drawn import cover, map_area, map_picture, over_photo, wall
from cnnviz.networks.layers import LayerInfo, ReceptiveField

VALUES = np.array([[0.0, 2.0], [-1.0, 0.5]], np.float32)
WHOLE = (0.0, 0.0, 1.0, 1.0)


def layer(field: ReceptiveField | None, shape: tuple[int, int, int]) -> LayerInfo:
    return LayerInfo("a", "Conv2D", shape, 0, 0, field, ("image",), None, 0, None, 0)


def test_a_wall_holds_every_map_on_one_scale() -> None:
    maps = np.zeros((2, 2, 3), np.float32)
    maps[..., 1] = 2.0
    maps[..., 2] = -1.0
    picture = wall(maps, side=2)
    ends = palette.colour_map(np.array([[2.0, -1.0]], np.float32), scale="maps", limit=2.0)
    for colour in (*ends[0], palette.rgb(palette.LIGHT_BACKGROUND)):
        assert (picture == colour).all(axis=-1).sum() == 4


def test_a_vector_and_a_sequence_are_walls_of_what_they_have() -> None:
    assert wall(np.ones(5, np.float32), side=4).shape[2] == 3
    assert wall(np.ones((7, 5), np.float32), side=4).shape[2] == 3


def test_a_map_is_enlarged_by_a_whole_factor() -> None:
    drawn = map_picture(VALUES, limit=2.0)
    assert drawn.shape == (320, 320, 3)
    np.testing.assert_array_equal(drawn[::160, ::160], palette.colour_map(VALUES, limit=2.0))
    assert map_picture(np.zeros((400, 500), np.float32), limit=1.0).shape == (400, 500, 3)


def test_a_same_padded_map_lies_over_the_whole_input() -> None:
    field = ReceptiveField((3, 3), (1, 1), (-1, -1), (0, 0, 8, 8))
    assert map_area(layer(field, (8, 8, 1)), (8, 8)) == WHOLE
    assert map_area(layer(None, (4, 4, 1)), (8, 8)) == WHOLE


def test_a_valid_map_leaves_its_border_out_and_an_even_stride_moves_it_half_a_pixel() -> None:
    field = ReceptiveField((3, 3), (1, 1), (0, 0), (0, 0, 8, 8))
    assert map_area(layer(field, (6, 6, 1)), (8, 8)) == (1 / 8, 1 / 8, 7 / 8, 7 / 8)
    strided = ReceptiveField((3, 3), (2, 2), (0, 0), (0, 0, 8, 8))
    assert map_area(layer(strided, (4, 4, 1)), (8, 8)) == (0.5 / 8, 0.5 / 8, 8.5 / 8, 8.5 / 8)


def test_a_pooled_map_of_a_shipped_network_is_where_its_windows_are() -> None:
    network = open_network("small_vgg")
    assert map_area(network.layer("pool_1"), network.input_shape[:2]) == WHOLE


def test_where_a_map_is_zero_the_photo_shows_and_its_largest_value_covers_it() -> None:
    photo = np.random.default_rng(1).integers(0, 256, (320, 320, 3)).astype(np.uint8)
    laid = over_photo(VALUES, photo, WHOLE, limit=2.0, opacity=1.0)
    np.testing.assert_array_equal(laid[:160, :160], photo[:160, :160])
    colours = palette.colour_map(VALUES, limit=2.0)
    assert (laid[:160, 160:] == colours[0, 1]).all()
    half = 0.25 * photo[160:, :160] + 0.75 * colours[1, 0]
    np.testing.assert_allclose(laid[160:, :160], half, atol=1)
    assert cover(VALUES, 2.0, 0.0).sum() == 0


@pytest.mark.parametrize("area", [(0.5, 0.25, 0.75, 0.5), (-0.5, 0.5, 0.5, 1.5)])
def test_only_what_the_map_stands_for_is_below_it(area: tuple[float, ...]) -> None:
    photo = np.zeros((64, 64, 3), np.uint8)
    photo[:, :, 0] = 200
    nothing = np.zeros((2, 2), np.float32)
    top, left, bottom, right = area
    laid = over_photo(nothing, photo, (top, left, bottom, right), limit=1.0, opacity=1.0)
    inside = (laid == (200, 0, 0)).all(axis=-1)
    height = (min(bottom, 1) - max(top, 0)) / (bottom - top)
    width = (min(right, 1) - max(left, 0)) / (right - left)
    assert inside.mean() == pytest.approx(height * width, abs=0.02)
    outside = (laid == palette.rgb(palette.LIGHT_BACKGROUND)).all(axis=-1)
    assert outside.mean() == pytest.approx(1 - height * width, abs=0.02)
