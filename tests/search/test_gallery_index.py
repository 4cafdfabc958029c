import io
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from cnnviz.images import encode_png, read_image
from cnnviz.limits import Limits
from cnnviz.networks import open_network, random_twin
from cnnviz.search import METRICS, ImageIndex
from cnnviz.search.gallery import GalleryError, gallery_of_files, gallery_of_folder
from cnnviz.search.gallery_index import gallery_job, index_gallery, network_digest, thumbnail
from cnnviz.server.jobs import Cancelled, JobQueue


@pytest.fixture(scope="module")
def network():
    return open_network("small_vgg")


def picture(seed: int) -> np.ndarray:
    coarse = np.random.default_rng(seed).integers(0, 256, (4, 5, 3)).astype(np.uint8)
    return np.asarray(Image.fromarray(coarse).resize((150, 120)))


def files(*seeds: int) -> list[tuple[str, bytes]]:
    return [(f"{seed % 2}/{seed}.png", encode_png(picture(seed))) for seed in seeds]


@pytest.fixture
def folder(tmp_path):
    for name, content in files(1, 2, 3):
        path = tmp_path / "pictures" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return tmp_path / "pictures"


def of_folder(network, folder, cache, **options):
    gallery = gallery_of_folder(folder, allowed=[folder])
    return index_gallery(network, gallery, layer="pool_3", cache=cache, **options)


def test_a_gallery_is_indexed_as_its_pictures_are(network):
    found = index_gallery(network, gallery_of_files(files(1, 2, 3)), layer="pool_3")
    plain = ImageIndex.build(network, [picture(seed) for seed in (1, 2, 3)], layer="pool_3")
    assert found.index.layers == plain.layers
    assert found.index.labels == ("1", "0", "1")
    for layer in plain.layers:
        np.testing.assert_array_equal(found.index.vectors[layer], plain.vectors[layer])
    for metric in METRICS:
        mine = found.index.query(picture(2), metric=metric)
        assert [m.index for m in mine] == [m.index for m in plain.query(picture(2), metric=metric)]
        assert mine[0].index == 1


def test_bad_pictures_are_listed_and_the_rest_is_indexed(network):
    gallery = gallery_of_files([*files(1), ("bad.png", b"Dear sir"), ("a.txt", b"..."), *files(2)])
    found = index_gallery(network, gallery)
    assert [file.name for file in found.files] == ["1/1.png", "0/2.png"]
    assert [skipped.name for skipped in found.skipped] == ["a.txt", "bad.png"]
    assert len(found.index) == len(found.thumbnails) == len(found) == 2


def test_nothing_readable_is_refused(network):
    gallery = gallery_of_files([("a.png", b"Dear sir"), ("b.png", b"")])
    with pytest.raises(GalleryError, match=r"Received: 2 files that cannot\. a\.png: A picture"):
        index_gallery(network, gallery)


def test_one_more_picture_is_one_more_look(network, folder, tmp_path):
    cache = tmp_path / "cache"
    first = of_folder(network, folder, cache)
    assert first.looked_at == 3
    (folder / "0" / "4.png").write_bytes(encode_png(picture(4)))
    (folder / "1" / "1.png").rename(folder / "0" / "renamed.png")
    second = of_folder(network, folder, cache)
    assert second.looked_at == 1
    assert [file.name for file in second.files] == [
        "0/2.png",
        "0/4.png",
        "0/renamed.png",
        "1/3.png",
    ]
    for layer in first.index.layers:
        np.testing.assert_array_equal(
            second.index.vectors[layer][[2, 0, 3]], first.index.vectors[layer][[1, 0, 2]]
        )
    assert second.thumbnails[2] == first.thumbnails[1]


def test_what_has_not_changed_is_not_even_read(network, folder, tmp_path, monkeypatch):
    cache = tmp_path / "cache"
    first = of_folder(network, folder, cache)
    monkeypatch.setattr("cnnviz.search.gallery._content_of", lambda *_: pytest.fail("it was read"))
    second = of_folder(network, folder, cache)
    assert second.looked_at == 0
    assert second.thumbnails == first.thumbnails


def test_a_file_with_new_content_is_looked_at(network, folder, tmp_path):
    cache = tmp_path / "cache"
    of_folder(network, folder, cache)
    (folder / "1" / "3.png").write_bytes(encode_png(picture(5)))
    found = of_folder(network, folder, cache)
    assert found.looked_at == 1
    assert found.index.query(picture(5), count=1)[0].distance == pytest.approx(0, abs=1e-6)


