"""Colours as data: the scales that show numbers, and the few colours around them.

Signed numbers get a diverging scale whose middle is the page's own background, so that nothing
looks like nothing. On a light page both arms darken towards their ends, on a dark page they
brighten. Lightness (CIE L*) changes evenly along an arm and alike on both, so that a value and
its negative stand out equally, and the order of values survives colour blindness and a grey print.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.shapes import Colours

LIGHT_BACKGROUND = "#ffffff"
DARK_BACKGROUND = "#0e1117"

LIGHT_ACCENT = "#0b6e63"
DARK_ACCENT = "#3fc1b0"
"""A teal, because the scales of signed values take blue, red, purple and green."""

CHANNEL_TINTS = ((255, 92, 84), (72, 206, 112), (92, 146, 255))
"""What a picture's red, green and blue are tinted with, each shown by itself."""
CHANNEL_INKS = {
    "light": ("#b3261e", "#1b7a36", "#1d5bd1"),
    "dark": ("#ff8a80", "#6fdc8c", "#8ab4ff"),
}
"""Their lines and words, on either page."""


@dataclass(frozen=True)
class Scale:
    """A way to give numbers colours.

    Attributes
    ----------
    name : the key in `SCALES`.
    shows : what the scale is for.
    kind : "diverging" runs from -limit over 0 to +limit, "sequential" from 0 to +limit.
    missing : colour of a value that is not a number; it lies off the scale and is seen on both
        backgrounds.
    source : where the anchors come from.
    """

    name: str
    shows: str
    kind: str
    missing: str
    source: str


SCALES: Mapping[str, Scale] = MappingProxyType(
    {
        scale.name: scale
        for scale in (
            Scale(
                "maps",
                "feature maps and products: blue below zero, red above",
                "diverging",
                "#808080",
                "Brewer et al., ColorBrewer 2.0, RdBu with 11 classes (Apache-2.0)",
            ),
            Scale(
                "weights",
                "kernel weights: purple below zero, green above",
                "diverging",
                "#808080",
                "Brewer et al., ColorBrewer 2.0, PRGn with 11 classes (Apache-2.0)",
            ),
            Scale(
                "attributions",
                "how much a pixel matters: dark blue for nothing, yellow for the most",
                "sequential",
                "#cc79a7",  # the middle of the scale is grey itself
                "Nuñez, Anderton and Renslow 2018, cividis (CC0)",
            ),
            Scale(
                "greys",
                "brightness: black for nothing, white for the most",
                "sequential",
                "#cc79a7",
                "equal steps of sRGB",
            ),
        )
    }
)

# The two arms of each diverging scale from next to the middle outwards, negative first.
_ARMS = {
    "maps": (
        ("#d1e5f0", "#92c5de", "#4393c3", "#2166ac", "#053061"),
        ("#fddbc7", "#f4a582", "#d6604d", "#b2182b", "#67001f"),
    ),
    "weights": (
        ("#e7d4e8", "#c2a5cf", "#9970ab", "#762a83", "#40004b"),
        ("#d9f0d3", "#a6dba0", "#5aae61", "#1b7837", "#00441b"),
    ),
}

# Entries of the 256 from which straight lines reproduce the rest to one step of sRGB.
_ANCHORS = {
    "attributions": {
        0: "#00224e",
        7: "#002859",
        17: "#002e6c",
        22: "#003171",
        23: "#013271",
        28: "#123570",
        35: "#203a6f",
        53: "#38476c",
        86: "#585e6d",
        110: "#6d6f72",
        125: "#7a7a78",
        152: "#938e78",
        175: "#aaa073",
        203: "#c7b767",
        224: "#dec958",
        234: "#e9d34e",
        246: "#f7de3e",
        251: "#fde334",
        255: "#fee838",
    },
    "greys": {0: "#000000", 255: "#ffffff"},
}

# Okabe and Ito 2008, "Color Universal Design", without black; for each background the colours
# that stand out best come first.
_SERIES_ON_LIGHT = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#f0e442")
_SERIES_ON_DARK = ("#56b4e9", "#e69f00", "#009e73", "#cc79a7", "#f0e442", "#d55e00", "#0072b2")

_STEPS = 255  # from zero to the limit


