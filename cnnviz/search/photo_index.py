"""What the shipped networks make of the shipped photos: made once, and shipped beside the photos.

Looking at the photos takes a network seconds, and opening it seconds more; what was made beforehand
is read in some 30 ms, without TensorFlow. A digest says of which weights and photos it was made, so
it is never taken for others. `tools/index_photos.py` makes it.
"""

from __future__ import annotations

import functools
import hashlib
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from cnnviz.images import encode_jpeg, resize_to
from cnnviz.networks.described import layers_as_text, layers_of_text
from cnnviz.networks.opening import described_network
from cnnviz.search.index import ImageIndex, best_layer
from cnnviz.search.photos import all_photos, open_photo, photo_file
from cnnviz.shipped import IMAGES, MODELS

FOLDER = IMAGES / "photos"
"""Where it lies: an `.npz` for each network, and the thumbnails."""

_SIDE, _QUALITY = 160, 82  # of a thumbnail: 6 KB each
# Changes with whatever makes old vectors wrong: how pictures are squeezed, how maps are pooled.
_VERSION = 1
_LAYERS, _DIGEST, _ENDS = " layers", " digest", " ends"  # no layer's name begins with a space


def photo_index(name: str) -> ImageIndex | None:
    """Read what a shipped network makes of the photos, by its best layer at first.

    The network of the index is not open yet (`Network.is_open`).

    Returns
    -------
    None where nothing was made beforehand, or of other weights or photos than are there.
    """
    path = FOLDER / f"{name}.npz"
    if not path.is_file():
        return None
    with np.load(path, allow_pickle=False) as file:
        if str(file[_DIGEST]) != made_of(MODELS / f"{name}.npz"):
            return None
        network = described_network(name, layers_of_text(str(file[_LAYERS])))
        vectors = {layer: file[layer] for layer in file.files if not layer.startswith(" ")}
    for rows in vectors.values():
        rows.flags.writeable = False
    labels = tuple(photo.label for photo in all_photos())
    return ImageIndex(network, best_layer(network), vectors, labels)


def packed_index(index: ImageIndex) -> bytes:
    """Pack an index of all photos as the bytes of the file that `photo_index` reads."""
    arrays = {layer: index.vectors[layer] for layer in index.layers}
    settings = {
        _LAYERS: np.array(layers_as_text(index.network.layers)),
        _DIGEST: np.array(made_of(MODELS / f"{index.network.name}.npz")),
    }
    return packed(settings | arrays)


@functools.cache
def photo_thumbnails() -> tuple[bytes, ...]:
    """Give a JPEG file of each photo, 160 pixels at the longer side: read, or made anew."""
    path = FOLDER / "thumbnails.npz"
    if path.is_file():
        with np.load(path, allow_pickle=False) as file:
            if str(file[_DIGEST]) == made_of():
                whole, ends = file["jpegs"].tobytes(), file[_ENDS].tolist()
                starts = [0, *ends[:-1]]
                return tuple(whole[a:b] for a, b in zip(starts, ends, strict=True))
    return made_thumbnails()


def made_thumbnails() -> tuple[bytes, ...]:
    """Make a JPEG file of each photo: a second for all."""
    return tuple(
        encode_jpeg(resize_to(open_photo(photo), _SIDE), _QUALITY) for photo in all_photos()
    )


def packed_thumbnails(thumbnails: Sequence[bytes]) -> bytes:
    """Pack thumbnails as the bytes of the file that `photo_thumbnails` reads."""
    return packed(
        {
            _DIGEST: np.array(made_of()),
            _ENDS: np.cumsum([len(one) for one in thumbnails], dtype=np.int32),
            "jpegs": np.frombuffer(b"".join(thumbnails), np.uint8),
        }
    )


def made_of(weights: Path | None = None) -> str:
    """Name the photos, and the weights that looked at them, by their content."""
    digest = hashlib.blake2b(str(_VERSION).encode(), digest_size=16)
    for photo in all_photos():
        content = photo_file(photo).read_bytes()
        digest.update(f"{photo.name} {len(content)} ".encode())
        digest.update(content)
    if weights is not None:
        digest.update(weights.read_bytes())
    return digest.hexdigest()


def packed(arrays: Mapping[str, np.ndarray]) -> bytes:
    """Give the bytes of a compressed `.npz` file."""
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
    return file.getvalue()
