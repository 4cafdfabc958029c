"""A function on every number of a map: mounts `assets/components/activations/pointwise`."""

from collections.abc import Callable, Sequence

import numpy as np

from cnnviz.activations import Curve, Histograms
from pages.ui.components.colours import series_colours
from pages.ui.components.registration import register
from pages.ui.wire import pack

_mount = register("activations/pointwise")


def pointwise(
    *,
    key: str,
    before: np.ndarray,
    after: np.ndarray,
    counts: Histograms,
    curve: Curve,
    title: str,
    symbol: str,
    titles: tuple[str, str],
    alts: tuple[str, str],
    note: str,
    measures: Sequence[tuple[str, str, str]],
    shared_range: bool = False,
    selected: tuple[int, int] | None = None,
    on_selected: Callable[[], None] = lambda: None,
) -> None:
    """Show a map before and after a function, the curve and both histograms between them.

    Parameters
    ----------
    before, after : (height, width) float32
    curve : the function over the histograms' whole range
    title, symbol : the function's name, and what stands before its brackets
    note : a line below each map's legend
    measures : (name, before, after), the rows of a table
    shared_range : colour both maps by one range; each by its own otherwise
    selected : the (row, column) to start at; the middle where it is None
    on_selected : called when `st.session_state[key]` holds a cell ("selected").
    """
    most = float(max(np.abs(before).max(), np.abs(after).max()))
    settings = {
        "function": title,
        "symbol": symbol,
        "before_title": titles[0],
        "after_title": titles[1],
        "before_alt": alts[0],
        "after_alt": alts[1],
        "plot_alt": f"{title}: the curve, with the histogram before along x and the one after "
        "along y. Arrow keys choose a bar: left and right before, up and down after.",
        "note": note,
        "measures": [list(row) for row in measures],
        "colours": series_colours(2),
        "limit": (most or 1.0) if shared_range else None,
        "selected": None if selected is None else [int(place) for place in selected],
        "selection": f"{selected} {before.shape}",
    }
    _mount(
        key=key,
        data=pack(
            settings,
            before=before.astype(np.float32, copy=False),
            after=after.astype(np.float32, copy=False),
            edges=counts.edges.astype(np.float32),
            counts_before=counts.before.astype(np.int32),
            counts_after=counts.after.astype(np.int32),
            curve_x=np.asarray(curve.x, np.float32),
            curve_y=np.asarray(curve.y, np.float32),
        ),
        on_selected_change=on_selected,
    )
