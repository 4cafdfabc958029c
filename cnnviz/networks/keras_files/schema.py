"""Our own schema of the layers that a `.keras` file may hold, and of their arguments.

Keras would look up each class by its module's name and hand it whatever arguments the file
carries. Here nothing is looked up. A layer is one of the kinds in `LAYER_KINDS`, each argument has
a type and a range, what only training needs is dropped (constraints, momentum) or kept where it is
known (`training_arguments.py`), and what is not in the table is refused by the layer's name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cnnviz.networks.keras_files.training_arguments import training_arguments
from cnnviz.networks.layers import NetworkError
from cnnviz.notation import shown

_LARGEST = 1_000_000_000


# Types and ranges of single arguments. A check returns the value to use, or raises _BrokenRule
# with the rest of the sentence "The argument x of a Conv2D must be ...".


class _BrokenRule(Exception):  # noqa: N818
    pass


Check = Callable[[Any], Any]


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    return (_is_whole(value) or isinstance(value, float)) and abs(value) <= _LARGEST  # type: ignore[arg-type]


def _whole(low: int, high: int) -> Check:
    def check(value: Any) -> int:
        if _is_whole(value) and low <= value <= high:
            return int(value)
        raise _BrokenRule(f"a whole number from {low} to {high:,}")

    return check


def _number(low: float = -_LARGEST, high: float = _LARGEST) -> Check:
    def check(value: Any) -> float:
        if _is_number(value) and low <= value <= high:
            return float(value)
        raise _BrokenRule(f"a number from {low:,g} to {high:,g}")

    return check


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise _BrokenRule("true or false")


def _choice(*options: str) -> Check:
    def check(value: Any) -> str:
        if isinstance(value, str) and value in options:
            return value
        raise _BrokenRule("one of " + ", ".join(options))

    return check


def _optional(check_given: Check) -> Check:
    def check(value: Any) -> Any:
        return None if value is None else check_given(value)

    return check


def _only(expected: Any, reason: str) -> Check:
    def check(value: Any) -> Any:
        if value is None or (type(value) is type(expected) and value == expected):
            return expected
        raise _BrokenRule(f"{shown(expected)}: {reason}")

    return check


def _pair(low: int, high: int) -> Check:
    """Accept rows and columns: two whole numbers, or one for both."""

    def check(value: Any) -> tuple[int, int]:
        both = [value, value] if _is_whole(value) else value
        if isinstance(both, list) and len(both) == 2:
            rows, columns = both
            if all(_is_whole(side) and low <= side <= high for side in (rows, columns)):
                return rows, columns
        raise _BrokenRule(f"one or two whole numbers from {low} to {high:,}")

    return check


def _sides(value: Any) -> tuple[tuple[int, int], tuple[int, int]]:
    """Accept what ZeroPadding2D and Cropping2D take: one number, two, or two pairs."""
    rows_columns = [value, value] if _is_whole(value) else value
    if isinstance(rows_columns, list) and len(rows_columns) == 2:
        sides = [[side, side] if _is_whole(side) else side for side in rows_columns]
        if all(
            isinstance(side, list)
            and len(side) == 2
            and all(_is_whole(amount) and 0 <= amount <= 512 for amount in side)
            for side in sides
        ):
            return (sides[0][0], sides[0][1]), (sides[1][0], sides[1][1])
    raise _BrokenRule("amounts from 0 to 512, as [[top, bottom], [left, right]]")


def _axis(value: Any) -> int:
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if _is_whole(value) and -3 <= value <= 3 and value != 0:
        return int(value)
    raise _BrokenRule("one axis from -3 to 3, not that of the batch (0)")


def _axes(value: Any) -> list[int]:
    axes = [value] if _is_whole(value) else value
    if isinstance(axes, list) and len(axes) <= 3 and len(set(map(str, axes))) == len(axes):
        return [_axis(axis) for axis in axes]
    raise _BrokenRule("up to three different axes from -3 to 3, not that of the batch (0)")


def _map_axes(value: Any) -> list[int]:
    whole = isinstance(value, list) and all(map(_is_whole, value))
    if whole and len(value) <= 3 and all(1 <= axis <= 3 for axis in value):
        return list(value)
    raise _BrokenRule("axes from 1 to 3")


def _one_or_more_axes(value: Any) -> int | list[int]:
    axes = _axes(value)
    return axes[0] if len(axes) == 1 else axes


def _target_shape(value: Any) -> tuple[int, ...]:
    if isinstance(value, list) and 1 <= len(value) <= 3:
        fits = all(_is_whole(side) and (side == -1 or 1 <= side <= 10**7) for side in value)
        if fits and value.count(-1) <= 1:
            return tuple(value)
    raise _BrokenRule("one to three sizes, at most one of them -1")


def _order(value: Any) -> tuple[int, ...]:
    whole = isinstance(value, list) and all(map(_is_whole, value))
    if whole and len(value) <= 3 and sorted(value) == list(range(1, len(value) + 1)):
        return tuple(value)
    raise _BrokenRule("the axes 1, 2, 3 in some order")


def numbers_per_channel(value: Any) -> float | list[Any] | None:
    """Read one number, or a list of one per channel in up to three lists of one; None otherwise.

    More numbers would make more pictures of one, or a map of a vector.

    >>> numbers_per_channel([[1, 2, 3]]), numbers_per_channel([[1], [2]])
    ([[1.0, 2.0, 3.0]], None)
    """
    inner, around = value, 0
    while isinstance(inner, list) and len(inner) == 1 and isinstance(inner[0], list) and around < 3:
        inner, around = inner[0], around + 1
    if _is_number(inner):
        return float(inner)
    if not (isinstance(inner, list) and 1 <= len(inner) <= 4096 and all(map(_is_number, inner))):
        return None
    numbers = [float(number) for number in inner]
    for _ in range(around):
        numbers = [numbers]  # type: ignore[list-item]
    return numbers


def _per_channel(value: Any) -> float | list[Any]:
    numbers = numbers_per_channel(value)
    if numbers is None:
        raise _BrokenRule("a number, or one number per channel")
    return numbers


def _numbers(value: Any) -> float | list[Any]:
    """Accept one number, or lists of up to 4,096 numbers: a value per channel."""

    def check(part: Any, depth: int) -> Any:
        if _is_number(part):
            return float(part)
        if isinstance(part, list) and 1 <= len(part) <= 4096 and depth < 4:
            return [check(inner, depth + 1) for inner in part]
        raise _BrokenRule("a number, or one number per channel")

    return check(value, 0)  # type: ignore[no-any-return]


ACTIVATIONS = frozenset(
    {
        *("celu", "elu", "exponential", "gelu", "hard_shrink", "hard_sigmoid", "hard_silu"),
        *("hard_tanh", "leaky_relu", "linear", "log_sigmoid", "log_softmax", "mish", "relu"),
        *("relu6", "selu", "sigmoid", "silu", "soft_shrink", "softmax", "softplus", "softsign"),
        *("squareplus", "tanh", "tanh_shrink"),
    }
)
_ACTIVATION_ALIASES = {"swish": "silu", "hard_swish": "hard_silu"}
# Not PReLU: Keras leaves the weights of an activation out of the file.
ACTIVATION_LAYERS = frozenset({"ReLU", "LeakyReLU", "ELU", "Softmax"})


def _activation(value: Any) -> Any:
    """Accept an activation's name; a layer in its place comes back as it is, to be unrolled."""
    if value is None:
        return "linear"
    if isinstance(value, str):
        name = _ACTIVATION_ALIASES.get(value, value)
        if name in ACTIVATIONS:
            return name
    if isinstance(value, dict) and shown(value.get("class_name"))[1:-1] in ACTIVATION_LAYERS:
        return value
    raise _BrokenRule("the name of one of Keras's activations, never a function")


