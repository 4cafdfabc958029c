"""Decode a WebP picture at a smaller size, with the library that Pillow brings along.

Pillow decodes WebP through an animation canvas: four copies of the full picture, 370 MiB for 24
megapixels. The same library scales while it decodes, in a third of the time and memory, but Pillow
does not offer it. It is called here directly. Where its functions are not within reach (Pillow's
Windows build keeps them private), `is_available` says so.

Source: libwebp 1.x, src/webp/decode.h.
"""

import ctypes
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

_ABI_VERSION = 0x0209  # WEBP_DECODER_ABI_VERSION; only its upper byte must match
_PREMULTIPLIED_RGBA = 7  # MODE_rgbA
_STATUS_OK = 0


def _integers(names: str) -> list[tuple[str, type[ctypes.c_int]]]:
    return [(name, ctypes.c_int) for name in names.split()]


class _Features(ctypes.Structure):
    """WebPBitstreamFeatures."""

    _fields_ = (
        *_integers("width height has_alpha has_animation format"),
        ("reserved", ctypes.c_uint32 * 5),
    )


class _Rows(ctypes.Structure):
    """WebPRGBABuffer."""

    _fields_ = (
        ("pixels", ctypes.c_void_p),
        ("stride", ctypes.c_int),
        ("size", ctypes.c_size_t),
    )


class _Planes(ctypes.Structure):
    """WebPYUVABuffer: not used, but the larger member of the union."""

    _fields_ = (
        ("planes", ctypes.c_void_p * 4),
        ("strides", ctypes.c_int * 4),
        ("sizes", ctypes.c_size_t * 4),
    )


class _Pixels(ctypes.Union):
    _fields_ = (("rows", _Rows), ("planes", _Planes))


class _Output(ctypes.Structure):
    """WebPDecBuffer."""

    _fields_ = (
        *_integers("colour_space width height is_external_memory"),
        ("buffer", _Pixels),
        ("reserved", ctypes.c_uint32 * 4),
        ("private_memory", ctypes.c_void_p),
    )


class _Options(ctypes.Structure):
    """WebPDecoderOptions."""

    _fields_ = (
        *_integers("bypass_filtering no_fancy_upsampling"),
        *_integers("use_cropping crop_left crop_top crop_width crop_height"),
        *_integers("use_scaling scaled_width scaled_height"),
        *_integers("use_threads dithering flip alpha_dithering"),
        ("reserved", ctypes.c_uint32 * 5),
    )


class _Configuration(ctypes.Structure):
    """WebPDecoderConfig."""

    _fields_ = (("input", _Features), ("output", _Output), ("options", _Options))


def is_available() -> bool:
    """Tell whether the library's functions are within reach."""
    return _library() is not None


def decode_over_white(data: bytes, width: int, height: int) -> NDArray[np.uint8]:
    """Decode a still WebP file, scaled, with white behind what is transparent.

    Parameters
    ----------
    data : the whole file.
    width, height : of the result, in pixels, >= 1, and no larger than the picture.

    Returns
    -------
    picture : (height, width, 3) uint8.

    Raises
    ------
    ValueError : the file is damaged.
    RuntimeError : the library is not within reach.
    """
    library = _library()
    if library is None:
        raise RuntimeError("The WebP library must be within reach. Received: none.")
    pixels = np.zeros((height, width, 4), np.uint8)
    configuration = _Configuration()
    library.WebPInitDecoderConfigInternal(ctypes.byref(configuration), _ABI_VERSION)
    configuration.options.use_scaling = 1
    configuration.options.scaled_width = width
    configuration.options.scaled_height = height
    configuration.output.colour_space = _PREMULTIPLIED_RGBA
    configuration.output.is_external_memory = 1
    configuration.output.buffer.rows.pixels = pixels.ctypes.data
    configuration.output.buffer.rows.stride = pixels.strides[0]
    configuration.output.buffer.rows.size = pixels.nbytes
    status = library.WebPDecode(data, len(data), ctypes.byref(configuration))
    if status != _STATUS_OK:
        raise ValueError(f"A WebP file must be whole. Received: status={status}.")
    alpha = pixels[..., 3:]
    # Scaling rounds colour and alpha apart, so a colour can end up just above its alpha.
    return np.minimum(pixels[..., :3], alpha) + (255 - alpha)


@lru_cache(maxsize=1)
def _library() -> ctypes.CDLL | None:
    try:
        from PIL import _webp

        # Looking a name up in an extension module also searches the libraries it stands on.
        library = ctypes.CDLL(_webp.__file__)
        library.WebPInitDecoderConfigInternal.argtypes = (ctypes.c_void_p, ctypes.c_int)
        library.WebPInitDecoderConfigInternal.restype = ctypes.c_int
        library.WebPDecode.argtypes = (ctypes.c_char_p, ctypes.c_size_t, ctypes.c_void_p)
        library.WebPDecode.restype = ctypes.c_int
    except (ImportError, OSError, AttributeError):
        return None
    if not library.WebPInitDecoderConfigInternal(ctypes.byref(_Configuration()), _ABI_VERSION):
        return None  # the library's layout of these structures is another one
    return library
