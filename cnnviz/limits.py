"""What a stranger may ask of the server, in one place.

The defaults suit a small shared server. Whoever runs the app raises any of them with an
environment variable that carries the field's name: ``CNNVIZ_MODEL_MEGABYTES=200``. The variables
are read once, when the app starts.

On one's own computer nobody needs protection from strangers, so there the networks that people
bring (a ResNet50, a VGG16) open without a setting: ``CNNVIZ_SHARED=0`` makes the defaults those of
`ON_OWN_COMPUTER`. `serve.py` sets it where the app listens on this computer alone, unless whoever
runs it has said ``CNNVIZ_SHARED=1``, as one does behind a proxy.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any

MEBIBYTE = 1024 * 1024
_PREFIX = "CNNVIZ_"
SHARED = "CNNVIZ_SHARED"
"""The variable that says whether strangers use the app: 1, or 0 on one's own computer."""


def _whole(default: int, most: int) -> int:
    """Declare a limit that counts things: a whole number from 1 to `most`."""
    return field(default=default, metadata={"most": most})


def _amount(default: float, most: int) -> float:
    """Declare a limit that measures: any number above 0 and up to `most`."""
    return field(default=default, metadata={"most": most})


@dataclass(frozen=True)
class Limits:
    """Every limit, with the default for strangers on a shared server.

    Attributes
    ----------
    picture_megabytes : size of a picture file, in MiB.
    picture_megapixels : width times height of a picture before it is scaled down, in millions.
    webp_megapixels : the same for a WebP picture, which takes three times the memory of others.
    picture_side : width or height of a picture before it is scaled down, in pixels.
    picture_kept_side : longest side of the picture that is kept, in pixels.
    model_megabytes : size of a ``.keras`` file, in MiB.
    model_layers : layers in an uploaded network.
    model_parameters : weights in an uploaded network, in millions.
    model_input_side : height or width of an uploaded network's input, in pixels.
    model_map_numbers : numbers in all maps of one picture, in millions; four bytes each.
    model_multiply_adds : multiplications of one answer, in billions; 30 take about a second.
    heavy_jobs : feature visualisations and indexings that run at the same time.
    trainings : trainings that run at the same time, each in a process of its own.
    training_minutes : how long one training may take, without pauses.
    training_multiply_adds : multiplications of one picture in a network that is trained, in
        millions.
    gallery_pictures : pictures of one uploaded gallery that are used, the first ones.
    gallery_megabytes : size of all files of an uploaded gallery together, in MiB.
    gallery_files : files and folders that a zip may list.
    gallery_unpacked_megabytes : size of the pictures of a zip once unpacked, in MiB.
    gallery_ratio : how many times its own size a zip may unpack to.
    folder_pictures : pictures of a folder on this computer that are used, the first ones.
    session_upload_megabytes : files that one visitor may have uploaded at a time, in MiB.
    server_upload_megabytes : files that all visitors together may have uploaded, in MiB.
    cache_megabytes : size of what is kept on disk between two runs, in MiB.

    >>> Limits.from_environment({"CNNVIZ_MODEL_MEGABYTES": "200"}).model_megabytes
    200.0
    """

    picture_megabytes: float = _amount(10.0, 10_000)
    picture_megapixels: float = _amount(24.0, 10_000)
    webp_megapixels: float = _amount(10.0, 10_000)
    picture_side: int = _whole(16_384, 1_000_000)
    picture_kept_side: int = _whole(1024, 16_384)
    model_megabytes: float = _amount(20.0, 100_000)
    model_layers: int = _whole(200, 1_000_000)
    model_parameters: float = _amount(5.0, 1_000_000)
    model_input_side: int = _whole(512, 16_384)
    model_map_numbers: float = _amount(64.0, 1_000_000)
    model_multiply_adds: float = _amount(30.0, 1_000_000)
    heavy_jobs: int = _whole(2, 1_000)
    trainings: int = _whole(2, 1_000)
    training_minutes: float = _amount(15.0, 10_000)
    training_multiply_adds: float = _amount(200.0, 1_000_000)
    gallery_pictures: int = _whole(2_000, 1_000_000)
    gallery_megabytes: float = _amount(200.0, 100_000)
    gallery_files: int = _whole(10_000, 1_000_000)
    gallery_unpacked_megabytes: float = _amount(400.0, 100_000)
    gallery_ratio: int = _whole(100, 1_000)
    folder_pictures: int = _whole(20_000, 1_000_000)
    session_upload_megabytes: float = _amount(256.0, 100_000)
    server_upload_megabytes: float = _amount(2_048.0, 1_000_000)
    cache_megabytes: float = _amount(2_048.0, 1_000_000)

    @property
    def picture_bytes(self) -> int:
        """The largest picture file, in bytes."""
        return int(self.picture_megabytes * MEBIBYTE)

    @property
    def picture_pixels(self) -> int:
        """The most pixels of a picture before it is scaled down."""
        return int(self.picture_megapixels * 1_000_000)

    @property
    def webp_pixels(self) -> int:
        """The most pixels of a WebP picture before it is scaled down."""
        return int(self.webp_megapixels * 1_000_000)

    @property
    def model_bytes(self) -> int:
        """The largest ``.keras`` file, in bytes."""
        return int(self.model_megabytes * MEBIBYTE)

    @property
    def model_weights(self) -> int:
        """The most single weights of an uploaded network."""
        return int(self.model_parameters * 1_000_000)

    @property
    def gallery_bytes(self) -> int:
        """The most bytes of all files of an uploaded gallery."""
        return int(self.gallery_megabytes * MEBIBYTE)

    @property
    def gallery_unpacked_bytes(self) -> int:
        """The most bytes that the pictures of a zip take once unpacked."""
        return int(self.gallery_unpacked_megabytes * MEBIBYTE)

    @property
    def session_upload_bytes(self) -> int:
        """The most bytes that one visitor may have uploaded at a time."""
        return int(self.session_upload_megabytes * MEBIBYTE)

    @property
    def server_upload_bytes(self) -> int:
        """The most bytes that all visitors together may have uploaded."""
        return int(self.server_upload_megabytes * MEBIBYTE)

    @property
    def cache_bytes(self) -> int:
        """The most bytes that are kept on disk between two runs."""
        return int(self.cache_megabytes * MEBIBYTE)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Limits":
        """Take the defaults, changed by the ``CNNVIZ_...`` variables that name a limit.

        An empty variable counts as absent: that is how container files leave one out.

        ``CNNVIZ_SHARED=0`` makes the defaults those of `ON_OWN_COMPUTER`.

        Raises
        ------
        ValueError : a variable holds no number in its range.
        """
        shared = environment.get(SHARED, "").strip()
        if shared not in ("", "0", "1"):
            raise ValueError(f"{SHARED} must be 0 or 1. Received: {_cut(shared)!r}.")
        changed: dict[str, Any] = dict(ON_OWN_COMPUTER) if shared == "0" else {}
        for limit in fields(cls):
            name = _PREFIX + limit.name.upper()
            text = environment.get(name, "").strip()
            if text:
                changed[limit.name] = _read(name, text, limit.type is int, limit.metadata["most"])
        return cls(**changed)


