"""The server knows when it last heard of somebody."""

import math

import pytest

from serving.quiet import Heard, seconds_of_quiet
from tests.own_loop import in_own_loop


def pass_through(scope, *messages):
    """Let a request pass; return what the app reads, and when it was heard after each."""
    waiting, read = list(messages), []

    async def app(_scope, receive, _send):
        for _ in messages:
            Heard.last = -math.inf
            read.append((await receive(), Heard.last))

    async def receive():
        return waiting.pop(0)

    in_own_loop(Heard(app)(scope, receive, None))
    return read


@pytest.fixture(autouse=True)
def _nobody(monkeypatch):
    monkeypatch.setattr(Heard, "last", -math.inf)


@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_a_request_is_heard(kind):
    assert seconds_of_quiet() == math.inf
    pass_through({"type": kind, "path": "/convolution"})
    assert seconds_of_quiet() < 5


def test_what_an_open_page_says_is_heard_and_passed_on():
    said = {"type": "websocket.receive", "bytes": b"1"}
    ((read, heard),) = pass_through({"type": "websocket", "path": "/_stcore/stream"}, said)
    assert read == said
    assert heard > -math.inf


@pytest.mark.parametrize(
    "scope", [{"type": "http", "path": "/_stcore/health"}, {"type": "lifespan"}]
)
def test_a_health_check_is_nobody(scope):
    pass_through(scope)
    assert seconds_of_quiet() == math.inf
