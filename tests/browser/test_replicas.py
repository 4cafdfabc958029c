"""Several replicas behind their proxy: what a browser sees of it when one dies."""

import http.client
from contextlib import closing

import pytest
from playwright.sync_api import expect

from tests.browser.tabs import settle
from tools.app_server import running_replicas

COOKIE = "cnnviz_replica"

# Notes whatever is said of a lost connection or of an error, however briefly.
_WATCH = """
window.said = [];
new MutationObserver(() => {
  const found = document.querySelectorAll(
    "[role='dialog'], [data-testid='stException'], [data-testid='stAlertContentError']",
  );
  for (const node of found) window.said.push(node.innerText);
}).observe(document, { subtree: true, childList: true, characterData: true });
"""


@pytest.fixture(scope="module")
def two():
    with running_replicas(2) as replicas:
        yield replicas


@pytest.fixture
def visitor(browser):
    context = browser.new_context()
    yield context
    context.close()


def replica_of(context):
    """Name the replica that the proxy has given a browser: 1 or 2."""
    (cookie,) = (cookie for cookie in context.cookies() if cookie["name"] == COOKIE)
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Lax"
    return int(cookie["value"])


def test_the_gates_hold_behind_the_proxy(two):
    def asked_for(path):
        host = two.address.removeprefix("http://")
        with closing(http.client.HTTPConnection(host, timeout=20)) as connection:
            connection.request("GET", path, headers={"Host": "school.example"})
            with connection.getresponse() as answer:
                return answer.status, answer.headers

    status, headers = asked_for("/convolution")
    assert status == 200
    assert "frame-ancestors 'self'" in headers["Content-Security-Policy"]
    assert asked_for("/_stcore/metrics")[0] == 404


def test_a_browser_keeps_its_replica_and_visitors_spread(two, browser):
    contexts = [browser.new_context() for _ in range(2)]
    try:
        for context in contexts:
            page = context.new_page()
            page.goto(f"{two.address}/padding_and_stride")
            settle(page)
        assert set(map(replica_of, contexts)) == {1, 2}
        number = replica_of(contexts[0])
        page = contexts[0].new_page()
        page.goto(f"{two.address}/pooling")
        settle(page)
        assert replica_of(contexts[0]) == number
    finally:
        for context in contexts:
            context.close()


def test_a_replica_that_dies_costs_its_visitors_one_reconnect(two, visitor):
    page = visitor.new_page()
    sockets, failed = [], []
    page.add_init_script(_WATCH)
    page.on("websocket", lambda socket: sockets.append(socket.url))
    page.goto(f"{two.address}/convolution?stride=3&picture=moose")
    settle(page)
    page.on("response", lambda answer: answer.status >= 400 and failed.append(answer.url))
    shown = page.locator(".sum").inner_text()
    number = replica_of(visitor)
    before = two.processes()[number - 1]
    assert len(sockets) == 1

    before.kill()
    with page.expect_event("websocket", timeout=20_000) as came:
        pass
    came.value.wait_for_event("framereceived")  # it has asked the other one for the page
    settle(page)

    assert page.url == f"{two.address}/convolution?stride=3&picture=moose"
    expect(page.locator(".sum")).to_have_text(shown)
    assert len(sockets) == 2
    assert failed == []
    assert page.evaluate("window.said") == []
    assert replica_of(visitor) == 3 - number

    # The other one answers what is asked next: it knows the page, not only the browser does.
    page.get_by_role("slider", name="Stride").press("ArrowRight")
    page.wait_for_url("**/convolution?stride=4&picture=moose")
    settle(page)
    expect(page.locator(".sum")).not_to_have_text(shown)
