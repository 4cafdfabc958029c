"""What the page "Train it" remembers."""

import re

from cnnviz.networks.building import PRESETS, format_stack, parse_stack
from cnnviz.networks.training.data import DATA
from cnnviz.networks.training.settings import AUGMENTATIONS, MOST_EPOCHS, OPTIMISERS, SCHEDULES
from cnnviz.notation import written
from pages.ui.entries import Choice, Entry, Open, Whole, read_whole
from pages.ui.state import Table

OWN_DESIGN = "own"
ALL = 0
"""Stands for all the pictures that there are to learn from."""
_MOST_CLASSES = 99

PRESET = Choice(
    "train_network",
    {**{name: preset.label for name, preset in PRESETS.items()}, OWN_DESIGN: "Your own design"},
    "small_vgg",
)
STACK = Open(Entry("stack", PRESETS["small_vgg"].stack, parse_stack, format_stack))
"""A design of somebody's own, as the page that builds one writes it."""
DATA_SET = Choice("train_data", {name: source.title for name, source in DATA.items()}, "shapes")
EXAMPLES = Choice(
    "train_pictures",
    {**{count: f"{count:,}" for count in (60, 120, 250, 500, 1_000, 2_000, 5_000)}, ALL: "All"},
    ALL,
)
OPTIMISER = Choice("train_optimiser", {name: one.title for name, one in OPTIMISERS.items()}, "adam")
RATE = Choice(
    "train_rate",
    (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0),
    0.003,
    lambda rate: f"{rate:g}",
)
SCHEDULE = Choice("train_schedule", SCHEDULES, "cosine")
BATCH = Choice("train_batch", (8, 16, 32, 64, 128), 32)
EPOCHS = Whole("train_epochs", 1, MOST_EPOCHS, 10)
AUGMENTATION = Choice("train_augmentation", {k: v[0] for k, v in AUGMENTATIONS.items()}, "none")
DECAY = Choice(
    "train_decay", (0.0, 0.0001, 0.001, 0.01, 0.1), 0.0, lambda part: written(part) if part else "0"
)
SEED = Whole("train_seed", 0, 999, 0)
WATCHED = Entry("train_watched", 0, lambda text: read_whole(text, 0, _MOST_CLASSES), str)
"""The class whose first picture held out is watched."""
SHOWN = Open(Whole("train_epoch", 0, MOST_EPOCHS, 0))
"""The epoch that is looked at; open for the last one."""


def _read_cell(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"([0-9]{1,2})-([0-9]{1,2})", text)
    if found is None:
        raise ValueError(f"A cell is a row and a column, as in 2-5. Received: {text[:40]!r}.")
    return int(found[1]), int(found[2])


CELL = Open(Entry("train_cell", (0, 0), _read_cell, lambda cell: f"{cell[0]}-{cell[1]}"))
"""The cell of the confusion matrix that is open: the pictures' class, and what they are called."""

TRAIN = Table(
    "train",
    *(PRESET, STACK, DATA_SET, EXAMPLES, OPTIMISER, RATE, SCHEDULE, BATCH, EPOCHS),
    *(AUGMENTATION, DECAY, SEED, WATCHED, SHOWN, CELL),
)
FREE = (SHOWN.name, CELL.name, WATCHED.name)
"""What one may look at without leaving an experiment."""
