"""What many visitors at once wait for: `python -m tools.bench_load [SCENE ...] [OPTIONS]`.

Visitors come one after the other, open a page, and then do one thing after the other with a
pause for thought in between; now and then one leaves and another comes. They speak Streamlit's
websocket (`tools/visitor.py`), all in one process, whose own share of the processor is told: it
takes that away from a server on the same machine.

Scenes: blocks, learn, networks, busy (networks, while two index a gallery and one opens a model),
reasons (Convolution, while one explains by occlusion and one lets a picture be made), replicas (two
of them behind their proxy), killed (the same, while one is killed: who was there comes back).
`--address` loads an app that runs already, such as several replicas behind a proxy;
`--server PID ...` then reads their processor time and memory.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import statistics
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

import psutil
from websockets.exceptions import ConnectionClosed

from tools.app_server import running_app, running_replicas
from tools.habits import BARE, BLOCKS, LEARN, NETWORKS, Place, move_a_slider
from tools.heavy_visitors import (
    explain_by_occlusion,
    index_a_gallery,
    make_ready,
    open_a_model,
    visualise_features,
)
from tools.visitor import Answer, Return, Visitor, visitor

Row = tuple[str, str, str]
Work = Callable[[str], Coroutine[Any, Any, None]]
LEAVES = 1 / 12
"""How many of the things a visitor does are to leave; another comes at once."""
_BEGINNING = 6.0
"""Seconds that heavy work is given to open its network before others are measured beside it."""


@dataclass(frozen=True)
class Scene:
    """A load.

    Attributes
    ----------
    title : who does what.
    places : where the visitors are, spread evenly.
    users, thought : how many, and the seconds between an answer and the next thing one does.
    most, first : the bounds in milliseconds of the slowest twentieth of answers and first views.
    beside : what visitors more do meanwhile, each given the app's address.
    times : at most so many times what the same crowd waits without them.
    replicas : processes that answer; more than one stand behind their proxy.
    killed : whether one of them is killed when all have come.
    """

    title: str
    places: Sequence[Place]
    users: int
    thought: float
    most: float
    first: float | None = None
    beside: Sequence[Work] = ()
    times: float | None = None
    replicas: int = 1
    killed: bool = False


_BUSY: Sequence[Work] = (
    lambda address: index_a_gallery(address, 0),
    lambda address: index_a_gallery(address, 1),
    open_a_model,
)
SCENES = {
    "blocks": Scene("building blocks", BLOCKS, 200, 8, 200, 500),
    "learn": Scene("Learn a kernel", LEARN, 12, 1, 300),
    "networks": Scene("Network and Search", NETWORKS, 30, 5, 400),
    "busy": Scene("Network and Search beside heavy work", NETWORKS, 30, 5, 800, beside=_BUSY),
    "reasons": Scene(
        "Convolution beside occlusion and feature visualisation",
        [Place("convolution", "", move_a_slider)],
        *(4, 1, 300),
        beside=(explain_by_occlusion, visualise_features),
        times=2.0,
    ),
    "replicas": Scene("building blocks on two replicas", BLOCKS, 350, 8, 200, 500, replicas=2),
    "killed": Scene(
        "building blocks, one of two replicas killed", BLOCKS, 350, 8, 200, replicas=2, killed=True
    ),
}


@dataclass
class Crowd:
    """What a crowd has seen.

    Attributes
    ----------
    firsts, answers : in the order in which they came; firsts from coming to the end.
    errors : what went wrong, in words.
    early : how many of the firsts had come before the processor was read.
    processor, own : the server's and this process's share of one core.
    before, after : the server's memory in MiB.
    losses : how often each user has lost the connection, by number.
    returns : how they have come back.
    """

    firsts: list[float] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    early: int = 0
    processor: float = 0.0
    own: float = 0.0
    before: float = 0.0
    after: float = 0.0
    seconds: float = 0.0
    losses: Counter[int] = field(default_factory=Counter)
    returns: list[Return] = field(default_factory=list)

    @property
    def cost(self) -> float:
        """Milliseconds of the server's processor for each answer, first views included."""
        answered = len(self.answers) + len(self.firsts) - self.early
        return 1000 * self.processor * self.seconds / max(1, answered)


