"""The maps that the page shows, each computed once: at once, or in the queue."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from cnnviz.attribution import METHODS
from cnnviz.attribution.class_maps import cams_of_layers
from cnnviz.attribution.gradients import Integral, integrate
from cnnviz.attribution.placing import Attribution, on_input, on_picture
from cnnviz.server.jobs import Job
from pages.attribution.scene import Scene
from pages.ui.queue import asked, show_progress

_KEPT = "why_maps"
_MOST_KEPT = 60
_PATIENCE = 1.0
"""Seconds that a page waits for work in the queue before it shows how far it is."""
Question = tuple[str, int]
"""A method's name and a class."""


@dataclass(frozen=True, eq=False)
class Found:
    """A map, and for integrated gradients what tells how exact it is."""

    values: Attribution
    integral: Integral | None = None


def compute(scene: Scene, question: Question, job: Job | None = None) -> Found:
    """Ask a method about a class, telling a job how far it is."""
    name, one = question
    method, network, image = METHODS[name], scene.network, scene.picture.image
    more: dict[str, object] = dict(scene.arguments(name))

    def report(share: float) -> None:
        if job is not None:
            job.report(share, method.title)

    if name == "integrated_gradients":
        integral = integrate(network, image, one, report=report)
        values = on_picture(network, image, integral.sums)
        return Found(values, replace(integral, sums=integral.sums.sum(keepdims=True)))
    if method.work == "many runs":
        more["report"] = report
    return Found(method.compute(network, image, class_index=one, **more))


def ready(scene: Scene, question: Question) -> Found | None:
    """Give a method's map if it takes one run, or is there already."""
    key = _key(scene, question)
    kept = _session()
    if key not in kept and METHODS[question[0]].work == "one run":
        _keep(key, compute(scene, question) if scene.own else _shared(key, scene, question))
    return kept.get(key)


def ask(scene: Scene, *, every: bool) -> None:
    """Make what is missing of the method in hand, or of every method; draw how far it is."""
    names = [scene.name, *(name for name in scene.names if every and name != scene.name)]
    questions = [(name, one) for name in names for one in scene.classes()]
    missing = [one for one in questions if ready(scene, one) is None]
    if not missing:
        return
    key = scene.key("why", scene.layer, *missing)
    job = asked(key, _work(scene, missing), patience=_PATIENCE, private=scene.own)
    for question, found in job.parts if job is not None else ():
        _keep(_key(scene, question), found)
    title = "Every method" if every else scene.method.title
    show_progress(job, f"{title}, {scene.network.title}", key)


def shown(scene: Scene, name: str) -> Attribution | None:
    """Give a method's map as far as it is there; with two classes the difference of two."""
    found = [ready(scene, (name, one)) for one in scene.classes()]
    values = [one.values for one in found if one is not None]
    if len(values) < len(found):
        return None
    return values[0] if len(values) == 1 else values[0] - values[1]


def of_layers(scene: Scene) -> Mapping[str, np.ndarray]:
    """Give the class activation map of every layer by the method in hand, on its own grid."""
    key = scene.key("layers", scene.name, scene.target)
    return _layers(scene) if scene.own else _shared_layers(key, scene)


def on_grid(scene: Scene, values: Attribution) -> np.ndarray:
    """Bring a map of the picture to the grid of the network's input."""
    return on_input(scene.network, scene.picture.image, values)


def base(scene: Scene, name: str, values: Attribution) -> float:
    """Give the value from which on a method's map is coloured: 0, or its least."""
    if scene.against is not None or not METHODS[name].from_least:
        return 0.0
    return float(on_grid(scene, values).min())


def _work(scene: Scene, questions: Sequence[Question]) -> Callable[[Job], bool]:
    def work(job: Job) -> bool:
        for question in questions:
            job.parts.append((question, compute(scene, question, job)))
        return True

    return work


def _key(scene: Scene, question: Question) -> str:
    return scene.key(*question, *scene.arguments(question[0]).values())


def _session() -> dict[str, Found]:
    kept: dict[str, Found] = st.session_state.setdefault(_KEPT, {})
    return kept


def _keep(key: str, found: Found) -> None:
    kept = _session()
    kept.pop(key, None)
    kept[key] = found
    for old in list(kept)[: max(0, len(kept) - _MOST_KEPT)]:
        del kept[old]


@st.cache_resource(max_entries=64, ttl=3600, show_spinner=False)
def _shared(key: str, _scene: Scene, _question: Question) -> Found:  # noqa: ARG001
    return compute(_scene, _question)


@st.cache_resource(max_entries=8, ttl=3600, show_spinner=False)
def _shared_layers(key: str, _scene: Scene) -> dict[str, np.ndarray]:  # noqa: ARG001
    return _layers(_scene)


def _layers(scene: Scene) -> dict[str, np.ndarray]:
    return cams_of_layers(
        scene.network, scene.picture.image, scene.target, scene.name, scene.layers
    )
