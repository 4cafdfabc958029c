"""The numbers that are learned, and the picture that they stand for.

    values -> spectrum, scaled -> grid -> colours mixed -> sigmoid -> pixels in (0, 1)

A. Mordvintsev, N. Pezzotti, L. Schubert and C. Olah, "Differentiable Image Parameterizations",
Distill 2018, and section "Preconditioning" of C. Olah, A. Mordvintsev and L. Schubert, "Feature
Visualization", Distill 2017. Any of it can be left out: pixels without their spectrum, red, green
and blue each by itself.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.images.pictures import LUMINANCE, resize_to
from cnnviz.images.samples import SAMPLES, open_sample
from cnnviz.networks.tensorflow_runtime import load_tensorflow
from cnnviz.shapes import Floats

CONTRAST = 0.1
"""Standard deviation of the noise that a picture starts from, before the sigmoid."""

_PHOTO_SIDE = 64
# Pixels of a photo that lie at the ends have no finite place before the sigmoid.
NEAR_THE_ENDS = 0.02


@functools.lru_cache(maxsize=16)
def frequency_scale(rows: int, columns: int) -> Floats:
    """Weigh each frequency of a picture by one over its size, as photos do.

    Returns
    -------
    (rows, columns // 2 + 1) float32, by the places of `np.fft.rfft2`; scaled so that values of
    variance 1 give a picture of variance 1.
    """
    down, across = np.fft.fftfreq(rows)[:, None], np.fft.rfftfreq(columns)[None, :]
    size = np.maximum(np.hypot(down, across), 1.0 / max(rows, columns))
    # A frequency stands for itself and for the one that rfft2 leaves out, twice the amplitude; in
    # the first column, and in the last of an even number, irfft2 takes half of each of the two.
    part = np.full(columns // 2 + 1, 4.0)
    part[[0, -1] if columns % 2 == 0 else [0]] = 1.0
    power = float(np.sum(part / size**2)) / (rows * columns) ** 2
    scale: Floats = (1.0 / size / np.sqrt(power)).astype(np.float32)
    scale.flags.writeable = False
    return scale


def spectrum_of(grids: ArrayLike) -> Floats:
    """Find the values whose picture is given.

    Parameters
    ----------
    grids : (channels, rows, columns).

    Returns
    -------
    (channels, rows, columns // 2 + 1, 2) float32: real and imaginary parts.
    """
    array = np.asarray(grids, np.float64)
    scaled = np.fft.rfft2(array) / frequency_scale(*array.shape[-2:])
    return np.stack([scaled.real, scaled.imag], axis=-1).astype(np.float32)


def grids_of(spectrum: ArrayLike, columns: int) -> Floats:
    """Give the picture of values, (channels, rows, columns) float32; undoes `spectrum_of`."""
    values = np.asarray(spectrum, np.float64)
    scaled = (values[..., 0] + 1j * values[..., 1]) * frequency_scale(values.shape[1], columns)
    return np.fft.irfft2(scaled, s=(values.shape[1], columns)).astype(np.float32)


@functools.cache
def colour_covariance() -> NDArray[np.float64]:
    """Measure how red, green and blue go together in the sample photos, (3, 3).

    Of pixels from 0 to 1, each photo at 64 pixels along its longer side.
    """
    photos = [name for name, sample in SAMPLES.items() if sample.group == "photo"]
    pixels = [
        resize_to(open_sample(name), _PHOTO_SIDE).reshape(-1, 3).astype(np.float64) / 255
        for name in photos
    ]
    return np.cov(np.concatenate(pixels), rowvar=False)


@functools.cache
def colour_mixing() -> Floats:
    """Give the matrix K that mixes channels which do not go together as photos do, (3, 3).

    K K' is the `colour_covariance`, up to a factor: the longest of its columns, which are the
    colours that are learned (light, then two that hardly change it), has length 1.
    """
    sizes, directions = np.linalg.eigh(colour_covariance())
    root = (directions * np.sqrt(np.maximum(sizes, 0)))[:, ::-1]
    root = root * np.where(root.sum(axis=0) < 0, -1.0, 1.0)
    mixing: Floats = (root / np.linalg.norm(root, axis=0).max()).astype(np.float32)
    mixing.flags.writeable = False
    return mixing


def noise(
    random: np.random.Generator, shape: tuple[int, int, int], *, fourier: bool, contrast: float
) -> Floats:
    """Draw the values that a picture of (rows, columns, channels) starts from."""
    rows, columns, channels = shape
    drawn = (channels, rows, columns // 2 + 1, 2) if fourier else shape
    return (contrast * random.standard_normal(drawn)).astype(np.float32)


def values_of(pixels: ArrayLike, *, fourier: bool, colour: bool) -> Floats:
    """Find the values that a picture starts from where it is a photo.

    Parameters
    ----------
    pixels : (rows, columns, 1 or 3) from 0 to 1.
    """
    shares = np.clip(np.asarray(pixels, np.float64), NEAR_THE_ENDS, 1 - NEAR_THE_ENDS)
    before = np.log(shares) - np.log1p(-shares)
    if colour and before.shape[-1] == 3:
        before = before @ np.linalg.inv(colour_mixing().astype(np.float64)).T
    if fourier:
        return spectrum_of(before.transpose(2, 0, 1))
    return before.astype(np.float32)


def photo_pixels(part: ArrayLike, channels: int) -> Floats:
    """Bring (rows, columns, 3) uint8 to 0..1, in as many channels as a network sees."""
    pixels = np.asarray(part, np.float32) / np.float32(255)
    if channels == 3:
        return pixels
    return np.asarray(pixels @ np.asarray(LUMINANCE)[:, None], np.float32)


def pixels_of(values: Any, columns: int, *, fourier: bool, colour: bool) -> Any:
    """Compute the picture of values inside a compiled function: (rows, columns, channels)."""
    tf = load_tensorflow()
    grid = values
    if fourier:
        rows = int(values.shape[1])
        spectrum = tf.complex(values[..., 0], values[..., 1])
        scaled = spectrum * tf.constant(frequency_scale(rows, columns), tf.complex64)
        grid = tf.transpose(tf.signal.irfft2d(scaled, fft_length=[rows, columns]), [1, 2, 0])
    if colour and grid.shape[-1] == 3:
        grid = tf.linalg.matmul(grid, tf.constant(colour_mixing()), transpose_b=True)
    return tf.math.sigmoid(grid)
