"""The kinds of layers as the stage offers them: by group, with what each one's options may be."""

from __future__ import annotations

import functools

from cnnviz.networks.building import KINDS
from cnnviz.networks.building.augmentation import AUGMENTATION_KINDS
from cnnviz.networks.building.blocks import BLOCK_KINDS
from cnnviz.networks.building.constraints import LARGEST_NORM, Constraint
from cnnviz.networks.building.layer import Layer
from cnnviz.networks.building.options import (
    REQUIRED,
    STRONGEST,
    Choice,
    Flag,
    Number,
    Option,
    Pair,
    Range,
    Regularizer,
    Sides,
    Whole,
)
from cnnviz.networks.diagram import colour_of

_MERGE = {kind.kind(): "Add" for kind in BLOCK_KINDS} | {"InceptionBlock": "Concatenate"}

_GROUPS = {
    "Convolution": ("Conv2D", "DepthwiseConv2D", "SeparableConv2D", "Conv2DTranspose"),
    "Pooling": (
        *("MaxPooling2D", "AveragePooling2D"),
        *("GlobalAveragePooling2D", "GlobalMaxPooling2D"),
    ),
    "Activation": ("Activation", "ReLU", "LeakyReLU", "PReLU", "ELU", "Softmax"),
    "To a decision": ("Flatten", "Dense"),
    "Normalisation": ("BatchNormalization", "LayerNormalization", "Rescaling"),
    "Blocks": tuple(kind.kind() for kind in BLOCK_KINDS),
    "Size": ("ZeroPadding2D", "UpSampling2D", "CenterCrop"),
    "Dropout": ("Dropout", "SpatialDropout2D"),
    "Augmentation, while training": tuple(kind.kind() for kind in AUGMENTATION_KINDS),
}


_ONLY_TRAINING = ("_initializer", "_regularizer", "_constraint")


@functools.cache
def palette() -> dict[str, object]:
    """Give the groups and, for each kind by its code, its name and its options."""
    return {
        "groups": [
            {"title": title, "codes": [KINDS[name].code for name in names]}
            for title, names in _GROUPS.items()
        ],
        "kinds": {kind.code: _kind(kind) for kind in KINDS.values()},
    }


def _kind(kind: type[Layer]) -> dict[str, object]:
    name = kind.kind()
    return {
        "kind": name,
        "words": (kind.__doc__ or "").splitlines()[0],
        "stem": kind.stem,
        "colour": colour_of(_MERGE.get(name, name)),
        "options": [_option(name, option) for name, option in kind.options().items()],
    }


def _option(name: str, option: Option) -> dict[str, object]:
    """Describe an option; a value is the text that an address has for it, None where it is open."""
    required = option.default is REQUIRED
    described: dict[str, object] = {
        "name": name,
        "letter": option.letter,
        "required": required,
        "default": None if required else _text(option, option.default),
        "start": _text(option, option.start),
        "optional": option.optional,
        "rule": f"{name}: {option.rule}",
        "trains": name.endswith(_ONLY_TRAINING),
    }
    match option:
        case Whole(low=low, high=high):
            described |= {"type": "numbers", "count": 1, "low": low, "high": high}
        case Range(low=low, high=high):
            described |= {"type": "range", "low": low, "high": high}
        case Pair(low=low, high=high):
            described |= {"type": "numbers", "count": 2, "low": low, "high": high}
        case Sides(high=high):
            described |= {"type": "numbers", "count": 4, "low": 0, "high": high}
        case Number(low=low, high=high, step=step):
            described |= {"type": "number", "low": low, "high": high, "step": step}
        case Regularizer():
            described |= {"type": "penalty", "low": 0, "high": STRONGEST}
        case Constraint(each=each):
            described |= {"type": "constraint", "low": 0, "high": LARGEST_NORM}
            described |= {"each": "".join(map(str, each))}
        case Flag():
            described |= {"type": "flag"}
        case Choice(words=words):
            described |= {"type": "choice", "words": list(words)}
        case _:
            raise TypeError(f"The form knows no such option. Received: {option!r}.")
    return described


def _text(option: Option, value: object) -> str | None:
    return None if value is None else option.short(value)
