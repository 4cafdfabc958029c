"""What there is to try on the page Your own classes."""

from __future__ import annotations

from pages.own_classes import story
from pages.own_classes.state import AT, EPOCHS, HELD_OUT, MOST, SEED, SOURCE, TUNE
from pages.ui.experiments import Experiment

EXPERIMENTS = (
    Experiment(
        "Three pictures each",
        {MOST.name: 3, HELD_OUT.name: 0.5},
        "How much is told right after so few?",
        story.accuracy_sentence,
    ),
    Experiment(
        "One picture each",
        {MOST.name: 1, HELD_OUT.name: 0.5, EPOCHS.name: 40},
        "Which classes are mixed up?",
        story.accuracy_sentence,
    ),
    Experiment(
        "Tune the last stage",
        {TUNE.name: True, MOST.name: 5, EPOCHS.name: 10},
        "Compare both curves: what does it change for the pictures held out?",
        story.tuning_sentence,
    ),
    Experiment(
        "Other pictures held out",
        {SEED.name: 1, MOST.name: 3},
        "With few pictures, how much hangs on which ones they are?",
        story.accuracy_sentence,
    ),
)
KEEP = (SOURCE.name,)
FREE = (AT.name,)
