"""How the end of a network is read: which of its outputs answers, and as what.

An answer is a vector of class scores; or a mask, a score for each class in each cell of a map; or
neither, as a picture that a network has made.

A mask answers for the whole picture too, so that whatever asks a network for one number per class
can ask it: a class's logit is the mean of its logits over all cells, its probability the mean of
its probabilities, and its loss the mean of the cells' cross-entropies. That is a convention; others
take the cells that the class wins alone (K. Vinogradova, A. Dibrov and G. Myers, "Towards
Interpretable Semantic Segmentation via Gradient-Weighted Class Activation Mapping", 2020, choose
any set of cells).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.activations import softmax
from cnnviz.networks.layers import Node
from cnnviz.networks.tensorflow_runtime import load_tensorflow

# What leaves each number as it is, and what moves numbers about or mixes neighbours.
_SHAPELESS = ("Reshape", "Flatten", "Dropout", "Identity", "Activation")
_RESIZING = ("UpSampling2D", "Resizing", "Cropping2D", "CenterCrop", "Dropout", "SpatialDropout2D")
_SCORING = ("Conv2D", "Conv2DTranspose", "SeparableConv2D", "Dense")
"""Layers whose numbers may be logits of cells; those of a pooling or a ReLU are none."""


@dataclass(frozen=True)
class Answer:
    """One output of a network, and how it is read.

    Attributes
    ----------
    layer : the name of the layer whose output it is.
    shape : of that output, without the batch.
    activation : what makes probabilities of its logits: "softmax", "sigmoid" or "linear" (nothing).
    is_mask : whether it is a map that gives each class a score in each cell.
    may_be_mask : whether it can be read so.
    logits_layer : the name of the layer whose output is its logits; "" where none is.
    """

    layer: str
    shape: tuple[int, ...]
    activation: str
    is_mask: bool
    may_be_mask: bool
    logits_layer: str

    @property
    def is_vector(self) -> bool:
        """Whether it is one number per class, or a single one."""
        return len(self.shape) == 1


def answer_of(
    layer: str, nodes: Mapping[str, Node], input_shape: tuple[int, ...], *, mask: bool | None = None
) -> Answer:
    """Read an output of a network.

    A map is a mask where its cells have softmax or sigmoids, or logits straight from a layer that
    weighs its inputs. Three maps of a network that takes colours, with no softmax, may as well be a
    picture, and are read as one unless `mask` says otherwise.
    """
    node = nodes[layer]
    shape = tuple(int(side) for side in node.output.shape[1:])
    if len(shape) != 3:
        activation = _activation(layer, nodes)
        logits = _logits_layer(layer, node, activation)
        return Answer(layer, shape, activation, False, False, logits)
    source = _before_resizing(layer, nodes)
    activation = _activation(source, nodes)
    kind = type(nodes[source].operation).__name__
    if activation == "linear":
        plain = _own_activation(nodes[source].operation) == "linear" and kind in _SCORING
        possible = plain and shape[-1] > 1
    else:
        along = getattr(nodes[source].operation, "axis", -1)
        possible = not (kind == "Softmax" and along not in (-1, 3))
        possible = possible and not (activation == "softmax" and shape[-1] == 1)
    possible = possible and shape[0] * shape[1] > 1
    doubtful = activation != "softmax" and shape[-1] == 3 == input_shape[-1]
    chosen = possible and (not doubtful if mask is None else mask)
    logits = _logits_layer(layer, node, activation)
    return Answer(layer, shape, activation, chosen, possible, logits)


def _before_resizing(layer: str, nodes: Mapping[str, Node]) -> str:
    """Name the layer whose cells an output shows, enlarged or cut."""
    name = layer
    while type(nodes[name].operation).__name__ in _RESIZING and nodes[name].inputs[0] in nodes:
        name = nodes[name].inputs[0]
    return name


def _own_activation(operation: Any) -> str:
    return str(getattr(getattr(operation, "activation", None), "__name__", "linear"))


def _activation(layer: str, nodes: Mapping[str, Node]) -> str:
    """Name what makes probabilities of the scores: "softmax", "sigmoid" or "linear"."""
    name = layer
    while name in nodes:
        operation = nodes[name].operation
        if type(operation).__name__ == "Softmax":
            return "softmax"
        activation = _own_activation(operation)
        if activation in ("softmax", "sigmoid"):
            return activation
        if activation != "linear" or type(operation).__name__ not in _SHAPELESS:
            break
        name = nodes[name].inputs[0]
    return "linear"


def _logits_layer(layer: str, node: Node, activation: str) -> str:
    if activation == "linear":
        return layer
    kind, own = type(node.operation).__name__, _own_activation(node.operation)
    # An activation layer may as well be a linear one behind the softmax.
    is_apart = kind == "Softmax" or (kind == "Activation" and own == activation)
    return node.inputs[0] if is_apart else ""


def logits_of(answer: Answer, nodes: Mapping[str, Node], outputs: Mapping[str, Any]) -> Any:
    """Find the logits behind an answer, inside a compiled function: (batch, ..., classes).

    A single number z tells two classes apart; their logits are (-z/2, z/2).
    """
    tf = load_tensorflow()
    node = nodes[answer.layer]
    logits = _float(outputs[answer.logits_layer or answer.layer])
    kind = type(node.operation).__name__
    if not answer.logits_layer:
        if kind == "Dense" and answer.is_vector:
            logits = tf.linalg.matmul(outputs[node.inputs[0]], node.operation.kernel.value)
            if node.operation.use_bias:
                logits += node.operation.bias.value
            logits = _float(logits)
        elif kind in _SCORING:
            before = _WithoutActivation(node.operation)
            logits = _float(type(node.operation).call(before, _float(outputs[node.inputs[0]])))
        else:
            # Right but for a number that all classes of a cell share: softmax does not mind it.
            safe = tf.clip_by_value(logits, 1e-30, 1.0)
            logits = tf.math.log(safe)
            if answer.activation == "sigmoid":
                logits -= tf.math.log1p(-tf.minimum(safe, 1 - 1e-7))
    if logits.shape[-1] == 1:
        logits = tf.concat([-logits / 2, logits / 2], axis=-1)
    return logits


def over_cells(answer: Answer, values: Any) -> Any:
    """Take the mean over a mask's cells; a vector stays as it is."""
    return load_tensorflow().reduce_mean(values, axis=(1, 2)) if answer.is_mask else values


