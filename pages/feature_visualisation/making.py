"""The pictures that the page shows: each made once, in the queue, and seen while it grows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from cnnviz.networks.feature_visualisation import Frame, Visualisation, visualise
from cnnviz.networks.feature_visualisation.shipped import shipped_visualisations
from cnnviz.server.jobs import Job
from pages.feature_visualisation.scene import Question, Scene
from pages.ui.queue import asked, show_progress

_KEPT = "feature_pictures"
_MOST_KEPT = 24_000_000
"""Bytes of pictures that a session keeps."""
_PATIENCE = 0.3
"""Seconds that a page waits for work in the queue before it shows how far it is."""


@dataclass(frozen=True, eq=False)
class Growing:
    """What there is of one picture.

    Attributes
    ----------
    frames : the way so far; nothing before it has begun.
    done : the whole of it, once it is there.
    """

    frames: tuple[Frame, ...] = ()
    done: Visualisation | None = None

    @property
    def last(self) -> Frame | None:
        """The picture as it is now."""
        return self.frames[-1] if self.frames else None


def grown(scene: Scene, questions: Sequence[Question], title: str) -> dict[Question, Growing]:
    """Give what there is of each picture; what is missing is made, and how far it is drawn."""
    kept = _session()
    ships = {} if scene.own else shipped_visualisations(scene.identity)
    found = {one: Growing(ships[one].frames, ships[one]) for one in questions if one in ships}
    missing = [one for one in questions if one not in found and scene.key(*one) not in kept]
    if missing:
        key = scene.key("all", *(part for one in missing for part in one))
        job = asked(key, _work(scene, missing), patience=_PATIENCE, private=scene.own)
        for question, part in list(job.parts) if job is not None else ():
            if isinstance(part, Visualisation):
                _keep(scene.key(*question), part)
            elif part is not None:
                frames = found.get(question, Growing()).frames
                found[question] = Growing((*frames, part))
        show_progress(job, title, key)
    for one in questions:
        if (done := kept.get(scene.key(*one))) is not None:
            found[one] = Growing(done.frames, done)
    return {one: found.get(one, Growing()) for one in questions}


def _work(scene: Scene, questions: Sequence[Question]) -> Callable[[Job], bool]:
    def work(job: Job) -> bool:
        for count, (target, recipe) in enumerate(questions):
            begun = len(job.parts)

            def report(share: float, count: int = count) -> None:
                job.report((count + share) / len(questions), "Changing the picture")

            def shown(frame: Frame, question: Question = (target, recipe)) -> None:
                job.parts.append((question, frame))

            made = visualise(
                scene.network,
                target,
                recipe,
                photo=scene.picture.image if recipe.start == "photo" else None,
                report=report,
                shown=shown,
            )
            if len(questions) > 1:
                made = Visualisation((made.frames[0], made.frames[-1]), made.shaken)
                # What is done needs no way any more; the count of parts stays, pages watch it.
                for at in range(begun, len(job.parts)):
                    job.parts[at] = ((target, recipe), None)
            job.parts.append(((target, recipe), made))
        return True

    return work


def _session() -> dict[str, Visualisation]:
    kept: dict[str, Visualisation] = st.session_state.setdefault(_KEPT, {})
    return kept


def _keep(key: str, made: Visualisation) -> None:
    kept = _session()
    kept.pop(key, None)
    kept[key] = made
    while sum(map(_bytes, kept.values())) > _MOST_KEPT and len(kept) > 1:
        del kept[next(iter(kept))]


def _bytes(made: Visualisation) -> int:
    return sum(frame.picture.nbytes for frame in made.frames)
