import io
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from cnnviz.channels.animation import mixing_gif
from cnnviz.channels.mixing import mix_channels

RNG = np.random.default_rng(9)
PIXELS = RNG.integers(0, 256, (12, 15, 3), np.uint8)
KERNEL = RNG.normal(size=(3, 3, 3)).astype(np.float32)


def animation(cell=(5, 5), stride=1, padding="same", **changes):
    mix = mix_channels(PIXELS, KERNEL, stride=stride, padding=padding)
    data = mixing_gif(
        PIXELS, PIXELS, KERNEL, mix, cell=cell, stride=stride, padding=padding, **changes
    )
    return Image.open(io.BytesIO(data))


def test_a_frame_for_every_stop_of_the_windows():
    gif = animation(most=3)
    assert gif.n_frames == 9
    assert gif.info["loop"] == 0


@pytest.mark.parametrize("cell", [(0, 0), (11, 14), (0, 14)], ids=str)
@pytest.mark.parametrize(("stride", "padding"), [(1, "same"), (3, "valid")])
def test_a_patch_may_touch_the_border(cell, stride, padding):
    assert animation(cell, stride, padding, most=2).n_frames == 4


def test_the_maps_fill_from_frame_to_frame():
    gif = animation(most=2)
    empty = []
    for step in range(gif.n_frames):
        gif.seek(step)
        empty.append(int((np.asarray(gif.convert("RGB")) == (243, 245, 245)).all(axis=-1).sum()))
    assert empty[0] > 0
    assert all(later < earlier for earlier, later in pairwise(empty))
