"""Add to the page that every address begins with: where its server is, and what it needs next.

A browser that opens /convolution cannot know whether the app is at / or at /convolution: Streamlit
asks at the longer one first. And it finds out which of Streamlit's scripts a page takes only once
that has come, several of them one after the other (docs/decisions/index-page.md).
"""

from __future__ import annotations

import gzip
import re
from functools import cache
from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import file_util

# The page names its scripts relative to itself: the server is where they are.
WHERE = (
    '<script>window.__streamlit ??= {BACKEND_BASE_URL: new URL("./", location.href).href}</script>'
)
ELEMENTS = (
    "Html",
    "ImageList",
    "PageLink",
    "BidiComponent",
    "Button",
    "ButtonGroup",
    "Selectbox",
    "Checkbox",
)
"""Those of Streamlit's elements that nearly every page shows, as its scripts are named."""
_BEFORE = b"<head>"
_NAMED = re.compile(r"(?:from|import)\s*[\"'`]\./([\w.-]+\.js)[\"'`]")


class IndexPage:
    """Add `additions` to an answer that is a page."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; a page comes back with more in its head."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        page: list[Message] = []  # how it begins, and its bytes as far as they have come

        async def added(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_page(message):
                page.append(message)
            elif not page:
                await send(message)
            else:
                page.append(message)
                if not message.get("more_body", False):
                    for each in _with_additions(page):
                        await send(each)

        await self.app(scope, receive, added)


@cache
def additions(static: Path | None = None) -> bytes:
    """Write what is added, for the folder of Streamlit's own page."""
    static = static or Path(file_util.get_static_dir())
    links = (
        f'<link rel="modulepreload" crossorigin href="./static/js/{name}">'
        for name in scripts_of(ELEMENTS, static)
    )
    return "".join((WHERE, *links)).encode()


def scripts_of(elements: tuple[str, ...], static: Path) -> list[str]:
    """List the scripts of elements and what these import, but for what the page names itself."""
    folder = static / "static" / "js"
    page = (static / "index.html").read_text(encoding="utf-8")
    waiting = [path.name for name in elements for path in folder.glob(f"{name}.*.js")]
    found: list[str] = []
    while waiting:
        name = waiting.pop(0)
        if name not in found and name not in page:
            found.append(name)
            waiting += _NAMED.findall((folder / name).read_text(encoding="utf-8"))
    return found


def _is_page(start: Message) -> bool:
    kind = Headers(scope=start).get("content-type", "")
    return start["status"] == 200 and kind.startswith("text/html")


def _with_additions(page: list[Message]) -> list[Message]:
    start, *parts = page
    body = b"".join(part.get("body", b"") for part in parts)
    headers = MutableHeaders(scope=start)
    is_packed = headers.get("content-encoding") == "gzip"
    body = gzip.decompress(body) if is_packed else body
    body = body.replace(_BEFORE, _BEFORE + additions(), 1)
    body = gzip.compress(body) if is_packed else body
    headers["content-length"] = str(len(body))
    for name in ("etag", "last-modified"):  # of the file as it lies there
        del headers[name]
    return [start, {"type": "http.response.body", "body": body}]
