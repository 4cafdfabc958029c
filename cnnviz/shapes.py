"""How large results get: sizes, padding, coverage and receptive fields, without touching a pixel.

One axis at a time where the rule is one-dimensional (:func:`output_size`,
:func:`padding_amounts`), and in pairs of ``(rows, columns)`` where a picture is meant
(:func:`map_size`, :func:`map_padding`, :func:`coverage`).
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Size: TypeAlias = int | tuple[int, int]
"""One number for both axes, or ``(rows, columns)``."""

AxisPadding: TypeAlias = Literal["valid", "same"] | int | tuple[int, int]
"""Padding along one axis: a rule, one amount for both ends, or ``(before, after)``."""

MapPadding: TypeAlias = tuple[tuple[int, int], tuple[int, int]]
"""Padding of a picture in pixels: ``((top, bottom), (left, right))``."""

# Names for the arrays that functions hand on; a type checker sees the dtype alone.
Pixels: TypeAlias = NDArray[np.uint8]
"""(height, width, channels), 0 to 255: red, green and blue, or one of grey."""

Colours: TypeAlias = NDArray[np.uint8]
"""(..., 3): red, green and blue of each number."""

Grid: TypeAlias = NDArray[np.float32]
"""(rows, columns): one number in each cell."""

Maps: TypeAlias = NDArray[np.float32]
"""(rows, columns, channels): what a layer gives; (units,) where that is a vector."""

Floats: TypeAlias = NDArray[np.float32]
"""Any axes."""

Padding: TypeAlias = AxisPadding | MapPadding
"""Any padding. ``(before, after)`` is for one axis, ``((top, bottom), (left, right))`` for two."""


def whole_number(value: object, name: str, *, least: int = 1) -> int:
    """Return ``value`` as an int if it is a whole number of at least ``least``.

    Raises
    ------
    ValueError : it is not (a bool or a float with a fraction is not a whole number either).

    >>> whole_number(np.int64(3), "stride")
    3
    """
    if type(value) is int and value >= least:
        return value
    number: int | None = None
    if not isinstance(value, bool | np.bool_):
        try:
            number = operator.index(value)  # type: ignore[arg-type]
        except TypeError:
            number = None
    if number is None or number < least:
        raise ValueError(
            f"The {name} must be a whole number of at least {least}. Received: {name}={value!r}."
        )
    return number


def pair(size: Size, name: str = "size", *, least: int = 1) -> tuple[int, int]:
    """Spell a size out as ``(rows, columns)``.

    Raises
    ------
    ValueError : neither a whole number of at least ``least`` nor two of them.

    >>> pair(3), pair((3, 5))
    ((3, 3), (3, 5))
    """
    if isinstance(size, tuple | list):
        if len(size) != 2:
            raise ValueError(
                f"The {name} must be one whole number or a pair (rows, columns). "
                f"Received: {name}={size!r}."
            )
        rows, columns = size
        return whole_number(rows, name, least=least), whole_number(columns, name, least=least)
    both = whole_number(size, name, least=least)
    return both, both


def dilated_size(kernel_size: int, dilation: int = 1) -> int:
    """Count the pixels a kernel spans along one axis: d(k - 1) + 1.

    >>> dilated_size(3, dilation=2)
    5
    """
    kernel_size = whole_number(kernel_size, "kernel_size")
    return whole_number(dilation, "dilation") * (kernel_size - 1) + 1


def padding_amounts(
    input_size: int,
    kernel_size: int,
    *,
    stride: int = 1,
    padding: Padding = "valid",
    dilation: int = 1,
) -> tuple[int, int]:
    """Count the pixels added before and after one axis.

    Parameters
    ----------
    input_size, kernel_size : pixels along that axis, >= 1.
    stride : pixels between two positions, >= 1.
    padding : "valid" adds none; "same" adds what ceil(input_size / stride) positions need,
        the odd one at the end (TensorFlow's rule); an int adds that many at both ends; a pair
        is (before, after) itself.
    dilation : pixels between two neighbouring taps of the kernel, >= 1.

    Raises
    ------
    ValueError : a size is below 1, or ``padding`` is none of the above.

    >>> padding_amounts(5, 2, padding="same")
    (0, 1)
    >>> padding_amounts(6, 3, stride=2, padding="same")
    (0, 1)
    """
    input_size = whole_number(input_size, "input_size")
    stride = whole_number(stride, "stride")
    span = dilated_size(kernel_size, dilation)
    match padding:
        case "valid":
            return 0, 0
        case "same":
            positions = -(-input_size // stride)
            total = max((positions - 1) * stride + span - input_size, 0)
            return total // 2, total - total // 2
        case str() | None:
            raise ValueError(_padding_rule(padding))
        case [before, after]:
            if isinstance(before, Sequence) or isinstance(after, Sequence):
                raise ValueError(_padding_rule(padding))
            return (
                whole_number(before, "padding", least=0),
                whole_number(after, "padding", least=0),
            )
        case Sequence():
            raise ValueError(_padding_rule(padding))
        case _:
            both = whole_number(padding, "padding", least=0)
            return both, both


def _padding_rule(padding: object) -> str:
    return (
        'The padding must be "valid", "same", a whole number, (before, after) for one axis, or '
        f"((top, bottom), (left, right)) for a picture. Received: padding={_shown(padding)}."
    )


def _shown(value: object) -> str:
    """Write a value for a sentence, text in double quotes."""
    return f'"{value}"' if isinstance(value, str) else repr(value)


def output_size(
    input_size: int,
    kernel_size: int,
    *,
    stride: int = 1,
    padding: Padding = "valid",
    dilation: int = 1,
) -> int:
    """Count the positions a kernel takes along one axis.

    floor((input + before + after - dilation * (kernel - 1) - 1) / stride) + 1

    Parameters
    ----------
    input_size, kernel_size : pixels along that axis, >= 1.
    stride : pixels between two positions, >= 1.
    padding : "valid" keeps the kernel inside; "same" pads with zeros so that
        the result has ceil(input_size / stride) positions; an int or (before, after) in pixels.
    dilation : pixels between two neighbouring taps of the kernel, >= 1.

    Raises
    ------
    ValueError : the dilated kernel is larger than the padded input.

    >>> output_size(5, 3, stride=2, padding="same")
    3
    >>> output_size(512, 3)
    510
    """
    before, after = padding_amounts(
        input_size, kernel_size, stride=stride, padding=padding, dilation=dilation
    )
    room = input_size + before + after - dilated_size(kernel_size, dilation)
    if room < 0:
        dilated = "" if dilation == 1 else f", dilation={dilation}"
        raise ValueError(
            "The kernel must fit inside the padded input. Received: "
            f"kernel_size={kernel_size}, input_size={input_size}, "
            f"padding={_shown(padding)}{dilated}."
        )
    return int(room // stride + 1)


def axis_paddings(padding: Padding) -> tuple[AxisPadding, AxisPadding]:
    """Split a picture's padding into the padding of its rows and that of its columns.

    Raises
    ------
    ValueError : a bare pair of numbers, which could mean either axis, or no padding at all.

    >>> axis_paddings(((1, 2), (0, 3)))
    ((1, 2), (0, 3))
    >>> axis_paddings("same")
    ('same', 'same')
    """
    if isinstance(padding, str):
        if padding in ("valid", "same"):
            return padding, padding
    elif isinstance(padding, Sequence):
        if len(padding) == 2 and all(
            isinstance(ends, Sequence) and not isinstance(ends, str) and len(ends) == 2
            for ends in padding
        ):
            (top, bottom), (left, right) = padding  # type: ignore[misc,str-unpack]
            return (
                (
                    whole_number(top, "padding", least=0),
                    whole_number(bottom, "padding", least=0),
                ),
                (
                    whole_number(left, "padding", least=0),
                    whole_number(right, "padding", least=0),
                ),
            )
    elif padding is not None:
        both = whole_number(padding, "padding", least=0)
        return both, both
    raise ValueError(
        'The padding of a picture must be "valid", "same", a whole number or '
        f"((top, bottom), (left, right)). Received: padding={_shown(padding)}."
    )


def map_padding(
    input_size: Size,
    kernel_size: Size,
    *,
    stride: Size = 1,
    padding: Padding = "valid",
    dilation: Size = 1,
) -> MapPadding:
    """Count the pixels added around a picture: :func:`padding_amounts` on both axes.

    >>> map_padding((5, 6), 3, stride=2, padding="same")
    ((1, 1), (0, 1))
    """
    rows, columns = (
        padding_amounts(n, k, stride=s, padding=p, dilation=d)
        for n, k, s, p, d in _axes(input_size, kernel_size, stride, padding, dilation)
    )
    return rows, columns


def map_size(
    input_size: Size,
    kernel_size: Size,
    *,
    stride: Size = 1,
    padding: Padding = "valid",
    dilation: Size = 1,
) -> tuple[int, int]:
    """Count the positions a kernel takes on a picture: :func:`output_size` on both axes.

    >>> map_size((512, 341), 3, stride=2)
    (255, 170)
    """
    rows, columns = (
        output_size(n, k, stride=s, padding=p, dilation=d)
        for n, k, s, p, d in _axes(input_size, kernel_size, stride, padding, dilation)
    )
    return rows, columns


def _axes(
    input_size: Size, kernel_size: Size, stride: Size, padding: Padding, dilation: Size
) -> Iterable[tuple[int, int, int, AxisPadding, int]]:
    return zip(
        pair(input_size, "input_size"),
        pair(kernel_size, "kernel_size"),
        pair(stride, "stride"),
        axis_paddings(padding),
        pair(dilation, "dilation"),
        strict=True,
    )


def coverage(
    input_size: Size,
    kernel_size: Size,
    *,
    stride: Size = 1,
    padding: Padding = "valid",
    dilation: Size = 1,
) -> NDArray[np.int64]:
    """Count, for each pixel, the windows that touch it.

    Without padding the corners are touched once and the middle by every tap; strides and
    dilation leave pixels that no window touches at all.

    Returns
    -------
    (height, width) int64

    >>> coverage((3, 4), 2)
    array([[1, 2, 2, 1],
           [2, 4, 4, 2],
           [1, 2, 2, 1]])
    """
    rows, columns = (
        _axis_coverage(*axis) for axis in _axes(input_size, kernel_size, stride, padding, dilation)
    )
    return np.outer(rows, columns)


def _axis_coverage(
    input_size: int, kernel_size: int, stride: int, padding: AxisPadding, dilation: int
) -> NDArray[np.int64]:
    before, _ = padding_amounts(
        input_size, kernel_size, stride=stride, padding=padding, dilation=dilation
    )
    positions = output_size(
        input_size, kernel_size, stride=stride, padding=padding, dilation=dilation
    )
    counts = np.zeros(input_size, np.int64)
    for tap in range(kernel_size):
        touched = tap * dilation - before + stride * np.arange(positions)
        # One tap never touches a pixel twice, so a plain += counts right.
        counts[touched[(touched >= 0) & (touched < input_size)]] += 1
    return counts


def transposed_output_size(
    input_size: int,
    kernel_size: int,
    *,
    stride: int = 1,
    padding: Padding = "valid",
    dilation: int = 1,
    output_padding: int | None = None,
) -> int:
    """Count the positions a transposed convolution writes along one axis (Keras's rule).

    "valid" writes every tap: (input - 1) * stride + span, and never less than
    input * stride. "same" writes input * stride. An amount in pixels crops the "valid" result
    (without its filling up) by as much. ``output_padding`` replaces the filling up.

    Raises
    ------
    ValueError : nothing would be left, or ``output_padding`` is not smaller than ``stride``.

    >>> transposed_output_size(4, 3, stride=2)
    9
    >>> transposed_output_size(4, 3, stride=2, padding="same")
    8
    """
    before, after = transposed_cropping(
        input_size,
        kernel_size,
        stride=stride,
        padding=padding,
        dilation=dilation,
        output_padding=output_padding,
    )
    full = (input_size - 1) * stride + dilated_size(kernel_size, dilation)
    return full - before - after


def transposed_cropping(
    input_size: int,
    kernel_size: int,
    *,
    stride: int = 1,
    padding: Padding = "valid",
    dilation: int = 1,
    output_padding: int | None = None,
) -> tuple[int, int]:
    """Count the positions cut off before and after all that a transposed convolution writes.

    Negative where positions are added that no tap writes to (a stride larger than the kernel).
    See :func:`transposed_output_size` for the parameters.

    >>> transposed_cropping(4, 3, stride=2, padding="same")
    (0, 1)
    >>> transposed_cropping(4, 2, stride=3)
    (0, -1)
    """
    input_size = whole_number(input_size, "input_size")
    stride = whole_number(stride, "stride")
    span = dilated_size(kernel_size, dilation)
    full = (input_size - 1) * stride + span
    if output_padding is not None:
        output_padding = whole_number(output_padding, "output_padding", least=0)
        if output_padding >= stride:
            raise ValueError(
                "The output padding must be smaller than the stride. Received: "
                f"output_padding={output_padding}, stride={stride}."
            )
    if padding == "valid":
        before = 0
        result = full + (max(stride - span, 0) if output_padding is None else output_padding)
    elif padding == "same":
        if output_padding is None:
            result = input_size * stride
            # The gradient of a strided "same" convolution, whose padding has the odd one last.
            before = max(span - stride, 0) // 2
        else:
            # Keras: (input - 1) * stride + span - 2 * (span // 2) + output_padding
            result = (input_size - 1) * stride + span % 2 + output_padding
            before = max(full - result, 0) // 2
    else:
        before, after = padding_amounts(input_size, kernel_size, padding=padding)
        result = full - before - after + (output_padding or 0)
    if result < 1:
        raise ValueError(
            "The padding must leave at least one position of the transposed convolution. "
            f"Received: input_size={input_size}, kernel_size={kernel_size}, stride={stride}, "
            f"padding={_shown(padding)}."
        )
    return before, full - result - before


@dataclass(frozen=True)
class LayerGeometry:
    """What a layer does to positions along one axis; the defaults change nothing."""

    kernel: int = 1
    stride: int = 1
    dilation: int = 1
    padding: AxisPadding = "valid"


class ReceptiveField(NamedTuple):
    """The pixels of the input, along one axis, that a layer's outputs see.

    size : pixels seen by one output.
    jump : pixels of the input between two neighbouring outputs (the layer's total stride).
    start : first pixel seen by output 0; negative where it lies in the padding.
    """

    size: int
    jump: int
    start: int

    @property
    def stride(self) -> int:
        """The jump under its other name."""
        return self.jump

    def span(self, position: int) -> tuple[int, int]:
        """Return the first pixel seen by the output at ``position`` and the one after the last.

        >>> ReceptiveField(size=5, jump=2, start=-1).span(3)
        (5, 10)
        """
        first = self.start + position * self.jump
        return first, first + self.size


def receptive_field(
    layers: Iterable[LayerGeometry | Mapping[str, Any]], *, input_size: int | None = None
) -> list[ReceptiveField]:
    """Follow the receptive field through a stack of layers, along one axis.

    Parameters
    ----------
    layers : first layer first; each a :class:`LayerGeometry` or a mapping with any of its
        keys ``kernel``, ``stride``, ``dilation``, ``padding``.
    input_size : pixels along that axis. Only "same" padding at strides above 1 depends on it;
        without it such a layer's input is taken to be a multiple of its stride.

    Returns
    -------
    One :class:`ReceptiveField` per layer.

    Raises
    ------
    ValueError : a number out of range, an unknown key, or a layer that does not fit its input.

    Source: Araujo, Norris and Sim, "Computing receptive fields of convolutional neural
    networks", Distill 2019, eq. 2 and 3, applied layer by layer.

    >>> receptive_field([{"kernel": 3}, {"kernel": 3, "stride": 2}, {"kernel": 3}])[-1]
    ReceptiveField(size=9, jump=2, start=0)
    """
    size, jump, start = 1, 1, 0
    found = []
    for layer in layers:
        step = _geometry(layer)
        span = dilated_size(step.kernel, step.dilation)
        # A multiple of the stride that is large enough for any kernel.
        width = input_size or whole_number(step.stride, "stride") * span
        before, _ = padding_amounts(
            width, step.kernel, stride=step.stride, padding=step.padding, dilation=step.dilation
        )
        start -= before * jump
        size += (span - 1) * jump
        jump *= step.stride
        found.append(ReceptiveField(size, jump, start))
        if input_size is not None:
            input_size = output_size(
                input_size,
                step.kernel,
                stride=step.stride,
                padding=step.padding,
                dilation=step.dilation,
            )
    return found


def _geometry(layer: LayerGeometry | Mapping[str, Any]) -> LayerGeometry:
    if isinstance(layer, LayerGeometry):
        return layer
    known = [field.name for field in fields(LayerGeometry)]
    unknown = sorted(set(layer) - set(known))
    if unknown:
        raise ValueError(
            f"A layer is described by {', '.join(known)}. Received: {', '.join(unknown)}."
        )
    return LayerGeometry(**layer)
