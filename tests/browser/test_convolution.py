"""The Convolution page in a real browser: what JavaScript does must be what Python does."""

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from cnnviz.convolution import depthwise_convolve
from cnnviz.drawing.display import DISPLAYS, display
from cnnviz.kernels import KERNELS
from tests.browser.checks import aim, becomes, complaints, drawn, state_of
from tests.browser.tabs import settle

SMALL = "convolution?picture=digit"
LEGENDS = {
    "absolute": ["without sign", "0 \u2026 255", "max 1020"],
    "clip": ["min \u22121020"],
}
on_stage = state_of(".stage")


def output(page: Page, of: str = "state.data.output.data") -> np.ndarray:
    shape = on_stage(page, "state.data.output.shape")
    return np.array(on_stage(page, f"Array.from({of})"), np.float32).reshape(shape)


def drag(page: Page, cell, up: int) -> None:
    x, y = aim(cell)
    page.mouse.down()
    page.mouse.move(x, y - up, steps=8)
    drawn(page)


@pytest.mark.parametrize(
    "settings",
    [
        "&padding=same&flip=true",
        "&padding=2 px&border=Reflect&stride=3",
        "&dilation=2&source=Colour",
    ],
    ids=["flipped", "mirrored", "colour"],
)
def test_the_preview_of_a_drag_is_what_python_answers(visit, settings):
    the_preview_of_a_drag_is_what_python_answers(visit(SMALL + settings))


def the_preview_of_a_drag_is_what_python_answers(page: Page) -> None:
    before = output(page)
    drag(page, page.locator(".kernel-grid input").nth(1), 37)
    preview = output(page, "state.places.values")
    assert np.abs(preview - before).max() > 1
    page.mouse.up()
    page.wait_for_url("**kernel=**")
    settle(page)
    np.testing.assert_allclose(preview, output(page), rtol=1e-5, atol=1e-2)


@pytest.mark.parametrize(
    ("settings", "name", "value"),
    [
        ("", "Stride", 3),
        ("&padding=same&source=Colour", "Stride", 5),
        ("&padding=same&border=Reflect", "Dilation", 4),
        ("&padding=2 px&border=Wrap&flip=true&stride=2", "Dilation", 2),
        ("&kernel=1,2,0;0,-1,3&padding=same&border=Replicate&dilation=3", "Stride", 2),
        ("&stride=2", "Bias", -90),
    ],
)
def test_the_preview_of_a_slider_is_what_python_answers(visit, settings, name, value):
    page = visit(SMALL + settings)
    before = on_stage(page, "state.data")
    page.get_by_role("slider", name=name).evaluate(
        f"""(range) => {{
          range.value = "{value}";
          range.dispatchEvent(new Event("input"));
        }}"""
    )
    preview, place = output(page, "state.places.values"), on_stage(page, "state.settings.origin")
    sources = on_stage(page, "Array.from(state.data.padded_columns.data)")
    page.get_by_role("slider", name=name).dispatch_event("change")
    page.wait_for_url(f"**{name.lower()}={value}**")
    settle(page)
    assert on_stage(page, "state.data") != before
    np.testing.assert_allclose(preview, output(page), rtol=1e-5, atol=1e-2)
    assert on_stage(page, "state.settings.origin") == place
    assert on_stage(page, "Array.from(state.data.padded_columns.data)") == sources


def test_the_code_is_there_when_it_is_unfolded(visit):
    page = visit(SMALL + "&stride=3")
    expect(page.locator("code")).to_have_count(0)
    page.get_by_text("Keras code for exactly this view").click()
    expect(page.locator("code")).to_contain_text("strides=(3, 3)")


@pytest.mark.parametrize(
    "settings",
    ["&padding=same&stride=2&bias=40", "&padding=4 px&border=Wrap&dilation=2&flip=true"],
    ids=["strided", "wrapped"],
)
def test_the_products_in_the_window_add_up_to_the_output(visit, settings):
    the_products_in_the_window_add_up_to_the_output(visit(SMALL + settings))