# The layers.

REQUIRED = object()


@dataclass(frozen=True)
class Argument:
    """One argument of a layer: how it is checked, and what it is where the file leaves it out."""

    check: Check
    default: Any = REQUIRED


@dataclass(frozen=True)
class LayerKind:
    """What a layer of one kind may look like.

    Attributes
    ----------
    arguments : by Keras's names; these alone reach the constructor.
    ignored : arguments that only training uses.
    most_inputs : how many layers it can take.
    input_rank : axes of its input, the batch included; 0 where any will do.
    """

    arguments: Mapping[str, Argument] = field(default_factory=dict)
    ignored: frozenset[str] = frozenset()
    most_inputs: int = 1
    input_rank: int = 0


_channels_last = Argument(
    _only("channels_last", "maps are (height, width, channels)"), "channels_last"
)
_padding = Argument(_choice("valid", "same"), "valid")
_size = Argument(_pair(1, 256))
_stride = Argument(_pair(1, 256), (1, 1))
_bias = Argument(_flag, True)
_linear = Argument(_activation, "linear")
_filters = Argument(_whole(1, 16_384))
_rate = Argument(_number(0.0, 1.0))
_epsilon = Argument(_number(0.0, 1.0), 1e-3)
_side = Argument(_whole(1, 2048))
_interpolation = _choice("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5")
_MERGE = LayerKind(most_inputs=1000)
# Weights of renormalisation are not read, and inference does not need them.
_no_renorm = Argument(_only(False, "batch renormalisation is not read"), False)


