import io
import struct
import subprocess
import sys

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image, ImageOps

from cnnviz.images import (
    centre_crop,
    eight_bit,
    encode_jpeg,
    encode_png,
    luminance,
    read_image,
    resize_to,
)
from tests.images.making import (
    FEW_COLOURS,
    PHOTO,
    SEE_THROUGH,
    WHOLE_FILES,
    chunk,
    over_white,
    png,
    riff,
    saved,
    smooth,
)

QUICKLY = {"method": 0}
"""How WebP writes a large picture in half of the time; what it looks like is its quality."""

# ---- what comes out ----


@pytest.mark.parametrize("kind", ["PNG", "BMP"])
def test_lossless_files_keep_every_number(kind):
    picture = read_image(saved(PHOTO, kind))
    assert picture.dtype == np.uint8
    assert picture.flags.writeable
    assert picture.flags.c_contiguous
    assert (picture == np.asarray(PHOTO)).all()


def test_lossless_webp_keeps_every_number():
    assert (read_image(saved(PHOTO, "WEBP", lossless=True)) == np.asarray(PHOTO)).all()


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_lossy_files_come_close(kind):
    picture = read_image(saved(PHOTO, kind, quality=95)).astype(int)
    assert np.abs(picture - np.asarray(PHOTO)).mean() < 3


@pytest.mark.parametrize("kind", ["PNG", "GIF", "BMP"])
def test_palettes_become_their_colours(kind):
    assert (read_image(saved(FEW_COLOURS, kind)) == np.asarray(FEW_COLOURS.convert("RGB"))).all()


@pytest.mark.parametrize("kind", ["PNG", "GIF"])
def test_a_transparent_palette_entry_becomes_white(kind):
    picture = read_image(saved(FEW_COLOURS, kind, transparency=3))
    expected = np.asarray(FEW_COLOURS.convert("RGB")).copy()
    expected[np.asarray(FEW_COLOURS) == 3] = 255
    assert (picture == expected).all()


def test_a_palette_with_an_alpha_for_each_entry_is_laid_over_white():
    opacities = bytes(range(0, 256, 17))
    data = saved(FEW_COLOURS, "PNG", transparency=opacities)
    expected = over_white(Image.open(io.BytesIO(data)))
    assert np.abs(read_image(data) - expected).max() <= 1


@pytest.mark.parametrize(
    ("picture", "kind", "options"),
    [
        (SEE_THROUGH, "PNG", {}),
        (SEE_THROUGH.convert("LA"), "PNG", {}),
        (SEE_THROUGH, "WEBP", {"lossless": True, "exact": True}),
    ],
    ids=["png", "grey-png", "webp"],
)
def test_transparency_is_laid_over_white(picture, kind, options):
    data = saved(picture, kind, **options)
    assert np.abs(read_image(data) - over_white(picture)).max() <= 1


def test_black_and_white_become_0_and_255():
    bits = np.array([[0, 1, 1], [1, 0, 0]], bool)
    for kind in ("PNG", "BMP"):
        picture = read_image(saved(Image.fromarray(bits), kind))
        assert (picture == bits[..., None] * 255).all()


def test_cmyk_becomes_rgb():
    inks = Image.new("CMYK", (16, 16), (255, 0, 0, 0))  # all cyan
    assert np.abs(read_image(saved(inks, "JPEG", quality=95))[0, 0] - [0.0, 255, 255]).max() < 6
    shade = Image.new("CMYK", (16, 16), (0, 0, 0, 100))
    assert np.abs(read_image(saved(shade, "JPEG", quality=95)) - 155.0).max() < 6


def test_16_bit_grey_is_scaled():
    grey = np.array([[0, 128, 129, 257], [32768, 65406, 65407, 65535]], np.uint16)
    picture = read_image(saved(Image.fromarray(grey), "PNG"))
    assert picture[..., 0].tolist() == [[0, 0, 1, 1], [128, 254, 255, 255]]
    assert (picture == picture[..., :1]).all()


def test_16_bit_colours_are_scaled():
    rows = np.array([[[65535, 0, 32896], [257, 514, 65280]]], ">u2")
    picture = read_image(png(rows.view(np.uint8).reshape(1, 12), 16, 2, size=(1, 2)))
    assert np.abs(picture[0] - np.array([[255.0, 0, 128], [1, 2, 254]])).max() <= 1


def test_16_bit_transparency_is_laid_over_white():
    rows = np.array([[[65535, 0, 0, 65535], [0, 0, 0, 0], [0, 0, 0, 32768]]], ">u2")
    picture = read_image(png(rows.view(np.uint8).reshape(1, 24), 16, 6, size=(1, 3)))
    assert np.abs(picture[0] - np.array([[255.0, 0, 0], [255] * 3, [127] * 3])).max() <= 1


