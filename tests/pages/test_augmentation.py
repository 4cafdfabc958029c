"""The page Augmentation: its samples, sentences and experiments, against the package."""

import numpy as np
import pytest

from cnnviz.images.samples import open_sample
from cnnviz.networks import open_network
from cnnviz.networks.augmentation import Second, answers_of, draw_samples, parse_pipeline
from cnnviz.notation import written_share as share
from pages.augmentation.experiments import EXPERIMENTS
from pages.augmentation.state import LAYERS
from pages.augmentation.wall import TOP
from tests.pages.checks import finished, flat_picture, sent, try_everything

PAGE = "pages/15_augmentation.py"
SMALL = {"augment_network": "Tutorial network"}


@pytest.fixture
def small():
    network = open_network("tutorial")
    return network, network.shown_part(open_sample("panda"))


def text_of(page) -> str:
    return "\n".join(one.value for one in (*page.markdown, *page.caption))


def drawn_for(small, text, count=15, seed=0):
    network, part = small
    found = draw_samples(part, parse_pipeline(text), count=count, seed=seed)
    return found, answers_of(network, found.pictures)


def test_the_wall_has_the_samples_and_what_is_said_to_each(open_page, small):
    network, _ = small
    layers = "rflip-mvertical~rlight-f0.4"
    page = finished(
        open_page(
            PAGE,
            **SMALL,
            augment_layers=layers,
            augment_count="24",
            augment_seed="3",
            augment_at="7",
        )
    )
    found, answers = drawn_for(small, layers, 24, 3)
    itself = network.probabilities(open_sample("panda"))
    settings, arrays = sent(page, "words")
    assert settings["at"] == 7
    assert settings["words"] == [["nothing is changed"], *map(list, found.drawn)]
    assert len(arrays["ends"]) == 25
    labels = [network.labels.index(one) for one in settings["classes"]]
    np.testing.assert_allclose(arrays["before"], itself[labels], atol=1e-5)
    np.testing.assert_allclose(arrays["now"][1:], answers[:, labels], atol=1e-5)
    own = int(itself.argmax())
    assert settings["others"] == [False, *(answers.argmax(axis=1) != own)]
    for row, one in zip(settings["rows"][1:], answers, strict=True):
        assert {labels[at] for at in row} >= {own, *np.argsort(-one)[:TOP]}
    same = int((answers.argmax(axis=1) == own).sum())
    assert f"**{same} of 24** samples" in text_of(page)
    mean = answers.mean(axis=0)
    best = int(mean.argmax())
    assert f"the answer is **{network.labels[best]}**, {share(mean[best])}" in text_of(page)


def test_layers_are_added_set_and_taken_away(open_page):
    page = finished(open_page(PAGE, **SMALL))
    page.multiselect(key="augment_kinds").set_value(["RandomRotation", "RandomFlip"]).run()
    assert page.query_params["augment_layers"] == "rturn-f0.25~rflip"
    page.selectbox(key="augment_RandomFlip_mode").select("vertical").run()
    page.slider(key="augment_RandomRotation_factor").set_value(0.5).run()
    assert page.query_params["augment_layers"] == "rturn-f0.5~rflip-mvertical"
    page.multiselect(key="augment_kinds").set_value(["RandomFlip"]).run()
    assert page.query_params["augment_layers"] == "rflip-mvertical"
    page.multiselect(key="augment_kinds").set_value([]).run()
    finished(page)
    assert "every sample is the picture itself" in text_of(page)
    settings, _ = sent(page, "words")
    assert not any(settings["others"])
    page.multiselect(key="augment_kinds").set_value(["RandomShear"]).run()
    assert page.query_params["augment_layers"] == "rshear-x0.3"


