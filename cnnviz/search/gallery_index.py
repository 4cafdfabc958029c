"""Somebody's own pictures by what a network makes of them; what is known of a file stays known.

    index_gallery(network, gallery, cache=cache_folder())     # in a job of its own: `gallery_job`

On disk, what is known is kept by the network (its weights, settings and preprocessing), the layers
and the content of each file: one more picture is one more look. Strangers' pictures leave no trace
there.
"""

from __future__ import annotations

import hashlib
import json
import struct
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cnnviz.images import ImageError, encode_jpeg, read_image, resize_to
from cnnviz.limits import Limits
from cnnviz.networks.network import Network
from cnnviz.search.gallery import Gallery, GalleryError, GalleryFile, Skipped, content_digest
from cnnviz.search.index import ImageIndex, Report, Vectors, best_layer, embed, layers_to_index
from cnnviz.server.jobs import Job
from cnnviz.server.records import Records, cache_folder, trim_folder

THUMBNAIL_SIDE = 96
"""The longer side of a thumbnail, in pixels."""

_THUMBNAIL_BYTES = 6 * 1024
# Changes with whatever makes old vectors wrong: how pictures are squeezed, how maps are pooled.
_VERSION = 1
_LAYERS_AT_HAND = 4


@dataclass(frozen=True, eq=False)
class GalleryIndex:
    """A gallery that can be searched.

    index : the vectors and labels, in the order of `files`.
    files : the files that are pictures.
    thumbnails : a JPEG file each, `THUMBNAIL_SIDE` pixels at the longer side.
    skipped : what is not used, and why.
    note : one sentence where pictures were left out; else "".
    looked_at : pictures that the network was shown; the others were known.
    """

    index: ImageIndex
    files: tuple[GalleryFile, ...]
    thumbnails: tuple[bytes, ...]
    skipped: tuple[Skipped, ...]
    note: str
    looked_at: int

    def __len__(self) -> int:
        return len(self.files)


class StoredVectors(Mapping[str, Vectors]):
    """Vectors by layer, (pictures, channels) float32, read when a layer is asked for.

    The last few layers stay in memory; all layers of 10,000 pictures would take 300 MB.
    """

    def __init__(
        self, records: Records, keys: Sequence[bytes], channels: Mapping[str, int]
    ) -> None:
        self._records = records
        self._keys = tuple(keys)
        self._channels = dict(channels)
        ends = np.cumsum(list(channels.values())).tolist()
        self._ends = dict(zip(channels, ends, strict=True))
        self._lock = threading.Lock()
        self._at_hand: OrderedDict[str, Vectors] = OrderedDict()

    def __iter__(self) -> Iterator[str]:
        return iter(self._channels)

    def __len__(self) -> int:
        return len(self._channels)

    def __contains__(self, layer: object) -> bool:
        return layer in self._channels

    def __getitem__(self, layer: str) -> Vectors:
        width = self._channels[layer]
        with self._lock:
            if layer not in self._at_hand:
                start = 4 * (self._ends[layer] - width)
                vectors = np.empty((len(self._keys), width), np.float32)
                for row, key in enumerate(self._keys):
                    data = self._records.read(key, start, 4 * width)
                    vectors[row] = np.frombuffer(data, np.float32)
                vectors.flags.writeable = False
                self._at_hand[layer] = vectors
                while len(self._at_hand) > _LAYERS_AT_HAND:
                    self._at_hand.popitem(last=False)
            self._at_hand.move_to_end(layer)
            return self._at_hand[layer]


def index_gallery(
    network: Network,
    gallery: Gallery,
    *,
    layer: str | None = None,
    layers: Sequence[str] | None = None,
    cache: Path | None = None,
    report: Report | None = None,
) -> GalleryIndex:
    """Look at every picture of a gallery that is not known yet, one at a time.

    Parameters
    ----------
    layer : to compare by first; `best_layer(network)` without.
    layers : all layers to keep; `layers_to_index(network)` without.
    cache : the folder for what is kept between two runs; None keeps nothing.
    report : called with the count of files done before each one and at the end; may raise to
        stop. What is done by then is kept.

    Raises
    ------
    GalleryError : none of the files is a picture.
    NetworkError : there is no such layer.
    """
    layer = layer or best_layer(network)
    kept = dict.fromkeys([*(layers or layers_to_index(network)), layer])
    channels = {name: network.layer(name).channels for name in kept}
    looking = _Looking(network, channels, gallery.limits, cache)
    files, keys, skipped = [], [], list(gallery.skipped)
    for done, file in enumerate(gallery.files):
        if report is not None:
            report(done)
        try:
            keys.append(looking.look(file))
            files.append(file)
        except ImageError as error:
            skipped.append(Skipped(file.name, str(error)))
    if report is not None:
        report(len(gallery))
    if not files:
        raise GalleryError(
            "A gallery needs at least one picture that can be read. "
            f"Received: {len(skipped):,} files that cannot. {skipped[0].name}: {skipped[0].reason}"
        )
    vectors = StoredVectors(looking.vectors, keys, channels)
    index = ImageIndex(network, layer, vectors, tuple(file.label for file in files))
    # Reads the layer here, and not while somebody waits for the first answer.
    _ = index.mean
    thumbnails = tuple(looking.thumbnail(key) for key in keys)
    return GalleryIndex(
        index, tuple(files), thumbnails, tuple(skipped), gallery.note, looking.looked_at
    )


