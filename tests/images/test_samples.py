import csv
from pathlib import Path

import numpy as np
import pytest

from cnnviz.images.samples import DEFAULT_SAMPLE, SAMPLES, open_sample, thumbnail

ASSETS = Path(__file__).parents[2] / "assets" / "images"
PHOTOS = [name for name, sample in SAMPLES.items() if sample.group == "photo"]
PATTERNS = [name for name, sample in SAMPLES.items() if sample.group == "pattern"]


def test_there_are_photos_and_patterns():
    assert len(PHOTOS) == 16
    assert len(PHOTOS) + len(PATTERNS) == len(SAMPLES)
    assert {"checkerboard", "digit", "gradient", "step_edge", "impulse"} <= set(PATTERNS)
    assert DEFAULT_SAMPLE in PHOTOS


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_opens_as_a_picture(name):
    picture = open_sample(name)
    assert picture.dtype == np.uint8
    assert picture.ndim == 3
    assert picture.shape[2] == 3
    assert max(picture.shape) <= 1024
    assert picture.min() < 60 < 195 < picture.max() or name == "step_edge"
    assert open_sample(name) is picture


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_says_what_it_shows(name):
    sample = SAMPLES[name]
    assert sample.name == name
    assert name.isascii()
    assert name.replace("_", "").isalnum()
    assert sample.title
    assert sample.alt.endswith(".")
    assert 30 < len(sample.alt) < 120
    assert "image of" not in sample.alt.lower()
    assert sample.credit


def test_titles_are_told_apart():
    assert len({sample.title for sample in SAMPLES.values()}) == len(SAMPLES)


def test_every_photo_has_its_credit_and_every_credit_its_photo():
    with (ASSETS / "credits.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert [row["file"] for row in rows] == [f"{name}.webp" for name in PHOTOS]
    assert {path.name for path in ASSETS.glob("*.webp")} == {row["file"] for row in rows}
    for row in rows:
        assert row.keys() == {"file", "title", "licence", "author", "source", "changes"}
        assert all(row.values())
        assert row["licence"] in ("public-domain", "CC0-1.0") or row["licence"].startswith("CC-BY-")
        assert row["source"].startswith("https://")
        sample = SAMPLES[row["file"].removesuffix(".webp")]
        assert row["author"] in sample.credit
        assert row["licence"] in sample.credit
        assert sample.source == row["source"]


def test_photos_weigh_little():
    assert sum(path.stat().st_size for path in ASSETS.glob("*.webp")) < 1_000_000


def test_samples_cannot_be_changed_by_accident():
    for picture in (open_sample("digit"), thumbnail("digit")):
        with pytest.raises(ValueError, match="read-only"):
            picture[0, 0] = 0


@pytest.mark.parametrize("name", ["", "dog", "../credits", "panda.webp", "Panda"])
def test_an_unknown_name_is_refused(name):
    for function in (open_sample, thumbnail):
        with pytest.raises(ValueError, match=r"one of panda, .*Received: ") as error:
            function(name)
        assert f'"{name}"' in str(error.value)


@pytest.mark.parametrize("name", SAMPLES)
def test_thumbnails_are_squares(name):
    assert thumbnail(name).shape == (96, 96, 3)
    assert thumbnail(name, 40).shape == (40, 40, 3)


def test_a_small_pattern_grows_without_blur():
    assert set(np.unique(thumbnail("impulse", 99))) == {0, 255}
    assert (thumbnail("impulse", 99) == 255).sum() == 3 * 9


# ---- what the patterns promise ----


def grey(name):
    picture = open_sample(name)
    assert (picture == picture[..., :1]).all()
    return picture[..., 0].astype(int)


def test_the_impulse_is_one_white_pixel_in_the_middle():
    assert np.argwhere(grey("impulse")).tolist() == [[16, 16]]
    assert grey("impulse")[16, 16] == 255


def test_the_gradient_grows_one_level_a_column():
    assert (np.diff(grey("gradient"), axis=1) == 1).all()
    assert (np.diff(grey("gradient"), axis=0) == 0).all()


def test_the_step_edge_is_one_jump():
    jumps = np.diff(grey("step_edge"), axis=1)
    assert np.argwhere(jumps[0]).tolist() == [[31]]
    assert jumps[0, 31] == 153


def test_the_checkerboard_alternates():
    board = grey("checkerboard")
    assert board[:8, :8].max() == 0
    assert (board[:8, 8:16] == 255).all()
    assert (board == 255 - np.roll(board, 8, axis=1)).all()


@pytest.mark.parametrize(
    ("quarter", "along"),
    [((0, 0), (1, 0)), ((0, 1), (0, 1)), ((1, 0), (1, -1)), ((1, 1), (1, 1))],
    ids=["upright", "level", "rising", "falling"],
)
def test_stripes_run_in_four_directions(quarter, along):
    row, column = quarter[0] * 64, quarter[1] * 64
    patch = grey("stripes")[row : row + 64, column : column + 64]
    rows, columns = slice(along[0], 64), slice(max(along[1], 0), 64 + min(along[1], 0))
    moved = patch[: 64 - along[0], max(-along[1], 0) : 64 - max(along[1], 0)]
    assert (patch[rows, columns] == moved).all()
    assert patch.std() > 80


def test_the_disc_has_the_area_of_its_radius():
    assert grey("disc").sum() / 255 == pytest.approx(np.pi * 40**2, rel=0.001)


def test_the_zone_plate_reaches_the_finest_stripes():
    row = grey("zone_plate")[128]
    assert np.abs(np.diff(row[:4])).min() > 200  # black next to white
    assert np.abs(np.diff(row[125:132])).max() < 5


def test_noise_is_independent_of_its_neighbours():
    noise = grey("noise") - grey("noise").mean()
    assert abs((noise[:, 1:] * noise[:, :-1]).mean() / noise.var()) < 0.03


def test_the_digit_looks_pen_drawn():
    digit = grey("digit")
    assert digit.shape == (28, 28)
    assert digit[:3].max() == digit[-2:].max() == digit[:, :4].max() == digit[:, -4:].max() == 0
    assert 0.1 < digit.mean() / 255 < 0.25
    assert ((digit > 0) & (digit < 255)).sum() > 40  # soft edges


def test_the_three_colours_mix_to_white():
    picture = open_sample("colours")
    assert picture[80, 80].tolist() == [255, 255, 255]
    known = {tuple(colour) for colour in picture.reshape(-1, 3)}
    for red in (0, 255):
        for green in (0, 255):
            for blue in (0, 255):
                assert (red, green, blue) in known
