import numpy as np
import pytest

from cnnviz.drawing import palette
from cnnviz.drawing.display import DISPLAYS, display

MAP = np.array([[[-300.0], [-2.6]], [[0.0], [254.6]]], np.float32)


@pytest.mark.parametrize(
    ("show", "levels"),
    [
        ("clip", [[0, 0], [0, 255]]),
        ("absolute", [[255, 3], [0, 255]]),
        ("rescale", [[0, 137], [138, 255]]),
    ],
)
def test_a_grey_map_is_shown_as_grey_levels(show, levels):
    np.testing.assert_array_equal(display(MAP, show), np.repeat(np.array(levels)[..., None], 3, -1))


def test_zero_is_the_background_on_the_signed_scale():
    shown = display(MAP, "signed", background=palette.DARK_BACKGROUND)
    np.testing.assert_array_equal(shown[1, 0], palette.rgb(palette.DARK_BACKGROUND))


def test_three_channels_are_rescaled_together():
    colours = np.zeros((1, 2, 3), np.float32)
    colours[0, 1] = [10, 20, 40]
    np.testing.assert_array_equal(display(colours, "rescale")[0, 1], [64, 128, 255])


def test_a_flat_map_is_rescaled_to_black():
    assert not display(np.full((2, 2, 1), 7.0, np.float32), "rescale").any()


@pytest.mark.parametrize("show", DISPLAYS)
def test_every_way_gives_a_picture(show):
    shown = display(MAP, show)
    assert shown.shape == (2, 2, 3)
    assert shown.dtype == np.uint8


def test_an_unknown_way_is_refused():
    with pytest.raises(ValueError, match="Received: show='loud'"):
        display(MAP, "loud")


def test_three_channels_have_no_signed_scale():
    with pytest.raises(ValueError, match="channels=3, show='signed'"):
        display(np.zeros((2, 2, 3), np.float32), "signed")
