import struct
import zlib
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from cnnviz.images import (
    ImageError,
    read_image,
)
from cnnviz.limits import Limits
from tests.images.making import (
    PHOTO,
    WHOLE_FILES,
    chunk,
    png,
    riff,
    saved,
    smooth,
)

# ---- limits ----


def test_a_file_beyond_ten_megabytes_is_refused():
    with pytest.raises(ImageError, match=r"at most 10 MiB. Received: 10.5 MiB\.$"):
        read_image(WHOLE_FILES["png"] + bytes(11_000_000))


@pytest.mark.parametrize(
    ("width", "height", "sentence"),
    [
        (6000, 4001, r"at most 24 megapixels. Received: 6000 x 4001 pixels, 24.0 megapixels."),
        (8000, 6000, r"at most 24 megapixels. Received: 8000 x 6000 pixels, 48.0 megapixels."),
        (16385, 2, r"sides must be at most 16,384 pixels. Received: 16385 x 2 pixels."),
        (2, 2**31 - 1, r"sides must be at most 16,384 pixels. Received: 2 x 2147483647"),
        (0, 5, r"at least 1 pixel wide and high. Received: 0 x 5 pixels."),
    ],
)
def test_sizes_are_checked_before_anything_is_decoded(width, height, sentence):
    header = png(np.zeros((1, 1), np.uint8), 8, 2, size=(height, width))
    with pytest.raises(ImageError, match=sentence):
        read_image(header)


@pytest.mark.parametrize("name", ["jpeg", "gif", "bmp", "webp", "webp-lossless", "webp-animated"])
def test_every_kind_is_held_to_the_limits(name):
    tight = replace(Limits(), picture_side=47)
    with pytest.raises(ImageError, match=r"at most 47 pixels. Received: 48 x 36 pixels."):
        read_image(WHOLE_FILES[name], limits=tight)


def test_limits_can_be_raised():
    flat = png(np.zeros((5000, 625), np.uint8), 1, 0, size=(5000, 5000))
    with pytest.raises(ImageError, match=r"25.0 megapixels"):
        read_image(flat)
    wide = replace(Limits(), picture_megapixels=200.0)
    assert read_image(flat, limits=wide, longest_side=10).shape == (10, 10, 3)


def test_a_canvas_counts_as_much_as_its_frame():
    data = bytearray(saved(Image.new("P", (4, 3), 0), "GIF"))
    struct.pack_into("<HH", data, 6, 60000, 6)
    with pytest.raises(ImageError, match=r"sides must be at most 16,384 .*Received: 60000 x 6"):
        read_image(bytes(data))


# ---- what is no picture ----


