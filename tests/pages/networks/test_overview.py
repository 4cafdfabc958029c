"""What the overview is sent is what it draws of this network, picture and place, kept or not."""

import numpy as np
import pytest

from cnnviz.images.samples import open_sample
from cnnviz.networks import open_network
from cnnviz.networks.feature_maps.overview import overview
from pages.ui.wire import unpack

SMALL = {"network": "Small VGG"}


def sent(page):
    assert not page.exception
    mounted = (element.proto for element in page.get("bidi_component"))
    return unpack(next(proto.bytes for proto in mounted if "overview" in proto.id))


def least_varied(picture, layer):
    """A channel of a layer that is not drawn unless it is in hand."""
    maps = open_network("small_vgg").feature_maps(open_sample(picture))
    drawn = {column.layer.name: column.channels for column in seen(maps)}[layer]
    return next(at for at in range(maps[layer].shape[-1]) if at not in drawn)


def seen(maps, **options):
    return overview(open_network("small_vgg"), maps, **options)


@pytest.mark.parametrize("picture", ["panda", "coffee"])
def test_every_layer_is_drawn_with_the_channel_in_hand(open_page, picture):
    maps = open_network("small_vgg").feature_maps(open_sample(picture))
    hidden = least_varied(picture, "conv_2_1")
    drawn = next(c for c in seen(maps) if c.layer.name == "conv_2_1").channels[0]
    for channel in (drawn, hidden, drawn):
        page = open_page(
            "pages/08_network.py", **SMALL, picture=picture, place=f"conv_2_1:{channel}:2:2"
        )
        settings, arrays = sent(page)
        assert settings["place"] == {"layer": "conv_2_1", "channel": channel}
        expected = seen(maps, also=("conv_2_1", channel))
        assert [layer["name"] for layer in settings["layers"]] == [c.layer.name for c in expected]
        for name in ("channels", "statistics"):
            whole = np.concatenate([getattr(column, name) for column in expected])
            np.testing.assert_allclose(arrays[name], whole, rtol=1e-5)
        thumbnails = np.concatenate([column.thumbnails.ravel() for column in expected])
        np.testing.assert_array_equal(arrays["thumbnails"], thumbnails)
