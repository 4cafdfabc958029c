"""How gradients change on their way back through a deep stack, measured on a real one.

A stack of dense layers is built, real examples go forward through it, a loss is taken and its
gradient goes back, all in float64: after 50 sigmoids a gradient is around 1e-30 and squares of
it would long be zero in float32.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.activations.activation import Activation, Floats
from cnnviz.activations.functions import ACTIVATIONS
from cnnviz.activations.softmax_cross_entropy import cross_entropy, cross_entropy_gradient
from cnnviz.server.turns import turn
from cnnviz.shapes import whole_number

Doubles: TypeAlias = NDArray[np.float64]

Initialisation: TypeAlias = Literal[
    "glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "lecun_normal", "normal"
]
"""How weights are drawn: Keras's names. "normal" has the standard deviation ``scale``."""

DEEPEST = 50
_CLASSES = 10


def initial_weights(
    initialisation: Initialisation,
    inputs: int,
    outputs: int,
    generator: np.random.Generator,
    *,
    scale: float = 0.05,
) -> Doubles:
    """Draw the weights of a dense layer.

    Parameters
    ----------
    initialisation : "glorot_*" has variance 2 / (inputs + outputs), "he_*" 2 / inputs,
        "lecun_normal" 1 / inputs, "normal" scale^2. As in Keras, all normal ones but "normal"
        are cut off at two standard deviations.
    inputs, outputs : >= 1
    scale : standard deviation for "normal", >= 0

    Returns
    -------
    (inputs, outputs) float64

    Raises
    ------
    ValueError : an unknown initialisation, or a scale that is negative or not finite

    Sources: Glorot and Bengio 2010, eq. 16; He et al. 2015, eq. 10.
    """
    if initialisation not in get_args(Initialisation):
        raise ValueError(
            f"The initialisation must be one of {', '.join(get_args(Initialisation))}. "
            f'Received: initialisation="{initialisation}".'
        )
    if not (math.isfinite(scale) and scale >= 0):
        raise ValueError(f"The scale must be finite and at least 0. Received: scale={scale}.")
    shape = (inputs, outputs)
    if initialisation == "normal":
        return scale * generator.standard_normal(shape)
    rule, _, distribution = initialisation.partition("_")
    variance = {"glorot": 2 / (inputs + outputs), "he": 2 / inputs, "lecun": 1 / inputs}[rule]
    if distribution == "uniform":
        limit = math.sqrt(3 * variance)
        return generator.uniform(-limit, limit, shape)
    values = generator.standard_normal(shape)
    while (far := np.abs(values) > 2).any():
        values[far] = generator.standard_normal(np.count_nonzero(far))
    # What is left within two standard deviations has this one instead of 1.
    return values * (math.sqrt(variance) / 0.87962566103423978)


@dataclass(frozen=True, eq=False)
class StackPass:
    """One way forward through a stack and back. Tuples have one entry for each hidden layer.

    loss : mean cross-entropy over the examples
    sums : (examples, width), the weighted sums, before the activation
    outputs : (examples, width), after it
    weight_gradients : the loss's slope by each weight; one entry more, for the last layer, which
        gives the logits
    output_gradients : (examples, width), the loss's slope by each output
    slopes : (examples, width), the activation's slope at each sum
    """

    loss: float
    sums: tuple[Doubles, ...]
    outputs: tuple[Doubles, ...]
    weight_gradients: tuple[Doubles, ...]
    output_gradients: tuple[Doubles, ...]
    slopes: tuple[Doubles, ...]


