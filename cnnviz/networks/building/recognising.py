"""Find a stack again in a graph of Keras layers: a chain, with branches only where a block is."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

from cnnviz.networks.building.blocks import BLOCK_KINDS, Block, InvertedResidualBlock
from cnnviz.networks.building.kinds import Activation, Conv2D, Input, ReLU
from cnnviz.networks.building.layer import Call, Layer
from cnnviz.networks.building.stack import Stack
from cnnviz.networks.building.table import outline
from cnnviz.networks.layers import Shape

_LARGEST_BLOCK = 16
_LONGEST_CHAIN = 8


class NoStackError(ValueError):
    """A graph is no stack.

    name : of the call at which that shows.
    """

    def __init__(self, message: str, name: str) -> None:
        super().__init__(message)
        self.name = name


def stack_of(image: str, given: Input, calls: Sequence[Call], output: str) -> Stack:
    """Write a graph as a stack.

    Parameters
    ----------
    image : the name of the network's input.
    calls : in an order in which they can run; names are unique.
    output : the name of the call that gives the answer.

    Raises
    ------
    NoStackError : branches that are no block of ours, or layers that do not lead to the answer.
    ValueError : more layers than a stack may have.
    """
    reader = _Reader(calls)
    layers: list[Layer] = [given]
    forms: dict[int, tuple[str, Any]] = {}
    at, read = image, 0
    while at != output or reader.takers(output):
        takers = reader.takers(at)
        if not takers:
            raise NoStackError(_LOOSE_END, at)
        if len(takers) == 1 and len(takers[0].inputs) == 1:
            layers.append(takers[0].layer)
            at, count = takers[0].name, 1
        else:
            block, end, count = reader.block(at, takers)
            forms[len(layers)] = end, reader.form(end, at)
            layers.append(block)
            at = end
        read += count
    if read != len(calls):
        raise NoStackError(_LOOSE_END, reader.unread(image))
    stack = Stack(tuple(layers))
    # A shortcut has a convolution or not by the channels, which are known as far as layers fit.
    for position, row in enumerate(outline(stack).rows):
        if isinstance(row.layer, Block):
            end, form = forms[position]
            if form != _form_of_block(row.layer, row.input_shape):
                raise NoStackError(_NO_BLOCK, end)
    return _with_chains(stack)


_LOOSE_END = "Every layer must lead to the network's answer."
_NO_BLOCK = (
    "Branches must be those of a block as cnnviz builds it: residual, bottleneck, inverted "
    "residual or inception."
)


def _with_chains(stack: Stack) -> Stack:
    """Find the inverted residual blocks that add nothing, and so have no branches.

    Each is a chain like any other; a stack has the block in its place, as it has where the same
    layers are added to what came in. Where an activation follows, the chain is that of MobileNet's
    first version, which has no such blocks.
    """
    layers, found = stack.layers, []
    rows = outline(stack).rows
    at = 0
    while at < len(layers):
        shape = rows[at].input_shape if at < len(rows) else ()
        block, length = _chain(layers[at:], shape) if len(shape) == 3 else (None, 1)
        found.append(block or layers[at])
        at += length
    return Stack(tuple(found))


def _chain(layers: Sequence[Layer], shape: Shape) -> tuple[Block | None, int]:
    first = layers[0]
    if not isinstance(first, Conv2D) or first.kernel_size != (1, 1):
        return None, 1
    for length in range(3, min(len(layers), _LONGEST_CHAIN) + 1)[::-1]:
        chain = layers[:length]
        if length < len(layers) and _is_activation(layers[length]):
            continue
        for block in InvertedResidualBlock.behind(chain, shape[2]):
            calls = block.calls("block", "image", shape)
            if len(calls) > 2 and not any(len(call.inputs) > 1 for call in calls):
                there = [
                    Call(f"{at}", layer, ("image" if not at else f"{at - 1}",))
                    for at, layer in enumerate(chain)
                ]
                known = {call.name: call for call in there}
                if _form(there[-1].name, known, "image") == _form_of_block(block, shape):
                    return block, length
    return None, 1


class _Reader:
    """The graph of calls, by who takes what."""

    def __init__(self, calls: Sequence[Call]) -> None:
        self._calls = {call.name: call for call in calls}
        self._order = {call.name: number for number, call in enumerate(calls)}
        self._takers: dict[str, list[Call]] = {}
        for call in calls:
            for source in call.inputs:
                self._takers.setdefault(source, []).append(call)

    def takers(self, name: str) -> list[Call]:
        return self._takers.get(name, [])

    def form(self, end: str, start: str) -> Any:
        return _form(end, self._calls, start)

    def unread(self, image: str) -> str:
        """Find a call that cannot be reached from the input, or the last."""
        reached, waiting = {image}, deque([image])
        while waiting:
            for call in self.takers(waiting.popleft()):
                if call.name not in reached:
                    reached.add(call.name)
                    waiting.append(call.name)
        return next((name for name in self._calls if name not in reached), [*self._calls][-1])

    def block(self, start: str, takers: Sequence[Call]) -> tuple[Block, str, int]:
        """Find which block begins here, its last call's name, and how many calls it has."""
        inner, merge = self._up_to_merge(start, takers)
        if merge is not None:
            layers = self._leading_to(merge.name, start)
            after = self.takers(merge.name)
            tail = after[0] if len(after) == 1 and _is_activation(after[0].layer) else None
            if tail is not None:
                layers.append(tail.layer)
            # The longest first: an activation behind the merge may belong to the block.
            for end in (tail, merge):
                if end is None:
                    continue
                found = self.form(end.name, start)
                for kind in BLOCK_KINDS:
                    for block in kind.candidates(layers):
                        for channels in block.channels_told_apart():
                            if found == _form_of_block(block, (1, 1, channels)):
                                return block, end.name, len(inner) + (end is tail)
        name = merge.name if merge is not None else takers[-1].name
        raise NoStackError(_NO_BLOCK, name)

    def _up_to_merge(self, start: str, takers: Sequence[Call]) -> tuple[list[Call], Call | None]:
        """List the calls from here to the first with several inputs, as far as a block goes."""
        found = {call.name: call for call in takers}
        waiting = deque(takers)
        while waiting and len(found) <= _LARGEST_BLOCK:
            call = waiting.popleft()
            if len(call.inputs) == 1:
                for taker in self.takers(call.name):
                    if taker.name not in found:
                        found[taker.name] = taker
                        waiting.append(taker)
        inner = sorted(found.values(), key=lambda call: self._order[call.name])
        merges = [call for call in inner if len(call.inputs) > 1]
        inside = {start, *found}
        closed = all(source in inside for call in inner for source in call.inputs)
        if len(merges) != 1 or len(inner) > _LARGEST_BLOCK or not closed:
            return inner, None
        return inner, merges[0]

    def _leading_to(self, name: str, start: str) -> list[Layer]:
        """List the layers from a block's start to a call, branch after branch.

        In which order a program or Keras has the branches is their own affair.
        """
        if name == start:
            return []
        call = self._calls[name]
        before = [layer for source in call.inputs for layer in self._leading_to(source, start)]
        return [*before, call.layer]


def _is_activation(layer: Layer) -> bool:
    return isinstance(layer, Activation) or layer == ReLU()


def _form_of_block(block: Block, shape: Shape) -> Any:
    calls = block.calls("block", "image", shape)
    return _form(calls[-1].name, {call.name: call for call in calls}, "image")


def _form(name: str, calls: Mapping[str, Call], start: str) -> Any:
    """Write what leads from `start` to a call, without names: equal where the arithmetic is.

    An activation inside a layer is one behind it, a sum has no order, and a kernel of one place is
    never padded. There is one merge at most on the way (`_up_to_merge`), so this is as long as the
    block.
    """
    if name == start:
        return "start"
    call = calls[name]
    given = [_form(source, calls, start) for source in call.inputs]
    if call.layer.kind() == "Add":
        given.sort(key=repr)
    layer: Layer = Activation("relu") if call.layer == ReLU() else call.layer
    if isinstance(layer, Conv2D) and layer.kernel_size == (1, 1):
        layer = layer.with_options(padding="same")
    activation = getattr(layer, "activation", "linear")
    if activation != "linear" and not isinstance(layer, Activation):
        inner = (layer.with_options(activation="linear"), *given)
        return Activation(activation), inner
    return layer, *given
