"""The programs, run in an empty folder with nothing but the files that the page offers."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz.attribution import METHODS, integrated_gradients, layers_with_maps
from cnnviz.attribution.code import attribution_code
from cnnviz.attribution.placing import on_picture
from cnnviz.images.pictures import encode_png
from cnnviz.images.samples import open_sample
from cnnviz.networks import open_network
from cnnviz.networks.code import network_file
from tests.networks.answering import ENDS


@pytest.mark.parametrize("name", METHODS)
def test_every_method_has_a_program(name) -> None:
    assert attribution_code(open_network("small_vgg"), name, 0, layer="conv_1_1")


@pytest.mark.parametrize(
    ("end", "name"),
    [
        *(("a mask", name) for name in ("score_cam", "rise", "occlusion", "saliency", "hires_cam")),
        *((end, "rise") for end in ("a mask of sigmoids", "a mask of one number", "one number")),
        *(("one number", name) for name in ("score_cam", "integrated_gradients")),
    ],
)
def test_it_gives_the_map_of_whatever_end(end, name, tmp_path, monkeypatch, capsys) -> None:
    opened = ENDS[end]()
    _gives_the_map(opened, name, 1, layers_with_maps(opened)[0], tmp_path, monkeypatch, capsys)


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("network", ["small_vgg", "tutorial", "efficientnet_lite0"])
def test_it_gives_the_map_that_is_shown(
    name, network, tmp_path, monkeypatch, capsys, request
) -> None:
    if network == "efficientnet_lite0" and METHODS[name].work == "many runs":
        pytest.skip("seconds of the same program on a larger network")
    if name != "guided_backpropagation":  # which changes the layers of the network that it reads
        request.getfixturevalue("one_reading")
    opened = open_network(network)
    # Maps of either sign, weighed by shares alone, may add up to nothing positive.
    kind = "ReLU" if name == "score_cam" else "Conv2D"
    layer = [info.name for info in opened.layers if info.kind == kind][-1]
    target = opened.predict(open_sample("panda"), top=2)[1].index
    _gives_the_map(opened, name, target, layer, tmp_path, monkeypatch, capsys)


def _gives_the_map(opened, name, target, layer, tmp_path, monkeypatch, capsys) -> None:
    picture, method = open_sample("panda"), METHODS[name]
    more = {"layer": layer} if method.by_layer else {}
    if method.compute is integrated_gradients:  # as many as the page has taken, whatever they were
        more["steps"] = 96
    code = attribution_code(opened, name, target, **more)
    (tmp_path / f"{opened.name}.keras").write_bytes(network_file(opened))
    (tmp_path / "input.png").write_bytes(encode_png(opened.shown_part(picture)))
    monkeypatch.chdir(tmp_path)
    names: dict = {}
    exec(compile(code, "program.py", "exec"), names)
    shown = method.compute(opened, picture, class_index=target, **more)
    again = on_picture(opened, picture, np.asarray(names["result"], np.float32))
    size = float(np.abs(shown).max())
    # Where a ReLU stands on its edge, the last digit of a sum decides about a slope.
    assert (np.abs(again - shown) > 2e-3 * size).mean() < 1e-3
    if name in ("score_cam", "rise"):  # without slopes there is no edge
        np.testing.assert_allclose(again, shown, atol=1e-4 * size)
    if name == "guided_backpropagation":
        assert (np.abs(again - shown) > 1e-4 * size).mean() < 1e-3
    assert size > 0
    assert "(" in capsys.readouterr().out