# What is left of LoRA: Keras stores the kernel with its two small matrices merged into it.
_LORA = frozenset({"lora_rank", "lora_alpha"})


def _convolution(**more: Argument) -> LayerKind:
    return LayerKind(
        {
            **more,
            "kernel_size": _size,
            "strides": _stride,
            "padding": _padding,
            "data_format": _channels_last,
            "dilation_rate": _stride,
            "activation": _linear,
            "use_bias": _bias,
        },
        ignored=_LORA,
        input_rank=4,
    )


def _pooling(**size: Argument) -> LayerKind:
    return LayerKind(
        {
            **size,
            "strides": Argument(_optional(_pair(1, 1024)), None),
            "padding": _padding,
            "data_format": _channels_last,
        },
        input_rank=4,
    )


def _global_pooling() -> LayerKind:
    return LayerKind(
        {"data_format": _channels_last, "keepdims": Argument(_flag, False)}, input_rank=4
    )


_groups = Argument(_whole(1, 16_384), 1)
_depth_multiplier = Argument(_whole(1, 1024), 1)

LAYER_KINDS: Mapping[str, LayerKind] = {
    "Conv2D": _convolution(filters=_filters, groups=_groups),
    "DepthwiseConv2D": _convolution(depth_multiplier=_depth_multiplier),
    "SeparableConv2D": _convolution(filters=_filters, depth_multiplier=_depth_multiplier),
    "Conv2DTranspose": _convolution(
        filters=_filters, output_padding=Argument(_optional(_pair(0, 255)), None)
    ),
    "Dense": LayerKind(
        {"units": Argument(_whole(1, 1_000_000)), "activation": _linear, "use_bias": _bias},
        ignored=_LORA,
    ),
    "MaxPooling2D": _pooling(pool_size=Argument(_pair(1, 1024), (2, 2))),
    "AveragePooling2D": _pooling(pool_size=Argument(_pair(1, 1024))),
    "GlobalMaxPooling2D": _global_pooling(),
    "GlobalAveragePooling2D": _global_pooling(),
    "BatchNormalization": LayerKind(
        {
            "axis": Argument(_axis, -1),
            "epsilon": _epsilon,
            "center": Argument(_flag, True),
            "scale": Argument(_flag, True),
            "renorm": _no_renorm,
        },
        ignored=frozenset({"momentum", "synchronized", "renorm_clipping", "renorm_momentum"}),
    ),
    "LayerNormalization": LayerKind(
        {
            "axis": Argument(_one_or_more_axes, -1),
            "epsilon": _epsilon,
            "center": Argument(_flag, True),
            "scale": Argument(_flag, True),
            "rms_scaling": Argument(_only(False, "it is a normalisation of its own"), False),
        }
    ),
    "GroupNormalization": LayerKind(
        {
            "groups": Argument(_whole(-1, 16_384), 32),
            "axis": Argument(_axis, -1),
            "epsilon": _epsilon,
            "center": Argument(_flag, True),
            "scale": Argument(_flag, True),
        }
    ),
    "UnitNormalization": LayerKind({"axis": Argument(_one_or_more_axes, -1)}),
    "Normalization": LayerKind(
        {
            "axis": Argument(_optional(_axes), [-1]),
            "mean": Argument(_optional(_numbers), None),
            "variance": Argument(_optional(_numbers), None),
            "invert": Argument(_flag, False),
        }
    ),
    "Rescaling": LayerKind(
        {"scale": Argument(_per_channel), "offset": Argument(_per_channel, 0.0)}
    ),
    "Resizing": LayerKind(
        {
            "height": _side,
            "width": _side,
            "interpolation": Argument(_interpolation, "bilinear"),
            "crop_to_aspect_ratio": Argument(_flag, False),
            "pad_to_aspect_ratio": Argument(_flag, False),
            "fill_mode": Argument(_choice("constant"), "constant"),
            "fill_value": Argument(_number(), 0.0),
            "antialias": Argument(_flag, False),
            "data_format": _channels_last,
        },
        input_rank=4,
    ),
    "CenterCrop": LayerKind(
        {"height": _side, "width": _side, "data_format": _channels_last}, input_rank=4
    ),
    "Activation": LayerKind({"activation": Argument(_activation)}),
    "ReLU": LayerKind(
        {
            "max_value": Argument(_optional(_number(0.0)), None),
            "negative_slope": Argument(_number(0.0), 0.0),
            "threshold": Argument(_number(0.0), 0.0),
        }
    ),
    "LeakyReLU": LayerKind({"negative_slope": Argument(_number(0.0), 0.3)}),
    "PReLU": LayerKind({"shared_axes": Argument(_optional(_map_axes), None)}),
    "ELU": LayerKind({"alpha": Argument(_number(), 1.0)}),
    "Softmax": LayerKind({"axis": Argument(_one_or_more_axes, -1)}),
    "Add": _MERGE,
    "Subtract": LayerKind(most_inputs=2),
    "Multiply": _MERGE,
    "Average": _MERGE,
    "Maximum": _MERGE,
    "Minimum": _MERGE,
    "Concatenate": LayerKind({"axis": Argument(_axis, -1)}, most_inputs=1000),
    "Flatten": LayerKind({"data_format": _channels_last}),
    "Reshape": LayerKind({"target_shape": Argument(_target_shape)}),
    "Permute": LayerKind({"dims": Argument(_order)}),
    "RepeatVector": LayerKind({"n": Argument(_whole(1, 4096))}, input_rank=2),
    "ZeroPadding2D": LayerKind(
        {"padding": Argument(_sides, ((1, 1), (1, 1))), "data_format": _channels_last},
        input_rank=4,
    ),
    "Cropping2D": LayerKind(
        {"cropping": Argument(_sides, ((0, 0), (0, 0))), "data_format": _channels_last},
        input_rank=4,
    ),
    "UpSampling2D": LayerKind(
        {
            "size": Argument(_pair(1, 64), (2, 2)),
            "interpolation": Argument(_interpolation, "nearest"),
            "data_format": _channels_last,
        },
        input_rank=4,
    ),
    "Dropout": LayerKind({"rate": _rate}, ignored=frozenset({"noise_shape"})),
    "SpatialDropout2D": LayerKind({"rate": _rate, "data_format": _channels_last}, input_rank=4),
    "GaussianDropout": LayerKind({"rate": _rate}),
    "AlphaDropout": LayerKind({"rate": _rate}, ignored=frozenset({"noise_shape"})),
    "GaussianNoise": LayerKind({"stddev": Argument(_number(0.0))}),
    "Identity": LayerKind(),
    # Three layers of keras.applications that Keras itself keeps out of keras.layers.
    "LayerScale": LayerKind(
        {"projection_dim": Argument(_whole(1, 16_384))},
        ignored=frozenset({"init_values"}),
        input_rank=4,
    ),
    "StochasticDepth": LayerKind({"drop_path_rate": _rate}),
    "CustomScaleLayer": LayerKind({"scale": Argument(_number())}, most_inputs=2),
}

