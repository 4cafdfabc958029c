"""Draw the samples, and ask the network about each, in the queue."""

from __future__ import annotations

from cnnviz.networks.augmentation import answers_of, draw_samples, format_pipeline
from cnnviz.server.jobs import Job
from pages.augmentation.scene import Drawn, Scene
from pages.ui.picture_files import encoded
from pages.ui.queue import made

_PATIENCE = 1.0
"""Seconds that a page waits before it shows how far the work is."""


def drawn(scene: Scene) -> Drawn | None:
    """Draw the samples of a scene; None while they are under way, which is drawn."""
    network, layers, count, seed = scene.network, scene.layers, scene.count, scene.seed
    second = scene.second

    def work(job: Job) -> Drawn:
        part = network.shown_part(scene.picture.image)
        samples = draw_samples(part, layers, count=count, seed=seed, second=second)
        job.report(0.4, "The network looks at them")
        answers = None
        if scene.probabilities is not None:
            answers = answers_of(network, samples.pictures)
        return Drawn(part, samples, answers, tuple(map(encoded, (part, *samples.pictures))))

    return made(
        scene.key(format_pipeline(layers), count, seed, second.name if second else ""),
        f"{count} samples, {network.title}",
        work,
        patience=_PATIENCE,
        private=scene.is_private,
    )
