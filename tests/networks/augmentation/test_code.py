"""The program, run, draws the same samples and gives the same mean."""

import numpy as np
import pytest
from PIL import Image

from cnnviz.images.samples import open_sample
from cnnviz.networks import open_network
from cnnviz.networks.augmentation import (
    Second,
    answers_of,
    draw_samples,
    parse_pipeline,
    running_mean,
)
from cnnviz.networks.augmentation.code import samples_code
from cnnviz.networks.code import network_file
from tests.networks.answering import ENDS

NETWORKS = {
    "tutorial": lambda: open_network("tutorial"),
    "small_vgg": lambda: open_network("small_vgg"),
    **{end: made for end, made in ENDS.items() if end != "a mask of sigmoids"},
}

EVERYTHING = "rturn-f0.1~cutmix~mixup-a1~augmix~clahe-t2~rcrop-h20-w24"
A_FEW = "rflip-mhorizontal~rturn-f0.1-mnearest~rlight-f0.3~rerase"


@pytest.mark.parametrize("name", NETWORKS)
def test_the_program_gives_what_is_shown(name, tmp_path, monkeypatch, capsys):
    network = NETWORKS[name]()
    text = EVERYTHING if name == "tutorial" else A_FEW
    part = network.shown_part(open_sample("panda"))
    Image.fromarray(part).save(tmp_path / "input.png")
    (tmp_path / f"{network.name}.keras").write_bytes(network_file(network))
    layers = parse_pipeline(text)
    second = Second("Cat", network.shown_part(open_sample("cat")))
    Image.fromarray(second.image).save(tmp_path / "second.png")
    monkeypatch.chdir(tmp_path)
    there: dict = {}
    exec(samples_code(network, layers, count=5, seed=7), there)
    found = draw_samples(part, layers, count=5, seed=7, second=second)
    np.testing.assert_array_equal(there["samples"], found.pictures)
    if found.labels is not None:
        np.testing.assert_array_equal(there["labels"], found.labels)
    answers = answers_of(network, found.pictures)
    np.testing.assert_allclose(there["answers"], answers, atol=1e-5)
    np.testing.assert_allclose(there["result"], running_mean(answers)[-1], atol=1e-5)
    best = int(answers.mean(axis=0).argmax())
    assert capsys.readouterr().out.startswith(f"{best} ")


def test_each_sample_is_answered_as_by_itself():
    network = open_network("tutorial")
    part = network.shown_part(open_sample("panda"))
    found = draw_samples(part, parse_pipeline("rturn-f0.5"), count=17, seed=0)
    answers = answers_of(network, found.pictures)
    assert answers.shape == (17, network.class_count)
    np.testing.assert_allclose(answers[16], network.probabilities(found.pictures[16]), atol=1e-5)
    np.testing.assert_allclose(running_mean(answers)[3], answers[:4].mean(axis=0), atol=1e-6)
