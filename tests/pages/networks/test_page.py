"""The Network page as a whole: every view opens for every network that ships."""

import numpy as np
import pytest

from cnnviz.networks import NETWORKS, open_network
from cnnviz.networks.comparison import compare_networks
from cnnviz.notation import written, written_share
from tests.pages.checks import finished
from tests.pages.networks.scenes import layer_menu

VIEWS = ("Overview", "Layer", "Explain", "Answer", "Health", "Compare", "Table")
SHIPPED = [entry.title for entry in NETWORKS.values() if entry.ships]


def opened(open_page, **address):
    page = open_page("pages/08_network.py", **address)
    assert not page.exception
    assert not page.error
    return page


@pytest.mark.parametrize("network", SHIPPED)
@pytest.mark.parametrize("view", VIEWS)
def test_every_view_opens_for_every_network(open_page, view, network):
    page = opened(open_page, view=view, network=network)
    assert page.session_state["view"] == view
    assert page.selectbox(key="network").value == network


@pytest.mark.parametrize(
    "place",
    [
        "",
        "conv_1",
        "none:0:0:0",
        "conv_1:-1:0:0",
        "conv_1:99999999999999999999:0:0",
        "conv_1:1e9:nan:\x00",
        "<script>:0:0:0",
        "conv_1:9999:9999:9999",
    ],
)
@pytest.mark.parametrize("view", VIEWS)
def test_a_hostile_place_opens_one_that_there_is(open_page, view, place):
    page = opened(open_page, view=view, network="Tutorial network", place=place)
    page.segmented_control(key="view").set_value("Layer").run()
    assert not page.exception
    layer = layer_menu(page).value
    assert layer in ("conv_1", "pool", "softmax")


@pytest.mark.parametrize(
    "address",
    [
        {"view": ""},
        {"view": "Attribution"},
        {"network": ""},
        {"network": "<script>"},
        {"view": "Answer", "top": "Infinity", "compare": ""},
        {"view": "Answer", "compare": "Blurred", "blur": "nan"},
        {"view": "Answer", "compare": "Noisy", "noise": "9" * 5000},
        {"view": "Answer", "compare": "Another picture", "other_picture": ""},
        {"view": "Layer", "tile": "", "sort": "", "pin": "", "off": "\x00"},
        {"view": "Explain", "apart": "", "place": ""},
    ],
    ids=str,
)
def test_nothing_or_nonsense_in_an_address_opens_the_default(open_page, address):
    page = opened(open_page, **{"network": "Tutorial network"} | address)
    view = address.get("view")
    assert page.session_state["view"] == (view if view in VIEWS else "Overview")


@pytest.mark.parametrize("view", VIEWS)
def test_a_place_of_one_network_opens_another(open_page, view):
    page = opened(open_page, view=view, network="Small VGG", place="conv_3_1:40:7:7")
    page.selectbox(key="network").set_value("Tutorial network").run()
    assert not page.exception
    assert not page.error


@pytest.mark.parametrize("view", VIEWS)
def test_the_untrained_twin_opens_too(open_page, view):
    opened(open_page, view=view, network="Tutorial network", untrained="true")


def test_a_view_hands_its_place_to_the_next(open_page):
    page = opened(open_page, view="Layer", network="Small VGG", place="relu_2_1:5:3:7")
    for view in VIEWS:
        page.segmented_control(key="view").set_value(view).run()
        assert not page.exception
        assert page.query_params["place"] == "relu_2_1:5:3:7"


def test_one_is_asked_for_a_model_of_ones_own(open_page):
    page = opened(open_page, network="Your own model")
    assert page.get("file_uploader")
    asked, missed = (note.value for note in page.info)
    assert asked == "Upload a Keras model to see inside it."
    assert "somebody's own network" in missed


def test_experiments_set_up_what_they_promise_from_any_state(open_page):
    page = opened(
        open_page, view="Layer", network="Small VGG", place="relu_2_1:5:3:7", sort="mean", top="9"
    )
    page.button(key="try_What did training change?").click().run()
    assert not page.exception
    assert page.toggle(key="untrained").value
    assert page.selectbox(key="network").value == "Small VGG"
    assert page.query_params["place"] == "relu_2_1:5:3:7"
    assert "sort" not in page.query_params
    page.button(key="try_The network beginners write").click().run()
    assert page.selectbox(key="network").value == "Tutorial network"
    assert not page.toggle(key="untrained").value
    assert page.session_state["view"] == "Layer"
    page.button(key="try_Where does the answer come from?").click().run()
    assert page.session_state["view"] == "Explain"
    best = open_network("tutorial").predict(page.session_state["picture_in_hand"].image, 1)[0]
    assert page.query_params["place"] == f"softmax:{best.index}:0:0"


def test_the_bench_s_experiments_say_what_the_package_counts(open_page):
    page = finished(
        opened(open_page, view="Health", network="Tutorial network", place="relu_2:3:4:5")
    )
    network, image = open_network("tutorial"), page.session_state["picture_in_hand"].image

    def seen(label):
        assert not page.button(key=f"try_{label}").click().run().exception
        (note,) = (one.value for one in page.markdown if one.value.startswith("**Watch**"))
        return note

    maps = network.feature_maps(image)
    zero = (maps["relu_2"] == 0).all(axis=(0, 1)).sum()
    said = seen("Which maps never answer?").replace("\\", "")
    assert f"{zero} of the {maps['relu_2'].shape[-1]} maps of relu_2 are zero" in said
    twin = network.untrained()
    found = compare_networks(network, twin, maps, twin.feature_maps(image)).layers
    most = max(found, key=lambda one: np.nan_to_num(one.outputs))
    said = seen("What training changed, layer by layer").replace("\\", "")
    assert page.session_state["view"] == "Compare"
    assert f"{most.name} is the most different" in said
    assert f"{written(most.outputs)} times" in said


@pytest.mark.parametrize("picture", ["panda", "digit"])
def test_what_experiments_say_of_the_answer_is_what_the_network_answers(open_page, picture):
    page = opened(open_page, view="Layer", network="Small VGG", picture=picture)
    image = page.session_state["picture_in_hand"].image
    trained, tutorial = open_network("small_vgg"), open_network("tutorial")

    def seen(label):
        assert not page.button(key=f"try_{label}").click().run().exception
        (note,) = (one.value for one in page.markdown if one.value.startswith("**Watch**"))
        return note

    def answer(network):
        (first,) = network.predict(image, 1)
        return (
            f"Its answer is {first.label} with {written_share(first.probability)}; guessing among "
            "10 classes would be 10%."
        )

    assert answer(trained.untrained()) in seen("What did training change?")
    assert answer(trained.untrained()) != answer(trained)
    said = seen("The network beginners write")
    assert answer(tutorial) in said
    assert f"{len(tutorial.layers)} layers with {tutorial.model.count_params():,} par" in said
    best = tutorial.predict(image, 1)[0].probability
    assert f"{written(best, 4)}, of softmax" in seen("Where does the answer come from?")
