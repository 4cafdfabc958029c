"""Markdown: what strangers write (names of files, layers, classes, addresses) never is; tables."""

import re
from collections.abc import Sequence


def plain(text: str) -> str:
    r"""Keep Markdown out of what a file, a name or an address says.

    >>> print(plain('named "![x](y)"'))
    named "\!\[x\]\(y\)"
    """
    return re.sub(r"([\\`*_{}\[\]()#+\-.!|~<>$:])", r"\\\1", text)


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Write a table; its cells are Markdown already.

    >>> print(table(("a", "b"), [("1", "2")]))
    | a | b |
    | --- | --- |
    | 1 | 2 |
    """
    lines = [headings, tuple("---" for _ in headings), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
