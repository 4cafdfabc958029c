"""Layers: what follows the convolutions, and why there are convolutions at all."""

from pages.layers.connections import sparse_and_shared
from pages.layers.cost import why_not_dense
from pages.layers.dense import dense_layer
from pages.layers.dropout import dropout_layer
from pages.layers.flatten import flatten_layer
from pages.layers.state import PAGE, PART
from pages.ui.frame import chosen_part, page_frame, way_on

PARTS = {
    "flatten": flatten_layer,
    "dense": dense_layer,
    "dropout": dropout_layer,
    "cost": why_not_dense,
    "lines": sparse_and_shared,
}

picture = page_frame("pages/06_layers.py")
PARTS[chosen_part(PAGE, PART)](picture)
way_on("pages/06_layers.py")