def probabilities_of_cells(answer: Answer, outputs: Mapping[str, Any]) -> Any:
    """Make the probability of each class in each cell of a mask, inside a compiled function."""
    tf = load_tensorflow()
    values = _float(outputs[answer.layer])
    if answer.activation == "linear":
        if values.shape[-1] == 1:
            values = tf.concat([-values / 2, values / 2], axis=-1)
        return tf.nn.softmax(values)
    return tf.concat([1 - values, values], axis=-1) if values.shape[-1] == 1 else values


def losses(logits: Any, class_index: Any) -> Any:
    """Compute the cross-entropy of a class, of logits (..., classes): (...)."""
    tf = load_tensorflow()
    return tf.reduce_logsumexp(logits, axis=-1) - logits[..., class_index]


def cell_probabilities(answer: Answer, values: ArrayLike) -> NDArray[np.float32]:
    """Make the probability of each class in each cell.

    Parameters
    ----------
    values : (rows, columns, channels), the output as it is; a single channel tells two classes
        apart.

    Returns
    -------
    (rows, columns, classes) float32.
    """
    array = np.asarray(values, np.float32)
    if answer.activation == "linear":
        if array.shape[-1] == 1:
            array = np.concatenate([-array / 2, array / 2], axis=-1)
        return np.asarray(softmax(array), np.float32)
    return np.concatenate([1 - array, array], axis=-1) if array.shape[-1] == 1 else array


def class_probabilities(answer: Answer, values: ArrayLike) -> NDArray[np.float32]:
    """Make one probability for each class, (classes,) float32, of an output as it is.

    values : the output; of a mask its cells', or the means over them, which `Runner.answers` gives.
    """
    array = np.asarray(values, np.float32)
    if answer.is_mask:
        cells = array if array.ndim == 1 else cell_probabilities(answer, array)
        return np.asarray(cells.reshape(-1, cells.shape[-1]).mean(axis=0), np.float32)
    return cell_probabilities(answer, array)


class _WithoutActivation:
    """A layer as its `call` sees it, but with no activation at the end."""

    activation = None

    def __init__(self, layer: Any) -> None:
        self._layer = layer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._layer, name)


def _float(tensor: Any) -> Any:
    """Bring a mixed-precision network's halves to float32; a no-op for all others."""
    return load_tensorflow().cast(tensor, "float32")
