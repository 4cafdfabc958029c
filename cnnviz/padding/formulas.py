"""Formulas of padding and stride with the numbers in them, as LaTeX."""

from cnnviz.notation import aligned
from cnnviz.shapes import dilated_size, output_size, padding_amounts

TRANSPOSED_CONVOLUTION = (
    r"y_{\,s r + d i - p_\text{top},\; s c + d j - p_\text{left}} "
    r"\mathrel{+}= w_{i,j} \; x_{r,c}"
)
"""What each pixel of the input adds; r and c are its row and column here."""

TRANSPOSED_SIZE = r"(n - 1)\,s + d\,(k - 1) + 1 - p_\text{before} - p_\text{after}"
"""How many rows or columns a transposed convolution gives."""


def transposed_size(
    input_size: int,
    kernel_size: int,
    *,
    stride: int = 1,
    dilation: int = 1,
    ends: tuple[int, int] = (0, 0),
) -> str:
    r"""Write the output size of one axis of a transposed convolution with its numbers.

    Parameters
    ----------
    ends : pixels cut off before and after; negative where some are added.

    >>> transposed_size(4, 3, stride=2, ends=(0, 1))
    '(4 - 1) \\cdot 2 + 1 \\cdot (3 - 1) + 1 - 0 - 1 = 8'
    """
    before, after = ends
    size = (input_size - 1) * stride + dilated_size(kernel_size, dilation) - before - after
    end = f"- {after}" if after >= 0 else f"+ {-after}"
    return (
        rf"({input_size} - 1) \cdot {stride} + {dilation} \cdot ({kernel_size} - 1) + 1 "
        f"- {before} {end} = {size}"
    )


def same_padding(
    input_size: int, kernel_size: int, *, stride: int = 1, dilation: int = 1
) -> list[str]:
    r"""Write how much "same" pads one axis, and where the odd pixel goes, one line per step.

    >>> same_padding(16, 3, stride=2)[1]
    '\\text{pixels they span} &= (8 - 1) \\cdot 2 + 3 = 17'
    """
    axis = {"stride": stride, "dilation": dilation}
    before, after = padding_amounts(input_size, kernel_size, padding="same", **axis)
    size = output_size(input_size, kernel_size, padding="same", **axis)
    span = dilated_size(kernel_size, dilation)
    reach = (size - 1) * stride + span
    total = before + after
    added = f"{reach} - {input_size}"
    if reach < input_size:
        added = rf"\max({added},\, 0)"
    return [
        rf"\text{{windows}} &= \left\lceil \frac{{{input_size}}}{{{stride}}} \right\rceil = {size}",
        rf"\text{{pixels they span}} &= ({size} - 1) \cdot {stride} + {span} = {reach}",
        rf"\text{{zeros to add}} &= {added} = {total}",
        rf"\text{{before}} &= \left\lfloor \frac{{{total}}}{{2}} \right\rfloor = {before}, \quad "
        rf"\text{{after}} = {total} - {before} = {after}",
    ]


def same_and_valid(input_size: int, kernel_size: int, *, stride: int = 1, dilation: int = 1) -> str:
    r"""Write how many results "same" gives along one axis, and how many "valid" gives.

    >>> print(same_and_valid(224, 3, stride=2).split(r" \\ ")[0])
    \begin{aligned}\text{same} &= \left\lceil \tfrac{224}{2} \right\rceil = \mathbf{112}
    """
    same, valid = (
        output_size(input_size, kernel_size, stride=stride, dilation=dilation, padding=rule)
        for rule in ("same", "valid")
    )
    fitting = rf"{input_size} - {dilation} \cdot ({kernel_size} - 1) - 1"
    return aligned(
        [
            rf"\text{{same}} &= \left\lceil \tfrac{{{input_size}}}{{{stride}}} \right\rceil "
            rf"= \mathbf{{{same}}}",
            rf"\text{{valid}} &= \left\lfloor \tfrac{{{fitting}}}{{{stride}}} \right\rfloor + 1 "
            f"= {valid}",
        ]
    )
