"""What must hold on every page, in words that tests share."""

import re
import time
from collections.abc import Callable, Sequence
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Locator, Page, ViewportSize

from serving.failures import SENTENCE
from tests.browser.tabs import settle

# Formulas have their style sheet, nothing is faded as out of date, and nothing fades in or out.
_DRAWN = """() =>
  [...document.querySelectorAll(".katex-mathml")].every(
    (formula) => getComputedStyle(formula).position === "absolute",
  ) &&
  !document.querySelector('[data-stale="true"]') &&
  document.getAnimations().every((animation) => animation.playState !== "running")
"""

# What ends in an ellipsis, and what is cut off at its own edge or its control's.
_CUT = """() => {
  const main = document.querySelector("[data-testid=stMain]");
  const cut = [...main.querySelectorAll("*")].filter((node) => {
    const style = getComputedStyle(node);
    return style.textOverflow === "ellipsis" && style.overflowX !== "visible" &&
      node.scrollWidth > node.clientWidth && node.clientWidth > 0;
  });
  const outside = [...main.querySelectorAll("[role=radiogroup] > *")].filter((node) => {
    const box = node.closest("[data-testid=stColumn], [data-testid=stMainBlockContainer]");
    return node.getBoundingClientRect().right > box.getBoundingClientRect().right + 1;
  });
  return [...cut, ...outside].map((node) => node.textContent);
}"""
_FORMULAS_CUT = """() => [...document.querySelectorAll(".katex-display")]
  .filter((node) => node.scrollWidth > node.clientWidth + 1)
  .map((node) => node.querySelector("annotation").textContent)"""


# Of what passes axe would list every element, which takes as long as finding what does not.
_AXE = """async (rules) => {
  const options = { resultTypes: ["violations"], ...(rules && { runOnly: rules }) };
  const { violations } = await axe.run(options);
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${JSON.stringify(target)} ${failureSummary}`),
  );
}"""


_PHONE: ViewportSize = {"width": 390, "height": 844}

OF_COLOURS = ("color-contrast", "link-in-text-block")
"""Those of axe's rules that look at colours: all that another theme can break."""


def violations(page: Page, rules: Sequence[str] = ()) -> list[str]:
    """List what axe-core finds, one line each: rule, element and why.

    rules : the only ones to look at; all of them where there are none.
    """
    page.wait_for_function(_DRAWN)
    page.evaluate("() => document.fonts.ready.then(() => true)")  # widths hold only from then on
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    return page.evaluate(_AXE, [*rules] or None)


def overflow(page: Page) -> int:
    """Count the pixels by which the page is wider than the window."""
    return page.evaluate(
        "() => { const main = document.querySelector('[data-testid=stMain]');"
        " return main.scrollWidth - main.clientWidth; }"
    )


def complaints(page: Page) -> list[str]:
    """List the exceptions that the app shows; there must never be one."""
    failed = page.get_by_test_id("stAlertContentError").filter(has_text=SENTENCE)
    return [
        text
        for shown in (page.get_by_test_id("stException"), failed)
        for text in shown.all_inner_texts()
    ]


def stage(page: Page, inside: str, expression: str):
    """Evaluate JavaScript with `state`, the object of the component that holds `inside`."""
    return page.locator(inside).first.evaluate(
        "(node) => { const state = node.getRootNode().querySelector('.root').stage; "
        f"return {expression}; }}"
    )


def state_of(inside: str) -> Callable[[Page, str], Any]:
    """Give the function that evaluates JavaScript in the component that holds `inside`."""
    return lambda page, expression: stage(page, inside, expression)


def aim(target: Locator, across: float = 0.5, down: float = 0.5) -> tuple[float, float]:
    """Move the pointer to a place of an element, given in parts of its width and height.

    It waits until the element stands still and is hit there. Returns the place in the window.
    """
    box = target.bounding_box()
    target.hover(position={"x": box["width"] * across, "y": box["height"] * down})
    box = target.bounding_box()
    return box["x"] + box["width"] * across, box["y"] + box["height"] * down


def becomes(page: Page, read: Callable[[], object], wanted: object) -> None:
    """Wait until what is read equals what is wanted; a busy machine draws a frame late."""
    ends = time.monotonic() + 20
    while (found := read()) != wanted:
        assert time.monotonic() < ends, f"{found} instead of {wanted}"
        page.wait_for_timeout(30)


def drawn(page: Page) -> None:
    """Wait until what was last done with the pointer is drawn: it is told once a frame."""
    page.evaluate(
        "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )


def after(page: Page, address: str) -> None:
    """Wait until the address says what a hand has done, and Python's answer is there."""
    page.wait_for_function(
        "(part) => decodeURIComponent(location.search).includes(part)", arg=address
    )
    settle(page)


def turned(page: Page, theme: str) -> None:
    """Let a page be light or dark, and wait until all of it is."""
    page.emulate_media(color_scheme=theme)
    limits = {"dark": (0, 60), "light": (200, 256)}[theme]
    becomes(page, lambda: brightness(page) in range(*limits), True)
    settle(page)


def brightness(page: Page) -> int:
    """Give the mean level of the page's background, from 0 to 255."""
    colour = page.evaluate(
        "() => getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"
    )
    levels = [int(level) for level in re.findall(r"\d+", colour)[:3]]
    return sum(levels) // 3


def is_shown_when_asked(page: Page, result: str) -> None:
    """Check that a page that asks first covers a result, and shows it when that is asked for."""
    places = page.locator(result)
    covered = places.all_inner_texts()
    assert covered
    assert all("?" in text for text in covered)
    page.get_by_role("button", name="Show", exact=True).click()
    becomes(page, lambda: any("?" in text for text in places.all_inner_texts()), False)


def typeset(page: Page) -> None:
    """Wait for the formulas' fonts; until then a formula can be too wide for its place."""
    page.wait_for_selector(".katex-display")
    page.wait_for_function(_DRAWN)  # their style sheet, which names the fonts, is there
    settle(page)


def is_cut(page: Page) -> list[str]:
    """List the words and the formulas that cannot be read whole."""
    if page.locator(".katex-display").count():
        typeset(page)
    return page.evaluate(_CUT) + page.evaluate(_FORMULAS_CUT)


def is_for_everyone(page: Page) -> None:
    """Check what every part of a page must pass: axe-core, and a phone's width."""
    typeset(page)
    assert violations(page) == []
    _becomes_as_wide_as(page, _PHONE)
    _fits(page)


def is_for_everyone_in_both_themes(page: Page) -> None:
    """Check the same of a part that was opened dark, and leave it light and in its window."""
    window = page.viewport_size
    assert window is not None
    turned(page, "dark")
    typeset(page)
    assert violations(page) == []
    _becomes_as_wide_as(page, _PHONE)
    _fits(page)
    turned(page, "light")
    _fits(page)
    _becomes_as_wide_as(page, window)
    assert violations(page) == []


def _becomes_as_wide_as(page: Page, window: ViewportSize) -> None:
    page.set_viewport_size(window)
    settle(page)


def _fits(page: Page) -> None:
    assert overflow(page) <= 0
    assert complaints(page) == []
