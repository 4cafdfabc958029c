"""What one takes along from a search: results as a table and as a sheet, and the Keras code."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from cnnviz.drawing.lettering import fitted, font
from cnnviz.images import pictures as images
from cnnviz.images.pictures import LUMINANCE
from cnnviz.networks.network import Network
from cnnviz.search.index import Match, Metric

_ACROSS = 4


def results_csv(matches: Sequence[Match], names: Sequence[str], credits: Sequence[str]) -> bytes:
    """Write the matches as a table, one a line, in UTF-8.

    Parameters
    ----------
    names, credits : of all pictures of the index, by their place in it.
    """
    file = io.StringIO()
    table = csv.writer(file)
    table.writerow(["rank", "picture", "label", "score", "distance", "credit"])
    for rank, match in enumerate(matches, start=1):
        table.writerow(
            [
                rank,
                _plain(names[match.index]),
                _plain(match.label),
                f"{match.score:.6g}",
                f"{match.distance:.6g}",
                _plain(credits[match.index]),
            ]
        )
    return file.getvalue().encode()


def _plain(text: str) -> str:
    # A table program would run a cell that begins like a formula.
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def contact_sheet(
    query: NDArray[np.uint8],
    pictures: Sequence[NDArray[np.uint8]],
    captions: Sequence[str],
    *,
    side: int = 220,
) -> NDArray[np.uint8]:
    """Put the query and what it found on one sheet, four across.

    Parameters
    ----------
    query : (height, width, 3) uint8; the first picture on the sheet.
    pictures : the matches, the nearest first.
    captions : one line under each picture, the query's first.
    side : of the square that a picture is fitted into, in pixels.

    Returns
    -------
    (rows, columns, 3) uint8, black on white.
    """
    cell, gap, below = side, 16, 30
    shown = [query, *pictures]
    down = -(-len(shown) // _ACROSS)
    sheet = Image.new(
        "RGB", (gap + _ACROSS * (cell + gap), gap + down * (cell + below + gap)), "white"
    )
    pen = ImageDraw.Draw(sheet)
    for place, (picture, caption) in enumerate(zip(shown, captions, strict=True)):
        left = gap + place % _ACROSS * (cell + gap)
        top = gap + place // _ACROSS * (cell + below + gap)
        small = Image.fromarray(images.resize_to(picture, cell))
        sheet.paste(small, (left + (cell - small.width) // 2, top + (cell - small.height) // 2))
        if place == 0:
            pen.rectangle(
                (left - 4, top - 4, left + cell + 3, top + cell + 3), outline="#0b6e63", width=3
            )
        pen.text((left, top + cell + 8), fitted(caption, 15, cell), "black", font(15))
    return np.asarray(sheet)


def search_code(
    network: Network, layer: str, metric: Metric, *, count: int = 15, is_centred: bool = True
) -> str:
    """Write the program that looks at the query and ranks the pictures of `embeddings.npz`.

    It reads `<name>.keras`, `query.png` and `embeddings.npz`, and leaves the query's vector in
    `vector` and the places of the nearest pictures in `order`.
    """
    rows, columns, channels = network.input_shape
    lines = [
        "import keras",
        "import numpy as np",
        "from PIL import Image",
        "",
        f'network = keras.models.load_model("{network.name}.keras", compile=False)',
        "# The whole picture is squeezed into the input: a crop would lose what stands aside.",
        'picture = Image.open("query.png").convert("RGB")',
        f"picture = picture.resize(({columns}, {rows}), Image.Resampling.BICUBIC)",
        'pixels = np.asarray(picture, "float32")',
    ]
    if channels == 1:
        weights = [[part] for part in LUMINANCE]
        lines.append(f"pixels = pixels @ np.float32({weights})")
    if is_centred:
        compared = ['mean = index["vectors"].mean(axis=0)']
        compared += ['a, b = vector - mean, index["vectors"] - mean']
    else:
        compared = ['a, b = vector, index["vectors"]']
    lines += [
        network.preprocessing.code,
        f'part = keras.Model(network.inputs[0], network.get_layer("{layer}").output)',
        "maps = np.asarray(part(x[None]))[0]",
        "vector = maps.reshape(-1, maps.shape[-1]).mean(axis=0)  # the mean of each map",
        "",
        'index = np.load("embeddings.npz")',
        *compared,
        *_DISTANCES[metric],
        'distances[index["itself"]] = np.inf  # the query is no answer to itself',
        f'order = np.argsort(distances, kind="stable")[:{count}]',
        "for place in order:",
        '    print(index["names"][place], index["labels"][place], distances[place])',
    ]
    return "\n".join(lines) + "\n"


_DISTANCES = {
    "cosine": [
        "distances = 1 - b @ a / (np.linalg.norm(a) * np.linalg.norm(b, axis=1))",
    ],
    "euclidean": ["distances = np.linalg.norm(b - a, axis=1)"],
    "manhattan": ["distances = np.abs(b - a).sum(axis=1)"],
    "chebyshev": ["distances = np.abs(b - a).max(axis=1)"],
}