@pytest.mark.parametrize(
    ("data", "received"),
    [
        (b"", "an empty file"),
        (b"Dear sir or madam,\n", "a text file"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "an SVG drawing"),
        (b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- -->\n<svg/>', "an SVG drawing"),
        (b"<!DOCTYPE html><html>", "a web page"),
        (saved(PHOTO, "TIFF"), "a TIFF file"),
        (b"PK\x03\x04" + bytes(30), "a ZIP archive"),
        (b"%PDF-1.7\n", "a PDF file"),
        (b"\0\0\0\x18ftypheic" + bytes(20), "a HEIC file"),
        (b"\0\0\0\x18ftypavif" + bytes(20), "an AVIF file"),
        (b"\0\0\0\x18ftypisom" + bytes(20), "a video"),
        (saved(PHOTO, "ICO"), "an icon file"),
        (saved(PHOTO, "PPM"), "a file of another kind"),
        (bytes(100), "a file of another kind"),
        (b"\x89PNG", "a file of another kind"),
    ],
)
def test_other_files_are_refused_by_name(data, received):
    with pytest.raises(ImageError) as error:
        read_image(data)
    rule = "A picture must be a PNG, JPEG, GIF, BMP or WebP file."
    assert str(error.value) == f"{rule} Received: {received}."


# ---- damage ----


def check_picture_or_sentence(data):
    """Read what may be broken. Anything but a picture or an ImageError fails the test."""
    try:
        picture = read_image(data)
    except ImageError as error:
        sentence = str(error)
    else:
        assert picture.dtype == np.uint8
        assert picture.shape[2] == 3
        assert 1 <= min(picture.shape[:2]) <= max(picture.shape[:2]) <= 1024
        return
    assert "Received: " in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize("name", WHOLE_FILES)
def test_a_file_cut_off_anywhere_is_refused(name):
    whole = WHOLE_FILES[name]
    for length in range(len(whole)):
        with pytest.raises(ImageError):
            read_image(whole[:length])


def repaired(name, data):
    """Correct sizes and checksums, so that the damage gets as far as the decoder."""
    data = bytearray(data)
    if name.startswith("webp"):
        data[4:8] = struct.pack("<I", max(0, len(data) - 8))
    if name.startswith("png"):
        position = 8
        while position + 12 <= len(data):
            end = position + 8 + struct.unpack_from(">I", data, position)[0]
            if end + 4 > len(data):
                break
            struct.pack_into(">I", data, end, zlib.crc32(data[position + 4 : end]))
            position = end + 4
    return bytes(data)


@pytest.mark.parametrize("name", WHOLE_FILES)
def test_a_damaged_file_gives_a_picture_or_a_sentence(name):
    random = np.random.default_rng(7)
    for _ in range(150):
        data = bytearray(WHOLE_FILES[name])
        for _ in range(random.integers(1, 4)):
            reach = len(data) if random.random() < 0.6 else 64
            place = int(random.integers(0, reach))
            damage = random.integers(0, 4)
            if damage == 0:
                data[place : place + 1] = random.bytes(1)
            elif damage == 1:
                del data[place : place + int(random.integers(1, 20))]
            elif damage == 2:
                data[place:place] = random.bytes(int(random.integers(1, 9)))
            else:
                data[place : place + 4] = b"\xff\xff\xff\xff"
        check_picture_or_sentence(repaired(name, data) if random.random() < 0.8 else bytes(data))


BEGINNINGS = [
    b"",
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    b"\xff\xd8\xff",
    b"\xff\xd8\xff\xc0\0\x11\x08\0\x10\0\x10\x03\1\x11\0\2\x11\0\3\x11\0\xff\xda",
    b"GIF89a\4\0\4\0\x80\0\0",
    b"BM" + bytes(12) + struct.pack("<Iii", 40, 4, 4),
    b"RIFF\x40\0\0\0WEBPVP8 ",
    b"RIFF\x40\0\0\0WEBPVP8X\x0a\0\0\0",
]


@settings(max_examples=300)
@given(st.sampled_from(BEGINNINGS), st.binary(max_size=200))
def test_noise_after_a_true_beginning_gives_a_picture_or_a_sentence(beginning, noise):
    check_picture_or_sentence(beginning + noise)


def test_a_wrong_checksum_is_refused():
    data = bytearray(WHOLE_FILES["png"])
    data[-20] ^= 1  # in the pixels, which the decoder would take as they come
    with pytest.raises(ImageError, match=r"must be whole. Received: a PNG file that breaks off"):
        read_image(bytes(data))


def test_a_header_that_promises_more_pixels_is_refused():
    short = png(np.zeros((2, 12), np.uint8), 8, 2, size=(4000, 4000))
    with pytest.raises(ImageError, match="a PNG file that breaks off or is damaged"):
        read_image(short)


def test_a_gif_frame_outside_its_canvas_is_refused():
    data = bytearray(saved(Image.new("P", (4, 3), 0), "GIF"))
    struct.pack_into("<HH", data, data.index(b",", 13) + 1, 2, 0)
    with pytest.raises(ImageError, match=r"inside its canvas.*4 x 3 pixels at 2, 0 .*of 4 x 3"):
        read_image(bytes(data))


def test_a_jpeg_with_arithmetic_coding_is_refused():
    data = WHOLE_FILES["jpeg"].replace(b"\xff\xc0", b"\xff\xc9", 1)
    with pytest.raises(ImageError, match=r"baseline or progressive frame. Received: coding"):
        read_image(data)


def test_a_jpeg_with_endless_scans_is_refused():
    data = saved(Image.new("L", (5000, 4800)), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    with pytest.raises(ImageError, match=r"5000 x 4800 pixels must have at most 20 scans"):
        read_image(data[:last] + 500 * data[last:-2] + data[-2:])


def test_text_bombs_are_left_alone():
    bomb = zlib.compress(bytes(50_000_000))
    texts = chunk(b"zTXt", b"k\0\0" + bomb), chunk(b"iTXt", b"k\0\1\0\0\0" + bomb)
    profile = chunk(b"iCCP", b"k\0\0" + bomb)
    rows = np.array([[1, 2, 3]], np.uint8)
    data = png(rows, 8, 2, *texts, profile, size=(1, 1))
    assert read_image(data).tolist() == [[[1, 2, 3]]]


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n" + chunk(b"teSt", b"") * 200_000,
        b"GIF89a\1\0\1\0\0\0\0" + b"\x21\xfe\1x\0" * 200_000,
        b"GIF89a\1\0\1\0\0\0\0\x21\xfe" + b"\1x" * 200_000,
        b"\xff\xd8" + b"\xff\xfe\0\2" * 200_000,
        riff(b"RIFF", b"WEBP" + riff(b"JUNK", b"") * 200_000),
    ],
    ids=["png-chunks", "gif-comments", "gif-blocks", "jpeg-comments", "webp-chunks"],
)
def test_endless_small_parts_are_refused(data):
    with pytest.raises(ImageError, match="at most 100,000 parts"):
        read_image(data)


