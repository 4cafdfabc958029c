"""Networks are opened once for all, leave the process alone, and know what they learned."""

from __future__ import annotations

import gc
import hashlib
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from cnnviz.images.samples import SAMPLES, open_sample
from cnnviz.networks import (
    NetworkError,
    open_network,
)
from cnnviz.networks.tensorflow_runtime import load_keras
from cnnviz.shipped import MODELS
from tests.networks.shipped import PICTURE, SHIPPED
from tools.write_model_cards import RIGHT

# Shared by all


def test_a_network_is_built_once_for_all_threads() -> None:
    with ThreadPoolExecutor(8) as pool:
        opened = list(pool.map(open_network, ["small_vgg"] * 16))
    assert len({id(network) for network in opened}) == 1


def test_many_threads_get_the_answer_of_their_own_picture() -> None:
    network = open_network("small_vgg")
    pictures = [np.roll(PICTURE, 7 * step, axis=1) for step in range(12)]
    alone = [network.feature_maps(picture)["dense"] for picture in pictures]
    with ThreadPoolExecutor(6) as pool:
        together = list(pool.map(lambda p: network.feature_maps(p)["dense"], pictures))
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_streamlits_clearing_leaves_networks_alone() -> None:
    keras = load_keras()
    network = open_network("tutorial")
    before = network.predict(PICTURE)
    keras.backend.clear_session()
    keras.utils.clear_session()
    assert network.predict(PICTURE) == before
    assert open_network("tutorial") is network


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """A process that opens a network where Keras is set up otherwise, and then asks for more."""
    home = tmp_path_factory.mktemp("home")
    settings = {"backend": "jax", "image_data_format": "channels_first", "floatx": "float16"}
    (home / "keras.json").write_text(json.dumps(settings), encoding="utf-8")
    program = (
        "import gc, sys\n"
        "from cnnviz.networks import open_network\n"
        "print(open_network('tutorial').input_shape)\n"
        "from cnnviz.networks.tensorflow_runtime import load_keras\n"
        "keras = load_keras()\n"
        "print('sklearn' in sys.modules, gc.isenabled())\n"
        "from keras.wrappers import SKLearnClassifier, SKLearnTransformer\n"
        "print(keras.wrappers.SKLearnRegressor.__mro__[-2].__module__.split('.')[0])\n"
        "print(hasattr(keras.wrappers, 'SKLearnNothing'))"
    )
    return subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "KERAS_HOME": str(home), "KERAS_BACKEND": "jax"},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_opening_a_network_is_quiet_and_heeds_no_other_keras_settings(
    alone: subprocess.CompletedProcess[str],
) -> None:
    assert (alone.stderr, alone.returncode) == ("", 0)
    assert alone.stdout.splitlines()[0] == "(32, 32, 3)"


def test_keras_comes_without_scikit_learn_and_finds_it_when_it_is_asked_for(
    alone: subprocess.CompletedProcess[str],
) -> None:
    assert alone.stdout.splitlines()[1:] == ["False True", "sklearn", "False"]


def test_an_opened_network_is_kept_out_of_garbage_collection() -> None:
    open_network("tutorial")
    assert gc.get_freeze_count() > 100_000


def test_an_unknown_name_is_refused_with_those_that_exist() -> None:
    with pytest.raises(
        NetworkError, match=r"one of tutorial, small_vgg.*Received: \"resnet_9000\""
    ):
        open_network("resnet_9000")


# What ships


def test_nine_of_ten_ordinary_photographs_are_right_in_the_first_five() -> None:
    network = open_network("efficientnet_lite0")
    right = [
        name
        for name, answers in RIGHT.items()
        if answers & {one.label for one in network.predict(open_sample(name), top=5)}
    ]
    assert len(right) >= 9, right


@pytest.mark.parametrize("name", SHIPPED)
def test_each_shipped_network_has_a_card_of_the_file_that_lies_there(name: str) -> None:
    card = (MODELS / f"{name}.md").read_text(encoding="utf-8")
    weights = (MODELS / f"{name}.npz").read_bytes()
    assert hashlib.sha256(weights).hexdigest() in card
    for heading in ("## Data", "## Accuracy", "## Limits", "## Licence"):
        assert heading in card
    for sample in SAMPLES.values():
        if sample.group == "photo":
            (line,) = (row for row in card.splitlines() if row.startswith(f"| {sample.title} |"))
            best = open_network(name).predict(open_sample(sample.name), top=1)[0]
            assert line.startswith(f"| {sample.title} | {best.label} ")


def test_small_vgg_was_right_on_more_than_72_of_100_unseen_pictures() -> None:
    report = json.loads((MODELS / "small_vgg.json").read_text(encoding="utf-8"))
    assert report["test_accuracy"] >= 0.72
    assert report["parameters"] == open_network("small_vgg").parameters