@turn()
def stack_pass(
    weights: Sequence[Doubles],
    inputs: ArrayLike,
    labels: ArrayLike,
    activation: str,
    **parameters: float,
) -> StackPass:
    """Send examples forward through a stack of dense layers, and the loss's gradient back.

    Parameters
    ----------
    weights : (inputs, outputs) of each layer; all but the last are followed by the activation.
    inputs : (examples, features)
    labels : (examples,) int, the right class of each
    activation, parameters : a key of :data:`cnnviz.activations.ACTIVATIONS` and its parameters
    """
    bend = _activation(activation)
    entering = [np.asarray(inputs, np.float64)]
    sums: list[Doubles] = []
    outputs: list[Doubles] = []
    for matrix in weights[:-1]:
        sums.append(entering[-1] @ matrix)
        outputs.append(np.asarray(bend.function(sums[-1], **parameters), np.float64))
        entering.append(outputs[-1])
    logits = entering[-1] @ weights[-1]
    loss = float(cross_entropy(logits, labels).mean())

    arriving = cross_entropy_gradient(logits, labels) / len(logits)
    weight_gradients = [entering[-1].T @ arriving]
    output_gradients = []
    slopes: list[Doubles] = []
    for layer in reversed(range(len(sums))):
        by_output = arriving @ weights[layer + 1].T
        output_gradients.append(by_output)
        slopes.append(np.asarray(bend.derivative(sums[layer], **parameters), np.float64))
        arriving = by_output * slopes[-1]
        weight_gradients.append(entering[layer].T @ arriving)
    return StackPass(
        loss=loss,
        sums=tuple(sums),
        outputs=tuple(outputs),
        weight_gradients=tuple(reversed(weight_gradients)),
        output_gradients=tuple(reversed(output_gradients)),
        slopes=tuple(reversed(slopes)),
    )


def build_stack(
    *,
    features: int,
    depth: int,
    width: int,
    initialisation: Initialisation = "glorot_uniform",
    scale: float = 0.05,
    seed: int = 0,
    classes: int = _CLASSES,
) -> tuple[Doubles, ...]:
    """Draw the weights of ``depth`` hidden layers and of the last one, which gives the logits.

    There are no biases: at the start of training they are zero. The last layer is always drawn
    with "glorot_uniform", so that what differs lies in the hidden layers alone.

    Raises
    ------
    ValueError : a depth outside 1 to 50, a width below 1, or what :func:`initial_weights` refuses
    """
    depth, width = whole_number(depth, "depth"), whole_number(width, "width")
    if depth > DEEPEST:
        raise ValueError(f"The depth must be at most {DEEPEST}. Received: depth={depth}.")
    generator = np.random.default_rng(seed)
    last = initial_weights("glorot_uniform", width, classes, generator)
    sizes = [features, *[width] * depth]
    hidden = [
        initial_weights(initialisation, before, after, generator, scale=scale)
        for before, after in pairwise(sizes)
    ]
    return (*hidden, last)


# Activations that are compared stand in one stack, up to 6.5 MB of weights.
_shared_stack = lru_cache(maxsize=2)(build_stack)


@dataclass(frozen=True, eq=False)
class GradientByDepth:
    """What was measured in each hidden layer, the one next to the input first.

    All arrays are (depth,) float64; rms is the root of the mean square.

    weight_gradient_rms : the loss's slope by the layer's weights: what training would use
    output_gradient_rms : the loss's slope by the layer's outputs
    output_mean, output_deviation : the outputs themselves, over all units and examples
    zero_share : the share of outputs that are exactly 0, in [0, 1]
    slope_rms : the activation's slope where this layer uses it, one factor of the gradient
    loss : the loss at the end of the stack
    """

    weight_gradient_rms: Doubles
    output_gradient_rms: Doubles
    output_mean: Doubles
    output_deviation: Doubles
    zero_share: Doubles
    slope_rms: Doubles
    loss: float

    @property
    def factor_per_layer(self) -> float:
        """What the outputs' gradient is multiplied by on its way back through one layer.

        The geometric mean over the stack; 1 in a stack of one layer, 0 where no gradient is
        left. Below 1 gradients vanish, above 1 they explode.
        """
        first, last = self.output_gradient_rms[[0, -1]]
        layers = len(self.output_gradient_rms) - 1
        if layers == 0:
            return 1.0
        if first == 0 or last == 0:
            return 0.0
        return math.exp((math.log(first) - math.log(last)) / layers)


