"""A running app and a real Chromium for the tests of what happens in JavaScript."""

import threading
from collections.abc import Callable, Iterator
from functools import cache
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Request,
    expect,
    sync_playwright,
)

from tools.app_server import open_chromium, running_app

expect.set_options(timeout=20_000)  # a busy machine is no failure


@pytest.fixture(scope="session")
def app() -> Iterator[str]:
    with running_app() as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = open_chromium(playwright, light=True)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def networks_open(app: str, browser: Browser) -> Callable[[], None]:
    """Wait, once, as long as the server needs to load TensorFlow, which no test is about."""

    @cache
    def wait() -> None:
        page = browser.new_page()
        page.set_default_timeout(180_000)
        page.goto(f"{app}/network")
        page.locator(".network").wait_for()
        page.close()

    return wait


@pytest.fixture(scope="module")
def profile(app: str, browser: Browser) -> Iterator[BrowserContext]:
    """One browser context for the tests of a file, with a page that keeps its process alive.

    What a page of the app compiles (5 MB of scripts, more work than most tests) is there for the
    next one; what it stores, `visit` clears.
    """
    context = browser.new_context()
    context.new_page().goto(f"{app}/_stcore/health")
    yield context
    context.close()


@pytest.fixture
def visit(
    app: str, profile: BrowserContext, networks_open: Callable[[], None]
) -> Iterator[Callable[..., Page]]:
    """Open a path of the app in a fresh page with empty storage and wait until it has settled."""
    keeper = profile.pages[0]

    def open_page(
        path: str = "",
        *,
        width: int = 1440,
        height: int = 900,
        dark: bool = False,
        on_request: Callable[[Request], object] = lambda _: None,
    ) -> Page:
        if path.startswith(("network", "search")):
            networks_open()
        page = profile.new_page()
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme="dark" if dark else "light")
        page.on("request", on_request)
        page.set_default_timeout(60_000)
        page.goto(f"{app}/{path}")
        settle(page)
        return page

    yield open_page
    for page in profile.pages:
        if page is not keeper:
            page.close()
    keeper.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
    profile.clear_cookies()


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
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


# Resolves when the fonts are there and nothing has moved or changed its size for 150 ms.
_STILL = """async () => {
  await document.fonts.ready;
  const hosts = () => document.querySelectorAll("[data-testid='stMain'] [data-testid]");
  const inside = (host) => host.shadowRoot?.querySelectorAll("canvas, button, input, svg") ?? [];
  const places = () => [...hosts()]
    .flatMap((host) => [host, ...inside(host)])
    .map((node) => Object.values(node.getBoundingClientRect().toJSON()).map(Math.round).join())
    .join(";");
  const started = performance.now();
  let [before, since] = [places(), started];
  while (performance.now() < Math.min(since + 150, started + 10_000)) {
    await new Promise((resolve) => setTimeout(resolve, 40));
    const now = places();
    if (now !== before) [before, since] = [now, performance.now()];
  }
}"""


def settle(page: Page) -> None:
    """Wait until the app's script has run and the page no longer changes."""
    idle = "[data-testid='stApp'][data-test-script-state='notRunning']"
    page.wait_for_selector(idle)
    page.evaluate(_STILL)
    page.wait_for_selector(idle)
