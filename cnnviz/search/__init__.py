"""Search: pictures that look alike to a network."""

from cnnviz.search.index import (
    METRICS,
    ImageIndex,
    Match,
    Metric,
    Quality,
    Vectors,
    agreement,
    best_layer,
    best_precision,
    distances_to,
    embed,
    layers_to_index,
    network_input,
    precision,
    quality,
    rank_weighted_score,
)

__all__ = [
    "METRICS",
    "ImageIndex",
    "Match",
    "Metric",
    "Quality",
    "Vectors",
    "agreement",
    "best_layer",
    "best_precision",
    "distances_to",
    "embed",
    "layers_to_index",
    "network_input",
    "precision",
    "quality",
    "rank_weighted_score",
]
