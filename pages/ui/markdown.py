"""What strangers write (names of files, layers and classes, addresses) is never Markdown."""

import re


def plain(text: str) -> str:
    r"""Keep Markdown out of what a file, a name or an address says.

    >>> print(plain('named "![x](y)"'))
    named "\!\[x\]\(y\)"
    """
    return re.sub(r"([\\`*_{}\[\]()#+\-.!|~<>$:])", r"\\\1", text)
