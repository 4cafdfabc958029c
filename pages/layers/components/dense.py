"""One unit of a dense layer: the typed way to mount `assets/components/layers/dense`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cnnviz.layers.dense import unit_products
from cnnviz.shapes import Maps
from pages.ui.components.registration import register
from pages.ui.wire import pack

_mount = register("layers/dense")


@dataclass(frozen=True, eq=False)
class Unit:
    """The unit in hand, among its layer's.

    Attributes
    ----------
    index : which of them.
    names : of all units.
    weights : (height, width, channels) float32, one for each input.
    bias : its bias.
    logits : (units,) float32, what all units give.
    """

    index: int
    names: Sequence[str]
    weights: np.ndarray
    bias: float
    logits: np.ndarray

    @property
    def name(self) -> str:
        """What it is called."""
        return self.names[self.index]


def dense_unit(
    maps: Maps,
    unit: Unit,
    *,
    key: str,
    notes: Mapping[str, str],
    alts: Mapping[str, str],
    on_unit: Callable[[], None],
) -> None:
    """Show a unit's inputs, weights and products as walls of maps, and what they add up to.

    Parameters
    ----------
    maps : (height, width, channels) float32, the inputs
    notes, alts : for "inputs", "weights" and "products", a line below and what it shows
    on_unit : called when `st.session_state[key]` holds the index of another unit ("unit").
    """
    found = unit_products(maps, unit.weights)
    settings = {
        "unit": unit.name,
        "units": list(unit.names),
        "order": found.order,
        "bias": float(unit.bias),
        "result": float(unit.logits[unit.index]),
        "across": 4,
        "strongest": list(found.strongest),
        "selection": f"{unit.index} {found.strongest}",
        "notes": dict(notes),
        "alts": dict(alts),
    }
    _mount(
        key=key,
        data=pack(
            settings,
            inputs=maps,
            weights=np.ascontiguousarray(unit.weights, np.float32),
            products=found.products,
            map_sums=found.map_sums.astype(np.float32),
            logits=unit.logits.astype(np.float32, copy=False),
        ),
        on_unit_change=on_unit,
    )
