import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.activations import ACTIVATIONS
from cnnviz.activations.formulas import (
    cross_entropy_with_numbers,
    gradient_with_numbers,
    softmax_with_numbers,
    with_numbers,
)
from cnnviz.activations.gradients import gradient_by_depth


def test_the_variable_is_replaced_and_the_result_written():
    assert with_numbers(ACTIVATIONS["sigmoid"], 0.0) == r"f(0) = \frac{1}{1 + e^{-0}} = 0.5"


def test_a_negative_number_stands_in_brackets_where_a_sign_is_before_it():
    assert with_numbers(ACTIVATIONS["sigmoid"], -2.0).startswith(r"f(-2) = \frac{1}{1 + e^{-(-2)}}")


def test_parameters_are_replaced_too():
    formula = with_numbers(ACTIVATIONS["leaky_relu"], -2.0, parameters={"negative_slope": 0.25})
    assert r"0.25 \cdot (-2)" in formula
    assert formula.endswith("= -0.5")


def test_an_explanation_stays_behind_the_result():
    formula = with_numbers(ACTIVATIONS["selu"], 1.0)
    assert formula.endswith(r"\approx 1.0507, \quad S \approx 1.0507,\ \alpha \approx 1.6733")


def test_what_is_written_already_is_not_repeated():
    assert with_numbers(ACTIVATIONS["linear"], 3.0) == "f(3) = 3"


@pytest.mark.parametrize("derivative", [False, True])
@pytest.mark.parametrize("key", ACTIVATIONS)
@given(x=st.floats(-20, 20))
def test_every_formula_stays_whole(key, derivative, x):
    activation = ACTIVATIONS[key]
    formula = with_numbers(activation, x, derivative=derivative)
    assert formula.count("{") == formula.count("}")
    assert formula.count("(") == formula.count(")")
    assert formula.count(r"\begin{cases}") == formula.count(r"\end{cases}")
    original = activation.derivative_formula if derivative else activation.formula
    assert formula.count(r"\left") == original.count(r"\left")


def test_an_unknown_parameter_is_rejected():
    with pytest.raises(ValueError, match="alpha"):
        with_numbers(ACTIVATIONS["relu"], 1.0, parameters={"alpha": 2.0})


def test_softmax_is_written_term_by_term():
    assert softmax_with_numbers([0.0, 0.0], 1) == (
        r"P = \frac{e^{0}}{e^{0} + e^{0}} = \frac{1}{1 + 1} = \frac{1}{2} = 0.5"
    )


def test_a_tenth_class_is_left_to_the_dots_but_the_chosen_one_is_written():
    formula = softmax_with_numbers(np.arange(10.0), 0)
    assert r"\dots" in formula
    assert "e^{-9}" in formula


def test_the_temperature_divides_every_power():
    assert r"e^{-0.5}" in softmax_with_numbers([0.0, 1.0], 0, temperature=2.0)


def test_a_probability_below_every_float_is_written_by_its_logarithm():
    formula = cross_entropy_with_numbers([0.0, 800.0], 0)
    assert formula == r"L = -\ln P = -\ln 3.67 \cdot 10^{-348} = 800"


@pytest.mark.parametrize("logits", [[2.0, 0.0], [2.0, 1.0, 0.1, -1.5], [-3.0, 2.0], [0.1, 0.2]])
def test_the_loss_is_what_the_written_probability_gives(logits):
    formula = cross_entropy_with_numbers(logits, 0)
    p, loss = re.search(r"-\\ln ([\d.]+) (?:=|\\approx) ([\d.]+)$", formula).groups()
    assert float(f"{-math.log(float(p)):.6g}") == float(loss)


def test_a_certain_class_costs_nothing():
    assert cross_entropy_with_numbers([60.0, 0.0], 0) == r"L = -\ln P = -\ln 1 = 0"


def test_the_gradient_is_written_with_one_factor_per_layer():
    formula = gradient_with_numbers(gradient_by_depth("sigmoid", depth=30))
    assert r"_{29\ \text{times}}" in formula
    assert "10^{-" in formula
