"""A running app and a real Chromium for the tests of what happens in JavaScript."""

import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from functools import cache
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.tabs import FAILED, Profile, visits
from tests.own_loop import in_own_loop
from tools.app_server import open_chromium, running_app
from tools.visitor import visitor

expect.set_options(timeout=20_000)  # a busy machine is no failure


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Tell what cleans up behind a test whether it has failed."""
    report = yield
    if call.when != "teardown":
        item.stash[FAILED] = report.failed
    return report


@pytest.fixture(scope="session")
def app() -> Iterator[str]:
    with running_app(command="tests.browser.server") as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = open_chromium(playwright, light=True)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def networks_open(app: str) -> Callable[[], None]:
    """Wait, once, as long as the server needs to load TensorFlow, which no test is about."""

    async def opened() -> bool:
        async with visitor(app) as one:
            with suppress(TimeoutError):
                return (await one.open("network")).complaints == ()
        return False

    @cache
    def wait() -> None:
        # A new machine may take longer than a visitor waits.
        assert any(in_own_loop(opened()) for _ in range(3))

    return wait


@pytest.fixture(scope="session")
def profile(app: str, browser: Browser) -> Iterator[Profile]:
    """The tabs that all tests share."""
    profile = Profile(app, browser.new_context())
    yield profile
    profile.context.close()


@pytest.fixture
def visit(
    request: pytest.FixtureRequest, profile: Profile, networks_open: Callable[[], None]
) -> Iterator[Callable[..., Page]]:
    """Open a path of the app as if for the first time, and wait until it has settled.

    The parameters are those of `Profile.open`.
    """
    with visits(request, profile, networks_open) as opened:
        yield opened


@pytest.fixture
def stranger() -> Iterator[tuple[str, list[str]]]:
    """A server elsewhere that notes what is fetched from it."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()
