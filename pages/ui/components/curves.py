"""Curves with a point to drag: the typed way to mount `assets/components/ui/curves`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pages.ui.components.colours import series_colours
from pages.ui.components.registration import register
from pages.ui.wire import pack

_mount = register("ui/curves")


@dataclass(frozen=True)
class Axis:
    """What an axis shows: its limits, a word for it, and whether it is logarithmic.

    whole : only whole numbers are marked.
    amounts : the values are counts, written out or in words such as million.
    powers : the values are logarithms to base ten, of numbers too small or too large for
        float32; they are written as powers of ten.
    """

    least: float
    most: float
    label: str = ""
    log: bool = False
    whole: bool = False
    powers: bool = False
    amounts: bool = False

    def described(self) -> dict[str, object]:
        """Describe it for the browser."""
        return {
            "range": [float(self.least), float(self.most)],
            "label": self.label,
            "log": self.log,
            "whole": self.whole,
            "powers": self.powers,
            "amounts": self.amounts,
        }


@dataclass(frozen=True)
class Panel:
    """One chart.

    axes : draw the lines x = 0 and y = 0 rather than one at the bottom.
    equal : one unit is as long across as down, so that a slope looks as steep as it is.
    slope : the panel that holds the slope of this one's curves; draws a tangent.
    bands : (from, to, text), parts of the y axis that mean something.
    lines : (y, text), values to compare with.
    ratio : its height to its width.
    """

    title: str
    x: Axis
    y: Axis
    axes: bool = False
    equal: bool = False
    slope: int | None = None
    bands: Sequence[tuple[float, float, str]] = ()
    lines: Sequence[tuple[float, str]] = ()
    ratio: float = 0.84


@dataclass(frozen=True, eq=False)
class Curve:
    """One curve per panel, under one name: `y[panel]` over `x`; None where a panel lacks it.

    jumps : per panel, the x where the curve jumps; nothing is drawn across.
    """

    name: str
    x: np.ndarray
    y: Sequence[np.ndarray | None] = field(default_factory=tuple)
    marks: bool = False
    jumps: Mapping[int, Sequence[float]] = field(default_factory=dict)


def curves(
    *,
    key: str,
    panels: Sequence[Panel],
    lines: Sequence[Curve],
    cursor: float,
    alt: str,
    file: str,
    x_name: str = "x",
    stride: int = 1,
    direction: int = 1,
    below: float = 0.0,
    on_cursor: Callable[[], None] = lambda: None,
) -> None:
    """Draw curves side by side; the first one carries the point.

    Parameters
    ----------
    cursor : where the point stands, a value of x.
    stride, direction : samples from one step of the player to the next, and which way it goes.
    below : how high the pictures are that stand below and are to be seen with the curves, as a
        share of the curves' width.
    on_cursor : called when `st.session_state[key]` holds the x ("cursor") a hand has chosen.
    """
    colours = series_colours(max(len(lines), 4))
    series: list[dict[str, object]] = []
    arrays: dict[str, NDArray[np.float32]] = {}
    for group, line in enumerate(lines):
        for panel, values in enumerate(line.y):
            if values is None:
                continue
            place = len(series)
            jumps = [float(x) for x in line.jumps.get(panel, ())]
            series.append({"panel": panel, "group": group, "marks": line.marks, "jumps": jumps})
            arrays[f"x{place}"] = np.asarray(line.x, np.float32)
            arrays[f"y{place}"] = np.asarray(values, np.float32)
    settings = {
        "panels": [
            {
                "title": panel.title,
                "x": panel.x.described(),
                "y": panel.y.described(),
                "axes": panel.axes,
                "equal": panel.equal,
                "ratio": panel.ratio,
                "bands": [{"y": [low, high], "text": text} for low, high, text in panel.bands],
                "lines": [{"y": float(y), "text": text} for y, text in panel.lines],
                **({} if panel.slope is None else {"slope": panel.slope}),
            }
            for panel in panels
        ],
        "groups": [
            {
                "name": line.name,
                "main": group == 0,
                **{theme: each[group] for theme, each in colours.items()},
            }
            for group, line in enumerate(lines)
        ],
        "series": series,
        "cursor": float(cursor),
        "selection": f"{cursor:.9g}",
        "stride": stride,
        "direction": direction,
        "below": below,
        "x_name": x_name,
        "alt": alt,
        "file": file,
    }
    _mount(key=key, data=pack(settings, **arrays), on_cursor_change=on_cursor)
