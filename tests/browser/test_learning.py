"""A training run in a real browser: played, stepped, scrubbed, and all of it Python's numbers."""

import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from cnnviz.images.samples import open_sample
from cnnviz.learning.descent import compare, learning_step, start_learning
from cnnviz.learning.task import learning_task
from tests.browser.checks import aim, becomes, state_of
from tests.browser.tabs import settle

SMALL = "learn_a_kernel?picture=digit"
SOBEL = np.float32([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
LINE = np.float32([[-1, 2, -1]] * 3)
on_stage = state_of(".stage")


def run_until(page: Page, step: int, targets=(SOBEL,), **options):
    """Take the same steps in Python as the page has recorded."""
    pixels = open_sample("digit")[..., 0]
    rate = on_stage(page, "state.settings.rate")
    task = learning_task(pixels, targets, **{"learning_rate": rate, "momentum": 0.0, **options})
    return task, learning_step(task, start_learning(task), steps=step)


def scrub(page: Page, step: int) -> None:
    becomes(page, lambda: on_stage(page, "state.run.last") >= step, True)
    page.get_by_role("slider", name="Step of the training run").fill(str(step))
    arrived(page, step)


def arrived(page: Page, step: int) -> None:
    """Wait until the run stands at a step, and Python's own result of it is there."""
    exact = "state.step === state.goal && Boolean(state.run.picture(state.step).exact)"
    becomes(page, lambda: on_stage(page, f"[state.step, {exact}]"), [step, True])
    settle(page)


def test_a_run_is_read_stepped_scrubbed_and_played(visit):
    page = visit(SMALL)
    the_rule_under_the_pointer_has_this_weights_numbers(page)
    a_pixel_is_named_with_result_target_and_error(page)
    one_steps_on_and_back_to_the_start(page)
    what_is_scrubbed_to_is_what_python_learned(page)
    playing_goes_on_beyond_what_was_recorded_at_first(page)


def the_rule_under_the_pointer_has_this_weights_numbers(page: Page) -> None:
    cells = page.locator(".learned .cells")
    cells.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".sum")).to_contain_text("Weight in row 1, column 1: ")
    sentence = page.locator(".sum").inner_text()
    before, after = (on_stage(page, f"state.run.weights(0, {step}).values[4]") for step in (0, 1))
    numbers = sentence.split(": ")[1].replace("\u2212", "-")
    assert float(numbers.split(" ")[0]) == pytest.approx(before, abs=2e-3)
    assert float(numbers.split(" = ")[1]) == pytest.approx(after, abs=2e-3)


def a_pixel_is_named_with_result_target_and_error(page: Page) -> None:
    page.locator(".result .frame").focus()
    page.keyboard.press("ArrowDown")
    row, column = on_stage(page, "state.pixel")
    expect(page.locator(".sum")).to_contain_text(f"Row {row}, column {column}: result ")
    sentence = page.locator(".sum").inner_text()
    error = float(sentence.split("error ")[1].replace("\u2212", "-"))
    columns = on_stage(page, "state.data.target.shape[1]")
    assert error == pytest.approx(
        on_stage(page, f"state.errors[{row * columns + column}]"), abs=0.05
    )


def one_steps_on_and_back_to_the_start(page: Page) -> None:
    for _ in range(3):
        page.get_by_role("button", name="One step on").click()
    expect(page.locator(".where")).to_have_text("step 3")
    page.get_by_role("button", name="One step back").click()
    expect(page.locator(".where")).to_have_text("step 2")
    page.get_by_role("button", name="Back to the start").click()
    expect(page.locator(".where")).to_have_text("step 0")


def what_is_scrubbed_to_is_what_python_learned(page: Page) -> None:
    scrub(page, 37)
    task, state = run_until(page, 37)
    learned = on_stage(page, "Array.from(state.run.weights(0, state.step).values)")
    np.testing.assert_allclose(learned, state.kernels[0].ravel(), atol=1e-6)
    shown = compare(task, state)
    exact = on_stage(page, "Array.from(state.run.picture(state.step).result)")
    np.testing.assert_allclose(exact, shown.result.ravel(), atol=1e-5)
    errors = on_stage(page, "Array.from(state.errors)")
    np.testing.assert_allclose(errors, shown.error.ravel(), atol=1e-5)
    page.wait_for_url(re.compile(r"[?&]step=37(&|$)"))


def playing_goes_on_beyond_what_was_recorded_at_first(page: Page) -> None:
    recorded = on_stage(page, "state.run.last")
    page.get_by_role("slider", name="Speed, steps per second").fill("240")
    page.get_by_role("button", name="Play").click()
    becomes(page, lambda: on_stage(page, "state.step") > recorded, True)
    page.get_by_role("button", name="Pause").click()
    step = on_stage(page, "state.step")
    arrived(page, step)
    page.wait_for_url(f"**step={step}*")
    _, state = run_until(page, step)
    learned = on_stage(page, "Array.from(state.run.weights(0, state.step).values)")
    np.testing.assert_allclose(learned, state.kernels[0].ravel(), atol=1e-5)


