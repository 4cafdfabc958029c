import io
import os
import struct
import warnings
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cnnviz.images import ImageError, encode_png
from cnnviz.limits import Limits
from cnnviz.search.gallery import (
    GalleryError,
    GalleryPicture,
    Skipped,
    content_digest,
    gallery_of_files,
    gallery_of_folder,
    open_folders,
)
from cnnviz.search.zip_directory import count_entries
from tests.timing import takes_less

LIMITS = Limits()


def png(value: int = 0) -> bytes:
    return encode_png(np.full((4, 5, 3), value, np.uint8))


def zipped(*members: tuple[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # two files of one name
        for name, content in members:
            # A ZipInfo takes any name, those outside included.
            archive.writestr(zipfile.ZipInfo(name), content, compression)
    return file.getvalue()


def names(gallery) -> list[str]:
    return [file.name for file in gallery.files]


def reasons(gallery) -> dict[str, str]:
    return {skipped.name: skipped.reason for skipped in gallery.skipped}


def of_zip(*members: tuple[str, bytes], limits: Limits = LIMITS, **options):
    return gallery_of_files([("my.zip", zipped(*members, **options))], limits=limits)


def test_pictures_come_one_at_a_time_with_their_label_and_digest():
    gallery = of_zip(("pets/dog/1.png", png(7)), ("pets/cat/2.png", png(9)))
    found = list(gallery.pictures())
    assert all(isinstance(picture, GalleryPicture) for picture in found)
    assert [picture.file.label for picture in found] == ["dog", "cat"]
    assert [int(picture.image[0, 0, 0]) for picture in found] == [7, 9]
    assert [picture.digest for picture in found] == [content_digest(png(7)), content_digest(png(9))]


def test_bad_pictures_are_skipped_with_their_reason_and_the_rest_is_used():
    gallery = gallery_of_files(
        [("good.png", png(1)), ("text.png", b"Dear sir or madam"), ("half.png", png(2)[:60])]
    )
    good, text, half = gallery.pictures()
    assert good.file.name == "good.png"
    assert text == Skipped(
        "text.png",
        "A picture must be a PNG, JPEG, GIF, BMP or WebP file. Received: a text file.",
    )
    assert half.reason == (
        "A picture file must be whole. Received: a PNG file that breaks off or is damaged."
    )


@pytest.mark.parametrize("name", ["\0a.png", "\0", "\0\0/", "folder/", "/"], ids=repr)
def test_a_member_whose_name_is_empty_or_a_folder_is_passed_over(name):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("good.png", png(2))
        member = zipfile.ZipInfo("x")
        member.filename = name  # whoever reads the name cuts it at its zero byte
        archive.writestr(member, png(1))
    assert names(gallery_of_files([("my.zip", file.getvalue())])) == ["good.png"]


def test_of_5000_files_the_first_2000_are_used_and_the_limit_is_named():
    gallery = of_zip(*((f"{number:04}.png", png(number % 256)) for number in range(5000)))
    assert (len(gallery), gallery.left_out) == (2000, 3000)
    assert names(gallery)[-1] == "1999.png"
    assert gallery.note == (
        "A gallery must have at most 2,000 pictures. Received: 5,000; the first 2,000 are used."
    )


def test_whoever_runs_it_for_themselves_raises_the_limit():
    members = [(f"{number}.png", png()) for number in range(6)]
    assert len(of_zip(*members, limits=replace(LIMITS, gallery_pictures=5))) == 5
    assert len(of_zip(*members, limits=replace(LIMITS, gallery_pictures=6))) == 6
    assert of_zip(*members).note == ""


@pytest.fixture(scope="module")
def bomb():
    """Fifty pictures that declare 9 MiB each."""
    data = bytearray(zipped(*((f"{number:02}.png", bytes(9)) for number in range(50))))
    directory = data.index(b"PK\x01\x02")
    for number in range(50):
        struct.pack_into("<I", data, directory + number * (46 + 6) + 24, 9 << 20)
    return bytes(data)


def test_a_bomb_is_refused_before_it_is_unpacked(bomb, monkeypatch):
    monkeypatch.setattr(zipfile.ZipFile, "open", None)
    with pytest.raises(GalleryError, match=r"at most 400 MiB\. Received: 450\.0 MiB\."):
        gallery_of_files([("bomb.zip", bomb)])


def test_a_zip_that_unpacks_to_many_times_its_size_is_refused():
    members = [(f"{number}.png", bytes(9 << 20)) for number in range(3)]
    with pytest.raises(GalleryError, match=r"at most 100 times its size\. Received: 1,0\d\d times"):
        of_zip(*members)


def test_small_zips_may_pack_as_well_as_they_can():
    blank = encode_png(np.zeros((1000, 1000, 3), np.uint8))
    bitmap = b"BM" + struct.pack(
        "<IHHIIiiHHIIiiII", 2_250_054, 0, 0, 54, 40, 1000, -750, 1, 24, *[0] * 6
    )
    bitmap += bytes(2_250_000)
    gallery = of_zip(("blank.png", blank), ("blank.bmp", bitmap))
    assert [picture.image.shape for picture in gallery.pictures()] == [
        (1000, 1000, 3),
        (750, 1000, 3),
    ]


def test_a_bomb_among_good_files_is_skipped_alone(bomb):
    gallery = gallery_of_files([("a.png", png()), ("bomb.zip", bomb), ("b.png", png())])
    assert names(gallery) == ["a.png", "b.png"]
    assert "at most 400 MiB" in reasons(gallery)["bomb.zip"]


def test_a_member_that_lies_about_its_size_never_unpacks_beyond_it():
    honest = bytearray(zipped(("lie.png", bytes(5_000_000)), ("good.png", png())))
    directory = honest.index(b"PK\x01\x02")
    struct.pack_into("<I", honest, directory + 24, 1000)
    gallery = gallery_of_files([("my.zip", bytes(honest))])
    assert gallery.files[0].size == 1000
    lie, good = gallery.pictures()
    assert lie.reason == "A file in a zip must be whole. Received: one that is damaged."
    assert isinstance(good, GalleryPicture)


def test_a_member_too_large_for_a_picture_is_not_unpacked():
    large = zipped(("large.png", os.urandom(11 << 20)), ("good.png", png()))
    gallery = gallery_of_files([("my.zip", large)])
    assert names(gallery) == ["good.png"]
    assert reasons(gallery)["large.png"] == (
        "A picture file must be at most 10 MiB. Received: 11.0 MiB."
    )


def test_a_directory_of_a_million_entries_is_refused_before_it_is_listed(monkeypatch):
    entry = b"PK\x01\x02" + bytes(42)
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 1, 1, 46_000_000, 0, 0)
    monkeypatch.setattr(zipfile, "ZipFile", None)
    with pytest.raises(GalleryError, match=r"at most 10,000 files\. Received: more"):
        gallery_of_files([("many.zip", b"PK\x03\x04" + entry * 1_000_000 + end)])


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04",
        b"PK\x03\x04" + bytes(100),
        zipped(("a.png", png()))[:-10],
        zipped(("a.png", png())).replace(b"PK\x01\x02", b"PK\x01\x09"),
    ],
    ids=["only a beginning", "zeros", "cut off", "no directory"],
)
def test_a_damaged_zip_says_so(data):
    with pytest.raises(GalleryError, match=r"A zip must be whole\. Received: my\.zip\."):
        gallery_of_files([("my.zip", data)])


