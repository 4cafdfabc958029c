"""Pictures that a network has looked at: made once per server, in the queue."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import streamlit as st

from cnnviz import images
from cnnviz.gallery import Skipped
from cnnviz.jobs import Job
from cnnviz.network import Network
from cnnviz.networks import NETWORKS, open_network, random_twin
from cnnviz.search import ImageIndex, best_layer
from pages.search.pictures import Collection
from pages.search.queue import made

_DEFAULT = "efficientnet_lite0"


@dataclass(frozen=True, eq=False)
class Indexed:
    """An index with what a page shows of its pictures.

    identity : a key for caches: the pictures, the network and its weights.
    collection : the key of the pictures alone.
    index : by its best layer at first.
    names, credits : one per picture; a credit may be "".
    thumbnails : one JPEG per picture.
    openers : read a picture again, in full.
    skipped : what could not be read.
    """

    identity: str
    collection: str
    index: ImageIndex
    names: tuple[str, ...]
    credits: tuple[str, ...]
    thumbnails: tuple[bytes, ...]
    openers: tuple[Callable[[], np.ndarray], ...]
    skipped: tuple[Skipped, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """One label per picture."""
        return self.index.labels

    def open(self, place: int) -> np.ndarray:
        """Read a picture: (height, width, 3) uint8."""
        return self.openers[place]()


def indexed(collection: Collection | None, network: str, untrained: bool) -> Indexed | None:
    """Give the index, or draw how far it is."""
    if collection is None:
        st.info(
            "Upload pictures on the right to search through them: many files, or a zip.",
            icon=":material/photo_library:",
        )
        return None
    identity = f"{collection.identity} {network}{'-untrained' if untrained else ''}"
    return made(
        f"index {identity}",
        f"{NETWORKS[network].title} looks at {collection.count:,} pictures",
        lambda job: _build(job, collection, network, untrained, identity),
    )


def chosen_network() -> tuple[str, bool]:
    """Draw the choice of a network; return its name, and whether untrained."""
    titles = {entry.title: name for name, entry in NETWORKS.items()}
    title = st.selectbox(
        "Network",
        list(titles),
        index=list(titles).index(NETWORKS[_DEFAULT].title),
        key="search_network",
        bind="query-params",
    )
    untrained = st.toggle(
        "Untrained twin",
        key="search_untrained",
        bind="query-params",
        help="The same layers with the random weights that training began with.",
    )
    return titles[title], untrained


def _build(job: Job, collection: Collection, name: str, untrained: bool, identity: str) -> Indexed:
    network = _opened(job, name, untrained)
    gathered = _Gathered(job, collection)
    index = ImageIndex.build(
        network,
        gathered.images(),
        layer=best_layer(network),
        labels=gathered.labels,  # filled while the pictures are read, before it is looked at
    )
    return Indexed(
        identity,
        collection.identity,
        index,
        tuple(gathered.names),
        tuple(gathered.credits),
        tuple(gathered.thumbnails),
        tuple(gathered.openers),
        tuple(gathered.skipped),
    )


def _opened(job: Job, name: str, untrained: bool) -> Network:
    entry = NETWORKS[name]
    job.report(0.0, f"Opening {entry.title}")

    def progress(received: int, expected: int) -> None:
        job.report(0.0, f"{entry.title}: {received / 1e6:.0f} of {expected / 1e6:.0f} MB received")

    network = open_network(name, progress=progress)
    return random_twin(network) if untrained else network


@dataclass
class _Gathered:
    """What is kept of each picture besides its vectors."""

    job: Job
    collection: Collection
    names: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    credits: list[str] = field(default_factory=list)
    thumbnails: list[bytes] = field(default_factory=list)
    openers: list[Callable[[], np.ndarray]] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)

    def images(self) -> Iterator[np.ndarray]:
        count = self.collection.count
        side, quality = (160, 82) if count <= 400 else (112, 75) if count <= 2000 else (64, 70)
        for at, found in enumerate(self.collection.read()):
            self.job.report(at / count, f"Picture {at + 1:,} of {count:,}")
            if isinstance(found, Skipped):
                self.skipped.append(found)
                continue
            small = images.resize_to(found.image, side)
            self.names.append(found.name)
            self.labels.append(found.label)
            self.credits.append(found.credit)
            self.thumbnails.append(images.encode_jpeg(small, quality))
            self.openers.append(found.open)
            yield found.image
        if not self.names:
            raise ValueError(
                "A gallery needs at least one picture that can be read. Received: "
                f"{len(self.skipped)} files that cannot, {self.skipped[0].reason}"
                if self.skipped
                else "A gallery needs at least one picture. Received: none."
            )
