"""Pictures to start from: photographs, and patterns simple enough to see a kernel think.

The photographs lie in ``assets/images`` with the credit of each in ``credits.tsv``. The patterns
are computed here; several are small, so that single pixels can be seen and counted.
"""

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnnviz.images.pictures import centre_crop, eight_bit, read_image, resize_to
from cnnviz.notation import shown
from cnnviz.shapes import Pixels
from cnnviz.shipped import IMAGES

DEFAULT_SAMPLE = "panda"


@dataclass(frozen=True)
class Sample:
    """A picture that ships with the app.

    Attributes
    ----------
    name : its key in `SAMPLES`, fit for an address.
    title : what people call it.
    group : "photo" or "pattern".
    alt : what the picture shows, in a sentence, for those who do not see it.
    credit : who made it, under which licence, and what was changed.
    source : address of the original, "" for a pattern.
    """

    name: str
    title: str
    group: str
    alt: str
    credit: str
    source: str = ""


def open_sample(name: str) -> Pixels:
    """Open a sample.

    Returns
    -------
    picture : (height, width, 3) uint8, read-only, since everyone is handed the same one.

    Raises
    ------
    ValueError : there is no sample of that name.

    >>> open_sample("impulse").shape
    (33, 33, 3)
    """
    if name not in SAMPLES:
        known = ", ".join(SAMPLES)
        raise ValueError(f"A sample must be one of {known}. Received: {shown(name)}.")
    return _open(name)