def test_a_damaged_member_is_skipped_alone():
    data = bytearray(zipped(("bad.png", png(3) * 50), ("good.png", png())))
    data[60:80] = bytes(20)
    bad, good = gallery_of_files([("my.zip", bytes(data))]).pictures()
    assert bad.reason == "A file in a zip must be whole. Received: one that is damaged."
    assert isinstance(good, GalleryPicture)


def test_zips_in_zips_are_not_opened():
    inner = zipped(("inner.png", png()))
    gallery = of_zip(("inner.zip", inner), ("disguised.png", inner), ("good.png", png()))
    assert reasons(gallery) == {
        "inner.zip": "A zip must not hold another zip. Received: inner.zip."
    }
    disguised, good = gallery.pictures()
    assert disguised.reason.endswith("Received: a ZIP archive.")
    assert good.file.name == "good.png"


@pytest.mark.parametrize(
    "name",
    ["../outside.png", "a/../../outside.png", "/etc/outside.png", "..\\outside.png", "C:\\o.png"],
)
def test_a_path_outside_is_skipped(name):
    gallery = of_zip((name, png()), ("good.png", png()))
    assert names(gallery) == ["good.png"]
    assert gallery.skipped[0].reason == (
        f"A file's path must stay inside the gallery. Received: {name}."
    )


