"""Measure how fast pages follow their sliders: `python -m tools.bench_pages`.

What Streamlit itself needs on this machine stands beside it: a page with one slider and one
picture, from a key's press to the picture on screen.
"""

import statistics
import time
from random import Random

from playwright.sync_api import Page, sync_playwright

from tools.app_server import open_chromium, running_app

Row = tuple[str, str, str]

_BARE = "tools/bare_page.py"
_FRAME = 1000 / 60
"""Milliseconds."""
# Page, and a slider of it whose view is computed in Python.
_SLIDERS = (
    ("padding_and_stride", "Stride"),
    ("channels", "Stride"),
    ("pooling", "Window"),
    ("pooling?pool_part=Shift+test", "Farthest shift to the right"),
    ("activations", "Reach of x"),
    ("layers", "Channels"),
    ("learn_a_kernel", "Momentum"),
)

_WATCH_CANVAS = """
() => {
  window.waits = [];
  let [pressed, painted] = [0, 0];
  for (const name of ["putImageData", "fillRect", "fillText", "drawImage", "stroke"]) {
    const draw = CanvasRenderingContext2D.prototype[name];
    CanvasRenderingContext2D.prototype[name] = function (...given) {
      painted ||= performance.now();
      return draw.apply(this, given);
    };
  }
  const look = () => {
    if (!painted) return requestAnimationFrame(look);
    requestAnimationFrame(() => window.waits.push(performance.now() - pressed));
  };
  document.addEventListener("keydown", () => {
    [pressed, painted] = [performance.now(), 0];
    requestAnimationFrame(look);
  }, true);
}
"""

_COUNT_ANSWERS = """
(canvas) => {
  const view = canvas.closest(".root").stage;
  const update = view.update.bind(view);
  let last = null;
  window.answers = 0;
  view.update = (component, message) => {
    if (message.settings.serial !== last) window.answers += 1;
    last = message.settings.serial;
    return update(component, message);
  };
}
"""

_WATCH_IMAGE = """
() => {
  window.waits = [];
  document.addEventListener("keydown", () => {
    const pressed = performance.now();
    const before = document.querySelector("img").src;
    const look = () => {
      const image = document.querySelector("img");
      if (image.src === before || !image.complete) return requestAnimationFrame(look);
      requestAnimationFrame(() => window.waits.push(performance.now() - pressed));
    };
    requestAnimationFrame(look);
  }, true);
}
"""


def rows(address: str, page: Page) -> list[Row]:
    """Measure Streamlit alone, then each page's slider; `address` is that of the running app."""
    with running_app(_BARE) as bare:
        page.goto(bare)
        page.wait_for_selector("img")
        page.wait_for_timeout(1_500)
        alone = follow(page, "Brightness", _WATCH_IMAGE)
    found = [("slider to picture on a bare Streamlit page", f"{alone:.0f} ms", "")]
    for path, label in _SLIDERS:
        page.goto(f"{address}/{path}")
        page.wait_for_timeout(4_000)
        wait = follow(page, label, _WATCH_CANVAS)
        measured = f"{wait:.0f} ms, {wait / alone:.1f} x the bare page"
        found.append((f"slider to new view, {path}: {label}", measured, "100 ms"))
    found.append(dragged_patch(address, page))
    return found


def dragged_patch(address: str, page: Page, seconds: float = 4.0) -> Row:
    """Drag a patch over the photo; how often a second the classes follow, in the browser."""
    page.goto(f"{address}/why?why_part=Cover+it+up")
    stage = page.locator("canvas.photo")
    stage.wait_for()
    page.wait_for_timeout(4_000)
    box = stage.bounding_box()
    assert box is not None
    stage.evaluate(_COUNT_ANSWERS)
    page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 0.3 * box["height"])
    page.mouse.down()
    begun, step = time.monotonic(), 0
    while time.monotonic() - begun < seconds:
        along = (step % 100) / 100
        across = 0.1 + 0.8 * along
        page.mouse.move(box["x"] + across * box["width"], box["y"] + 0.5 * box["height"])
        page.wait_for_timeout(15)
        step += 1
    answers = page.evaluate("window.answers")
    taken = time.monotonic() - begun
    page.mouse.up()
    return "a patch dragged on Why: answers", f"{answers / taken:.1f} a second", "at least 10"


def follow(page: Page, label: str, watch: str, count: int = 24) -> float:
    """Press arrow keys on a slider; the median milliseconds until the view has changed.

    They come at any time between two of the screen's frames, as a hand's do: in step with the
    frames, each wait would be a whole number of them.
    """
    moments = Random(0)
    page.evaluate(watch)
    page.get_by_role("slider", name=label).first.focus()
    for step in range(count):
        page.keyboard.press("ArrowRight" if step % 2 == 0 else "ArrowLeft")
        page.wait_for_function("step => window.waits.length > step", arg=step, timeout=10_000)
        page.wait_for_timeout(250 + moments.uniform(0, _FRAME))
    return statistics.median(page.evaluate("window.waits"))


if __name__ == "__main__":
    with running_app() as app, sync_playwright() as playwright:
        browser = open_chromium(playwright)
        for row in rows(app, browser.new_page(viewport={"width": 1440, "height": 900})):
            print("  ".join(row))
        browser.close()
