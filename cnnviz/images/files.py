"""What a picture file says about itself, read without decoding it.

A file from a stranger is taken apart here, and only what the picture needs goes on to the decoder:
sizes are known and checked first, and text, profiles, thumbnails, later frames and everything else
that a decoder might stumble over, or spend minutes on, is left behind.
"""

import re
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from cnnviz.limits import LIMITS, MEBIBYTE, Limits


class ImageError(ValueError):
    """A picture cannot be read. The text is meant for whoever brought the file."""


@dataclass(frozen=True)
class PictureFile:
    """A picture file reduced to one still picture.

    Attributes
    ----------
    kind : "PNG", "JPEG", "GIF", "BMP" or "WebP".
    width, height : of the encoded picture, in pixels.
    data : a file of that kind with nothing but the picture.
    orientation : how to turn the decoded picture upright, 1 (as it is) to 8, Exif 2.32 tag 274.
    canvas : (width, height) of the whole, where the picture covers only a part; else None.
    left, top : where the picture lies on its canvas, in pixels.
    """

    kind: str
    width: int
    height: int
    data: bytes
    orientation: int = 1
    canvas: tuple[int, int] | None = None
    left: int = 0
    top: int = 0


def open_picture_file(data: bytes, *, limits: Limits = LIMITS) -> PictureFile:
    """Take a picture file apart, check it against the limits, and keep what the decoder needs.

    Raises
    ------
    ImageError : the file is of no known kind, too large, or damaged.
    """
    if len(data) > limits.picture_bytes:
        raise ImageError(
            f"A picture file must be at most {limits.picture_megabytes:g} MiB. "
            f"Received: {len(data) / MEBIBYTE:.1f} MiB."
        )
    kind = _kind(data)
    if kind not in _READERS:
        raise ImageError(f"A picture must be a PNG, JPEG, GIF, BMP or WebP file. Received: {kind}.")
    try:
        file = _READERS[kind](data)
    except (struct.error, IndexError) as error:
        raise damaged(kind) from error
    _check_size(*(file.canvas or (file.width, file.height)), limits)
    _check_size(file.width, file.height, limits)
    # Pillow decodes WebP on the canvas of an animation, four copies of the picture.
    if kind == "WebP" and file.width * file.height > limits.webp_pixels:
        raise ImageError(
            f"A WebP picture must have at most {limits.webp_megapixels:g} megapixels "
            "(CNNVIZ_WEBP_MEGAPIXELS), since decoding takes three times a JPEG's or PNG's memory. "
            f"Received: {_megapixels(file.width, file.height)}."
        )
    return file


def damaged(kind: str) -> ImageError:
    """Say that a file of this kind cannot be decoded."""
    return ImageError(
        f"A picture file must be whole. Received: a {kind} file that breaks off or is damaged."
    )


def _check_size(width: int, height: int, limits: Limits) -> None:
    if width < 1 or height < 1:
        raise ImageError(
            f"A picture must be at least 1 pixel wide and high. "
            f"Received: {width} x {height} pixels."
        )
    if max(width, height) > limits.picture_side:
        raise ImageError(
            f"A picture's sides must be at most {limits.picture_side:,} pixels. "
            f"Received: {width} x {height} pixels."
        )
    if width * height > limits.picture_pixels:
        raise ImageError(
            f"A picture must have at most {limits.picture_megapixels:g} megapixels. "
            f"Received: {_megapixels(width, height)}."
        )


def _megapixels(width: int, height: int) -> str:
    return f"{width} x {height} pixels, {width * height / 1e6:.1f} megapixels"


