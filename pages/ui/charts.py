"""Charts that are looked at rather than dragged, by Plotly, with one look for all of them.

    line = {"type": "scatter", "x": ..., "y": ..., "line": line_of(0, series(3))}
    chart = figure([line], x="layer", y_range=(0, 1))
    show(chart, key="accuracy", alt="...", file="accuracy")

Fonts, ink and grid come from Streamlit's theme, colours of series from the palette, for the theme
that is on. The parts of Plotly that make a figure are imported with the first one, and the browser
fetches its 4.7 MB then too: pages without a chart do not pay for it. A figure is made of plain
dictionaries at once: what is added to it afterwards costs three times as much.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import streamlit as st

from cnnviz.drawing import palette
from pages.ui.stage import page_background

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot", "5px 2px 1px 2px 1px 2px")
Mode = Literal["points", "box", "lasso"]


def series(count: int) -> list[str]:
    """Give so many colours for things without an order, in the theme that is on: "#rrggbb"."""
    colours = palette.series_colours(count, page_background())
    return [palette.hex_colour(colour) for colour in colours]


def ink() -> str:
    """Give the colour of what stands out most, in the theme that is on."""
    return "#1b1f23" if page_background() == palette.LIGHT_BACKGROUND else "#e8ebee"


def line_of(place: int, colours: Sequence[str]) -> dict[str, object]:
    """Describe a series' line by its place: colour is never the only difference."""
    dash = _DASHES[place % len(_DASHES)]
    return {"color": colours[place], "dash": dash, "width": 2.5}


def figure(
    traces: Sequence[Mapping[str, object]] = (),
    *,
    x: str = "",
    x_range: tuple[float, float] | None = None,
    y_range: tuple[float, float] | None = None,
    height: int = 260,
    x_axis: Mapping[str, object] | None = None,
    **layout: object,
) -> Figure:
    """Make a chart.

    Parameters
    ----------
    traces : what is drawn, as Plotly describes it.
    x : what the axis shows, in a few words.
    x_range, y_range : from where to where they go; as far as the data without.
    height : in pixels; the width is that of the page.
    x_axis, layout : what else the x axis and the layout are told.
    """
    from plotly.graph_objects import Figure

    axis = {"automargin": True, "zeroline": False}
    whole = {
        "height": height,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        "hovermode": "closest",
        "dragmode": False,
        "modebar": {"orientation": "h", "bgcolor": "rgba(0,0,0,0)"},
        "xaxis": {**axis, "range": x_range, "title": {"text": x} if x else None, **(x_axis or {})},
        "yaxis": {**axis, "range": y_range},
    }
    return Figure(list(traces), {**whole, **layout})


def show(
    chart: Figure,
    *,
    key: str,
    alt: str,
    file: str,
    tools: Sequence[str] = (),
    vector: bool = True,
    on_select: Callable[[], None] | None = None,
    modes: Sequence[Mode] = ("points",),
) -> None:
    """Draw a chart.

    Parameters
    ----------
    alt : what it shows, for those who do not see it.
    file : the name of the file that its one button saves, without an ending.
    tools : Plotly's buttons beside that one, such as "lasso2d".
    vector : save an SVG rather than a PNG; not for pictures of thousands of points.
    on_select : called when `st.session_state[key]` holds what a hand has selected.
    modes : how it can be selected.
    """
    config: dict[str, Any] = {
        "displaylogo": False,
        "modeBarButtons": [[*tools, "toImage"]],
        "toImageButtonOptions": {
            "format": "svg" if vector else "png",
            "filename": file,
            "scale": 1 if vector else 2,
        },
        "scrollZoom": False,
        "doubleClick": "reset" if tools else False,
    }
    if on_select is None:
        st.plotly_chart(chart, key=key, config=config, alt=alt)
    else:
        st.plotly_chart(
            chart, key=key, config=config, alt=alt, on_select=on_select, selection_mode=modes
        )
