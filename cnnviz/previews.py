"""What each page does, in one small picture computed from the picture in hand."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageEnhance, ImageFilter

from cnnviz.convolution import depthwise_convolve
from cnnviz.drawing import palette
from cnnviz.drawing.display import display
from cnnviz.images import pictures as images
from cnnviz.images import samples
from cnnviz.layers.dropout import dropout
from cnnviz.layers.tutorial_network import tutorial_maps, tutorial_weights
from cnnviz.learning.descent import learning_step, start_learning
from cnnviz.learning.task import learning_task
from cnnviz.networks.training.drawn_shapes import draw_shapes
from cnnviz.pooling import pool
from cnnviz.shapes import Pixels, coverage
from cnnviz.shipped import FEATURES

SIDE = 144
"""Height and width of a preview, in pixels."""

_EDGES = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], np.float32)


def preview(page: str, image: Pixels, *, background: str = palette.LIGHT_BACKGROUND) -> Pixels:
    """Draw the preview of a page.

    Parameters
    ----------
    page : a key of `PREVIEWS`.
    image : (height, width, 3) uint8 of any size; its middle square is used.

    Returns
    -------
    (SIDE, SIDE, 3) uint8
    """
    square = images.centre_crop(image, min(image.shape[:2]))
    return PREVIEWS[page](images.resize_to(square, SIDE), background)


def _edges(square: Pixels) -> NDArray[np.float32]:
    return depthwise_convolve(images.grey(square), _EDGES[:, :, None, None], padding="same")


def _convolution(square: Pixels, background: str) -> Pixels:
    return display(_edges(square), "signed", background=background)


def _padding(_: Pixels, background: str) -> Pixels:
    counts = coverage((9, 9), 3).astype(np.float32)
    return _enlarged(palette.colour_map(counts, scale="attributions", background=background))


def _channels(square: Pixels, _: str) -> Pixels:
    apart = np.zeros_like(square)
    third = SIDE // 3
    for channel in range(3):
        columns = slice(channel * third, (channel + 1) * third)
        apart[:, columns, channel] = square[:, columns, channel]
    return apart


def _pooling(square: Pixels, _: str) -> Pixels:
    pooled = pool(square.astype(np.float32), kind="max", size=12)
    return _enlarged(display(pooled))


def _activations(square: Pixels, background: str) -> Pixels:
    return display(np.maximum(_edges(square), 0), "signed", background=background)


def _layers(square: Pixels, _: str) -> Pixels:
    cells = images.resize_to(square, SIDE // 4).astype(np.float32)
    mask = dropout(np.ones((*cells.shape[:2], 1), np.float32), 0.5, seed=1).result > 0
    return _enlarged(display(cells * mask))


def _learned(square: Pixels, background: str) -> Pixels:
    task = learning_task(images.grey(square)[..., 0], [np.pad(_EDGES, 1)], learning_rate=0.03)
    states = [start_learning(task)]
    for steps in (6, 30, 200):
        states.append(learning_step(task, states[-1], steps=steps))
    tiles = [
        palette.colour_map(np.pad(state.kernels[0], 1), scale="weights", background=background)
        for state in states
    ]
    return _enlarged(np.vstack([np.hstack(tiles[:2]), np.hstack(tiles[2:])]))


def _network(square: Pixels, background: str) -> Pixels:
    maps = tutorial_maps(square).relu_2
    tiles = [display(maps[..., [channel]], "signed", background=background) for channel in range(9)]
    return _enlarged(np.vstack([np.hstack(tiles[row : row + 3]) for row in (0, 3, 6)]))


def _search(_: Pixels, __: str) -> Pixels:
    names = [name for name, sample in samples.SAMPLES.items() if sample.group == "photo"][:9]
    tiles = [samples.thumbnail(name, side=SIDE // 3) for name in names]
    tiles = [images.resize_to(images.centre_crop(tile), SIDE // 3) for tile in tiles]
    return np.vstack([np.hstack(tiles[row : row + 3]) for row in (0, 3, 6)])


def _why(square: Pixels, background: str) -> Pixels:
    """Lay over the picture what each place adds to the answer of the tutorial network."""
    maps = tutorial_maps(square)
    weights = tutorial_weights()["dense/kernel"].reshape(*maps.pool.shape, -1)
    spoken = (maps.pool * weights[..., int(maps.logits.argmax())]).sum(axis=-1)
    coloured = palette.colour_map(
        np.maximum(spoken, 0), scale="attributions", background=background
    )
    return ((square.astype(np.uint16) + _enlarged(coloured)) // 2).astype(np.uint8)


def _feature_visualisation(_: Pixels, __: str) -> Pixels:
    with np.load(FEATURES / "small_vgg.npz", allow_pickle=False) as arrays:
        made = [images.resize_to(arrays[f"pictures_{at}"][-1], SIDE // 2) for at in (2, 3, 4, 6)]
    return np.vstack([np.hstack(made[:2]), np.hstack(made[2:])])


def _robustness(square: Pixels, _: str) -> Pixels:
    image = Image.fromarray(square)
    moved = [
        image,
        image.rotate(30, Image.Resampling.BILINEAR),
        image.filter(ImageFilter.GaussianBlur(5)),
        ImageEnhance.Brightness(image).enhance(0.4),
    ]
    tiles = [images.resize_to(np.asarray(one), SIDE // 2) for one in moved]
    return np.vstack([np.hstack(tiles[:2]), np.hstack(tiles[2:])])


def _build(square: Pixels, background: str) -> Pixels:
    """Draw the picture and what a convolution, ReLU and two poolings leave of it, as sheets."""
    made = Image.new("RGB", (SIDE, SIDE), background)
    layers: list[Pixels] = [square]
    values = np.maximum(_edges(square), 0)
    for _ in range(3):
        layers.append(display(values, "rescale"))
        values = pool(values, size=2)
    for at, sheet in enumerate(layers):
        side = (88, 88, 58, 34)[at]
        image = Image.fromarray(np.ascontiguousarray(sheet)).resize((side, side))
        left, top = (4, 34, 70, 106)[at], (52, 26, 40, 80)[at]
        made.paste(Image.new("RGB", (side + 4, side + 4), background), (left - 2, top - 2))
        made.paste(image, (left, top))
    return np.asarray(made)


def _augmentation(square: Pixels, _: str) -> Pixels:
    image = Image.fromarray(square)
    moved = [
        image,
        image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        image.rotate(-20, Image.Resampling.BILINEAR).crop((12, 12, SIDE - 12, SIDE - 12)),
        ImageEnhance.Color(image).enhance(0.2),
    ]
    tiles = [images.resize_to(np.asarray(one), SIDE // 2) for one in moved]
    return np.vstack([np.hstack(tiles[:2]), np.hstack(tiles[2:])])


def _train(_: Pixels, __: str) -> Pixels:
    drawn = draw_shapes(9, side=SIDE // 3)[0]
    return np.vstack([np.hstack([*drawn[row : row + 3]]) for row in (0, 3, 6)])


def _own_classes(square: Pixels, _: str) -> Pixels:
    names = ("goldfish", "arch", "hammer")
    chosen = [images.centre_crop(samples.thumbnail(name, side=SIDE // 2)) for name in names]
    tiles = [images.resize_to(one, SIDE // 2) for one in (square, *chosen)]
    return np.vstack([np.hstack(tiles[:2]), np.hstack(tiles[2:])])


def _enlarged(small: Pixels) -> Pixels:
    rows = np.arange(SIDE) * small.shape[0] // SIDE
    columns = np.arange(SIDE) * small.shape[1] // SIDE
    enlarged: Pixels = small[rows[:, None], columns[None, :]]
    return enlarged


PREVIEWS: Mapping[str, Callable[[Pixels, str], Pixels]] = MappingProxyType(
    {
        "convolution": _convolution,
        "padding_and_stride": _padding,
        "channels": _channels,
        "pooling": _pooling,
        "activations": _activations,
        "layers": _layers,
        "learn_a_kernel": _learned,
        "network": _network,
        "search": _search,
        "why": _why,
        "feature_visualisation": _feature_visualisation,
        "robustness": _robustness,
        "build": _build,
        "augmentation": _augmentation,
        "own_classes": _own_classes,
        "train": _train,
    }
)
"""A preview for every page, by the page's address."""
