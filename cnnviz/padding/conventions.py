"""One size, two habits: how Keras and PyTorch pad along one axis so that no size is lost.

Keras says `padding="same"` and puts the odd pixel at the end. PyTorch takes one number for both
ends. At strides above 1 both reach the same size but lay their windows elsewhere, so that the
same weights give other numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

from cnnviz.shapes import (
    dilated_size,
    output_size,
    padding_amounts,
    transposed_cropping,
    transposed_output_size,
)


@dataclass(frozen=True)
class Convention:
    """How one framework would keep the size along one axis.

    Attributes
    ----------
    framework : "Keras" or "PyTorch"
    arguments : what one writes to get it.
    before, after : pixels added at each end; in transposed convolution those cut off the result,
        negative where some are added.
    positions : pixels of the result.
    formula : the size in LaTeX, with this view's numbers.
    """

    framework: str
    arguments: str
    before: int
    after: int
    positions: int
    formula: str


def same_size(
    input_size: int, kernel_size: int, *, stride: int = 1, dilation: int = 1
) -> tuple[Convention, Convention]:
    """Compare Keras and PyTorch for a convolution that keeps ceil(input_size / stride) pixels.

    Parameters are those of :func:`cnnviz.shapes.output_size`.

    >>> keras, torch = same_size(224, 3, stride=2)
    >>> (keras.before, keras.after, keras.positions), (torch.before, torch.after, torch.positions)
    ((0, 1, 112), (1, 1, 112))
    """
    n, k, s, d = input_size, kernel_size, stride, dilation
    before, after = padding_amounts(n, k, stride=s, padding="same", dilation=d)
    positions = output_size(n, k, stride=s, padding="same", dilation=d)
    keras = Convention(
        "Keras",
        'padding="same"',
        before,
        after,
        positions,
        rf"\left\lceil \frac{{{n}}}{{{s}}} \right\rceil = {positions}",
    )
    span = dilated_size(k, d)
    half = (span - 1) // 2
    if n + 2 * half < span:  # a single pixel under an even kernel
        half += 1
    positions = output_size(n, k, stride=s, padding=half, dilation=d)
    torch = Convention(
        "PyTorch",
        f"padding={half}",
        half,
        half,
        positions,
        rf"\left\lfloor \frac{{{n} + 2 \cdot {half} - {d} \cdot ({k} - 1) - 1}}{{{s}}} "
        rf"\right\rfloor + 1 = {positions}",
    )
    return keras, torch


def same_size_transposed(
    input_size: int, kernel_size: int, *, stride: int = 1, dilation: int = 1
) -> tuple[Convention, Convention]:
    """Compare Keras and PyTorch for a transposed convolution that gives input_size * stride.

    At stride 1 an even kernel cannot have that in PyTorch, which then gives one more.

    >>> keras, torch = same_size_transposed(4, 3, stride=2)
    >>> (keras.before, keras.after, keras.positions), (torch.before, torch.after, torch.positions)
    ((0, 1, 8), (1, 0, 8))
    """
    n, k, s, d = input_size, kernel_size, stride, dilation
    before, after = transposed_cropping(n, k, stride=s, padding="same", dilation=d)
    positions = transposed_output_size(n, k, stride=s, padding="same", dilation=d)
    keras = Convention(
        "Keras", 'padding="same"', before, after, positions, rf"{n} \cdot {s} = {positions}"
    )
    span = dilated_size(k, d)
    half = max(0, -((s - span) // 2))  # rounded up: PyTorch gives the odd one back at the end
    back = s - span + 2 * half
    if back >= max(s, d):  # PyTorch refuses to give back so much; the result is one longer
        half, back = half - 1, 0
    positions = (n - 1) * s + span - 2 * half + back
    torch = Convention(
        "PyTorch",
        f"padding={half}, output_padding={back}",
        half,
        half - back,
        positions,
        rf"({n} - 1) \cdot {s} - 2 \cdot {half} + {d} \cdot ({k} - 1) + {back} + 1 = {positions}",
    )
    return keras, torch
