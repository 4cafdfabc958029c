"""What a random layer has drawn, in words: one text for each picture of a batch."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.networks.building.layer import Layer
from cnnviz.notation import written, written_share

Floats = NDArray[np.float32]
_SAME = "not changed"
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


def _perspective(layer: Layer, drawn: Any, before: Floats, after: Floats) -> list[str]:
    del layer, before, after
    moved = np.asarray(drawn["end_points"], np.float64) - np.asarray(drawn["start_points"])
    return [
        f"corners moved by up to {written(float(np.hypot(*one.T).max()))} px" if slanted else _SAME
        for one, slanted in zip(moved, np.asarray(drawn["apply_perspective"]), strict=True)
    ]


def _elastic(layer: Layer, drawn: Any, before: Floats, after: Floats) -> list[str]:
    del layer, after
    if drawn is NOTHING:  # no strength, no draw
        return [_SAME] * len(before)
    strength = written(float(drawn["distortion_factor"]))
    return [
        f"bent, strength {strength}" if bent else _SAME
        for bent in np.asarray(drawn["apply_transform"])
    ]


def _blur(layer: Layer, drawn: Any, before: Floats, after: Floats) -> list[str]:
    del layer, before, after
    across, down = _numbers(drawn["blur_factor"])
    return [
        f"blurred, \u03c3 {written(down)} px down, {written(across)} px across" if one else _SAME
        for one in np.asarray(drawn["should_apply_blur"])
    ]


def _sharpness(layer: Layer, drawn: Any, before: Floats, after: Floats) -> list[str]:
    del layer, before, after
    return [f"fine detail \u00d7 {written(2 * one)}" for one in _numbers(drawn["factor"])]


def _invert(layer: Layer, drawn: Any, before: Floats, after: Floats) -> list[str]:
    del layer, before, after
    return ["inverted" if one else _SAME for one in np.asarray(drawn["apply_inversion"])]


def _posterization(layer: Layer, drawn: Any, before: Floats, after: Floats) -> list[str]:
    del layer, before, after
    bits = [8 - int(one) for one in np.asarray(drawn["shift_factor"]).ravel()]
    return [f"{2**one} levels a channel" for one in bits]


def _solarization(layer: Layer, drawn: Any, before: Floats, after: Floats) -> list[str]:
    del layer, before, after
    drawn = zip(_numbers(drawn["additions"]), _numbers(drawn["thresholds"]), strict=True)
    # A picture's levels are whole, until something is added to them.
    return [
        f"+{written(added)} levels, then inverted from {written(least)} on"
        if added
        else f"inverted from {math.ceil(least)} on"
        for added, least in drawn
    ]


def _degeneration(layer: Layer, drawn: Any, before: Floats, after: Floats) -> list[str]:
    del layer, before, after
    return [f"distance from grey \u00d7 {written(1 - one)}" for one in _numbers(drawn["factor"])]


def _equalization(layer: Layer, drawn: Any, before: Floats, after: Floats) -> list[str]:
    del layer, drawn
    return _where_changed("levels spread evenly", before, after)


def _auto_contrast(layer: Layer, drawn: Any, before: Floats, after: Floats) -> list[str]:
    del layer, drawn
    return _where_changed("levels stretched to 0 to 255", before, after)


def _where_changed(words: str, before: Floats, after: Floats) -> list[str]:
    """Say it of the pictures that are another now; one of a single level stays as it was."""
    return [
        _SAME if np.array_equal(one, now) else words for one, now in zip(before, after, strict=True)
    ]


def listened_to(layer: Layer, made: Any) -> Any:
    """Note what the layers inside a Keras layer draw while it works; it tells nothing itself."""
    if layer.kind() != "RandomColorJitter":
        return NOTHING
    told: dict[str, Any] = {}

    def listen(inner: Any, kind: str) -> None:
        draw = inner.get_random_transformation

        def noted(*given: Any, **named: Any) -> Any:
            told[kind] = draw(*given, **named)
            return told[kind]

        inner.get_random_transformation = noted

    for kind in ("RandomBrightness", "RandomContrast", "RandomSaturation", "RandomHue"):
        inner = getattr(made, f"random_{kind.removeprefix('Random').lower()}")
        if inner is not None:
            listen(inner, kind)
    return told


def _jitter(layer: Layer, drawn: Any, before: Floats, after: Floats) -> list[str]:
    if not drawn:
        return [_SAME] * len(before)
    parts = [_WORDS[kind](layer, one, before, after) for kind, one in drawn.items()]
    return ["; ".join(words) for words in zip(*parts, strict=True)]


def _kind_of(name: str) -> str:
    """Find the layer that Keras calls by its name: random_shear for RandomShear."""
    return name.title().replace("_", "")


def _rand_augment(layer: Layer, drawn: Any, before: Floats, after: Floats) -> list[str]:
    names = list(drawn["transforms"])
    parts = [
        _WORDS[_kind_of(names[at])](layer, drawn["transforms"][names[at]], before, after)
        for at in np.asarray(drawn["layer_idxes"]).tolist()
    ]
    return ["; then ".join(words) for words in zip(*parts, strict=True)]


def _aug_mix(layer: Layer, drawn: Any, before: Floats, after: Floats) -> list[str]:
    """Say how much of it is the picture itself, and what each chain has made of the rest."""
    own = float(drawn["weight_sample"])
    weights = _numbers(drawn["chain_mixing_weights"])
    chains = []
    for weight, chain in zip(weights, drawn["chain_transforms"], strict=True):
        share = written_share((1 - own) * weight)
        parts = [
            _WORDS[_kind_of(one["layer_name"])](layer, one["transformation"], before, after)
            for one in chain
        ] or [[_SAME] * len(before)]
        chains.append([f"{share} {'; then '.join(words)}" for words in zip(*parts, strict=True)])
    return [
        f"{written_share(own)} itself, {', '.join(words)}" for words in zip(*chains, strict=True)
    ]


def _random_crop(layer: Layer, drawn: Any, before: Floats, after: Floats) -> list[str]:
    del layer
    rows, columns = after.shape[1:3]
    top, left = (int(np.asarray(one)) for one in drawn)
    # Where it has no room to move, Keras scales what it has cut out.
    part = min(rows, before.shape[1] - top), min(columns, before.shape[2] - left)
    return [f"{_cut(part, (rows, columns))}, from row {top} and column {left} on"] * len(before)


def _center_crop(layer: Layer, drawn: Any, before: Floats, after: Floats) -> list[str]:
    del layer, drawn
    rows, columns = after.shape[1:3]
    height, width = before.shape[1:3]
    part = rows, columns
    if height < rows or width < columns:  # the largest part of that shape, scaled
        part = (
            max(1, min(height, int(width * rows / columns))),
            max(1, min(width, int(height * columns / rows))),
        )
    return [f"{_cut(part, (rows, columns))} of the middle"] * len(before)


def _cut(part: tuple[int, int], size: tuple[int, int]) -> str:
    """Name a part by its size, and what it is scaled to where that is another."""
    scaled = "" if part == size else f" (scaled to {size[0]} \u00d7 {size[1]})"
    return f"{part[0]} \u00d7 {part[1]} px{scaled}"


def _clahe(layer: Layer, drawn: Any, before: Floats, after: Floats) -> list[str]:
    del drawn
    rows, columns = layer.arguments()["tile_grid_size"]
    return _where_changed(f"levels spread in {rows} \u00d7 {columns} tiles", before, after)


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
    "RandomPerspective": _perspective,
    "RandomElasticTransform": _elastic,
    "RandomGaussianBlur": _blur,
    "RandomSharpness": _sharpness,
    "RandomInvert": _invert,
    "RandomPosterization": _posterization,
    "Solarization": _solarization,
    "RandomColorDegeneration": _degeneration,
    "RandomColorJitter": _jitter,
    "Equalization": _equalization,
    "RandAugment": _rand_augment,
    "AutoContrast": _auto_contrast,
    "AugMix": _aug_mix,
    "RandomCrop": _random_crop,
    "CenterCrop": _center_crop,
    "ContrastLimitedAdaptiveHistogramEqualization": _clahe,
}
