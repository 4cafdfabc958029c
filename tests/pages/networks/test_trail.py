"""The way from a number down to the pixels, and back."""

from collections.abc import Mapping
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.networks import open_network
from cnnviz.networks.explanation.explain import Cell, can_explain
from pages.networks.scene import Scene
from tests.pages.networks.scenes import picture


def walk() -> None:
    """A page that goes where the test's wishes say, one after the other."""
    import keras
    import streamlit as st

    from cnnviz.images.samples import open_sample
    from cnnviz.networks import Network, open_network
    from pages.networks import explanation
    from pages.networks.scene import Scene
    from pages.networks.state import PAGE
    from pages.networks.trail import Trail
    from pages.ui.picture import Picture

    PAGE.follow()
    picture = Picture("panda", "Panda", "A panda.", open_sample("panda"), "sample:panda")
    network = open_network("tutorial")
    if st.session_state["no_classes"]:
        x = keras.Input((9, 11, 3))
        y = keras.layers.Conv2D(4, 3, activation="relu", name="each")(x)
        network = Network.from_model(keras.Model(x, y))
    scene = Scene(network, picture, "network")
    Trail(scene)
    for wish in st.session_state["wishes"]:
        st.session_state["explanation"] = {"look": wish}
        explanation._look(scene)
    st.session_state["cells"] = Trail(scene).cells


def after(*wishes: Mapping[str, Any], place: str = "", no_classes: bool = False) -> list[Cell]:
    page = AppTest.from_function(walk, default_timeout=60)
    page.session_state["wishes"] = wishes
    page.session_state["no_classes"] = no_classes
    if place:
        page.query_params["place"] = place
    page.run()
    assert not page.exception
    return page.session_state["cells"]


def going(way: str, layer: str, row: int, column: int, channel: int) -> dict[str, Any]:
    return {"way": way, "layer": layer, "row": row, "column": column, "channel": channel}


def test_one_goes_on_only_to_what_went_in():
    inside = going("go_on", "relu_1", 3, 4, 5)
    beside = going("go_on", "relu_1", 9, 9, 5)
    assert [cell.layer for cell in after(inside, place="relu_2:9:4:5")] == ["relu_2", "relu_1"]
    assert after(beside, place="relu_2:9:4:5") == [Cell("relu_1", 9, 9, 5)]


def test_a_move_within_reach_keeps_the_way_and_another_begins_anew():
    on = going("go_on", "relu_1", 4, 5, 2)
    near, far = going("move", "relu_1", 3, 5, 2), going("move", "relu_1", 20, 5, 2)
    assert after(on, near, place="relu_2:9:4:5") == [
        Cell("relu_2", 4, 5, 9),
        Cell("relu_1", 3, 5, 2),
    ]
    assert after(on, far, place="relu_2:9:4:5") == [Cell("relu_1", 20, 5, 2)]


def test_back_returns_to_a_number_of_the_way():
    down = {"way": "descend"}
    way = after(down)
    assert [cell.layer for cell in (way[0], way[-1])] == ["softmax", "image"]
    assert after(down, {"way": "back", "index": 2}) == way[:3]
    assert after(down, {"way": "back", "index": 999}) == way
    assert after(down, {"way": "answer"}) == way[:1]


def test_the_way_down_follows_the_class_and_then_the_largest_contribution():
    scene = Scene(open_network("tutorial"), picture(), "tutorial")
    way = after({"way": "descend"})
    assert way[1] == way[0]._replace(layer="dense")
    assert len({cell.layer for cell in way}) == len(way)
    assert all(can_explain(scene.network, cell.layer) for cell in way)


def test_another_layer_is_entered_over_the_same_part_of_the_picture():
    assert after({"way": "layer", "layer": "pool"}, place="relu_2:9:8:30") == [
        Cell("pool", 4, 15, 9)
    ]
    assert after({"way": "layer", "layer": "image"}, place="pool:9:4:15") == [
        Cell("image", 9, 31, 0)
    ]


def test_without_classes_it_begins_in_the_middle_of_the_answer():
    assert after(no_classes=True) == [Cell("each", 3, 4, 0)]
    wish = {"way": "layer", "layer": "each"}
    assert after(wish, place="image:2:8:8", no_classes=True) == [Cell("each", 6, 6, 2)]


@pytest.mark.parametrize(
    "wish",
    [
        {},
        {"way": "move"},
        {"way": "go_on", "layer": "nowhere", "row": 0, "column": 0, "channel": 0},
        {"way": "move", "layer": "relu_2", "row": "0", "column": None, "channel": 0.5},
        {"way": "layer", "layer": ["relu_2"]},
        {"way": "back", "index": "first"},
        {"way": "_hold"},
    ],
    ids=str,
)
def test_a_wish_that_cannot_be_read_leaves_everything_where_it_is(wish):
    assert after(wish, place="relu_2:9:4:5") == [Cell("relu_2", 4, 5, 9)]
