"""In which order several workers take the test files."""

from collections import Counter
from collections.abc import Sequence

import pytest


def long_files_first(items: Sequence[pytest.Item], marks: Sequence[str]) -> list[pytest.Item]:
    """Sort whole files, so that no worker is left with a long one when the others have finished.

    Files with a test of the first mark come first, then those of the next; of equals the one with
    more tests. The tests of a file stay in their order.
    """
    counted = Counter(item.path for item in items)
    rank = dict.fromkeys(counted, len(marks))
    for item in items:
        here = (at for at, mark in enumerate(marks) if item.get_closest_marker(mark))
        rank[item.path] = min(rank[item.path], *here, len(marks))
    return sorted(items, key=lambda item: (rank[item.path], -counted[item.path], item.path))
