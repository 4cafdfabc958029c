"""Samples are what Keras's own layers make, and what is said of a draw is what it did."""

import re

import numpy as np
import pytest

from cnnviz.networks.augmentation import draw_samples, parse_pipeline
from cnnviz.networks.augmentation.pipeline import PIPELINE_KINDS, started
from cnnviz.networks.augmentation.samples import MOST_SAMPLES, seed_of
from cnnviz.networks.building.code import written_layer

COUNT = 16


@pytest.fixture(scope="module")
def picture():
    """Give a smooth coloured picture with one bright dot, so that one sees where things go."""
    rows, columns = np.mgrid[:41, :41]
    colours = np.stack([80 + rows, 80 + columns, 200 - rows], axis=-1).astype(np.uint8)
    colours[8:11, 28:31] = 255
    return colours


def numbers_in(words: str) -> list[float]:
    return [float(one.replace("\u2212", "-")) for one in re.findall(r"[\u2212\d.]+", words)]


@pytest.mark.parametrize("kind", PIPELINE_KINDS)
def test_samples_are_those_of_the_layer_that_the_program_writes(picture, kind):
    keras = pytest.importorskip("keras")
    found = draw_samples(picture, [started(kind)], count=4, seed=3)
    layer = eval(  # our own text, which names Keras's layers alone
        written_layer(started(kind), f"seed={seed_of(3, 0)}"), {"layers": keras.layers}
    )
    batch = np.repeat(picture[np.newaxis].astype("float32") / 255, 4, axis=0)
    expected = np.asarray(layer(batch, training=True))
    np.testing.assert_array_equal(
        found.pictures, np.clip(np.rint(255 * expected), 0, 255).astype(np.uint8)
    )
    assert len(found.drawn) == 4
    assert all(len(words) == 1 for words in found.drawn)


def test_a_seed_draws_the_same_again_and_another_draws_others(picture):
    layers = parse_pipeline("rflip~rturn-f0.2~rerase")
    first, again, other = (draw_samples(picture, layers, count=6, seed=s) for s in (1, 1, 2))
    np.testing.assert_array_equal(first.pictures, again.pictures)
    assert first.drawn == again.drawn != other.drawn
    assert len({picture.tobytes() for picture in first.pictures}) > 1


def drawn_by(picture, text):
    found = draw_samples(picture, parse_pipeline(text), count=COUNT, seed=0)
    return [
        (words[0], sample)
        for words, sample in zip(found.drawn, found.pictures.astype(np.float64), strict=True)
    ]


def dot(sample) -> tuple[float, float]:
    """Give where the brightest pixels are: rows and columns from the middle."""
    green = sample[..., 2]
    where = np.argwhere(green >= green.max() - 3)
    return tuple(where.mean(axis=0) - 20)


def test_flips_are_said(picture):
    seen = set()
    for words, sample in drawn_by(picture, "rflip-mhorizontal"):
        flipped = picture[:, ::-1] if words == "left and right swapped" else picture
        np.testing.assert_array_equal(sample, flipped)
        seen.add(words)
    assert seen == {"left and right swapped", "not flipped"}
    turned = [words for words, sample in drawn_by(picture, "rflip") if (sample != picture).any()]
    assert set(turned) == {"turned by 180\u00b0"}


def test_turns_moves_and_sizes_are_said_as_they_are(picture):
    down, right = dot(picture.astype(float))
    for words, sample in drawn_by(picture, "rturn-f0.1-mconstant"):
        (angle,) = numbers_in(words)
        turn = np.deg2rad(angle if words.endswith("left") else -angle)
        found = dot(sample)
        # To the left is against the clock, with rows that go down.
        expected = (
            down * np.cos(turn) - right * np.sin(turn),
            down * np.sin(turn) + right * np.cos(turn),
        )
        np.testing.assert_allclose(found, expected, atol=1.0)
    for words, sample in drawn_by(picture, "rmove-h0.15-w0.15-mconstant"):
        across, along = numbers_in(words)
        across, along = (
            across * (1 if "right" in words else -1),
            along * (-1 if "up" in words else 1),
        )
        np.testing.assert_allclose(dot(sample), (down + along, right + across), atol=1.0)
    for words, sample in drawn_by(picture, "rzoom-h0.3-mconstant"):
        (times,) = numbers_in(words)
        np.testing.assert_allclose(dot(sample), (down * times, right * times), atol=1.3)


def test_levels_and_colours_are_said_as_they_are(picture):
    middle = picture[12:40, :20].astype(float)
    for words, sample in drawn_by(picture, "rlight-f0.15"):
        np.testing.assert_allclose(sample[12:40, :20] - middle, numbers_in(words)[0], atol=1.0)
    for words, sample in drawn_by(picture, "rgrey"):
        assert (words == "grey") == (np.ptp(sample, axis=-1).max() == 0)
    for words, sample in drawn_by(picture, "rsat-f0.4"):
        factor = numbers_in(words)[0]
        saturation = np.ptp(middle, axis=-1) / middle.max(axis=-1)
        there = sample[12:40, :20]
        found = np.ptp(there, axis=-1) / there.max(axis=-1)
        np.testing.assert_allclose(found, saturation * factor, atol=0.01)
    for words, sample in drawn_by(picture, "noise-s0.05"):
        assert numbers_in(words)[0] == pytest.approx((sample - picture).std(), rel=0.15)
    for words, sample in drawn_by(picture, "rerase"):
        changed = (sample != picture).any(axis=-1).mean()
        said = 0 if words == "nothing covered" else numbers_in(words)[0]
        assert changed == pytest.approx(said / 100, abs=0.002)


def test_contrast_grows_about_the_mean(picture):
    mean = picture.mean(axis=(0, 1))
    for words, sample in drawn_by(picture, "rcontrast-f0.3"):
        times = numbers_in(words)[0]
        assert 1 <= times <= 1.3
        expected = np.clip(mean + times * (picture - mean), 0, 255)
        np.testing.assert_allclose(sample, expected, atol=1.0)


def test_no_layer_leaves_the_picture_and_bounds_are_said(picture):
    found = draw_samples(picture, (), count=2, seed=0)
    np.testing.assert_array_equal(found.pictures, np.stack([picture] * 2))
    assert found.drawn == ((), ())
    for count in (0, MOST_SAMPLES + 1):
        with pytest.raises(ValueError, match=f"From 1 to 48 samples.*Received: {count}"):
            draw_samples(picture, (), count=count, seed=0)
