"""The colours of series, as a browser component wants them: one list for each theme."""

from cnnviz.drawing import palette


def series_colours(count: int) -> dict[str, list[str]]:
    """Give colours for `count` series that are told apart, on a light and on a dark page.

    >>> {theme: len(colours) for theme, colours in series_colours(2).items()}
    {'light': 2, 'dark': 2}
    """
    return {
        theme: [palette.hex_colour(colour) for colour in palette.series_colours(count, page)]
        for theme, page in (
            ("light", palette.LIGHT_BACKGROUND),
            ("dark", palette.DARK_BACKGROUND),
        )
    }
