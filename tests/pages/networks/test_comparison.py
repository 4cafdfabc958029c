"""Two networks side by side: what is shown is what the package finds."""

import threading

import numpy as np
import pytest

from cnnviz.images.samples import open_sample
from cnnviz.networks import open_network, random_twin
from cnnviz.networks.comparison import compare_networks
from pages.networks import comparison
from pages.ui.wire import unpack
from tests.pages.checks import finished, sent_to

PAGE = "pages/08_network.py"
COMPARE = {"view": "Compare", "network": "Tutorial network"}


def test_the_twin_is_compared_layer_by_layer_and_in_its_answer(open_page):
    page = open_page(PAGE, **COMPARE, place="conv_2:3:4:5")
    assert not page.exception
    network, picture = open_network("tutorial"), open_sample("panda")
    twin = random_twin(network)
    found = compare_networks(
        network, twin, network.feature_maps(picture), twin.feature_maps(picture)
    )
    (table,) = (one.value for one in page.dataframe)
    assert list(table["Layer"]) == [one.name for one in found.most_different()]
    np.testing.assert_allclose(
        table["Difference"], [one.outputs for one in found.most_different()], rtol=1e-4
    )
    settings, arrays = unpack(sent_to(page, "answer_bars"))
    assert settings["names"] == ["Tutorial network", "The untrained twin"]
    places = [network.labels.index(label) for label in settings["labels"]]
    np.testing.assert_allclose(
        arrays["probabilities"][:, 1], twin.probabilities(picture)[places], atol=1e-6
    )
    assert any(r"**conv\_1**, by" in one.value for one in page.markdown)


def test_a_network_answers_alone_while_its_twin_is_built(open_page, monkeypatch):
    begun, go_on = threading.Event(), threading.Event()
    network = open_network("tutorial")
    network._runner._twins.clear()

    def slowly(one):
        begun.set()
        assert go_on.wait(60)
        return random_twin(one)

    monkeypatch.setattr(comparison, "_AT_ONCE", 3)
    monkeypatch.setattr(comparison, "random_twin", slowly)
    page = open_page(PAGE, **COMPARE)
    assert begun.wait(60)
    page.run()
    assert not page.exception
    settings, _ = unpack(sent_to(page, "answer_bars"))
    assert settings["names"] == ["Tutorial network"]
    assert len(page.dataframe) == 0
    go_on.set()
    page = finished(page)
    settings, _ = unpack(sent_to(page, "answer_bars"))
    assert settings["names"] == ["Tutorial network", "The untrained twin"]
    assert len(page.dataframe) == 1


def test_its_program_gives_the_differences_from_its_files(open_page, monkeypatch, tmp_path, capsys):
    files = {}

    def keep(_label, data, file_name, *_rest, **_options):
        files[file_name] = data

    monkeypatch.setattr("streamlit.download_button", keep)
    page = open_page(PAGE, **COMPARE)
    monkeypatch.chdir(tmp_path)
    for name in ("first.keras", "second.keras", "first.png", "second.png"):
        (tmp_path / name).write_bytes(files[name]())
    names: dict = {}
    exec(compile(page.code[0].value, "program", "exec"), names)
    capsys.readouterr()
    network, picture = open_network("tutorial"), open_sample("panda")
    twin = random_twin(network)
    maps = [one.feature_maps(picture) for one in (network, twin)]
    found = {one.name: one.outputs for one in compare_networks(network, twin, *maps).layers}
    assert list(names["result"]) == list(found)
    np.testing.assert_allclose(list(names["result"].values()), list(found.values()), rtol=1e-3)


def test_another_checkpoint_is_read_from_a_file(open_page):
    from cnnviz.networks.code import network_file

    page = open_page(PAGE, **COMPARE, other_network="Another Keras file")
    assert any("Upload a Keras model to compare with" in one.value for one in page.info)
    page.file_uploader(key="network_second_file").set_value(
        ("tutorial.keras", network_file(open_network("tutorial")), "application/zip")
    )
    page.run()
    assert not page.exception
    assert not page.error
    assert any("their outputs are the same" in one.value for one in page.markdown)


def test_a_file_that_is_none_is_refused_with_a_sentence(open_page):
    page = open_page(PAGE, **COMPARE, other_network="Another Keras file")
    page.file_uploader(key="network_second_file").set_value(
        ("x.keras", b"nothing", "application/zip")
    )
    page.run()
    assert not page.exception
    assert "Received" in page.error[0].value


@pytest.mark.parametrize(
    "other", ["Tutorial network", "Small VGG", "EfficientNet-Lite0", "nonsense"]
)
def test_a_network_of_other_shapes_compares_as_far_as_it_can(open_page, other):
    page = open_page(PAGE, **COMPARE, other_network=other, place="dense:3:0:0")
    assert not page.exception
    assert not page.error
