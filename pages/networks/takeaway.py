"""The end of every view: why it matters, downloads and the Keras code."""

from cnnviz.networks.code import has_code, maps_npz, network_code, network_file, wall_png
from pages.networks.scene import Scene
from pages.ui.stage import page_background, why_it_matters
from pages.ui.takeaway import Download, picture_download, take_it_with_you
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
    maps = scene.maps[layer]
    downloads = [
        Download(
            f"Maps of {layer} as PNG",
            f"{layer}.png",
            lambda: wall_png(maps, background=page_background()),
        ),
        Download(f"Maps of {layer} as NPZ", f"{layer}.npz", lambda: maps_npz({layer: maps})),
        picture_download(
            "Input as PNG", "input.png", lambda: network.shown_part(scene.picture.image)
        ),
    ]
    if not scene.own:
        downloads.append(
            Download("Network as .keras", f"{network.name}.keras", lambda: network_file(network))
        )
    code = network_code(network, layer) if has_code(network, layer) else ""
    take_it_with_you(downloads, code)
