"""As much of PyTorch as our programs use, written from its documentation.

PyTorch itself is too large to install for a handful of tests. The rules below, refusals
included, are those of `torch.nn.functional` 1.13 and later.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

import numpy as np


class Tensor:
    def __init__(self, values):
        self.values = np.asarray(values, np.float32)

    def __getitem__(self, index):
        return Tensor(self.values[index])

    def numpy(self):
        return self.values


def pad(tensor: Tensor, amounts: tuple[int, int, int, int]) -> Tensor:
    left, right, top, bottom = amounts  # the last axis comes first
    return Tensor(np.pad(tensor.values, ((0, 0), (0, 0), (top, bottom), (left, right))))


def conv2d(inputs, weight, stride, padding, dilation) -> Tensor:
    kernel = weight.values[0, 0]
    if padding == "same":
        if stride != (1, 1):
            raise RuntimeError("padding='same' is not supported for strided convolutions")
        total = [d * (k - 1) for d, k in zip(dilation, kernel.shape, strict=True)]
        ends = [(t // 2, t - t // 2) for t in total]
    else:
        amounts = (padding, padding) if isinstance(padding, int) else padding
        ends = [(amount, amount) for amount in amounts]
    image = np.pad(inputs.values[0, 0], ends)
    size = [
        (n - d * (k - 1) - 1) // s + 1
        for n, d, k, s in zip(image.shape, dilation, kernel.shape, stride, strict=True)
    ]
    result = np.zeros(size, np.float64)
    for row, column in np.ndindex(*size):
        for tap in np.ndindex(*kernel.shape):
            place = (
                row * stride[0] + tap[0] * dilation[0],
                column * stride[1] + tap[1] * dilation[1],
            )
            result[row, column] += image[place] * kernel[tap]
    return Tensor(result[None, None])


def conv_transpose2d(inputs, weight, stride, padding, output_padding, dilation) -> Tensor:
    image, kernel = inputs.values[0, 0], weight.values[0, 0]
    if any(a >= max(s, d) for a, s, d in zip(output_padding, stride, dilation, strict=True)):
        raise RuntimeError("output padding must be smaller than either stride or dilation")
    full = [
        (n - 1) * s + d * (k - 1) + 1
        for n, s, d, k in zip(image.shape, stride, dilation, kernel.shape, strict=True)
    ]
    written = np.zeros([f + a for f, a in zip(full, output_padding, strict=True)], np.float64)
    for pixel in np.ndindex(*image.shape):
        for tap in np.ndindex(*kernel.shape):
            place = tuple(
                p * s + t * d for p, s, t, d in zip(pixel, stride, tap, dilation, strict=True)
            )
            written[place] += image[pixel] * kernel[tap]
    rows, columns = written.shape
    return Tensor(
        written[padding[0] : rows - padding[0], padding[1] : columns - padding[1]][None, None]
    )


@contextmanager
def standing_in() -> Iterator[None]:
    """Let `import torch` find this, for a while."""
    torch, nn, functional = (
        ModuleType(name) for name in ("torch", "torch.nn", "torch.nn.functional")
    )
    torch.tensor, torch.nn, nn.functional = Tensor, nn, functional
    functional.pad, functional.conv2d = pad, conv2d
    functional.conv_transpose2d = conv_transpose2d
    names = {"torch": torch, "torch.nn": nn, "torch.nn.functional": functional}
    before = {name: sys.modules.get(name) for name in names}
    sys.modules.update(names)
    try:
        yield
    finally:
        for name, module in before.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module
