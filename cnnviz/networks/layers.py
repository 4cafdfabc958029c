"""What a network consists of: its layers in order, their shapes, costs and receptive fields.

Works on any Keras model of one picture: Sequential or functional, nested, with branches, with
layers used twice. Keras itself is not imported here; the layers that come in are read.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cnnviz.images.crops import Box
from cnnviz.shapes import dilated_size, padding_amounts, transposed_cropping

Shape = tuple[int, ...]


@dataclass(frozen=True)
class ReceptiveField:
    """The pixels of the network's input that one cell of a map sees.

    Pairs of (rows, columns), in pixels of the input.

    size : pixels seen by one cell that looks at nothing but pixels; an upper bound where branches
        or upsampling meet.
    stride : pixels between what two neighbouring cells see; below 1 after upsampling.
    start : first pixel seen by the cell (0, 0); negative where it lies in the padding.
    seen : (top, left, bottom, right), the pixels that reach the map at all: not those of the
        padding, nor any that a layer before it cut off.
    """

    size: tuple[int, int]
    stride: tuple[float, float]
    start: tuple[float, float]
    seen: tuple[int, int, int, int]

    def box(self, row: int, column: int) -> Box:
        """Find what the cell at (row, column) sees, cut to what can be seen.

        >>> ReceptiveField((5, 5), (2, 2), (-1, -1), (0, 0, 20, 10)).box(0, 3)
        Box(top=0, left=5, height=4, width=5)
        """
        (top, bottom), (left, right) = (
            self._span(axis, place, place) for axis, place in enumerate((row, column))
        )
        return Box(top, left, bottom - top, right - left)

    def of_map(self, shape: Shape) -> ReceptiveField:
        """Keep of `seen` what the cells of a map of this shape see between them."""
        (top, bottom), (left, right) = (self._span(axis, 0, shape[axis] - 1) for axis in (0, 1))
        return replace(self, seen=(top, left, bottom, right))

    def _span(self, axis: int, first: int, last: int) -> tuple[int, int]:
        """Find the pixels from what cell `first` sees to what cell `last` sees, end excluded."""
        start, stride = self.start[axis], self.stride[axis]
        least, most = self.seen[axis], self.seen[axis + 2]
        ends = (math.floor(start + first * stride), math.floor(start + last * stride))
        return min(max(ends[0], least), most), min(max(ends[1] + self.size[axis], least), most)


@dataclass(frozen=True)
class LayerInfo:
    """One layer, as a table or an overview shows it.

    name : unique in the network.
    kind : Keras's name of the class, such as "Conv2D".
    output_shape : without the batch: (height, width, channels) or (units,).
    parameters : all weights, those that training leaves alone included.
    multiply_adds : of convolutions and dense layers; 0 for all others, as papers count.
    receptive_field : None where every cell sees the whole picture.
    inputs : names of the layers it takes its input from.
    strides : (rows, columns), None for layers that do not slide.
    memory_bytes : of its output, in float32.
    activation : the name of an activation inside the layer, None if it has none.
    stage : how often the map has changed its size on the way here; deep networks fold by it.
    """

    name: str
    kind: str
    output_shape: Shape
    parameters: int
    multiply_adds: int
    receptive_field: ReceptiveField | None
    inputs: tuple[str, ...]
    strides: tuple[int, int] | None
    memory_bytes: int
    activation: str | None
    stage: int

    @property
    def is_map(self) -> bool:
        """Whether the output has rows and columns."""
        return len(self.output_shape) == 3

    @property
    def channels(self) -> int:
        """Count the maps, or the units of a vector."""
        return self.output_shape[-1]


@dataclass(frozen=True, eq=False)
class Node:
    """One call of one layer: what to run, with what, and the symbolic tensor that comes out."""

    name: str
    operation: Any
    arguments: tuple[Any, ...]
    keywords: Mapping[str, Any]
    inputs: tuple[str, ...]
    output: Any


class NetworkError(ValueError):
    """A network cannot be opened or used; the message is one sentence for its user."""


def flatten_model(model: Any, image: Any, *, tree: Any) -> tuple[list[Node], list[str]]:
    """List a model's calls of layers in an order in which they can run, and its outputs' names.

    Nested models are unfolded. A name that comes twice gets its model's name in front, or a
    number at the end (a layer used twice).

    Parameters
    ----------
    model : a built `keras.Model`, functional or Sequential.
    image : a `keras.Input` of the picture's shape; the graph is called on it anew.
    tree : the module `keras.tree`.

    Raises
    ------
    NetworkError : a layer with several outputs, or a model without a graph.
    """
    nodes: list[Node] = []
    names: dict[int, str] = {}
    taken: set[str] = set()

    def unique(name: str, outer: str) -> str:
        candidates = [name, *([f"{outer}/{name}"] if outer else [])]
        for candidate in candidates:
            if candidate not in taken:
                break
        else:
            number = 2
            while f"{candidates[-1]}_{number}" in taken:
                number += 1
            candidate = f"{candidates[-1]}_{number}"
        taken.add(candidate)
        return candidate

    def run(inner: Any, inputs: Any, outer: str) -> Any:
        graph = getattr(inner, "_functional", inner)
        if not hasattr(graph, "_run_through_graph"):
            raise NetworkError(
                "A network must be Sequential or functional, so that its layers can be listed. "
                f"Received: the {type(inner).__name__} {inner.name!r}."
            )

        def call(operation: Any) -> Callable[..., Any]:
            def called(*arguments: Any, **keywords: Any) -> Any:
                if hasattr(operation, "_run_through_graph") or hasattr(operation, "_functional"):
                    return run(operation, arguments[0], operation.name)
                keywords = {
                    key: value for key, value in keywords.items() if key not in ("mask", "training")
                }
                output = operation(*arguments, **keywords)
                outputs = tree.flatten(output)
                if len(outputs) != 1:
                    raise NetworkError(
                        "Every layer must have one output. "
                        f"Received: {operation.name!r} with {len(outputs)}."
                    )
                given = [x for x in tree.flatten((arguments, keywords)) if id(x) in names]
                name = unique(operation.name, outer)
                names[id(outputs[0])] = name
                nodes.append(
                    Node(
                        name,
                        operation,
                        arguments,
                        keywords,
                        tuple(names[id(x)] for x in given),
                        outputs[0],
                    )
                )
                return output

            return called

        return graph._run_through_graph(inputs, call)

    names[id(image)] = unique(image.name, "")
    outputs = tree.flatten(run(model, image, ""))
    return nodes, [names[id(output)] for output in outputs]


def _pair(value: Any) -> tuple[int, int]:
    return (int(value[0]), int(value[1])) if isinstance(value, Sequence) else (int(value),) * 2


def strides_of(layer: Any) -> tuple[int, int] | None:
    """Read a sliding layer's strides, None for every other kind.

    Windows of a pooling without any stand side by side.
    """
    if type(layer).__name__ in _WINDOWS or type(layer).__name__ == "Conv2DTranspose":
        return _pair(layer.pool_size if layer.strides is None else layer.strides)
    return None


_CONVOLUTIONS = ("Conv2D", "DepthwiseConv2D", "SeparableConv2D")
_POOLINGS = ("MaxPooling2D", "AveragePooling2D")
_WINDOWS = _CONVOLUTIONS + _POOLINGS
# Each cell depends on the cell at its own place and on nothing beside it.
_POINTWISE = frozenset(
    {
        *("Activation", "ReLU", "LeakyReLU", "PReLU", "ELU", "BatchNormalization"),
        *("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"),
        *("Dropout", "SpatialDropout2D", "GaussianDropout", "AlphaDropout", "GaussianNoise"),
        *("Rescaling", "Normalization", "Identity", "StochasticDepth", "LayerScale"),
        *("ActivityRegularization", "CustomScaleLayer"),
        *("RandomBrightness", "RandomContrast", "RandomFlip", "RandomRotation"),
        *("RandomTranslation", "RandomZoom", "RandomCrop", "RandomShear", "RandomErasing"),
        *("RandomHue", "RandomSaturation", "RandomGrayscale", "RandomGaussianBlur"),
        *("RandomElasticTransform", "RandomPerspective", "RandomSharpness", "RandomInvert"),
        *("RandomPosterization", "RandomColorDegeneration", "RandomColorJitter"),
        *("Solarization", "Equalization", "RandAugment", "AugMix"),
    }
)


def multiply_adds_of(layer: Any, input_shape: Shape, output_shape: Shape) -> int:
    """Count the multiplications (each with its addition) of a convolution or a dense layer."""
    kind = type(layer).__name__
    if kind == "Conv2D":
        taps = math.prod(layer.kernel_size) * (input_shape[-1] // layer.groups)
        return int(math.prod(output_shape) * taps)
    if kind == "DepthwiseConv2D":
        return int(math.prod(output_shape) * math.prod(layer.kernel_size))
    if kind == "SeparableConv2D":
        middle = input_shape[-1] * layer.depth_multiplier
        cells = math.prod(output_shape[:-1])
        return int(cells * middle * (math.prod(layer.kernel_size) + output_shape[-1]))
    if kind == "Conv2DTranspose":
        return int(math.prod(input_shape) * math.prod(layer.kernel_size) * output_shape[-1])
    if kind == "Dense":
        return math.prod(output_shape) * input_shape[-1]
    return 0


def _merged(fields: Sequence[ReceptiveField]) -> ReceptiveField | None:
    """Cover what several branches see with one field, or None if they step differently."""
    if len({field.stride for field in fields}) != 1:
        return None
    start = (min(field.start[0] for field in fields), min(field.start[1] for field in fields))
    ends = [max(field.start[axis] + field.size[axis] for field in fields) for axis in (0, 1)]
    size = (math.ceil(ends[0] - start[0]), math.ceil(ends[1] - start[1]))
    tops, lefts, bottoms, rights = zip(*(field.seen for field in fields), strict=True)
    seen = (min(tops), min(lefts), max(bottoms), max(rights))
    return ReceptiveField(size, fields[0].stride, start, seen)


def _shifted(field: ReceptiveField, rows: float, columns: float) -> ReceptiveField:
    """Move where the field starts by cells of its own map."""
    start = (
        field.start[0] + rows * field.stride[0],
        field.start[1] + columns * field.stride[1],
    )
    return replace(field, start=start)


def _slid(
    field: ReceptiveField, spans: tuple[int, int], strides: tuple[int, int], before: Sequence[int]
) -> ReceptiveField:
    """Follow a field through a window: Araujo, Norris and Sim 2019, eq. 2 and 3."""
    moved = _shifted(field, -before[0], -before[1])
    size = [math.ceil(field.size[axis] + (spans[axis] - 1) * field.stride[axis]) for axis in (0, 1)]
    return ReceptiveField(
        (size[0], size[1]),
        (field.stride[0] * strides[0], field.stride[1] * strides[1]),
        moved.start,
        field.seen,
    )


def _widened(
    field: ReceptiveField, factors: tuple[int, int], reach: Sequence[float], first: Sequence[float]
) -> ReceptiveField:
    """Follow a field through a layer that writes `factors` cells for each one it reads.

    Output cell o reads the cells from `first + o / factor` on, over a length of `reach`; the
    bounds are rounded outwards.
    """
    start, size, stride = [], [], []
    for axis in (0, 1):
        stride.append(field.stride[axis] / factors[axis])
        start.append(field.start[axis] + first[axis] * field.stride[axis])
        # Where the bound falls between two pixels, `box` begins at the one before.
        size.append(math.ceil(field.size[axis] + reach[axis] * field.stride[axis]) + 1)
    return ReceptiveField(
        (size[0], size[1]), (stride[0], stride[1]), (start[0], start[1]), field.seen
    )


def receptive_field_of(
    layer: Any, fields: Sequence[ReceptiveField | None], inputs: Sequence[Shape], output: Shape
) -> ReceptiveField | None:
    """Follow the receptive field through one layer; None once it is the whole picture.

    fields, inputs : of the layers it takes its input from, in order.
    """
    kind = type(layer).__name__
    known = [field for field in fields if field is not None]
    if len(output) != 3 or len(known) != len(fields) or not known:
        return None
    field, shape = known[0], inputs[0]
    if kind in _POINTWISE or (kind in ("LayerNormalization", "UnitNormalization", "Softmax")):
        axes = getattr(layer, "axis", -1)
        axes = list(axes) if isinstance(axes, list | tuple) else [axes]
        if kind not in _POINTWISE and any(axis not in (-1, 3) for axis in axes):
            return None
        return _merged(known)
    if kind == "Concatenate":
        return _merged(known) if layer.axis in (-1, 3) else None
    if kind in ("Dense", "Permute", "Reshape"):
        return field if kind == "Dense" else None
    if kind in _WINDOWS:
        pooling = kind in _POOLINGS
        sizes = _pair(layer.pool_size if pooling else layer.kernel_size)
        dilation = (1, 1) if pooling else _pair(layer.dilation_rate)
        strides = strides_of(layer) or (1, 1)
        before = [
            padding_amounts(
                shape[axis],
                sizes[axis],
                stride=strides[axis],
                padding=layer.padding,
                dilation=dilation[axis],
            )[0]
            for axis in (0, 1)
        ]
        spans = (dilated_size(sizes[0], dilation[0]), dilated_size(sizes[1], dilation[1]))
        return _slid(field, spans, strides, before)
    if kind == "ZeroPadding2D":
        return _shifted(field, -layer.padding[0][0], -layer.padding[1][0])
    if kind == "Cropping2D":
        return _shifted(field, layer.cropping[0][0], layer.cropping[1][0])
    if kind == "CenterCrop" and output[0] <= shape[0] and output[1] <= shape[1]:
        return _shifted(field, (shape[0] - output[0]) // 2, (shape[1] - output[1]) // 2)
    if kind == "UpSampling2D" and layer.interpolation == "nearest":
        factors = _pair(layer.size)
        reach = [(factor - 1) / factor for factor in factors]  # o // factor is o / factor at most
        return _widened(field, factors, reach, [-share for share in reach])
    if kind == "Conv2DTranspose":
        factors, sizes, dilation = (
            _pair(layer.strides),
            _pair(layer.kernel_size),
            _pair(layer.dilation_rate),
        )
        first, reach = [], []
        for axis in (0, 1):
            extra = layer.output_padding
            cut, _ = transposed_cropping(
                shape[axis],
                sizes[axis],
                stride=factors[axis],
                padding=layer.padding,
                dilation=dilation[axis],
                output_padding=None if extra is None else _pair(extra)[axis],
            )
            span = dilated_size(sizes[axis], dilation[axis])
            first.append((cut - span + 1) / factors[axis])
            reach.append((span - 1) / factors[axis])
        return _widened(field, factors, reach, first)
    # Everything else may look anywhere: global pooling, resizing, normalisation over the map.
    return None


def input_info(name: str, shape: Shape) -> LayerInfo:
    """Describe a network's input, (height, width, channels)."""
    pixel = ReceptiveField((1, 1), (1, 1), (0, 0), (0, 0, shape[0], shape[1]))
    return LayerInfo(
        name=name,
        kind="InputLayer",
        output_shape=shape,
        parameters=0,
        multiply_adds=0,
        receptive_field=pixel,
        inputs=(),
        strides=None,
        memory_bytes=4 * math.prod(shape),
        activation=None,
        stage=0,
    )


