"""Softmax taken apart, and the cross-entropy of what it gives."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.activations.activation import Floats, as_floats


@dataclass(frozen=True, eq=False)
class SoftmaxTerms:
    """Softmax taken apart; arrays have the logits' shape, sums lack its last axis.

    shift : what was subtracted from the logits first (the largest, or 0)
    scaled : (logits - shift) / temperature
    exponentials : e^scaled
    total : their sum
    probabilities : exponentials / total
    """

    shift: Floats
    scaled: Floats
    exponentials: Floats
    total: Floats
    probabilities: Floats


def softmax_terms(
    logits: ArrayLike, *, temperature: float = 1.0, subtract_largest: bool = True
) -> SoftmaxTerms:
    """Take softmax apart into its exponentials and their sum.

    Parameters
    ----------
    logits : (..., classes), finite
    temperature : > 0; above 1 evens the probabilities out, below 1 sharpens them.
    subtract_largest : if False, e^x is taken of the logits as they are, and overflows to
        infinity above 88.7 in float32.

    Raises
    ------
    ValueError : the temperature is not above 0, or a logit is not finite.

    >>> softmax_terms([0.0, 1.0]).exponentials.round(5)
    array([0.36788, 1.     ])
    """
    values = _logits(logits)
    if not (math.isfinite(temperature) and temperature > 0):
        raise ValueError(
            f"The temperature must be finite and above 0. Received: temperature={temperature}."
        )
    shift = values.max(axis=-1) if subtract_largest else np.zeros_like(values[..., 0])
    # Here an infinity is an answer: e^-inf is 0, and without the shift it is the lesson.
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        scaled = (values - shift[..., np.newaxis]) / values.dtype.type(temperature)
        exponentials = np.exp(scaled)
        total = exponentials.sum(axis=-1)
        probabilities = exponentials / total[..., np.newaxis]
    return SoftmaxTerms(np.asarray(shift), scaled, exponentials, np.asarray(total), probabilities)


def softmax(logits: ArrayLike, *, temperature: float = 1.0) -> Floats:
    """Turn logits into probabilities: e^(x / T) over the sum of all of them.

    The largest logit is subtracted first; the result is the same and nothing overflows.

    Parameters
    ----------
    logits : (..., classes), finite
    temperature : T > 0

    Returns
    -------
    Same shape, in [0, 1], summing to 1 on the last axis.

    Raises
    ------
    ValueError : the temperature is not above 0, or a logit is not finite.

    >>> softmax([1e4, 1e4 + 1])
    array([0.26894142, 0.73105858])
    """
    return softmax_terms(logits, temperature=temperature).probabilities


def naive_softmax(logits: ArrayLike, *, temperature: float = 1.0) -> NDArray[np.float32]:
    """Compute softmax as it is written, in float32, to show how it fails.

    Without subtracting the largest logit, e^x is infinite above 88.7, and infinity over
    infinity is not a number; far below zero every term is 0, and so is their sum.

    >>> naive_softmax([89.0, 0.0])
    array([nan,  0.], dtype=float32)
    """
    with np.errstate(over="ignore"):
        single = np.asarray(logits).astype(np.float32)
    terms = softmax_terms(single, temperature=temperature, subtract_largest=False)
    return terms.probabilities.astype(np.float32, copy=False)


def overflowing_logit(*, temperature: float = 1.0) -> float:
    """Return the logit from which on softmax fails in float32 as it is written.

    There e^(x / T) is above the largest number that float32 holds.

    >>> round(overflowing_logit(temperature=2.0), 4)
    177.4457
    """
    return temperature * math.log(float(np.finfo(np.float32).max))


def log_softmax(logits: ArrayLike, *, temperature: float = 1.0) -> Floats:
    """Return the logarithm of softmax, exact where the probability itself rounds to 0.

    >>> log_softmax([0.0, 1000.0])
    array([-1000.,     0.])
    """
    terms = softmax_terms(logits, temperature=temperature)
    return terms.scaled - np.log(terms.total)[..., np.newaxis]


def cross_entropy(logits: ArrayLike, class_index: ArrayLike, *, temperature: float = 1.0) -> Floats:
    """Return the loss of the right class, -ln(its probability), one per row of logits.

    Parameters
    ----------
    logits : (..., classes), finite
    class_index : int, or ints of shape (...)

    Returns
    -------
    Shape (...), >= 0; 0-d for one vector of logits.

    Raises
    ------
    ValueError : an index that is not one of the classes, or what :func:`softmax` refuses.

    >>> float(cross_entropy([0.0, 0.0], 1).round(5))
    0.69315
    """
    return cross_entropy_with_gradient(logits, class_index, temperature=temperature)[0]


def cross_entropy_gradient(
    logits: ArrayLike, class_index: ArrayLike, *, temperature: float = 1.0
) -> Floats:
    """Return the slope of :func:`cross_entropy` by each logit: (softmax - one-hot) / T.

    >>> cross_entropy_gradient([0.0, 0.0], 1)
    array([ 0.5, -0.5])
    """
    return cross_entropy_with_gradient(logits, class_index, temperature=temperature)[1]


def cross_entropy_with_gradient(
    logits: ArrayLike, class_index: ArrayLike, *, temperature: float = 1.0
) -> tuple[Floats, Floats]:
    """Return :func:`cross_entropy` and its slope by each logit, from one softmax.

    >>> loss, gradient = cross_entropy_with_gradient([0.0, 0.0], 1)
    >>> float(loss.round(5)), gradient.tolist()
    (0.69315, [0.5, -0.5])
    """
    terms = softmax_terms(logits, temperature=temperature)
    index = _class_indices(class_index, terms.probabilities)
    of_right = np.arange(index.size), index.ravel()
    rows = (-1, terms.scaled.shape[-1])
    loss = np.log(terms.total) - terms.scaled.reshape(rows)[of_right].reshape(index.shape)
    gradient = np.ascontiguousarray(terms.probabilities).reshape(rows)
    gradient[of_right] -= 1
    gradient /= gradient.dtype.type(temperature)
    return np.asarray(loss), gradient.reshape(terms.probabilities.shape)


def _logits(logits: ArrayLike) -> Floats:
    values = as_floats(logits)
    if values.ndim == 0 or values.shape[-1] == 0:
        raise ValueError(
            f"The logits must have at least one class on the last axis. Shape: {values.shape}."
        )
    if not np.isfinite(values).all():
        wrong = values[~np.isfinite(values)].flat[0]
        raise ValueError(f"The logits must be finite. Received: {wrong}.")
    return values


def _class_indices(class_index: ArrayLike, logits: Floats) -> NDArray[np.intp]:
    index = np.asarray(class_index)
    classes = logits.shape[-1]
    if index.shape != logits.shape[:-1] or index.dtype.kind not in "iu":
        raise ValueError(
            "The class index must be a whole number for each row of logits. Received: "
            f"shape {index.shape} of {index.dtype} for logits of shape {logits.shape}."
        )
    outside = (index < 0) | (index >= classes)
    if outside.any():
        raise ValueError(
            f"The class index must be from 0 to {classes - 1}. "
            f"Received: class_index={index[outside].flat[0]}."
        )
    return index.astype(np.intp)
