"""Layers: what follows the convolutions, and why there are convolutions at all."""

import streamlit as st

from pages.layers.connections import sparse_and_shared
from pages.layers.cost import why_not_dense
from pages.layers.dense import dense_layer
from pages.layers.dropout import dropout_layer
from pages.layers.flatten import flatten_layer
from pages.ui.frame import page_frame

PARTS = {
    "flatten": ("Flatten", flatten_layer),
    "dense": ("Dense", dense_layer),
    "dropout": ("Dropout", dropout_layer),
    "cost": ("Why not dense?", why_not_dense),
    "lines": ("Sparse and shared", sparse_and_shared),
}

picture = page_frame("pages/06_layers.py")
part = st.segmented_control(
    "Part of this page",
    list(PARTS),
    default="flatten",
    required=True,
    format_func=lambda name: PARTS[name][0],
    key="layer_part",
    label_visibility="collapsed",
    bind="query-params",
)
PARTS[part][1](picture)
