"""The end of every view: why it matters, downloads and the Keras code."""

from collections.abc import Iterator

import numpy as np

from cnnviz.drawing.legend import with_legend
from cnnviz.drawing.palette import symmetric_limit
from cnnviz.networks.code import comparison_code, has_code, maps_npz, network_code, network_file
from cnnviz.networks.feature_maps.code import health_code
from cnnviz.networks.feature_maps.drawn import map_area, map_picture, over_photo, wall
from cnnviz.networks.feature_maps.wall import largest_value
from cnnviz.networks.network import Network
from cnnviz.shapes import Pixels
from pages.networks.comparison import second_in_hand
from pages.networks.mask import found_mask
from pages.networks.scene import Scene
from pages.networks.state import OVER, PAGE, RANGE, VIEW
from pages.networks.wall import shown_photo
from pages.ui.network_files import program_files
from pages.ui.stage import page_background, why_it_matters
from pages.ui.takeaway import Download, npz, picture_download, take_it_with_you
from pages.ui.uses import link_to_block


def finish(scene: Scene) -> None:
    """Draw it, for the layer in focus."""
    link_to_block(scene.network.layer(scene.focus.layer))
    why_it_matters(
        "A network is no black box: every number in it can be looked at, and each follows from "
        "the numbers before it by the arithmetic of the building blocks. In a trained network, "
        "early layers mostly respond to edges and colours and late ones to parts and things; the "
        "last one weighs them up."
    )
    network, layer = scene.network, scene.focus.layer
    downloads = [
        *(_of_mask(scene) if PAGE[VIEW] == "Answer" and network.has_mask else ()),
        *_of_layer(scene, layer),
        *program_files(network, scene.picture, own=scene.own),
    ]
    code = network_code(network, layer) if has_code(network, layer) else ""
    if PAGE[VIEW] == "Health":
        code = health_code(network, layer)
    second = second_in_hand(scene) if PAGE[VIEW] == "Compare" else None
    if second is not None:
        code = comparison_code(network, second[0])
        downloads += _of_both(scene, *second)
    take_it_with_you(downloads, code)


def _of_both(scene: Scene, other: Network, uploaded: bool) -> Iterator[Download]:
    """Offer what the program of a comparison reads: two networks, and what each is shown."""
    yield from _of_one("first", scene.network, scene, scene.own)
    yield from _of_one("second", other, scene, uploaded)


def _of_one(which: str, network: Network, scene: Scene, own: bool) -> Iterator[Download]:
    image = scene.picture.image
    yield picture_download(
        f"Input of the {which} as PNG", f"{which}.png", lambda: network.shown_part(image)
    )
    if not own:
        file = f"{which}.keras"
        yield Download(f"The {which} as .keras", file, lambda: network_file(network))


def _of_mask(scene: Scene) -> Iterator[Download]:
    def packed() -> bytes:
        found = found_mask(scene)
        return npz(probabilities=found.probabilities, winners=found.winners)

    yield Download("Mask as NPZ", "mask.npz", packed)


def _of_layer(scene: Scene, layer: str) -> Iterator[Download]:
    """Offer a layer's maps, the one in hand, and its weights."""
    maps, background = scene.maps[layer], page_background()
    title = f"{scene.network.title}, {layer}"
    yield picture_download(
        f"Maps of {layer} as PNG",
        f"{layer}.png",
        lambda: with_legend(
            wall(maps, background=background),
            title,
            limit=symmetric_limit(maps),
            background=background,
        ),
    )
    yield Download(f"Maps of {layer} as NPZ", f"{layer}.npz", lambda: maps_npz({layer: maps}))
    if scene.network.layer(layer).is_map:
        channel = scene.focus.channel
        name = f"{layer}_{channel}"
        over = " over the photo" if PAGE[OVER] else ""
        yield picture_download(
            f"Map {channel}{over} as PNG", f"{name}.png", lambda: map_in_hand(scene)
        )
        one = {"map": maps[..., channel]}
        yield Download(f"Map {channel} as NPZ", f"{name}.npz", lambda: maps_npz(one))
    if layer != "image" and scene.network.layer(layer).parameters:
        yield Download(
            f"Weights of {layer} as NPZ",
            f"{layer}_weights.npz",
            lambda: maps_npz(scene.network.weights(layer)),
        )


def map_in_hand(scene: Scene) -> Pixels:
    """Draw the map in hand as the view Layer shows it, with its legend."""
    layer, background = scene.network.layer(scene.focus.layer), page_background()
    maps, channel = scene.maps[layer.name], scene.focus.channel
    values = np.nan_to_num(maps[..., channel], nan=0.0, posinf=0.0, neginf=0.0)
    limits = {
        "map": lambda: symmetric_limit(values),
        "layer": lambda: symmetric_limit(maps),
        "network": lambda: largest_value(scene.maps) or 1.0,
    }
    limit = limits[PAGE[RANGE]]()
    if over := PAGE[OVER]:
        drawn = over_photo(
            values,
            shown_photo(scene.network, scene.picture),
            map_area(layer, scene.network.input_shape[:2]),
            limit=limit,
            opacity=over / 100,
            background=background,
        )
    else:
        drawn = map_picture(values, limit=limit, background=background)
    title = f"{layer.name}, map {channel}, {scene.picture.title}"
    return with_legend(drawn, title, limit=limit, background=background)
