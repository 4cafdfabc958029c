"""What must hold on every page, in words that tests share."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# Formulas have their style sheet, nothing is faded as out of date, and nothing fades in or out.
_DRAWN = """() =>
  [...document.querySelectorAll(".katex-mathml")].every(
    (formula) => getComputedStyle(formula).position === "absolute",
  ) &&
  !document.querySelector('[data-stale="true"]') &&
  document.getAnimations().every((animation) => animation.playState !== "running")
"""


def violations(page: Page) -> list[str]:
    """List what axe-core finds, one line each: rule, element and why."""
    page.wait_for_function(_DRAWN)
    page.evaluate("() => document.fonts.ready.then(() => true)")  # widths hold only from then on
    results = Axe().run(page)
    return [
        f"{rule['id']}: {node['target']} {node['failureSummary']}"
        for rule in results.response["violations"]
        for node in rule["nodes"]
    ]


def overflow(page: Page) -> int:
    """Count the pixels by which the page is wider than the window."""
    return page.evaluate(
        "() => { const main = document.querySelector('[data-testid=stMain]');"
        " return main.scrollWidth - main.clientWidth; }"
    )


def complaints(page: Page) -> list[str]:
    """List the exceptions that the app shows; there must never be one."""
    return page.locator("[data-testid='stException']").all_inner_texts()
