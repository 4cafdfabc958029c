"""When a visitor was last heard of, so that the server's own work can wait for a quiet moment."""

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HEALTH = "/_stcore/health"  # asked for by proxies and containers, again and again


class Heard:
    """Note when a request came, and when an open page said something."""

    last = float("-inf")

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on as it is."""
        if scope["type"] not in ("http", "websocket") or scope["path"].endswith(_HEALTH):
            await self.app(scope, receive, send)
            return

        async def noted() -> Message:
            message = await receive()
            Heard.last = time.monotonic()
            return message

        Heard.last = time.monotonic()
        await self.app(scope, noted, send)


def seconds_of_quiet() -> float:
    """Tell for how long nobody has asked for anything; infinite where nobody ever has."""
    return time.monotonic() - Heard.last
