"""Measure what the app promises and print one table: `make bench`.

Timings are medians of one run on one machine; nothing else should be running.
"""

import statistics
from collections.abc import Callable

from playwright.sync_api import Page, sync_playwright

from tools import bench_compute
from tools.app_server import open_chromium, running_app

Row = tuple[str, str, str]

_WATCH = """
(stage) => {
  // Time from a key's press to the frame after the new result was painted.
  const state = stage.closest(".root").stage;
  window.waits = [];
  document.addEventListener("keydown", () => {
    const [start, before] = [performance.now(), state.data];
    const look = () => {
      if (state.data === before) return requestAnimationFrame(look);
      requestAnimationFrame(() => window.waits.push(performance.now() - start));
    };
    requestAnimationFrame(look);
  }, true);
}
"""

_DRAG = """
(stage) => {
  const state = stage.closest(".root").stage;
  const times = [];
  for (let step = 1; step <= 40; step++) {
    const start = performance.now();
    state.preview(1, 1, step / 50);
    state.paintOutput();
    state.drawNow();
    times.push(performance.now() - start);
  }
  state.commit(state.editor.values);
  return times;
}
"""

_HOVER = """
(stage) => {
  const state = stage.closest(".root").stage;
  const times = [];
  for (let step = 0; step < 60; step++) {
    const start = performance.now();
    state.look([3 * step, 5 * step], true);
    state.drawNow();
    times.push(performance.now() - start);
  }
  return times;
}
"""


def slider_to_picture(page: Page, label: str, count: int = 24) -> list[float]:
    """Press arrow keys on a slider and time, in the browser, until the result is painted."""
    page.locator(".stage").evaluate(_WATCH)
    slider = page.get_by_role("slider", name=label)
    slider.focus()
    for step in range(count):
        page.keyboard.press("ArrowRight" if step % 2 == 0 else "ArrowLeft")
        page.wait_for_function(f"window.waits.length > {step}", timeout=10_000)
        page.wait_for_timeout(120)
    return page.evaluate("window.waits")


def browser_rows(address: str, page: Page) -> list[Row]:
    """Measure the Convolution page at 512 x 512, grey and in colour."""
    rows: list[Row] = []
    for source in ("grey", "colour"):
        page.goto(f"{address}/convolution?picture=checkerboard&source={source.capitalize()}")
        page.wait_for_selector(".stage canvas")
        page.wait_for_timeout(1_500)
        size = page.locator(".input .size").inner_text()
        case = f"{size}, {source}"
        waits = slider_to_picture(page, "Bias")
        rows.append(_row(f"slider to new picture on screen ({case})", waits, 100))
        stage = page.locator(".stage")
        rows.append(_row(f"frame while a weight is dragged ({case})", stage.evaluate(_DRAG), 16))
        rows.append(_row(f"hover to highlight ({case})", stage.evaluate(_HOVER), 16))
    return rows


def _row(what: str, milliseconds: list[float], most: float) -> Row:
    return what, f"{statistics.median(milliseconds):.1f} ms", f"{most:g} ms"


def print_table(rows: list[Row]) -> None:
    """Print the rows under a heading, each column as wide as it needs to be."""
    table = [("what", "measured", "at most"), *rows]
    widths = [max(len(row[column]) for row in table) for column in range(3)]
    for row in table:
        print(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        )


def main(parts: tuple[Callable[[], list[Row]], ...] = (bench_compute.rows,)) -> None:
    """Measure the compute core, then the app in Chromium."""
    rows = [row for part in parts for row in part()]
    with running_app() as address, sync_playwright() as playwright:
        browser = open_chromium(playwright)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        rows += browser_rows(address, page)
        browser.close()
    print_table(rows)


if __name__ == "__main__":
    main()
