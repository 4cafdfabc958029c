"""Pictures as files that a component decodes: `assets/components/shared/files.js` opens them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cnnviz.images import pictures as images
from cnnviz.shapes import Pixels

_SMALL = 64
"""Pixels up to which a picture is sent without loss: each of them is seen."""


def encoded(picture: Pixels, *, small_to: int = _SMALL) -> bytes:
    """Write a picture for the browser, without loss where single pixels are seen.

    small_to : pixels of its larger side up to which they are.
    """
    small = max(picture.shape[:2]) <= small_to
    return images.encode_png(picture) if small else images.encode_jpeg(picture)


def media_type(file: bytes) -> str:
    """Say what kind of file `encoded` has written."""
    return "image/png" if file.startswith(b"\x89PNG") else "image/jpeg"


def joined(files: Sequence[bytes]) -> dict[str, np.ndarray]:
    """Give the arrays that carry files in a message: their bytes, and where each ends."""
    return {
        "frames": np.frombuffer(b"".join(files), np.uint8),
        "ends": np.cumsum([len(one) for one in files]).astype(np.int32),
    }
