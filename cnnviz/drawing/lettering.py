"""Words in pictures that are made in Python, in the letters of `assets/fonts`."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from PIL import ImageFont

from cnnviz.shipped import FONTS

_ELLIPSIS = "\u2026"
_SMALLEST = 7


@lru_cache(maxsize=32)
def font(size: int) -> ImageFont.FreeTypeFont:
    """Give DejaVu Sans Condensed, cut down to what the app writes; `size` in pixels."""
    return ImageFont.truetype(FONTS / "DejaVuSansCondensed.ttf", size)


def letters(text: str) -> str:
    """Write a text in signs that the font has: no boxes where there should be a name.

    >>> letters("\u22123 \u00d7 caf\u00e9"), letters("\u0159"), letters("\u9b5a")
    ('\u22123 \u00d7 caf\u00e9', 'r', '?')
    """
    return "".join(_stand_in(sign) for sign in text)


def fitted(text: str, size: int, width: int) -> str:
    """Cut a text, of `letters`, so that it is at most `width` pixels wide.

    >>> fitted("a long name", 15, 40), fitted("short", 15, 50)
    ('a lo\u2026', 'short')
    """
    text = letters(text)
    if font(size).getlength(text) <= width:
        return text
    while text and font(size).getlength(text + _ELLIPSIS) > width:
        text = text[:-1]
    return text + _ELLIPSIS


def shrunk(text: str, size: int, width: float) -> ImageFont.FreeTypeFont:
    """Give the font in the largest size, up to `size`, in which a text is `width` pixels wide.

    >>> shrunk("1", 16, 40).size, shrunk("\u22121234.5", 16, 40).size
    (16, 10)
    """
    while size > _SMALLEST and font(size).getlength(text) > width:
        size -= 1
    return font(size)


@lru_cache(maxsize=1024)
def _stand_in(sign: str) -> str:
    if _is_drawn(sign):
        return sign
    bare = unicodedata.normalize("NFKD", sign)[0]  # a letter without its accent
    return bare if _is_drawn(bare) else "?"


def _is_drawn(sign: str) -> bool:
    return sign == " " or _shape(sign) != _shape("\ue000")  # of private use: no font has it


def _shape(sign: str) -> bytes:
    return bytes(font(20).getmask(sign))
