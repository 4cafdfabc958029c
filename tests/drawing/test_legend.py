"""A legend frames a picture and leaves its pixels as they are."""

import numpy as np
import pytest

from cnnviz.drawing import palette
from cnnviz.drawing.legend import with_legend

PIXELS = np.random.default_rng(0).integers(0, 256, (40, 300, 3)).astype(np.uint8)


@pytest.mark.parametrize("background", [palette.LIGHT_BACKGROUND, palette.DARK_BACKGROUND])
def test_the_pixels_lie_in_it_as_they_are(background):
    framed = with_legend(PIXELS, "conv_1, map 3", limit=2.5, background=background)
    np.testing.assert_array_equal(framed[30:70, 8:308], PIXELS)
    assert (framed[0, 0] == palette.rgb(background)).all()
    title = framed[8:26]
    assert (np.abs(title.astype(int) - palette.rgb(background)).max(axis=-1) > 80).any()


def test_its_strip_runs_from_the_negative_limit_over_zero_to_the_limit():
    framed = with_legend(PIXELS, "", limit=2.5)
    strip = framed[30 + 40 + 8 + 6, 9 : 8 + 299]
    wanted = palette.colour_map(np.linspace(-2.5, 2.5, 300), limit=2.5)[1:-1]
    np.testing.assert_array_equal(strip, wanted)
    sequential = with_legend(PIXELS, "", limit=2.5, scale="attributions")
    strip = sequential[30 + 40 + 8 + 6, 9 : 8 + 299]
    wanted = palette.colour_map(np.linspace(0, 2.5, 300), scale="attributions", limit=2.5)[1:-1]
    np.testing.assert_array_equal(strip, wanted)


def test_a_tiny_picture_gets_room_for_its_numbers_and_a_long_title_is_cut():
    framed = with_legend(np.zeros((1, 1, 3), np.uint8), "a long title " * 90, limit=1e-30)
    assert framed.shape[1] == 240 + 16
    assert (framed[30, 8] == 0).all()
