"""Health over many pictures: what the queue makes is what the package counts."""

import io
import zipfile

import numpy as np
import pytest

from cnnviz.images.pictures import encode_png
from cnnviz.images.samples import open_sample
from cnnviz.networks import open_network
from cnnviz.networks.feature_maps.gallery_health import HealthCount
from cnnviz.search.photos import all_photos, open_photo
from tests.pages.checks import finished

PAGE = "pages/08_network.py"
HEALTH = {"view": "Health", "network": "Tutorial network"}


def test_the_shipped_photos_are_counted_and_the_sentence_has_their_numbers(open_page):
    page = finished(open_page(PAGE, **HEALTH, place="relu_2:3:4:5"))
    network = open_network("tutorial")
    count = HealthCount(network.layer("relu_2").channels)
    for photo in all_photos():
        count.add(network.feature_maps(open_photo(photo), ["relu_2"])["relu_2"])
    found = count.result()
    (said,) = (one.value for one in page.markdown if one.value.startswith("Of the"))
    maps = network.feature_maps(open_sample("panda"), ["relu_2"])["relu_2"]
    assert f"**{found.dead.sum()}** " in said
    assert f"on all {len(all_photos())} pictures" in said
    assert f"alone {(maps == 0).all(axis=(0, 1)).sum()}." in said
    duplicates = (found.duplicate_of >= 0).sum()
    assert said.endswith(f"over the cells of all pictures: **{duplicates}**.")
    (table,) = (one.value for one in page.dataframe)
    table = table.sort_values("Channel")
    np.testing.assert_array_equal(table["Dead on"], found.dead_in)
    np.testing.assert_allclose(table["Correlation"], found.correlation, atol=1e-6)


def test_ones_own_pictures_are_asked_for_and_counted(open_page, monkeypatch):
    page = open_page(PAGE, **HEALTH, place="relu_2:3:4:5", health_over="Your own pictures")
    assert any("Upload many pictures" in one.value for one in page.info)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in ("panda", "moose"):
            archive.writestr(f"{name}.png", encode_png(open_sample(name)))
        archive.writestr("broken.png", b"no picture")
    page.file_uploader(key="health_files").set_value(
        [("some.zip", file.getvalue(), "application/zip")]
    )
    files = {}
    monkeypatch.setattr(
        "streamlit.download_button", lambda _, make, name, *__, **___: files.update({name: make})
    )
    page = finished(page.run())
    (table,) = (one.value for one in page.dataframe)
    assert table["Dead on"].max() <= 2
    with zipfile.ZipFile(io.BytesIO(files["pictures.zip"]())) as archive:  # what the program reads
        assert archive.namelist() == ["00000.png", "00001.png"]
        shown = open_network("tutorial").shown_part(open_sample("moose"))
        assert encode_png(shown) in [archive.read(one) for one in archive.namelist()]
    assert any("on all 2 pictures" in one.value for one in page.markdown)


@pytest.mark.parametrize("layer", ["image", "flatten", "softmax"])
def test_every_kind_of_layer_is_counted(open_page, layer):
    page = finished(open_page(PAGE, **HEALTH, place=f"{layer}:0:0:0"))
    assert len(page.dataframe) == 1


def test_nonsense_in_the_address_counts_the_shipped_photos(open_page):
    page = finished(open_page(PAGE, **HEALTH, health_over="<script>", place="x:1:1:1"))
    assert len(page.dataframe) == 1
