"""The Keras program that reproduces a network's maps from the files that the page offers."""

from __future__ import annotations

import functools
import io
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.images.pictures import LUMINANCE
from cnnviz.networks.network import Network
from cnnviz.networks.opening import NETWORKS, open_network


def network_code(network: Network, layer: str) -> str:
    """Write the program for one layer's output.

    It reads `<name>.keras` (see `network_file`) and `input.png`, the part of the picture that
    the network is shown, and leaves the layer's output in `result`.
    """
    lines = [
        "import keras",
        "import numpy as np",
        "from PIL import Image",
        "",
        *opening_lines(network),
        f'part = keras.Model(network.inputs[0], network.get_layer("{layer}").output)',
        "result = np.asarray(part(x[None]))[0]",
        "print(result.shape, result.min(), result.max())",
    ]
    return "\n".join(lines) + "\n"


def opening_lines(network: Network) -> list[str]:
    """Write what opens the network and gives its input `x` from the files that the page offers."""
    mode = "RGB" if network.input_shape[2] == 3 else "L"
    lines = [
        f'network = keras.models.load_model("{network.name}.keras", compile=False)',
        f'pixels = np.asarray(Image.open("input.png").convert("{mode}"), "float32")',
    ]
    if mode == "L":
        lines.append("pixels = pixels[..., None]")
    return [*lines, network.preprocessing.code]


def logits_lines(network: Network) -> list[str]:
    """Write what makes `scores`, from inputs to (inputs, classes) logits, of `network`.

    Of a mask, whose `scores` are means, it makes `cells` too: (inputs, rows, columns, classes).
    Nothing where that takes more than a few lines.
    """
    name = network.answer_layer
    if not network.has_classes or not has_code(network, name):
        return []
    part, kind = f'network.get_layer("{name}")', type(network.operation(name)).__name__
    alone = len(network.outputs) == 1
    whole = "network" if alone else f"keras.Model(network.inputs[0], {part}.output)"
    lines = []
    if network.answer_activation != "linear":
        if network.answer.logits_layer:
            whole = f"keras.Model(network.inputs[0], {part}.input)"
        elif kind in ("Dense", "Conv2D", "Conv2DTranspose", "SeparableConv2D"):
            lines = [f"{part}.activation = None"]
        else:
            return []
    ends = "cells" if network.has_mask else "scores"
    if network.layer(name).channels > 1:
        lines += [f"{ends} = {whole}"]
    else:
        lines += [f"unit = {whole}", "", ""]
        lines += [
            f"def {ends}(given):  # one number tells two classes apart",
            "    z = unit(given)",
        ]
        lines += ["    return keras.ops.concatenate([-z / 2, z / 2], axis=-1)", "", ""]
    if network.has_mask:
        lines += ["", "", "def scores(given):  # the mean over all cells"]
        lines += ["    return keras.ops.mean(cells(given), axis=(1, 2))", "", ""]
    return lines


def probability_lines(network: Network) -> list[str]:
    """Write what makes (inputs, classes) probabilities of `answers`, the outputs as they are.

    Nothing where they are that already.
    """
    lines = []
    single, linear = network.layer(network.answer_layer).channels == 1, "linear"
    if network.answer_activation == linear:
        halves = "np.concatenate([-answers / 2, answers / 2], axis=-1)" if single else "answers"
        lines += [f"answers = np.asarray(keras.ops.softmax({halves}))"]
    elif single:
        lines += ["answers = np.concatenate([1 - answers, answers], axis=-1)"]
    if network.has_mask:
        lines += ["answers = answers.mean(axis=(1, 2))  # over all cells"]
    return lines


def comparison_code(first: Network, second: Network) -> str:
    """Write the program that compares two networks layer by layer; "" where Keras lacks a layer.

    It reads `first.keras` and `first.png`, the part of the picture that the first is shown, and the
    same of `second`, and leaves the relative difference of the outputs by layer in `result`.
    """
    both = {info.name for info in second.layers[1:]}
    names = [info.name for info in first.layers[1:] if info.name in both]
    if not names or not all(has_code(one, name) for one in (first, second) for name in names):
        return ""
    lines = ["import keras", "import numpy as np", "from PIL import Image", ""]
    lines += [f"names = {names}", "outputs = []"]
    for which, network in (("first", first), ("second", second)):
        lines += [
            "",
            "",
            prepared_function(network),
            "",
            "",
            f'network = keras.models.load_model("{which}.keras", compile=False)',
            f'pixels = np.asarray(Image.open("{which}.png").convert("RGB"), "float32")',
            "part = keras.Model(",
            "    network.inputs[0], {name: network.get_layer(name).output for name in names}",
            ")",
            "found = part(prepared(pixels)[None])",
            'outputs.append({name: np.asarray(found[name], "float64")[0] for name in names})',
        ]
    lines += [
        "",
        "result = {}",
        "for name in names:",
        "    a, b = (each[name] for each in outputs)",
        "    if a.shape == b.shape and a.any():",
        "        result[name] = np.linalg.norm(a - b) / np.linalg.norm(a)",
        "        print(name, result[name])",
    ]
    return "\n".join(lines) + "\n"


def has_code(network: Network, layer: str) -> bool:
    """Whether a plain Keras model finds the layer by its name (not inside a nested model)."""
    return any(one.name == layer for one in network.model.layers)


def prepared_function(network: Network) -> str:
    """Write the function `prepared(pixels)`: (rows, columns, 3) levels as the network's input."""
    grey = f"    pixels = pixels @ np.float32({list(LUMINANCE)})[:, None]\n"
    numbers = "".join(f"    {line}\n" for line in network.preprocessing.code.splitlines())
    return (
        f"def prepared(pixels):\n{grey if network.input_shape[2] == 1 else ''}{numbers}    return x"
    )


def network_file(network: Network) -> bytes:
    """Save the network as the bytes of a `.keras` file.

    Keras takes seconds for it, so the files of the networks that ship are kept.
    """
    entry = NETWORKS.get(network.name)
    if network.is_shared and not network.is_random and entry is not None and entry.ships:
        return _kept_file(network.name)
    return model_file(network.model)


@functools.lru_cache(maxsize=3)
def _kept_file(name: str) -> bytes:
    return model_file(open_network(name).model)


def model_file(model: Any) -> bytes:
    """Save a Keras model as the bytes of a `.keras` file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.keras"
        model.save(path)
        return path.read_bytes()


def maps_npz(maps: dict[str, NDArray[np.float32]]) -> bytes:
    """Pack maps, by their layers' names, as the bytes of a compressed `.npz` file."""
    file = io.BytesIO()
    # Keyword arguments would clash with a layer called "file".
    np.savez_compressed(file, **{f"{name}": values for name, values in maps.items()})  # type: ignore[arg-type]
    return file.getvalue()