def gradient_by_depth(
    activation: str,
    *,
    depth: int = 20,
    width: int = 64,
    initialisation: Initialisation = "glorot_uniform",
    scale: float = 0.05,
    seed: int = 0,
    inputs: ArrayLike | None = None,
    labels: ArrayLike | None = None,
    parameters: Mapping[str, float] | None = None,
) -> GradientByDepth:
    """Measure the gradient in every layer of a stack before its first training step.

    Parameters
    ----------
    activation : a key of :data:`cnnviz.activations.ACTIVATIONS`
    depth : hidden layers, 1 to 50
    width : units of each
    initialisation, scale : how the weights are drawn, see :func:`initial_weights`
    seed : of the weights, and of inputs and labels that are not given
    inputs : (examples, features), such as :func:`picture_patches`; None draws 64 standard normal
        examples of 64 features.
    labels : (examples,) int in 0..9; None draws them. Before training the network knows nothing
        of them, so the size of the gradient does not depend on which they are.
    parameters : the activation's

    Raises
    ------
    ValueError : an unknown activation or parameter, or a number out of range

    >>> steps = gradient_by_depth("sigmoid", depth=30).weight_gradient_rms
    >>> bool(steps[0] < 1e-15 < 1e-4 < steps[-1])
    True
    """
    generator = np.random.default_rng([seed, 1])
    examples = np.asarray(
        generator.standard_normal((64, 64)) if inputs is None else inputs, np.float64
    )
    if examples.ndim != 2 or 0 in examples.shape:
        raise ValueError(
            "The inputs must have the shape (examples, features). "
            f"Received: shape {examples.shape}."
        )
    classes = generator.integers(0, _CLASSES, len(examples)) if labels is None else labels
    weights = _shared_stack(
        features=examples.shape[1],
        depth=depth,
        width=width,
        initialisation=initialisation,
        scale=scale,
        seed=seed,
    )
    found = stack_pass(weights, examples, classes, activation, **(parameters or {}))
    means = np.array([outputs.mean() for outputs in found.outputs])
    return GradientByDepth(
        weight_gradient_rms=_rms_of_each(found.weight_gradients[:-1]),
        output_gradient_rms=_rms_of_each(found.output_gradients),
        output_mean=means,
        output_deviation=_rms_of_each(
            [outputs - mean for outputs, mean in zip(found.outputs, means, strict=True)]
        ),
        zero_share=np.array([(outputs == 0).mean() for outputs in found.outputs]),
        slope_rms=_rms_of_each(found.slopes),
        loss=found.loss,
    )


def picture_patches(
    image: ArrayLike, *, count: int = 64, side: int = 8, seed: int = 0
) -> NDArray[np.float64]:
    """Cut patches out of a picture at random, as examples for a stack of dense layers.

    Parameters
    ----------
    image : (height, width, channels), any range
    count : patches
    side : of a patch in pixels; a smaller picture gives smaller patches.

    Returns
    -------
    (count, side * side * channels) float64, with mean 0 and standard deviation 1 over all
    patches together (all 0 where the patches are of one flat colour)

    >>> picture_patches(np.eye(16)[..., np.newaxis], count=5, side=4).shape
    (5, 16)
    """
    pixels = np.asarray(image, np.float64)
    if pixels.ndim != 3 or 0 in pixels.shape:
        raise ValueError(
            "The image must have the shape (height, width, channels), each at least 1. "
            f"Received: shape {pixels.shape}."
        )
    count, side = whole_number(count, "count"), whole_number(side, "side")
    height, width = min(side, pixels.shape[0]), min(side, pixels.shape[1])
    generator = np.random.default_rng(seed)
    top = generator.integers(0, pixels.shape[0] - height + 1, count)
    left = generator.integers(0, pixels.shape[1] - width + 1, count)
    patches = np.stack(
        [
            pixels[row : row + height, column : column + width].ravel()
            for row, column in zip(top, left, strict=True)
        ]
    )
    patches -= patches.mean()
    deviation = patches.std()
    return patches / deviation if deviation > 0 else patches


def _activation(key: str) -> Activation:
    if key not in ACTIVATIONS:
        raise ValueError(
            f'The activation must be one of {", ".join(ACTIVATIONS)}. Received: activation="{key}".'
        )
    return ACTIVATIONS[key]


def _rms_of_each(arrays: Sequence[Floats]) -> Doubles:
    return np.array([_rms(values) for values in arrays])


def _rms(values: Floats) -> float:
    flat = values.ravel()
    with np.errstate(over="ignore", invalid="ignore"):
        mean = float(flat @ flat) / flat.size
    if 1e-250 < mean < 1e250:
        return math.sqrt(mean)
    # Scaled, because the square of a vanished gradient would vanish even in float64.
    largest = float(np.abs(flat).max())
    return largest and largest * math.sqrt(float(np.mean(np.square(flat / largest))))
