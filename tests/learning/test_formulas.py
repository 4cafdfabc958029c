import pytest

from cnnviz.learning.formulas import (
    curvature_rule,
    curvature_with_numbers,
    diverged_sentence,
    local_bound_with_numbers,
    shrinking_sentence,
    step_rule,
    step_with_numbers,
)


def test_a_step_with_momentum_adds_what_is_left_of_the_last_one():
    written = step_with_numbers(1.0, -4.0, learning_rate=0.1, momentum=0.5, velocity=-0.2)
    assert r"0.5 \cdot (-0.2) - 0.1 \cdot (-4) = 0.3" in written
    assert "1 + 0.3 = 1.3" in written


def test_a_tiny_slope_is_written_as_a_power_of_ten():
    assert r"2.5 \cdot 10^{-7}" in step_with_numbers(1.0, 2.5e-7, learning_rate=0.1)


def test_the_rule_names_momentum_only_where_there_is_some():
    assert "m" not in step_rule(0.0)
    assert r"m\,v" in step_rule(0.9)
    assert "(1 + m)" in curvature_rule(0.9)


def test_the_curvature_gives_the_bound_and_what_a_step_leaves():
    written = curvature_with_numbers(20.0, 0.5, learning_rate=0.15)
    assert r"\frac{2}{20} = 0.1" in written
    assert r"1 - 0.15 \cdot 20 = -2 " in written
    assert r"1 - 0.15 \cdot 0.5 = 0.925" in written


def test_with_momentum_the_bound_is_higher():
    written = curvature_with_numbers(20.0, 0.5, learning_rate=0.15, momentum=0.5)
    assert r"\frac{2\,(1 + 0.5)}{20} = 0.15" in written


@pytest.mark.parametrize("bound", [float("inf"), 0.25])
def test_the_bound_of_kernels_in_sequence_names_its_step(bound):
    written = local_bound_with_numbers(bound, step=7, momentum=0.9)
    assert r"\eta_{\max}(7)" in written
    assert written.endswith(r"\infty" if bound > 1 else r"{15.2} = 0.25")


@pytest.mark.parametrize(
    ("factor", "said"),
    [
        (1.0, "stays as it is"),
        (0.999, "half of the error is left after 693 steps"),
        (-1.5, "grows by 50% with every step"),
        (0.0, "after 0 steps"),
    ],
)
def test_a_factor_in_words(factor, said):
    assert said in shrinking_sentence("flattest", factor)


def test_a_run_that_diverged_below_the_bound_says_that_batches_differ():
    assert diverged_sentence(0.1, 19.0).endswith("single batches are steeper.")
    assert "more than 2 (1 + 0.9) = 3.8." in diverged_sentence(0.3, 19.0, momentum=0.9)
