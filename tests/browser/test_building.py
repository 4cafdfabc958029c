"""Build a network in a real browser: the stack is changed by mouse, by keys and by a finger."""

import re

from playwright.sync_api import Page, expect

from tests.browser.checks import aim, becomes, complaints, is_for_everyone, state_of, violations
from tests.browser.tabs import settle

SMALL = "build?stack=in-h12-w12-c3~conv-f4-k3~act-arelu~max~flat~dense-u3"
NAMES = ["image", "conv_1", "relu_1", "pool_1", "flatten_1", "dense_1"]
stack = state_of(".run")


def names(page: Page) -> list[str]:
    return page.locator(".run .name").all_inner_texts()


def text(page: Page) -> str:
    """The design as the address names it."""
    found = re.search(r"stack=([^&]*)", page.url)
    return found.group(1) if found else ""


def has(page: Page, *wanted: str) -> None:
    """Wait until these layers stand behind the input, and Python says what they give."""
    becomes(page, lambda: names(page)[1:], [*wanted])
    becomes(page, lambda: page.locator(".waits").count(), 0)


def card(page: Page, at: int):
    return page.locator(".run .card").nth(at)


def test_a_mouse_adds_moves_repeats_deletes_and_takes_back(visit):
    page = visit(SMALL)
    has(page, *NAMES[1:])
    page.get_by_role("button", name="Add a layer behind relu_1").click()
    page.get_by_role("button", name="Conv2D", exact=True).click()
    has(page, "conv_1", "relu_1", "conv_2", "pool_1", "flatten_1", "dense_1")
    becomes(page, lambda: text(page).count("conv-"), 2)
    # Carried to the front, and let go there.
    aim(card(page, 3))
    page.mouse.down()
    box = card(page, 1).bounding_box()
    x, y = box["x"] + 4, box["y"] + 60
    page.mouse.move(x, y, steps=6)
    expect(page.locator(".drop-before")).to_have_count(1)
    page.mouse.up()
    becomes(page, lambda: text(page).split("~")[1], "conv-f16-k3")
    assert names(page)[1:4] == ["conv_1", "conv_2", "relu_1"]
    page.get_by_role("button", name=re.compile("^Repeat it")).click()
    becomes(page, lambda: text(page).count("conv-f16-k3"), 2)
    page.get_by_role("button", name=re.compile("^Delete it")).click()
    becomes(page, lambda: text(page).count("conv-f16-k3"), 1)
    for count in (2, 1):
        page.get_by_role("button", name=re.compile("^Undo")).click()
        becomes(page, lambda: text(page).count("conv-f16-k3"), count)
    page.get_by_role("button", name=re.compile("^Redo")).click()
    becomes(page, lambda: text(page).count("conv-f16-k3"), 2)
    assert complaints(page) == []


def test_keys_do_the_same_and_the_focus_goes_along(visit):
    page = visit(SMALL)
    has(page, *NAMES[1:])
    card(page, 1).focus()
    page.keyboard.press("ArrowRight")
    expect(card(page, 2)).to_be_focused()
    page.keyboard.press("Alt+ArrowRight")
    expect(card(page, 3)).to_be_focused()
    has(page, "conv_1", "pool_1", "relu_1", "flatten_1", "dense_1")
    page.keyboard.press("d")
    expect(card(page, 4)).to_be_focused()
    has(page, "conv_1", "pool_1", "relu_1", "relu_2", "flatten_1", "dense_1")
    page.keyboard.press("Delete")
    expect(card(page, 3)).to_be_focused()
    page.keyboard.press("+")
    expect(page.get_by_role("button", name="Conv2D", exact=True)).to_be_focused()
    page.keyboard.press("Escape")
    expect(card(page, 3)).to_be_focused()
    page.keyboard.press("Home")
    page.keyboard.press("Delete")  # the input stays
    page.keyboard.press("Alt+ArrowRight")
    page.keyboard.press("Control+z")
    has(page, "conv_1", "pool_1", "relu_1", "relu_2", "flatten_1", "dense_1")
    page.keyboard.press("Control+y")
    has(page, "conv_1", "pool_1", "relu_1", "flatten_1", "dense_1")
    expect(card(page, 1)).to_have_accessible_name(
        "conv_1, Conv2D, gives 10 \u00d7 10 \u00d7 4, 112 weights, 10,800 multiply-adds"
    )


