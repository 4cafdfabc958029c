"""The files of Streamlit's page are read from the disk once."""

import pytest

from serving.kept_files import KeptFiles
from tests.own_loop import in_own_loop

LASTING = [(b"cache-control", b"public, immutable, max-age=31536000"), (b"content-length", b"6")]


class Disk:
    """An app that counts how often it is asked, and answers in two parts."""

    def __init__(self, status=200, headers=LASTING, parts=(b"abc", b"def")):
        self.asked, self.status, self.headers, self.parts = 0, status, headers, parts

    async def __call__(self, _scope, _receive, send):
        self.asked += 1
        await send(
            {"type": "http.response.start", "status": self.status, "headers": [*self.headers]}
        )
        for at, part in enumerate(self.parts, 1):
            more = at < len(self.parts)
            await send({"type": "http.response.body", "body": part, "more_body": more})


def ask(app, path="/static/js/a.js", method="GET", headers=()):
    """Give the status, the headers and the bytes of an answer."""
    sent = []

    async def send(message):
        if message["type"] == "http.response.start":
            message["headers"].append((b"x-frame-options", b"SAMEORIGIN"))  # as a gate before it
        sent.append(message)

    scope = {"type": "http", "method": method, "path": path, "headers": list(headers)}
    in_own_loop(app(scope, None, send))
    start, *bodies = sent
    return start["status"], start["headers"], b"".join(body["body"] for body in bodies)


def test_a_file_is_read_once_and_answered_the_same_each_time():
    disk = Disk()
    app = KeptFiles(disk)
    answers = [ask(app) for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert answers[0] == (200, [*LASTING, (b"x-frame-options", b"SAMEORIGIN")], b"abcdef")
    assert disk.asked == 1
    ask(app, "/static/js/b.js")
    assert disk.asked == 2


@pytest.mark.parametrize(
    "asked",
    [
        {"path": "/media/a.png"},
        {"method": "HEAD"},
        {"headers": [(b"range", b"bytes=0-2")]},
        {"headers": [(b"if-none-match", b"1")]},
    ],
)
def test_other_requests_are_passed_on(asked):
    disk = Disk()
    app = KeptFiles(disk)
    for _ in range(2):
        ask(app, **asked)
    assert disk.asked == 2


@pytest.mark.parametrize("disk", [Disk(status=404), Disk(headers=[]), Disk(parts=(b"a" * 11,))])
def test_what_is_missing_may_change_or_has_no_room_is_not_kept(disk):
    app = KeptFiles(disk, most=10)
    assert ask(app)[2] == ask(app)[2]
    assert disk.asked == 2


def test_room_is_bounded_for_all_together():
    disk = Disk()
    app = KeptFiles(disk, most=12)
    for path in "abc" * 2:
        ask(app, f"/static/{path}.js")
    assert disk.asked == 4  # the third file each time
