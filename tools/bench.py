"""Measure what the app promises and print one table: `make bench`.

Timings are medians of one run on one machine; nothing else should be running.
"""

import statistics

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from cnnviz.images import encode_png
from tools import bench_cold, bench_compute, bench_load, bench_networks, bench_pages, bench_search
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

_FIRST_PAINT = """
  for (const name of ["putImageData", "drawImage"]) {
    const draw = CanvasRenderingContext2D.prototype[name];
    CanvasRenderingContext2D.prototype[name] = function (...given) {
      if (!window.painted) requestAnimationFrame(() => (window.painted ??= performance.now()));
      return draw.apply(this, given);
    };
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
  state.commit(state.kernel.editor.values);
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
        page.wait_for_function("step => window.waits.length > step", arg=step, timeout=10_000)
        page.wait_for_timeout(120)
    return page.evaluate("window.waits")


def browser_rows(address: str, page: Page) -> list[Row]:
    """Measure the first page, and the Convolution page at 512 x 512 in grey and in colour."""
    rows = []
    for path, most in (
        ("convolution", 1000),
        ("network?network=Tutorial+network", 1000),
        ("network?network=Small+VGG", 1000),
        ("network", 2000),
    ):
        found = _first_views(f"{address}/{path}", page.context.browser)
        rows.append(_row(f"first view of {path} on a warm server", found, most))
    page.goto(f"{address}/convolution")
    _upload_square(page)
    for source in ("Grey", "Colour"):
        page.get_by_role("combobox", name="Picture in").fill(source)
        page.keyboard.press("Enter")
        page.wait_for_timeout(2_000)
        case = f"{page.locator('.input .size').inner_text()}, {source.lower()}"
        waits = slider_to_picture(page, "Bias")
        rows.append(_row(f"slider to new picture on screen ({case})", waits, 100))
        stage = page.locator(".stage")
        rows.append(_row(f"frame while a weight is dragged ({case})", stage.evaluate(_DRAG), 16))
        rows.append(_row(f"hover to highlight ({case})", stage.evaluate(_HOVER), 16))
    return rows


def _first_views(address: str, browser: Browser, count: int = 5) -> list[float]:
    """Open a page afresh; milliseconds from the request to the first painted picture."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.add_init_script(_FIRST_PAINT)
    times = []
    for _ in range(count + 1):
        page.goto(address)
        page.wait_for_function("() => window.painted", polling=50, timeout=60_000)
        times.append(page.evaluate("window.painted"))
        page.wait_for_timeout(500)
    page.close()
    return times[1:]  # the first warms the server


def _upload_square(page: Page) -> None:
    """Bring a picture of 512 x 512 with much in it."""
    noise = np.random.default_rng(0).integers(0, 256, (512, 512, 3)).astype(np.uint8)
    page.get_by_role("button", name="Change the picture").click()
    page.locator("input[type=file]").first.set_input_files(
        {"name": "noise.png", "mimeType": "image/png", "buffer": encode_png(noise)}
    )
    page.wait_for_function(
        "() => [...document.querySelectorAll('*')].some(e => e.shadowRoot?.querySelector"
        "('.input .size')?.textContent === '512 \\u00d7 512')"
    )
    page.keyboard.press("Escape")


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


def main() -> None:
    """Measure the compute core and the networks, then the app in Chromium."""
    rows = [*bench_compute.rows(), *bench_networks.rows(), *bench_search.rows()]
    rows += bench_search.map_rows()
    with running_app() as address, sync_playwright() as playwright:
        browser = open_chromium(playwright)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        rows += browser_rows(address, page)
        rows += bench_pages.rows(address, page)
        rows += bench_search.page_rows(address, page)
        browser.close()
    rows += bench_cold.rows()
    rows += bench_load.rows()
    print_table(rows)


if __name__ == "__main__":
    main()
