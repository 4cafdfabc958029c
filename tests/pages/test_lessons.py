"""The page Lessons, and the pages that its steps open."""

import re
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pytest

from cnnviz.images import pictures as images
from cnnviz.images.samples import SAMPLES, open_sample
from pages.ui.lessons.bar import LESSONS_PAGE, answer_of
from pages.ui.lessons.course import LESSONS, Place, handout, place_named
from pages.ui.path import PAGES
from tests.pages.test_state import TABLES

PLACES = [
    Place(lesson, number)
    for lesson in LESSONS.values()
    for number in range(1, len(lesson.steps) + 1)
]
WITH_NETWORKS = ("why-1", "why-3", "why-4", "training-4")
each_place = pytest.mark.parametrize("place", PLACES, ids=[place.name for place in PLACES])


@each_place
def test_a_step_opens_a_page_in_a_state_that_it_can_have(place):
    page = next(page for page in PAGES if page.path == place.step.page)
    folder = {"padding_and_stride": "padding", "learn_a_kernel": "learning", "why": "attribution"}
    of_page = [
        table
        for name, table in TABLES.items()
        if name.startswith(("pages.ui.", f"pages.{folder.get(name_of(page), name_of(page))}."))
    ]
    entries = {name: entry for table in of_page for name, entry in table.entries.items()}
    for name, text in place.step.address.items():
        if name == "picture":
            assert text in SAMPLES
        elif name == "ask":
            assert text == "1"
        else:
            entry = entries[name]
            assert entry.texts_of(entry.value_of((text,))) in ((text,), ())


def name_of(page) -> str:
    name = re.sub(r"^pages/\d+_|\.py$", "", page.path)
    return {"network": "networks", "build": "building", "train": "training"}.get(name, name)


@each_place
def test_a_step_is_named_by_its_address(place):
    assert place_named(place.name) == place
    assert place.step.question.endswith("?")


def test_a_lesson_has_four_to_seven_steps():
    assert all(4 <= len(lesson.steps) <= 7 for lesson in LESSONS.values())


@pytest.mark.parametrize("name", [p.name for p in PLACES if p.name not in WITH_NETWORKS])
def test_an_answer_has_no_word_of_the_code(name):
    answer = answer_of(name)
    assert answer.endswith((".", "!"))
    assert not re.search(r"nan|inf\b|np\.|array|None|\{|\}", answer), answer


