"""A formula is a tree; written in one line it has the brackets that its drawing does without."""

import json

from cnnviz.networks.explanation.formula import (
    as_text,
    bracketed,
    called,
    fraction,
    joined,
    line,
    operand,
    power_of_e,
    root,
)


def test_fractions_and_powers_of_several_parts_are_written_in_brackets():
    share = fraction(line("x", "−", operand(-2.0)), root(line("σ²", "+", "ε")))
    assert as_text(line("γ", "×", share, "+", "β")) == "γ × (x − (−2)) / √(σ² + ε) + β"
    assert as_text(fraction("power", "sum of all powers")) == "power / (sum of all powers)"
    assert as_text(bracketed(line(power_of_e("−2"), "−", "1"))) == "(e^−2 − 1)"


def test_what_is_listed_has_no_space_before_its_commas():
    assert as_text(called("max", joined(",", ["1", "2", "3"]))) == "max(1, 2, 3)"


def test_a_tree_goes_through_json_as_it_is():
    tree = fraction(line("a", "+", "b"), "c")
    assert json.loads(json.dumps(tree)) == ["fraction", [["line", ["a", "+", "b"]], "c"]]
