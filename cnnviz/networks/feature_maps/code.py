"""The Keras program that counts a layer's health over many pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnviz.networks.code import has_code, prepared_function
from cnnviz.networks.feature_maps.gallery_health import CELLS_A_PICTURE, FEWEST_CELLS, MOST_COMPARED
from cnnviz.networks.feature_maps.statistics import nearness, saturation_limits

if TYPE_CHECKING:
    from cnnviz.networks.network import Network


def health_code(network: Network, layer: str) -> str:
    """Write the program; "" where a plain Keras model has no such layer.

    It reads `<name>.keras` and `pictures.zip`, the part of each picture that the network is shown,
    and leaves the numbers of `GalleryHealth` in `result`, by what the page calls them.
    """
    if not has_code(network, layer):
        return ""
    info = network.layer(layer)
    limits = saturation_limits(network.operation(layer)) if info.inputs else ()
    lines = ["import io", "import zipfile", "", "import keras", "import numpy as np"]
    lines += ["from PIL import Image", "", "", prepared_function(network), "", ""]
    lines += [
        f'network = keras.models.load_model("{network.name}.keras", compile=False)',
        f'part = keras.Model(network.inputs[0], network.get_layer("{layer}").output)',
        "dead, saturated, cells, samples = [], [], [], []",
        'with zipfile.ZipFile("pictures.zip") as file:',
        "    for name in sorted(file.namelist()):",
        '        picture = Image.open(io.BytesIO(file.read(name))).convert("RGB")',
        '        x = prepared(np.asarray(picture, "float32"))',
        f"        maps = np.asarray(part(x[None])).reshape(-1, {info.channels})",
        "        dead.append((maps == 0).all(axis=0))",
    ]
    if limits:
        lines += [
            f"        away = np.min([np.abs(maps - limit) for limit in {list(limits)}], axis=0)",
            f"        saturated.append((away <= {nearness(limits)}).mean(axis=0) >= 0.5)",
        ]
    at_limits = "np.sum(saturated, axis=0)" if limits else "np.zeros_like(dead[0], int)"
    lines += [
        "        cells.append(maps)",
        f"        samples.append(maps[:: -(-len(maps) // {CELLS_A_PICTURE})])",
        "cells = np.concatenate(cells)",
        "result = {",
        '    "Dead on": np.sum(dead, axis=0),',
        f'    "Saturated on": {at_limits},',
        '    "Zeros": (cells == 0).mean(axis=0),',
        '    "Mean": cells.mean(axis=0, dtype="float64"),',
        '    "Minimum": cells.min(axis=0),',
        '    "Maximum": cells.max(axis=0),',
        "}",
    ]
    if 1 < info.channels <= MOST_COMPARED:
        lines += [
            'samples = np.concatenate(samples).astype("float64")',
            f"if len(samples) >= {FEWEST_CELLS}:",
            '    with np.errstate(all="ignore"):  # a channel that is constant is like no other',
            "        likeness = np.nan_to_num(np.corrcoef(samples.T), nan=-2)",
            "    np.fill_diagonal(likeness, -2)",
            "    best = likeness.max(axis=1)",
            '    result["Correlation"] = np.where(best > -2, best, 0)',
        ]
    lines += ["for name, numbers in result.items():", "    print(name, numbers)"]
    return "\n".join(lines) + "\n"
