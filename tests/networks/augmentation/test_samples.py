"""Samples are what Keras's own layers make, and what is said of a draw is what it did."""

import random
import re

import numpy as np
import pytest

from cnnviz.networks.augmentation import Second, draw_samples, parse_pipeline
from cnnviz.networks.augmentation.code import made_layer
from cnnviz.networks.augmentation.pipeline import PIPELINE_KINDS, started
from cnnviz.networks.augmentation.samples import MOST_SAMPLES, seed_of
from cnnviz.networks.building.augmentation import MIXING

pytestmark = pytest.mark.tensorflow
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


@pytest.fixture(scope="module")
def second(picture):
    """Give another picture of that size, dark blue, which the first one nowhere is."""
    return Second("the sea", np.full_like(picture, (10, 20, 60)))


@pytest.mark.parametrize("kind", [one for one in PIPELINE_KINDS if one not in ("MixUp", "CutMix")])
def test_samples_are_those_of_the_layer_that_the_program_writes(picture, kind):
    keras = pytest.importorskip("keras")
    found = draw_samples(picture, [started(kind)], count=4, seed=3)
    layer = eval(  # our own text, which names Keras's layers alone
        made_layer(started(kind), seed_of(3, 0)), {"layers": keras.layers}
    )
    batch = np.repeat(picture[np.newaxis].astype("float32") / 255, 4, axis=0)
    random.seed(seed_of(3, 0))  # AugMix alone asks for it
    expected = np.asarray(layer(batch, training=True))
    np.testing.assert_array_equal(
        found.pictures, np.clip(np.rint(255 * expected), 0, 255).astype(np.uint8)
    )
    assert len(found.drawn) == 4
    assert all(len(words) == 1 for words in found.drawn)


@pytest.mark.parametrize("text", ["mixup-a1", "cutmix", "rturn-f0.1~mixup-a1~cutmix"])
def test_a_mixed_batch_and_its_labels_are_those_of_keras(picture, second, text):
    keras = pytest.importorskip("keras")
    count, seed = 6, 1
    found = draw_samples(picture, parse_pipeline(text), count=count, seed=seed, second=second)
    given = [np.repeat(one[np.newaxis], count, axis=0) for one in (picture, second.image)]
    data = {"images": np.concatenate(given).astype("float32") / 255}
    data["labels"] = np.repeat(np.eye(2, dtype="float32"), count, axis=0)
    for at, one in enumerate(parse_pipeline(text)):
        layer = eval(made_layer(one, seed_of(seed, at)), {"layers": keras.layers})
        if isinstance(one, MIXING):
            data = layer(data, training=True)
        else:
            data["images"] = layer(data["images"], training=True)
    levels = np.clip(np.rint(255 * np.asarray(data["images"])), 0, 255).astype(np.uint8)
    np.testing.assert_array_equal(found.pictures, levels[:count])
    np.testing.assert_array_equal(found.labels, np.asarray(data["labels"])[:count])
    for words, (own, other) in zip(found.drawn, found.labels, strict=True):
        assert len(words) == text.count("~") + 2
        assert numbers_in(words[-1]) == pytest.approx([100 * own, 100 * other], abs=0.11)


@pytest.mark.parametrize("text", ["mixup-a1", "cutmix"])
def test_what_is_mixed_is_said_by_the_share_of_the_pixels(picture, second, text):
    found = draw_samples(picture, parse_pipeline(text), count=COUNT, seed=0, second=second)
    mixed, seen = picture.astype(float), set()
    for (words, label), sample, labels in zip(
        found.drawn, found.pictures.astype(float), found.labels, strict=True
    ):
        if "the sea" not in words:  # with another sample of the same picture, or itself
            np.testing.assert_allclose(sample, mixed, atol=1)
            assert label.startswith("label: 100% this picture's, 0%")
            continue
        share = (numbers_in(words)[0]) / 100
        if text == "cutmix":
            covered = (sample == second.image).all(axis=-1)
            assert covered.mean() == pytest.approx(share, abs=0.001)
            np.testing.assert_array_equal(sample[~covered], picture[~covered])
            # The label goes by the rectangle's sides before they are pixels.
            assert labels[1] == pytest.approx(share, abs=0.05)
        else:
            np.testing.assert_allclose(
                sample, mixed + share * (second.image - mixed), atol=1 + 255 * 0.0006
            )
            assert labels[1] == pytest.approx(share, abs=0.0006)
        seen.add(words)
    assert len(seen) > 2


def test_mixing_needs_a_second_picture_of_that_size(picture, second):
    other = Second("a line", second.image[:3])
    for given, word in ((None, "none"), (other, r"\(3, 41, 3\)")):
        with pytest.raises(ValueError, match=f"second picture of the same size.*{word}"):
            draw_samples(picture, parse_pipeline("mixup"), count=2, seed=0, second=given)


def test_chains_are_drawn_by_a_seed_and_leave_pythons_own_numbers_alone(picture):
    layers = parse_pipeline("augmix")
    random.seed(5)
    state = random.getstate()
    first, again, other = (draw_samples(picture, layers, count=2, seed=s) for s in (1, 1, 2))
    assert random.getstate() == state
    np.testing.assert_array_equal(first.pictures, again.pictures)
    assert first.drawn == again.drawn != other.drawn


