"""What the page "Learn a kernel" remembers."""

from cnnviz.kernels import KERNELS
from cnnviz.learning.task import LEARNING_RATES, MOST_KERNELS
from pages.ui.entries import Choice, Open, Real, Toggle, Whole
from pages.ui.kernel import LARGEST, kernel_entry
from pages.ui.state import Table

KEY = "learning"
"""The session's key of the component."""

MOST_STEPS = 2000
MOST_PATCH = 48
LEAST_RATE, MOST_RATE = LEARNING_RATES
AS_TARGET = "as the target"
WHOLE = "whole picture"
MOMENTUMS = (0.0, 0.5, 0.9, 0.99)
_SMALL = [name for name, kernel in KERNELS.items() if max(kernel.values.shape) <= 5]


def _named_size(size: str) -> str:
    return f"{size} \u00d7 {size}" if size.isdigit() else size.capitalize()


def _titled(name: str) -> str:
    return KERNELS[name].title


KERNEL = kernel_entry(KERNELS["sobel_x"].values)
COUNT = Choice("learn_kernels", range(1, MOST_KERNELS + 1))
SECOND = Choice("learn_second", _SMALL, "line_90", _titled)
THIRD = Choice("learn_third", _SMALL, "gaussian_3", _titled)
SIZE = Choice("learn_size", (AS_TARGET, *map(str, range(1, LARGEST + 1))), label=_named_size)
RATE = Open(Real("learn_rate", LEAST_RATE, MOST_RATE, 0.1, 0.01))
MOMENTUM = Choice("learn_momentum", MOMENTUMS)
BATCH = Choice("learn_batch", ("1", "4", "16", "64", WHOLE), "64")
PATCH = Whole("learn_patch", 1, MOST_PATCH, 16)
NOISE = Real("learn_noise", 0.0, 2.0, 0.0, 0.1)
SEED = Whole("learn_seed", 0, 9999, 0)
STEP = Whole("step", 0, MOST_STEPS, 0)
WHY = Toggle("learn_why", default=True)
LEARNING = Table(
    "learning",
    *(KERNEL, COUNT, SECOND, THIRD, SIZE, RATE, MOMENTUM, BATCH, PATCH, NOISE, SEED, STEP, WHY),
    first={WHY.name: False},
)
