"""The state of all pages: no two use one key, and every table is what its address says."""

import contextlib
import pkgutil
from collections import defaultdict
from importlib import import_module

import numpy as np
import pytest

import pages
from pages.ui.entries import Choice, Open, Real, Several, Toggle, Whole
from pages.ui.experiments import Experiment
from pages.ui.path import PAGES
from pages.ui.state import Table
from tests.pathological import TEXTS, whole
from tests.timing import takes_less

LONGEST = 512 * 1024
"""Bytes: what Streamlit takes of an address."""

EVERYWHERE = {
    *("picture_picker", "picture_upload", "picture_camera_on", "picture_drawing_on"),
    *("code_is_open", "start_over", "page_head", "page_tools", "take_back", "stage_and_controls"),
    *("try_this", "try_note", "code", "lesson_bar"),
    *("queue_cancel", "queue_again", "queue_retry"),
}
"""Keys of the frame and of the one queue, which are the same on every page."""

PARTS = {
    "pages/03_channels.py": "channels_part",
    "pages/04_pooling.py": "pool_part",
    "pages/05_activations.py": "act_part",
    "pages/06_layers.py": "layer_part",
    "pages/08_network.py": "view",
    "pages/09_search.py": "search_view",
    "pages/12_robustness.py": "steady_part",
    "pages/13_build.py": "build_part",
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


def experiments() -> dict[str, Experiment]:
    """Give every experiment that is declared in a page, by where and what its button says."""
    found = {}
    for module in pkgutil.walk_packages(pages.__path__, "pages."):
        if module.name.endswith(".experiments"):
            for name, value in vars(import_module(module.name)).items():
                tries = value if isinstance(value, tuple) else ()
                found |= {
                    f"{module.name}.{name}: {one.label}": one
                    for one in tries
                    if isinstance(one, Experiment)
                }
    return found


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


EXPERIMENTS = experiments()


@pytest.mark.parametrize("where", EXPERIMENTS)
def test_every_experiment_is_a_state_of_one_table_and_comes_back_from_the_address(where):
    state = EXPERIMENTS[where].complete_state()
    package = where.rpartition(".experiments")[0]
    names = {name for name, table in TABLES.items() if set(state) <= set(table.entries)}
    (table,) = [TABLES[name] for name in names if name.startswith(package)] if state else [None]
    for name, value in state.items():
        entry = table.entries[name]
        assert same(entry.value_of(entry.texts_of(entry.checked(value))), value)


def test_an_experiment_says_what_to_watch_in_one_sentence_and_no_two_share_a_name():
    assert len(EXPERIMENTS) > 40
    for where, one in EXPERIMENTS.items():
        assert one.watch[0].isupper(), where
        assert one.watch[-1] in ".?", where
        assert len(one.watch) < 100, where
    labels = [(where.partition(".experiments")[0], one.label) for where, one in EXPERIMENTS.items()]
    assert len(set(labels)) == len(labels)


def read(entry, texts):
    with contextlib.suppress(ValueError):
        assert len(repr(entry.value_of(texts))) < 10_000, (entry.name, texts[0][:40])


@each_table
def test_no_text_in_an_address_takes_long(table, where):
    for entry in table.entries.values():
        for name in TEXTS:
            for texts in ((whole(name, LONGEST),), (whole(name, 64),) * (LONGEST // 64)):
                assert takes_less(0.2, read, entry, texts, tries=1), (entry.name, name)


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


# What a page computes is not asked for here, and has a small network do.
QUICKLY = {
    "pages/08_network.py": {"network": "Tutorial network"},
    "pages/09_search.py": {"search_network": "Tutorial network"},
    "pages/10_why.py": {"why_network": "Tutorial network"},
    "pages/11_feature_visualisation.py": {
        "feature_network": "Tutorial network",
        "feature_steps": "32",
    },
    "pages/12_robustness.py": {"steady_network": "Tutorial network"},
    "pages/15_augmentation.py": {"augment_network": "Tutorial network"},
}


def test_no_two_pages_use_one_key(open_page):
    users = defaultdict(set)
    for page in PAGES:
        first = open_page(page.path, **QUICKLY.get(page.path, {}))
        for opened in parts_of(first, PARTS.get(page.path)):
            for key in keys_of(opened):
                users[key].add(page.path)
    assert len(users) > 100
    for table in TABLES.values():
        users[f"{table.scope}_state"].add(table.scope)
    assert {key: used for key, used in users.items() if len(used) > 1} == {}
