"""The browser's modules without a browser: held to Python on cases that Python works out.

Node comes with Playwright, so nothing has to be installed to run these.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import playwright
import pytest

from cnnviz.channels.volumes import painted_maps
from cnnviz.convolution.windows import cell_at, place_of
from cnnviz.drawing.display import DISPLAYS, display
from cnnviz.drawing.palette import DARK_BACKGROUND, LIGHT_BACKGROUND, colour_map
from cnnviz.kernels import KERNELS
from cnnviz.learning.descent import compare, learning_step, start_learning
from cnnviz.learning.replay import hidden_maps
from cnnviz.learning.task import learning_task
from cnnviz.networks.building import KINDS, PRESETS, Stack, format_stack, parse_stack
from cnnviz.networks.feature_maps.drawn import over_photo
from cnnviz.networks.layers import ReceptiveField
from cnnviz.notation import written, written_count
from cnnviz.search import Match, best_precision, precision
from cnnviz.shapes import padding_amounts
from pages.building.palette import palette
from pages.ui.components.registration import FOLDER, bundle
from pages.ui.wire import pack
from tests.javascript.stages import sweeps, transposed, windows

HERE = Path(__file__).parent
NODE = Path(playwright.__file__).parent / "driver" / ("node.exe" if os.name == "nt" else "node")
TESTED = {
    "focus": "ui/window/focus",
    "sentences": "ui/window/sentences",
    "numbers": "shared/numbers",
    "colours": "shared/colours",
    "places": "ui/window/places",
    "field": "networks/explanation/field",
    "limit": "channels/maps",
    "terms": "channels/lanes/terms",
    "sweep": "ui/window/sweep",
    "hand": "shared/hand",
    "handshake": "shared/handshake",
    "mount": "shared/mount",
    "question": "shared/question",
    "cells": "networks/layer/cells",
    "without": "networks/layer/without",
    "layout": "networks/overview/layout",
    "camera": "networks/overview/camera",
    "links": "networks/overview/links",
    "words": "networks/overview/words",
    "precision": "search/results/precision",
    "learning": "learning/run/pictures",
    "wire": "shared/wire",
    "design": "building/stack/design",
    "overlay": "shared/overlay",
    "kernels": "training/replay/kernels",
}


def numbers() -> dict[str, object]:
    random = np.random.default_rng(7)
    spread = random.choice([-1, 1], 400) * 10 ** random.uniform(-9, 9, 400)
    edges = [
        0.0,
        -0.0,
        1.5,
        2.25,
        0.0625,
        -0.0625,
        0.15,
        0.1,
        0.04,
        0.001,
        0.005,
        0.0012,
        -0.0036,
        0.0009999,
        1e-4,
        3.2e7,
        1234.5,
        999.96,
        999_999.0,
        999_999.7,
        1e6,
        -1e6,
        0.5,
        2.5,
        12.345,
        5e-324,
        1.7976931348623157e308,
        *map(float, np.float32([0.1, 1 / 3, -2 / 3, 1e-7])),
    ]
    values = [*edges, *map(float, spread), *map(float, np.float32(spread)), *map(float, range(12))]
    return {
        "written": [
            [value, digits, letters, written(value, digits, letters)]
            for value in values
            for digits in (1, 2, 3, 4, 5, 6)
            for letters in (None, 4, 7)
        ],
        "unbounded": [written(value) for value in (np.nan, np.inf, -np.inf)],
        "counts": [
            [count, written_count(count)]
            for count in [
                *(0, 999, 9_999_999, 10_000_000, 12_345_678, 999_999_999, 10**9, 3 * 10**12),
                *(10**16, *map(int, 10 ** random.uniform(0, 15, 60))),
            ]
        ],
    }


def colours() -> dict[str, object]:
    random = np.random.default_rng(8)
    maps = [
        random.normal(0, 300, (12, 9, 1)),
        random.uniform(0, 255, (8, 8, 1)),
        np.arange(-3, 3, 0.5).reshape(3, 4, 1),  # halves, which are rounded to even
        np.zeros((2, 3, 1)),
        random.normal(100, 90, (7, 6, 3)),
    ]
    shown = []
    for values in (each.astype(np.float32) for each in maps):
        for show in DISPLAYS:
            if show == "signed" and values.shape[-1] == 3:
                continue
            shown.append(
                {
                    "planes": np.moveaxis(values, -1, 0).ravel().tolist(),
                    "size": values.shape[0] * values.shape[1],
                    "show": show,
                    "pixels": display(values, show).reshape(-1, 3).tolist(),
                }
            )
    signed = []
    for name, background in (("light", LIGHT_BACKGROUND), ("dark", DARK_BACKGROUND)):
        for scale in ("maps", "weights"):
            values = random.normal(0, 1, 200).astype(np.float32)
            found = colour_map(values, scale=scale, limit=1.5, background=background)
            signed.append([scale, name == "dark", 1.5, values.tolist(), found.tolist()])
    return {"shown": shown, "signed": signed}


def overlay() -> list[object]:
    """Maps over a photo: one pixel of the photo to a cell, as both sides mix them."""
    random, found = np.random.default_rng(10), []
    for opacity in (0.07, 0.5, 1.0):
        values = random.normal(0, 2, (320, 5)).astype(np.float32)
        values[::7] = 0
        photo = random.integers(0, 256, (*values.shape, 3)).astype(np.uint8)
        mixed = over_photo(values, photo, (0.0, 0.0, 1.0, 1.0), limit=3.0, opacity=opacity)
        found.append(
            {
                "values": values.ravel().tolist(),
                "size": values.shape,
                "opacity": opacity,
                "photo": photo.reshape(-1, 3).tolist(),
                "mixed": mixed.reshape(-1, 3).tolist(),
            }
        )
    return found


def kernels() -> list[object]:
    """Kernels of a convolution, (rows, columns, channels, filters), and the colours of each."""
    random, found = np.random.default_rng(11), []
    for channels in (1, 2, 3):
        values = random.normal(0, 1, (3, 2, channels, 4)).astype(np.float32)
        for one in range(4):
            kernel = values[..., one]
            most = np.abs(kernel).max()
            if channels == 3:
                colours = np.floor(127.5 + 127.5 * kernel.astype(np.float64) / most + 0.5)
            else:
                scale = {"scale": "weights", "limit": most, "background": LIGHT_BACKGROUND}
                colours = colour_map(kernel[..., 0], **scale)
            found.append([values.ravel().tolist(), values.shape, one, colours.tolist()])
    return found


def padding() -> list[object]:
    found = []
    for size in (1, 2, 5, 12, 128, 129):
        for extent in (1, 2, 3, 5, 7, 11):
            for stride in (1, 2, 3, 8):
                for way in ("valid", "same", 0, 1, 4):
                    amounts = padding_amounts(size, extent, stride=stride, padding=way)
                    found.append([size, extent, stride, way, list(amounts)])
    return found


def shares() -> dict[str, object]:
    random = np.random.default_rng(9)
    found = []
    for count in (0, 1, 2, 3, 7, 15):
        for _ in range(6):
            labels = random.choice(["fish", "tool", "", "a b"], count).tolist()
            matches = [Match(at, label, 0.0, 1.0) for at, label in enumerate(labels)]
            found += [[labels, right, precision(matches, right)] for right in ("fish", "a b")]
    best = [
        [count, available, best_precision(count, available)]
        for count in (0, 1, 7, 15)
        for available in (0, 1, 4, 14, 15, 99)
    ]
    return {"precision": found, "best": best}


def focus() -> list[object]:
    """Cells of maps, where they are, and the cells there in maps of other sizes."""
    sizes = [(1, 1), (1, 7), (5, 4), (28, 28), (125, 167), (510, 383)]
    return [
        [
            cell,
            size,
            list(place_of(cell, size)),
            [[other, list(cell_at(place_of(cell, size), other))] for other in sizes],
        ]
        for size in sizes
        for cell in {(0, 0), (size[0] - 1, size[1] - 1), (size[0] // 2, size[1] // 3)}
    ]


def sentences() -> list[object]:
    """Windows as the browser sees them: weights, pixels, bias and the sum that Python gives."""
    random = np.random.default_rng(9)
    found = []
    for name, kernel in KERNELS.items():
        pixels = random.integers(0, 256, kernel.values.shape).astype(np.float32)
        for bias in (0.0, -10.0):
            total = float(np.float32(np.sum(kernel.values.astype(np.float64) * pixels) + bias))
            found.append(
                [name, kernel.values.ravel().tolist(), pixels.ravel().tolist(), bias, total]
            )
    return found


def fields() -> list[object]:
    found = []
    for size, stride, start in (((5, 7), (2, 2), (-1, -3)), ((3, 3), (0.5, 0.25), (0.0, -0.75))):
        field = ReceptiveField(size, stride, start, (0, 0, 20, 10))
        sent = {"size": size, "stride": stride, "start": start, "seen": field.seen}
        found += [
            [sent, row, column, list(field.box(row, column))]
            for row in (0, 1, 7, 30)
            for column in (0, 3, 11)
        ]
    return found


def limits() -> list[object]:
    random = np.random.default_rng(10)
    stacks = [random.normal(0, 50, (4, size)).astype(np.float32) for size in (1, 7, 400, 999)]
    stacks += [np.zeros((2, 9), np.float32), np.eye(1, 900, dtype=np.float32)]
    return [[stack.tolist(), painted_maps([stack[..., None]]).limit] for stack in stacks]


def learned() -> object:
    """Steps of runs with one, two and three kernels, and what Python makes of the picture."""
    pixels = np.random.default_rng(3).normal(size=(14, 17)).cumsum(axis=1)
    goals = [kernel.values for kernel in (KERNELS["sobel_x"], KERNELS["line_90"])]
    found = []
    for targets, sizes in (
        (goals[:1], None),
        (goals[:1], [(5, 4)]),
        (goals, [(3, 3), (1, 2)]),
        ([*goals, goals[0]], None),
    ):
        task = learning_task(pixels, targets, kernel_sizes=sizes, batch=3, patch_side=9)
        for step in (0, 7):
            state = learning_step(task, start_learning(task), steps=step)
            expected = compare(task, state)
            seen = task.picture
            hidden = hidden_maps(task, state.kernels, state.biases)
            found.append(
                {
                    "kernels": [
                        {
                            "rows": len(each),
                            "columns": each.shape[1],
                            "values": each.ravel().tolist(),
                        }
                        for each in state.kernels
                    ],
                    "biases": list(state.biases),
                    "corner": [first for first, _ in task.area],
                    "seen": {"shape": seen.shape, "data": seen.ravel().tolist()},
                    "target": {
                        "shape": expected.target.shape,
                        "data": expected.target.ravel().tolist(),
                    },
                    "result": expected.result.ravel().tolist(),
                    "error": expected.relative_error,
                    "hidden": [
                        {"shape": each.shape, "data": each.ravel().tolist()} for each in hidden
                    ],
                }
            )
    return found


def packed() -> dict[str, object]:
    many = np.arange(5000).reshape(50, 100)
    arrays = {
        "odd": np.arange(7, dtype=np.uint8),
        "bytes": (many % 256).astype(np.float32),
        "shorts": (many - 2500).astype(np.float32),
        "places": (many - 2500).astype(np.int32),
        "large": (many * 100).astype(np.int32),
        "fractions": (many / 8).astype(np.float32),
    }
    settings = {"title": "caf\u00e9"}
    return {
        "message": base64.b64encode(pack(settings, **arrays)).decode(),
        "settings": settings,
        "arrays": {
            name: {
                "dtype": array.dtype.name,
                "shape": array.shape,
                "numbers": array.ravel().tolist(),
            }
            for name, array in arrays.items()
        },
    }


def designs() -> dict[str, object]:
    """Give stacks with their layers' names, and each kind as it is when it has just been added."""
    every = Stack((KINDS["Input"](), *(kind() for name, kind in KINDS.items() if name != "Input")))
    odd = (
        "in-h20-w30-c1~conv-f6-k3x5-s2-psame-d1x2-g2-agelu-b0-ihe_normal~up-f4-k3-o0x1"
        "~pad-p1x2x0x3~scale-s0.5-on1~relu-m6~drop-r0.25~rlight-f0.2-v0x1~act-asigmoid~act-asigmoid"
    )
    stacks = [every, parse_stack(odd), *(preset.stack for preset in PRESETS.values())]
    return {
        "kinds": palette()["kinds"],
        "stacks": [{"text": format_stack(one), "names": one.names()} for one in stacks],
        "fresh": {
            kind.code: format_stack(Stack((KINDS["Input"](), kind()))).split("~")[1]
            for name, kind in KINDS.items()
            if name != "Input"
        },
    }