# What people bring by mistake, so that the sentence names it.
_OTHER_KINDS = (
    (re.compile(rb"II\*\0|MM\0\*|II\+\0|MM\0\+"), "a TIFF file"),
    (re.compile(rb"%PDF"), "a PDF file"),
    (re.compile(rb"PK\x03\x04|PK\x05\x06"), "a ZIP archive"),
    (re.compile(rb"\x1f\x8b|7z\xbc\xaf|Rar!|BZh|\xfd7zXZ"), "an archive"),
    (re.compile(rb".{4}ftyp(heic|heix|hevc|mif1|msf1)", re.DOTALL), "a HEIC file"),
    (re.compile(rb".{4}ftypavi[fs]", re.DOTALL), "an AVIF file"),
    (re.compile(rb".{4}ftyp|\x1aE\xdf\xa3|RIFF.{4}AVI ", re.DOTALL), "a video"),
    (re.compile(rb"\0\0\0\x0cjP  |\xff\x4f\xff\x51"), "a JPEG 2000 file"),
    (re.compile(rb"\0\0\0\x0cJXL |\xff\x0a"), "a JPEG XL file"),
    (re.compile(rb"8BPS"), "a Photoshop file"),
    (re.compile(rb"\0\0[\1\2]\0"), "an icon file"),
    (re.compile(rb"\x93NUMPY"), "a NumPy array"),
    (re.compile(rb"\x89HDF"), "an HDF5 file"),
    (re.compile(rb"(\xef\xbb\xbf)?\s*(<\?xml.{0,2000})?<svg", re.DOTALL | re.I), "an SVG drawing"),
    (re.compile(rb"(\xef\xbb\xbf)?\s*<(!doctype html|html)", re.I), "a web page"),
    (re.compile(rb"[\t\n\r -~]{4,1000}\Z"), "a text file"),
)


def _kind(data: bytes) -> str:
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if data.startswith(b"BM"):
        return "BMP"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WebP"
    if not data:
        return "an empty file"
    beginning = bytes(data[:1000])
    for pattern, name in _OTHER_KINDS:
        if pattern.match(beginning):
            return name
    return "a file of another kind"


def _take(data: bytes, start: int, count: int) -> bytes:
    """Cut out bytes that must be there."""
    if start < 0 or count < 0 or start + count > len(data):
        raise IndexError(start)
    return data[start : start + count]


# Far more pieces than any real file has: walking through them is quick, and through the millions
# that fit into ten megabytes is not.
_MOST_PIECES = 100_000


def _pieces(kind: str) -> Iterator[int]:
    yield from range(_MOST_PIECES)
    raise ImageError(
        f"A picture file must have at most {_MOST_PIECES:,} parts. "
        f"Received: a {kind} file with more."
    )


# ---- PNG: W3C, Portable Network Graphics (Third Edition) ----


def _read_png(data: bytes) -> PictureFile:
    header = palette = transparency = b""
    pixels = []
    orientation = 1
    position = 8
    for _ in _pieces("PNG"):
        length, name = struct.unpack_from(">I4s", data, position)
        if name in (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"eXIf", b"IEND"):
            content = _take(data, position + 8, length)
            (checksum,) = struct.unpack_from(">I", data, position + 8 + length)
            if zlib.crc32(content, zlib.crc32(name)) != checksum:
                raise damaged("PNG")
            if name == b"IEND":
                break
            if name == b"IDAT":
                pixels.append(content)
            elif name == b"IHDR" and not header:
                header = content
            elif name == b"PLTE":
                palette = content
            elif name == b"tRNS":
                transparency = content
            elif name == b"eXIf":
                orientation = _exif_orientation(content)
        position += 12 + length
    width, height, depth, colour = struct.unpack_from(">IIBB", header)
    if len(header) != 13 or not pixels:
        raise damaged("PNG")
    parts = [b"\x89PNG\r\n\x1a\n", _chunk(b"IHDR", header)]
    if palette:
        parts.append(_chunk(b"PLTE", palette))
    if transparency:
        parts.append(_chunk(b"tRNS", _in_decoded_steps(transparency, depth, colour)))
    parts += [_chunk(b"IDAT", b"".join(pixels)), _chunk(b"IEND", b"")]
    return PictureFile("PNG", width, height, b"".join(parts), orientation)


