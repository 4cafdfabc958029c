"""What the page Robustness computes, through the queue, shown as its parts come."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnnviz.networks import NETWORKS, Network, open_network
from cnnviz.networks.robustness import (
    CHANGES,
    Answers,
    Attack,
    Sweep,
    adversarial,
    answers_by_epsilon,
    changed_pictures,
    likeness_along,
    survival,
    sweep,
)
from cnnviz.search.index import layers_to_index
from cnnviz.server.jobs import Job
from cnnviz.server.line import SCRIPTS
from pages.robustness.scene import Scene
from pages.ui.own_network import HELD, OwnModel
from pages.ui.picture_files import encoded
from pages.ui.queue import asked, show_progress

_PATIENCE = 1.0
"""Seconds that a page waits for the first part before it shows how far the work is."""
EPSILONS = tuple(range(0, 33, 2))
"""Sizes of a single step, in levels, of which the curve is drawn."""


@dataclass(frozen=True, eq=False)
class Moved:
    """A sweep, and what the network was shown on it.

    pictures : an image file for each amount.
    """

    sweep: Sweep
    pictures: tuple[bytes, ...]


@dataclass(frozen=True, eq=False)
class Likeness:
    """How alike a network's maps are to those of the unmoved picture.

    layers : their names, in the network's order.
    values : (layers, amounts, 2), cell by cell and pooled: see `likeness_along`.
    """

    layers: tuple[str, ...]
    values: np.ndarray


@dataclass(frozen=True, eq=False)
class Rival:
    """One network's sweep, beside others.

    best : the class that it gives the unmoved picture.
    own : whether it was uploaded; nobody is offered its file.
    """

    network: Network
    best: int
    sweep: Sweep
    own: bool = False

    @property
    def title(self) -> str:
        """What the network is called."""
        return self.network.title

    @property
    def label(self) -> str:
        """The class's name."""
        return self.network.labels[self.best]

    @property
    def classes(self) -> int:
        """Among how many it chooses."""
        return self.network.class_count


@dataclass(frozen=True, eq=False)
class Attacked:
    """An attack, and what the network says to it, as it is and treated."""

    attack: Attack
    answers: tuple[Answers, ...]


@dataclass(frozen=True, eq=False)
class BySize:
    """What single steps of other sizes do.

    epsilons : in levels.
    probabilities : (epsilons, classes).
    """

    epsilons: tuple[int, ...]
    probabilities: np.ndarray


def moved(scene: Scene, name: str) -> tuple[Moved | None, Likeness | None]:
    """Sweep a change and compare the layers on the way; draw how far that is."""
    change, network, image = CHANGES[name], scene.network, scene.picture.image

    def work(job: Job) -> bool:
        found = sweep(
            network, image, change, report=lambda part: job.report(part / 4, "The answers")
        )
        pictures = tuple(encoded(one) for one in changed_pictures(network, image, change))
        job.parts.append(Moved(found, pictures))
        layers = tuple(layers_to_index(network))
        values = likeness_along(
            network,
            image,
            change,
            found.amounts.tolist(),
            layers,
            report=lambda part: job.report(0.25 + 0.75 * part, "The layers"),
        )
        job.parts.append(Likeness(layers, values))
        return True

    parts = _parts(
        scene.key("sweep", name), f"{change.title}, {network.title}", work, scene.is_private
    )
    return next((one for one in parts if isinstance(one, Moved)), None), next(
        (one for one in parts if isinstance(one, Likeness)), None
    )


def compared(scene: Scene, name: str) -> tuple[list[Rival], bool]:
    """Sweep a change with several networks; draw how far that is.

    Returns
    -------
    Those that are ready, and whether they are all.
    """
    own: OwnModel | None = st.session_state.get(HELD)
    openers: dict[str, Callable[[], Network]] = {scene.identity: lambda: scene.network}
    for key, entry in NETWORKS.items():
        if entry.ships:
            openers.setdefault(key, lambda key=key: open_network(key))  # type: ignore[misc]
    if own is not None and own.network.has_classes:
        openers.setdefault(own.identity, lambda: own.network)
    image, change = scene.picture.image, CHANGES[name]
    uploaded = {own.identity} if own is not None else set()
    uploaded |= {scene.identity} if scene.own else set()

    def work(job: Job) -> bool:
        for at, (key, opener) in enumerate(openers.items()):
            job.report(at / len(openers), "Opening a network")
            network = opener()
            begun = at / len(openers)

            def report(part: float, begun: float = begun, title: str = network.title) -> None:
                job.report(begun + part / len(openers), title)

            found = sweep(network, image, change, report=report)
            still = int(np.argmin(np.abs(found.amounts - change.nothing)))
            best = int(found.probabilities[still].argmax())
            job.parts.append(Rival(network, best, found, own=key in uploaded))
        return True

    private = scene.is_private or own is not None
    key = scene.key("compare", name, *openers)
    parts = _parts(key, f"{change.title}, {len(openers)} networks", work, private)
    rivals = [one for one in parts if isinstance(one, Rival)]
    return rivals, len(rivals) == len(openers)


def attacked(
    scene: Scene, goal: int | None, *, epsilon: int, steps: int, quality: int
) -> tuple[Attacked | None, BySize | None]:
    """Change the picture against the network; draw how far that is."""
    network, image = scene.network, scene.picture.image
    class_index = scene.target if goal is None else goal

    def work(job: Job) -> bool:
        found = adversarial(
            network,
            image,
            class_index,
            epsilon=epsilon,
            targeted=goal is not None,
            steps=steps,
            report=lambda part: job.report(part, "Following the gradient"),
        )
        job.parts.append(Attacked(found, tuple(survival(network, found, quality=quality))))
        answers = answers_by_epsilon(network, found, EPSILONS, targeted=goal is not None)
        job.parts.append(BySize(EPSILONS, answers))
        return True

    key = scene.key("attack", class_index, goal is not None, epsilon, steps, quality)
    parts = _parts(key, f"A step against {network.title}", work, scene.is_private)
    return next((one for one in parts if isinstance(one, Attacked)), None), next(
        (one for one in parts if isinstance(one, BySize)), None
    )


def _parts(key: str, title: str, work: Callable[[Job], bool], private: bool) -> list[object]:
    job = asked(key, work, private=private)
    end = time.monotonic() + _PATIENCE
    with SCRIPTS.apart():
        while job is not None and not (job.ended or job.parts) and time.monotonic() < end:
            job.wait(0.02)
    show_progress(job, title, key)
    # Read after that: what comes between the two is shown by the next run at the latest.
    return [] if job is None else list(job.parts)