# Layers that change pictures or losses in training only. When a network answers they pass on what
# they get, whatever their arguments are.
TRAINING_ONLY = frozenset(
    {
        *("ActivityRegularization", "AugMix", "Equalization", "RandAugment", "RandomBrightness"),
        *("RandomColorDegeneration", "RandomColorJitter", "RandomContrast"),
        *("RandomElasticTransform", "RandomErasing", "RandomFlip", "RandomGaussianBlur"),
        *("RandomGrayscale", "RandomHue", "RandomInvert", "RandomPerspective"),
        *("RandomPosterization", "RandomRotation", "RandomSaturation", "RandomSharpness"),
        *("RandomShear", "RandomTranslation", "RandomZoom", "Solarization"),
    }
)

# Functions of keras.ops on one tensor that have the same meaning as a layer.
FUNCTIONS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "Relu": ("ReLU", {}),
    "Relu6": ("ReLU", {"max_value": 6.0}),
    "Sigmoid": ("Activation", {"activation": "sigmoid"}),
    "Tanh": ("Activation", {"activation": "tanh"}),
    "Silu": ("Activation", {"activation": "silu"}),
    "HardSigmoid": ("Activation", {"activation": "hard_sigmoid"}),
    "HardSilu": ("Activation", {"activation": "hard_silu"}),
    "Softplus": ("Activation", {"activation": "softplus"}),
    "Negative": ("Rescaling", {"scale": -1.0}),
}

