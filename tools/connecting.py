"""How a browser comes to the app, and comes back when it has lost the connection.

As Streamlit 1.67's own does (`WebsocketConnection.tsx`, `DoInitPings.tsx`): it asks whether the
server is well and how it is set up, again and again until both are answered, opens a websocket that
names its session, and where that fails begins anew after a while.
"""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from random import Random
from urllib.request import Request, urlopen

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake

XSRF = "_streamlit_xsrf"
_ASKED = ("/_stcore/health", "/_stcore/host-config")
_PATIENCE = 15.0
_TELLS_AFTER = 6
"""Failed questions in a row after which a browser says that the connection is lost."""
_THREADS = ThreadPoolExecutor(64, "asks")  # a class comes back at once


@dataclass(frozen=True)
class Connected:
    """A connection, and what it took.

    Attributes
    ----------
    tries : websockets that were tried.
    told : whether the browser has said meanwhile that the connection is lost.
    """

    socket: ClientConnection
    tries: int
    told: bool


async def connect_as_browser(
    address: str,
    cookies: MutableMapping[str, str],
    chance: Random,
    *,
    session: str = "",
) -> Connected:
    """Connect to the app at this address; takes as long as it needs.

    Parameters
    ----------
    cookies : those that the browser has, by name; what the server gives is put in.
    session : the one that was lost, if one was.
    """
    tries, told = 0, False
    while True:
        if tries or session:
            await asyncio.sleep(_pause(tries + bool(session), chance))
        told |= await _ask(address, cookies, chance) >= _TELLS_AFTER
        tries += 1
        try:
            socket = await connect(
                address.replace("http", "ws", 1) + "/_stcore/stream",
                origin=address,  # type: ignore[arg-type]
                additional_headers={"Cookie": _said(cookies)},
                max_size=None,
                compression=None,
                subprotocols=["streamlit", cookies.get(XSRF, "none"), *filter(None, [session])],  # type: ignore[list-item]
                open_timeout=_PATIENCE,
            )
        except (OSError, InvalidHandshake):  # a timeout is an OSError, too
            continue
        return Connected(socket, tries, told)


def _pause(time: int, chance: Random) -> float:
    """Give the seconds before a websocket is tried for the first, second, ... time in a row."""
    most = min(4.0, 0.5 * 2 ** (time - 1))
    return chance.uniform(0.25 if time == 1 else most / 2, most)


async def _ask(address: str, cookies: MutableMapping[str, str], chance: Random) -> int:
    """Ask until the server answers; gives how often it did not."""
    failed = 0
    while True:
        try:
            await asyncio.gather(*(_answer(f"{address}{path}", cookies) for path in _ASKED))
        except OSError:  # no connection, a timeout, or an answer that is an error
            failed += 1
            pause = min(4.0, 0.1 * 2 ** (failed - 1))
            await asyncio.sleep(pause if failed == 1 else pause * chance.uniform(0.7, 1))
            continue
        return failed


async def _answer(url: str, cookies: MutableMapping[str, str]) -> None:
    def given() -> list[str]:
        asked = Request(url, headers={"Cookie": _said(cookies)} if cookies else {})
        with urlopen(asked, timeout=_PATIENCE) as answer:
            return answer.headers.get_all("Set-Cookie", [])

    for line in await asyncio.get_running_loop().run_in_executor(_THREADS, given):
        name, _, value = line.split(";", 1)[0].partition("=")
        cookies[name.strip()] = value.strip()


def _said(cookies: MutableMapping[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())