@pytest.mark.parametrize(
    ("depth", "packed", "transparent", "level"),
    [
        (1, [[0b01000000]], 1, 255),
        (2, [[0b00100000]], 2, 170),
        (4, [[0x05]], 5, 85),
        (8, [[0, 80]], 80, 80),
        (16, [[0, 0, 2, 3]], 515, 2),
    ],
)
def test_one_transparent_grey_becomes_white_at_every_depth(depth, packed, transparent, level):
    transparency = chunk(b"tRNS", struct.pack(">H", transparent))
    rows = np.array(packed, np.uint8)
    picture = read_image(png(rows, depth, 0, transparency, size=(1, 2)))
    assert picture[0, :, 0].tolist() == [0, 255]
    assert read_image(png(rows, depth, 0, size=(1, 2)))[0, :, 0].tolist() == [0, level]


@pytest.mark.parametrize(("depth", "kind"), [(8, np.uint8), (16, ">u2")])
def test_one_transparent_colour_becomes_white(depth, kind):
    rows = np.array([[[10, 20, 30], [200, 20, 30]]]).astype(kind) * (257 if depth == 16 else 1)
    transparency = chunk(b"tRNS", struct.pack(">3H", *(int(part) for part in rows[0, 1])))
    packed = np.ascontiguousarray(rows).view(np.uint8).reshape(1, -1)
    picture = read_image(png(packed, depth, 2, transparency, size=(1, 2)))
    assert picture.tolist() == [[[10, 20, 30], [255, 255, 255]]]


# ---- upright ----


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("order", ["<", ">"])
def test_every_orientation_is_turned_upright(kind, orientation, order):
    exif = Image.Exif()
    exif[274] = orientation
    exif.endian = order
    options = {"quality": 95} if kind == "JPEG" else {"lossless": True} if kind == "WEBP" else {}
    data = saved(PHOTO, kind, exif=exif, **options)
    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")
    picture = read_image(data)
    assert picture.shape == (upright.height, upright.width, 3)
    assert (picture == np.asarray(upright)).all()


@pytest.mark.parametrize(
    "exif",
    [
        b"",
        b"II*\0",
        b"II*\0\xff\xff\xff\xff",
        b"MM\0*\0\0\0\x08\xff\xff",
        b"MM\0*\0\0\0\x08\0\1\x01\x12\0\3\0\0\0\1\0\x63\0\0",  # orientation 99
        b"MM\0*\0\0\0\x08\0\1\x01\x12\0\7\0\0\0\1\0\6\0\0",  # not a number
        b"not exif at all",
    ],
)
def test_senseless_exif_changes_nothing(exif):
    data = saved(PHOTO, "JPEG")
    segment = b"\xff\xe1" + struct.pack(">H", len(exif) + 8) + b"Exif\0\0" + exif
    assert (read_image(data[:2] + segment + data[2:]) == read_image(data)).all()


# ---- animations ----


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_the_first_frame_stands_for_an_animation(kind):
    second = smooth(48, 36, seed=1)
    options = {"lossless": True} if kind == "WEBP" else {}
    first = FEW_COLOURS.convert("RGB") if kind == "GIF" else PHOTO
    data = saved(first, kind, save_all=True, append_images=[second], **options)
    assert (read_image(data) == np.asarray(first)).all()


def test_a_small_first_gif_frame_lies_on_its_canvas():
    data = bytearray(saved(Image.new("P", (4, 3), 0), "GIF"))
    struct.pack_into("<HH", data, 6, 8, 6)
    frame = data.index(b",", 13)
    struct.pack_into("<HH", data, frame + 1, 3, 2)
    expected = np.full((6, 8), 255)
    expected[2:5, 3:7] = 0
    assert (read_image(bytes(data))[..., 0] == expected).all()


def test_a_small_first_webp_frame_lies_on_its_canvas():
    still = saved(Image.new("RGB", (4, 3)), "WEBP", lossless=True)[12:]
    place = b"".join(struct.pack("<I", value)[:3] for value in (1, 1, 3, 2, 100)) + b"\0"
    canvas = struct.pack("<I", 2) + struct.pack("<I", 7)[:3] + struct.pack("<I", 5)[:3]
    animation = riff(b"VP8X", canvas) + riff(b"ANIM", bytes(6)) + riff(b"ANMF", place + still)
    expected = np.full((6, 8), 255)
    expected[2:5, 2:6] = 0
    picture = read_image(riff(b"RIFF", b"WEBP" + animation))
    assert (picture[..., 0] == expected).all()


