"""Every layer in a table: shapes, weights, costs, receptive fields."""

import pandas as pd
import streamlit as st

from cnnviz.networks.diagram import network_svg
from cnnviz.networks.layers import LayerInfo
from pages.networks.scene import Scene
from pages.ui.markdown import plain


def show(scene: Scene) -> None:
    """Draw it."""
    layers = scene.network.layers
    table = pd.DataFrame([_row(layer) for layer in layers])
    st.dataframe(
        table,
        hide_index=True,
        height=min(620, 38 + 35 * len(layers)),
        column_config={
            "Weights": st.column_config.NumberColumn(format="localized"),
            "Multiply-adds": st.column_config.NumberColumn(format="localized"),
            "Memory": st.column_config.NumberColumn("Memory (kB)", format="%.1f"),
        },
    )
    maps = sum(layer.memory_bytes for layer in layers) / 1e6
    st.markdown(
        f"**{plain(scene.network.title)}** has {scene.network.parameters:,} weights "
        f"({scene.network.parameters * 4 / 1e6:.1f} MB in float32) and takes "
        f"{sum(layer.multiply_adds for layer in layers):,} multiply-adds for one picture; "
        f"all its maps together take {maps:.1f} MB."
    )
    with st.container(horizontal=True):
        st.download_button(
            "Table as CSV",
            lambda: table.to_csv(index=False).encode(),
            f"{scene.network.name}_layers.csv",
            "text/csv",
            on_click="ignore",
            icon=":material/download:",
        )
        st.download_button(
            "Diagram as SVG",
            lambda: network_svg(layers, scene.network.title).encode(),
            f"{scene.network.name}.svg",
            "image/svg+xml",
            on_click="ignore",
            icon=":material/download:",
        )
    st.caption(
        "Multiply-adds count convolutions and dense layers, as papers do. Click a heading to sort."
    )


def _row(layer: LayerInfo) -> dict[str, object]:
    field = layer.receptive_field
    return {
        "Layer": layer.name,
        "Kind": layer.kind,
        "Output": " \u00d7 ".join(map(str, layer.output_shape)),
        "Weights": layer.parameters,
        "Multiply-adds": layer.multiply_adds,
        "Receptive field": " \u00d7 ".join(map(str, field.size)) if field else "all",
        "Pixels per step": " \u00d7 ".join(f"{side:g}" for side in field.stride) if field else "",
        "Stride": " \u00d7 ".join(map(str, layer.strides)) if layer.strides else "",
        "Memory": layer.memory_bytes / 1000,
        "From": ", ".join(layer.inputs),
    }
