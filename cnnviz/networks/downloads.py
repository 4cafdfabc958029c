"""Networks of Keras Applications: where their weights lie, and how they get here.

The files are Keras's own and are kept where Keras keeps them (`~/.keras/models`, or `KERAS_HOME`),
so that none is fetched twice.
"""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import os
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cnnviz.networks.layers import NetworkError

_BASE = "https://storage.googleapis.com/tensorflow/keras-applications"
_CHUNK = 256 * 1024
_SECONDS = 15
_KINDS = {"md5": "MD5", "sha256": "SHA-256"}

Progress = Callable[[int, int], None]
"""Called with the bytes received and the bytes expected. May raise to stop the download."""


def keras_home() -> Path:
    """Where Keras keeps what it downloads."""
    home = os.environ.get("KERAS_HOME")
    return Path(home) if home else Path.home() / ".keras"


@dataclass(frozen=True)
class Application:
    """One network of `keras.applications`, trained on ImageNet.

    constructor : its name in `keras.applications`.
    title : its name on a page.
    url : of the weights with the classification layers.
    md5 : as Keras pins it; empty where Keras pins none.
    megabytes : about how large the file is.
    preprocessing : a key of `cnnviz.images.preprocessing.PREPROCESSINGS`.
    side : of the square input.
    summary : one sentence on what it is known for.
    """

    constructor: str
    title: str
    url: str
    md5: str
    megabytes: int
    preprocessing: str
    side: int
    summary: str

    @property
    def path(self) -> Path:
        """Where the weights lie once they are here."""
        return keras_home() / "models" / self.url.rsplit("/", 1)[-1]

    @property
    def is_here(self) -> bool:
        """Whether the weights have been fetched before."""
        return self.path.is_file()

    def fetch(self, progress: Progress | None = None) -> Path:
        """Download the weights unless they are here, check them, and return their path.

        Raises
        ------
        NetworkError : no connection, a file that is not the expected one, or no room for it.
        """
        return fetch_file(
            self.url,
            self.path,
            title=self.title,
            what=f"The weights of {self.title}",
            megabytes=self.megabytes,
            digest=f"md5:{self.md5}" if self.md5 else "",
            progress=progress,
        )


