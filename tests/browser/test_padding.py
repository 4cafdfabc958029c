"""The Padding and stride page in a real browser: what is hovered, typed, dragged and saved."""

import io

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.checks import aim, becomes, complaints, drawn, state_of, violations
from tests.browser.tabs import settle

PATH = "padding_and_stride"
on_stage = state_of(".stage")


def point(page: Page, grid: str, row: float, column: float, cells: int) -> None:
    """Move the pointer to a cell of a square grid of so many cells across."""
    canvas = page.locator(f"{grid} canvas.numbers").first
    box = canvas.bounding_box()
    side = box["width"] / cells
    aim(canvas, (column + 0.5) * side / box["width"], (row + 0.5) * side / box["height"])
    drawn(page)


@pytest.mark.parametrize(
    "address",
    [
        "?pad_stride=2&pad_weights=Counting numbers",
        "?pad_side=5&pad_dilation=2&pad_padding=Full&pad_weights=Right minus left",
        "?pad_transposed=true&pad_side=3&pad_stride=3&pad_weights=Counting numbers",
        "?pad_transposed=true&pad_side=4&pad_stride=2&pad_padding=Valid&pad_dilation=2",
    ],
    ids=["strided", "dilated", "transposed", "transposed-dilated"],
)
def test_the_products_in_every_window_add_up_to_the_output(visit, address):
    page = visit(PATH + address)
    apart = on_stage(
        page,
        "Array.from({length: state.places.outRows * state.places.outColumns}, (_, at) => {"
        " state.look([Math.floor(at / state.places.outColumns), at % state.places.outColumns]);"
        " return state.places.windowCells(state.focus, state.channel)"
        ".reduce((sum, cell) => sum + cell.product, 0)"
        " - state.places.outputAt(state.focus, state.channel); })",
    )
    assert len(apart) > 8
    assert np.abs(apart).max() < 1e-3


def test_what_an_uneven_stride_never_reaches_is_crossed_out(visit):
    page = visit(f"{PATH}?pad_side=6&pad_stride=2&pad_padding=Valid")
    crossed = on_stage(
        page,
        "[0, 1, 2, 3, 4, 5].map((row) => state.data.touched_rows.data[row])",
    )
    assert crossed == [1, 1, 2, 1, 1, 0]
    assert on_stage(page, "state.grids.nearSize()") == [6, 6]


def test_the_first_view_is_pointed_at_played_refuses_and_follows_quick_keys(visit):
    page = visit(PATH)
    pointing_at_the_output_shows_its_window_and_sum(page)
    playing_fills_the_output_cell_by_cell(page)
    a_number_that_is_none_is_refused_in_one_sentence(page)
    settle(page)
    arrow_keys_in_quick_succession_all_count(page)


def pointing_at_the_output_shows_its_window_and_sum(page: Page) -> None:
    point(page, ".far", 0, 5, 6)
    expect(page.locator(".where")).to_have_text("row 0, column 5")
    expect(page.locator(".sum .equals")).to_have_text("= 34")


def playing_fills_the_output_cell_by_cell(page: Page) -> None:
    page.get_by_role("slider", name="Speed, steps per second").fill("30")
    page.get_by_role("button", name="Play").click()
    page.mouse.move(5, 5)
    reached = "state.filling && state.focus[0] * state.places.outColumns + state.focus[1]"
    becomes(page, lambda: on_stage(page, reached) is not False, True)
    early = on_stage(page, reached)
    becomes(page, lambda: on_stage(page, reached) not in (False, early), True)
    page.get_by_role("button", name="Pause").click()
    assert on_stage(page, "state.filling") is False


def a_number_that_is_none_is_refused_in_one_sentence(page: Page) -> None:
    page.locator(".near .cells").focus()
    page.keyboard.press("Enter")
    page.locator("input.typed").fill("many")
    page.keyboard.press("Enter")
    alert = page.get_by_role("alert").filter(has_text="Received: many.")
    expect(alert).to_be_visible()


def arrow_keys_in_quick_succession_all_count(page: Page) -> None:
    page.get_by_role("slider", name="Side").focus()
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    page.wait_for_url("**pad_side=12**")
    settle(page)
    assert on_stage(page, "state.places.height") == 12


def test_pointer_and_keyboard_reach_the_counts(visit):
    page = visit(f"{PATH}?pad_side=5&pad_padding=Valid")
    pointing_at_a_count_lights_the_windows_that_touch_the_pixel(page)
    the_keyboard_reaches_the_counts(page)


def pointing_at_a_count_lights_the_windows_that_touch_the_pixel(page: Page) -> None:
    for (row, column), count in {(0, 0): 1, (2, 2): 9, (1, 4): 2}.items():
        point(page, ".coverage", row, column, 5)
        becomes(page, lambda place=[row, column]: on_stage(page, "state.pixel") == place, True)
        assert on_stage(page, "state.grids.litMarks(state.pixel).length") == count
    page.mouse.move(5, 5)
    becomes(page, lambda: on_stage(page, "state.pixel"), None)


def the_keyboard_reaches_the_counts(page: Page) -> None:
    page.locator(".coverage .cells").first.focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
    becomes(page, lambda: on_stage(page, "state.pixel"), [1, 1])


def test_a_pixel_of_a_transposed_input_shows_all_that_it_writes(visit):
    page = visit(f"{PATH}?pad_transposed=true&pad_side=4&pad_stride=2&pad_padding=Valid")
    point(page, ".near", 4, 2, 11)
    becomes(page, lambda: on_stage(page, "state.places.inputAt(state.stamp, state.channel)"), 5)
    written = [
        [mark["row"], mark["column"]]
        for mark in on_stage(page, "state.grids.litMarks(state.stamp)")
    ]
    assert written == [[row, column] for row in (2, 3, 4) for column in (0, 1, 2)]
    expect(page.locator(".sum")).to_contain_text("9 cells")


