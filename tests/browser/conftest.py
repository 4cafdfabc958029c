"""A running app and a real Chromium for the tests of what happens in JavaScript."""

import itertools
import re
import threading
from collections.abc import Callable, Iterator
from functools import cache
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    expect,
    sync_playwright,
)

from tests.browser.server import FORGET
from tools.app_server import open_chromium, running_app

expect.set_options(timeout=20_000)  # a busy machine is no failure

Tabs = dict[tuple[int, int], Page]


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


@pytest.fixture(scope="module")
def tabs() -> Tabs:
    """The tabs of a file's tests, by the size of their window."""
    return {}


@pytest.fixture
def visit(
    request: pytest.FixtureRequest,
    app: str,
    profile: BrowserContext,
    tabs: Tabs,
    networks_open: Callable[[], None],
) -> Iterator[Callable[..., Page]]:
    """Open a path of the app as if for the first time, and wait until it has settled.

    To load all scripts takes four times as long as to show a page. So the first visit of a test is
    led to its address in a tab of the file's tests whose last visit is forgotten: its session is
    empty, and so is its page. Any other visit of the test, and one that is `alone`, opens a page of
    its own: for what a test does to the window itself, or where loading is what it is about.
    """
    keeper, failures = profile.pages[0], request.session.testsfailed
    taken: list[tuple[int, int]] = []

    def open_page(
        path: str = "",
        *,
        width: int = 1440,
        height: int = 900,
        dark: bool = False,
        alone: bool = False,
    ) -> Page:
        if path.startswith(("network", "search")):
            networks_open()
        size, scheme = (width, height), "dark" if dark else "light"
        led = tabs.get(size) if not (taken or alone) else None
        page = led or profile.new_page()
        page.emulate_media(color_scheme=scheme)
        page.set_default_timeout(60_000)
        if led:
            lead(page, f"/{path}")
        else:
            page.set_viewport_size({"width": width, "height": height})
            page.goto(f"{app}/{path}")
            if not (taken or alone):
                tabs[size] = page
        taken.append(size)
        settle(page)
        return page

    yield open_page
    if request.session.testsfailed > failures:
        tabs.clear()  # who knows what was held down
    for page in profile.pages:
        if page is not keeper and page not in tabs.values():
            page.close()
    for size in set(taken) & set(tabs):
        forget(tabs[size], size)
    keeper.evaluate("() => localStorage.clear()")
    # Without the server's own cookie an open page could not upload.
    profile.clear_cookies(name=re.compile(r"(?!_streamlit_xsrf$)"))


_LEAD = """(path) => {
  history.replaceState({}, "", path);
  dispatchEvent(new PopStateEvent("popstate", { state: {} }));
}"""
_VISIT = itertools.count(1)


def lead(page: Page, path: str) -> None:
    """Lead a tab that has forgotten its last visit to an address."""
    page.evaluate(_LEAD, path)
    page.locator("[data-testid='stText']", has_text=re.compile(f"^{FORGET} ")).wait_for(
        state="detached"
    )


def forget(page: Page, size: tuple[int, int]) -> None:
    """Let a tab, its page and its session, be as new."""
    page.evaluate("() => sessionStorage.clear()")
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.mouse.move(0, 0)
    sentence = f"{FORGET} {next(_VISIT)}"
    page.evaluate(_LEAD, f"?{sentence.replace(' ', '=')}")
    page.get_by_text(sentence, exact=True).wait_for()
    page.wait_for_selector(_IDLE)


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


_IDLE = "[data-testid='stApp'][data-test-script-state='notRunning']"

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
    page.wait_for_selector(_IDLE)
    page.evaluate(_STILL)
    page.wait_for_selector(_IDLE)
