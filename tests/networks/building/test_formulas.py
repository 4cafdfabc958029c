"""Every formula, worked out, gives the number of the table."""

import math
import re

import pytest
from hypothesis import given

from cnnviz.networks.building import PRESETS, describe
from cnnviz.networks.building.formulas import (
    memory_formula,
    parts_of_block,
    size_formula,
    weights_formula,
    work_formula,
)
from tests.networks.building.stacks import valid_stacks


def sides_of(formula: str) -> tuple[float, int]:
    """Work out what stands between the signs of equality, and read what stands behind."""
    _, told, result = formula.replace(r"\ \text{bytes}", "").split(" = ")
    for sign, python in (
        (r"\cdot", "*"),
        ("{,}", ""),
        (r"\left\lfloor", "math.floor("),
        (r"\right\rfloor", ")"),
        (r"\left\lceil", "math.ceil("),
        (r"\right\rceil", ")"),
    ):
        told = told.replace(sign, python)
    told = re.sub(r"\\frac\{(.*?)\}\{(.*?)\}", r"((\1) / (\2))", told)
    return eval(told, {"math": math}), int(result.replace("{,}", ""))


def holds(row) -> None:
    wanted = {
        weights_formula: row.weights,
        work_formula: row.multiply_adds,
        memory_formula: row.memory_bytes,
        size_formula: row.output_shape[0],
    }
    for formula_of, number in wanted.items():
        formula = formula_of(row)
        if formula:
            assert sides_of(formula) == (number, number), formula
        elif not parts_of_block(row):
            assert formula_of is size_formula or number == 0


@pytest.mark.parametrize("name", PRESETS)
def test_presets(name):
    for row in describe(PRESETS[name].stack):
        holds(row)


@given(stack=valid_stacks())
def test_any_possible_stack(stack):
    for row in describe(stack):
        holds(row)


def test_a_block_has_its_layers_instead():
    row = describe(PRESETS["small_resnet"].stack)[4]
    assert weights_formula(row) == work_formula(row) == ""
    assert sum(part.parameters for part in parts_of_block(row)) == row.weights
    assert sum(part.multiply_adds for part in parts_of_block(row)) == row.multiply_adds