def layer_info(
    name: str, layer: Any, before: Sequence[LayerInfo], output: Shape, parameters: int
) -> LayerInfo:
    """Describe one layer from what it is given and what it gives.

    layer : a Keras layer, or whatever has its class's name and its attributes.
    before : of the layers it takes its input from, in order.
    """
    shapes = [info.output_shape for info in before]
    activation = getattr(layer, "activation", None)
    activation = getattr(activation, "__name__", activation)
    field = receptive_field_of(layer, [info.receptive_field for info in before], shapes, output)
    changed = bool(shapes) and output[:-1] != max(shapes, key=math.prod)[:-1]
    return LayerInfo(
        name=name,
        kind=type(layer).__name__,
        output_shape=output,
        parameters=parameters,
        multiply_adds=multiply_adds_of(layer, shapes[0], output) if shapes else 0,
        receptive_field=None if field is None else field.of_map(output),
        inputs=tuple(info.name for info in before),
        strides=strides_of(layer),
        memory_bytes=4 * math.prod(output),
        activation=None if activation in (None, "linear") else activation,
        stage=max((info.stage for info in before), default=0) + changed,
    )


def describe_layers(nodes: Sequence[Node], input_name: str, input_shape: Shape) -> list[LayerInfo]:
    """Describe the input and every layer, in the order of `nodes`."""
    described = {input_name: input_info(input_name, input_shape)}
    for node in nodes:
        described[node.name] = layer_info(
            node.name,
            node.operation,
            [described[name] for name in node.inputs],
            tuple(int(side) for side in node.output.shape[1:]),
            sum(math.prod(weight.shape) for weight in getattr(node.operation, "weights", [])),
        )
    return list(described.values())
