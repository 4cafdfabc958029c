"""The state of all pages: no two use one key, and every table is what its address says."""

import pkgutil
from collections import defaultdict
from importlib import import_module

import numpy as np
import pytest

import pages
from pages.ui.entries import Choice, Open, Real, Several, Toggle, Whole
from pages.ui.path import PAGES
from pages.ui.state import Table

EVERYWHERE = {
    *("picture_picker", "picture_upload", "picture_camera_on", "picture_drawing_on"),
    *("code_is_open", "start_over", "copy_link", "take_back", "stage_and_controls"),
}
"""Keys of the frame, which is the same on every page."""

PARTS = {
    "pages/03_channels.py": "channels_part",
    "pages/04_pooling.py": "pool_part",
    "pages/05_activations.py": "act_part",
    "pages/06_layers.py": "layer_part",
    "pages/08_network.py": "view",
    "pages/09_search.py": "search_view",
}


def tables() -> dict[str, Table]:
    """Give every table of every page, by where it is declared."""
    found = {}
    for module in pkgutil.walk_packages(pages.__path__, "pages."):
        if module.name.split(".")[1][0].isdigit():
            continue  # what a numbered file does is done when it is read
        for name, value in vars(import_module(module.name)).items():
            if isinstance(value, Table) and value not in found.values():
                found[f"{module.name}.{name}"] = value
    return found


def presets(module_name: str) -> list[dict[str, object]]:
    """Give the experiments that are declared beside a table."""
    return list(getattr(import_module(module_name), "EXPERIMENTS", {}).values())


TABLES = tables()
each_table = pytest.mark.parametrize(("where", "table"), TABLES.items(), ids=TABLES)


def some_values(entry) -> list[object]:
    """Give values of an entry that are not its default, the extremes among them."""
    if isinstance(entry, Open):
        return some_values(entry.inner)
    if isinstance(entry, Toggle):
        return [not entry.default]
    if isinstance(entry, Choice):
        return [option for option in entry.options if option != entry.default]
    if isinstance(entry, Several):
        return [entry.each.options, entry.each.options[:1]]
    if isinstance(entry, Whole | Real):
        return [entry.least, entry.most]
    return []


def same(one: object, other: object) -> bool:
    return np.array_equal(one, other) if isinstance(one, np.ndarray) else one == other


def test_there_are_tables():
    assert len(TABLES) >= 5


def test_no_two_tables_share_a_scope():
    assert len({table.scope for table in TABLES.values()}) == len(TABLES)


@each_table
def test_every_entry_of_every_table_comes_back_from_the_address(where, table):
    for name, entry in table.entries.items():
        for value in [entry.default, *some_values(entry)]:
            back = entry.value_of(entry.texts_of(value))
            assert same(back, value), f"{name}: {value!r} came back as {back!r}"
            assert same(entry.checked(value), value)


@each_table
def test_every_experiment_comes_back_from_the_address(where, table):
    for state in presets(where.rpartition(".")[0]):
        assert set(state) <= set(table.entries)
        for name, value in state.items():
            entry = table.entries[name]
            assert same(entry.value_of(entry.texts_of(entry.checked(value))), value)


def keys_of(page) -> set[str]:
    """Give the keys of all widgets and components on a page."""
    assert not page.exception
    found = {element.key for element in page.main if getattr(element, "key", None)}
    for one in page.get("bidi_component"):
        # "$$ID-<hash>-<key>"
        found.add(one.proto.id.split("-", 2)[2])
    return found - {"None"} - EVERYWHERE


def parts_of(page, name: str | None):
    """Open one part of a page after the other."""
    yield page
    if name is not None:
        names = next(one for one in page.get("button_group") if one.key == name).options
        assert len(names) > 1
        for part in names[1:]:
            control = next(one for one in page.get("button_group") if one.key == name)
            page = control.set_value(part).run()
            yield page


def test_no_two_pages_use_one_key(open_page):
    users = defaultdict(set)
    for page in PAGES:
        first = open_page(page.path)
        for opened in parts_of(first, PARTS.get(page.path)):
            for key in keys_of(opened):
                users[key].add(page.path)
    assert len(users) > 100
    for table in TABLES.values():
        users[f"{table.scope}_state"].add(table.scope)
    assert {key: used for key, used in users.items() if len(used) > 1} == {}
