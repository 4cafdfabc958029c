"""A small layer's connections as a drawing: the typed way to mount
`assets/components/layers/connections`.
"""

from collections.abc import Sequence

import numpy as np

from cnnviz.layers.connections import Lines
from pages.ui.components.colours import series_colours
from pages.ui.components.registration import register
from pages.ui.wire import pack

_mount = register("layers/connections")


def connections_view(
    *,
    key: str,
    lines: Lines,
    kernel: tuple[int, int],
    shared: bool,
    counts: Sequence[Sequence[str]],
    current: int,
    signature: str,
) -> None:
    """Draw two planes of cells and the lines between them.

    Parameters
    ----------
    kernel : (rows, columns) of the convolution's kernel
    shared : the lines' weights are the kernel's, and each has its own hue.
    counts : a table, its head first; `current` is the row that is drawn.
    signature : changes with the lines; the middle output is in focus then.
    """
    taps = kernel[0] * kernel[1]
    settings = {
        "input": lines.input_size,
        "output": lines.output_size,
        "kernel": kernel,
        "shared": shared,
        "counts": [list(row) for row in counts],
        "current": current,
        "signature": signature,
        "colours": series_colours(max(taps, 1)),
    }
    _mount(
        key=key,
        data=pack(
            settings,
            input=lines.input.astype(np.int32),
            output=lines.output.astype(np.int32),
            weight=lines.weight.astype(np.int32),
        ),
    )