async def gather_crowd(
    address: str,
    scene: Scene,
    seconds: float,
    seed: int,
    server: Sequence[psutil.Process] = (),
    kill: Callable[[], None] | None = None,
) -> Crowd:
    """Let a scene's visitors come, stay, and go; `kill` and measure once all have come."""
    crowd = Crowd()
    arriving = min(2 * scene.thought, seconds / 2) if scene.users > 1 else 0.0
    end = time.monotonic() + arriving + seconds
    users = [
        asyncio.create_task(
            _user(address, scene, number, Random(f"{seed} {number}"), arriving, end, crowd)
        )
        for number in range(scene.users)
    ]
    others: list[asyncio.Task[None]] = []
    await asyncio.sleep(arriving)
    if kill is not None:
        kill()
    if scene.beside:
        others = [asyncio.create_task(work(address)) for work in scene.beside]
        await asyncio.sleep(_BEGINNING if scene.times else 0)
    crowd.answers.clear()
    crowd.early = len(crowd.firsts)
    begun, own, taken = time.monotonic(), _own_seconds(), processor_seconds(server)
    crowd.before = _megabytes(server)
    await asyncio.gather(*users)
    crowd.seconds = time.monotonic() - begun
    crowd.processor = (processor_seconds(server) - taken) / crowd.seconds
    crowd.own = (_own_seconds() - own) / crowd.seconds
    crowd.after = _megabytes(server)
    for one in others:
        if not one.done():
            one.cancel()
        try:
            await one
        except asyncio.CancelledError:
            pass  # it had work for longer than was measured
        except Exception as error:
            crowd.errors.append(f"heavy work: {type(error).__name__}: {error}")
    return crowd


async def _user(
    address: str,
    scene: Scene,
    number: int,
    chance: Random,
    arriving: float,
    end: float,
    crowd: Crowd,
) -> None:
    await asyncio.sleep(arriving * number / scene.users)
    visit = number
    while time.monotonic() < end:
        place = scene.places[visit % len(scene.places)]
        visit += chance.randrange(1, len(scene.places)) if len(scene.places) > 1 else 1
        try:
            await _Stay(scene, place, number, chance, end, crowd).run(address)
        except Exception as error:  # whatever it is, this visitor has met it
            crowd.errors.append(f"{place.page}?{place.query} {type(error).__name__}: {error}")
            await asyncio.sleep(1)


@dataclass(frozen=True)
class _Stay:
    """One stay of a user on one page."""

    scene: Scene
    place: Place
    number: int
    chance: Random
    end: float
    crowd: Crowd

    async def run(self, address: str) -> None:
        """Come, do one thing after the other, and go."""
        start = time.perf_counter()
        async with visitor(address) as one:
            if opened := await self._answered(one, one.open(self.place.page, self.place.query)):
                self.crowd.firsts.append(time.perf_counter() - start)
                self.crowd.errors += opened.complaints
            while await self._thinks(one):
                if answer := await self._answered(one, self.place.habit(one, self.chance)):
                    self.crowd.answers.append(answer)
                    self.crowd.errors += answer.complaints

    async def _thinks(self, one: Visitor) -> bool:
        """Wait as one who thinks; says whether something is done afterwards, or one goes."""
        thought = self.scene.thought * self.chance.uniform(0.5, 1.5)
        left = self.end - time.monotonic()
        if await one.is_lost_within(max(0.0, min(thought, left))):
            await self._come_back(one)
            return True
        # Whoever thinks until the end stays: to leave before it would be to come again.
        return thought <= left and self.chance.random() >= LEAVES

    async def _answered(self, one: Visitor, asked: Awaitable[Answer]) -> Answer | None:
        """Wait for an answer; None where the connection was lost meanwhile."""
        try:
            return await asked
        except ConnectionClosed:
            await self._come_back(one)
            return None

    async def _come_back(self, one: Visitor) -> None:
        if not self.scene.killed:
            raise ConnectionError("The connection was lost.")
        while True:
            self.crowd.losses[self.number] += 1
            try:
                back = await one.come_back(self.chance)
            except ConnectionClosed:
                continue
            self.crowd.returns.append(back)
            self.crowd.errors += back.complaints
            return


async def warm(address: str, places: Sequence[Place]) -> None:
    """Open every place once, and wait for the work that it begins."""
    for place in places:
        async with visitor(address) as one:
            await one.open(place.page, place.query)
            while one.waiting:
                await asyncio.sleep(0.5)
                await one.go_on(next(iter(one.waiting)))


def _own_seconds() -> float:
    return time.process_time()


