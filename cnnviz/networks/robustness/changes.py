"""Ways to change a picture by an amount, from nothing to far."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from cnnviz.networks.variations import noisy
from cnnviz.shapes import Pixels

Matrix = NDArray[np.float64]
"""(2, 3): where a pixel of the changed picture was, from (x, y, 1), about the middle, in widths."""


@dataclass(frozen=True)
class Change:
    """A way to change a picture.

    Attributes
    ----------
    title : what it is called.
    unit : of the amount; "" for none.
    least, most : amounts from where to where it makes sense.
    nothing : the amount that changes nothing.
    apply : from (height, width, 3) uint8 and an amount to a picture of the same size.
    matrix : for what moves pixels, where each comes from; None for what changes their values.
    """

    title: str
    unit: str
    least: float
    most: float
    nothing: float
    apply: Callable[[Pixels, float], Pixels]
    matrix: Callable[[float], Matrix] | None = None


def moved(image: Pixels, matrix: Matrix) -> Pixels:
    """Move a picture's pixels, bilinear between them; its edge goes on where nothing was.

    Parameters
    ----------
    image : (height, width, 3) uint8.
    matrix : (2, 3), see `Matrix`.
    """
    height, width = image.shape[:2]
    margin = max(height, width)
    wide = np.pad(image, ((margin, margin), (margin, margin), (0, 0)), mode="edge")
    across, down = (width - 1) / 2, (height - 1) / 2
    linear, offset = matrix[:, :2], matrix[:, 2] * width
    # From a pixel of the result to one of the wide picture; Pillow asks at the pixels' middles.
    middle = np.array([across, down])
    shift = middle + margin + offset - linear @ middle + (0.5 - linear @ np.array([0.5, 0.5]))
    coefficients = (*linear[0], shift[0], *linear[1], shift[1])
    picture = Image.fromarray(wide).transform(
        (width, height), Image.Transform.AFFINE, coefficients, Image.Resampling.BILINEAR
    )
    return np.asarray(picture)


def _linear(matrix: list[list[float]]) -> Matrix:
    return np.hstack([np.array(matrix, np.float64), np.zeros((2, 1))])


def _shift_right(share: float) -> Matrix:
    return np.array([[1, 0, -share / 100], [0, 1, 0]], np.float64)


def _shift_down(share: float) -> Matrix:
    return np.array([[1, 0, 0], [0, 1, -share / 100]], np.float64)


def _turn(degrees: float) -> Matrix:
    # Against the clock, on a screen whose rows go down.
    angle = np.deg2rad(degrees)
    return _linear([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def _enlarge(factor: float) -> Matrix:
    return _linear([[1 / factor, 0], [0, 1 / factor]])


def _slant(degrees: float) -> Matrix:
    return _linear([[1, np.tan(np.deg2rad(degrees))], [0, 1]])


def _by(matrix: Callable[[float], Matrix]) -> Callable[[Pixels, float], Pixels]:
    return lambda image, amount: moved(image, matrix(amount))


def _clipped(values: NDArray[np.floating]) -> Pixels:
    whole: Pixels = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    return whole


def _blurred(image: Pixels, share: float) -> Pixels:
    radius = share / 100 * min(image.shape[:2])
    return np.asarray(Image.fromarray(image).filter(ImageFilter.GaussianBlur(radius)))


def _brighter(image: Pixels, levels: float) -> Pixels:
    return _clipped(image.astype(np.float32) + levels)


def _contrast(image: Pixels, factor: float) -> Pixels:
    mean = image.mean(axis=(0, 1), dtype=np.float32)
    return _clipped(mean + factor * (image - mean))


def _hue(image: Pixels, degrees: float) -> Pixels:
    colours = np.array(Image.fromarray(image).convert("HSV"))
    turned_by = colours[..., 0].astype(np.int16) + round(degrees / 360 * 256)
    colours[..., 0] = turned_by % 256
    turned: Pixels = np.asarray(Image.fromarray(colours, "HSV").convert("RGB"))
    return turned if round(degrees) % 360 else image


def _jpeg(image: Pixels, quality: float) -> Pixels:
    if quality >= 101:
        return image
    file = io.BytesIO()
    Image.fromarray(image).save(file, "JPEG", quality=round(quality))
    return np.asarray(Image.open(file))


def _hidden(image: Pixels, share: float) -> Pixels:
    height, width = image.shape[:2]
    side = np.sqrt(share / 100)
    tall, wide = round(height * side), round(width * side)
    top, left = (height - tall) // 2, (width - wide) // 2
    copy = image.copy()
    copy[top : top + tall, left : left + wide] = 128
    return copy


CHANGES: Mapping[str, Change] = {
    "shift_right": Change(
        "Shift to the right", "% of the width", -30, 30, 0, _by(_shift_right), _shift_right
    ),
    "shift_down": Change("Shift down", "% of the width", -30, 30, 0, _by(_shift_down), _shift_down),
    "rotate": Change("Rotate", "degrees", -180, 180, 0, _by(_turn), _turn),
    "scale": Change("Scale", "times", 0.4, 2.5, 1, _by(_enlarge), _enlarge),
    "shear": Change("Shear", "degrees", -45, 45, 0, _by(_slant), _slant),
    "blur": Change("Blur", "% of the shorter side", 0, 8, 0, _blurred),
    "noise": Change("Noise", "levels", 0, 100, 0, lambda image, by: noisy(image, by)),
    "brightness": Change("Brightness", "levels", -160, 160, 0, _brighter),
    "contrast": Change("Contrast", "times", 0, 3, 1, _contrast),
    "hue": Change("Hue", "degrees", -180, 180, 0, _hue),
    "jpeg": Change("JPEG quality", "", 1, 101, 101, _jpeg),
    "occlusion": Change("Occlusion", "% of the picture", 0, 90, 0, _hidden),
}
"""By name, in the order in which they are shown. JPEG at 101 stands for the picture itself."""
