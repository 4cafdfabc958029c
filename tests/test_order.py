"""Several workers take the dearest test files first, and each file whole."""

from pathlib import Path
from types import SimpleNamespace

from tests.order import LONGEST, long_files_first


def item(file, name, *marks):
    found = {"get_closest_marker": lambda mark: mark if mark in marks else None}
    return SimpleNamespace(path=Path(file), name=name, **found)


def test_files_come_by_their_dearest_mark_then_by_their_number_of_tests():
    items = [
        item("a", "1"),
        item("b", "1"),
        item("b", "2"),
        item("c", "1", "page"),
        item("d", "1"),
        item("d", "2", "browser"),
        item("e", "1", "page"),
        item("e", "2", "page", "browser"),
        item("e", "3"),
    ]
    ordered = long_files_first(items, ["browser", "page"])
    assert [f"{one.path}{one.name}" for one in ordered] == [
        "e1", "e2", "e3", "d1", "d2", "c1", "b1", "b2", "a1",
    ]  # fmt: skip


def test_files_that_cost_the_same_come_by_name_so_that_every_worker_agrees():
    items = [item("b", "1"), item("c", "1"), item("a", "1")]
    ordered = long_files_first(items, ["browser"])
    assert ordered == long_files_first(items[::-1], ["browser"])
    assert [str(one.path) for one in ordered] == ["a", "b", "c"]


def test_of_equals_the_files_that_are_known_to_be_long_come_first():
    some = [item("a", "1"), item("a", "2"), item(f"/anywhere/{LONGEST[0]}", "1")]
    ordered = long_files_first(some, ["browser"])
    assert [one.path.name for one in ordered] == ["test_every_page.py", "a", "a"]
    assert all((Path(__file__).parents[1] / file).exists() for file in LONGEST)
