"""A running app and a real Chromium for the tests of what happens in JavaScript."""

from collections.abc import Callable, Iterator
from functools import cache

import pytest
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright

from tools.app_server import open_chromium, running_app

expect.set_options(timeout=20_000)  # a busy machine is no failure


@pytest.fixture(scope="session")
def app() -> Iterator[str]:
    with running_app() as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = open_chromium(playwright)
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


@pytest.fixture
def visit(
    app: str, browser: Browser, networks_open: Callable[[], None]
) -> Iterator[Callable[..., Page]]:
    """Open a path of the app in a fresh browser context and wait until it has settled."""
    contexts = []

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
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
        )
        contexts.append(context)
        context.on("request", on_request)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.goto(f"{app}/{path}")
        settle(page)
        return page

    yield open_page
    for context in contexts:
        context.close()


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
