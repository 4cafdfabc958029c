"""The running server: who may ask, and what a page may load."""

import http.client
import threading
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import settle
from tools.app_server import free_port, running_app


@pytest.fixture
def stranger():
    """A server elsewhere that notes what is fetched from it."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


def asked_for(app, path, **headers):
    """Ask for a path; gives the status and the headers."""
    with closing(http.client.HTTPConnection(app.removeprefix("http://"), timeout=20)) as connection:
        connection.request("GET", path, headers=headers)
        with connection.getresponse() as answer:
            return answer.status, answer.headers


def status(app, path, **headers):
    return asked_for(app, path, **headers)[0]


def test_only_this_computers_own_names_are_answered(app):
    assert status(app, "/") == 200
    assert status(app, "/", Host="evil.example") == 400
    assert status(app, "/_stcore/health", Host="localhost.evil.example") == 400
    handshake = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
    }
    assert status(app, "/_stcore/stream", **handshake) == 101
    assert status(app, "/_stcore/stream", Host="evil.example", **handshake) in (400, 403)


def test_the_servers_numbers_are_not_for_strangers(app):
    assert status(app, "/_stcore/metrics") == 404


def test_a_page_loads_nothing_from_elsewhere(visit, stranger):
    address, asked = stranger
    page = visit("convolution")
    tried = page.evaluate(
        """async (address) => {
          const image = new Image();
          const seen = new Promise((done) => { image.onload = image.onerror = done; });
          image.src = `${address}/picture.png`;
          const fetched = await fetch(`${address}/fetched`).then(() => "came", () => "blocked");
          const sheet = document.createElement("style");
          sheet.textContent = `@import "${address}/sheet.css"; body { cursor: url(${address}/c) }`;
          document.head.append(sheet);
          await seen;
          await new Promise((done) => setTimeout(done, 300));
          return fetched;
        }""",
        address,
    )
    assert tried == "blocked"
    assert asked == []


def test_nobody_elsewhere_can_frame_a_page(app):
    _, headers = asked_for(app, "/convolution")
    assert "frame-ancestors 'self'" in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "SAMEORIGIN"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


def test_an_open_page_comes_back_with_its_state_after_a_restart(browser):
    port = free_port()
    page = browser.new_page()
    with running_app(port=port) as address:
        page.goto(f"{address}/convolution?stride=3&picture=moose")
        settle(page)
        sentence = page.locator(".sum").inner_text()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Connection error")
    assert "yourscript" not in dialog.inner_text()
    with running_app(port=port):
        expect(dialog).to_be_hidden()
        settle(page)
        assert page.url.endswith("/convolution?stride=3&picture=moose")
        expect(page.locator(".sum")).to_have_text(sentence)
    page.close()