def _read(name: str, text: str, is_whole: bool, most: int) -> float:
    if is_whole:
        rule = f"a whole number from 1 to {most:,}"
        pattern = r"[0-9]{1,9}"
    else:
        rule = f"a number above 0 and up to {most:,}"
        pattern = r"[0-9]{1,9}(\.[0-9]{1,9})?"
    value = 0.0
    if re.fullmatch(pattern, text):
        value = int(text) if is_whole else float(text)
    if not 0 < value <= most:
        raise ValueError(f"{name} must be {rule}. Received: {_cut(text)!r}.")
    return value


def _cut(text: str) -> str:
    return text if len(text) <= 40 else text[:40] + "..."


# VGG19 is 549 MiB with 144 million weights, NASNetLarge has 1,039 layers: all of keras.applications
# opens but for the two largest ConvNeXts, and EfficientNetB6, B7 and V2L, whose maps of a large
# picture take 2 GiB and more, in the server too (docs/keras_applications.md).
ON_OWN_COMPUTER: Mapping[str, float] = MappingProxyType(
    {
        "model_megabytes": 600.0,
        "model_layers": 1_500,
        "model_parameters": 150.0,
        "model_input_side": 1024,
        "model_map_numbers": 512.0,
        "model_multiply_adds": 120.0,
        "session_upload_megabytes": 2_048.0,
        "training_minutes": 120.0,
        "training_multiply_adds": 2_000.0,
    }
)


def raised_by(limit: str) -> str:
    """Say, at the end of a rule, which variable moves a limit.

    >>> raised_by("model_layers")
    'the variable CNNVIZ_MODEL_LAYERS sets this limit'
    """
    return f"the variable {_PREFIX}{limit.upper()} sets this limit"


LIMITS = Limits.from_environment(os.environ)
