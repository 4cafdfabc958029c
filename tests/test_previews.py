import numpy as np
import pytest

from cnnviz.images.samples import open_sample
from cnnviz.previews import PREVIEWS, SIDE, preview


@pytest.mark.parametrize("name", PREVIEWS)
@pytest.mark.parametrize("sample", ["panda", "impulse"])
def test_every_page_has_a_preview_of_any_picture(name, sample):
    picture = preview(name, open_sample(sample))
    assert picture.shape == (SIDE, SIDE, 3)
    assert picture.dtype == np.uint8
    assert len(np.unique(picture)) > 1


@pytest.mark.parametrize("name", ["convolution", "pooling", "network"])
def test_a_preview_follows_the_picture(name):
    assert (preview(name, open_sample("panda")) != preview(name, open_sample("moose"))).any()
