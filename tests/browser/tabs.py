"""Tabs of the app that tests are led to their page in: each test finds one as new.

To load all scripts takes four times as long as to show a page. So the first visit of a test is led
to its address in a tab whose last visit is forgotten: its session is empty, and so is its page.
"""

import itertools
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import BrowserContext, Error, Page

from tests.browser.server import FORGET

_NO_SIZE = (0, 0)
_NUMBERS = itertools.count(1)
_LEAD = """(path) => {
  history.replaceState({}, "", path);
  dispatchEvent(new PopStateEvent("popstate", { state: {} }));
}"""
# Before it has reached the server, and has anything to show, a page runs nothing, either.
_IDLE = (
    "[data-testid='stApp'][data-test-connection-state='CONNECTED']"
    "[data-test-script-state='notRunning']:has([data-testid='stElementContainer'])"
)

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


class Profile:
    """A browser context with its tabs.

    What a page of the app compiles (5 MB of scripts, more work than most tests) is there for the
    next one.
    """

    def __init__(self, app: str, context: BrowserContext) -> None:
        self.app, self.context = app, context
        self._tabs: dict[tuple[int, int], Page] = {}
        """By the size of their window. The one of no size keeps the process alive."""
        self._opened: list[tuple[int, int]] = []
        """The windows of the visits of a test so far."""
        context.on("page", lambda page: page.on("crash", lambda _: self._tabs.clear()))

    def open(
        self,
        path: str = "",
        *,
        width: int = 1440,
        height: int = 900,
        dark: bool = False,
        alone: bool = False,
    ) -> Page:
        """Open a path of the app as if for the first time, and wait until it has settled.

        alone : load a page of its own, as any visit but the first of a test does: for what a test
            does to the window itself, or where loading is what it is about.
        """
        if _NO_SIZE not in self._tabs:
            self._tabs[_NO_SIZE] = self.context.new_page()
            self._tabs[_NO_SIZE].goto(f"{self.app}/_stcore/health")
        size, shared = (width, height), not (alone or self._opened)
        self._opened.append(size)
        tab = self._tabs.get(size) if shared else None
        page = tab or self.context.new_page()
        page.set_default_timeout(60_000)
        page.emulate_media(color_scheme="dark" if dark else "light")
        if tab:
            _lead(page, f"/{path}")
        else:
            page.set_viewport_size({"width": width, "height": height})
            page.goto(f"{self.app}/{path}")
        if shared:
            self._tabs[size] = page
        settle(page)
        return page

    def end(self, *, failed: bool) -> None:
        """Close what a test has opened, and forget what it has done."""
        used, self._opened = set(self._opened), []
        if failed:
            for size in used:
                self._tabs.pop(size, None)  # who knows what was held down
        for page in self.context.pages:
            if page not in self._tabs.values():
                page.close()
        for size in used & set(self._tabs):
            try:
                _forget(self._tabs[size], size)
            except Error:  # what does not come to rest is no use to others
                self._tabs.pop(size).close()
        for page in self._tabs.values():
            page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
        # Without the server's own cookie an open page could not upload.
        self.context.clear_cookies(name=re.compile(r"^(?!_streamlit_xsrf$)"))


@contextmanager
def visits(
    request: pytest.FixtureRequest, profile: Profile, networks_open: Callable[[], None]
) -> Iterator[Callable[..., Page]]:
    """Let a test open pages, and leave nothing of it behind."""

    def opened(path: str = "", **more: object) -> Page:
        if path.startswith(("network", "search")):
            networks_open()
        return profile.open(path, **more)

    failures = request.session.testsfailed
    yield opened
    profile.end(failed=request.session.testsfailed > failures)


def _lead(page: Page, path: str) -> None:
    """Lead a tab that has forgotten its last visit to an address."""
    page.evaluate(_LEAD, path)
    sentence = page.get_by_text(re.compile(f"^{FORGET} \\d+$"))
    sentence.wait_for(state="detached")


def _forget(page: Page, size: tuple[int, int]) -> None:
    """Let a tab, its page and its session, be as new."""
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.mouse.move(0, 0)
    number = next(_NUMBERS)
    page.evaluate(_LEAD, f"?{FORGET}={number}")
    page.get_by_text(f"{FORGET} {number}", exact=True).wait_for()
    page.wait_for_selector(_IDLE)


def settle(page: Page) -> None:
    """Wait until the app's script has run and the page no longer changes."""
    page.wait_for_selector(_IDLE)
    page.evaluate(_STILL)
    page.wait_for_selector(_IDLE)