def _chunk(name: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(content, zlib.crc32(name))
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checksum)


def _in_decoded_steps(transparency: bytes, depth: int, colour: int) -> bytes:
    """Restate the transparent colour in 8 bits, as the decoder hands out the pixels themselves."""
    if colour == 0 and depth in (2, 4):
        (grey,) = struct.unpack_from(">H", transparency)
        return struct.pack(">H", (grey & (2**depth - 1)) * 255 // (2**depth - 1))
    if colour == 2 and depth == 16:
        return struct.pack(">3H", *(part >> 8 for part in struct.unpack_from(">3H", transparency)))
    return transparency


# ---- JPEG: ITU-T T.81, and T.872 for the application segments ----

# Encoders make about ten scans, optimisers up to twenty. Each one sends the decoder through the
# whole picture again, and a scan that changes nothing takes a dozen bytes.
_ALWAYS_ALLOWED_SCANS = 20
_MOST_SCANNED_PIXELS = 500_000_000
_JPEG_BARE_MARKERS = (0x01, *range(0xD0, 0xD8))
_JPEG_FRAMES = (0xC0, 0xC1, 0xC2)  # baseline, extended and progressive, all Huffman-coded
_JPEG_OTHER_FRAMES = (0xC3, 0xC5, 0xC6, 0xC7, 0xC8, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF)
_JPEG_NEXT_MARKER = re.compile(rb"\xff([^\xff\x00])")
_JPEG_MARKER_AFTER_PIXELS = re.compile(rb"\xff([^\xff\x00\xd0-\xd7])")


def _read_jpeg(data: bytes) -> PictureFile:
    parts = [b"\xff\xd8"]
    frame = b""
    orientation = 1
    scans = 0
    position = 2
    pattern = _JPEG_NEXT_MARKER
    for _ in _pieces("JPEG"):
        found = pattern.search(data, position)
        if found is None:
            raise damaged("JPEG")
        if scans:
            parts.append(data[position : found.start()])
        marker = found[1][0]
        start = found.end()
        if marker == 0xD9:
            break
        if marker in _JPEG_BARE_MARKERS:
            position = start
            continue
        (length,) = struct.unpack_from(">H", data, start)
        segment = _take(data, start, max(length, 2))
        position = start + len(segment)
        if marker in _JPEG_FRAMES and not frame:
            frame = segment
        elif marker in _JPEG_FRAMES or marker in _JPEG_OTHER_FRAMES:
            raise ImageError(
                "A JPEG picture must be one baseline or progressive frame. "
                f"Received: {'a second frame' if frame else f'coding process {marker - 0xC0}'}."
            )
        elif marker == 0xDA:
            scans += 1
            pattern = _JPEG_MARKER_AFTER_PIXELS
        elif marker == 0xE1 and segment[2:8] == b"Exif\0\0" and not scans:
            orientation = _exif_orientation(segment[8:])
        is_needed = (
            marker in (*_JPEG_FRAMES, 0xC4, 0xDA, 0xDB, 0xDD)  # frame, tables, scan, restarts
            or (marker == 0xE0 and segment[2:6] == b"JFIF")
            or (marker == 0xEE and segment[2:7] == b"Adobe")  # says how colours are coded
        )
        if is_needed:
            parts += [bytes((0xFF, marker)), segment]
    if not scans:
        raise damaged("JPEG")
    parts.append(b"\xff\xd9")
    height, width = struct.unpack_from(">HH", frame, 3)
    most_scans = max(_ALWAYS_ALLOWED_SCANS, _MOST_SCANNED_PIXELS // max(1, width * height))
    if scans > most_scans:
        raise ImageError(
            f"A JPEG picture of {width} x {height} pixels must have at most {most_scans:,} scans. "
            f"Received: {scans:,}."
        )
    return PictureFile("JPEG", width, height, b"".join(parts), orientation)


def _exif_orientation(exif: bytes) -> int:
    """Find tag 274 in the first directory of Exif data; 1 if there is none that makes sense."""
    order = {b"II": "<", b"MM": ">"}.get(exif[:2])
    if order is None:
        return 1
    try:
        (directory,) = struct.unpack_from(order + "I", exif, 4)
        (entries,) = struct.unpack_from(order + "H", exif, directory)
        for entry in range(min(entries, 1000)):
            tag, kind, _, value = struct.unpack_from(
                order + "HHIH", exif, directory + 2 + 12 * entry
            )
            if tag == 274 and kind == 3:
                return value if 1 <= value <= 8 else 1
    except struct.error:
        pass
    return 1


# ---- GIF: CompuServe, Graphics Interchange Format, Version 89a ----


def _read_gif(data: bytes) -> PictureFile:
    canvas_width, canvas_height, flags = struct.unpack_from("<HHB", data, 6)
    position = 13
    palette = b""
    if flags & 0x80:
        palette = _take(data, position, 3 << ((flags & 7) + 1))
        position += len(palette)
    control = b""
    frame = b""
    pieces = _pieces("GIF")
    while data[position] != 0x3B:  # the trailer; without it the file breaks off
        introducer = data[position]
        start = position
        if introducer == 0x21:  # an extension
            position += 2
        elif introducer == 0x2C:  # a frame
            local = data[position + 9]
            position += 11 + (3 << ((local & 7) + 1) if local & 0x80 else 0)
        else:
            raise damaged("GIF")
        while data[position]:
            next(pieces)
            position += 1 + data[position]
        position += 1
        if introducer == 0x2C and not frame:
            frame = data[start:position]
        elif data[start + 1] == 0xF9 and data[start + 2] == 4 and not frame:
            control = data[start:position]
        next(pieces)
    left, top, width, height, frame_flags = struct.unpack_from("<4HB", frame, 1)
    if left + width > canvas_width or top + height > canvas_height:
        raise ImageError(
            "A GIF's first frame must lie inside its canvas. "
            f"Received: a frame of {width} x {height} pixels at {left}, {top} "
            f"on a canvas of {canvas_width} x {canvas_height}."
        )
    parts = [
        b"GIF89a" + struct.pack("<HHBBB", width, height, flags, 0, 0),
        palette,
        control,
        b"," + struct.pack("<4HB", 0, 0, width, height, frame_flags),
        frame[10:],
        b";",
    ]
    return PictureFile(
        "GIF",
        width,
        height,
        b"".join(parts),
        canvas=(canvas_width, canvas_height),
        left=left,
        top=top,
    )


# ---- BMP: Microsoft, Bitmap Storage, and OS/2 1.x bitmaps ----

_MOST_RUN_LENGTH_PIXELS = 4_000_000
_MOST_RUN_LENGTH_BYTES = MEBIBYTE


def _read_bmp(data: bytes) -> PictureFile:
    (header_size,) = struct.unpack_from("<I", data, 14)
    if header_size == 12:
        width, height = struct.unpack_from("<HH", data, 18)
        compression = 0
    else:
        width, height = struct.unpack_from("<ii", data, 18)
        height = abs(height)  # negative: the first row comes first
        (compression,) = struct.unpack_from("<I", data, 30)
    if compression == 2:
        # Pillow reads its odd runs wrongly, and shows rubbish without a word.
        raise ImageError(
            "A BMP picture must be uncompressed or run-length coded with 8 bits a pixel. "
            "Received: one that is run-length coded with 4 bits (RLE4)."
        )
    # The decoder unpacks run lengths one pixel at a time.
    if compression == 1 and (
        width * height > _MOST_RUN_LENGTH_PIXELS or len(data) > _MOST_RUN_LENGTH_BYTES
    ):
        raise ImageError(
            "A run-length coded BMP picture must have at most 4 megapixels in 1 MiB. "
            f"Received: {width} x {height} pixels in {len(data) / MEBIBYTE:.1f} MiB."
        )
    return PictureFile("BMP", width, height, data)


# ---- WebP: Google, WebP Container Specification; RFC 6386 and RFC 9649 for the bitstreams ----


def _read_webp(data: bytes) -> PictureFile:
    (size,) = struct.unpack_from("<I", data, 4)
    if size + 8 > len(data) + (size & 1):
        raise damaged("WebP")
    canvas: tuple[int, int] | None = None
    left = top = 0
    orientation = 1
    still: PictureFile | None = None
    for name, content in _riff_chunks(data[: size + 8], 12):
        if name == b"VP8X" and canvas is None:
            canvas = _uint24(content, 4) + 1, _uint24(content, 7) + 1
        elif name == b"ANMF" and still is None:
            left, top = 2 * _uint24(content, 0), 2 * _uint24(content, 3)
            frame = _uint24(content, 6) + 1, _uint24(content, 9) + 1
            still = _still_webp(dict(_reversed_chunks(content, 16)))
            if (still.width, still.height) != frame:
                raise damaged("WebP")
        elif name == b"EXIF":
            orientation = _exif_orientation(content.removeprefix(b"Exif\0\0"))
    if still is None:
        still = _still_webp(dict(_reversed_chunks(data[: size + 8], 12)))
        if canvas is not None and canvas != (still.width, still.height):
            raise damaged("WebP")
    if canvas is None:
        canvas = still.width, still.height
    if left + still.width > canvas[0] or top + still.height > canvas[1]:
        raise damaged("WebP")
    return replace(still, orientation=orientation, canvas=canvas, left=left, top=top)


def _riff_chunks(data: bytes, position: int) -> Iterator[tuple[bytes, bytes]]:
    pieces = _pieces("WebP")
    while position + 8 <= len(data):
        next(pieces)
        name, length = struct.unpack_from("<4sI", data, position)
        yield name, _take(data, position + 8, length)
        position += 8 + length + (length & 1)


def _reversed_chunks(data: bytes, position: int) -> list[tuple[bytes, bytes]]:
    """List the chunks last first, so that a dict of them keeps the first of each name."""
    return list(_riff_chunks(data, position))[::-1]


def _still_webp(chunks: dict[bytes, bytes]) -> PictureFile:
    alpha = b""
    if b"VP8L" in chunks:
        name, stream = b"VP8L", chunks[b"VP8L"]
        signature, sizes = struct.unpack_from("<BI", stream)
        width, height = (sizes & 0x3FFF) + 1, (sizes >> 14 & 0x3FFF) + 1
        is_valid = signature == 0x2F
    elif b"VP8 " in chunks:
        name, stream = b"VP8 ", chunks[b"VP8 "]
        start_code, width, height = struct.unpack_from("<3sHH", stream, 3)
        width, height = width & 0x3FFF, height & 0x3FFF
        is_valid = start_code == b"\x9d\x01\x2a"
        alpha = chunks.get(b"ALPH", b"")
    else:
        raise damaged("WebP")
    if not is_valid:
        raise damaged("WebP")
    content = _riff_chunk(name, stream)
    if alpha:
        sizes_24 = struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
        has_alpha = struct.pack("<I", 0x10)
        content = _riff_chunk(b"VP8X", has_alpha + sizes_24) + _riff_chunk(b"ALPH", alpha) + content
    return PictureFile("WebP", width, height, _riff_chunk(b"RIFF", b"WEBP" + content))


def _riff_chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) & 1)


def _uint24(data: bytes, position: int) -> int:
    return int.from_bytes(_take(data, position, 3), "little")


_READERS: dict[str, Callable[[bytes], PictureFile]] = {
    "PNG": _read_png,
    "JPEG": _read_jpeg,
    "GIF": _read_gif,
    "BMP": _read_bmp,
    "WebP": _read_webp,
}
