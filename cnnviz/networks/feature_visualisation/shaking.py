"""Robustness: the network is shown the picture moved, enlarged and turned, anew in each step.

What only one exact place of the picture excites does not survive that: "Transformation robustness"
in C. Olah, A. Mordvintsev and L. Schubert, "Feature Visualization", Distill 2017.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cnnviz.networks.feature_visualisation.recipe import Recipe
from cnnviz.networks.tensorflow_runtime import load_tensorflow
from cnnviz.shapes import Floats

_JITTER = 1 / 16
_SCALE = 0.1
_DEGREES = 5.0


def drawn_places(random: np.random.Generator, size: tuple[int, int], recipe: Recipe) -> Floats:
    """Draw where each pixel that the network is shown lies in the picture.

    The same numbers are drawn whatever is switched off, so that all else stays as it was. Beyond
    the border the picture goes on mirrored.

    Returns
    -------
    (2, rows, columns) float32: row and column, from 0 to the last.
    """
    draws = random.uniform(-1.0, 1.0, 4)
    move = np.rint(draws[:2] * np.array(size) * _JITTER) if recipe.jitter else np.zeros(2)
    factor = 1.0 + _SCALE * draws[2] if recipe.scale else 1.0
    angle = np.deg2rad(_DEGREES * draws[3]) if recipe.rotation else 0.0
    return places(size, move, factor, angle)


def places(size: tuple[int, int], move: Any, factor: float, angle: float) -> Floats:
    """Say where pixels come from when a picture is turned about its middle, enlarged and moved.

    Parameters
    ----------
    move : (rows, columns).
    factor : above 1 shows a part of it larger.
    angle : in radians.

    >>> places((2, 3), (0, 0), 1.0, 0.0)[1].tolist()
    [[0.0, 1.0, 2.0], [0.0, 1.0, 2.0]]
    """
    middle = (np.array(size, np.float64) - 1) / 2
    down, across = np.indices(size) - middle[:, None, None]
    cosine, sine = np.cos(angle) / factor, np.sin(angle) / factor
    turned = np.stack([cosine * down - sine * across, sine * down + cosine * across])
    found = turned + (middle + np.asarray(move, np.float64))[:, None, None]
    last = np.array(size, np.float64)[:, None, None] - 1
    mirrored = last - np.abs(last - np.mod(found, 2 * last))
    return mirrored.astype(np.float32)


def shown_at(picture: Any, places: Any) -> Any:
    """Look a picture up at places between its pixels, bilinear, inside a compiled function.

    picture : (rows, columns, channels), of at least 2 x 2 pixels.
    places : see `drawn_places`.
    """
    tf = load_tensorflow()
    rows, columns, channels = picture.shape
    last = tf.constant([[[rows - 2.0]], [[columns - 2.0]]], tf.float32)
    first = tf.minimum(tf.floor(places), last)
    part = places - first
    down, across = part[0][..., None], part[1][..., None]
    at = tf.cast(first[0], tf.int32) * columns + tf.cast(first[1], tf.int32)
    pixels = tf.reshape(picture, [rows * columns, channels])
    above = (1 - across) * tf.gather(pixels, at) + across * tf.gather(pixels, at + 1)
    below = (1 - across) * tf.gather(pixels, at + columns)
    below += across * tf.gather(pixels, at + columns + 1)
    return (1 - down) * above + down * below
