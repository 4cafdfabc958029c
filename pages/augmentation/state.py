"""What the page Augmentation remembers."""

from __future__ import annotations

from cnnviz.images.samples import SAMPLES
from cnnviz.networks.augmentation import format_pipeline, parse_pipeline
from cnnviz.networks.augmentation.samples import MOST_SAMPLES
from cnnviz.networks.building.layer import Layer
from pages.ui.entries import Choice, Entry, Whole
from pages.ui.own_network import network_entry
from pages.ui.state import Table

NETWORK = network_entry("augment_network")
LAYERS: Entry[tuple[Layer, ...]] = Entry(
    "augment_layers", parse_pipeline("rturn-f0.25"), parse_pipeline, format_pipeline
)
"""The pipeline, in order."""
SECOND = Choice(
    "augment_second",
    {name: one.title for name, one in SAMPLES.items() if one.group == "photo"},
    "cat",
)
"""What the picture is mixed with, where a layer mixes two."""
COUNT = Choice("augment_count", {str(count): str(count) for count in (15, 24, 48)})
"""How many samples are drawn."""
SEED = Whole("augment_seed", 0, 999, 0)
AT = Whole("augment_at", 0, MOST_SAMPLES, 1)
"""What is in hand: 0 for the picture itself, else a sample, counted from 1 as they are named."""
AUGMENT = Table("augment", NETWORK, LAYERS, SECOND, COUNT, SEED, AT)
