"""What the page Your own classes remembers; the pictures themselves are no part of an address."""

from pages.ui.entries import Choice, Toggle, Whole
from pages.ui.state import Table

SOURCE = Choice("own_source", {"shipped": "Shipped photos", "mine": "My own"})
"""Whose pictures are learned."""
HELD_OUT = Choice("own_held_out", {0.25: "A quarter", 0.5: "Half", 0.75: "Three quarters"}, 0.5)
"""The share of each class that is held out to measure by."""
MOST = Whole("own_most", 1, 200, 200)
"""Pictures of each class that are learned from, at most."""
EPOCHS = Whole("own_epochs", 5, 60, 20)
TUNE = Toggle("own_tune")
"""Whether the last stage is tuned, too."""
SEED = Whole("own_seed", 0, 99, 0)
"""Draws which pictures are held out, and the weights to begin with."""
AT = Whole("own_at", 0, 48, 0)
"""The picture in hand: 0 for the one that was chosen in the sidebar."""
OWN = Table("own", SOURCE, HELD_OUT, MOST, EPOCHS, TUNE, SEED, AT)
