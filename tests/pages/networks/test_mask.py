"""Answers that are maps, and networks with several outputs, from the upload to the other pages."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.images.samples import open_sample
from cnnviz.networks import Network
from cnnviz.networks.feature_visualisation import Recipe, Target
from cnnviz.networks.feature_visualisation.patches import values_in
from cnnviz.networks.keras_files.upload import Upload, read_upload
from cnnviz.networks.masks import mask_of
from cnnviz.notation import written
from cnnviz.server.sandbox import Usage
from pages.feature_visualisation.photos import _part
from pages.feature_visualisation.scene import Scene
from pages.networks.comparison import _read_as
from pages.ui.markdown import plain
from pages.ui.own_network import HELD, OwnModel
from pages.ui.wire import unpack
from tests.networks.answering import two_heads, u_net
from tests.pages.checks import sent, sent_to

OWN = {"network": "Your own model", "picture": "panda"}
Open = Callable[..., AppTest]


def as_uploaded(model: Any) -> OwnModel:
    """Hold a model as if it had been uploaded; that the file can be read is another test's."""
    upload = Upload(Network.from_model(model), (), Usage(0.0, 0.0, 0))
    return OwnModel("own.keras", b"", model.name, upload, "zero_to_one")


@pytest.fixture(scope="module")
def segmenting() -> OwnModel:
    return as_uploaded(u_net(softmax=True, classes=9))


@pytest.fixture(scope="module")
def heads(tmp_path_factory: pytest.TempPathFactory) -> OwnModel:
    path = tmp_path_factory.mktemp("heads") / "heads.keras"
    two_heads().save(path)
    data = path.read_bytes()
    return OwnModel("heads.keras", data, "heads", read_upload(data), "zero_to_one")


@pytest.fixture
def opened(open_page: Open) -> Open:
    def open_own(own: OwnModel, path: str = "pages/08_network.py", **address: str) -> AppTest:
        network = {**OWN, "view": "Answer"} if "08" in path else {}
        page = open_page(path, **{**network, **address})
        page.session_state[HELD] = own
        return page.run()

    return open_own


def test_a_mask_lies_over_the_photo_with_the_probabilities_of_its_cells(
    opened: Open, segmenting: OwnModel
) -> None:
    page = opened(segmenting)
    assert not page.exception
    settings, arrays = unpack(sent_to(page, "mask_stage"))
    network = segmenting.network
    image = page.session_state["picture_in_hand"].image
    found = mask_of(network, network.feature_maps(image)["softmax"])
    listed = [one["index"] for one in settings["classes"]]
    assert listed == found.order[:7]
    assert settings["others"] == 2
    assert settings["area"] == [0, 0, 1, 1]
    np.testing.assert_array_equal(
        arrays["probabilities"], np.moveaxis(found.probabilities[..., listed], -1, 0)
    )
    for at, one in enumerate(settings["classes"]):
        assert one["share"] == pytest.approx(np.mean(found.winners == one["index"]))
        np.testing.assert_array_equal(arrays["winners"] == at, found.winners == one["index"])
    assert settings["other_share"] == pytest.approx(np.mean(arrays["winners"] == len(listed)))
    # The bars below: the means over the cells.
    labels, bars = sent(page, "heading")
    best = [int(label.removeprefix("class ")) for label in labels["labels"]]
    np.testing.assert_allclose(
        bars["probabilities"][:, 0], found.probabilities.mean(axis=(0, 1))[best], atol=1e-6
    )


def test_a_class_that_wins_little_is_listed_once_it_is_in_hand(
    opened: Open, segmenting: OwnModel
) -> None:
    last = mask_of_panda(segmenting)[-1]
    page = opened(segmenting, place=f"softmax:{last}:3:5")
    settings, _ = unpack(sent_to(page, "mask_stage"))
    assert settings["classes"][-1]["index"] == last
    assert settings["place"] == {"row": 3, "column": 5, "at": 6}
    said = f"class {last} in the cell at row 3, column 5"
    assert any(said in one.value for one in page.caption)


def mask_of_panda(own: OwnModel) -> list[int]:
    network = own.network
    return mask_of(network, network.feature_maps(open_sample("panda"))["softmax"]).order


def test_every_view_of_a_mask_draws(opened: Open, segmenting: OwnModel) -> None:
    page = opened(segmenting)
    for view in ("Overview", "Layer", "Explain", "Compare", "Table"):
        page.segmented_control(key="view").set_value(view).run(timeout=60)
        assert not page.exception, view
        assert not page.error, view


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("pages/10_why.py", "the means over all 256 cells"),
        ("pages/12_robustness.py", "the means over all 256 cells"),
        ("pages/11_feature_visualisation.py", "the means over all 256 cells"),
    ],
)
def test_other_pages_ask_a_mask_for_its_means(
    opened: Open, segmenting: OwnModel, path: str, said: str
) -> None:
    entry = {"10": "why_network", "12": "steady_network", "11": "feature_network"}[path[6:8]]
    page = opened(segmenting, path, **{entry: "Tutorial network"}, feature_of="A class")
    page.selectbox(key=entry).select(OWN["network"]).run(timeout=60)
    assert not page.exception
    assert not page.error
    assert page.selectbox(key=entry).value == OWN["network"]
    assert any(said in one.value for one in page.caption)


