"""What Python sends to the sliding window, as JSON, and what it must make of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from cnnviz.convolution import depthwise_convolve, transposed_convolve, window_at
from cnnviz.convolution.windows import padded_sources
from cnnviz.padding.geometry import transposed_geometry
from cnnviz.shapes import map_padding

PICTURE = np.random.default_rng(9).uniform(0, 255, (9, 11, 3)).astype(np.float32)
KERNEL = np.array([[0.5, -1, 2], [0, 3, -0.25]], np.float32)
BIAS = 1.5
REACH = 9  # pixels beyond the border that a slider may ask for


def convolution(
    stride: int = 1,
    dilation: int = 1,
    padding: int | str = "valid",
    padding_mode: str = "zeros",
    flip: bool = False,
    bias: float = BIAS,
) -> dict[str, Any]:
    """A convolution as the page sends it."""
    options = {"stride": stride, "dilation": dilation, "padding": padding}
    slid = KERNEL[::-1, ::-1] if flip else KERNEL
    output = depthwise_convolve(
        PICTURE,
        np.repeat(slid[:, :, None, None], 3, axis=2),
        bias=np.full(3, bias, np.float32),
        padding_mode=padding_mode,
        **options,
    )
    amounts = map_padding(PICTURE.shape[:2], KERNEL.shape, **options)
    places = [
        padded_sources(size, *ends, padding_mode=padding_mode)
        for size, ends in zip(PICTURE.shape, amounts, strict=False)
    ]
    reach = [padded_sources(size, REACH, REACH, padding_mode=padding_mode) for size in (9, 11)]
    return {
        "settings": {
            "mode": "convolution",
            "window": KERNEL.shape,
            "stride": [stride, stride],
            "dilation": [dilation, dilation],
            "origin": [before for before, _ in amounts],
            "flip": flip,
            "bias": bias,
            "padding": padding,
            "reach": REACH,
            "sliders": [{"name": name, "value": 0} for name in ("stride", "dilation", "bias")],
        },
        "arrays": {
            "input": _sent(PICTURE),
            "kernel": _sent(KERNEL),
            "output": _sent(np.moveaxis(output, -1, 0)),
            "padded_rows": _sent(places[0]),
            "padded_columns": _sent(places[1]),
            "reach_rows": _sent(reach[0]),
            "reach_columns": _sent(reach[1]),
        },
    }


def _sent(values: np.ndarray) -> dict[str, Any]:
    kind = "Int32Array" if np.issubdtype(values.dtype, np.integer) else "Float32Array"
    return {"shape": values.shape, "kind": kind, "data": values.ravel().tolist()}


WAYS: tuple[Mapping[str, Any], ...] = (
    {},
    {"stride": 2, "padding": "same"},
    {"stride": 3, "dilation": 2, "padding": 3, "padding_mode": "wrap"},
    {"padding": "same", "padding_mode": "reflect", "flip": True},
)


def windows() -> list[dict[str, Any]]:
    """For each way to convolve: every window's values and products, and where it is padding."""
    found = []
    for way in WAYS:
        stage = convolution(**way)
        options = {name: value for name, value in way.items() if name != "flip"}
        slid = KERNEL[::-1, ::-1] if way.get("flip") else KERNEL
        _, rows, columns = stage["arrays"]["output"]["shape"]
        cells = []
        for row, column in {(0, 0), (rows - 1, columns - 1), (rows // 2, 1)}:
            for channel in range(3):
                image = PICTURE[..., [channel]]
                window = window_at(image, slid[..., None], row, column, bias=BIAS, **options)
                cells.append(
                    {
                        "cell": [row, column],
                        "channel": channel,
                        "values": window.patch.ravel().tolist(),
                        "products": window.products.ravel().tolist(),
                        "outside": (~window.inside).ravel().tolist(),
                        "result": window.result,
                    }
                )
        found.append({**stage, "cells": cells})
    return found


def transposed() -> list[dict[str, Any]]:
    """Transposed convolutions, which write pixel after pixel what is their output at the end."""
    found = []
    image = PICTURE[:4, :5, :1]
    for stride, dilation, padding in ((1, 1, "valid"), (2, 1, "same"), (3, 2, "valid")):
        options = {"stride": stride, "dilation": dilation, "padding": padding}
        geometry = transposed_geometry(image.shape[:2], KERNEL.shape, **options)
        output = transposed_convolve(image, KERNEL[..., None, None], **options)
        found.append(
            {
                "settings": {
                    "mode": "transposed",
                    "window": geometry.window,
                    "stride": geometry.step,
                    "dilation": geometry.dilation,
                    "origin": geometry.origin,
                    "spread": geometry.spread,
                    "flip": True,  # what a pixel writes, a window reads turned round
                },
                "arrays": {
                    "input": _sent(image),
                    "kernel": _sent(KERNEL),
                    "output": _sent(np.moveaxis(output, -1, 0)),
                    "padded_rows": _sent(geometry.sources[0]),
                    "padded_columns": _sent(geometry.sources[1]),
                },
                "coverage": _coverage(geometry),
            }
        )
    return found


def _coverage(geometry: Any) -> int:
    """How many windows touch the input's own pixels, all together."""
    rows, columns = (
        touches[sources >= 0].sum()
        for touches, sources in zip(geometry.touches, geometry.sources, strict=True)
    )
    return int(rows * columns)


def sweeps() -> list[dict[str, Any]]:
    """Sliders that move, and what Python then sends."""
    moves = [("stride", 3), ("dilation", 2), ("bias", -20)]
    return [
        {
            "before": convolution(**way),
            "name": name,
            "value": value,
            "after": convolution(**{**way, name: value}),
        }
        for way in WAYS
        for name, value in moves
    ]