def colour_map(
    values: ArrayLike,
    *,
    scale: str = "maps",
    limit: float | None = None,
    background: str = LIGHT_BACKGROUND,
) -> Colours:
    """Give every value its colour on a scale that is anchored at zero.

    Values beyond the limit and infinities take the colour of their end. What is not a number
    takes the scale's `missing` colour.

    Parameters
    ----------
    values : real numbers of any shape, for a feature map (height, width).
    scale : a key of `SCALES`.
    limit : the magnitude that gets the colour of an end, > 0; None takes `symmetric_limit`.
    background : the page's colour, "#rrggbb"; zero takes exactly this one on a diverging scale.

    Returns
    -------
    colours : the shape of `values` with a last axis of 3, uint8.

    Raises
    ------
    ValueError : the scale is unknown, or the limit is not above zero.

    >>> colour_map([[-2.0, 0.0, 2.0]])
    array([[[  5,  48,  97],
            [255, 255, 255],
            [103,   0,  31]]], dtype=uint8)
    """
    numbers = _real(values)
    if limit is None:
        limit = symmetric_limit(numbers)
    limit = float(limit)
    if not 0 < limit < np.inf:
        raise ValueError(f"The limit must be above zero and finite. Received: limit={limit}.")
    if not 2.0**-126 <= limit < 2.0**127:  # float32 would lose it
        numbers = numbers.astype(np.float64)
    is_diverging = _scale(scale).kind == "diverging"
    with np.errstate(over="ignore", invalid="ignore"):
        position = np.atleast_1d(numbers) / limit
        np.clip(position, -1 if is_diverging else 0, 1, out=position)
        position *= _STEPS
        # Half a step up, because the conversion below cuts off; the middle becomes a whole number.
        position += _STEPS + 0.5 if is_diverging else 0.5
        entries = position.astype(np.uint16)
    missing = np.isnan(position)
    packed = _packed_table(scale, background)
    if missing.any():
        entries[missing] = len(packed) - 1
    colours = packed[entries].view(np.uint8).reshape(*numbers.shape, 4)
    return np.ascontiguousarray(colours[..., :3])


def symmetric_limit(values: ArrayLike) -> float:
    """Find the largest finite magnitude, or 1.0 where there is none above zero.

    >>> symmetric_limit([-3.0, 2.0, float("inf")])
    3.0
    >>> symmetric_limit([0.0, 0.0])
    1.0
    """
    magnitudes = np.abs(_real(values))
    finite = magnitudes[np.isfinite(magnitudes)]
    largest = float(finite.max()) if finite.size else 0.0
    return largest if largest > 0 else 1.0


@lru_cache(maxsize=32)
def lookup_table(scale: str, background: str = LIGHT_BACKGROUND) -> Colours:
    """Tabulate a scale.

    Parameters
    ----------
    scale : a key of `SCALES`.
    background : the page's colour, "#rrggbb"; only diverging scales depend on it.

    Returns
    -------
    table : (511, 3) uint8, read-only, for a diverging scale: -limit first, zero at entry 255;
        (256, 3) for a sequential one: zero first.

    Raises
    ------
    ValueError : the scale is unknown.

    >>> lookup_table("maps", DARK_BACKGROUND)[255]
    array([14, 17, 23], dtype=uint8)
    """
    if _scale(scale).kind == "sequential":
        table = _sequential_table(_ANCHORS[scale])
    else:
        table = _diverging_table(*_ARMS[scale], background)
    table.flags.writeable = False
    return table


def series_colours(count: int, background: str = LIGHT_BACKGROUND) -> Colours:
    """Choose colours for things without an order: series of a chart, cells of a kernel.

    Up to seven are those of Okabe and Ito, which colour-blind people tell apart. No more than
    that can be; beyond seven the hues go round the circle in equal steps, and lightness alternates
    so that neighbours differ without hue.

    Returns
    -------
    colours : (count, 3) uint8.

    >>> [hex_colour(colour) for colour in series_colours(2)]
    ['#0072b2', '#d55e00']
    """
    is_light = _is_light(background)
    chosen = _SERIES_ON_LIGHT if is_light else _SERIES_ON_DARK
    if count <= len(chosen):
        return np.array([rgb(colour) for colour in chosen[: max(count, 0)]], np.uint8).reshape(
            -1, 3
        )
    angle = 2 * np.pi * np.arange(count) / count
    dark, bright = (42.0, 62.0) if is_light else (60.0, 78.0)
    lightness = np.where(np.arange(count) % 2, bright, dark)
    chroma = 40.0  # about as much as sRGB holds at every hue
    lab = np.stack([lightness, chroma * np.cos(angle), chroma * np.sin(angle)], axis=-1)
    return _from_lab(lab)


def readable_ink(colour: ArrayLike | str) -> str:
    """Pick black or white for text on a colour, whichever contrasts more (at least 4.58 to 1).

    Parameters
    ----------
    colour : "#rrggbb", or red, green and blue from 0 to 255.

    >>> readable_ink("#fddbc7"), readable_ink([178, 24, 43])
    ('#000000', '#ffffff')
    """
    return _readable_ink(colour if isinstance(colour, str) else hex_colour(rgb(colour)))


@lru_cache(maxsize=1024)  # a drawing of thousands of cells has some hundred colours
def _readable_ink(colour: str) -> str:
    return max(("#000000", "#ffffff"), key=lambda ink: contrast(ink, colour))


def contrast(first: ArrayLike | str, second: ArrayLike | str) -> float:
    """Measure the contrast of two colours, from 1 (none) to 21 (black on white).

    Source: W3C, Web Content Accessibility Guidelines 2.2, "contrast ratio".

    >>> round(contrast("#ffffff", "#000000"), 2)
    21.0
    """
    darker, lighter = sorted(_luminance(colour) for colour in (first, second))
    return (lighter + 0.05) / (darker + 0.05)