# ---- size ----


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((1024, 7), (7, 1024)),
        ((1025, 1025), (1024, 1024)),
        ((3000, 2000), (683, 1024)),
        ((2000, 5000), (1024, 410)),
        ((4000, 1), (1, 1024)),
        ((1, 1), (1, 1)),
    ],
)
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_the_longest_side_is_scaled_down_and_never_up(size, expected, kind):
    file = saved(Image.new("RGB", size, "red"), kind, **QUICKLY)
    assert read_image(file).shape == (*expected, 3)


@pytest.mark.parametrize(
    ("mode", "kind", "options"),
    [
        ("RGB", "PNG", {"compress_level": 1}),
        ("RGBA", "PNG", {"compress_level": 1}),
        ("P", "PNG", {"compress_level": 1}),
        ("L", "PNG", {"compress_level": 1}),
        ("RGB", "JPEG", {"quality": 98, "subsampling": 0}),
        ("RGB", "WEBP", {"quality": 98, **QUICKLY}),
        ("RGBA", "WEBP", {"quality": 98, **QUICKLY}),
    ],
)
def test_a_large_picture_keeps_its_look(mode, kind, options):
    # Above 4 megapixels, so that strips do the work.
    large = smooth(2600, 1700).convert("RGBA")
    large.putalpha(smooth(2600, 1700, seed=3).convert("L"))
    large = large.convert(mode)
    picture = read_image(saved(large, kind, **options))
    laid = Image.fromarray(over_white(large).round().astype(np.uint8))
    expected = np.asarray(laid.resize((1024, 670), Image.Resampling.BICUBIC)).astype(int)
    assert picture.shape == expected.shape
    assert np.abs(picture - expected).mean() < 1.5


def test_16_bit_strips_join_without_a_seam():
    ramp = np.tile(np.linspace(0, 65535, 2200).astype(np.uint16)[:, None], (1, 2100))
    picture = read_image(saved(Image.fromarray(ramp), "PNG"))
    expected = np.linspace(0, 255, picture.shape[0])
    assert np.abs(picture[..., 0] - expected[:, None]).max() <= 1


def test_a_smaller_side_can_be_asked_for():
    assert read_image(WHOLE_FILES["jpeg"], longest_side=12).shape == (9, 12, 3)
    with pytest.raises(ValueError, match=r"longest side must be at least 1. Received: 0"):
        read_image(WHOLE_FILES["jpeg"], longest_side=0)


# ---- memory ----

MEASURE = """
import sys
from cnnviz.images import read_image
def kibibytes(what):
    return int(open("/proc/self/status").read().split(what + ":")[1].split()[0])
data = sys.stdin.buffer.read()
read_image(open(sys.argv[1], "rb").read())
before = kibibytes("VmRSS")
read_image(data)
print((kibibytes("VmHWM") - before) / 1024)
"""


