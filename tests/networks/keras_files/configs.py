"""Write configs of networks as Keras 3 writes them, for the tests of reading them."""

from __future__ import annotations

from typing import Any

INPUT = {"class_name": "InputLayer", "config": {"name": "image", "batch_shape": [None, 8, 8, 3]}}


def layer(kind: str, name: str, *calls: Any, **arguments: Any) -> dict[str, Any]:
    entry = {"class_name": kind, "name": name, "config": {"name": name, **arguments}}
    if calls:
        entry["inbound_nodes"] = [
            {"args": list(call) if isinstance(call, tuple) else [call], "kwargs": {}}
            for call in calls
        ]
    return entry


def of(name: str, call: int = 0, output: int = 0) -> dict[str, Any]:
    history = {"keras_history": [name, call, output]}
    return {"class_name": "__keras_tensor__", "config": history}


def sequential(*layers: dict[str, Any], name: str = "net", **config: Any) -> dict[str, Any]:
    config = {"name": name, "layers": list(layers), **config}
    return {"class_name": "Sequential", "name": name, "config": config}


def functional(
    *layers: dict[str, Any], outputs: Any, inputs: Any = ("image", 0, 0), name: str = "net"
) -> dict[str, Any]:
    first = [] if any(entry["class_name"] == "InputLayer" for entry in layers) else [picture()]
    config = {
        "name": name,
        "layers": [*first, *layers],
        "input_layers": list(inputs) if isinstance(inputs, tuple) else inputs,
        "output_layers": list(outputs) if isinstance(outputs, tuple) else outputs,
    }
    return {"class_name": "Functional", "name": name, "config": config}


def picture(name: str = "image") -> dict[str, Any]:
    return {**layer("InputLayer", name, batch_shape=[None, 8, 8, 3]), "inbound_nodes": []}


def conv(name: str, *calls: Any, **arguments: Any) -> dict[str, Any]:
    return layer("Conv2D", name, *calls, **{"filters": 2, "kernel_size": 3, **arguments})