def the_products_in_the_window_add_up_to_the_output(page: Page) -> None:
    _, rows, columns = on_stage(page, "state.data.output.shape")
    for cell in ([0, 0], [rows - 1, columns - 1], [rows // 2, 1]):
        total = on_stage(
            page,
            f"state.places.windowCells(state.look({cell}), state.channel)"
            ".reduce((sum, cell) => sum + cell.product, state.settings.bias)",
        )
        assert total == pytest.approx(
            on_stage(page, "state.places.outputAt(state.focus, state.channel)"), abs=1e-2
        )


@pytest.mark.parametrize("show", DISPLAYS)
def test_the_browser_paints_what_python_would_and_its_legend_says_it(visit, show):
    page = visit(f"{SMALL}&show={show.capitalize()}")
    values = np.moveaxis(output(page), 0, -1)
    pixels = page.locator(".output .pixels").evaluate(
        "(canvas) => Array.from(canvas.getContext('2d').getImageData(0, 0, canvas.width,"
        " canvas.height).data)"
    )
    painted = np.array(pixels).reshape(*values.shape[:2], 4)[..., :3]
    np.testing.assert_array_equal(painted, display(values, show))
    if show in LEGENDS:
        assert np.abs(values).max() == 1020
        assert page.locator(".legend span").first.is_visible()
        texts = page.locator(".output .legend span").all_inner_texts()
        assert [text for text in LEGENDS[show] if not any(text in one for one in texts)] == []


def test_the_window_follows_pointer_keyboard_and_player(visit):
    page = visit(SMALL)
    the_products_in_the_window_add_up_to_the_output(page)
    hovering_the_result_shows_the_sum_of_that_cell(page)
    hovering_a_weight_lights_the_pixels_it_meets(page)
    the_keyboard_moves_the_window_and_the_address_follows(page)
    playing_fills_the_output_and_pauses_under_the_pointer(page)


def hovering_the_result_shows_the_sum_of_that_cell(page: Page) -> None:
    before = on_stage(page, "state.focus")
    aim(page.locator(".output .overlay"), 0.4, 0.3)
    expect(page.locator(".where")).not_to_have_text(f"row {before[0]}, column {before[1]}")
    row, column = on_stage(page, "state.focus")
    expect(page.locator(".where")).to_have_text(f"row {row}, column {column}")
    shown = page.locator(".sum .equals").inner_text().removeprefix("= ").replace("\u2212", "-")
    assert float(shown) == pytest.approx(
        on_stage(page, "state.places.outputAt(state.focus, state.channel)"), abs=0.05
    )


def hovering_a_weight_lights_the_pixels_it_meets(page: Page) -> None:
    page.locator(".kernel-grid input").nth(5).hover()
    expect(page.locator(".kernel-grid input.lit")).to_have_count(1)
    assert on_stage(page, "state.weight") == [1, 2]
    page.mouse.move(5, 5)
    becomes(page, lambda: on_stage(page, "state.weight"), None)


def the_keyboard_moves_the_window_and_the_address_follows(page: Page) -> None:
    row, column = on_stage(page, "state.focus")
    page.locator(".output .frame").focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    becomes(page, lambda: on_stage(page, "state.focus"), [row + 1, column + 2])
    page.keyboard.press("Shift+ArrowUp")
    assert on_stage(page, "state.focus") == [row + 1 - 10, column + 2]
    page.wait_for_url(f"**at={row - 9}%2C{column + 2}**")


def playing_fills_the_output_and_pauses_under_the_pointer(page: Page) -> None:
    page.get_by_role("slider", name="Speed, steps per second").fill("30")
    page.get_by_role("button", name="Play").click()
    page.mouse.move(5, 5)
    start = page.locator(".where").inner_text()
    expect(page.locator(".where")).not_to_have_text(start)
    page.locator(".near .cells").hover()
    page.wait_for_timeout(100)
    held = on_stage(page, "state.focus")
    page.wait_for_timeout(300)
    assert on_stage(page, "state.focus") == held
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Play")).to_have_count(1)


def test_a_weight_is_given_up_dragged_refused_typed_stepped_and_undone(visit):
    page = visit(SMALL)
    escape_brings_back_the_weight_that_was_there(page)
    the_preview_of_a_drag_is_what_python_answers(page)
    a_weight_that_is_no_number_is_refused_in_one_sentence(page)
    settle(page)
    a_weight_is_typed_stepped_and_undone(page)
    a_weight_that_is_too_large_leaves_the_one_before_and_says_so(page, "weight row 0 column 0")


def escape_brings_back_the_weight_that_was_there(page: Page) -> None:
    cell = page.get_by_role("spinbutton", name="weight row 0 column 0")
    before = output(page)
    cell.press("Control+a")
    cell.press_sequentially("7")
    cell.press("Escape")
    settle(page)
    expect(cell).to_have_value("\u22121")
    np.testing.assert_array_equal(output(page, "state.places.values"), before)


def a_weight_that_is_no_number_is_refused_in_one_sentence(page: Page) -> None:
    cell = page.get_by_role("spinbutton", name="weight row 0 column 0")
    cell.fill("many")
    cell.press("Enter")
    expect(page.get_by_role("alert").first).to_contain_text("Received: many.")
    expect(cell).to_have_value("\u22121")


def a_weight_is_typed_stepped_and_undone(page: Page) -> None:
    cell = page.get_by_role("spinbutton", name="weight row 0 column 0")
    cell.fill("2,5")
    cell.press("Enter")
    page.wait_for_url("**kernel=2.5%2C**")
    cell.press("ArrowUp")
    page.wait_for_url("**kernel=2.6%2C**")
    page.get_by_role("button", name="Undo").click()
    page.wait_for_url("**kernel=2.5%2C**")
    settle(page)
    expect(cell).to_have_value("2.5")


@pytest.mark.parametrize(
    ("path", "cell"),
    [
        ("learn_a_kernel?picture=digit", "target weight row 0 column 0"),
        ("channels?picture=digit", "Red weight row 0 column 0"),
    ],
)
def test_a_weight_that_is_too_large_leaves_the_one_before_and_says_so(visit, path, cell):
    a_weight_that_is_too_large_leaves_the_one_before_and_says_so(visit(path), cell)


def a_weight_that_is_too_large_leaves_the_one_before_and_says_so(page: Page, cell: str) -> None:
    address = page.url
    place = page.get_by_role("spinbutton", name=cell)
    before = place.input_value()
    place.press("Control+a")
    place.press_sequentially("1e9")  # 1 is a weight, and 1e9 none
    place.press("Enter")
    settle(page)
    expect(page.get_by_role("alert").filter(has_text="Received: 1e9.")).to_be_visible()
    expect(place).to_have_value(before)
    page.wait_for_timeout(500)
    settle(page)
    expect(page.get_by_role("alert").filter(has_text="Received: 1e9.")).to_be_visible()
    expect(place).to_have_value(before)
    assert page.url == address
    place.fill("3")
    place.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="Received: 1e9.")).to_have_count(0)


