"""What a random layer has drawn, in words: one text for each picture of a batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.networks.building.layer import Layer
from cnnviz.notation import written, written_share

Floats = NDArray[np.float32]
NOTHING: Any = None
"""What stands for the draw of a layer that does not tell it."""

_FLIPPED = {
    "horizontal": "left and right swapped",
    "vertical": "top and bottom swapped",
    "horizontal_and_vertical": "turned by 180\u00b0",
}


def words_of(layer: Layer, drawn: Any, before: Floats, after: Floats) -> list[str]:
    """Say what a layer did to each picture.

    Parameters
    ----------
    drawn : what Keras's `get_random_transformation` gave for the batch.
    before, after : (count, rows, columns, 3), from 0 to 1.
    """
    return _WORDS[layer.kind()](layer, drawn, before, after)


def _flip(layer: Layer, drawn: Any, before: Floats, after: Floats) -> list[str]:
    del before, after
    done = _FLIPPED[layer.arguments()["mode"]]
    return [done if one else "not flipped" for one in np.asarray(drawn["flips"]).ravel()]


def _rotation(layer: Layer, drawn: Any, before: Floats, after: Floats) -> list[str]:
    del layer, before, after
    return [
        f"turned {written(abs(one))}\u00b0 to the {'left' if one > 0 else 'right'}"
        for one in _numbers(drawn["angle"])
    ]


def _translation(layer: Layer, drawn: Any, before: Floats, after: Floats) -> list[str]:
    del layer, before, after
    return [
        f"{_way(across, 'right', 'left')}, {_way(down, 'down', 'up')}"
        for across, down in np.asarray(drawn["translations"], np.float64)
    ]


def _way(pixels: float, ahead: str, back: str) -> str:
    return f"{written(abs(pixels))} px {ahead if pixels >= 0 else back}"


def _zoom(layer: Layer, drawn: Any, before: Floats, after: Floats) -> list[str]:
    del layer, before, after
    # Keras's number is how much of the picture is seen along a side.
    return [f"\u00d7 {written(1 / one)} in size" for one in _numbers(drawn["height_zoom"])]


def _shear(layer: Layer, drawn: Any, before: Floats, after: Floats) -> list[str]:
    del layer, before, after
    return [
        f"slanted by {written(across)} along x, {written(down)} along y"
        for across, down in np.asarray(drawn["shear_factor"], np.float64)
    ]


def _brightness(layer: Layer, drawn: Any, before: Floats, after: Floats) -> list[str]:
    del layer, before, after
    levels = [255 * one for one in _numbers(drawn["rgb_delta"])]
    return [f"{'+' if one > 0 else ''}{written(one)} levels" for one in levels]


def _contrast(layer: Layer, drawn: Any, before: Floats, after: Floats) -> list[str]:
    del layer, before, after
    return [f"contrast \u00d7 {written(one)}" for one in _numbers(drawn["contrast_factor"])]


def _erasing(layer: Layer, drawn: Any, before: Floats, after: Floats) -> list[str]:
    del layer, before, after
    masks = np.asarray(drawn["batch_masks"])[..., 0]
    return [
        f"{written_share(int(mask.sum()), mask.size)} covered" if applied else "nothing covered"
        for mask, applied in zip(masks, np.asarray(drawn["apply_erasing"]), strict=True)
    ]


def _hue(layer: Layer, drawn: Any, before: Floats, after: Floats) -> list[str]:
    del layer, before, after
    return [f"hue turned by {written(360 * one)}\u00b0" for one in _numbers(drawn["factor"])]


def _saturation(layer: Layer, drawn: Any, before: Floats, after: Floats) -> list[str]:
    del layer, before, after
    # Below 0 Keras cuts the saturation off, which leaves none.
    return [f"saturation \u00d7 {written(max(one, 0.0))}" for one in _numbers(drawn["factor"])]


def _greyscale(layer: Layer, drawn: Any, before: Floats, after: Floats) -> list[str]:
    del layer, before, after
    return ["grey" if one else "in colour" for one in np.asarray(drawn).ravel()]


def _noise(layer: Layer, drawn: Any, before: Floats, after: Floats) -> list[str]:
    del layer, drawn
    return [
        f"noise of {written(255 * float(one))} levels" for one in (after - before).std((1, 2, 3))
    ]


def _numbers(values: Any) -> list[float]:
    return [float(one) for one in np.asarray(values, np.float64).ravel()]


_WORDS: Mapping[str, Callable[[Layer, Any, Floats, Floats], list[str]]] = {
    "RandomFlip": _flip,
    "RandomRotation": _rotation,
    "RandomTranslation": _translation,
    "RandomZoom": _zoom,
    "RandomShear": _shear,
    "RandomBrightness": _brightness,
    "RandomContrast": _contrast,
    "RandomErasing": _erasing,
    "RandomHue": _hue,
    "RandomSaturation": _saturation,
    "RandomGrayscale": _greyscale,
    "GaussianNoise": _noise,
}
