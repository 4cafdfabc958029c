"""What the documents name is there, and their drawing is what the import contracts say."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import numpy as np
import pytest

from cnnviz.shipped import IMAGES

ROOT = Path(__file__).parents[1]
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]
FOLDERS = "app.py|serve.py|assets|cnnviz|docs|pages|serving|tests|tools"
over_documents = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)


def test_the_drawing_of_the_floors_is_the_contracts() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layered = [
        contract["layers"]
        for contract in project["tool"]["importlinter"]["contracts"]
        if contract["type"] == "layers"
    ]
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (drawing,) = re.findall(r"^```\n(tools\n.*?)^```", text, re.MULTILINE | re.DOTALL)
    drawn = [re.split(r" {3,}", line.strip())[0] for line in drawing.splitlines()]
    assert drawn == [floor for floors in layered for floor in floors]


@over_documents
def test_links_lead_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", text):
        if not target.startswith("https://"):
            assert (document.parent / target).exists(), target


@over_documents
def test_files_and_commands_that_are_named_are_there(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    for named in re.findall(rf"`((?:{FOLDERS})(?:/[\w./-]+)?)`", text):
        assert (ROOT / named).exists(), named
    rules = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    for command in re.findall(r"`make ([\w-]+)`|^make (\w+)$", text, re.MULTILINE):
        assert "".join(command) in rules, command


def test_the_readmes_program_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (program,) = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    (tmp_path / "photo.jpg").write_bytes((IMAGES / "panda.webp").read_bytes())
    monkeypatch.chdir(tmp_path)
    names: dict[str, np.ndarray] = {}
    exec(compile(program, "README.md", "exec"), names)
    assert names["edges"].shape == (*names["picture"].shape[:2], 1)
