"""What each layer of a stack gives and costs; or why it cannot be, and what would mend it.

The arithmetic is that of every other network (`cnnviz.networks.layers`); nothing is built for it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from cnnviz.limits import LIMITS, Limits, raised_by
from cnnviz.networks.building.kinds import (
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    SpatialDropout2D,
    said_shape,
)
from cnnviz.networks.building.layer import Call, Layer, Misfit, a
from cnnviz.networks.building.stack import Stack
from cnnviz.networks.layers import LayerInfo, ReceptiveField, Shape, input_info, layer_info
from cnnviz.notation import written_count


@dataclass(frozen=True)
class Row:
    """One layer of a stack as a table shows it.

    name : unique in the stack.
    layer : with its options.
    input_shape, output_shape : without the batch.
    trained_weights : numbers that training changes.
    kept_weights : numbers that training only keeps up to date (batch normalisation's).
    multiply_adds : of convolutions and dense layers; 0 for all others, as papers count.
    memory_bytes : of its output, in float32; of a block, of all its layers' outputs.
    receptive_field : None where every cell sees the whole picture.
    parts : the Keras layers that it stands for, the last of which gives the output.
    """

    name: str
    layer: Layer
    input_shape: Shape
    output_shape: Shape
    trained_weights: int
    kept_weights: int
    multiply_adds: int
    memory_bytes: int
    receptive_field: ReceptiveField | None
    parts: tuple[LayerInfo, ...]

    @property
    def weights(self) -> int:
        """All its weights."""
        return self.trained_weights + self.kept_weights


@dataclass(frozen=True)
class Mend:
    """A way out: what it does, as a button says it, and the stack that it leads to."""

    words: str
    stack: Stack


class ImpossibleStack(ValueError):  # noqa: N818
    """A stack that cannot be; the message is one sentence for its builder.

    position : of the first layer that does not fit.
    name : its name.
    rule : the sentence that it breaks.
    received : the numbers that break it.
    mends : ways out, each of which makes the stack fit at least up to this layer.
    """

    def __init__(
        self, position: int, name: str, rule: str, received: str, mends: tuple[Mend, ...]
    ) -> None:
        super().__init__(f"{rule} Received: {received}, at layer {position}, {name}.")
        self.position, self.name, self.rule = position, name, rule
        self.received, self.mends = received, mends


@dataclass(frozen=True)
class Outline:
    """What there is to say of a stack.

    rows : the layers from the input on, up to the first that does not fit.
    problem : what is wrong with the layer behind them; None where all fit.
    """

    rows: tuple[Row, ...]
    problem: ImpossibleStack | None


def describe(stack: Stack, *, limits: Limits = LIMITS) -> tuple[Row, ...]:
    """Describe every layer.

    Raises
    ------
    ImpossibleStack : a layer cannot take what the one before it gives, or is too much for the
        server.

    >>> from cnnviz.networks.building.kinds import Conv2D, Input
    >>> row = describe(Stack((Input(32, 32, 3), Conv2D(6, (3, 3), padding="same"))))[1]
    >>> row.name, row.output_shape, row.weights, row.multiply_adds, row.receptive_field.size
    ('conv_1', (32, 32, 6), 168, 165888, (3, 3))
    """
    found = outline(stack, limits=limits)
    if found.problem:
        raise found.problem
    return found.rows


def outline(stack: Stack, *, limits: Limits = LIMITS) -> Outline:
    """Describe the layers up to the first that does not fit, and say why it does not.

    limits : what a network may cost on this server; those of an uploaded one.
    """
    rows: list[Row] = []
    for position, row in enumerate(_followed(stack, limits)):
        if isinstance(row, Misfit):
            return Outline(tuple(rows), _impossible(stack, position, rows, row, limits))
        rows.append(row)
    return Outline(tuple(rows), None)


def calls_of(stack: Stack) -> tuple[Call, ...]:
    """Spell a stack out in Keras's layers, the input not among them.

    Raises
    ------
    ImpossibleStack : as `describe`.
    """
    calls: list[Call] = []
    source = stack.names()[0]
    for row in describe(stack)[1:]:
        calls += row.layer.calls(row.name, source, row.input_shape)
        source = calls[-1].name
    return tuple(calls)


def _followed(stack: Stack, limits: Limits) -> Iterator[Row | Misfit]:
    """Follow the shapes through the stack; what does not fit comes last, in its row's place."""
    names, shape = stack.names(), stack.input.shape
    given = input_info(names[0], shape)
    field, memory = given.receptive_field, given.memory_bytes
    yield Row(names[0], stack.input, shape, shape, 0, 0, 0, memory, field, (given,))
    numbers, weights, multiply_adds = math.prod(shape), 0, 0
    for name, layer in zip(names[1:], stack.layers[1:], strict=True):
        try:
            row = _row(name, layer, given)
            numbers += row.memory_bytes // 4
            weights += row.weights
            multiply_adds += row.multiply_adds
            _check_room(row, numbers, weights, multiply_adds, limits)
        except Misfit as misfit:
            yield misfit
            return
        yield row
        given = row.parts[-1]


def _row(name: str, layer: Layer, given: LayerInfo) -> Row:
    shape = given.output_shape
    if layer.needs_map and len(shape) != 3:
        raise Misfit(
            f"{a(layer, 'A')} must be given a map (rows, columns, channels).",
            f"a vector of {shape[0]:,}",
        )
    known = {given.name: given}
    trained = kept = 0
    for call in layer.calls(name, given.name, shape):
        before = [known[source] for source in call.inputs]
        shapes = [info.output_shape for info in before]
        learned, followed = call.layer.weight_counts(shapes[0])
        trained, kept = trained + learned, kept + followed
        output = call.layer.merged_shape(shapes)
        known[call.name] = layer_info(call.name, call.layer, before, output, learned + followed)
    parts = tuple(known.values())[1:]
    return Row(
        name=name,
        layer=layer,
        input_shape=shape,
        output_shape=parts[-1].output_shape,
        trained_weights=trained,
        kept_weights=kept,
        multiply_adds=sum(part.multiply_adds for part in parts),
        memory_bytes=sum(part.memory_bytes for part in parts),
        receptive_field=parts[-1].receptive_field,
        parts=parts,
    )


def _check_room(row: Row, numbers: int, weights: int, multiply_adds: int, limits: Limits) -> None:
    """Refuse what is too much for the server, with what an uploaded network may have."""
    if weights > limits.model_weights:
        raise Misfit(
            f"A network may have {written_count(limits.model_weights)} weights; "
            f"{raised_by('model_parameters')}.",
            f"{written_count(weights)}, of which {written_count(row.weights)} in this layer",
        )
    if numbers > limits.model_map_numbers * 1e6:
        raise Misfit(
            "All maps of one picture together may hold "
            f"{limits.model_map_numbers:g} million numbers; {raised_by('model_map_numbers')}.",
            f"{written_count(numbers)} with a map of {said_shape(row.output_shape)}",
        )
    if multiply_adds > limits.model_multiply_adds * 1e9:
        raise Misfit(
            f"One answer may take {limits.model_multiply_adds:g} billion multiplications; "
            f"{raised_by('model_multiply_adds')}.",
            f"{written_count(multiply_adds)}, of which {written_count(row.multiply_adds)} in "
            "this layer",
        )


def _impossible(
    stack: Stack, position: int, rows: list[Row], misfit: Misfit, limits: Limits
) -> ImpossibleStack:
    """Say what is wrong, and offer what mends it: only ways that lead past this layer."""
    name = stack.names()[position]
    mends = []
    for words, mended in _ways_out(stack, position, rows, misfit):
        # The layer may have gone, or stand further in front: what counts is what comes as far.
        reached = position if len(mended.layers) == len(stack.layers) else position - 1
        if len(tuple(_rows_only(mended, limits))) > min(reached, len(mended.layers) - 1):
            mends.append(Mend(words, mended))
    return ImpossibleStack(position, name, misfit.rule, misfit.received, tuple(mends))


def _rows_only(stack: Stack, limits: Limits) -> Iterator[Row]:
    for row in _followed(stack, limits):
        if isinstance(row, Misfit):
            return
        yield row


def _ways_out(
    stack: Stack, position: int, rows: list[Row], misfit: Misfit
) -> Iterator[tuple[str, Stack]]:
    layer, name = stack.layers[position], stack.names()[position]
    for change in misfit.changes:
        yield change.words, stack.replaced(position, change.layer)
    shape = rows[-1].output_shape
    if layer.needs_map and len(shape) != 3:
        vector = next(index for index, row in enumerate(rows) if len(row.output_shape) != 3)
        yield f"Move it in front of {rows[vector].name}", stack.moved(position, vector)
        if isinstance(layer, SpatialDropout2D):
            yield "Use Dropout instead", stack.replaced(position, Dropout(layer.rate))
        if hasattr(rows[vector].layer, "keepdims"):
            kept = rows[vector].layer.with_options(keepdims=True)
            yield f"Let {rows[vector].name} keep a map of one cell", stack.replaced(vector, kept)
    for index, row in enumerate(rows):
        if isinstance(row.layer, Flatten) and len(row.input_shape) == 3:
            pooled = stack.replaced(index, GlobalAveragePooling2D())
            yield f"Put a global average pooling in the place of {row.name}", pooled
    for option in ("filters", "units"):
        size = getattr(layer, option, 0)
        if size > 1 and not misfit.changes:
            smaller = replace(layer, **{option: max(1, size // 4)})
            yield f"Take a quarter: {option} {max(1, size // 4)}", stack.replaced(position, smaller)
    yield f"Leave {name} out", stack.without(position)
