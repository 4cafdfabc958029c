"""Drawings as SVG: sharp on a slide at any size, and open to change in any drawing program.

Coordinates are pixels at the drawing's own size. Nothing is fetched from elsewhere: fonts are
named by kind only.
"""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from cnnviz.drawing import palette

_FONT = "Source Sans Pro, Helvetica, Arial, sans-serif"


@dataclass(frozen=True)
class Inks:
    """The colours around the data: of the page, of text and lines, of what is pointed at."""

    background: str = palette.LIGHT_BACKGROUND
    ink: str = "#1b1f23"
    quiet: str = "#5d666d"
    accent: str = palette.LIGHT_ACCENT


LIGHT = Inks()
DARK = Inks(palette.DARK_BACKGROUND, "#e8ebee", "#9aa5b1", palette.DARK_ACCENT)


def drawing(width: float, height: float, described: str, inks: Inks = LIGHT) -> Element:
    """Begin a drawing on the page's colour.

    Parameters
    ----------
    described : what it shows, in words, for who cannot see it; "" for nothing.
    """
    made = Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {number(width)} {number(height)}",
            "width": number(width),
            "height": number(height),
            "role": "img",
            "font-family": _FONT,
        },
    )
    if described:
        ElementTree.SubElement(made, "title").text = described
    rect(made, 0, 0, width, height, inks.background)
    return made


def shape(parent: Element, tag: str, /, **attributes: float | str) -> Element:
    """Add any element; an attribute's underscores stand for hyphens.

    >>> written(shape(Element("g"), "circle", r=2.5, stroke_width=1.0))
    '<circle r="2.5" stroke-width="1" />'
    """
    named = {
        name.replace("_", "-"): value if isinstance(value, str) else number(value)
        for name, value in attributes.items()
    }
    return ElementTree.SubElement(parent, tag, named)


def rect(
    parent: Element,
    x: float,
    y: float,
    width: float,
    height: float,
    fill: str,
    **more: float | str,
) -> Element:
    """Add a rectangle."""
    return shape(parent, "rect", x=x, y=y, width=width, height=height, fill=fill, **more)


def line(
    parent: Element, x1: float, y1: float, x2: float, y2: float, stroke: str, thickness: float
) -> Element:
    """Add a straight line."""
    return shape(parent, "line", x1=x1, y1=y1, x2=x2, y2=y2, stroke_width=thickness, stroke=stroke)


def text(
    parent: Element,
    x: float,
    y: float,
    words: str,
    fill: str,
    *,
    size: float = 16,
    weight: int = 400,
    **more: float | str,
) -> Element:
    """Add a line of text that begins at (x, y), its baseline."""
    made = shape(parent, "text", x=x, y=y, fill=fill, font_size=size, font_weight=weight, **more)
    made.text = words
    return made


def number(value: float) -> str:
    """Write a coordinate, to a hundredth of a pixel.

    >>> number(2), number(0.125), number(-3.5)
    ('2', '0.12', '-3.5')
    """
    return f"{value:.2f}".rstrip("0").rstrip(".")


def written(made: Element) -> str:
    """Write a drawing as the text of an SVG file."""
    return ElementTree.tostring(made, encoding="unicode")