@pytest.mark.parametrize("filling", [b"\xff" * 3_000_000, b"\xff\0" * 1_500_000, b"x" * 3_000_000])
def test_filling_between_jpeg_segments_is_skipped(filling):
    data = WHOLE_FILES["jpeg"]
    first_segment = 20  # start of image and JFIF
    filled = data[:first_segment] + filling + data[first_segment:]
    assert (read_image(filled) == read_image(data)).all()


def test_what_follows_the_first_jpeg_is_left_alone():
    data = saved(PHOTO, "JPEG")
    several = saved(PHOTO, "MPO", save_all=True, append_images=[smooth(48, 36, 1)])
    assert (read_image(several) == read_image(data)).all()
    assert (read_image(data + b"\xff\xda" * 10_000) == read_image(data)).all()


def test_a_webp_picture_has_a_limit_of_its_own_that_the_sentence_names():
    large = saved(Image.new("RGB", (4000, 2501)), "WEBP", lossless=True, method=0)
    rule = r"at most 10 megapixels \(CNNVIZ_WEBP_MEGAPIXELS\).*Received: 4000 x 2501 pixels, 10.0"
    with pytest.raises(ImageError, match=rule):
        read_image(large)
    assert read_image(large, limits=Limits(webp_megapixels=11)).shape == (640, 1024, 3)
    largest = saved(Image.new("RGB", (4000, 2500)), "WEBP", lossless=True, method=0)
    assert read_image(largest).shape == (640, 1024, 3)


def run_length_bmp(width, height, codes, bits=8):
    palette = bytes(1024)
    size = 54 + len(palette)
    header = struct.pack(
        "<IiiHHIIiiII", 40, width, height, 1, bits, 1 if bits == 8 else 2, len(codes), 0, 0, 0, 0
    )
    start = b"BM" + struct.pack("<IHHI", size + len(codes), 0, 0, size)
    return start + header + palette + codes


def test_a_run_length_bmp_is_read_up_to_its_own_limit():
    assert read_image(run_length_bmp(3, 2, b"\3\0\0\0\3\0\0\1")).shape == (2, 3, 3)
    with pytest.raises(ImageError, match=r"at most 4 megapixels in 1 MiB. Received: 3000 x 2000"):
        read_image(run_length_bmp(3000, 2000, b"\0\1"))


def test_a_bmp_of_four_bit_runs_is_refused():
    # Three pixels in an absolute run: Pillow reads one byte where two stand.
    runs = b"\0\3\x12\x30\0\1"
    with pytest.raises(ImageError, match=r"run-length coded with 4 bits \(RLE4\)\.$"):
        read_image(run_length_bmp(3, 1, runs, bits=4))
