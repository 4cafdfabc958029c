"""A picture of one's own, drawn or pasted, goes the way of an uploaded one."""

from playwright.sync_api import expect

from tests.browser.checks import aim, complaints

_PASTE = """async () => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 40, height: 30 });
  canvas.getContext("2d").fillRect(5, 5, 20, 10);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve));
  const clipboardData = new DataTransfer();
  clipboardData.items.add(new File([blob], "image.png", { type: "image/png" }));
  document.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
}"""


def chooser(visit):
    page = visit("convolution")
    page.get_by_role("button", name="Change the picture").click()
    return page


def test_a_drawing_is_the_picture_after_each_line(visit):
    page = chooser(visit)
    page.get_by_text("Draw one").click()
    pad = page.get_by_role("application", name="Drawing pad")
    aim(pad, 0.3, 0.5)
    page.mouse.down()
    aim(pad, 0.7, 0.5)
    page.mouse.up()
    expect(page.locator(".input .size")).to_have_text("28 \u00d7 28")
    page.get_by_role("combobox", name="Size of the picture").select_option("64")
    expect(page.locator(".input .size")).to_have_text("64 \u00d7 64")
    page.wait_for_url("**picture=own")
    assert complaints(page) == []


def test_the_keyboard_draws_too(visit):
    page = chooser(visit)
    page.get_by_text("Draw one").click()
    pad = page.get_by_role("application", name="Drawing pad")
    pad.focus()
    page.keyboard.down(" ")
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    page.keyboard.up(" ")
    expect(page.locator(".input .size")).to_have_text("28 \u00d7 28")
    drawn = "(pad) => pad.getContext('2d').getImageData(112 + 18, 112, 1, 1).data[0]"
    assert pad.evaluate(drawn) == 255


def test_a_picture_is_pasted_while_the_chooser_is_open(visit):
    page = chooser(visit)
    page.get_by_role("radio", name="Giant panda").wait_for()
    page.evaluate(_PASTE)
    expect(page.locator(".input .size")).to_have_text("30 \u00d7 40")
    assert complaints(page) == []