_COMMON = frozenset({"name", "trainable", "dtype", "seed"})
_DROPPED_ENDINGS = ("_initializer", "_regularizer", "_constraint")
_PRECISIONS = frozenset(
    {"float32", "float64", "float16", "bfloat16", "mixed_float16", "mixed_bfloat16"}
)

_LARGEST_WITH_GAPS = 64

_QUANTISED = (
    "A network must keep its weights as floats, and a quantised one does not: save it before "
    "model.quantize() is called, which nothing takes back."
)


def check_arguments(kind: str, config: Mapping[str, Any], said: str) -> dict[str, Any]:
    """Check a layer's arguments and return those that its constructor is to get.

    Parameters
    ----------
    kind : one of `LAYER_KINDS`.
    config : the layer's `config` from the file.
    said : names the layer in a sentence, such as `layer "conv_1" (Conv2D)`.

    Raises
    ------
    NetworkError : an argument is unknown, missing, or outside its type and range.

    >>> check_arguments("ReLU", {"name": "relu", "max_value": 6}, 'layer "relu" (ReLU)')
    {'max_value': 6.0, 'negative_slope': 0.0, 'threshold': 0.0}
    """
    layer = LAYER_KINDS[kind]
    for name, value in config.items():
        if name in layer.arguments or name in layer.ignored or name in _COMMON:
            continue
        if name.endswith(_DROPPED_ENDINGS) or (name == "quantization_config" and value is None):
            continue
        if name == "quantization_config":
            raise NetworkError(f"{_QUANTISED} Received: {said}.")
        raise NetworkError(
            f"A {kind} takes the arguments {', '.join(layer.arguments) or 'name and dtype'}. "
            f"Received: {said} with {shown(name)}."
        )
    checked: dict[str, Any] = {}
    for name, argument in layer.arguments.items():
        value = config.get(name, argument.default)
        if value is REQUIRED:
            raise NetworkError(f"A {kind} needs the argument {name}. Received: {said} without it.")
        if name in config:
            try:
                value = argument.check(value)
            except _BrokenRule as rule:
                raise NetworkError(
                    f"The argument {name} of a {kind} must be {rule}. "
                    f"Received: {said}, {name}={shown(value)}."
                ) from None
        checked[name] = value
    if kind == "Conv2D":
        _check_gaps(checked, said)
    return checked | training_arguments(kind, config)


def _check_gaps(arguments: Mapping[str, Any], said: str) -> None:
    """Refuse a kernel that TensorFlow's oneDNN may crash over, instead of an error.

    Of one channel it does so, by the map's width, from 200 rows on; it is only ever the rows, and
    only where there are gaps in either direction.
    """
    rows, columns = arguments["kernel_size"]
    if max(arguments["dilation_rate"]) > 1 and max(rows, columns) > _LARGEST_WITH_GAPS:
        raise NetworkError(
            f"A kernel with gaps (dilation_rate) may have {_LARGEST_WITH_GAPS} rows and columns. "
            f"Received: {said} with {rows} x {columns}."
        )


def precision_of(config: Mapping[str, Any], said: str) -> str:
    """Read a layer's dtype policy, a name or Keras's dictionary around one.

    Everything is computed in float32; the policy only says whether that changes anything.

    Raises
    ------
    NetworkError : the layer is quantised or has another policy that is not a float's.
    """
    policy = config.get("dtype")
    if isinstance(policy, dict):
        if "Quantized" in str(policy.get("class_name")):
            raise NetworkError(f"{_QUANTISED} Received: {said}.")
        inner = policy.get("config")
        name = inner.get("name") if isinstance(inner, dict) else None
        policy = policy if name is None else name
    if policy is None:
        return "float32"
    if isinstance(policy, str) and policy in _PRECISIONS:
        return policy
    if isinstance(policy, str) and re.match("int|float8", policy):
        raise NetworkError(f"{_QUANTISED} Received: {said}.")
    raise NetworkError(
        "A layer must compute with floats: float32, float64, or (mixed) float16 or bfloat16. "
        f"Received: {said}, dtype={shown(policy)}."
    )
