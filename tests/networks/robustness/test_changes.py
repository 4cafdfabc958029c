"""Changes of a picture: nothing changes nothing, and the rest by hand."""

import numpy as np
import pytest

from cnnviz.images.samples import open_sample
from cnnviz.networks.robustness.changes import CHANGES, moved

PICTURE = np.random.default_rng(1).integers(0, 256, (24, 32, 3)).astype(np.uint8)
every = pytest.mark.parametrize("name", CHANGES)


@every
@pytest.mark.parametrize("picture", [PICTURE, PICTURE[:1, :1], PICTURE[:1], PICTURE[:, :1]])
def test_no_change_is_the_picture_itself(name, picture):
    change = CHANGES[name]
    np.testing.assert_array_equal(change.apply(picture, change.nothing), picture)


@every
def test_every_amount_gives_a_picture_of_the_same_size(name):
    change = CHANGES[name]
    for amount in {change.least, change.most} - {change.nothing}:
        changed = change.apply(PICTURE, amount)
        assert changed.shape == PICTURE.shape
        assert changed.dtype == np.uint8
        assert (changed != PICTURE).any()


def test_a_shift_by_whole_pixels_moves_them():
    right = CHANGES["shift_right"].apply(PICTURE, 100 * 4 / 32)
    np.testing.assert_array_equal(right[:, 4:], PICTURE[:, :-4])
    np.testing.assert_array_equal(right[:, :4], np.repeat(PICTURE[:, :1], 4, axis=1))
    down = CHANGES["shift_down"].apply(PICTURE, -100 * 2 / 32)
    np.testing.assert_array_equal(down[:-2], PICTURE[2:])


def test_half_a_turn_turns_it_round():
    turned = CHANGES["rotate"].apply(PICTURE, 180)
    np.testing.assert_allclose(turned.astype(int), PICTURE[::-1, ::-1], atol=1)


def test_a_quarter_turn_goes_against_the_clock():
    square = PICTURE[:, :24]
    turned = CHANGES["rotate"].apply(square, 90)
    np.testing.assert_allclose(turned.astype(int), np.rot90(square), atol=1)


def test_twice_as_large_shows_the_middle():
    flat = np.zeros((32, 32, 3), np.uint8)
    flat[12:20, 12:20] = 200
    large = CHANGES["scale"].apply(flat, 2.0)
    assert (large[9:23, 9:23] == 200).all()
    assert (large[:6] == 0).all()


def test_brightness_contrast_and_occlusion_by_hand():
    assert CHANGES["brightness"].apply(PICTURE, 300).min() == 255
    grey = CHANGES["contrast"].apply(PICTURE, 0)
    assert np.abs(grey - PICTURE.mean(axis=(0, 1))).max() <= 0.5
    hidden = CHANGES["occlusion"].apply(PICTURE, 25)
    assert (hidden == 128).all(axis=-1).sum() >= 12 * 16
    np.testing.assert_array_equal(hidden[0], PICTURE[0])


def test_the_hue_turns_red_to_green():
    red = np.zeros((4, 4, 3), np.uint8)
    red[..., 0] = 255
    green = CHANGES["hue"].apply(red, 120)[0, 0]
    assert green[1] >= 250
    assert green[0] <= 10


def test_a_worse_jpeg_is_further_away():
    panda = open_sample("panda")
    off = [
        np.abs(CHANGES["jpeg"].apply(panda, quality).astype(float) - panda).mean()
        for quality in (95, 50, 5)
    ]
    assert off == sorted(off)


def test_moving_there_and_back_is_nearly_nothing():
    smooth = CHANGES["blur"].apply(open_sample("panda"), 4)
    there = moved(smooth, CHANGES["rotate"].matrix(20))
    back = moved(there, CHANGES["rotate"].matrix(-20))
    middle = np.s_[200:480, 350:650]
    assert np.abs(back[middle].astype(float) - smooth[middle]).mean() < 1