def test_where_the_answer_comes_from_names_the_number_in_hand(
    opened: Open, segmenting: OwnModel
) -> None:
    labels = tuple(f"*{at}* ![x](y)" for at in range(9))
    page = opened(replace(segmenting, labels={"softmax": labels}))
    page.button(key="try_Where does the answer come from?").click().run()
    assert not page.exception
    layer, *place = "".join(page.query_params["place"]).split(":")
    channel, row, column = map(int, place)
    network = segmenting.network
    maps = network.feature_maps(page.session_state["picture_in_hand"].image)
    value = written(float(maps[layer][row, column, channel]), 4)
    (note,) = (one.value for one in page.markdown if one.value.startswith("**Watch**"))
    assert f"The number that is explained is {value}, of softmax." in note
    best = int(network.probabilities(page.session_state["picture_in_hand"].image).argmax())
    assert f"Its answer is {plain(labels[best])} with" in note


def test_the_photo_that_a_class_of_a_mask_is_asked_about_is_shown_whole(
    segmenting: OwnModel,
) -> None:
    network, photo = segmenting.network, open_sample("panda")
    scene = Scene(network, None, "", True, Target("class", index=2), Recipe())
    found = values_in(network, "class", "", [photo])
    part = _part(scene, found.layer, photo, found.most(2, 1)[0])
    np.testing.assert_array_equal(part, network.shown_part(photo))


def test_one_of_several_outputs_is_chosen_and_is_in_the_address(
    opened: Open, heads: OwnModel
) -> None:
    page = opened(heads)
    assert page.selectbox(key="output").value == "kind"
    assert page.session_state[HELD].network.class_count == 3
    page.selectbox(key="output").set_value("size").run()
    assert page.session_state[HELD].network.answer_layer == "size"
    assert page.query_params["output"] in ("size", ["size"])
    page.text_area(key="own_model_labels").set_value("small\nlarge").run()
    assert sent(page, "heading")[0]["labels"][0] in ("small", "large")
    page.selectbox(key="output").set_value("mask").run()
    assert unpack(sent_to(page, "mask_stage"))[0]["layer"] == "mask"
    assert page.text_area(key="own_model_labels").value == ""
    page.selectbox(key="output").set_value("size").run()
    assert page.session_state[HELD].network.labels == ("small", "large")


def test_an_address_names_an_output_and_nonsense_gives_the_first_vector(
    opened: Open, heads: OwnModel
) -> None:
    assert opened(heads, output="mask").session_state[HELD].output == "mask"
    page = opened(heads, output="<b>nothing")
    assert not page.exception
    assert page.session_state[HELD].network.answer_layer == "kind"


@pytest.mark.parametrize(
    ("path", "entry"),
    [
        ("pages/10_why.py", "why_network"),
        ("pages/12_robustness.py", "steady_network"),
        ("pages/11_feature_visualisation.py", "feature_network"),
    ],
)
def test_an_output_is_chosen_on_every_page_that_asks_for_the_answer(
    opened: Open, heads: OwnModel, path: str, entry: str
) -> None:
    page = opened(heads, path, **{entry: "Tutorial network"}, output="size", feature_of="A class")
    assert not [one for one in page.selectbox if one.key == "output"]  # it has one answer
    page.selectbox(key=entry).select(OWN["network"]).run(timeout=60)
    assert not page.exception
    assert page.selectbox(key="output").value == "size"
    classes = {"why_network": "why_class", "steady_network": "steady_class"}
    listed = classes.get(entry, "feature_class")
    assert len(page.selectbox(key=listed).options) == 2
    page.selectbox(key="output").set_value("mask").run(timeout=60)
    assert not page.exception
    assert len(page.selectbox(key=listed).options) == 4
    assert page.session_state[HELD].network.answer_layer == "mask"
    assert page.query_params["output"] in ("mask", ["mask"])
    if "feature" in entry:  # a channel answers whatever the answer is
        page.selectbox(key="feature_of").set_value("channel").run(timeout=60)
        assert not [one for one in page.selectbox if one.key == "output"]
        assert page.session_state[HELD].network.answer_layer == "mask"


def test_what_it_is_compared_with_answers_with_the_same_output(heads: OwnModel) -> None:
    first = heads.network.answering("mask")
    assert _read_as(first, Network.from_model(two_heads())).answer_layer == "mask"
    assert _read_as(first, Network.from_model(u_net(softmax=True))).answer_layer == "softmax"


def test_three_maps_are_classes_once_somebody_says_so(opened: Open) -> None:
    page = opened(as_uploaded(u_net(classes=3)))
    assert not page.session_state[HELD].network.has_classes
    assert "needs a number for each class" in page.info[0].value
    page.toggle(key="as_mask").set_value(True).run()
    assert not page.exception
    assert page.session_state[HELD].network.has_mask
    assert len(unpack(sent_to(page, "mask_stage"))[0]["classes"]) == 3


def test_what_answers_is_forgotten_with_its_network(opened: Open, heads: OwnModel) -> None:
    page = opened(heads, output="mask", as_mask="true")
    assert page.session_state[HELD].output == "mask"
    page.session_state[HELD] = as_uploaded(u_net(classes=3))
    page.run()
    assert not page.exception
    held = page.session_state[HELD]
    assert (held.output, held.mask) == ("", False)
    assert not page.toggle(key="as_mask").value
    assert not {"output", "as_mask"} & set(page.query_params)
    page.session_state[HELD] = heads
    page.run()
    assert page.session_state[HELD].output == "kind"