REPEATED = {
    "contrast": lambda p, n: contrasted(p, n),
    "levels a channel": lambda p, n: p // (256 // int(n)) * (256 // int(n)),
    "fine detail": lambda p, n: p + (1 - n) * (smoothed(p) - p),
    "distance from grey": lambda p, n: grey(p) + n * (p - grey(p)),
    "spread evenly": lambda p, *_: spread(p),
    "stretched": lambda p, *_: stretched(p),
}
"""The changes of a recipe that this file can repeat, by what is said of them."""


def test_chains_are_said_by_their_shares(picture):
    """Chains of one change: those that this file can repeat give the very pixels."""
    repeated = {
        "itself": lambda p, *_: p,
        "not changed": lambda p, *_: p,
        **REPEATED,
    }
    seen = set()
    for seed in range(24):
        found = draw_samples(picture, parse_pipeline("augmix-n1-d1-f0.4"), count=2, seed=seed)
        for (words,), sample in zip(found.drawn, found.pictures.astype(float), strict=True):
            made, total = 0.0, 0.0
            for part in words.split(", "):
                name = next((one for one in repeated if one in part), None)
                if name is None:
                    break
                share, *numbers = numbers_in(part.replace("under 0.1", "0").replace("over", ""))
                changed = np.clip(repeated[name](picture.astype(int), *numbers[:1]), 0, 255)
                made, total = made + share / 100 * changed, total + share
                seen.add(name)
            else:
                assert total == pytest.approx(100, abs=0.3)
                np.testing.assert_allclose(sample, made, atol=2)
    assert len(seen) > 4


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("rcrop-h20-w30", r"20 \u00d7 30 px, from row (\d+) and column (\d+) on"),
        ("crop-h20-w30", r"20 \u00d7 30 px of the middle"),
        ("crop-h41-w41", r"41 \u00d7 41 px of the middle"),
    ],
)
def test_a_crop_is_the_part_that_is_said(picture, text, words):
    found = draw_samples(picture, parse_pipeline(text), count=3, seed=2)
    for (said,), sample in zip(found.drawn, found.pictures, strict=True):
        place = re.fullmatch(words, said)
        assert place
        rows, columns = sample.shape[:2]
        top, left = map(int, place.groups() or ((41 - rows) // 2, (41 - columns) // 2))
        np.testing.assert_array_equal(sample, picture[top : top + rows, left : left + columns])
    assert found.drawn[0] == found.drawn[2]  # one place for all of a batch


def test_a_crop_larger_than_the_picture_is_said_to_be_scaled(picture):
    for text, said in (
        ("crop-h82-w41", "41 \u00d7 20 px (scaled to 82 \u00d7 41) of the middle"),
        ("rcrop-h82-w82", "41 \u00d7 41 px (scaled to 82 \u00d7 82), from row 0 and column 0 on"),
    ):
        found = draw_samples(picture, parse_pipeline(text), count=1, seed=0)
        assert found.drawn == ((said,),)
        assert f"scaled to {found.pictures.shape[1]} \u00d7 {found.pictures.shape[2]}" in said


def test_tiles_want_a_picture_that_has_room_for_them(picture):
    layers = parse_pipeline("crop-h3-w40~clahe-t8")
    with pytest.raises(ValueError, match=r"half as many pixels.*Received: 3 px and 8 tiles"):
        draw_samples(picture, layers, count=1, seed=0)
    # Each by itself gives what the whole batch does.
    layers = parse_pipeline("rturn-f0.2~clahe-t5x3-c2")
    found = draw_samples(picture, layers, count=3, seed=0)
    keras = pytest.importorskip("keras")
    batch = np.repeat(picture[np.newaxis].astype("float32") / 255, 3, axis=0)
    for at, one in enumerate(layers):
        made = eval(made_layer(one, seed_of(0, at)), {"layers": keras.layers})
        batch = made(batch, training=True)
    levels = np.clip(np.rint(255 * np.asarray(batch)), 0, 255)
    np.testing.assert_array_equal(found.pictures, levels)
    assert set(found.drawn[0]) & {"levels spread in 5 \u00d7 3 tiles"}


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


@pytest.mark.parametrize("text", ["equal", "auto", "clahe"])
def test_levels_that_stay_are_not_said_to_spread(picture, text):
    flat = np.full_like(picture, 128)
    for words, sample in drawn_by(flat, text):
        assert (words == "not changed") == np.array_equal(sample, flat)
    assert "not changed" not in {words for words, _ in drawn_by(picture, text)}


def test_each_change_of_a_recipe_is_said_as_by_its_own_layer(picture):
    """One of eleven at a time: those that this file can repeat are repeated."""
    seen = set()
    for seed in range(30):
        found = draw_samples(picture, parse_pipeline("randaug-n1-f0.4"), count=2, seed=seed)
        for (words,), sample in zip(found.drawn, found.pictures.astype(float), strict=True):
            for part, repeat in REPEATED.items():
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
