"""The pictures that ship are what a network answers to as it is said, and what a page asks for."""

import pytest

from cnnviz.networks import NETWORKS, open_network
from cnnviz.networks.feature_visualisation import Recipe, Target, measure
from cnnviz.networks.feature_visualisation.ascent import frame_steps
from cnnviz.networks.feature_visualisation.choosing import SIZES, first_layer, first_size
from cnnviz.networks.feature_visualisation.shipped import shipped_visualisations, write

SHIPPED = [name for name, entry in NETWORKS.items() if entry.ships]


@pytest.mark.parametrize("name", SHIPPED)
def test_the_network_answers_to_them_as_it_is_said(tf, name):
    network = open_network(name)
    layer = first_layer(network)
    recipe = Recipe(first_size(network, layer, SIZES))
    found = shipped_visualisations(name)
    assert list(found) == [(Target("channel", layer, at), recipe) for at in range(8)]
    for (target, _), made in found.items():
        assert made.picture.shape == (recipe.size, recipe.size, 3)
        assert made.value == pytest.approx(measure(network, target, made.picture), rel=1e-3)
        assert made.value > 2 * made.frames[0].value
        assert len(made.shaken) == recipe.steps
    first = next(iter(found.values()))
    assert [frame.step for frame in first.frames] == [0, *sorted(frame_steps(recipe.steps))]


def test_no_other_network_has_any():
    assert shipped_visualisations("mobilenet_v2") == {}
    assert shipped_visualisations("../models/small_vgg") == {}


def test_what_is_written_is_read(tmp_path, monkeypatch):
    found = shipped_visualisations("small_vgg")
    write(tmp_path / "again.npz", found)
    monkeypatch.setattr("cnnviz.networks.feature_visualisation.shipped.FEATURES", tmp_path)
    again = shipped_visualisations.__wrapped__("again")
    assert again.keys() == found.keys()
    for asked, one in again.items():
        assert [frame.value for frame in one.frames] == [f.value for f in found[asked].frames]
        assert (one.picture == found[asked].picture).all()
