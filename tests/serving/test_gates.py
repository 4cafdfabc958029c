"""What a request passes before the app sees it."""

import pytest

from cnnviz.limits import MEBIBYTE, Limits
from serving import gates
from serving.gates import HEADERS, ClosedRoutes, SafetyHeaders, UploadBudget, known_hosts
from tests.own_loop import in_own_loop

LIMITS = Limits(session_upload_megabytes=3, server_upload_megabytes=5)


async def everything_passes(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"passed"})


def request(gate, path, *, method="GET", headers=()):
    """Send a request through a gate; gives status, headers and body."""
    sent = []

    async def send(message):
        sent.append(message)

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "headers": [(name.encode(), value.encode()) for name, value in headers],
    }
    in_own_loop(gate(scope, receive, send))
    start, body = sent
    named = {name.decode(): value.decode() for name, value in start["headers"]}
    return start["status"], named, body["body"].decode()


def upload(gate, session, size):
    path = f"/_stcore/upload_file/{session}/some-file"
    return request(gate, path, method="PUT", headers=[("content-length", str(size))])


@pytest.fixture
def held(monkeypatch):
    """The bytes that each session is held to have uploaded."""
    held = {}
    monkeypatch.setattr(gates, "_held_bytes", lambda: held)
    return held


def test_every_answer_carries_the_headers():
    _, headers, _ = request(SafetyHeaders(everything_passes), "/anything")
    assert headers.items() >= {name.lower(): value for name, value in HEADERS.items()}.items()


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/metrics/", "/app/_stcore/metrics"])
def test_what_only_the_host_should_see_is_closed(path):
    status, _, _ = request(ClosedRoutes(everything_passes), path)
    assert status == 404
    assert request(ClosedRoutes(everything_passes), "/_stcore/health")[0] == 200


def test_an_upload_within_the_budget_passes(held):
    held["one"] = MEBIBYTE
    assert upload(UploadBudget(everything_passes, LIMITS), "one", 2 * MEBIBYTE)[0] == 200


def test_one_visitor_may_not_fill_the_memory(held):
    held["one"] = 2 * MEBIBYTE
    status, _, body = upload(UploadBudget(everything_passes, LIMITS), "one", 2 * MEBIBYTE)
    assert status == 413
    assert body == (
        "One visitor's uploads may take 3 MiB. Received: a file with which they would take 4 MiB."
    )


def test_all_visitors_together_may_not_fill_the_memory(held):
    held.update(one=2 * MEBIBYTE, two=2 * MEBIBYTE)
    status, _, body = upload(UploadBudget(everything_passes, LIMITS), "three", 2 * MEBIBYTE)
    assert status == 413
    assert "all visitors together may take 5 MiB" in body


def test_what_is_still_coming_counts_and_is_forgotten_afterwards(held):
    seen = []
    gate = UploadBudget(everything_passes, LIMITS)

    async def meanwhile(scope, receive, send):
        seen.append(gate._complaint("one", 2 * MEBIBYTE))
        await everything_passes(scope, receive, send)

    gate.app = meanwhile
    assert upload(gate, "one", 2 * MEBIBYTE)[0] == 200
    assert "4 MiB" in seen[0]
    assert gate._coming == {}


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("content-length", "1" * 16)],
        [("content-length", "x")],
        # HTTP lets the chunks decide; the length beside them may be any.
        [("content-length", "5"), ("transfer-encoding", "chunked")],
        [("transfer-encoding", "chunked"), ("content-length", "5")],
    ],
)
def test_an_upload_without_a_length_is_refused(held, headers):
    path = "/_stcore/upload_file/one/file"
    gate = UploadBudget(everything_passes, LIMITS)
    assert request(gate, path, method="PUT", headers=headers)[0] == 411


@pytest.mark.parametrize(
    ("address", "allowed", "hosts"),
    [
        ("localhost", [], {"localhost", "127.0.0.1", "::1"}),
        ("127.0.0.1", ["me.example"], {"localhost", "127.0.0.1", "::1", "me.example"}),
        ("0.0.0.0", ["school.example"], {"localhost", "127.0.0.1", "::1", "school.example"}),
        ("0.0.0.0", [], {"*"}),
    ],
)
def test_the_hosts_follow_from_where_the_server_listens(monkeypatch, address, allowed, hosts):
    settings = {"server.address": address, "server.allowedHosts": allowed}
    monkeypatch.setattr(gates.config, "get_option", settings.get)
    assert set(known_hosts()) == hosts
