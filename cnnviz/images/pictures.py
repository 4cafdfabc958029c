"""Pictures in and out: from a stranger's bytes to an array, and from an array to bytes.

A picture is an array (height, width, 3) uint8: red, green, blue, upright, without transparency.
Colour profiles are not applied; the numbers are those in the file.
"""

import threading
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile
from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from cnnviz.images.files import ImageError, PictureFile, damaged, open_picture_file
from cnnviz.limits import LIMITS, Limits
from cnnviz.shapes import Pixels

__all__ = [
    "ImageError",
    "centre_crop",
    "eight_bit",
    "encode_jpeg",
    "encode_png",
    "luminance",
    "read_image",
    "resize_to",
]

LUMINANCE = (0.299, 0.587, 0.114)
"""What red, green and blue count for in brightness: ITU-R BT.601-7, section 2.5.1."""

_DECODERS: dict[str, type[ImageFile.ImageFile]] = {
    "PNG": PngImageFile,
    "JPEG": JpegImageFile,
    "GIF": GifImageFile,
    "BMP": BmpImageFile,
    "WebP": WebPImageFile,
}

_TRANSPOSES = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

_SIXTEEN_TO_EIGHT_BITS: NDArray[np.uint8] = ((np.arange(65_536) + 128) // 257).astype(np.uint8)

# A large picture takes up to 200 MiB while it is decoded: one at a time, however many users.
_LARGE_PIXELS = 4_000_000
_one_large_picture = threading.BoundedSemaphore(1)


def read_image(
    data: bytes, *, longest_side: int = LIMITS.picture_kept_side, limits: Limits = LIMITS
) -> Pixels:
    """Read a picture from the bytes of a PNG, JPEG, GIF, BMP or WebP file.

    It comes upright (Exif), laid over white where it is transparent, the first frame where there
    are several, and scaled down to `longest_side` where it is larger. 16-bit channels are scaled
    to 8. The limits on size are checked before anything is decoded.

    Parameters
    ----------
    data : the whole file, from anyone.
    longest_side : the most pixels of the longer side of the result, >= 1.
    limits : what is refused.

    Returns
    -------
    picture : (height, width, 3) uint8.

    Raises
    ------
    ImageError : the file is of another kind, beyond a limit, or damaged.

    >>> read_image(encode_png(np.full((2, 3, 3), 7, np.uint8))).shape
    (2, 3, 3)
    >>> read_image(b"Dear sir or madam")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    cnnviz.images.files.ImageError: A picture must be a PNG, ... Received: a text file.
    """
    if longest_side < 1:
        raise ValueError(f"The longest side must be at least 1. Received: {longest_side}.")
    file = open_picture_file(data, limits=limits)
    try:
        if file.width * file.height > _LARGE_PIXELS:
            with _one_large_picture:
                picture = _decode(file, longest_side)
        else:
            picture = _decode(file, longest_side)
    except Exception as error:
        # Decoders raise anything from SyntaxError to OverflowError on a hostile file.
        raise damaged(file.kind) from error
    if file.orientation in _TRANSPOSES:
        picture = picture.transpose(_TRANSPOSES[file.orientation])
    return np.array(picture)


def _decode(file: PictureFile, longest_side: int) -> Image.Image:
    canvas = file.canvas or (file.width, file.height)
    ratio = min(1.0, longest_side / max(canvas))
    size = _scaled(file.width, ratio), _scaled(file.height, ratio)
    decoded = _DECODERS[file.kind](BytesIO(file.data))
    decoded.draft(None, size)
    if (decoded.width > file.width) or (decoded.height > file.height):
        raise damaged(file.kind)
    decoded.load()
    picture = _over_white(decoded, size)
    if canvas == (file.width, file.height):
        return picture
    whole = Image.new("RGB", (_scaled(canvas[0], ratio), _scaled(canvas[1], ratio)), "white")
    whole.paste(picture, (round(file.left * ratio), round(file.top * ratio)))
    return whole


def _scaled(side: int, ratio: float) -> int:
    return max(1, round(side * ratio))


def _over_white(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Convert to 8-bit RGB over white, and scale down."""
    factor = max(1, min(image.width // (2 * size[0]), image.height // (2 * size[1])))
    if factor == 1:
        picture = _as_rgb(image)
    elif image.mode in ("L", "RGB") and not image.has_transparency_data:
        picture = image.reduce(factor)
    else:
        # Strip by strip, because the converted picture would take as much memory again.
        picture = Image.new("RGB", (-(-image.width // factor), -(-image.height // factor)))
        rows = factor * max(1, 500_000 // (image.width * factor))
        for top in range(0, image.height, rows):
            strip = image.crop((0, top, image.width, min(top + rows, image.height)))
            picture.paste(_as_rgb(strip).reduce(factor), (0, top // factor))
    picture = picture.convert("RGB")
    if picture.size == size:
        return picture
    return picture.resize(size, Image.Resampling.BICUBIC)


def _as_rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I;16"):
        grey = np.asarray(image)
        levels = eight_bit(grey)
        transparent = image.info.get("transparency")
        if transparent is not None:
            levels[grey == transparent] = 255
        return Image.fromarray(levels).convert("RGB")
    if image.has_transparency_data:
        if image.mode != "RGBA":
            image = image.convert("RGBA")
        over_white = Image.new("RGB", image.size, "white")
        over_white.paste(image, mask=image)
        return over_white
    return image.convert("RGB")


def eight_bit(values: NDArray[Any]) -> Pixels:
    """Scale brightness of any kind to 0..255.

    Parameters
    ----------
    values : any shape: uint8 (stays), uint16 (0..65535), bool, or float in [0, 1]; what lies
        outside is clipped, and what is not a number becomes 0.

    Returns
    -------
    levels : the same shape, uint8, rounded to the nearest level. Always a copy.

    >>> eight_bit(np.array([0.0, 0.5, 1.0, 7.0])).tolist()
    [0, 128, 255, 255]
    >>> eight_bit(np.array([0, 257, 65535], np.uint16)).tolist()
    [0, 1, 255]
    """
    if values.dtype == np.uint8:
        return values.copy()
    if values.dtype == np.bool_:
        return values.astype(np.uint8) * np.uint8(255)
    if values.dtype == np.uint16:
        levels: NDArray[np.uint8] = _SIXTEEN_TO_EIGHT_BITS[values]
        return levels
    if not np.issubdtype(values.dtype, np.floating):
        raise ValueError(
            "Brightness must be uint8, uint16, bool or float in [0, 1]. "
            f"Received: dtype={values.dtype}."
        )
    clipped = np.clip(np.nan_to_num(values, nan=0.0, posinf=1.0, neginf=0.0), 0, 1)
    return np.asarray(np.floor(clipped * 255 + 0.5)).astype(np.uint8)


def luminance(image: NDArray[Any]) -> NDArray[np.float32]:
    """Weigh red, green and blue into one brightness, on the image's own scale.

    The weights are `LUMINANCE`.

    Parameters
    ----------
    image : (height, width, 3) of any real dtype, or (height, width) and (height, width, 1), which
        are brightness already.

    Returns
    -------
    brightness : (height, width) float32.

    >>> luminance(np.array([[[255, 0, 0], [255, 255, 255]]], np.uint8))
    array([[ 76.244995, 255.      ]], dtype=float32)
    """
    if image.ndim == 2:
        return image.astype(np.float32)
    if image.ndim != 3 or image.shape[2] not in (1, 3):
        raise ValueError(
            "Brightness needs an image with 1 or 3 channels on its last axis. "
            f"Received: shape={image.shape}."
        )
    if image.shape[2] == 1:
        return image[..., 0].astype(np.float32)
    red, green, blue = (image[..., channel].astype(np.float32) for channel in range(3))
    brightness = red * np.float32(LUMINANCE[0])
    green *= np.float32(LUMINANCE[1])
    blue *= np.float32(LUMINANCE[2])
    brightness += green
    brightness += blue
    return brightness


def grey(image: Pixels) -> Pixels:
    """Reduce a picture to whole levels of brightness, as Pillow's mode "L" does.

    Parameters
    ----------
    image : (height, width, 3) uint8.

    Returns
    -------
    (height, width, 1) uint8

    >>> grey(np.array([[[255, 0, 0], [255, 255, 255]]], np.uint8))[0, :, 0]
    array([ 76, 255], dtype=uint8)
    """
    return np.array(Image.fromarray(image).convert("L"))[..., np.newaxis]


def resize_to(image: Pixels, longest_side: int) -> Pixels:
    """Scale a picture, bicubically, so that its longer side has this many pixels.

    Parameters
    ----------
    image : (height, width, 3) or (height, width) uint8.
    longest_side : pixels, >= 1; scales up as well as down.

    >>> resize_to(np.zeros((20, 40, 3), np.uint8), 10).shape
    (5, 10, 3)
    """
    if longest_side < 1:
        raise ValueError(f"The longest side must be at least 1. Received: {longest_side}.")
    height, width = image.shape[:2]
    ratio = longest_side / max(height, width)
    size = _scaled(width, ratio), _scaled(height, ratio)
    if size == (width, height):
        return image.copy()
    return np.array(Image.fromarray(image).resize(size, Image.Resampling.BICUBIC))


def centre_crop(image: Pixels, side: int | None = None) -> Pixels:
    """Cut the square out of a picture's middle.

    Parameters
    ----------
    image : (height, width, ...) of any dtype.
    side : pixels, from 1 to the shorter side; None takes the shorter side.

    >>> centre_crop(np.zeros((20, 41, 3), np.uint8)).shape
    (20, 20, 3)
    """
    height, width = image.shape[:2]
    if side is None:
        side = min(height, width)
    if not 1 <= side <= min(height, width):
        raise ValueError(
            "The side of the square must be from 1 to the picture's shorter side. "
            f"Received: side={side}, picture of {width} x {height} pixels."
        )
    top, left = (height - side) // 2, (width - side) // 2
    return image[top : top + side, left : left + side].copy()


def encode_png(image: Pixels) -> bytes:
    """Write a picture as a PNG file, which keeps every number.

    Parameters
    ----------
    image : uint8, (height, width), (height, width, 1), (height, width, 3), or 4 with transparency.
    """
    file = BytesIO()
    # Level 1: maps and pictures come out about a tenth larger than at level 6, four times as fast.
    _drawable(image).save(file, "PNG", compress_level=1)
    return file.getvalue()


def encode_jpeg(image: Pixels, quality: int = 90) -> bytes:
    """Write a picture as a JPEG file: small and fast, and close to the numbers.

    Parameters
    ----------
    image : uint8, (height, width), (height, width, 1) or (height, width, 3).
    quality : 1 (small) to 95 (close).
    """
    if image.ndim == 3 and image.shape[2] == 4:
        raise ValueError(f"A JPEG picture has no transparency. Received: shape={image.shape}.")
    file = BytesIO()
    _drawable(image).save(file, "JPEG", quality=quality)
    return file.getvalue()


def _drawable(image: Pixels) -> Image.Image:
    if image.dtype != np.uint8:
        raise ValueError(f"A picture must be uint8. Received: dtype={image.dtype}.")
    if image.ndim == 3 and image.shape[2] == 1:
        image = image[..., 0]
    if (
        image.size == 0
        or image.ndim not in (2, 3)
        or (image.ndim == 3 and image.shape[2] not in (3, 4))
    ):
        raise ValueError(
            "A picture must be (height, width) or (height, width, 1, 3 or 4). "
            f"Received: shape={image.shape}."
        )
    return Image.fromarray(np.ascontiguousarray(image))
