"""One unit of a dense layer: the typed way to mount `assets/components/layers/dense`."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from cnnviz.layers.flatten import flatten_cell
from pages.ui.components.registration import register
from pages.ui.wire import pack

_mount = register("layers/dense")


def dense_unit(
    *,
    key: str,
    maps: np.ndarray,
    weights: np.ndarray,
    bias: float,
    logits: np.ndarray,
    units: Sequence[str],
    unit: int,
    notes: Mapping[str, str],
    alts: Mapping[str, str],
    on_unit: Callable[[], None],
) -> None:
    """Show a unit's inputs, weights and products as walls of maps, and what they add up to.

    Parameters
    ----------
    maps, weights : (height, width, channels) float32, the inputs and the unit's weight for each
    bias : the unit's
    logits : (units,) float32, what all units give
    units : their names
    notes, alts : for "inputs", "weights" and "products", a line below and what it shows
    on_unit : called when `st.session_state[key]` holds the index of another unit ("unit").
    """
    products = maps * weights
    sums = products.sum(axis=(0, 1), dtype=np.float64)
    strongest = flatten_cell(products.shape, int(np.abs(products).argmax()))
    settings = {
        "unit": units[unit],
        "units": list(units),
        "order": np.argsort(-np.abs(sums), kind="stable").tolist(),
        "bias": float(bias),
        "result": float(logits[unit]),
        "across": 4,
        "strongest": list(strongest),
        "selection": f"{unit} {strongest}",
        "notes": dict(notes),
        "alts": dict(alts),
    }
    _mount(
        key=key,
        data=pack(
            settings,
            inputs=maps,
            weights=np.ascontiguousarray(weights, np.float32),
            products=products.astype(np.float32, copy=False),
            map_sums=sums.astype(np.float32),
            logits=logits.astype(np.float32, copy=False),
        ),
        on_unit_change=on_unit,
    )