@pytest.mark.parametrize("settings", ["", "&pad_dilation=2"], ids=["plain", "dilated"])
def test_a_transposed_layer_writes_pixel_after_pixel(visit, settings):
    page = visit(f"{PATH}?pad_transposed=true&pad_side=3&pad_stride=2&pad_padding=Valid{settings}")
    on = page.get_by_role("button", name="One step on")
    on.click()
    expect(page.locator(".where")).to_have_text("pixel 1 of 9 writes")
    written = on_stage(
        page,
        "Array.from(state.places.writtenSoFar(state.stampedUntil, state.channel), (one) => one)",
    )
    value, kernel = on_stage(page, "[state.places.planes[0], state.places.weights]")
    stamped = [one for one in written if one is not None and not np.isnan(one)]
    if not settings:
        np.testing.assert_allclose(stamped, np.multiply(value, kernel), rtol=1e-6)
    first, last = on_stage(
        page, "[state.places.touching(state.stamp)[0], state.places.touching(state.stamp).at(-1)]"
    )
    assert first == [0, 0]
    assert last == on_stage(page, "state.places.extent.map((side) => side - 1)")
    for _ in range(8):
        on.click()
    expect(page.locator(".where")).to_have_text("pixel 9 of 9 writes")
    apart = on_stage(
        page,
        "Math.max(...state.places.writtenSoFar(state.stampedUntil, state.channel).map((one, at) => "
        "Math.abs((Number.isNaN(one) ? 0 : one) - state.places.values[at])))",
    )
    assert apart < 1e-4
    page.get_by_role("slider", name="Speed, steps per second").fill("30")
    page.get_by_role("button", name="Play").click()
    becomes(page, lambda: on_stage(page, "state.stampedUntil") in range(8), True)
    page.get_by_role("button", name="Pause").click()
    page.locator(".far .cells").press("Home")
    expect(page.locator(".where")).to_have_text("row 0, column 0")
    assert on_stage(page, "state.stamping") is False


def test_a_number_is_changed_in_place_by_mouse_and_by_keyboard(visit):
    page = visit(f"{PATH}?pad_side=4")
    point(page, ".near", 1, 1, 6)
    page.mouse.dblclick(*aim(page.locator(".near canvas.numbers"), 0.25, 0.25))
    page.get_by_label("Number in row 0, column 0").fill("2,5")
    page.keyboard.press("Enter")
    page.wait_for_url("**grid=2.5%2C2**")
    settle(page)
    assert on_stage(page, "state.data.input.data[0]") == 2.5
    page.locator(".near .cells").focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.get_by_label("Number in row 0, column 1").fill("-7")
    page.keyboard.press("Enter")
    page.wait_for_url("**grid=2.5%2C-7**")
    settle(page)
    assert complaints(page) == []


def test_the_patch_is_moved_on_the_picture(visit):
    page = visit(f"{PATH}?pad_values=Patch of the picture&picture=moose")
    before = on_stage(page, "Array.from(state.data.input.data)")
    picture = page.locator(".picture")
    picture.focus()
    page.keyboard.press("Shift+ArrowUp")
    page.wait_for_url("**patch=**")
    settle(page)
    moved = on_stage(page, "Array.from(state.data.input.data)")
    assert moved != before
    box = picture.bounding_box()
    x, y = aim(picture, 9 / box["width"], 9 / box["height"])
    page.mouse.down()
    page.mouse.move(x - 7, y - 7, steps=3)
    page.mouse.up()
    page.wait_for_url("**patch=0%2C0**")
    settle(page)
    assert on_stage(page, "Array.from(state.data.input.data)") != moved


def test_a_copied_address_opens_the_same_view(visit):
    page = visit(PATH)
    page.get_by_role("button", name="A checkerboard from a transposed layer").click()
    page.wait_for_url("**pad_transposed=true**")
    settle(page)
    page.get_by_text("Rows and columns separately").click()
    page.wait_for_url("**pad_apart=true**")
    settle(page)
    page.get_by_role("slider", name="Stride \u2194").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**pad_stride_across=3**")
    settle(page)
    page.locator(".kernel-grid input").first.fill("4")
    page.keyboard.press("Enter")
    page.wait_for_url("**kernel=4%2C**")
    settle(page)
    other = visit(page.url.split("/")[-1])
    parts = (
        "state.data.output.shape",
        "Array.from(state.data.output.data)",
        "state.places.weights",
    )
    for part in parts:
        assert on_stage(other, part) == on_stage(page, part)
    assert on_stage(other, "state.data.output.shape") == [1, 9, 12]


def test_drawing_and_animation_are_saved(visit):
    page = visit(f"{PATH}?pad_side=4&pad_padding=Valid")
    files = {}
    for name in ("Drawing as SVG", "Sliding window as GIF"):
        with page.expect_download() as waiting:
            page.get_by_role("button", name=name).click()
        files[name] = waiting.value.path().read_bytes()
    assert files["Drawing as SVG"].startswith(b"<svg")
    with Image.open(io.BytesIO(files["Sliding window as GIF"])) as animation:
        assert animation.n_frames == 4


def test_axe_finds_nothing_in_the_transposed_mode_either(visit):
    page = visit(f"{PATH}?pad_transposed=true&pad_apart=true&pad_padding=Explicit", dark=True)
    assert violations(page) == []
