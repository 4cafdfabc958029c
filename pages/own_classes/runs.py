"""Look at the pictures once, and learn to tell their classes apart, in the queue."""

from __future__ import annotations

import functools
from collections.abc import MutableMapping
from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnnviz.images import ImageError
from cnnviz.images import pictures as images
from cnnviz.networks import Network, open_network
from cnnviz.networks.own_classes import (
    BASE,
    Features,
    Learned,
    Split,
    features_of,
    joined,
    learn,
    split,
)
from cnnviz.search.photo_features import photo_features
from cnnviz.server.jobs import Job
from cnnviz.shapes import Pixels
from pages.own_classes.collection import Collection, lacking
from pages.own_classes.state import EPOCHS, HELD_OUT, MOST, OWN, SEED, TUNE
from pages.ui.picture_files import encoded
from pages.ui.queue import made

THUMB = 160
"""Pixels of a picture's side on the wall."""
_LOOKING = 0.75
"""The share of the work that is looking at the pictures."""


@dataclass(frozen=True, eq=False)
class Seen:
    """What there is of one picture: its features, and a small file of what the network is shown."""

    features: Features
    file: bytes


@dataclass(frozen=True, eq=False)
class Result:
    """A head that was learned, and what it was learned from.

    Attributes
    ----------
    names : of the pictures.
    files : a small file of each.
    labels : (pictures,), positions in `class_names`.
    head : learned alone.
    tuned : learned on from there with the last stage; None where that was not asked.
    unread : names and reasons of pictures that cannot be read.
    """

    names: tuple[str, ...]
    files: tuple[bytes, ...]
    features: Features
    labels: np.ndarray
    class_names: tuple[str, ...]
    parts: Split
    head: Learned
    tuned: Learned | None
    unread: tuple[str, ...]

    @property
    def learned(self) -> Learned:
        """What answers."""
        return self.tuned or self.head


def base() -> Network:
    """Open the network whose features are used."""
    return open_network(BASE)


def shown_small(network: Network, image: Pixels) -> bytes:
    """Write what the network is shown of a picture as a small file."""
    return encoded(images.resize_to(network.shown_part(image), THUMB))


def learned(collection: Collection) -> Result | None:
    """Learn a collection's classes; None while that is under way, which is drawn."""
    held_out, most, epochs = OWN[HELD_OUT], OWN[MOST], OWN[EPOCHS]
    seed, tune = OWN[SEED], OWN[TUNE]
    seen: MutableMapping[str, Seen] = (
        st.session_state.setdefault("own_classes_seen", {})
        if collection.is_private
        else _seen_of_all()
    )

    def work(job: Job) -> Result:
        network = base()
        beforehand = {} if collection.is_private else photo_features()
        if collection.is_private:  # what was removed is forgotten
            for key in seen.keys() - {one.key for one in collection.examples}:
                del seen[key]
        names, files, kept, labels, unread = [], [], [], [], []
        for at, one in enumerate(collection.examples):
            job.report(_LOOKING * at / len(collection.examples), "The network looks at them")
            if one.key not in seen:
                try:
                    image = one.open()
                except ImageError as error:
                    unread.append(f"{one.name}: {error}")
                    continue
                found = beforehand.get(one.key) or features_of(network, [image])
                seen[one.key] = Seen(found, shown_small(network, image))
            names.append(one.name)
            files.append(seen[one.key].file)
            kept.append(seen[one.key].features)
            labels.append(collection.class_names.index(one.label))
        readable = {one: labels.count(at) for at, one in enumerate(collection.class_names)}
        if lack := lacking(readable):
            raise ValueError(f"{lack} Not read: {'; '.join(unread[:3])}")
        parts = split(labels, held_out=held_out, most=most, seed=seed)
        features, classes = joined(kept), np.array(labels)
        share = (1 - _LOOKING) / (2 if tune else 1)

        def report(
            part: float, begun: float = _LOOKING, words: str = "The head is learned"
        ) -> None:
            job.report(begun + share * part, words)

        told = (network, features, classes, collection.class_names, parts)
        head = learn(*told, epochs=epochs, seed=seed, report=report)
        tuned = None
        if tune:
            on = functools.partial(report, begun=1 - share, words="The last stage")
            tuned = learn(*told, epochs=epochs, seed=seed, start=head, report=on)
        return Result(
            tuple(names),
            tuple(files),
            features,
            classes,
            collection.class_names,
            parts,
            head,
            tuned,
            tuple(unread),
        )

    asked = (collection.identity, held_out, most, epochs, seed, tune)
    return made(
        f"own classes {asked}",
        f"Learning {len(collection.class_names)} classes",
        work,
        patience=0.5,
        private=collection.is_private,
    )


@st.cache_resource(max_entries=1)
def _seen_of_all() -> MutableMapping[str, Seen]:
    """Keep what there is of the photos that ship: 6 MB, the same for everybody."""
    return {}
