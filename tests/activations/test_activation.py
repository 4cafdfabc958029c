"""What every activation shares: its parameters, its curve, its range."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cnnviz.activations import (
    ACTIVATIONS,
    Interval,
)


def test_integers_are_computed_in_float32():
    y = ACTIVATIONS["sigmoid"].function(np.array([0, 255], np.uint8))
    assert y.dtype == np.float32
    np.testing.assert_array_equal(y, [0.5, 1.0])


def test_a_curve_has_its_ends_and_its_slopes():
    curve = ACTIVATIONS["leaky_relu"].curve(-2, 2, 5, negative_slope=0.5)
    np.testing.assert_array_equal(curve.x, [-2, -1, 0, 1, 2])
    np.testing.assert_array_equal(curve.y, [-1, -0.5, 0, 1, 2])
    np.testing.assert_array_equal(curve.slope, [0.5, 0.5, 0.5, 1, 1])


def test_an_unknown_parameter_is_refused_by_name():
    with pytest.raises(ValueError, match=r"leaky_relu takes these parameters: negative_slope.*alp"):
        ACTIVATIONS["leaky_relu"].function(1.0, alpha=0.1)
    with pytest.raises(ValueError, match=r"relu takes these parameters: none. Received: alpha"):
        ACTIVATIONS["relu"].derivative(1.0, alpha=0.1)


@pytest.mark.parametrize(
    ("key", "parameters", "message"),
    [
        ("elu", {"alpha": math.nan}, "finite. Received: alpha=nan"),
        ("celu", {"alpha": 0.0}, "greater than 0. Received: alpha=0.0"),
        ("squareplus", {"b": -1.0}, "at least 0. Received: b=-1.0"),
    ],
)
def test_a_parameter_without_meaning_is_refused(key, parameters, message):
    with pytest.raises(ValueError, match=message):
        ACTIVATIONS[key].function([1.0], **parameters)


def test_an_interval_reads_as_in_a_textbook():
    assert str(ACTIVATIONS["sigmoid"].range) == "(0, 1)"
    assert str(ACTIVATIONS["relu6"].range) == "[0, 6]"
    assert str(ACTIVATIONS["elu"].range_with(alpha=0.5)) == "(−0.5, ∞)"
    assert 0 not in Interval(0, 1)
    assert 0 in Interval(0, 1, includes_low=True)
