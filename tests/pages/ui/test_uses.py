"""Links from a building block to the layers that do it, and back."""

import pytest

from cnnviz.networks import open_network
from pages.networks.state import PAGE
from pages.ui.path import PAGES
from pages.ui.uses import _BLOCKS, USES, block_of
from tests.pages.test_state import TABLES

PATHS = {page.path: page for page in PAGES}
ALL = [(path, use) for path, uses in USES.items() for use in uses]
TWO_PAGES = {"pages/07_learn_a_kernel.py": "pages/01_convolution.py"}
"""What is learned is a convolution's kernel: from there the way leads to the convolution."""


def test_each_building_block_has_a_layer_at_work():
    assert set(USES) == {page.path for page in PAGES if page.group == "Building blocks"}


@pytest.mark.parametrize(("path", "use"), ALL, ids=[use.label for _, use in ALL])
def test_the_layer_is_there_and_leads_back(path, use):
    layer = open_network(use.network).layer(use.layer)
    found = {name: PAGE.entries[name].value_of((text,)) for name, text in use.address.items()}
    assert found["place"].layer == use.layer
    assert found["view"] == use.view
    if layer.is_map:
        rows, columns, _ = layer.output_shape
        assert use.row < rows
        assert use.column < columns
    block = block_of(layer)
    assert block is not None
    assert block[0] == TWO_PAGES.get(path, path)


def test_the_numbers_in_the_words_are_the_layers():
    sizes = open_network("efficientnet_lite0")
    assert sizes.layer("image").output_shape[0] == 224
    assert sizes.layer("stem_conv").output_shape[0] == 112
    assert sizes.layer("stem_conv").strides == (2, 2)
    assert open_network("tutorial").layer("dense").channels == 10


@pytest.mark.parametrize(("path", "address"), _BLOCKS.values(), ids=_BLOCKS)
def test_a_block_is_a_page_whose_address_means_something(path, address):
    assert path in PATHS
    entries = {name: entry for table in TABLES.values() for name, entry in table.entries.items()}
    for name, text in address.items():
        assert entries[name].texts_of(entries[name].value_of((text,))) == (text,), name
