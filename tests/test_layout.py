"""The house stays one that can be seen through: few rooms, short files, short functions."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PYTHON = sorted(
    path
    for folder in ("cnnviz", "pages", "serving", "tests", "tools")
    for path in (ROOT / folder).rglob("*.py")
)
COMPONENTS = [
    path
    for path in sorted((ROOT / "assets" / "components").rglob("*"))
    if path.suffix in (".js", ".css")
]


def name(path):
    return path.relative_to(ROOT).as_posix()


def lines_of_code(function, source):
    """Count a function's lines, without its docstring, comments and empty ones."""
    first, *_ = function.body
    is_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    skipped = range(first.lineno, first.end_lineno + 1) if is_docstring else ()
    return sum(
        bool(line.strip()) and not line.strip().startswith("#")
        for number, line in enumerate(source, start=1)
        if function.lineno <= number <= function.end_lineno and number not in skipped
    )


def long_functions(path):
    text = path.read_text(encoding="utf-8")
    return [
        node.name
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and lines_of_code(node, text.splitlines()) > 80
    ]


def test_a_file_has_at_most_600_lines():
    found = {name(path): len(path.read_text("utf-8").splitlines()) for path in PYTHON + COMPONENTS}
    assert len(found) > 500
    assert not {path: lines for path, lines in found.items() if lines > 600}


def test_a_function_has_at_most_80_lines_of_code():
    assert not {name(path): long for path in PYTHON if (long := long_functions(path))}


def test_the_package_has_at_most_20_rooms():
    rooms = [one for one in (ROOT / "cnnviz").iterdir() if one.name != "__pycache__"]
    assert len(rooms) <= 20


@pytest.mark.parametrize(
    "idea",
    ["convolution", "padding", "channels", "pooling", "activations", "layers", "learning"],
)
def test_an_idea_is_found_in_four_places_by_one_name(idea):
    for place in (f"cnnviz/{idea}", f"pages/{idea}", f"tests/{idea}"):
        assert (ROOT / place / "__init__.py").exists(), place
    assert (ROOT / f"tests/pages/test_{idea}.py").exists()
    assert (ROOT / f"tests/browser/test_{idea}.py").exists()
