"""The page Robustness: its parts, its sentences and its experiments, against the package."""

import numpy as np
import pytest

from cnnviz.images.samples import open_sample
from cnnviz.networks import NETWORKS, open_network
from cnnviz.networks.code import network_file
from cnnviz.networks.keras_files.upload import read_upload
from cnnviz.networks.robustness import CHANGES, adversarial, likeness_along, survival, sweep
from cnnviz.networks.robustness.formulas import margin_with_numbers
from cnnviz.search.index import layers_to_index
from pages.robustness.attacking import amplified
from pages.robustness.panes import rows_of
from pages.robustness.scene import share
from pages.robustness.state import PART
from pages.ui.markdown import plain
from pages.ui.own_network import HELD, OWN_NETWORK, OwnModel
from tests.pages.checks import finished, flat_picture, sent, try_everything

PAGE = "pages/12_robustness.py"
SMALL = {"steady_network": "Small VGG"}
PARTS = [PART.label(part) for part in PART.options]


@pytest.fixture
def small():
    return open_network("small_vgg"), open_sample("panda")


def text_of(page) -> str:
    return "\n".join(one.value for one in (*page.markdown, *page.caption))


@pytest.mark.parametrize("name", ["rotate", "jpeg"])
def test_the_stage_has_the_answer_to_every_stop(open_page, small, name):
    network, picture = small
    page = open_page(PAGE, **SMALL, steady_change=CHANGES[name].title, steady_at="3")
    settings, arrays = sent(page, "stops")
    found = sweep(network, picture, CHANGES[name])
    labels = [network.labels.index(one) for one in settings["classes"]]
    np.testing.assert_allclose(arrays["now"], found.probabilities[:, labels], atol=1e-5)
    np.testing.assert_allclose(arrays["before"], network.probabilities(picture)[labels], atol=1e-5)
    assert len(settings["stops"]) == len(arrays["ends"]) == len(found.amounts)
    assert settings["at"] == 3
    assert settings["stops"].count("unchanged") == 1
    for row, answer in zip(settings["rows"], found.probabilities, strict=True):
        assert labels.index(int(answer.argmax())) in row


def test_it_opens_where_the_answer_flips_and_says_so(open_page, small):
    network, picture = small
    page = finished(open_page(PAGE, **SMALL))
    settings, _ = sent(page, "stops")
    found, best = sweep(network, picture, CHANGES["blur"]), network.predict(picture, top=1)[0]
    flip = found.first_flip(best.index, 0)
    at = list(found.amounts).index(flip)
    assert settings["at"] == at
    other = found.probabilities[at].argmax()
    assert f"**{network.labels[other]}**, {share(found.probabilities[at, other])}" in text_of(page)
    layers = layers_to_index(network)
    pooled = likeness_along(network, picture, CHANGES["blur"], [flip], layers)[:, 0, 1]
    first = int(np.flatnonzero(pooled < 0.9)[0])
    assert f"begin to differ at **`{layers[first]}`**" in text_of(page)
    assert len(page.get("plotly_chart")) == 3


def test_networks_are_compared_by_their_own_classes(open_page):
    page = finished(open_page(PAGE, **SMALL, steady_part=PARTS[1], steady_change="Blur"))
    said, latex = text_of(page), [one.value.strip(" $\n") for one in page.latex]
    assert "results[" in page.code[0].value
    for name in ("efficientnet_lite0", "small_vgg", "tutorial"):
        network = open_network(name)
        found = sweep(network, open_sample("panda"), CHANGES["blur"])
        best = int(found.probabilities[0].argmax())
        stays = int((found.ranks(best) == 1).sum())
        begun = f"| {plain(network.title)} |"
        (row,) = (line for line in said.splitlines() if line.startswith(begun))
        assert f"| {network.labels[best]}, {share(found.probabilities[0, best])} |" in row
        assert row.endswith(f"| {stays} of 21 |")
        # Nothing is chosen: the margins are those of the unmoved picture.
        assert margin_with_numbers(found.probabilities[0], best) in latex


