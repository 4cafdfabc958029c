"""What the tests of the Network page share: a picture, networks to look into, what is told."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
from streamlit.testing.v1 import AppTest

from cnnviz.networks import open_network
from cnnviz.networks.explanation.explain import Cell, explain
from cnnviz.networks.explanation.terms import as_cells
from cnnviz.networks.network import Network
from pages.networks.explanation_message import message
from pages.networks.scene import Scene
from pages.ui.picture import Picture
from pages.ui.wire import unpack


@cache
def picture() -> Picture:
    rows, columns = np.mgrid[:90, :120]
    levels = np.stack([2 * rows, 2 * columns, rows + columns], axis=-1)
    return Picture("upload", "Slopes", "Slopes.", levels.astype(np.uint8), "slopes")


def scene_of(network: Network) -> Scene:
    return Scene(network, picture(), network.name, own=False)


@cache
def shipped(name: str) -> Scene:
    return scene_of(open_network(name))


def told(scene: Scene, cell: Cell, **options: Any) -> tuple[Any, Mapping[str, np.ndarray]]:
    maps, fold = scene.network.feature_maps(scene.picture.image), not options.pop("apart", False)
    with np.errstate(all="ignore"):
        found = explain(scene.network, maps, *cell, fold=fold)
    return unpack(message(scene, [cell], found, "", apart=not fold, **options))


def middle(scene: Scene, layer: str) -> Cell:
    shape = as_cells(scene.maps[layer]).shape
    return Cell(layer, *(side // 2 for side in shape))


def layer_menu(page: AppTest) -> Any:
    """Give the menu of layers, of which there is another one whenever a layer came otherwise."""
    return next(menu for menu in page.selectbox if menu.key.startswith("layer_choice_"))
