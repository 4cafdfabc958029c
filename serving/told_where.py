"""Tell Streamlit's page where its server is.

A browser that opens /convolution cannot know whether the app is at / or at /convolution. Streamlit
asks at the longer one, is refused, waits 100 ms and more, and asks at the other. But the page's own
scripts are named relative to it, so where they come from is where the server is
(docs/decisions/told-where.md).
"""

import gzip

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

TOLD = b"""<script>
  window.__streamlit ??= { BACKEND_BASE_URL: new URL("./", location.href).href }
</script>"""
_BEFORE = b"<head>"


class ToldWhere:
    """Add `TOLD` to the page that all addresses begin with."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; an answer that is a page comes back with what is told."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        page: list[Message] = []  # how it begins, and its bytes as far as they have come

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_page(message):
                page.append(message)
            elif not page:
                await send(message)
            else:
                page.append(message)
                if not message.get("more_body", False):
                    for each in _with_what_is_told(page):
                        await send(each)

        await self.app(scope, receive, told)


def _is_page(start: Message) -> bool:
    kind = Headers(scope=start).get("content-type", "")
    return start["status"] == 200 and kind.startswith("text/html")


def _with_what_is_told(page: list[Message]) -> list[Message]:
    start, *parts = page
    body = b"".join(part.get("body", b"") for part in parts)
    headers = MutableHeaders(scope=start)
    is_packed = headers.get("content-encoding") == "gzip"
    body = gzip.decompress(body) if is_packed else body
    body = body.replace(_BEFORE, _BEFORE + TOLD, 1)
    body = gzip.compress(body) if is_packed else body
    headers["content-length"] = str(len(body))
    for name in ("etag", "last-modified"):  # of the file as it lies there
        del headers[name]
    return [start, {"type": "http.response.body", "body": body}]