@pytest.mark.parametrize("targeted", [False, True])
def test_an_attack_is_that_of_the_package(open_page, small, targeted):
    network, picture = small
    address = {"steady_targeted": "true", "steady_goal": "7", "steady_attack": "PGD, several steps"}
    page = finished(
        open_page(
            PAGE,
            **SMALL,
            steady_part=PARTS[2],
            steady_epsilon="6",
            steady_quality="40",
            **(address if targeted else {}),
        )
    )
    best = network.predict(picture, top=1)[0].index
    found = adversarial(
        network,
        picture,
        7 if targeted else best,
        epsilon=6,
        targeted=targeted,
        steps=10 if targeted else 1,
    )
    settings, arrays = sent(page, "stops")
    labels = [network.labels.index(one) for one in settings["classes"]]
    np.testing.assert_allclose(arrays["now"][0], found.probabilities[labels], atol=1e-5)
    assert f"**{found.largest} of 255 levels**" in text_of(page)
    now = int(found.probabilities.argmax())
    word = "still" if now == best else "now"
    assert f"the answer is {word} **{plain(network.labels[now])}**" in text_of(page)
    saved = survival(network, found, quality=40)[1].after
    assert f"**{network.labels[saved.argmax()]}**, {share(saved.max())}" in text_of(page)


def test_an_uploaded_network_stands_beside_those_that_ship(open_page):
    page = open_page(PAGE, **SMALL)
    model = read_upload(network_file(open_network("tutorial")))
    page.session_state[HELD] = OwnModel("mine.keras", b"", "digest", model, "zero_to_one")
    page = finished(page.run())
    page.selectbox(key="steady_network").select(OWN_NETWORK).run()
    finished(page)
    settings, _ = sent(page, "stops")
    assert set(settings["classes"]) <= {*model.network.labels}
    page.get("button_group")[0].set_value("compare").run()
    finished(page)
    titles = [NETWORKS[name].title for name in ("efficientnet_lite0", "small_vgg", "tutorial")]
    for title in [*titles, model.network.title]:
        assert f"| {plain(title)} |" in text_of(page)


def test_a_difference_is_as_many_times_as_large_as_it_says(small):
    found = adversarial(*small, 3, epsilon=5)
    picture, times = amplified(found)
    np.testing.assert_array_equal((picture.astype(int) - 128) / times, found.difference)
    still, _ = amplified(adversarial(*small, 3, epsilon=0))
    assert (still == 128).all()


def test_every_stop_lists_the_first_of_both_answers():
    before = np.array([0.1, 0.6, 0.3])
    now = np.array([[0.1, 0.6, 0.3], [0.8, 0.1, 0.1]])
    assert rows_of(before, now, [2], top=1) == [[1, 2], [1, 2, 0]]


def test_another_change_begins_at_its_own_stop(open_page):
    page = open_page(PAGE, **SMALL, steady_at="20")
    page.selectbox(key="steady_change").select("jpeg").run()
    _fine(page)
    assert "steady_at" not in page.query_params


def test_every_experiment_goes_through(open_page):
    try_everything(open_page(PAGE, **SMALL), finished)


@pytest.mark.parametrize(
    "address",
    [
        {"steady_class": "99999", "steady_at": "21", "steady_change": "Magic"},
        {"steady_part": PARTS[2], "steady_epsilon": "1e9", "steady_goal": "-7"},
        {"steady_part": PARTS[1], "steady_network": "x" * 1000, "steady_at": "nan"},
    ],
)
def test_nonsense_in_the_address_opens_the_defaults(open_page, address):
    _fine(open_page(PAGE, **{**SMALL, **address}))


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("shape", [(1, 1), (1, 128), (1500, 3)])
def test_pictures_of_any_shape_are_asked(open_page, part, shape):
    page = open_page(PAGE, **SMALL, steady_part=part)
    page.session_state["picture_in_hand"] = flat_picture((*shape, 3))
    finished(page.run())


def _fine(page) -> None:
    assert not page.exception
    assert not page.error