def test_a_tall_kernel_leaves_the_stage_in_view_and_its_weights_readable(visit):
    for kernel in (";".join(["1"] * 11), ";".join([",".join(["0.25"] * 5)] * 5)):
        page = visit(f"{SMALL}&kernel={kernel}")
        page.locator(".kernel-grid input").first.wait_for()
        assert page.locator(".kernel-grid").bounding_box()["height"] < 350
        letters = page.locator(".kernel-grid input").first.evaluate(
            "(cell) => parseFloat(getComputedStyle(cell).fontSize)"
        )
        assert letters >= 9


def test_weights_of_either_sign_are_written_in_one_size(visit):
    page = visit(f"{SMALL}&kernel=0.15,-0.15;0.0008,-0.32")
    cells = page.locator(".kernel-grid input")
    cells.first.wait_for()
    sizes = cells.evaluate_all("(all) => all.map((cell) => getComputedStyle(cell).fontSize)")
    assert len(set(sizes)) == 1
    assert cells.evaluate_all("(all) => all.map((cell) => cell.value)") == [
        "0.15",
        "\u22120.15",
        "0.0008",
        "\u22120.32",
    ]
    assert cells.evaluate_all("(all) => all.every((c) => c.scrollWidth <= c.clientWidth)")


def test_a_copied_address_opens_the_same_view(visit):
    page = visit("convolution?picture=moose")
    page.get_by_role("button", name="Why does the frame shrink?").click()
    page.wait_for_url("**kernel=**")
    settle(page)
    page.get_by_role("slider", name="Stride").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**stride=2**")
    settle(page)
    other = visit(page.url.split("/")[-1])
    for part in ("state.data.output.shape", "state.places.weights", "state.settings.show"):
        assert on_stage(other, part) == on_stage(page, part)
    np.testing.assert_array_equal(output(other), output(page))
    expect(other.get_by_text("Moose").first).to_be_attached()


