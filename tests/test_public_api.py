"""The table of the public API in docs/design.md is true: what it lists is there, as it says."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from pathlib import Path

import pytest

DESIGN = (Path(__file__).parents[1] / "docs" / "design.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `(cnnviz\.[\w.]+)` \| `([^`]+)` \|", DESIGN, re.MULTILINE)


def promised(signature: str) -> dict[str, tuple[inspect._ParameterKind, object]]:
    """Read a signature as it is written: (kind, default) by parameter, in order."""
    (function,) = ast.parse(f"def {signature}: ...").body
    assert isinstance(function, ast.FunctionDef)
    given = function.args
    defaults = [inspect.Parameter.empty] * (len(given.args) - len(given.defaults))
    defaults += [ast.literal_eval(value) for value in given.defaults]
    only = (
        inspect.Parameter.empty if value is None else ast.literal_eval(value)
        for value in given.kw_defaults
    )
    parameters = {
        argument.arg: (inspect.Parameter.POSITIONAL_OR_KEYWORD, default)
        for argument, default in zip(given.args, defaults, strict=True)
    }
    return parameters | {
        argument.arg: (inspect.Parameter.KEYWORD_ONLY, default)
        for argument, default in zip(given.kwonlyargs, only, strict=True)
    }


def positional(parameters: dict[str, tuple[inspect._ParameterKind, object]]) -> list[str]:
    return [
        name
        for name, (kind, _) in parameters.items()
        if kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
    ]


def test_the_table_is_read() -> None:
    assert len(ROWS) > 20
    assert {module.split(".")[1] for module, _ in ROWS} == {
        *("shapes", "kernels", "convolution", "pooling", "activations"),
        *("images", "networks", "search", "attribution"),
    }


@pytest.mark.parametrize(("module", "entry"), ROWS, ids=[entry.split("(")[0] for _, entry in ROWS])
def test_what_the_design_lists_is_there(module: str, entry: str) -> None:
    face = importlib.import_module(module)
    path, _, arguments = entry.partition("(")
    first = path.split(".")[0]
    assert first in getattr(face, "__all__", vars(face)), f"{module} exports no {first}"
    found = face
    for name in path.split("."):
        found = getattr(found, name)
    if not arguments:
        return
    wanted = promised(f"{path.split('.')[-1]}({arguments}")
    actual = {
        name: (parameter.kind, parameter.default)
        for name, parameter in inspect.signature(found).parameters.items()
        if name != "self"
    }
    assert positional(actual) == positional(wanted)
    for name, told in wanted.items():
        assert actual[name] == told, name
    for name in actual.keys() - wanted.keys():
        kind, default = actual[name]
        assert kind is inspect.Parameter.VAR_KEYWORD or (
            kind is inspect.Parameter.KEYWORD_ONLY and default is not inspect.Parameter.empty
        ), f"{name} was added, and not as a keyword with a default"


def test_errors_are_what_the_design_says() -> None:
    from cnnviz.images import ImageError
    from cnnviz.networks import NetworkError

    assert issubclass(ImageError, ValueError)
    assert issubclass(NetworkError, ValueError)


def test_activations_carry_what_the_design_says() -> None:
    from cnnviz.activations import ACTIVATIONS

    named = "sigmoid tanh relu leaky_relu relu6 elu selu gelu silu softplus hard_sigmoid mish"
    assert set(named.split()) <= set(ACTIVATIONS)
    for activation in ACTIVATIONS.values():
        for name in ("function", "derivative", "formula", "range", "parameters"):
            assert hasattr(activation, name)
