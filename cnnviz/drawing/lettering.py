"""Words in pictures that are made in Python: Pillow's own font, and stand-ins for what it lacks."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from PIL import ImageFont

_STAND_INS = str.maketrans({"\u2212": "-", "\u2013": "-", "\u00d7": "x", "\u221e": "inf"})
_ELLIPSIS = "\u2026"

Font = ImageFont.ImageFont | ImageFont.FreeTypeFont


@lru_cache(maxsize=16)
def font(size: int) -> Font:
    """Give Pillow's own font, which needs no file; `size` in pixels."""
    return ImageFont.load_default(size)


def letters(text: str) -> str:
    """Write a text in signs that the font has: no boxes where there should be a minus.

    >>> letters("\u22123 \u00d7 caf\u00e9"), letters("\u9b5a")
    ('-3 x cafe', '?')
    """
    return "".join(_stand_in(sign) for sign in text.translate(_STAND_INS))


def fitted(text: str, size: int, width: int) -> str:
    """Cut a text, of `letters`, so that it is at most `width` pixels wide.

    >>> fitted("a long name", 15, 40), fitted("short", 15, 40)
    ('a lon\u2026', 'short')
    """
    text = letters(text)
    if font(size).getlength(text) <= width:
        return text
    while text and font(size).getlength(text + _ELLIPSIS) > width:
        text = text[:-1]
    return text + _ELLIPSIS


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