def test_a_sample_is_chosen_in_the_gallery(visit):
    page = visit("convolution")
    page.get_by_role("button", name="Change the picture").click()
    page.get_by_role("radio", name="Checkerboard").check(force=True)
    page.wait_for_url("**picture=checkerboard**")
    settle(page)
    assert complaints(page) == []
    shape = on_stage(page, "state.data.input.shape")
    page.get_by_role("radio", name="Handwritten digit").check(force=True)
    page.wait_for_url("**picture=digit**")
    settle(page)
    becomes(page, lambda: on_stage(page, "state.data.input.shape"), [28, 28, 1])
    page.go_back()
    page.wait_for_url("**picture=checkerboard**")
    becomes(page, lambda: on_stage(page, "state.data.input.shape"), shape)


def test_what_is_downloaded_is_what_is_shown(visit, tmp_path):
    page = visit(f"{SMALL}&padding=same&bias=12")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Arrays as NPZ").click()
    path = tmp_path / "arrays.npz"
    waiting.value.save_as(path)
    arrays = np.load(path)
    np.testing.assert_array_equal(np.moveaxis(arrays["result"], -1, 0), output(page))
    again = depthwise_convolve(
        arrays["picture"],
        arrays["kernel"][:, :, None, None],
        bias=arrays["bias"].reshape(1),
        padding="same",
    )
    np.testing.assert_allclose(arrays["result"], again, rtol=1e-6)
    np.testing.assert_array_equal(arrays["kernel"], KERNELS["sobel_x"].values)


def test_one_step_back_takes_one_change_back_and_focus_is_the_same_everywhere(visit):
    page = visit(SMALL)
    one_step_back_takes_one_change_back(page)
    settle(page)
    the_cell_in_focus_is_one_for_stage_and_address(page, visit)


def one_step_back_takes_one_change_back(page: Page) -> None:
    on_stage(page, "state.tell('kernel', {rows: 1, columns: 1, values: [2], serial: 1})")
    page.wait_for_url("**kernel=2**")
    settle(page)
    page.get_by_role("button", name="Find the edges").click()
    page.wait_for_url("**kernel=outline*")
    settle(page)
    page.go_back()
    becomes(page, lambda: on_stage(page, "state.places.weights.join()"), "2")
    page.go_back()
    becomes(page, lambda: on_stage(page, "state.places.weights.length"), 9)
    assert "kernel" not in page.url
    assert complaints(page) == []


def the_cell_in_focus_is_one_for_stage_and_address(page: Page, visit) -> None:
    """Chosen by hand, then in maps of other sizes: browser and Python say the same."""
    at = "state.selected.join()"
    on_stage(page, "state.select(state.look([20, 4]))")
    page.wait_for_url("**at=20%2C4**")
    slider = page.get_by_role("slider", name="Stride")
    place = [(20 + 0.5) / 26, (4 + 0.5) / 26]
    for stride in (4, 2):
        slider.fill(str(stride))
        size = on_stage(page, "[state.places.outRows, state.places.outColumns]")
        expected = ",".join(str(int(one * n)) for one, n in zip(place, size, strict=True))
        assert on_stage(page, at) == expected
        page.wait_for_url(f"**at={expected.replace(',', '%2C')}**")
        settle(page)
        assert on_stage(page, at) == expected
    other = visit(page.url.split("/")[-1])
    assert on_stage(other, at) == on_stage(page, at)
    assert on_stage(other, "state.sum.textContent") == on_stage(page, "state.sum.textContent")
    assert complaints(page) == []


def test_weights_are_legible_or_left_out_and_one_in_hand_is_written(visit):
    page = visit("convolution?kernel=box_11&show=Clip")
    cell = page.locator(".kernel-grid input").nth(25)
    shown = (
        "(input) => [getComputedStyle(input).textIndent !== '0px', "
        "parseFloat(getComputedStyle(input).fontSize)]"
    )
    assert cell.evaluate(shown)[0]
    height = page.locator(".kernel-grid").bounding_box()["height"]
    cell.focus()
    left_out, size = cell.evaluate(shown)
    assert not left_out
    assert size >= 11
    expect(cell).to_have_value("0.0083")
    assert page.locator(".kernel-grid").bounding_box()["height"] == height
