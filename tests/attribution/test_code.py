"""The programs, run in an empty folder with nothing but the files that the page offers."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz.attribution import METHODS, integrated_gradients
from cnnviz.attribution.code import attribution_code
from cnnviz.attribution.gradients import integrate
from cnnviz.attribution.placing import on_picture
from cnnviz.images.pictures import encode_png
from cnnviz.images.samples import open_sample
from cnnviz.networks import open_network
from cnnviz.networks.code import network_file

WRITTEN = [
    name
    for name in METHODS
    if attribution_code(open_network("small_vgg"), name, 0, layer="conv_1_1")
]


def test_eight_methods_have_a_program() -> None:
    assert len(WRITTEN) == 8


@pytest.mark.parametrize("name", WRITTEN)
@pytest.mark.parametrize("network", ["small_vgg", "tutorial", "efficientnet_lite0"])
def test_it_gives_the_map_that_is_shown(name, network, tmp_path, monkeypatch, capsys) -> None:
    if network == "efficientnet_lite0" and METHODS[name].work == "many runs":
        pytest.skip("seconds of the same program on a larger network")
    opened, picture = open_network(network), open_sample("panda")
    method = METHODS[name]
    layer = [info.name for info in opened.layers if info.kind == "Conv2D"][-1]
    more = {"layer": layer} if method.by_layer else {}
    target = opened.predict(picture, top=2)[1].index
    steps = (
        integrate(opened, picture, target).steps if method.compute is integrated_gradients else 1
    )
    code = attribution_code(opened, name, target, steps=steps, **more)
    (tmp_path / f"{network}.keras").write_bytes(network_file(opened))
    (tmp_path / "input.png").write_bytes(encode_png(opened.shown_part(picture)))
    monkeypatch.chdir(tmp_path)
    names: dict = {}
    exec(compile(code, "program.py", "exec"), names)
    shown = method.compute(opened, picture, class_index=target, **more)
    again = on_picture(opened, picture, np.asarray(names["result"], np.float32))
    size = float(np.abs(shown).max())
    # Where a ReLU stands on its edge, the last digit of a sum decides about a slope.
    assert (np.abs(again - shown) > 2e-3 * size).mean() < 1e-3
    assert size > 0
    assert "(" in capsys.readouterr().out
