"""Measure what the first visitor of a server waits for: `python -m tools.bench_cold`.

Each cold row has a server process of its own. A visitor comes the moment it answers; the browser
is there already. What a visitor of a server that has got ready waits for stands below: the bound is
for one whose browser has nothing of Streamlit's 3.4 MB of scripts yet, beside it stands one whose
browser has been there. The bare page says what Streamlit takes alone.
"""

import statistics
import time
from collections.abc import Iterator

from playwright.sync_api import Browser, sync_playwright

from tools.app_server import open_chromium, running_app

Row = tuple[str, str, str]

_BARE = "tools/bare_page.py"
# What is asked for, its address, what is on screen once it is there; most seconds cold and warm.
_VIEWS = (
    ("first page (Convolution)", "convolution", ".stage canvas", 2.0, 0.7),
    ("first Search result", "search", ".results .card .shot", 3.0, 0.7),
    ("EfficientNet's overview", "network", ".answer .number", 3.0, 0.7),
)
_ROUNDS = 7

# Playwright's own wait looks each half second in the end. A component is in a root of its own.
_IS_THERE = """
(there) => {
  const within = (root) => {
    if (root.querySelector(there)?.getClientRects().length) return true;
    return [...root.querySelectorAll(".stBidiComponent *, [data-testid^=stBidiComponent] *")]
      .some((host) => host.shadowRoot && within(host.shadowRoot));
  };
  return within(document) && performance.now();
}
"""


def rows() -> Iterator[Row]:
    """Measure cold servers, then one that is ready."""
    with sync_playwright() as playwright:
        browser = open_chromium(playwright)
        for what, path, there, most, _ in _VIEWS:
            started = time.perf_counter()
            with running_app(warm=True) as address:
                answers = time.perf_counter()
                (waited,) = _seen(browser, f"{address}/{path}", there)
            measured = f"{waited:.1f} s, and {answers - started:.1f} s until the server answered"
            yield f"cold server to {what}", measured, f"{most:g} s"
        with running_app(_BARE) as address:
            yield _warm_row(browser, "a bare Streamlit page", address, "img", None)
        with running_app(warm=True) as address:
            for _, path, there, _, _ in _VIEWS:
                _seen(browser, f"{address}/{path}", there)
            time.sleep(15)  # until it is ready with the rest, too
            for what, path, there, _, most in _VIEWS:
                yield _warm_row(browser, what, f"{address}/{path}", there, most)
        browser.close()


def _warm_row(browser: Browser, what: str, address: str, there: str, most: float | None) -> Row:
    again = statistics.median(_seen(browser, address, there, times=1 + _ROUNDS)[1:])
    anew = statistics.median(_seen(browser, address, there)[0] for _ in range(_ROUNDS))
    measured = f"{1000 * anew:.0f} ms, in a browser that has been there {1000 * again:.0f} ms"
    return f"warm server to {what}", measured, f"{1000 * most:g} ms" if most else ""


def _seen(browser: Browser, address: str, there: str, times: int = 1) -> list[float]:
    """Come with a new browser profile, so many times; the seconds until what is asked for is there.

    They are counted by the page's own clock, from the moment the address is opened.
    """
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    found = []
    try:
        for _ in range(times):
            page.goto(address, wait_until="commit")
            there_at = page.wait_for_function(_IS_THERE, arg=there, polling=20, timeout=60_000)
            found.append(there_at.json_value() / 1000)
            page.wait_for_timeout(1_500)  # the rest of the page comes, too
        return found
    finally:
        context.close()


if __name__ == "__main__":
    for row in rows():
        print("  ".join(row), flush=True)
