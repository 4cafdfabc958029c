"""Measure what the first visitor of a server waits for: `python -m tools.bench_cold`.

Each cold row has a server process of its own. A visitor comes the moment it answers; the browser
is there already. What a visitor of a server that has got ready waits for stands below.
"""

import statistics
import time
from collections.abc import Iterator

from playwright.sync_api import Browser, Page, sync_playwright

from tools.app_server import open_chromium, running_app

Row = tuple[str, str, str]

# What is asked for, its address, what is on screen once it is there; most seconds cold and warm.
_VIEWS = (
    ("first page (Convolution)", "convolution", ".stage canvas", 2.0, 0.7),
    ("first Search result", "search", ".results .card .shot", 3.0, 0.7),
    ("EfficientNet's overview", "network", ".answer .number", 3.0, 0.7),
)
_ROUNDS = 5


def rows() -> Iterator[Row]:
    """Measure cold servers, then one that is ready."""
    with sync_playwright() as playwright:
        browser = open_chromium(playwright)
        for what, path, there, most, _ in _VIEWS:
            started = time.perf_counter()
            with running_app(warm=True) as address:
                answers = time.perf_counter()
                waited = _seen(browser, f"{address}/{path}", there)
            measured = f"{waited:.1f} s, and {answers - started:.1f} s until the server answered"
            yield f"cold server to {what}", measured, f"{most:g} s"
        with running_app(warm=True) as address:
            for _, path, there, _, _ in _VIEWS:
                _seen(browser, f"{address}/{path}", there)
            time.sleep(15)  # until it is ready with the rest, too
            for what, path, there, _, most in _VIEWS:
                times = [_seen(browser, f"{address}/{path}", there) for _ in range(_ROUNDS)]
                measured = f"{1000 * statistics.median(times):.0f} ms"
                yield f"warm server to {what}", measured, f"{1000 * most:g} ms"
        browser.close()


def _seen(browser: Browser, address: str, there: str) -> float:
    """Come as a new visitor; the seconds until what is asked for is painted."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    try:
        start = time.perf_counter()
        page.goto(address, wait_until="commit")
        page.locator(there).first.wait_for(timeout=60_000)
        _painted(page)
        return time.perf_counter() - start
    finally:
        context.close()


def _painted(page: Page) -> None:
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")


if __name__ == "__main__":
    for row in rows():
        print("  ".join(row), flush=True)