CASES: dict[str, Callable[[], object]] = {
    "focus": focus,
    "sentences": sentences,
    "numbers": numbers,
    "colours": colours,
    "padding": padding,
    "places": lambda: {"windows": windows(), "transposed": transposed()},
    "sweep": sweeps,
    "precision": shares,
    "field": fields,
    "limit": limits,
    "learning": learned,
    "wire": packed,
    "design": designs,
    "overlay": overlay,
    "kernels": kernels,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder of the modules, joined as the browser gets them, and of the cases for each."""
    folder = tmp_path_factory.mktemp("javascript")
    (folder / "package.json").write_text('{"type": "module"}')
    for name, module in TESTED.items():
        (folder / f"{name}.js").write_text(bundle(module), encoding="utf-8")
    for name, cases in CASES.items():
        (folder / f"{name}.json").write_text(json.dumps(cases()))
    return folder


@pytest.mark.parametrize("name", TESTED)
def test_what_a_module_does(name, folder):
    script = HERE / f"{name}.test.js"
    done = subprocess.run(
        [NODE, "--test", script],
        env={**os.environ, "CASES": str(folder)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    assert "# tests 0" not in done.stdout


@pytest.mark.parametrize(
    "view", sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("view.js"))
)
def test_what_a_browser_is_sent_declares_no_name_twice(view, tmp_path):
    script = tmp_path / "view.mjs"
    script.write_text(bundle(view.removesuffix(".js")), encoding="utf-8")
    done = subprocess.run([NODE, "--check", script], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
