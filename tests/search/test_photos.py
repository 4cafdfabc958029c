import csv
from collections import Counter

import pytest

from cnnviz.search.photos import all_photos, open_photo
from cnnviz.shipped import IMAGES

FOLDER = IMAGES / "photos"


def test_every_photo_has_its_credit_and_every_credit_its_photo():
    with (FOLDER / "credits.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    files = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.webp")}
    assert [row["file"] for row in rows] == sorted(files)
    assert all(all(row.values()) for row in rows)


def test_photos_have_five_labels_and_titles_for_people():
    photos = all_photos()
    assert Counter(photo.label for photo in photos) == {
        "animal": 5,
        "fish": 28,
        "monument": 26,
        "tool": 25,
        "various": 5,
    }
    for photo in photos:
        assert photo.name.startswith(f"{photo.label}/")
        assert photo.title[0].isupper()
        assert not any(character.isdigit() for character in photo.title)


@pytest.mark.parametrize("photo", all_photos()[::8], ids=lambda photo: photo.name)
def test_a_photo_opens(photo):
    assert min(open_photo(photo).shape[:2]) > 100
