"""Pictures that a network has looked at: made once per server, in the queue."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import streamlit as st

from cnnviz.networks import NETWORKS, open_network, random_twin
from cnnviz.networks.network import Network
from cnnviz.search import ImageIndex, best_layer
from cnnviz.search.gallery import Skipped
from cnnviz.search.gallery_index import GalleryIndex, gallery_job
from cnnviz.search.photo_index import photo_index, photo_thumbnails
from cnnviz.search.photos import all_photos, open_photo
from cnnviz.server.jobs import Job
from pages.search.pictures import Collection
from pages.search.state import NETWORK, SEARCH, UNTRAINED
from pages.ui.own_network import OWN_NETWORK, name_of, network_title
from pages.ui.queue import made, wait_only_for

MANY = 1000
"""Pictures beyond which one layer is held and ranked at a time."""


@dataclass(frozen=True, eq=False)
class Indexed:
    """An index with what a page shows of its pictures.

    identity : a key for caches: the pictures, the network and its weights.
    collection : the key of the pictures alone.
    index : by its best layer at first.
    names, titles, credits : one per picture; a name is its own, a credit may be "".
    thumbnails : one JPEG per picture.
    openers : read a picture again, in full.
    skipped : files that are not used, and why.
    note : one sentence where there were too many; else "".
    private : whether the pictures or the network are one session's own.
    """

    identity: str
    collection: str
    index: ImageIndex
    names: tuple[str, ...]
    titles: tuple[str, ...]
    credits: tuple[str, ...]
    thumbnails: tuple[bytes, ...]
    openers: tuple[Callable[[], np.ndarray], ...]
    skipped: tuple[Skipped, ...] = ()
    note: str = ""
    private: bool = False

    @property
    def labels(self) -> tuple[str, ...]:
        """One label per picture."""
        return self.index.labels

    def open(self, place: int) -> np.ndarray:
        """Read a picture: (height, width, 3) uint8."""
        return self.openers[place]()


@dataclass(frozen=True, eq=False)
class Choice:
    """A network that was chosen, not yet opened.

    identity : a key for caches.
    open : gives the network; called in a job, as it may take seconds.
    own : whether it is the user's own; nothing of it may be kept across sessions.
    shipped : its key in `NETWORKS` where it is as it ships; "" for any other.
    """

    identity: str
    title: str
    open: Callable[[Job], Network]
    own: bool = False
    shipped: str = ""


def indexed(collection: Collection | None, choice: Choice) -> Indexed | None:
    """Give the index, or draw how far it is."""
    if collection is None:
        st.info(
            "Upload pictures on the right to search through them: many files, or a zip.",
            icon=":material/photo_library:",
        )
        return None
    identity = f"{collection.identity} {choice.identity}"
    if collection.gallery is None and choice.shipped and (found := _shipped(choice.shipped)):
        wait_only_for()
        return found
    return made(
        f"index {identity}",
        f"{choice.title} looks at {collection.count:,} pictures",
        lambda job: (
            _photos(job, choice, identity)
            if collection.gallery is None
            else _gallery(job, collection, choice, identity)
        ),
        private=collection.gallery is not None or choice.own,
    )


def chosen_network() -> Choice:
    """Draw the choice of a network."""
    title, own = network_title(SEARCH, NETWORK)
    untrained = SEARCH.control(
        st.toggle,
        UNTRAINED,
        "Untrained twin",
        help="The same layers with random weights, as before training.",
    )
    end = "-untrained" if untrained else ""
    if title == OWN_NETWORK and own is not None:
        network = own.network
        return Choice(
            f"{own.identity}{end}",
            network.title,
            lambda _: random_twin(network) if untrained else network,
            own=True,
        )
    name = name_of(title)
    shipped = "" if untrained else name
    return Choice(f"{name}{end}", title, lambda job: _opened(job, name, untrained), shipped=shipped)


@st.cache_resource(max_entries=16, show_spinner=False)
def _shipped(name: str) -> Indexed | None:
    """Give what was made of the photos beforehand, if anything was; needs no TensorFlow."""
    index = photo_index(name)
    return None if index is None else _of_photos(f"photos {name}", index)


def _photos(job: Job, choice: Choice, identity: str) -> Indexed:
    photos = all_photos()

    def pictures() -> Iterator[np.ndarray]:
        for at, photo in enumerate(photos):
            job.report(at / len(photos), f"Picture {at + 1:,} of {len(photos):,}")
            yield open_photo(photo)

    job.report(0.0, f"Opening {choice.title}")
    opened = choice.open(job)
    index = ImageIndex.build(
        opened, pictures(), layer=best_layer(opened), labels=[photo.label for photo in photos]
    )
    return _of_photos(identity, index, private=choice.own)


def _of_photos(identity: str, index: ImageIndex, *, private: bool = False) -> Indexed:
    photos = all_photos()
    return Indexed(
        identity,
        "photos",
        index,
        tuple(photo.name for photo in photos),
        tuple(photo.title for photo in photos),
        tuple(photo.credit for photo in photos),
        photo_thumbnails(),
        tuple(partial(open_photo, photo) for photo in photos),
        private=private,
    )


def _gallery(job: Job, collection: Collection, choice: Choice, identity: str) -> Indexed:
    gallery = collection.gallery
    assert gallery is not None
    found: GalleryIndex = gallery_job(lambda: choice.open(job), gallery)(job)
    index = found.index
    if len(index) <= MANY:
        index = replace(index, vectors={name: index.vectors[name] for name in index.vectors})
    return Indexed(
        identity,
        collection.identity,
        index,
        tuple(file.name for file in found.files),
        tuple(file.name.split("/")[-1] for file in found.files),
        ("",) * len(index),
        found.thumbnails,
        tuple(file.picture for file in found.files),
        found.skipped,
        found.note,
        private=True,
    )


def _opened(job: Job, name: str, untrained: bool) -> Network:
    entry = NETWORKS[name]

    def progress(received: int, expected: int) -> None:
        job.report(0.0, f"{entry.title}: {received / 1e6:.0f} of {expected / 1e6:.0f} MB received")

    network = open_network(name, progress=progress)
    return random_twin(network) if untrained else network