def rgb(colour: ArrayLike | str) -> Colours:
    """Read "#rrggbb" as red, green and blue: (3,) uint8. Numbers pass through.

    Raises
    ------
    ValueError : the text is not "#" and six hexadecimal digits.

    >>> rgb("#0e1117")
    array([14, 17, 23], dtype=uint8)
    """
    if not isinstance(colour, str):
        return np.asarray(colour).astype(np.uint8)
    digits = colour.removeprefix("#")
    if len(digits) != 6 or len(colour) != 7 or set(digits.lower()) - set("0123456789abcdef"):
        raise ValueError(f'A colour must be written "#rrggbb". Received: {colour!r}.')
    return np.frombuffer(bytes.fromhex(digits), np.uint8).copy()


def hex_colour(colour: ArrayLike) -> str:
    """Write red, green and blue as "#rrggbb".

    >>> hex_colour([14, 17, 23])
    '#0e1117'
    """
    red, green, blue = (int(part) for part in np.asarray(colour))
    return f"#{red:02x}{green:02x}{blue:02x}"


def _scale(name: str) -> Scale:
    if name not in SCALES:
        known = ", ".join(SCALES)
        raise ValueError(f"A colour scale must be one of {known}. Received: {name!r}.")
    return SCALES[name]


def _real(values: ArrayLike) -> NDArray[np.floating[Any]]:
    array = np.asarray(values)
    # Single precision where it holds every number of the dtype: not for int32, say.
    return array.astype(np.result_type(array.dtype, np.float32), copy=False)


@lru_cache(maxsize=32)
def _packed_table(scale: str, background: str) -> NDArray[np.uint32]:
    """Pack each colour into one number, which NumPy looks up three times as fast as a row."""
    table = np.concatenate([lookup_table(scale, background), [rgb(SCALES[scale].missing)]])
    packed = np.zeros((len(table), 4), np.uint8)
    packed[:, :3] = table
    return packed.view(np.uint32)[:, 0]


def _sequential_table(anchors: Mapping[int, str]) -> Colours:
    colours = np.array([rgb(colour) for colour in anchors.values()])
    entries = np.arange(_STEPS + 1)
    parts = [np.interp(entries, list(anchors), colours[:, part]) for part in range(3)]
    return np.stack(parts, axis=-1).round().astype(np.uint8)


def _diverging_table(
    negative: tuple[str, ...], positive: tuple[str, ...], background: str
) -> Colours:
    middle = _to_lab(rgb(background))
    is_light = _is_light(background)
    arms = []
    for colours in (negative, positive):
        arm = np.array([_to_lab(rgb(colour)) for colour in colours])
        if is_light:
            arm = arm[arm[:, 0] < middle[0]]
        else:
            # Outwards is brighter here. Without the palest pair, whose hues hardly differ, and
            # the deepest, whose strong colour so near to zero would draw the eye.
            arm = arm[-2:0:-1]
            arm = arm[arm[:, 0] > middle[0]]
        arms.append(np.concatenate([middle[np.newaxis], arm]))
    # Both arms go as far in lightness as the shorter one.
    farthest = max if is_light else min
    reach = farthest(arm[-1, 0] for arm in arms)
    lightness = np.linspace(middle[0], reach, _STEPS + 1)
    halves = []
    for arm in arms:
        order = np.argsort(arm[:, 0])
        red_green, blue_yellow = (
            np.interp(lightness, arm[order, 0], arm[order, part]) for part in (1, 2)
        )
        halves.append(_from_lab(np.stack([lightness, red_green, blue_yellow], axis=-1)))
    table = np.concatenate([halves[0][:0:-1], halves[1]])
    table[_STEPS] = rgb(background)
    return table


def _is_light(background: str) -> bool:
    return bool(_to_lab(rgb(background))[0] > 50)


# sRGB: IEC 61966-2-1. CIE L*a*b* for its white point D65: CIE 15:2004.
_TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
_WHITE = _TO_XYZ.sum(axis=1)


def _linear(colour: Colours) -> NDArray[np.float64]:
    share = colour / 255
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def _luminance(colour: ArrayLike | str) -> float:
    return float(_linear(rgb(colour)) @ [0.2126, 0.7152, 0.0722])


def _to_lab(colour: Colours) -> NDArray[np.float64]:
    ratio = _TO_XYZ @ _linear(colour) / _WHITE
    root = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    return np.array([116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])])


def _from_lab(lab: NDArray[np.float64]) -> Colours:
    root = (
        (lab[..., :1] + 16) / 116 + lab[..., 1:2] * [1 / 500, 0, 0] - lab[..., 2:] * [0, 0, 1 / 200]
    )
    ratio = np.where(root > 6 / 29, root**3, (116 * root - 16) * 27 / 24389)
    linear = np.clip(ratio * _WHITE @ np.linalg.inv(_TO_XYZ).T, 0, 1)
    share = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    colours: Colours = (share * 255).round().astype(np.uint8)
    return colours