@pytest.mark.parametrize("folder", ["d/", "d\\", "./", "/"])
def test_a_path_of_thousands_of_folders_is_skipped_before_it_is_looked_at(folder):
    path = folder * (60_000 // len(folder))
    members = [(f"{path}{number}.png", png()) for number in range(50)]
    gallery = of_zip(*members, ("good.png", png()))
    assert takes_less(1, of_zip, *members, ("good.png", png()))
    assert names(gallery) == ["good.png"]
    assert gallery.skipped[0].reason.startswith(
        "A file's path must have at most 64 folders. Received: "
    )
    assert len(gallery.skipped[0].reason) < 250


def test_two_files_of_one_name_are_both_used():
    gallery = of_zip(("a.png", png(1)), ("a.png", png(2)), ("a (2).png", png(3)), ("a.png", png(4)))
    assert names(gallery) == ["a.png", "a (3).png", "a (2).png", "a (4).png"]
    assert [int(picture.image[0, 0, 0]) for picture in gallery.pictures()] == [1, 2, 3, 4]


def test_what_computers_put_beside_pictures_is_passed_over_in_silence():
    gallery = of_zip(
        ("holiday/", b""),
        ("holiday/a.png", png()),
        ("holiday/.hidden.png", png()),
        (".git/b.png", png()),
        ("__MACOSX/holiday/._a.png", png()),
        ("holiday/Thumbs.db", b"..."),
        ("holiday/.DS_Store", b"..."),
    )
    assert names(gallery) == ["holiday/a.png"]
    assert gallery.skipped == ()


def test_other_files_are_listed_and_take_no_place_of_a_picture():
    members = [("1.txt", b"a"), ("1.png", png()), ("2.txt", b"a"), ("2.png", png())]
    gallery = of_zip(*members, limits=replace(LIMITS, gallery_pictures=2))
    assert names(gallery) == ["1.png", "2.png"]
    assert reasons(gallery)["2.txt"] == (
        "A picture must be a PNG, JPEG, GIF, BMP or WebP file. Received: a .txt file."
    )


def test_a_locked_member_is_skipped():
    data = bytearray(zipped(("locked.png", png()), ("good.png", png())))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    gallery = gallery_of_files([("my.zip", bytes(data))])
    assert reasons(gallery) == {"locked.png": "A file in a zip must not need a password."}


def test_methods_that_may_take_gigabytes_to_unpack_are_not_unpacked():
    gallery = gallery_of_files(
        [
            ("my.zip", zipped(("slow.png", png()), compression=zipfile.ZIP_LZMA)),
            ("b.zip", zipped(("good.png", png()), compression=zipfile.ZIP_STORED)),
        ]
    )
    assert reasons(gallery) == {
        "slow.png": "A file in a zip must be stored or deflated. Received: compression method 14."
    }


def test_too_much_at_once_is_refused():
    with pytest.raises(
        GalleryError, match=r"at most 0\.5 MiB together\. Received: 'b\.png' makes it 0\.6"
    ):
        gallery_of_files(
            [("a.png", bytes(300_000)), ("b.png", bytes(300_000))],
            limits=replace(LIMITS, gallery_megabytes=0.5),
        )


def test_nothing_that_may_be_a_picture_is_refused():
    with pytest.raises(GalleryError, match=r"at least one picture\. Received: none\."):
        gallery_of_files([])
    with pytest.raises(GalleryError, match=r"Received: a \.pdf file\."):
        gallery_of_files([("a.pdf", b"%PDF")])
    with pytest.raises(GalleryError, match=r"Received: 2 other files, a\.pdf the first\."):
        gallery_of_files([("a.pdf", b"%PDF"), ("b.pdf", b"%PDF")])


def test_names_are_fit_to_be_shown():
    gallery = of_zip(("a\u202eb\x1b[31m.png", png()), ("c" * 5000 + ".png", png()))
    assert names(gallery)[0] == "a\ufffdb\ufffd[31m.png"
    assert len(names(gallery)[1]) == 120


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_a_gallery_or_are_refused(data):
    for beginning in (b"", b"PK\x03\x04", zipped(("a.png", b"a"))):
        try:
            found = list(gallery_of_files([("x.zip", beginning + data)]).pictures())
        except GalleryError:
            continue
        assert all(isinstance(one, Skipped | GalleryPicture) for one in found)


@settings(deadline=None)
@given(st.integers(0, 200), st.integers(0, 255))
def test_any_changed_byte_of_a_zip_is_a_gallery_or_is_refused(place, value):
    data = bytearray(zipped(("a.png", png()), ("b/c.png", png(4))))
    data[-1 - place] = value
    try:
        found = list(gallery_of_files([("x.zip", bytes(data))]).pictures())
    except GalleryError:
        return
    assert len(found) <= 2


@settings(deadline=None)
@given(st.lists(st.text("ab/", max_size=4), max_size=6, unique=True), st.binary(max_size=30))
@example([], b"PK\x05\x06")  # the library takes this comment for the end, and refuses the zip
def test_entries_are_counted_as_the_library_lists_them(members, comment):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.comment = comment
        for name in members:
            archive.writestr(zipfile.ZipInfo(name + "x"), b"content")
    try:
        listed = len(zipfile.ZipFile(file).infolist())
    except zipfile.BadZipFile:
        listed = None
    assert listed == len(members) or b"PK\x05\x06" in comment
    assert count_entries(file.getvalue(), most=100) == listed
    assert count_entries(file.getvalue(), most=3) == (None if listed is None else min(listed, 4))


def test_a_large_directory_is_found_as_the_library_finds_it():
    # 65,536 entries and more stand in a directory of the 64-bit kind.
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(65_600):
            archive.writestr(zipfile.ZipInfo(f"{number}"), b"")
    assert count_entries(file.getvalue(), most=100_000) == 65_600


# Folders of this computer


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "pictures"
    for name in ("cats/b.png", "cats/a.png", "dogs/c.png", "dogs/deep/d.png", ".cache/e.png"):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png(ord(path.stem)))
    return root


