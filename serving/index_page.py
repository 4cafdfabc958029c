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

from serving.kept_files import CollectedAnswer

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
        page = CollectedAnswer()

        async def added(message: Message) -> None:
            if page.start is None and not _begins_page(message):
                await send(message)
                return
            page.take(message)
            if page.start is not None and page.is_whole:
                body = _with_additions(page.start, page.body)
                await send(page.start)
                await send({"type": "http.response.body", "body": body})

        await self.app(scope, receive, added)


@cache
def additions() -> bytes:
    """Write what is added to Streamlit's own page."""
    links = (
        f'<link rel="modulepreload" crossorigin href="./static/js/{name}">'
        for name in scripts_of(ELEMENTS, Path(file_util.get_static_dir()))
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


def _begins_page(message: Message) -> bool:
    if message["type"] != "http.response.start" or message["status"] != 200:
        return False
    return Headers(scope=message).get("content-type", "").startswith("text/html")


def _with_additions(start: Message, body: bytes) -> bytes:
    """Give the page with what is added, and let the headers of its `start` tell of that."""
    headers = MutableHeaders(scope=start)
    is_packed = headers.get("content-encoding") == "gzip"
    body = gzip.decompress(body) if is_packed else body
    body = body.replace(_BEFORE, _BEFORE + additions(), 1)
    body = gzip.compress(body) if is_packed else body
    headers["content-length"] = str(len(body))
    for name in ("etag", "last-modified"):  # of the file as it lies there
        del headers[name]
    return body
