"""Tabs of the app that tests are led to their page in: each test finds one as new.

To load all scripts takes four times as long as to show a page. So the visits of a test are led
to their address in tabs whose last visit is forgotten: each with a session of its own that is
empty, on a page that is empty.
"""

import itertools
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Error, Page

from tests.browser.server import FORGET

FAILED = pytest.StashKey[bool]()
"""Whether a test has failed, before it is known whether it has a second try."""
_MOST = 4
"""Tabs of one size of window."""
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

# What an address that forgets shows, and nothing beside it.
_SENTENCE = """document.querySelector('[data-testid="stText"]')?.innerText.trim()"""

# Resolves when the fonts are there and nothing has moved or changed its size for 150 ms.
_STILL = """async () => {
  await document.fonts.ready;
  const hosts = () => document.querySelectorAll("[data-testid='stMain'] [data-testid]");
  const inside = (host) => host.shadowRoot?.querySelectorAll("canvas, button, input, svg") ?? [];
  const places = () => [...hosts()]
    .flatMap((host) => [host, ...inside(host)])
    .map((node) => {
      const { x, y, width, height } = node.getBoundingClientRect();
      return `${Math.round(x)},${Math.round(y)},${Math.round(width)},${Math.round(height)}`;
    })
    .join(";");
  const started = performance.now();
  let [before, since] = [places(), started];
  while (performance.now() < Math.min(since + 150, started + 10_000)) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const now = places();
    if (now !== before || document.fonts.status === "loading")
      [before, since] = [now, performance.now()];
  }
}"""


Tab = tuple[int, int, int]
"""Width and height of a window, and which of those of a test it is."""


class Profile:
    """A browser context with its tabs.

    What a page of the app compiles (5 MB of scripts, more work than most tests) is there for the
    next one.
    """

    def __init__(self, app: str, context: BrowserContext) -> None:
        self.app, self.context = app, context
        self._keeper: Page | None = None
        """A page that shows nothing and keeps the process alive."""
        self._tabs: dict[Tab, Page] = {}
        self._used: list[Tab] = []
        """The tabs of a test so far."""
        self.asked: list[str] = []
        """The addresses of all that was asked for, from the first visit on."""
        context.add_init_script(path=Path(__file__).with_name("asking.js"))
        context.on("page", lambda page: page.on("crash", lambda _: self._forget_all()))
        context.on("request", lambda request: self.asked.append(request.url))

    def _forget_all(self) -> None:
        self._keeper, self._tabs = None, {}

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

        alone : load a page of its own: for what a test does to the window itself, or where loading
            is what it is about.
        """
        if self._keeper is None:
            self._keeper = self.context.new_page()
            self._keeper.goto(f"{self.app}/_stcore/health")
        tab = (width, height, sum(used[:2] == (width, height) for used in self._used))
        page = None
        if not alone and tab[2] < _MOST:
            self._used.append(tab)
            page = self._tabs.pop(tab, None)
        if page is None or page.is_closed():
            page = self.context.new_page()
            page.set_viewport_size({"width": width, "height": height})
            page.emulate_media(color_scheme="dark" if dark else "light")
            page.set_default_timeout(60_000)
            page.goto(f"{self.app}/{path}")
        else:
            page.emulate_media(color_scheme="dark" if dark else "light")
            _lead(page, f"/{path}")
        if tab in self._used and tab not in self._tabs:
            self._tabs[tab] = page
        settle(page)
        return page

    def end(self, *, failed: bool) -> None:
        """Close what a test has opened, and forget what it has done."""
        used, self._used = self._used, []
        if failed:
            for tab in used:
                self._tabs.pop(tab, None)  # who knows what was held down
        for page in self.context.pages:
            if page is not self._keeper and page not in self._tabs.values():
                page.close()
        for tab in used:
            page = self._tabs.get(tab)
            try:
                if page is not None:
                    _forget(page, tab)
            except Error:  # closed, or it does not come to rest
                self._tabs.pop(tab).close()
        if self._keeper is not None:
            self._keeper.evaluate("() => localStorage.clear()")
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

    yield opened
    profile.end(failed=request.node.stash.get(FAILED, False))


def _lead(page: Page, path: str) -> None:
    """Lead a tab that has forgotten its last visit to an address."""
    page.evaluate(_LEAD, path)
    page.wait_for_function(f"() => !({_SENTENCE})?.startsWith('{FORGET} ')")


def _forget(page: Page, tab: Tab) -> None:
    """Let a tab, its page and its session, be as new."""
    page.evaluate("() => sessionStorage.clear()")
    page.mouse.move(0, 0)
    number = next(_NUMBERS)
    page.evaluate(_LEAD, f"?{FORGET}={number}")
    # A page that is still at work may miss it: to load a tab anew then takes less than to wait on.
    page.wait_for_function(f"() => ({_SENTENCE}) === '{FORGET} {number}'", timeout=10_000)
    page.set_viewport_size({"width": tab[0], "height": tab[1]})  # now there is little to lay out
    _rests(page)


def settle(page: Page) -> None:
    """Wait until the app's script has run and the page no longer changes."""
    _rests(page)
    page.evaluate(_STILL)
    _rests(page)


def _rests(page: Page) -> None:
    """Wait until the app's script runs no more, and is to run no more."""
    # It is looked at each frame; what is waited for by a selector is found half a second late.
    page.wait_for_function(
        "(idle) => document.querySelector(idle) !== null && !globalThis.hasAsked?.()", arg=_IDLE
    )
