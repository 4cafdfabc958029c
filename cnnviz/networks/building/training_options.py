"""What only training needs of a layer, by Keras's names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from cnnviz.networks.building.constraints import CONSTRAINTS, bound_of
from cnnviz.networks.building.kinds import BIAS_INITIALIZERS, INITIALIZERS
from cnnviz.networks.building.options import Penalty

_ARGUMENTS: Mapping[str, Sequence[str]] = {"L1": ("l1",), "L2": ("l2",), "L1L2": ("l1", "l2")}
REGULARIZERS: Mapping[str, Sequence[str]] = {
    **_ARGUMENTS,
    **{"l1": ("l1",), "l2": ("l2",), "l1_l2": ("l1", "l2")},
}
"""Classes of `keras.regularizers` and their second names, with their arguments."""

_DEFAULT = {"L1": Penalty(l1=0.01), "L2": Penalty(l2=0.01), "L1L2": Penalty()}


def _class_of(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


INITIALIZER_NAMES: Mapping[str, str] = {
    spelled: name
    for name in dict.fromkeys((*INITIALIZERS, *BIAS_INITIALIZERS))
    for spelled in (name, _class_of(name))
}
"""What may be asked of `keras.initializers`, as a function or a class, and its name."""


def penalty_of(name: str, arguments: Mapping[str, Any]) -> Penalty:
    """Make what a call of a regulariser makes, with Keras's factors where none is given.

    Raises
    ------
    ValueError : an argument is not its own, or no factor.

    >>> penalty_of("l1_l2", {"l2": 0.001}), penalty_of("L2", {})
    (Penalty(l1=0.0, l2=0.001), Penalty(l1=0.0, l2=0.01))
    """
    for argument in arguments:
        if argument not in REGULARIZERS[name]:
            raise ValueError(
                f"A {name} takes {' and '.join(REGULARIZERS[name])}. Received: {argument[:40]}."
            )
    default = _DEFAULT[name.upper().replace("_", "")]
    return Penalty(**{**vars(default), **arguments})


def read_config(config: Any) -> Any:
    """Read how Keras's own layer describes a regulariser, a constraint or an initialiser.

    None where a stack has no such.

    Of an initialiser that is drawn with other arguments than Keras's own a stack knows nothing.

    >>> read_config({"class_name": "HeNormal", "config": {"seed": None}})
    'he_normal'
    >>> read_config({"class_name": "L2", "config": {"l2": 0.5}})
    Penalty(l1=0.0, l2=0.5)
    """
    if not isinstance(config, Mapping) or not isinstance(config.get("config"), Mapping):
        return None
    kind, arguments = str(config.get("class_name")), config["config"]
    if kind in _ARGUMENTS:
        given = {name: float(arguments[name]) for name in _ARGUMENTS[kind] if name in arguments}
        return penalty_of(kind, given)
    if kind in CONSTRAINTS:
        return bound_of(kind, {one: arguments[one] for one in CONSTRAINTS[kind]})
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind).lower()
    plain = all(key == "seed" or _DEFAULTS.get(key) == value for key, value in arguments.items())
    return name if name in INITIALIZER_NAMES and plain else None


_DEFAULTS: Mapping[str, Any] = {
    "gain": 1.0,
    "mean": 0.0,
    "stddev": 0.05,
    "minval": -0.05,
    "maxval": 0.05,
}
