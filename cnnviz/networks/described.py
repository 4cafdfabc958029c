"""A network's layers as text, so that they are known before the network is opened."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from cnnviz.networks.layers import LayerInfo, ReceptiveField


def layers_as_text(layers: Sequence[LayerInfo]) -> str:
    """Write layers as JSON, all that `LayerInfo` says of each."""
    return json.dumps([asdict(layer) for layer in layers])


def layers_of_text(text: str) -> tuple[LayerInfo, ...]:
    """Read layers that `layers_as_text` wrote.

    >>> layer = LayerInfo("a", "Dense", (10,), 50, 40, None, ("image",), None, 40, None, 0)
    >>> layers_of_text(layers_as_text([layer])) == (layer,)
    True
    """
    return tuple(_layer(fields) for fields in json.loads(text))


def _layer(fields: dict[str, Any]) -> LayerInfo:
    values = {name: _tupled(value) for name, value in fields.items()}
    if field := fields["receptive_field"]:
        values["receptive_field"] = ReceptiveField(
            **{name: _tupled(value) for name, value in field.items()}
        )
    return LayerInfo(**values)


def _tupled(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
