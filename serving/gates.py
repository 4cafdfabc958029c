"""What every request passes before Streamlit sees it.

Which hosts may be named, which routes are closed, how much may be uploaded, and the headers that
keep a page from loading anything from elsewhere.
"""

import math
from collections.abc import Mapping, Sequence

from starlette.datastructures import Headers, MutableHeaders
from starlette.formparsers import MultiPartParser
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config, runtime

from cnnviz.limits import LIMITS, MEBIBYTE, Limits
from serving.host import OWN_NAMES
from serving.index_page import IndexPage
from serving.kept_files import KeptFiles
from serving.quiet import Heard

_CLOSED = ("/_stcore/metrics", "/_stcore/script-health-check")
_UPLOADS = "/_stcore/upload_file/"

POLICY = "; ".join(
    (
        "default-src 'self'",
        # Streamlit imports each component's script from a blob, and evaluates none of its own.
        "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval' blob:",
        "worker-src 'self' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "media-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self' data: blob:",
        "frame-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    )
)
"""The Content-Security-Policy: nothing comes from elsewhere, whatever a text on a page asks for."""

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": POLICY,
    "X-Frame-Options": "SAMEORIGIN",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def gates() -> list[Middleware]:
    """List the gates, the outermost first."""
    largest = max(LIMITS.gallery_megabytes, LIMITS.model_megabytes)
    # Each uploader has its own limit below this one.
    config.set_option("server.maxUploadSize", math.ceil(largest))
    # An upload stays in memory: the parser would write what is larger to the disk.
    MultiPartParser.spool_max_size = math.ceil(largest) * MEBIBYTE
    return [
        Middleware(Heard),
        Middleware(SafetyHeaders),
        Middleware(TrustedHostMiddleware, allowed_hosts=known_hosts(), www_redirect=False),
        Middleware(ClosedRoutes),
        Middleware(UploadBudget),
        Middleware(IndexPage),
        Middleware(KeptFiles),
    ]


def known_hosts() -> Sequence[str]:
    """Name the hosts under which the app may be asked for.

    On this computer alone, only its own names: another name that leads here (DNS rebinding) would
    let a foreign page talk to the app. Elsewhere what `server.allowedHosts` names, or any.
    """
    named = tuple(config.get_option("server.allowedHosts"))
    if config.get_option("server.address") in OWN_NAMES:
        return (*OWN_NAMES, *named)
    return (*OWN_NAMES, *named) if named else ("*",)


class SafetyHeaders:
    """Add `HEADERS` to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its answer back with the headers."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


class ClosedRoutes:
    """Answer "not found" where only those who run the server have something to see."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, unless its route is closed."""
        if scope["type"] == "http" and scope["path"].rstrip("/").endswith(_CLOSED):
            await PlainTextResponse("Not found", 404)(scope, receive, send)
        else:
            await self.app(scope, receive, send)


class UploadBudget:
    """Bound the bytes that one session, and all together, may leave in memory.

    Streamlit bounds each file alone, and takes any number of them from a session.
    """

    def __init__(self, app: ASGIApp, limits: Limits = LIMITS) -> None:
        self.app, self.limits = app, limits
        self._coming: dict[str, int] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass an upload on if there is room for it; anything else as it is."""
        if scope["type"] != "http" or scope["method"] != "PUT" or _UPLOADS not in scope["path"]:
            await self.app(scope, receive, send)
            return
        session = scope["path"].split(_UPLOADS, 1)[1].split("/")[0]
        headers = Headers(scope=scope)
        length = headers.get("content-length", "")
        # In chunks, what comes is as long as it is, whatever length is said beside them.
        if "transfer-encoding" in headers or not length.isdecimal() or len(length) > 15:
            refusal = PlainTextResponse("An upload must say its length.", 411)
            await refusal(scope, receive, send)
            return
        size = int(length)
        if complaint := self._complaint(session, size):
            await PlainTextResponse(complaint, 413)(scope, receive, send)
            return
        self._coming[session] = self._coming.get(session, 0) + size
        try:
            await self.app(scope, receive, send)
        finally:
            self._coming[session] -= size
            if not self._coming[session]:
                del self._coming[session]

    def _complaint(self, session: str, size: int) -> str:
        held = _held_bytes()
        mine = held.get(session, 0) + self._coming.get(session, 0) + size
        everybodys = sum(held.values()) + sum(self._coming.values()) + size
        for bytes_then, most, whose in (
            (mine, self.limits.session_upload_bytes, "One visitor's uploads"),
            (everybodys, self.limits.server_upload_bytes, "The uploads of all visitors together"),
        ):
            if bytes_then > most:
                return (
                    f"{whose} may take {most / MEBIBYTE:,.0f} MiB. "
                    f"Received: a file with which they would take {bytes_then / MEBIBYTE:,.0f} MiB."
                )
        return ""


def _held_bytes() -> dict[str, int]:
    """Count the bytes that Streamlit holds for each session."""
    held = runtime.get_instance().uploaded_file_mgr.file_storage  # type: ignore[attr-defined]
    return {
        session: sum(len(file.data) for file in list(files.values()))
        for session, files in list(held.items())
    }