def processor_seconds(server: Sequence[psutil.Process]) -> float:
    """Give the processor time that these processes and their children have taken so far."""
    times = [one.cpu_times() for one in server]
    taken: list[float] = [
        each.user + each.system + each.children_user + each.children_system for each in times
    ]
    return sum(taken)


def _megabytes(server: Sequence[psutil.Process]) -> float:
    rss: list[int] = [one.memory_info().rss for one in server]
    return sum(rss) / 2**20


def percentile(values: Sequence[float], share: float) -> float:
    """Give the value below which this share lies, in milliseconds; 0 where there are none.

    >>> percentile([0.1, 0.2, 0.3], 0.5)
    200.0
    """
    if len(values) < 2:
        return 1000 * sum(values)
    cuts: list[float] = statistics.quantiles(values, n=100, method="inclusive")
    return 1000 * cuts[round(100 * share) - 1]


def described(scene: Scene, crowd: Crowd, alone: Crowd, bare: Crowd) -> list[Row]:
    """Put what a crowd has seen into rows of the bench's table."""
    who = f"{scene.users} x {scene.thought:g} s, {scene.title}"
    ended = [one.ended for one in crowd.answers]
    seen = percentile([one.seen for one in crowd.answers], 0.95)
    slow = percentile(ended, 0.95)
    one_alone = percentile([one.ended for one in alone.answers], 0.5)
    bare_slow = percentile([one.ended for one in bare.answers], 0.95)
    rows = [
        (
            f"{who}: an answer, p95",
            f"{slow:.0f} ms, {slow / max(1, one_alone):.1f} x one user alone ({one_alone:.0f} ms), "
            f"{slow / max(1, bare_slow):.1f} x a bare page so loaded ({bare_slow:.0f} ms)",
            f"{scene.most:g} ms",
        ),
        (
            f"{who}: an answer, p50; its stage, p95",
            f"{percentile(ended, 0.5):.0f} ms; {seen:.0f} ms, of {len(ended):,} answers",
            "",
        ),
        (
            f"{who}: a first view, p95",
            f"{percentile(crowd.firsts, 0.95):.0f} ms (p50 {percentile(crowd.firsts, 0.5):.0f}), "
            f"of {len(crowd.firsts):,}",
            "" if scene.first is None else f"{scene.first:g} ms",
        ),
        (
            f"{who}: processor, memory, errors",
            f"{crowd.cost:.0f} ms an answer (bare page {bare.cost:.0f}), "
            f"{crowd.processor:.2f} cores, visitors {crowd.own:.2f}; "
            f"{crowd.before:,.0f} to {crowd.after:,.0f} MiB; "
            f"{len(crowd.errors)} errors",
            "0 errors",
        ),
    ]
    return rows + _errors(crowd)


def _errors(crowd: Crowd) -> list[Row]:
    return [("", f"error: {words[:150]}", "") for words in sorted(set(crowd.errors))[:5]]


def described_returns(scene: Scene, crowd: Crowd) -> list[Row]:
    """Put what a crowd has seen of a replica's death into rows of the bench's table."""
    who = f"{scene.users} x {scene.thought:g} s, {scene.title}"
    back = crowd.returns
    seconds = [one.seconds for one in back]
    same = Counter(one.same for one in back)
    most = max(crowd.losses.values(), default=0)
    sockets = max((one.tries for one in back), default=0)
    return [
        (
            f"{who}: reconnects of a user, most",
            f"{most}, of {len(crowd.losses)} users; {sockets} websockets for one; "
            f"{sum(one.told for one in back)} were told",
            "1, none told",
        ),
        (
            f"{who}: their page is there again, p95",
            f"{percentile(seconds, 0.95):.0f} ms (p50 {percentile(seconds, 0.5):.0f}, "
            f"most {1000 * max(seconds, default=0):.0f})",
            "",
        ),
        (
            f"{who}: their view is the same",
            f"{same[True]} of {same[True] + same[False]}; {same[None]} waited for an answer",
            "all",
        ),
        (
            f"{who}: an answer from then on, p95; errors",
            f"{percentile([one.ended for one in crowd.answers], 0.95):.0f} ms, "
            f"of {len(crowd.answers):,} answers; {len(crowd.errors)} errors",
            "0 errors",
        ),
        *_errors(crowd),
    ]


