"""The programs, run in an empty folder with nothing but the files that the page offers."""

import numpy as np
import pytest

from cnnviz.images.pictures import encode_png
from cnnviz.images.samples import open_sample
from cnnviz.networks import open_network
from cnnviz.networks.code import network_file
from cnnviz.networks.robustness import CHANGES, adversarial, sweep
from cnnviz.networks.robustness.code import (
    attack_code,
    change_lines,
    comparison_code,
    sweep_code,
)
from tests.networks.answering import ENDS

PANDA = open_sample("panda")
_IMPORTS = "import io\nimport numpy as np\nfrom PIL import Image, ImageFilter\n"


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_written_as_it_is_done(name):
    change, picture = CHANGES[name], PANDA[:120, :160]
    names = {"picture": picture}
    exec(_IMPORTS + change_lines(name), names)
    for amount in (change.least, change.nothing, 0.3 * change.least + 0.7 * change.most):
        expected = change.apply(picture, amount).astype(int)
        found = names["changed"](amount)
        assert np.abs(found - expected).max() <= 1
        assert (found != expected).mean() < 1e-3


@pytest.fixture
def run(one_reading, tmp_path, monkeypatch, capsys):
    def ran(network, code):
        (tmp_path / f"{network.name}.keras").write_bytes(network_file(network))
        (tmp_path / "input.png").write_bytes(encode_png(network.shown_part(PANDA)))
        monkeypatch.chdir(tmp_path)
        names: dict = {}
        exec(compile(code, "program.py", "exec"), names)
        assert "[" in capsys.readouterr().out or "attack" not in code
        return names["result"]

    return ran


@pytest.mark.parametrize("network", ["small_vgg", "tutorial", "efficientnet_lite0"])
def test_a_sweep_s_program_gives_its_curve(network, run):
    _gives_the_curve(open_network(network), run)


@pytest.mark.parametrize("end", [end for end in ENDS if end != "a mask of sigmoids"])
def test_whatever_a_network_ends_with_has_its_programs(end, run):
    opened = ENDS[end]()
    _gives_the_curve(opened, run)
    _gives_the_attack(opened, run, targeted=end == "a mask", steps=2)


def _gives_the_curve(opened, run):
    best = opened.predict(PANDA, top=1)[0].index
    result = run(opened, sweep_code(opened, "rotate", best))
    expected = sweep(opened, PANDA, CHANGES["rotate"]).probabilities[:, best]
    np.testing.assert_allclose(result, expected, atol=2e-4)


def test_a_comparison_s_program_gives_every_curve(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    networks = [open_network("small_vgg"), open_network("tutorial"), ENDS["a mask"]()]
    rivals = [(one, one.predict(PANDA, top=1)[0].index) for one in networks]
    for network in networks:
        (tmp_path / f"{network.name}.keras").write_bytes(network_file(network))
        shown = encode_png(network.shown_part(PANDA))
        (tmp_path / f"input_{network.name}.png").write_bytes(shown)
    names: dict = {}
    exec(compile(comparison_code(rivals, "shear"), "program.py", "exec"), names)
    out = capsys.readouterr().out
    assert "tutorial [" in out
    assert "u_net [" in out
    for network, best in rivals:
        expected = sweep(network, PANDA, CHANGES["shear"]).probabilities[:, best]
        np.testing.assert_allclose(names["results"][network.name], expected, atol=2e-4)
    assert comparison_code([rivals[0], rivals[0]], "shear") == ""  # files of one name


@pytest.mark.parametrize(
    ("network", "targeted", "steps"),
    [("small_vgg", False, 1), ("tutorial", True, 4), ("efficientnet_lite0", False, 1)],
)
def test_an_attack_s_program_gives_its_picture(network, targeted, steps, run):
    _gives_the_attack(open_network(network), run, targeted, steps)


def _gives_the_attack(opened, run, targeted, steps):
    told = {"epsilon": 5, "targeted": targeted, "steps": steps}
    class_index = opened.predict(PANDA, top=2)[int(targeted)].index
    result = run(opened, attack_code(opened, class_index, **told))
    expected = adversarial(opened, PANDA, class_index, **told).after
    # Where a slope is nearly 0, the last digit of a sum decides about its sign.
    assert (result != expected).mean() < 0.005
