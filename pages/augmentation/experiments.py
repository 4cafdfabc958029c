"""What there is to try on the page Augmentation."""

from __future__ import annotations

from dataclasses import dataclass

from cnnviz.networks.augmentation import parse_pipeline
from pages.augmentation import story
from pages.augmentation.scene import Drawn, Scene
from pages.augmentation.state import AT, COUNT, LAYERS, NETWORK
from pages.ui.experiments import Experiment


@dataclass(frozen=True, eq=False)
class Seen:
    """What the page has drawn."""

    scene: Scene
    drawn: Drawn


def _samples(seen: Seen) -> str:
    return story.sample_sentence(seen.scene, seen.drawn)


def _mean(seen: Seen) -> str:
    return story.mean_sentence(seen.scene, seen.drawn)


EXPERIMENTS = (
    Experiment(
        "Only mirror it",
        {LAYERS.name: parse_pipeline("rflip-mhorizontal")},
        "Does the network mind left and right? A photo's class mostly does not; a digit's can.",
        _samples,
    ),
    Experiment(
        "Turn it all the way",
        {LAYERS.name: parse_pipeline("rturn-f0.5")},
        "Which of the samples would you still show to somebody who is to learn this class?",
        _samples,
    ),
    Experiment(
        "A recipe for training",
        {LAYERS.name: parse_pipeline("rflip-mhorizontal~rturn-f0.05~rzoom-h0.2~rcontrast-f0.2")},
        "Small changes, four at once: is each sample still the same thing to you?",
        _samples,
    ),
    Experiment(
        "Take its colours away",
        {LAYERS.name: parse_pipeline("rhue-f0.5~rgrey-f0.5")},
        "Which classes come up where the colours are wrong or gone?",
        _samples,
    ),
    Experiment(
        "Cover a part",
        {LAYERS.name: parse_pipeline("rerase")},
        "What is covered where the answer changes?",
        _samples,
    ),
    Experiment(
        "Average over many",
        {LAYERS.name: parse_pipeline("rmove-h0.1-w0.1~rzoom-h0.2"), COUNT.name: "48"},
        "Follow the curve of the mean: after how many samples does it hardly move?",
        _mean,
    ),
)
KEEP = (NETWORK.name,)
FREE = (AT.name,)
