"""What the page on layers remembers beside its parts: which of them is open."""

from pages.ui.entries import Choice
from pages.ui.state import Table

PART = Choice(
    "layer_part",
    {
        "flatten": "Flatten",
        "dense": "Dense",
        "dropout": "Dropout",
        "cost": "Why not dense?",
        "lines": "Sparse and shared",
    },
)
PAGE = Table("layers", PART)