def test_an_option_is_set_and_what_cannot_be_is_said_and_mended(visit):
    page = visit(SMALL)
    has(page, *NAMES[1:])
    filters = page.get_by_role("spinbutton", name="filters")
    filters.fill("0")
    filters.press("Enter")
    expect(page.locator(".panel .complaint")).to_contain_text("a whole number from 1 to 4,096")
    assert "conv-f4-k3" in page.url
    filters.fill("9")
    filters.press("Enter")
    becomes(page, lambda: text(page).split("~")[1], "conv-f9-k3")
    expect(page.locator(".panel .complaint")).to_be_empty()
    page.get_by_role("combobox", name="padding").select_option("same")
    page.get_by_role("checkbox", name="use bias").uncheck()
    becomes(page, lambda: text(page).split("~")[1], "conv-f9-k3-psame-b0")
    expect(card(page, 1)).to_have_accessible_name(re.compile("12 \u00d7 12 \u00d7 9, 243 weights"))
    _held_to_a_norm(page)
    size = page.get_by_role("spinbutton", name="kernel size, rows")
    page.get_by_role("combobox", name="padding").select_option("valid")
    size.fill("20")
    size.press("Enter")
    expect(page.locator(".problem")).to_contain_text("kernel_size 20")
    expect(page.locator(".totals")).to_contain_text(re.compile("^0 of 5 layers"))
    expect(page.locator(".impossible .name")).to_have_text("conv_1")
    assert violations(page) == []
    page.get_by_role("button", name=re.compile("^Pad the map")).click()
    becomes(page, lambda: page.locator(".problem *").count(), 0)
    becomes(page, lambda: text(page).split("~")[1], "conv-f9-k20x3-psame-b0-cmax3x012")
    assert complaints(page) == []


def _held_to_a_norm(page):
    """Set a constraint behind the fold, which says that one is set and stays open."""
    fold = page.get_by_text("Initialisers, regularisers, constraints")
    kind = page.get_by_role("combobox", name="kernel constraint, kind")
    expect(kind).to_be_hidden()
    fold.click()
    kind.select_option("max")
    becomes(page, lambda: text(page).split("~")[1], "conv-f9-k3-psame-b0-cmax2x012")
    expect(fold).to_contain_text("(1 set)")
    norm = page.get_by_role("spinbutton", name="kernel constraint, norm")
    norm.fill("3")
    norm.press("Enter")
    becomes(page, lambda: text(page).split("~")[1], "conv-f9-k3-psame-b0-cmax3x012")
    expect(norm).to_have_value("3")
    page.get_by_role("combobox", name="kernel constraint, along").select_option("0")
    becomes(page, lambda: text(page).split("~")[1], "conv-f9-k3-psame-b0-cmax3")
    page.get_by_role("combobox", name="kernel constraint, along").select_option("012")
    becomes(page, lambda: text(page).split("~")[1], "conv-f9-k3-psame-b0-cmax3x012")


def test_a_finger_carries_a_layer_by_its_grip_on_a_phone(visit):
    page = visit(SMALL, width=390, height=844)
    has(page, *NAMES[1:])
    grip = page.locator(".grip").nth(1)
    grip.scroll_into_view_if_needed()
    start, end = grip.bounding_box(), card(page, 3).bounding_box()
    across = start["x"] + start["width"] / 2
    begin, stop = start["y"] + start["height"] / 2, end["y"] + end["height"] * 0.8
    finger = page.context.new_cdp_session(page)

    def touch(kind: str, *points: float) -> None:
        touches = [{"x": across, "y": down} for down in points]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    touch("touchStart", begin)
    for part in (0.2, 0.5, 0.8, 1):
        touch("touchMove", begin + part * (stop - begin))
    expect(page.locator(".drop-behind")).to_have_count(1)
    touch("touchEnd")
    has(page, "relu_1", "pool_1", "conv_1", "flatten_1", "dense_1")
    settle(page)
    is_for_everyone(page)


def test_a_late_answer_undoes_nothing_that_a_hand_did_meanwhile(visit):
    page = visit(SMALL)
    has(page, *NAMES[1:])
    card(page, 2).focus()
    card(page, 2).click()
    for _ in range(5):
        page.keyboard.press("d")
    assert names(page).count("relu_6") == 1
    has(page, "conv_1", *(f"relu_{at}" for at in range(1, 7)), "pool_1", "flatten_1", "dense_1")
    becomes(page, lambda: text(page).count("act-arelu"), 6)
    assert stack(page, "state.hand") == 7
