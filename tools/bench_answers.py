"""What an answer costs the server on each page: `python -m tools.bench_answers [PAGE]`.

One visitor does one thing after the other (`tools/habits.py`), and the server's processor time is
read before and after. That depends little on what else the machine does, so it tells what a change
has brought where times do not. The last row is the bare page.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
from collections.abc import Sequence
from random import Random

import psutil

from tools.app_server import running_app
from tools.bench_load import processor_seconds
from tools.habits import BARE, BLOCKS, Place
from tools.visitor import visitor

Row = tuple[str, str, str]
_FIRST_VIEWS = 3


async def _measured(address: str, place: Place, server: psutil.Process, count: int) -> Row:
    async with visitor(address) as one:  # what is made once for everybody is made here
        await one.open(place.page, place.query)
    before = processor_seconds([server])
    for _ in range(_FIRST_VIEWS):
        async with visitor(address) as one:
            await one.open(place.page, place.query)
    first = (processor_seconds([server]) - before) / _FIRST_VIEWS
    async with visitor(address) as one:
        await one.open(place.page, place.query)
        chance = Random(1)
        before = processor_seconds([server])
        answers = [await place.habit(one, chance) for _ in range(count)]
        cost = (processor_seconds([server]) - before) / count
    complaints = [words for answer in answers for words in answer.complaints]
    if complaints:
        raise RuntimeError(f"{place.page}?{place.query}: {complaints[0]}")
    return (
        f"{place.page or 'bare page'} {place.query}".strip(),
        f"{1000 * cost:.1f} ms an answer, {1000 * first:.1f} ms a first view",
        f"{statistics.mean(answer.size for answer in answers) / 1000:,.0f} kB an answer",
    )


async def _table(
    address: str, places: Sequence[Place], server: psutil.Process, count: int
) -> list[Row]:
    return [await _measured(address, place, server, count) for place in places]


def rows(part: str = "", count: int = 30) -> list[Row]:
    """Measure the places whose address holds `part`, and the bare page."""
    places = list({(one.page, one.query): one for one in BLOCKS}.values())
    chosen = [one for one in places if part in f"{one.page}?{one.query}"]
    found: list[Row] = []
    for script, visited in (("serve.py", chosen), ("tools/bare_page.py", BARE)):
        with running_app(script) as address:
            server = psutil.Process().children()[-1]
            found += asyncio.run(_table(address, visited, server, count))
    return found


def main() -> None:
    """Measure what is asked for, and print one table."""
    from tools.bench import print_table

    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("part", nargs="?", default="", help="of an address, such as pool_part")
    asked.add_argument("--count", type=int, default=30, help="answers on each page")
    told = asked.parse_args()
    print_table(rows(told.part, told.count))


if __name__ == "__main__":
    main()