# Worked out here without cnnviz, but for the pictures.
def test_answers_about_convolution_are_right():
    edge = images.grey(open_sample("step_edge"))[..., 0].astype(int)
    row = edge[edge.shape[0] // 2]
    along = 4 * np.abs(row[2:] - row[:-2]).max()
    assert answer_of("edges-2").startswith(f"{along}: ")
    assert f"from {edge.min()} to {edge.max()}." in answer_of("edges-2")
    assert (edge == row).all()
    assert answer_of("edges-3").startswith("Nothing: no result is further from 0 than 0.")
    assert answer_of("edges-1").startswith("They add up to 0.")
    assert answer_of("edges-4").startswith("1/49, about 0.0204: 49 weights that add up to 1,")
    height, width, _ = open_sample("panda").shape
    height, width = round(height * 512 / width), 512
    rows, columns = len(range(0, height - 4, 4)), len(range(0, width - 4, 4))
    assert answer_of("edges-5").startswith(f"{rows} × {columns}: along {height} pixels")


def test_answers_that_count_are_right():
    said = {
        "channels-1": "3 kernels of 3 × 3: 27 weights and one bias.",
        "channels-3": "3 × 3 × 3 × 32 = 864 weights, and 32 feature maps.",
        "channels-4": "3 × 3 × 8 × 8 = 576:",
        "channels-5": "3 × 3 × 8 = 72 instead of 576.",
        "sizes-1": "4 × 4: ",
        "sizes-2": "1 before and 1 after along each axis, so that 6 + 2 − 3 + 1 = 6.",
        "sizes-3": "112: 224 / 2, rounded up. Keras adds 0 before and 1 after for it; without "
        "padding there are 111 windows.",
        "sizes-4": "15: ",
        "sizes-5": "5 × 5 pixels, of which it multiplies 9; ",
        "pooling-1": "6, 8, 3, 4: ",
        "pooling-2": "3.25, 5.25, 2, 2: ",
        "pooling-3": "To 4, ",
        "network-1": "Row 1, column 1, channel 2: (4 · 1 + 1) · 3 + 2 = 17.",
        "network-3": "1,228,800 against 864, 1,422 times as many; and the dense layer gives 100 "
        "numbers, the convolution 131,072.",
        "training-1": "10: 3 × 3 weights and a bias.",
        "training-3": "10% right, and a loss of ln 10 = 2.303: ",
    }
    assert {name: answer_of(name)[: len(start)] for name, start in said.items()} == said
    weights = 3 * 3 * 3 * 6 + 6 + 3 * 3 * 6 * 16 + 16
    dense = 16 * 16 * 16 * 10 + 10
    assert answer_of("network-4").startswith(f"{weights + dense:,} with biases, {dense:,} of them")
    assert answer_of("training-2").startswith(f"{weights + dense:,}; most of them, {dense:,}, in")


def test_answers_about_activations_are_right():
    exponentials = np.exp([2.0, 1.0, 0.1, -1.5])
    first = f"{exponentials[0] / exponentials.sum():.4f}"
    assert answer_of("activations-5").startswith(
        f"{first}. With 10 more in each logit it is {first}"
    )
    assert answer_of("activations-1").startswith("f(−2) = 0, and the slope is 0:")
    assert answer_of("activations-3").startswith(
        "0.25, at 0. Thirty such factors are at most 0.25^30 = 8.67e−19"
    )
    assert "a slope of 0.2 there." in answer_of("activations-4")


@pytest.mark.tensorflow
def test_answers_of_networks_are_keras_own(tf):
    from cnnviz.networks.opening import open_network

    image = open_sample("panda")
    for name, answer in (("tutorial", "network-5"), ("efficientnet_lite0", "why-1")):
        network = open_network(name)
        scores = network.model(network.preprocess(image)[np.newaxis])[0].numpy()
        best = network.predict(image, top=1)[0]
        assert best.index == scores.argmax()
        share = f"{round(100 * float(scores.max()), 1):g}%"
        assert answer_of(answer).startswith(f"{best.label}, with {share}.")
    assert share in answer_of("why-3")
    assert re.match(r"[\d.]+% of the shorter side is the first of the blurs", answer_of("why-4"))
    assert answer_of("training-4").startswith("1,280 × 3 weights and 3 biases: 3,843.")


def test_a_lesson_lists_its_steps_and_unfolds_an_answer(open_page):
    page = open_page(LESSONS_PAGE, lesson="Padding, stride and size")
    assert not page.exception
    steps = LESSONS["sizes"].steps
    told = [markdown.value for markdown in page.markdown]
    assert all(f"{step.task} **{step.question}**" in told for step in steps)
    links = [link.proto for link in page.main.get("page_link")]
    assert len(links) == len(steps)


def test_a_step_begins_as_it_was_prepared_and_leads_on(open_page):
    page = open_page("pages/02_padding_and_stride.py", pad_stride="3", pad_side="9")
    place = place_named("sizes-4")
    page.query_params.clear()
    for name, text in place.address.items():
        page.query_params[name] = text
    page.run()
    assert not page.exception
    assert page.session_state["padding_state"].values["pad_side"] == 8
    assert page.session_state["padding_state"].values["pad_stride"] == 2
    told = " ".join(markdown.value for markdown in page.markdown)
    assert "Padding, stride and size, 4 of 5." in told
    labels = [button.label for button in page.button]
    assert {"3. Padding and stride", "5. Padding and stride"} <= {*labels}
    page.slider(key="pad_side").set_value(10).run()
    assert page.session_state["padding_state"].values["pad_side"] == 10
    assert page.query_params["lesson_step"] in ("sizes-4", ["sizes-4"])
    page.button(key="turn_to_sizes-3").click().run()
    assert page.session_state["padding_state"].values["pad_side"] == 16
    assert not page.exception
    assert "3 of 5." in " ".join(markdown.value for markdown in page.markdown)


def test_a_step_of_another_page_is_none(open_page):
    page = open_page("pages/04_pooling.py", lesson_step="sizes-4")
    assert not page.exception
    assert "4 of 5" not in " ".join(markdown.value for markdown in page.markdown)


def test_a_handout_names_addresses_that_open_the_steps():
    text = handout(LESSONS["pooling"], "https://cnnviz.example/app/")
    addresses = re.findall(r"<(https://[^>]+)>", text)
    assert len(addresses) == len(LESSONS["pooling"].steps)
    for number, address in enumerate(addresses, 1):
        parts = urlsplit(address)
        assert parts.path == "/app/pooling"
        assert dict(parse_qsl(parts.query)) == Place(LESSONS["pooling"], number).address