def test_two_pictures_are_mixed_and_a_crop_is_scaled_for_the_network(open_page, small):
    network, part = small
    layers = "mixup-a1~rcrop-h20-w24"
    page = finished(open_page(PAGE, **SMALL, augment_layers=layers, augment_second="Goldfish"))
    second = Second("Goldfish", network.shown_part(open_sample("goldfish")))
    found = draw_samples(part, parse_pipeline(layers), count=15, seed=0, second=second)
    answers = answers_of(network, found.pictures)
    settings, arrays = sent(page, "words")
    assert settings["words"][1:] == [list(one) for one in found.drawn]
    assert any("Goldfish mixed in" in words[0] for words in found.drawn)
    labels = [network.labels.index(one) for one in settings["classes"]]
    np.testing.assert_allclose(arrays["now"][1:], answers[:, labels], atol=1e-5)
    assert 'Image.open("second.png")' in "\n".join(one.value for one in page.code)
    page.selectbox(key="augment_second").select("cat").run()
    other, _ = sent(finished(page), "words")
    assert any("Cat mixed in" in words[0] for words in other["words"][1:])
    page.multiselect(key="augment_kinds").set_value(["RandomCrop"]).run()
    assert not [one for one in page.selectbox if one.key == "augment_second"]


def test_every_layer_can_be_chosen_and_set_to_its_ends(open_page):
    page = finished(open_page(PAGE, **SMALL))
    for kind in page.multiselect(key="augment_kinds").options:
        page.multiselect(key="augment_kinds").set_value([kind]).run()
        for end in ("min", "max"):
            for slider in [one for one in page.slider if one.key.startswith(f"augment_{kind}_")]:
                slider.set_value(getattr(slider, end))
            _fine(page.run())
        settings, _ = sent(finished(page), "words")
        assert len(settings["words"][1]) == (2 if kind in ("MixUp", "CutMix") else 1)


@pytest.mark.parametrize("one", EXPERIMENTS, ids=lambda one: one.label)
def test_an_experiment_says_what_the_network_answers(open_page, small, one):
    network, _ = small
    page = finished(open_page(PAGE, **SMALL).button(key=f"try_{one.label}").click().run())
    settings, _ = sent(page, "words")
    count = len(settings["words"]) - 1
    found = draw_samples(small[1], one.state[LAYERS.name], count=count, seed=0)
    answers = answers_of(network, found.pictures)
    (note,) = (each.value for each in page.markdown if each.value.startswith("**Watch**"))
    own = int(network.probabilities(open_sample("panda")).argmax())
    if "verag" in one.label:
        mean = answers.mean(axis=0)
        assert f"{network.labels[mean.argmax()]}**, {share(mean.max())}" in note
    else:
        same = int((answers.argmax(axis=1) == own).sum())
        assert f"**{same} of {count}** samples" in note
        assert f"from {share(answers[:, own].min())} to {share(answers[:, own].max())}" in note


def test_every_experiment_goes_through(open_page):
    try_everything(open_page(PAGE, **SMALL), finished)


@pytest.mark.parametrize(
    "address",
    [
        {"augment_layers": "rturn-f9", "augment_at": "49", "augment_count": "13"},
        {"augment_layers": "conv-f6-k3", "augment_seed": "-1", "augment_network": "x" * 1000},
        {"augment_layers": "rflip~rflip", "augment_at": "nan", "augment_seed": "1e9"},
    ],
)
def test_nonsense_in_the_address_opens_the_defaults(open_page, address):
    page = open_page(PAGE, **{**SMALL, **address})
    _fine(page)
    assert page.multiselect(key="augment_kinds").value == ["RandomRotation"]


@pytest.mark.parametrize("shape", [(1, 1), (1, 128), (1500, 3)])
def test_pictures_of_any_shape_are_drawn(open_page, shape):
    page = open_page(PAGE, **SMALL, augment_layers="rturn-f0.5~rcontrast-f0.3~rhue-f0.1")
    page.session_state["picture_in_hand"] = flat_picture((*shape, 3))
    finished(page.run())


def _fine(page) -> None:
    assert not page.exception
    assert not page.error