def gallery_job(
    open_network: Callable[[], Network],
    gallery: Gallery,
    *,
    layer: str | None = None,
) -> Callable[[Job], GalleryIndex]:
    """Make the work that indexes a gallery, for `cnnviz.server.jobs.JOBS.submit`.

    Parameters
    ----------
    open_network : called in the job, as opening a network may take seconds.

    What is known of files on this computer is kept in `cache_folder()`; a gallery that was uploaded
    leaves nothing there.
    """

    def work(job: Job) -> GalleryIndex:
        count = len(gallery)

        def report(done: int) -> None:
            job.report(done / count, f"{done:,} of {count:,} pictures")

        job.report(0.0, "opening the network")
        folder = cache_folder() if gallery.is_local else None
        return index_gallery(open_network(), gallery, layer=layer, cache=folder, report=report)

    return work


class _Looking:
    """What is known of contents, and how to know more."""

    def __init__(
        self, network: Network, channels: Mapping[str, int], limits: Limits, cache: Path | None
    ) -> None:
        self.network = network
        self.layers = list(channels)
        self.limits = limits
        self.looked_at = 0
        side, most = limits.picture_kept_side, limits.cache_bytes
        title = f"{network_digest(network).hex()} {json.dumps(channels)} {side} {_VERSION}"
        width = 4 * sum(channels.values())
        if cache is not None:
            trim_folder(cache, most_bytes=most)
        self.vectors = Records(width, folder=cache, title=f"vectors {title}", most_bytes=most)
        self.thumbnails = Records(
            _THUMBNAIL_BYTES, folder=cache, title=f"thumbnails {side} {_VERSION}", most_bytes=most
        )
        # The content of a file that has not changed need not be read to be named.
        self.contents = Records(32, folder=cache, title="contents", most_bytes=most)

    def look(self, file: GalleryFile) -> bytes:
        """Know a file's picture; returns the digest of the content."""
        stamp = content_digest(file.stamp.encode("utf-8", "surrogateescape"))
        if file.stamp and stamp in self.contents:
            known = self.contents.read(stamp)
            if known in self.vectors and known in self.thumbnails:
                return known
        content = file.content()
        digest = content_digest(content)
        if digest not in self.vectors or digest not in self.thumbnails:
            side = self.limits.picture_kept_side
            image = read_image(content, longest_side=side, limits=self.limits)
            if digest not in self.thumbnails:
                self.thumbnails.add(digest, _packed(thumbnail(image)))
            if digest not in self.vectors:
                found = embed(self.network, image, self.layers)
                row = np.concatenate([found[name] for name in self.layers])
                self.vectors.add(digest, row.astype("<f4").tobytes())
                self.looked_at += 1
        if file.stamp:
            self.contents.add(stamp, digest)
        return digest

    def thumbnail(self, digest: bytes) -> bytes:
        data = self.thumbnails.read(digest)
        (length,) = struct.unpack_from("<H", data)
        return data[2 : 2 + length]


def thumbnail(image: NDArray[np.uint8]) -> bytes:
    """Make a small JPEG file of a picture, (height, width, 3) uint8.

    >>> len(thumbnail(np.zeros((300, 200, 3), np.uint8))) < 1000
    True
    """
    small = image
    if max(image.shape[:2]) > THUMBNAIL_SIDE:
        small = resize_to(image, THUMBNAIL_SIDE)
    for quality in (85, 60, 30):
        data = encode_jpeg(small, quality)
        if len(data) + 2 <= _THUMBNAIL_BYTES:
            return data
    return encode_jpeg(small, 5)


def _packed(data: bytes) -> bytes:
    return (struct.pack("<H", len(data)) + data).ljust(_THUMBNAIL_BYTES, b"\0")


def network_digest(network: Network) -> bytes:
    """Name a network by all that its vectors depend on: layers, settings, weights, preprocessing.

    Networks of one name that were trained otherwise have different digests.
    """
    digest = hashlib.blake2b(digest_size=32)
    digest.update(repr((network.input_shape, network.preprocessing)).encode())
    for info in network.layers:
        digest.update(repr((info.name, info.kind, info.inputs, info.output_shape)).encode())
        if info.inputs:
            digest.update(_settings(network, info.name).encode())
        for name, values in network.weights(info.name).items():
            digest.update(name.encode())
            digest.update(np.ascontiguousarray(values).tobytes())
    return digest.digest()


def _settings(network: Network, layer: str) -> str:
    operation = network.operation(layer)
    config = operation.get_config() if hasattr(operation, "get_config") else {}
    # How weights came to be says nothing about what they are.
    kept = {
        key: value
        for key, value in config.items()
        if key not in ("name", "seed", "dtype") and not key.endswith(("initializer", "regularizer"))
    }
    return json.dumps(kept, sort_keys=True, default=lambda value: type(value).__name__)