def test_a_folder_is_read_by_name_with_all_folders_in_it(folder):
    gallery = gallery_of_folder(folder, allowed=[folder])
    assert names(gallery) == ["cats/a.png", "cats/b.png", "dogs/c.png", "dogs/deep/d.png"]
    assert [file.label for file in gallery.files] == ["cats", "cats", "dogs", "deep"]
    assert [int(picture.image[0, 0, 0]) for picture in gallery.pictures()] == [97, 98, 99, 100]


def test_a_folder_in_an_open_one_may_be_named_from_there(folder):
    assert names(gallery_of_folder("dogs", allowed=[folder])) == ["c.png", "deep/d.png"]


def test_no_folder_is_open_unless_somebody_opened_it(folder, monkeypatch):
    monkeypatch.delenv("CNNVIZ_FOLDERS", raising=False)
    with pytest.raises(GalleryError, match="variable CNNVIZ_FOLDERS"):
        gallery_of_folder(folder)
    assert open_folders({"CNNVIZ_FOLDERS": f"{folder}{os.pathsep} "}) == (folder,)


@pytest.mark.parametrize("name", ["..", "/", "/etc", "not there", "a\0b", "x" * 5000, "~nobody/x"])
def test_folders_that_are_not_open_cannot_be_told_from_those_that_are_not_there(folder, name):
    with pytest.raises(GalleryError, match=r"The folder must be one in .*pictures\. Received: "):
        gallery_of_folder(name, allowed=[folder])


def test_links_lead_nowhere_outside(folder, tmp_path):
    (tmp_path / "secret.png").write_bytes(png())
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    (folder / "gone.png").symlink_to(folder / "nothing.png")
    (folder / "circle").symlink_to(folder)
    gallery = gallery_of_folder(folder, allowed=[folder])
    assert len(gallery) == 4
    assert reasons(gallery)["link.png"].startswith("A file's path must stay inside the gallery.")
    assert reasons(gallery)["gone.png"].startswith("A picture file must be there and readable.")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names are Unix's")
def test_a_pipe_is_no_picture_and_nobody_waits_for_it(folder):
    os.mkfifo(folder / "pipe.png")
    gallery = gallery_of_folder(folder, allowed=[folder])
    assert len(gallery) == 4
    assert reasons(gallery)["pipe.png"].startswith("A picture must be an ordinary file")
    # One that takes a file's place after it was listed.
    (folder / "cats" / "a.png").unlink()
    os.mkfifo(folder / "cats" / "a.png")
    first = next(gallery.pictures())
    assert isinstance(first, Skipped)
    assert first.reason.startswith("A picture must be an ordinary file")


def test_a_file_that_goes_meanwhile_is_skipped(folder):
    gallery = gallery_of_folder(folder, allowed=[folder])
    (folder / "cats" / "a.png").unlink()
    first = next(gallery.pictures())
    assert first == Skipped(
        "cats/a.png", "A picture file must be there and readable. Received: cats/a.png."
    )
    with pytest.raises(ImageError):
        gallery.files[0].picture()


def test_a_folder_has_a_limit_of_its_own(folder):
    gallery = gallery_of_folder(
        folder, allowed=[folder], limits=replace(LIMITS, folder_pictures=3, gallery_pictures=1)
    )
    assert (len(gallery), gallery.left_out) == (3, 1)