async def measure(
    scene: Scene,
    address: str,
    bare: str,
    *,
    seconds: float,
    seed: int,
    server: Sequence[psutil.Process] = (),
    bare_server: Sequence[psutil.Process] = (),
) -> list[Row]:
    """Measure one user alone, the bare page under the same load, and the load."""
    if scene.beside is _BUSY:
        make_ready()
    await warm(address, [*scene.places] * scene.replicas)  # new ones go to each in turn
    await warm(bare, BARE)
    few = replace(scene, users=1, thought=0.3, beside=())
    alone = await gather_crowd(address, few, min(seconds, 8), seed, server)
    plain = replace(scene, places=BARE, beside=())
    bare_crowd = await gather_crowd(bare, plain, min(seconds, 15), seed, bare_server)
    if scene.times is None:
        crowd = await gather_crowd(address, scene, seconds, seed, server)
        return described(scene, crowd, alone, bare_crowd)
    quiet = await gather_crowd(address, replace(scene, beside=()), seconds, seed, server)
    crowd = await gather_crowd(address, scene, seconds, seed, server)
    return [*described(scene, crowd, alone, bare_crowd), times_without(scene, crowd, quiet)]


def times_without(scene: Scene, crowd: Crowd, quiet: Crowd) -> Row:
    """Set what a crowd waits beside heavy work against what it waits without."""
    slow, usual = (percentile([one.ended for one in each.answers], 0.95) for each in (crowd, quiet))
    measured = f"{slow / max(1, usual):.1f} x the {usual:.0f} ms without that work"
    return f"{scene.title}: an answer, p95", measured, f"{scene.times:g} x"


@dataclass(frozen=True)
class _Server:
    """What is measured: its address, its processes, and what ends one of its replicas."""

    address: str
    processes: Sequence[psutil.Process]
    kill: Callable[[], None] | None = None


@contextmanager
def _running(scene: Scene) -> Iterator[_Server]:
    if scene.replicas == 1:
        with running_app() as address:
            yield _Server(address, psutil.Process().children()[-1:])
        return
    with running_replicas(scene.replicas) as many:
        first = many.processes()[0]
        yield _Server(many.address, many.supervisor.children(), first.kill)


def rows(names: Sequence[str] = tuple(SCENES), **wanted: Any) -> list[Row]:
    """Measure scenes, on an app of their own unless `address` names one."""
    gc.disable()  # the visitors keep few objects, and their pauses would count as the server's
    found: list[Row] = []
    seconds, seed = wanted.get("seconds", 60.0), wanted.get("seed", 0)
    for name in names:
        scene = replace(SCENES[name], **wanted.get("changes", {}))
        if scene.killed:
            found += asyncio.run(_measure_death(scene, seconds, seed))
            continue
        with running_app("tools/bare_page.py") as bare:
            bare_server = psutil.Process().children()[-1:]
            there = (
                nullcontext(_Server(address, [*map(psutil.Process, wanted.get("server", ()))]))
                if (address := wanted.get("address"))
                else _running(scene)
            )
            with there as server:
                measured = measure(
                    scene,
                    server.address,
                    bare,
                    seconds=seconds,
                    seed=seed,
                    server=server.processes,
                    bare_server=bare_server,
                )
                found += asyncio.run(measured)
    return found


async def _measure_death(scene: Scene, seconds: float, seed: int) -> list[Row]:
    """Let a crowd come to replicas of which one is killed."""
    with _running(scene) as server:
        await warm(server.address, [*scene.places] * scene.replicas)
        crowd = await gather_crowd(server.address, scene, seconds, seed, kill=server.kill)
    return described_returns(scene, crowd)


def main() -> None:
    """Measure what is asked for, and print one table."""
    from tools.bench import print_table

    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("scenes", nargs="*", choices=[*SCENES, []], default=[])
    asked.add_argument("--users", type=int)
    asked.add_argument("--thought", type=float, help="seconds")
    asked.add_argument("--seconds", type=float, default=60.0, help="how long, once all have come")
    asked.add_argument("--seed", type=int, default=0)
    asked.add_argument("--address", help="of an app that runs, such as http://127.0.0.1:8501")
    asked.add_argument("--server", type=int, nargs="*", default=(), help="its processes")
    told = asked.parse_args()
    changes = {
        name: value
        for name, value in (("users", told.users), ("thought", told.thought))
        if value is not None
    }
    print_table(
        rows(
            told.scenes or tuple(SCENES),
            seconds=told.seconds,
            seed=told.seed,
            address=told.address,
            server=told.server,
            changes=changes,
        )
    )


if __name__ == "__main__":
    main()
