"""The browser tests' own ground: what one test leaves behind, no other finds."""

import difflib

import pytest
from playwright.sync_api import Page, expect

from tests.browser.checks import becomes, complaints
from tests.browser.tabs import settle
from tests.browser.test_strangers import png

_STORED = """() => [
  localStorage.getItem("left"), sessionStorage.getItem("left"), document.cookie.includes("left")
]"""


@pytest.mark.parametrize("time", ["first", "second"])
def test_a_page_finds_nothing_that_another_test_has_stored(visit, time):
    page = visit()
    assert page.evaluate(_STORED) == [None, None, False]
    page.evaluate(
        """() => {
          localStorage.setItem("left", "1");
          sessionStorage.setItem("left", "1");
          document.cookie = "left=1";
        }"""
    )
    assert page.evaluate(_STORED) == ["1", "1", True]


@pytest.mark.parametrize("dark", [True, False], ids=["dark", "light"])
def test_a_page_has_the_window_and_the_theme_that_were_asked_for(visit, dark):
    page = visit(width=500, height=700, dark=dark)
    assert page.evaluate("() => [innerWidth, innerHeight]") == [500, 700]
    assert page.evaluate("() => matchMedia('(prefers-color-scheme: dark)').matches") == dark


# All that a page is made of: what stands where, and what its components hold.
_SHOWN = """() => {
  const lines = [location.pathname + location.search, scrollY, document.title];
  const look = (root) => {
    for (const node of root.querySelectorAll("*")) {
      if (node.closest("style, script, head")) continue;
      if (node.ariaLive && node.clientWidth < 2) continue; // a screen reader hears it later
      const box = node.getBoundingClientRect();
      const place = [box.x, box.y, box.width, box.height].map(Math.round);
      const words = [...node.childNodes].filter((one) => one.nodeType === 3).map((one) => one.data);
      lines.push([node.tagName, ...place, node.value ?? "", node.scrollTop, ...words].join(" "));
      if (node.shadowRoot) look(node.shadowRoot);
    }
  };
  // Charts and tables, once loaded, keep places to measure in beside these as long as a tab lives.
  for (const part of document.querySelectorAll("#root, [data-st-overlay-root]")) look(part);
  return lines;
}"""


def dirty(page: Page) -> None:
    """Do what leaves traces: edits with their undo, a picture, a part, a window, a theme."""
    page.get_by_role("spinbutton", name="weight row 1 column 1").fill("7")
    page.keyboard.press("Enter")
    page.wait_for_url("**%2C7%2C**")
    page.get_by_role("slider", name="Stride").fill("4")
    page.wait_for_url("**stride=4**")
    page.get_by_role("button", name="Change the picture").click()
    page.get_by_role("radio", name="Checkerboard").check(force=True)
    page.wait_for_url("**picture=checkerboard**")
    page.get_by_text("Keras code for exactly this view").click()
    expect(page.locator("code")).to_contain_text("strides=(4, 4)")
    page.locator("[data-testid='stMain']").evaluate("(main) => main.scrollTo(0, 500)")
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark")
    settle(page)
    assert complaints(page) == []


PATHS = (
    "convolution",
    "channels?picture=digit",
    "convolution?picture=digit&kernel=1,2;3,4&stride=2&padding=same&bias=40&at=3,4&show=Signed",
    "network?view=Layer&network=Small+VGG&place=relu_3_1:3:4:5&sort=mean",
)


def differences(page: Page, other: Page) -> list[str]:
    """What one page shows that the other does not, marked by whose it is."""
    lines = difflib.unified_diff(page.evaluate(_SHOWN), other.evaluate(_SHOWN), n=0, lineterm="")
    return list(lines)


@pytest.mark.parametrize("path", PATHS)
def test_a_page_that_one_is_led_to_is_as_one_that_was_loaded(visit, path):
    page, other, loaded = visit(path), visit(path), visit(path, alone=True)
    for led in (page, other):
        # What loads its formulas' scripts and fonts may rest for a while before it has them.
        becomes(page, lambda led=led: differences(led, loaded), [])
    if path == "convolution":
        dirty(page)


@pytest.mark.parametrize("time", ["first", "second"])
def test_a_page_may_upload_after_another_test(visit, time):
    page = visit("convolution")
    page.get_by_role("button", name="Change the picture").click()
    page.locator("[data-testid='stFileUploader'] input[type=file]").set_input_files(
        {"name": "own.png", "mimeType": "image/png", "buffer": png()}
    )
    page.wait_for_url("**picture=own**")
    expect(page.locator(".input .size")).to_have_text("40 \u00d7 40")
