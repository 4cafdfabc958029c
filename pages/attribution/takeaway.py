"""Below the stage: the formula with its numbers, what the method says, downloads and code."""

import numpy as np
import streamlit as st

from cnnviz.attribution.code import attribution_code
from cnnviz.attribution.formulas import cam_formula, pixel_formula, unfold
from cnnviz.attribution.placing import on_input
from cnnviz.notation import legend, written
from pages.attribution import maps
from pages.attribution.pixels import is_signed
from pages.attribution.scene import Scene
from pages.attribution.trust import coloured
from pages.ui.headings import header
from pages.ui.markdown import plain
from pages.ui.network_files import program_files
from pages.ui.own_network import OWN_NETWORK
from pages.ui.picture import picture_address
from pages.ui.stage import why_it_matters
from pages.ui.takeaway import Download, npz, picture_download, take_it_with_you
from pages.ui.uses import NETWORK

_UNFOLDED = ("grad_cam", "grad_cam_plus_plus", "hires_cam")
_BY_PIXEL = ("saliency", "guided_backpropagation", "gradient_times_input")


def finish(scene: Scene, values: np.ndarray | None) -> None:
    """Draw it; `values` is the map in hand, None while it is being made."""
    _method(scene, values)
    why_it_matters(
        "A network can give the right answer for a wrong reason: the snow and not the wolf, the "
        "label beside the thing. A map of reasons can show that. But a map is an answer to a "
        "narrow question, and some maps look right whatever the network has learned: so each is "
        "tested here."
    )
    if scene.layer:
        _link_to_layer(scene)
    if values is None:
        return
    name = scene.name
    found = maps.ready(scene, (name, scene.target))
    integral = found.integral if found is not None else None
    code = attribution_code(
        scene.network,
        name,
        scene.target,
        layer=scene.layer if scene.method.by_layer else "",
        steps=integral.steps if integral else 64,
    )
    base = maps.base(scene, name, values)
    grid = on_input(scene.network, scene.picture.image, values)
    downloads = [
        picture_download(
            "Map as PNG",
            f"{name}.png",
            lambda: coloured(
                np.maximum(values - base, 0) if base else values, is_signed(scene, name)
            ),
        ),
        Download("Map as NPZ", f"{name}.npz", lambda: npz(map=values, on_input=grid)),
        *program_files(scene.network, scene.picture, own=scene.own),
    ]
    take_it_with_you(downloads, code if scene.against is None else "")


def _link_to_layer(scene: Scene) -> None:
    """Lead to the layer in hand on the page Network, where its channels can be switched off."""
    address = {
        "view": "Layer",
        "network": OWN_NETWORK if scene.own else scene.network.title,
        "place": f"{scene.layer}:0:0:0",
    }
    st.page_link(
        NETWORK,
        label=f"Switch channels of {plain(scene.layer)} off, and see the answer without them",
        icon=":material/hub:",
        query_params=address | picture_address(),
    )


def _method(scene: Scene, values: np.ndarray | None) -> None:
    method = scene.method
    header(method.title)
    st.markdown(f"{method.answers} **But:** {method.cannot[0].lower()}{method.cannot[1:]}")
    st.latex(method.formula)
    of_layer = f"; the layer is {plain(scene.layer)}" if method.by_layer else ""
    asked = f"The class is {scene.label(scene.target)}{of_layer}."
    st.caption(f"{method.paper}. {legend(method.formula)} {asked}")
    if values is None:
        return
    if scene.against is not None:
        st.caption("With the numbers of this class alone, before the other one's are taken off:")
    network, image = scene.network, scene.picture.image
    if scene.name in _UNFOLDED:
        found = unfold(network, image, scene.target, scene.layer, scene.name)
        st.latex(cam_formula(found, scene.name))
        st.caption(
            f"The cell of {plain(scene.layer)} where the map is largest, row {found.row}, column "
            f"{found.column}, counted from 0, and the maps that count most there. Then the map is "
            "enlarged to the picture."
        )
    elif scene.name in _BY_PIXEL:
        x = network.preprocess(image)
        guided = scene.name == "guided_backpropagation"
        slopes = network.input_gradients(x[np.newaxis], scene.target, guided=guided)[1][0]
        times_input = scene.name == "gradient_times_input"
        grid = np.abs((slopes * x).sum(-1)) if times_input else np.abs(slopes).max(-1)
        row, column = (int(at) for at in np.unravel_index(int(grid.argmax()), grid.shape))
        st.latex(pixel_formula(scene.name, row, column, slopes[row, column], x[row, column]))
        st.caption(
            f"The pixel of the network's input where it is largest, row {row}, column {column}, "
            "counted from 0; one term for each of the input's channels."
        )
    elif scene.name == "integrated_gradients":
        _completeness(scene)


def _completeness(scene: Scene) -> None:
    kept = maps.ready(scene, (scene.name, scene.target))
    found = kept.integral if kept is not None else None
    if found is None:
        return
    total = float(found.sums.sum(dtype=np.float64))
    st.markdown(
        f"All pixels together add up to **{written(total, 4)}**; the logit differs from that of a "
        f"black picture by **{written(found.difference, 4)}**. With {found.steps:,} steps the two "
        f"differ by {found.error:.2%}."
    )