def fetch_file(
    url: str,
    path: Path,
    *,
    title: str,
    what: str,
    megabytes: int,
    digest: str = "",
    progress: Progress | None = None,
) -> Path:
    """Download a file unless it is here, check it, and return its path.

    Two who ask at once each write a file of their own, and the last one done takes its place.

    Parameters
    ----------
    title, what : how sentences call what is downloaded, and its file ("The weights of ...").
    megabytes : about how large it is.
    digest : "md5:..." or "sha256:..." of the file that is expected; "" where none is known.

    Raises
    ------
    NetworkError : no connection, a file that is not the expected one, or no room for it.
    """
    if path.is_file():
        return path
    partial: Path | None = None
    kind, _, expected_digest = digest.partition(":")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with (
            urllib.request.urlopen(url, timeout=_SECONDS) as answer,
            # Beside its final place, so that renaming is all or nothing.
            tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file,
        ):
            partial = Path(file.name)
            expected = int(answer.headers.get("Content-Length") or 0)
            received, found = 0, hashlib.new(kind or "md5", usedforsecurity=False)
            while chunk := answer.read(_CHUNK):
                file.write(chunk)
                found.update(chunk)
                received += len(chunk)
                if received > 2_000_000 * megabytes + 2_000_000:
                    raise NetworkError(
                        f"{what} take about {megabytes} MB. Received: more than twice as much."
                    )
                if progress is not None:
                    progress(received, max(expected, received))
        if expected and received != expected:
            raise NetworkError(
                f"{what} must arrive whole. Received: {received:,} of {expected:,} bytes."
            )
        if expected_digest and found.hexdigest() != expected_digest:
            raise NetworkError(
                f"{what} must be the ones that Keras published. "
                f"Received: a file with the {_KINDS[kind]} {found.hexdigest()}."
            )
        partial.replace(path)
    except urllib.error.HTTPError as error:
        raise NetworkError(
            f"{what} could not be fetched from {_host(url)}. Received: HTTP {error.code}."
        ) from error
    except (urllib.error.URLError, TimeoutError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", None) or error
        raise NetworkError(
            f"{title} must be downloaded once ({megabytes} MB), which needs a "
            f"connection to {_host(url)}. Received: {reason}."
        ) from error
    except OSError as error:
        raise NetworkError(
            f"{what} need {megabytes} MB in {path.parent}. Received: {error.strerror or error}."
        ) from error
    finally:
        if partial is not None:
            with contextlib.suppress(OSError):
                partial.unlink()
    return path


def _host(url: str) -> str:
    return url.split("/")[2]


def _weights(folder: str, name: str) -> str:
    return f"{_BASE}/{folder}/{name}_weights_tf_dim_ordering_tf_kernels.h5"


APPLICATIONS: dict[str, Application] = {
    "mobilenet": Application(
        "MobileNet",
        "MobileNet",
        f"{_BASE}/mobilenet/mobilenet_1_0_224_tf.h5",
        "",
        17,
        "minus_one_to_one",
        224,
        "The first network of depthwise separable convolutions made for phones.",
    ),
    "mobilenet_v2": Application(
        "MobileNetV2",
        "MobileNetV2",
        f"{_BASE}/mobilenet_v2/mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224.h5",
        "",
        14,
        "minus_one_to_one",
        224,
        "Inverted residual blocks: widen, filter each channel, narrow again.",
    ),
    "efficientnet_b0": Application(
        "EfficientNetB0",
        "EfficientNetB0",
        "https://storage.googleapis.com/keras-applications/efficientnetb0.h5",
        "902e53a9f72be733fc0bcb005b3ebbac",
        21,
        "zero_to_255",
        224,
        "The parent of the network that ships, with squeeze-and-excitation and SiLU.",
    ),
    "efficientnet_v2_b0": Application(
        "EfficientNetV2B0",
        "EfficientNetV2B0",
        f"{_BASE}/efficientnet_v2/efficientnetv2-b0.h5",
        "21ecbf6da12460d5c40bb2f29ceb2188",
        29,
        "zero_to_255",
        224,
        "Plain convolutions early, depthwise ones late.",
    ),
    "densenet121": Application(
        "DenseNet121",
        "DenseNet121",
        _weights("densenet", "densenet121"),
        "9d60b8095a5708f2dcce2bca79d332c7",
        33,
        "imagenet_mean",
        224,
        "Every layer of a block sees all layers before it.",
    ),
    "resnet50": Application(
        "ResNet50",
        "ResNet50",
        _weights("resnet", "resnet50"),
        "2cb95161c43110f7111970584f804107",
        103,
        "bgr_mean",
        224,
        "Shortcuts past every few layers made networks of this depth trainable.",
    ),
    "resnet50_v2": Application(
        "ResNet50V2",
        "ResNet50V2",
        _weights("resnet", "resnet50v2"),
        "3ef43a0b657b3be2300d5770ece849e0",
        103,
        "minus_one_to_one",
        224,
        "ResNet with batch normalisation and ReLU before each convolution.",
    ),
    "xception": Application(
        "Xception",
        "Xception",
        _weights("xception", "xception"),
        "0a58e3b7378bc2990ea3b43d5981f1f6",
        92,
        "minus_one_to_one",
        299,
        "Separable convolutions throughout.",
    ),
    "inception_v3": Application(
        "InceptionV3",
        "InceptionV3",
        _weights("inception_v3", "inception_v3"),
        "9a0d58056eeedaa3f26cb7ebd46da564",
        96,
        "minus_one_to_one",
        299,
        "Branches of several kernel sizes side by side.",
    ),
    "vgg16": Application(
        "VGG16",
        "VGG16",
        _weights("vgg16", "vgg16"),
        "64373286793e3c8b2b4e3219cbf3544b",
        554,
        "bgr_mean",
        224,
        "Nothing but 3 x 3 convolutions, pooling and dense layers: the easiest to read.",
    ),
    "vgg19": Application(
        "VGG19",
        "VGG19",
        _weights("vgg19", "vgg19"),
        "cbe5617147190e668d6c5d5026f83318",
        575,
        "bgr_mean",
        224,
        "VGG16 with three more convolutions.",
    ),
}
