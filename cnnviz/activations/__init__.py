"""Activations: functions, their slopes, vanishing gradients, dead ReLUs, softmax."""

from cnnviz.activations.activation import REAL_LINE, Activation, Curve, Floats, Interval, Parameter
from cnnviz.activations.functions import ACTIVATIONS
from cnnviz.activations.maps import Histograms, histograms, zero_share
from cnnviz.activations.softmax_cross_entropy import (
    SoftmaxTerms,
    cross_entropy,
    cross_entropy_gradient,
    log_softmax,
    naive_softmax,
    softmax,
    softmax_terms,
)

__all__ = [
    "ACTIVATIONS",
    "REAL_LINE",
    "Activation",
    "Curve",
    "Floats",
    "Histograms",
    "Interval",
    "Parameter",
    "SoftmaxTerms",
    "cross_entropy",
    "cross_entropy_gradient",
    "histograms",
    "log_softmax",
    "naive_softmax",
    "softmax",
    "softmax_terms",
    "zero_share",
]