def test_another_network_other_layers_or_weights_start_anew(network, folder, tmp_path):
    cache = tmp_path / "cache"
    of_folder(network, folder, cache)
    assert of_folder(network, folder, cache, layers=["conv_1_1"]).looked_at == 3
    assert of_folder(random_twin(network), folder, cache).looked_at == 3
    assert of_folder(network.with_preprocessing("zero_to_255"), folder, cache).looked_at == 3
    assert of_folder(network, folder, cache).looked_at == 0


def test_damaged_files_in_the_cache_are_made_again(network, folder, tmp_path):
    cache = tmp_path / "cache"
    first = of_folder(network, folder, cache)
    for number, path in enumerate(sorted(cache.iterdir())):
        path.write_bytes(path.read_bytes()[: 200 + 31 * number])
    second = of_folder(network, folder, cache)
    np.testing.assert_array_equal(second.index.vectors["pool_3"], first.index.vectors["pool_3"])
    assert second.thumbnails == first.thumbnails


def test_two_files_of_one_content_are_two_pictures_and_one_look(network):
    content = encode_png(picture(1))
    found = index_gallery(network, gallery_of_files([("a.png", content), ("b.png", content)]))
    assert (len(found), found.looked_at) == (2, 1)
    matches = found.index.query_indexed(0)
    assert [(match.index, match.distance) for match in matches] == [(1, pytest.approx(0, abs=1e-6))]


def test_stopping_stops_at_once_and_keeps_what_was_done(network, folder, tmp_path):
    def report(done: int) -> None:
        if done == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        of_folder(network, folder, tmp_path / "cache", report=report)
    assert of_folder(network, folder, tmp_path / "cache").looked_at == 1


def test_a_job_reports_as_it_goes_and_strangers_leave_no_trace(network, tmp_path, monkeypatch):
    monkeypatch.setenv("CNNVIZ_CACHE", str(tmp_path / "cache"))
    words = []
    work = gallery_job(lambda: network, gallery_of_files(files(1, 2)), layer="pool_3")

    def watched(job):
        report = job.report
        job.report = lambda progress, text="": (words.append((progress, text)), report(progress))
        return work(job)

    job = JobQueue(1).submit(watched, owner="a")
    assert job.wait(60)
    assert job.error is None
    assert len(job.result) == 2
    assert words == [
        (0.0, "opening the network"),
        (0.0, "0 of 2 pictures"),
        (0.5, "1 of 2 pictures"),
        (1.0, "2 of 2 pictures"),
    ]
    assert not (tmp_path / "cache").exists()


def test_a_job_keeps_what_it_knows_of_files_on_this_computer(
    network, folder, tmp_path, monkeypatch
):
    monkeypatch.setenv("CNNVIZ_CACHE", str(tmp_path / "cache"))
    gallery = gallery_of_folder(folder, allowed=[folder])
    job = JobQueue(1).submit(gallery_job(lambda: network, gallery, layer="pool_3"), owner="a")
    assert job.wait(60)
    assert of_folder(network, folder, tmp_path / "cache").looked_at == 0


def test_a_network_of_the_same_name_with_other_weights_is_another(network):
    assert network_digest(network) == network_digest(network.with_labels("abcdefghij"))
    assert network_digest(network) != network_digest(random_twin(network))
    assert network_digest(random_twin(network, seed=1)) != network_digest(
        random_twin(network, seed=2)
    )


@pytest.mark.parametrize("shape", [(1, 1), (1, 4000), (300, 200), (96, 96)])
def test_a_thumbnail_is_small_whatever_it_shows(shape):
    noise = np.random.default_rng(0).integers(0, 256, (*shape, 3)).astype(np.uint8)
    data = thumbnail(noise)
    assert len(data) < 6 * 1024
    assert max(read_image(data).shape) <= 96


def test_a_long_zip_is_indexed_to_its_limit_and_says_so(network):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in files(*range(5)):
            archive.writestr(name, content)
    limits = replace(Limits(), gallery_pictures=3)
    found = index_gallery(network, gallery_of_files([("my.zip", file.getvalue())], limits=limits))
    assert len(found) == 3
    assert found.note.endswith("Received: 5; the first 3 are used.")
