import numpy as np
import pytest

from cnnviz.drawing.palette import DARK_BACKGROUND, LIGHT_BACKGROUND, rgb
from cnnviz.images.samples import open_sample
from cnnviz.previews import PREVIEWS, SIDE, preview


@pytest.mark.parametrize("name", PREVIEWS)
@pytest.mark.parametrize("sample", ["panda", "impulse"])
def test_every_page_has_a_preview_of_any_picture(name, sample):
    picture = preview(name, open_sample(sample))
    assert picture.shape == (SIDE, SIDE, 3)
    assert picture.dtype == np.uint8
    assert len(np.unique(picture)) > 1


@pytest.mark.parametrize(
    "name", ["convolution", "pooling", "network", "why", "robustness", "build"]
)
def test_a_preview_follows_the_picture(name):
    assert (preview(name, open_sample("panda")) != preview(name, open_sample("moose"))).any()


@pytest.mark.parametrize("background", [LIGHT_BACKGROUND, DARK_BACKGROUND])
def test_the_zero_of_a_learned_kernel_is_the_pages_own_background(background):
    drawn = preview("learn_a_kernel", open_sample("panda"), background=background)
    np.testing.assert_array_equal(drawn[0, 0], rgb(background))