def test_an_edited_target_is_learned_and_a_rate_is_dragged_until_it_diverges(visit):
    page = visit(SMALL)
    an_edited_target_is_learned_instead(page)
    the_ruler_is_dragged_to_a_rate_that_diverges(page)


def an_edited_target_is_learned_instead(page: Page) -> None:
    cell = page.get_by_role("spinbutton", name="target weight row 1 column 1")
    cell.fill("5")
    cell.press("Enter")
    page.wait_for_url("**kernel=**")
    settle(page)
    target = SOBEL.copy()
    target[1, 1] = 5
    scrub(page, 9)
    _, state = run_until(page, 9, (target,))
    learned = on_stage(page, "Array.from(state.run.weights(0, state.step).values)")
    np.testing.assert_allclose(learned, state.kernels[0].ravel(), atol=1e-5)


def the_ruler_is_dragged_to_a_rate_that_diverges(page: Page) -> None:
    track = page.locator(".rate .track")
    box = track.bounding_box()
    x, y = aim(track, 0.5, 8 / box["height"])
    page.mouse.down()
    page.mouse.move(x + box["width"] * 0.3, y, steps=5)
    expect(page.locator(".rate .words")).to_contain_text("grows with every step")
    page.mouse.up()
    page.wait_for_url("**learn_rate=**")
    settle(page)
    assert on_stage(page, "state.run.diverged")
    scrub(page, on_stage(page, "state.run.last"))
    expect(page.locator(".verdict")).to_contain_text("more than 2.")
    expect(page.locator(".loss")).to_contain_text("Dashed")


def test_a_run_is_downloaded_as_shown_starts_from_other_noise_and_is_asked_for_from_there(
    visit, tmp_path
):
    page = visit(f"{SMALL}&step=20")
    the_arrays_that_are_downloaded_are_those_on_screen(page, tmp_path)
    settle(page)
    another_start_is_another_noise_and_the_step_is_the_first(page)
    a_run_that_lacks_its_beginning_is_asked_for_from_the_start(page)


def the_arrays_that_are_downloaded_are_those_on_screen(page: Page, folder: Path) -> None:
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Run as NPZ").click()
    path = folder / "learning.npz"
    waiting.value.save_as(path)
    arrays = np.load(path)
    assert arrays["rows"].shape == (20, 64)
    assert arrays["kernels_0"].shape == (21, 3, 3)
    learned = on_stage(page, "Array.from(state.run.weights(0, 20).values)")
    np.testing.assert_array_equal(arrays["kernels_0"][-1].ravel(), np.float32(learned))
    shown = on_stage(page, "Array.from(state.run.picture(20).result)")
    np.testing.assert_array_equal(arrays["result"].ravel(), np.float32(shown))


def another_start_is_another_noise_and_the_step_is_the_first(page: Page) -> None:
    first = on_stage(page, "Array.from(state.run.weights(0, 0).values)")
    page.get_by_role("button", name="Start from other noise").click()
    page.wait_for_url("**learn_seed=1**")
    settle(page)
    assert on_stage(page, "state.step") == 0
    assert on_stage(page, "Array.from(state.run.weights(0, 0).values)") != first


def a_run_that_lacks_its_beginning_is_asked_for_from_the_start(page: Page) -> None:
    asked = on_stage(
        page,
        "(() => { const told = []; const before = state.run;"
        " state.update({ setStateValue: (name, value) => told.push(value) }, { settings:"
        " { ...state.settings, signature: 'another', chapter: 5 }, arrays: state.data });"
        " return [told, state.run === before]; })()",
    )
    assert asked == [[{"signature": "another", "have": 0, "step": 0, "want": True}], True]


def test_two_kernels_are_learned_in_sequence(visit):
    page = visit(f"{SMALL}&learn_kernels=2&learn_momentum=0.9&step=15")
    _, state = run_until(page, 15, (SOBEL, LINE), momentum=0.9)
    for place, kernel in enumerate(state.kernels):
        learned = on_stage(page, f"Array.from(state.run.weights({place}, state.step).values)")
        np.testing.assert_allclose(learned, kernel.ravel(), atol=1e-5)
    expect(page.locator(".learned .cells")).to_have_count(2)
    expect(page.locator(".learned")).to_contain_text("ReLU lets")


def test_a_copied_address_opens_the_same_step_of_the_same_run(visit):
    page = visit(f"{SMALL}&learn_momentum=0.9&learn_noise=0.5&step=150")
    arrived(page, 150)
    learned = on_stage(page, "Array.from(state.run.weights(0, 150).values)")
    _, state = run_until(page, 150, momentum=0.9, noise=0.5)
    np.testing.assert_allclose(learned, state.kernels[0].ravel(), atol=1e-4)
