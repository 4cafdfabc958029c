import io
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from cnnviz.convolution.windows import padded_sources
from cnnviz.drawing.sliding_window import sliding_patch_gif

PICTURE = np.random.default_rng(2).integers(0, 256, (20, 16, 1), np.uint8)


def animation(outputs, **changes):
    arguments = {
        "kernel": np.ones((3, 3), np.float32),
        "window": (3, 3),
        "stride": (1, 1),
        "dilation": (1, 1),
        "cell": (0, 0),
        "show": "clip",
    } | changes
    sources = tuple(padded_sources(size, 1, 1) for size in PICTURE.shape[:2])
    data = sliding_patch_gif(PICTURE, outputs, sources, **arguments)
    return Image.open(io.BytesIO(data))


def test_a_frame_for_every_stop_of_the_window():
    gif = animation(np.zeros((20, 16, 1), np.float32), most=4)
    assert gif.n_frames == 16
    assert gif.info["loop"] == 0


def test_the_output_fills_from_frame_to_frame():
    gif = animation(np.full((20, 16, 1), 90.0, np.float32), most=3)
    frames = []
    for step in range(gif.n_frames):
        gif.seek(step)
        frames.append(np.asarray(gif.convert("L")))
    filled = [int((frame == 90).sum()) for frame in frames]
    assert all(later > earlier for earlier, later in pairwise(filled))


@pytest.mark.parametrize("cell", [(0, 0), (19, 15), (7, 3)])
def test_a_patch_may_touch_the_border(cell):
    assert animation(np.zeros((20, 16, 1), np.float32), cell=cell).n_frames == 36


def test_pooling_has_no_kernel_to_draw():
    pooled = np.zeros((10, 8, 1), np.float32)
    narrow = animation(pooled, kernel=None, window=(2, 2), stride=(2, 2), most=4)
    wide = animation(pooled, window=(2, 2), stride=(2, 2), kernel=np.ones((2, 2)), most=4)
    assert narrow.width < wide.width


@pytest.mark.parametrize(
    ("size", "window", "stride", "frames"),
    [((2, 2), 8, 8, 4), ((2, 1), 8, 8, 2), ((1, 1), 16, 16, 1), ((13, 9), 8, 1, 36)],
)
def test_a_large_window_moves_where_it_can(size, window, stride, frames):
    gif = animation(
        np.arange(size[0] * size[1], dtype=np.float32).reshape(*size, 1),
        kernel=None,
        window=(window, window),
        stride=(stride, stride),
    )
    assert gif.n_frames == frames
