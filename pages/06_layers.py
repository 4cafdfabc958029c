"""Layers: what follows the convolutions, and why there are convolutions at all."""

from pages.layers.connections import sparse_and_shared
from pages.layers.cost import why_not_dense
from pages.layers.dense import dense_layer
from pages.layers.dropout import dropout_layer
from pages.layers.flatten import flatten_layer
from pages.layers.state import PAGE, PART
from pages.ui.frame import page_of_parts

PARTS = {
    "flatten": flatten_layer,
    "dense": dense_layer,
    "dropout": dropout_layer,
    "cost": why_not_dense,
    "lines": sparse_and_shared,
}

page_of_parts("pages/06_layers.py", PAGE, PART, PARTS)