@lru_cache(maxsize=32)
def _open(name: str) -> Pixels:
    if name in _PATTERNS:
        brightness = eight_bit(_PATTERNS[name]())
        if brightness.ndim == 2:
            brightness = brightness[..., np.newaxis]
        picture = np.repeat(brightness, 3 // brightness.shape[2], axis=2)
    else:
        picture = read_image((IMAGES / f"{name}.webp").read_bytes())
    picture.flags.writeable = False
    return picture


@lru_cache(maxsize=64)
def thumbnail(name: str, side: int = 96) -> Pixels:
    """Show the middle of a sample as a small square.

    Photographs are scaled smoothly; a pattern's pixels stay square when they grow.

    Returns
    -------
    picture : (side, side, 3) uint8, read-only.

    Raises
    ------
    ValueError : there is no sample of that name, or the side is below 1.
    """
    square = centre_crop(open_sample(name))
    if side > len(square) and SAMPLES[name].group == "pattern":
        enlarged = Image.fromarray(square).resize((side, side), Image.Resampling.NEAREST)
        small = np.array(enlarged)
    else:
        small = resize_to(square, side)
    small.flags.writeable = False
    return small


# ---- photographs ----

_PHOTO_ALTS = {
    "panda": "A giant panda sits on a stone wall, white with black legs, ears and eye patches.",
    "cat": "The face of a ginger tabby cat with yellow-green eyes fills the picture.",
    "lizard": "A scaly brown chameleon climbs through a shrub with small bright green leaves.",
    "moose": "A bull moose with wide antlers lies in autumn heather in front of green trees.",
    "komodo_dragon": "A grey Komodo dragon lies on bare, dusty rock and raises its head.",
    "goldfish": "An orange goldfish with long, pale, pointed fins in front of black.",
    "perch": "Two striped yellow perch swim above gravel in dark water.",
    "baseball": "A white baseball with two curves of red stitches fills the picture.",
    "hammer": "A hammer with a wooden handle lies aslant on plain blue.",
    "coffee": "A cup of coffee on a red saucer with a spoon, seen from above, on a wooden table.",
    "parthenon": "The corner of the Parthenon: two rows of pale columns under a deep blue sky.",
    "pyramid": "The Great Pyramid rises in rows of rough stone blocks against a pale sky.",
    "taj_mahal": "The white dome and four minarets of the Taj Mahal behind a red river wall.",
    "arch": "A triumphal arch with three gateways and statues on top under a deep blue sky.",
    "opera_house": "The white shell-shaped roofs of Sydney's opera house above blue water.",
    "windmill": "A round stone windmill on arches, its four lattice sails against a blue sky.",
}


def _photos() -> list[Sample]:
    with (IMAGES / "credits.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [
        Sample(
            name=(name := row["file"].removesuffix(".webp")),
            title=row["title"],
            group="photo",
            alt=_PHOTO_ALTS[name],
            credit=f"{row['author']}, {row['licence']}, {row['changes']}",
            source=row["source"],
        )
        for row in rows
    ]


# ---- patterns: float brightness in [0, 1], (height, width) or (height, width, 3) ----


def _grid(side: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give row and column of every pixel, counted from the middle of the picture."""
    middle = (side - 1) / 2
    rows, columns = np.indices((side, side)) - middle
    return rows, columns


def _inside(distance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn the distance to an outline (negative inside) into brightness with a soft edge."""
    return np.clip(0.5 - distance, 0, 1)


def _digit() -> NDArray[np.float64]:
    # The stroke of a 3 as a pen would write it on 28 x 28 pixels: (column, row).
    upper = [(8.3, 7.6), (10.6, 5.0), (14.6, 4.2), (18.2, 5.8), (18.4, 9.2), (15.6, 11.8)]
    lower = [(15.6, 11.8), (18.8, 13.8), (19.6, 17.8), (17.2, 21.8), (12.6, 23.4), (8.0, 21.2)]
    first = [*upper, (12.2, 13.2)]
    second = [(12.2, 13.2), *lower]
    points = np.concatenate([_smooth_stroke(np.array(first)), _smooth_stroke(np.array(second))])
    rows, columns = np.indices((28, 28))
    across = columns[..., np.newaxis] - points[:, 0]
    down = rows[..., np.newaxis] - points[:, 1]
    return _inside(np.hypot(across, down).min(axis=2) - 1.3)


def _smooth_stroke(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Lay a curve through points (Catmull and Rom 1974) and return 40 places on each piece."""
    padded = np.concatenate([points[:1], points, points[-1:]])
    t = np.linspace(0, 1, 40)[:, np.newaxis]
    pieces = [
        0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2)
        + 0.5 * (3 * b - a - 3 * c + d) * t**3
        for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False)
    ]
    return np.concatenate(pieces)


def _impulse() -> NDArray[np.float64]:
    picture = np.zeros((33, 33))
    picture[16, 16] = 1
    return picture


def _step_edge() -> NDArray[np.float64]:
    picture = np.full((64, 64), 0.2)
    picture[:, 32:] = 0.8
    return picture


def _gradient() -> NDArray[np.float64]:
    return np.tile(np.linspace(0, 1, 256), (256, 1))


def _checkerboard() -> NDArray[np.float64]:
    rows, columns = np.indices((64, 64)) // 8
    return np.asarray((rows + columns) % 2, np.float64)


def _stripes() -> NDArray[np.float64]:
    # One angle in each quarter, all with a period of eight pixels.
    rows, columns = np.indices((128, 128))
    quarter = 2 * (rows >= 64) + (columns >= 64)
    angle = np.array([0, 90, 45, 135])[quarter] * np.pi / 180
    phase = (columns * np.cos(angle) + rows * np.sin(angle)) / 8
    return np.asarray(0.5 + 0.5 * np.cos(2 * np.pi * phase))


def _zone_plate() -> NDArray[np.float64]:
    # The phase grows with the square of the distance, so that the rings get finer outwards and
    # reach the finest that pixels can show, a period of two, at the middle of each side. An odd
    # side puts a pixel in the middle; else those finest rings would fall between the pixels.
    rows, columns = _grid(257)
    return 0.5 + 0.5 * np.cos(np.pi / 256 * (rows**2 + columns**2))


def _disc() -> NDArray[np.float64]:
    rows, columns = _grid(128)
    return _inside(np.hypot(rows, columns) - 40)


def _lines() -> NDArray[np.float64]:
    # Twelve spokes, one every 30 degrees: a line for every orientation a kernel may look for.
    rows, columns = _grid(129)
    picture = np.zeros((129, 129))
    for angle in np.deg2rad(np.arange(0, 180, 30)):
        across = np.abs(columns * np.sin(angle) - rows * np.cos(angle))
        picture = np.maximum(picture, _inside(across - 1))
    return picture * (np.hypot(rows, columns) < 56)


def _noise() -> NDArray[np.float64]:
    return np.random.default_rng(2024).random((128, 128))


def _colours() -> NDArray[np.float64]:
    # Three overlapping discs, one for each channel: what they share is seen where they overlap.
    rows, columns = _grid(160)
    centres = [(-24, 0), (16, -26), (16, 26)]
    discs = [_inside(np.hypot(rows - row, columns - column) - 44) for row, column in centres]
    return np.stack(discs, axis=-1)


_PATTERNS: dict[str, Callable[[], NDArray[np.float64]]] = {
    "digit": _digit,
    "impulse": _impulse,
    "step_edge": _step_edge,
    "gradient": _gradient,
    "checkerboard": _checkerboard,
    "stripes": _stripes,
    "lines": _lines,
    "disc": _disc,
    "zone_plate": _zone_plate,
    "noise": _noise,
    "colours": _colours,
}

_PATTERN_TEXTS = {
    "digit": (
        "Handwritten digit",
        "A white handwritten 3 on black, 28 by 28 pixels.",
    ),
    "impulse": (
        "Single pixel",
        "One white pixel in the middle of 33 by 33 black ones; a kernel draws itself on it.",
    ),
    "step_edge": (
        "Step edge",
        "A dark left half meets a bright right half in one vertical edge.",
    ),
    "gradient": (
        "Gradient",
        "Brightness grows by one level a column, from black on the left to white on the right.",
    ),
    "checkerboard": (
        "Checkerboard",
        "Black and white squares of eight pixels, eight by eight of them.",
    ),
    "stripes": (
        "Stripes",
        "Four quarters with soft stripes: upright, level, and along both diagonals.",
    ),
    "lines": (
        "Spokes",
        "Twelve white spokes on black meet in the middle, one every 30 degrees.",
    ),
    "disc": (
        "Disc",
        "A white disc on black with a soft edge in every direction.",
    ),
    "zone_plate": (
        "Zone plate",
        "Rings around the middle that get finer outwards, down to single pixels.",
    ),
    "noise": (
        "Noise",
        "Grey noise, every pixel independent of its neighbours.",
    ),
    "colours": (
        "Three colours",
        "A red, a green and a blue disc overlap on black and mix to white in the middle.",
    ),
}


def _patterns() -> list[Sample]:
    return [
        Sample(name, *_PATTERN_TEXTS[name][:1], "pattern", _PATTERN_TEXTS[name][1], "computed")
        for name in _PATTERNS
    ]


SAMPLES: Mapping[str, Sample] = MappingProxyType(
    {sample.name: sample for sample in (*_photos(), *_patterns())}
)
