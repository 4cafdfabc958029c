"""In which order several workers take the test files."""

from collections import Counter
from collections.abc import Sequence

import pytest

LONGEST = tuple(f"tests/browser/test_{name}.py" for name in ("every_page", "walk", "training"))
"""Those that take a minute and more with few tests, which their number does not tell."""


def long_files_first(items: Sequence[pytest.Item], marks: Sequence[str]) -> list[pytest.Item]:
    """Sort whole files, so that no worker is left with a long one when the others have finished.

    Files with a test of the first mark come first, then those of the next; of equals those that are
    named above, then the one with more tests. The tests of a file stay in their order.
    """
    counted = Counter(item.path for item in items)
    rank = dict.fromkeys(counted, len(marks))
    for item in items:
        here = (at for at, mark in enumerate(marks) if item.get_closest_marker(mark))
        rank[item.path] = min(rank[item.path], *here, len(marks))
    is_longest = {path: path.as_posix().endswith(LONGEST) for path in counted}

    def place(item: pytest.Item) -> tuple[object, ...]:
        return rank[item.path], not is_longest[item.path], -counted[item.path], item.path

    return sorted(items, key=place)
