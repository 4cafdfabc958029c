"""The Explain view: where it begins, what the address names, what one takes along."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from cnnviz.networks import open_network
from cnnviz.networks.explanation.explain import explain
from pages.networks.explanation import arrays_of
from pages.ui.wire import unpack
from tests.pages.checks import sent_to
from tests.pages.networks.scenes import shipped

EXPLAIN = {"view": "Explain"}


def stage(page) -> tuple[Any, Mapping[str, np.ndarray]]:
    return unpack(sent_to(page, "explanation"))


def test_it_begins_at_the_most_probable_class(open_page):
    page = open_page("pages/08_network.py", network="Tutorial network", **EXPLAIN)
    assert not page.exception
    settings, _ = stage(page)
    network = open_network("tutorial")
    best = network.predict(page.session_state["picture_in_hand"].image, top=1)[0]
    assert settings["cell"] == {"layer": "softmax", "row": 0, "column": 0, "channel": best.index}
    assert settings["found"]["name"] == best.label
    assert page.query_params["place"] == f"softmax:{best.index}:0:0"


@pytest.mark.parametrize(
    ("place", "cell"),
    [
        ("relu_2:9:4:5", ("relu_2", 9, 4, 5)),
        ("relu_2:999:999:999", ("relu_2", 15, 31, 31)),
        ("none:0:0:0", ("softmax", None, 0, 0)),
        ("relu_2:-1:0:0", ("softmax", None, 0, 0)),
        ("relu_2", ("softmax", None, 0, 0)),
        ("%00:1e9:nan:", ("softmax", None, 0, 0)),
    ],
)
def test_the_address_names_the_number(open_page, place, cell):
    page = open_page("pages/08_network.py", network="Tutorial network", place=place, **EXPLAIN)
    assert not page.exception
    assert not page.error
    layer, channel, row, column = cell
    there = stage(page)[0]["cell"]
    assert (there["layer"], there["row"], there["column"]) == (layer, row, column)
    assert channel in (None, there["channel"])


def test_another_network_begins_at_its_own_answer(open_page):
    page = open_page("pages/08_network.py", network="Tutorial network", **EXPLAIN)
    page.selectbox(key="network").set_value("Small VGG").run()
    best = open_network("small_vgg").predict(page.session_state["picture_in_hand"].image, 1)[0]
    assert stage(page)[0]["cell"]["channel"] == best.index
    page.toggle(key="untrained").set_value(True).run()
    assert stage(page)[0]["cell"]["channel"] == best.index


def test_the_arrays_to_take_along_give_the_number_again():
    scene = shipped("tutorial")
    arrays = arrays_of(explain(scene.network, scene.maps, "conv_2", 3, 4, 9))
    bias = scene.network.weights("conv_2")["bias"][9]
    again = (arrays["patches"] * arrays["weights"]).sum() + bias
    assert again == pytest.approx(scene.maps["conv_2"][3, 4, 9], abs=1e-5)
    scene = shipped("efficientnet_lite0")
    arrays = arrays_of(explain(scene.network, scene.maps, "stage2_block2_add", 3, 4, 9))
    both = [arrays[name] for name in arrays if name.endswith("_sums")]
    assert sum(both).item() == pytest.approx(float(arrays["value"]))