def largest(kind):
    """A picture as large as its kind may be: 24 megapixels, and WebP 10."""
    height, width = (2500, 4000) if kind.startswith("webp") else (4000, 6000)
    rows = np.linspace(0, 255, height, dtype=np.uint8)
    columns = np.linspace(0, 255, width, dtype=np.uint8)
    if kind == "png-16-bit":
        grey = np.add.outer(rows.astype(np.uint16), columns.astype(np.uint16)) * 128
        return saved(Image.fromarray(grey), "PNG", compress_level=1)
    grey = Image.fromarray(np.add.outer(rows // 2, columns // 2))
    if kind == "png":
        return saved(Image.merge("RGBA", [grey] * 4), "PNG", compress_level=1)
    if kind == "jpeg":
        return saved(Image.merge("RGB", [grey] * 3), "JPEG", progressive=True, subsampling=0)
    if kind == "webp":
        return saved(Image.merge("RGB", [grey] * 3), "WEBP", method=0, quality=50)
    if kind == "webp-transparent":
        return saved(Image.merge("RGBA", [grey] * 4), "WEBP", method=0, quality=50)
    if kind == "webp-lossless":
        return saved(Image.merge("RGBA", [grey] * 4), "WEBP", method=0, lossless=True)
    return saved(grey, "GIF")


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak from /proc")
@pytest.mark.parametrize(
    "kind", ["png", "png-16-bit", "jpeg", "gif", "webp", "webp-transparent", "webp-lossless"]
)
def test_the_largest_picture_takes_less_than_200_megabytes(kind, tmp_path):
    small = tmp_path / "small"
    small.write_bytes(WHOLE_FILES["png"])
    measured = subprocess.run(
        [sys.executable, "-c", MEASURE, str(small)],
        input=largest(kind),
        capture_output=True,
        check=True,
    )
    assert float(measured.stdout) < 200


# ---- arrays ----


@given(arrays(np.uint16, st.integers(0, 20)))
def test_16_bits_are_scaled_to_the_nearest_level(values):
    assert (eight_bit(values) == np.rint(values / 257)).all()


@given(arrays(np.float32, st.integers(0, 20), elements=st.floats(width=32)))
def test_floats_are_scaled_and_clipped(values):
    expected = np.clip(np.nan_to_num(values.astype(float), nan=0), 0, 1) * 255
    assert np.abs(eight_bit(values) - expected).max(initial=0) <= 0.5001


def test_brightness_of_other_kinds():
    assert eight_bit(np.array([False, True])).tolist() == [0, 255]
    levels = np.array([3, 200], np.uint8)
    assert eight_bit(levels).tolist() == [3, 200]
    assert eight_bit(levels) is not levels
    with pytest.raises(ValueError, match="Received: dtype=int64"):
        eight_bit(np.array([1, 2]))


@pytest.mark.parametrize("kind", [np.uint8, np.float32])
def test_luminance_matches_opencv(kind):
    picture = np.random.default_rng(0).integers(0, 256, (7, 5, 3)).astype(kind)
    theirs = cv2.cvtColor(picture.astype(np.float32), cv2.COLOR_RGB2GRAY)
    brightness = luminance(picture)
    assert brightness.dtype == np.float32
    np.testing.assert_allclose(brightness, theirs, rtol=1e-5)


def test_luminance_of_grey_is_the_grey_itself():
    grey = np.arange(6, dtype=np.uint8).reshape(2, 3)
    assert (luminance(grey) == grey).all()
    assert (luminance(grey[..., None]) == grey).all()
    assert luminance(np.repeat(grey[..., None], 3, axis=2)) == pytest.approx(grey)
    with pytest.raises(ValueError, match=r"1 or 3 channels .*shape=\(2, 3, 4\)"):
        luminance(np.zeros((2, 3, 4)))


shapes = st.tuples(st.integers(1, 9), st.integers(1, 9), st.sampled_from([1, 3]))


@given(arrays(np.uint8, shapes))
def test_a_png_keeps_every_number(picture):
    assert (read_image(encode_png(picture)) == picture).all()


def test_png_keeps_transparency():
    rgba = np.asarray(SEE_THROUGH)
    assert (np.asarray(Image.open(io.BytesIO(encode_png(rgba)))) == rgba).all()


def test_a_jpeg_comes_close():
    picture = np.asarray(PHOTO)
    assert np.abs(read_image(encode_jpeg(picture)).astype(int) - picture).mean() < 4
    assert len(encode_jpeg(picture, quality=10)) < len(encode_jpeg(picture))


def test_views_of_other_arrays_can_be_encoded():
    picture = np.asarray(PHOTO)[::2, ::-1]
    assert (read_image(encode_png(picture)) == picture).all()


@pytest.mark.parametrize("encode", [encode_png, encode_jpeg])
@pytest.mark.parametrize(
    ("array", "received"),
    [
        (np.zeros((2, 2, 3)), "dtype=float64"),
        (np.zeros((2, 2, 2), np.uint8), r"shape=\(2, 2, 2\)"),
        (np.zeros((0, 2, 3), np.uint8), r"shape=\(0, 2, 3\)"),
        (np.zeros(4, np.uint8), r"shape=\(4,\)"),
    ],
)
def test_what_is_no_picture_is_not_encoded(encode, array, received):
    with pytest.raises(ValueError, match=received):
        encode(array)


@given(arrays(np.uint8, shapes), st.integers(1, 30))
def test_resizing_meets_the_longest_side(picture, side):
    picture = np.repeat(picture, 3, axis=2)[..., :3]
    resized = resize_to(picture, side)
    assert max(resized.shape[:2]) == side
    ratio = side / max(picture.shape[:2])
    for new, old in zip(resized.shape[:2], picture.shape[:2], strict=True):
        assert abs(new - old * ratio) <= 1


def test_resizing_is_bicubic():
    picture = np.asarray(PHOTO)
    expected = PHOTO.resize((24, 18), Image.Resampling.BICUBIC)
    assert (resize_to(picture, 24) == np.asarray(expected)).all()
    assert (resize_to(picture, 48) == picture).all()
    with pytest.raises(ValueError, match="Received: 0"):
        resize_to(picture, 0)


def test_the_centre_is_cut_out():
    picture = np.arange(4 * 7).reshape(4, 7)
    assert centre_crop(picture).tolist() == picture[:, 1:5].tolist()
    assert centre_crop(picture, 2).tolist() == [[9, 10], [16, 17]]
    with pytest.raises(ValueError, match="Received: side=5, picture of 7 x 4 pixels"):
        centre_crop(picture, 5)


def test_a_jpeg_of_a_transparent_picture_is_refused():
    with pytest.raises(ValueError, match=r"JPEG .*shape=\(2, 2, 4\)"):
        encode_jpeg(np.zeros((2, 2, 4), np.uint8))
