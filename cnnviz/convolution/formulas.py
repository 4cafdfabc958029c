"""Formulas with the numbers in them, as LaTeX."""

import math
from collections.abc import Sequence

from cnnviz.notation import aligned, bracketed
from cnnviz.shapes import AxisPadding, MapPadding, dilated_size, output_size, padding_amounts

OUTPUT_SIZE = (
    r"\left\lfloor \frac{n + p_\text{before} + p_\text{after} - d\,(k - 1) - 1}{s} "
    r"\right\rfloor + 1"
)
"""The rule behind: how many rows or columns a layer gives."""


def map_size_formula(
    input_size: tuple[int, int],
    kernel_size: tuple[int, int],
    *,
    stride: tuple[int, int],
    padding: MapPadding,
    dilation: tuple[int, int],
) -> str:
    r"""Write the rule for the size of a map, then rows and columns with their numbers.

    Parameters
    ----------
    padding : the pixels added, ((top, bottom), (left, right)).

    >>> lines = map_size_formula(
    ...     (5, 5), (3, 3), stride=(1, 1), padding=((0, 0), (1, 1)), dilation=(1, 1)
    ... )
    >>> lines.count("1 = 3"), lines.count("1 = 5")
    (1, 1)
    """
    lines = [f"n' &= {OUTPUT_SIZE}"]
    for axis, name in enumerate(("rows", "columns")):
        formula = output_size_formula(
            input_size[axis],
            kernel_size[axis],
            stride=stride[axis],
            padding=padding[axis],
            dilation=dilation[axis],
        )
        lines.append(rf"\text{{{name}}} &= {formula}")
    return aligned(lines, apart=0.6)


def output_size_formula(
    input_size: int,
    kernel_size: int,
    *,
    stride: int = 1,
    padding: AxisPadding = "valid",
    dilation: int = 1,
    floor: bool = False,
) -> str:
    r"""Write the output size of one axis with its numbers.

    Parameters
    ----------
    floor : write out what is rounded down, too.

    >>> output_size_formula(512, 3)
    '\\left\\lfloor \\frac{512 + 0 + 0 - 1 \\cdot (3 - 1) - 1}{1} \\right\\rfloor + 1 = 510'
    >>> output_size_formula(6, 3, stride=2, floor=True).partition("= ")[2]
    '\\lfloor 1.5 \\rfloor + 1 = 2'
    """
    before, after = padding_amounts(
        input_size, kernel_size, stride=stride, padding=padding, dilation=dilation
    )
    size = output_size(input_size, kernel_size, stride=stride, padding=padding, dilation=dilation)
    room = input_size + before + after - dilated_size(kernel_size, dilation)
    rounded = rf"= \lfloor {room / stride:.4g} \rfloor + 1 " if floor else ""
    return (
        rf"\left\lfloor \frac{{{input_size} + {before} + {after} - {dilation} \cdot "
        rf"({kernel_size} - 1) - 1}}{{{stride}}} \right\rfloor + 1 {rounded}= {size}"
    )


def convolution_rule(*, has_bias: bool = True, is_flipped: bool = False) -> str:
    r"""Write what one stop of the window gives.

    Parameters
    ----------
    is_flipped : the kernel lies on the picture turned around.

    >>> convolution_rule(has_bias=False, is_flipped=True).count(r"k_\text{columns}")
    1
    """
    weight = r"w_{k_\text{rows}-1-i,\, k_\text{columns}-1-j}" if is_flipped else "w_{i,j}"
    return (
        rf"y_{{r,c}} = {'b + ' if has_bias else ''}\sum_{{i}} \sum_{{j}} {weight} \; "
        r"x_{\,s r + d i - p_\text{top},\; s c + d j - p_\text{left}}"
    )


_MOST_TERMS = 3  # of the sum below the line, the largest first


def softmax_formula(logits: Sequence[float], index: int) -> str:
    """Write the softmax of one class with its numbers, the largest logit subtracted first.

    Parameters
    ----------
    logits : one per class.
    index : the class in question.

    >>> print(softmax_formula([2.0, 1.0], 0).split(" = ", 1)[1])
    \\frac{1.0000}{1.3679} = 0.7311
    >>> print(softmax_formula([-1.0, -2.0], 1).split("{", 2)[2].split("}", 1)[0])
    -2.00 - (-1.00)
    """
    largest = max(logits)
    order = sorted(range(len(logits)), key=lambda one: -logits[one])
    powers = [f"e^{{{one:.2f} - {bracketed(f'{largest:.2f}')}}}" for one in logits]
    shown = [powers[one] for one in order[:_MOST_TERMS]]
    if len(logits) > _MOST_TERMS:
        shown.append(rf"\ldots\;({len(logits) - _MOST_TERMS}\text{{ more}})")
    terms = [math.exp(logit - largest) for logit in logits]
    total = math.fsum(terms)
    return (
        rf"\frac{{{powers[index]}}}{{{' + '.join(shown)}}} = "
        rf"\frac{{{terms[index]:.4f}}}{{{total:.4f}}} = {terms[index] / total:.4f}"
    )
