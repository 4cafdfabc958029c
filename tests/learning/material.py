"""What the tests of learning learn from."""

from __future__ import annotations

import numpy as np

SOBEL = np.float32([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]) / 4


SHARPEN = np.float32([[0, -1, 0], [-1, 5, -1], [0, -1, 0]])


BLUR = np.full((3, 3), 1 / 9, np.float32)


def grainy_picture(height=60, width=70):
    """A picture with smooth areas and with grain, so that few steps are enough."""
    y, x = np.mgrid[:height, :width]
    smooth = np.sin(x / 9) * np.cos(y / 7) * 60
    return np.float32(128 + smooth + 40 * np.random.default_rng(1).normal(size=(height, width)))


PICTURE = grainy_picture()


def stacked(tf, x, kernels, biases):
    for index, (kernel, bias) in enumerate(zip(kernels, biases, strict=True)):
        if index:
            x = tf.nn.relu(x)
        x = tf.nn.conv2d(x, kernel[..., None, None], 1, "VALID") + bias
    return x[..., 0]
