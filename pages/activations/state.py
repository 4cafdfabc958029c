"""What the page on activations remembers: one table for all of its parts.

The activation, what it is compared with and the seed are the same in every part.
"""

from collections.abc import Mapping, Sequence
from typing import Any, get_args

from cnnviz.activations import ACTIVATIONS
from cnnviz.activations.gradients import DEEPEST, Initialisation
from cnnviz.kernels import KERNELS
from pages.ui.entries import Choice, Entry, Real, Several, Toggle, Whole
from pages.ui.experiments import Experiment, Seen, TryThis
from pages.ui.focus import cell_entry
from pages.ui.state import Table


def _parameters(key: str) -> dict[str, Entry[Any]]:
    found: dict[str, Entry[Any]] = {}
    for name, spec in ACTIVATIONS[key].parameters.items():
        parameter = f"act_{key}_{name}"
        found[name] = (
            Toggle(parameter, bool(spec.default))
            if spec.is_switch
            else Real(parameter, spec.minimum, spec.maximum, spec.default, spec.step)
        )
    return found


def _label(key: str) -> str:
    return ACTIVATIONS[key].label


PART = Choice(
    "act_part",
    {
        "curve": "Curve and slope",
        "map": "On your picture",
        "vanish": "Vanishing gradients",
        "dead": "Dead ReLUs",
        "softmax": "Softmax",
    },
)
FUNCTION = Choice("act_function", list(ACTIVATIONS), "relu", _label)
PARAMETERS: Mapping[str, Mapping[str, Entry[Any]]] = {key: _parameters(key) for key in ACTIVATIONS}
OVERLAY = Several("act_overlay", list(ACTIVATIONS), ("sigmoid", "gelu"), _label)
SEED = Whole("act_seed", 0, 9999, 0)

# The curve.
FARTHEST = 20
REACH = Whole("act_reach", 2, FARTHEST, 6)


def _read_point(text: str) -> float:
    x = float(text)
    if not abs(x) <= FARTHEST:
        raise ValueError(f"x must lie within \u00b1{FARTHEST}. Received: {text[:40]}.")
    return x


POINT = Entry("x", 1.0, _read_point, lambda x: f"{x:.6g}")

# On the maps.
KERNEL = Choice("act_kernel", list(KERNELS), "sobel_x", lambda name: KERNELS[name].title)
SCALE = Choice("act_scale", (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0), 1.0)
BIAS = Real("act_bias", -4.0, 4.0, 0.0, 0.1)
SHARED_RANGE = Toggle("act_shared")
AT = cell_entry()

# Vanishing gradients.
_WEIGHTS: tuple[Initialisation, ...] = get_args(Initialisation)
DEPTH = Whole("act_depth", 1, DEEPEST, 30)
WIDTH = Choice("act_width", (8, 16, 32, 64, 128), 64)
WEIGHTS = Choice("act_weights", _WEIGHTS, label=lambda name: name.replace("_", " "))
SPREAD = Real("act_spread", 0.01, 0.5, 0.05, 0.01)
BESIDE = Choice(
    "act_beside",
    {
        "output_gradient_rms": "Gradient of the outputs",
        "output_deviation": "Spread of the outputs",
        "slope_rms": "Slope f\u2032 where it is used",
    },
)

# Dead ReLUs.
RATE = Choice("act_rate", (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0), 1.0)
RAISE = Real("act_raise", -4.0, 4.0, 2.0, 0.5)
LEAK = Real("act_leak", 0.01, 0.5, 0.1, 0.01)
DATA = Choice("act_data", {"moons": "Two moons", "picture": "Bright pixels of your picture"})

# Softmax.
NAMES = ("cat", "dog", "fox", "owl", "bee", "cow", "hen", "elk", "emu", "yak")
SPANS = (5, 10, 100, 1000)
START = (2.0, 1.0, 0.1, -1.5)
SPAN = Choice("act_span", SPANS)


def read_logits(text: str) -> tuple[float, ...]:
    """Read the logits of two classes and more; ValueError where they are none."""
    logits = tuple(float(part) for part in text[:1000].split(","))
    if not 2 <= len(logits) <= len(NAMES) or not all(abs(z) <= SPANS[-1] for z in logits):
        raise ValueError(
            f"The logits must be 2 to {len(NAMES)} numbers within \u00b1{SPANS[-1]}. "
            f"Received: {text[:40]}."
        )
    return logits


def _read_temperature(text: str) -> float:
    temperature = float(text)
    if not 1 / 16 <= temperature <= 16:
        raise ValueError(f"The temperature must be from 1/16 to 16. Received: {text[:40]}.")
    return temperature


LOGITS: Entry[tuple[float, ...]] = Entry(
    "logits", START, read_logits, lambda logits: ",".join(f"{z:g}" for z in logits)
)
TEMPERATURE = Entry("temperature", 1.0, _read_temperature, lambda t: f"{t:g}")
RIGHT = Choice("class", dict(enumerate(NAMES)))

_EVERYWHERE: tuple[Entry[Any], ...] = (
    FUNCTION,
    OVERLAY,
    *(entry for parameters in PARAMETERS.values() for entry in parameters.values()),
    SEED,
)
_OWN: Mapping[str, tuple[Entry[Any], ...]] = {
    "curve": (REACH, POINT),
    "map": (KERNEL, SCALE, BIAS, SHARED_RANGE, AT),
    "vanish": (DEPTH, WIDTH, WEIGHTS, SPREAD, BESIDE),
    "dead": (RATE, RAISE, LEAK, DATA),
    "softmax": (SPAN, LOGITS, TEMPERATURE, RIGHT),
}
PAGE = Table(
    "activations",
    PART,
    *_EVERYWHERE,
    *(entry for entries in _OWN.values() for entry in entries),
)


def try_this(part: str, tries: Sequence[Experiment[Seen]]) -> TryThis[Seen]:
    """Offer a part's experiments, each a complete state of it; the others stay as they are."""
    beside = [entry.name for name in _OWN if name != part for entry in _OWN[name]]
    return TryThis(PAGE, tries, keep=(PART.name, *beside), free=(POINT.name,))
