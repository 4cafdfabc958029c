"""Samples are what Keras's own layers make, and what is said of a draw is what it did."""

import re

import numpy as np
import pytest

from cnnviz.networks.augmentation import draw_samples, parse_pipeline
from cnnviz.networks.augmentation.code import made_layer
from cnnviz.networks.augmentation.pipeline import PIPELINE_KINDS, started
from cnnviz.networks.augmentation.samples import MOST_SAMPLES, seed_of

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
        made_layer(started(kind), seed_of(3, 0)), {"layers": keras.layers}
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


def smoothed(picture):
    """Mix each pixel with its eight neighbours as Pillow's SMOOTH does, 5 to 1; 0 lies around."""
    around = np.pad(picture.astype(float), ((1, 1), (1, 1), (0, 0)))
    rows, columns = picture.shape[:2]
    parts = [around[r : r + rows, c : c + columns] for r in range(3) for c in range(3)]
    return (sum(parts) + 4 * picture) / 13


def blurred(picture, down, across):
    """Blur by a 3 x 3 kernel of two bells; 0 lies around."""
    bells = [np.exp(-0.5 * (np.arange(-1, 2) / one) ** 2) for one in (down, across)]
    kernel = np.outer(*(bell / bell.sum() for bell in bells))
    around = np.pad(picture.astype(float), ((1, 1), (1, 1), (0, 0)))
    rows, columns = picture.shape[:2]
    return sum(
        kernel[r, c] * around[r : r + rows, c : c + columns] for r in range(3) for c in range(3)
    )


def spread(picture):
    """Give each level its rank among all, from 0 to 255."""
    channels = np.moveaxis(picture, -1, 0)
    counts = [np.cumsum(np.bincount(one.ravel(), minlength=256)) for one in channels]
    tables = [255 * (one - one[one > 0][0]) / (one[-1] - one[one > 0][0]) for one in counts]
    return np.stack([table[picture[..., at]] for at, table in enumerate(tables)], axis=-1)


def grey(picture):
    return (picture @ [0.2989, 0.587, 0.114])[..., np.newaxis]


def inverted_from(picture, words):
    *added, least = numbers_in(words)
    levels = np.clip(picture + sum(added), 0, 255)
    return np.where(levels < least, levels, 255 - levels)


def stretched(picture):
    low, high = picture.min(axis=(0, 1)), picture.max(axis=(0, 1))
    return (picture - low) * (255 / (high - low))


EXPECTED = {
    "rsharp-f1": lambda p, w: p + (1 - numbers_in(w)[0]) * (smoothed(p) - p),
    "rblur": lambda p, w: p if w == "not changed" else blurred(p, *numbers_in(w)),
    "rinvert": lambda p, w: p if w == "not changed" else 255 - p,
    "rpost-f6": lambda p, w: p // (256 // int(numbers_in(w)[0])) * (256 // int(numbers_in(w)[0])),
    "solar-t1": inverted_from,
    "solar-a0.3-t0.8": inverted_from,
    "rpale-f0.8": lambda p, w: grey(p) + numbers_in(w)[0] * (p - grey(p)),
    "equal": lambda p, _: spread(p),
    "auto": lambda p, _: stretched(p),
    "rjitter-b0.2": lambda p, w: p + numbers_in(w)[0],
    "rjitter-b0.1-c0.3": lambda p, w: contrasted(p + numbers_in(w)[0], numbers_in(w)[1]),
}


def contrasted(picture, times):
    picture = np.clip(picture, 0, 255)
    mean = picture.mean(axis=(0, 1))
    return mean + times * (picture - mean)


def away_from_its_end(picture, words, text):
    """Leave out the pixels that lie so near to a threshold that its written digits cannot tell."""
    if not text.startswith("solar-a"):
        return np.ones_like(picture, bool)
    *added, least = numbers_in(words)
    return np.abs(np.clip(picture + sum(added), 0, 255) - least) > 0.6


@pytest.mark.parametrize("text", EXPECTED)
def test_what_is_said_gives_the_very_pixels(picture, text):
    said = set()
    for words, sample in drawn_by(picture, text):
        expected = np.clip(EXPECTED[text](picture.astype(int), words), 0, 255)
        told = away_from_its_end(picture.astype(int), words, text)
        np.testing.assert_allclose(sample[told], expected[told], atol=1.01)
        assert told.mean() > 0.9
        said.add(words)
    assert len(said) > 1 or text in ("equal", "auto")


def test_a_slant_moves_the_picture_no_further_than_is_said(picture):
    for words, sample in drawn_by(picture, "rpersp-s0.3"):
        if words == "not changed":
            np.testing.assert_array_equal(sample, picture)
            continue
        (most,) = numbers_in(words)
        moved = np.hypot(*np.subtract(dot(sample), dot(picture.astype(float))))
        assert 0 < moved <= most + 1
        # The top left corner stays.
        np.testing.assert_allclose(sample[0, 0], picture[0, 0], atol=1)


def test_what_is_bent_is_said_and_how_strongly_in_all_alike(picture):
    found = dict(drawn_by(picture, "relast"))
    assert len(found) == 2
    for words, sample in drawn_by(picture, "relast"):
        assert (words == "not changed") == np.array_equal(sample, picture)
    assert {words for words, _ in drawn_by(picture, "relast-s0")} == {"not changed"}


@pytest.mark.parametrize("text", ["equal", "auto"])
def test_levels_that_stay_are_not_said_to_spread(picture, text):
    flat = np.full_like(picture, 128)
    for words, sample in drawn_by(flat, text):
        assert (words == "not changed") == np.array_equal(sample, flat)
    assert "not changed" not in {words for words, _ in drawn_by(picture, text)}


def test_each_change_of_a_recipe_is_said_as_by_its_own_layer(picture):
    """One of eleven at a time: those that this file can repeat are repeated."""
    repeated = {
        "contrast": contrasted,
        "levels a channel": lambda p, n: p // (256 // int(n)) * (256 // int(n)),
        "fine detail": lambda p, n: p + (1 - n) * (smoothed(p) - p),
        "distance from grey": lambda p, n: grey(p) + n * (p - grey(p)),
        "spread evenly": lambda p, *_: spread(p),
        "stretched": lambda p, *_: stretched(p),
    }
    seen = set()
    for seed in range(30):
        found = draw_samples(picture, parse_pipeline("randaug-n1-f0.4"), count=2, seed=seed)
        for (words,), sample in zip(found.drawn, found.pictures.astype(float), strict=True):
            for part, repeat in repeated.items():
                if part in words:
                    expected = np.clip(repeat(picture.astype(int), *numbers_in(words)[:1]), 0, 255)
                    np.testing.assert_allclose(sample, expected, atol=1.01)
                    seen.add(part)
    assert len(seen) > 3


def test_no_layer_leaves_the_picture_and_bounds_are_said(picture):
    found = draw_samples(picture, (), count=2, seed=0)
    np.testing.assert_array_equal(found.pictures, np.stack([picture] * 2))
    assert found.drawn == ((), ())
    for count in (0, MOST_SAMPLES + 1):
        with pytest.raises(ValueError, match=f"From 1 to 48 samples.*Received: {count}"):
            draw_samples(picture, (), count=count, seed=0)
