"""Activations: functions, their slopes, vanishing gradients, dead ReLUs, softmax."""

from cnnviz.activations.activation import Activation, Curve, Floats, Interval
from cnnviz.activations.functions import ACTIVATIONS
from cnnviz.activations.maps import Histograms, histograms, zero_share
from cnnviz.activations.softmax_cross_entropy import (
    cross_entropy,
    cross_entropy_gradient,
    log_softmax,
    naive_softmax,
    softmax,
    softmax_terms,
)

__all__ = [
    "ACTIVATIONS",
    "Activation",
    "Curve",
    "Floats",
    "Histograms",
    "Interval",
    "cross_entropy",
    "cross_entropy_gradient",
    "histograms",
    "log_softmax",
    "naive_softmax",
    "softmax",
    "softmax_terms",
    "zero_share",
]
