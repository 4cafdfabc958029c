"""The labelled photographs that ship: five groups, each photo with its title and its credit."""

from __future__ import annotations

import csv
import functools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cnnviz.images import read_image
from cnnviz.shipped import IMAGES

_FOLDER = IMAGES / "photos"


@dataclass(frozen=True)
class Photo:
    """One photograph.

    Attributes
    ----------
    name : its file without the ending, such as "fish/fish7".
    label : its group, such as "fish".
    title : what it shows, such as "Red mullets".
    author, licence, source : its credit.
    """

    name: str
    label: str
    title: str
    author: str
    licence: str
    source: str

    @property
    def credit(self) -> str:
        """The credit in one line."""
        return f"{self.author}, {self.licence}, {self.source}"


@functools.cache
def all_photos() -> tuple[Photo, ...]:
    """List the photographs, sorted by name.

    >>> len(all_photos())
    89
    """
    with (_FOLDER / "credits.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        photos = [
            Photo(
                row["file"].rsplit(".", 1)[0],
                row["label"],
                row["title"],
                row["author"],
                row["licence"],
                row["source"],
            )
            for row in rows
        ]
    return tuple(sorted(photos, key=lambda photo: photo.name))


def photo_file(photo: Photo) -> Path:
    """Name the file that a photograph lies in."""
    return _FOLDER / f"{photo.name}.webp"


def open_photo(photo: Photo) -> NDArray[np.uint8]:
    """Decode a photograph: (height, width, 3) uint8."""
    return read_image(photo_file(photo).read_bytes())
