"""Picture files to read, made by Pillow or by hand."""

import io
import struct
import zlib
from functools import cache

import numpy as np
from PIL import Image


def saved(picture, kind, **options):
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


@cache
def smooth(width, height, seed=0):
    """A colourful picture without hard edges: what JPEG keeps well."""
    levels = np.random.default_rng(seed).integers(0, 256, (5, 6, 3), dtype=np.uint8)
    return Image.fromarray(levels).resize((width, height), Image.Resampling.BICUBIC)


PHOTO = smooth(48, 36)
SEE_THROUGH = PHOTO.convert("RGBA")
SEE_THROUGH.putalpha(PHOTO.convert("L"))
FEW_COLOURS = PHOTO.quantize(16)


def over_white(picture):
    rgba = np.asarray(picture.convert("RGBA")).astype(np.float32)
    alpha = rgba[..., 3:] / 255
    return rgba[..., :3] * alpha + 255 * (1 - alpha)


def chunk(name, content):
    checksum = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checksum)


def png(rows, depth, colour, *extra, size=None):
    """A PNG file written by hand. `rows` are packed bytes, (height, bytes per row)."""
    height, width = size or rows.shape
    scanlines = np.pad(rows, ((0, 0), (1, 0))).tobytes()  # filter 0 on each
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)),
            *extra,
            chunk(b"IDAT", zlib.compress(scanlines)),
            chunk(b"IEND", b""),
        ]
    )


def riff(name, content):
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) & 1)


WHOLE_FILES = {
    "png": saved(PHOTO, "PNG"),
    "png-transparent": saved(SEE_THROUGH, "PNG"),
    "png-palette": saved(FEW_COLOURS, "PNG", transparency=3),
    "png-1-bit": saved(PHOTO.convert("1"), "PNG"),
    "png-16-bit": saved(Image.fromarray(np.arange(48, dtype=np.uint16).reshape(6, 8)), "PNG"),
    "jpeg": saved(PHOTO, "JPEG"),
    "jpeg-progressive": saved(PHOTO, "JPEG", progressive=True, subsampling=0),
    "jpeg-cmyk": saved(PHOTO.convert("CMYK"), "JPEG"),
    "gif": saved(FEW_COLOURS, "GIF", transparency=2),
    "gif-animated": saved(FEW_COLOURS, "GIF", save_all=True, append_images=[smooth(48, 36, 1)]),
    "bmp": saved(PHOTO, "BMP"),
    "bmp-palette": saved(FEW_COLOURS, "BMP"),
    "webp": saved(PHOTO, "WEBP"),
    "webp-lossless": saved(SEE_THROUGH, "WEBP", lossless=True),
    "webp-transparent": saved(SEE_THROUGH, "WEBP"),
    "webp-animated": saved(PHOTO, "WEBP", save_all=True, append_images=[smooth(48, 36, 1)]),
}
