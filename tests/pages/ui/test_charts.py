"""Charts: one look for all, in both themes."""

import pytest

from cnnviz.drawing import palette
from pages.ui import charts


@pytest.mark.parametrize("page", [palette.LIGHT_BACKGROUND, palette.DARK_BACKGROUND])
def test_colours_are_those_of_the_theme_that_is_on(monkeypatch, page):
    monkeypatch.setattr(charts, "page_background", lambda: page)
    expected = [palette.hex_colour(colour) for colour in palette.series_colours(3, page)]
    assert charts.series(3) == expected
    lines = [charts.line_of(place, charts.series(3)) for place in range(3)]
    assert [line["color"] for line in lines] == expected
    assert len({line["dash"] for line in lines}) == 3


@pytest.mark.parametrize(
    ("vector", "tools", "format"), [(True, (), "svg"), (False, ("lasso2d",), "png")]
)
def test_a_chart_has_a_button_that_saves_it_and_no_other_that_nobody_asked_for(
    monkeypatch, vector, tools, format
):
    shown = {}
    monkeypatch.setattr(charts.st, "plotly_chart", lambda _, **more: shown.update(more))
    charts.show(charts.figure(), key="a", alt="A line.", file="line", vector=vector, tools=tools)
    config = shown["config"]
    assert config["modeBarButtons"] == [[*tools, "toImage"]]
    assert config["toImageButtonOptions"]["format"] == format
    assert config["toImageButtonOptions"]["filename"] == "line"
    assert config["displaylogo"] is False
    assert shown["alt"] == "A line."
