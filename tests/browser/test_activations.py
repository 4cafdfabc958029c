"""The Activations page in a real browser: what JavaScript does must be what Python does."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from cnnviz.activations import ACTIVATIONS
from tests.browser.checks import (
    after,
    aim,
    becomes,
    is_for_everyone_in_both_themes,
    is_shown_when_asked,
    stage,
)

OTHERS = ("On+your+picture", "Vanishing+gradients")
"""The parts that no test below opens in their default state."""


def part(name: str, **address: str) -> str:
    rest = "".join(f"&{key}={value}" for key, value in address.items())
    return f"activations?act_part={name}{rest}"


@pytest.mark.parametrize("name", OTHERS)
def test_the_other_parts_are_accessible_in_both_themes(visit, name):
    is_for_everyone_in_both_themes(visit(part(name), dark=True))


def test_a_point_dragged_along_a_curve_shows_pythons_numbers(visit):
    page = visit("activations?act_function=SiLU+(swish)&act_overlay=")
    chart = page.locator(".chart").first
    box = chart.bounding_box()
    x, y = aim(chart, 300 / box["width"], 100 / box["height"])
    page.mouse.down()
    page.mouse.move(x - 180, y + 50, steps=6)
    x = stage(page, ".chart", "state.value")
    value, slope = page.locator(".values tbody td").all_inner_texts()
    silu = ACTIVATIONS["silu"]
    for shown, exact in ((value, silu.function(x)), (slope, silu.derivative(x))):
        assert float(shown.replace("−", "-")) == pytest.approx(float(exact), abs=6e-5)
    page.mouse.up()
    after(page, f"x={x:.6g}")
    assert stage(page, ".chart", "state.value") == x


def test_the_point_goes_by_arrow_keys_and_by_itself(visit):
    page = visit("activations?x=0.5")
    page.locator(".chart").first.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".where")).to_have_text("x = 0.6")
    page.keyboard.press("End")
    expect(page.locator(".where")).to_have_text("x = 6")
    page.get_by_label("Play").click()
    becomes(page, lambda: stage(page, ".chart", "state.value") < 0, True)
    page.get_by_label("Pause").click()
    assert -6 <= stage(page, ".chart", "state.value") < 0  # round the end, and on from the start


def test_charts_are_saved_with_their_names(visit):
    page = visit("activations")
    with page.expect_download() as saved:
        page.get_by_text("Save SVG").click()
    text = saved.value.path().read_text(encoding="utf-8")
    assert text.startswith("<svg")
    assert all(name in text for name in ("ReLU", "Sigmoid", "GELU"))
    # The slope of ReLU jumps at 0, and nothing is drawn across.
    routes = [route.count("M") for route in re.findall(r'<path [^>]*d="(M[^"]*)"', text)]
    assert sum(count > 1 for count in routes) == 1
    with page.expect_download() as saved:
        page.get_by_text("Save PNG").click()
    assert saved.value.path().read_bytes().startswith(b"\x89PNG")


def test_pointing_at_a_number_shows_its_way_and_the_address_keeps_it(visit):
    page = visit(part("On+your+picture", picture="digit", act_function="Tanh"))
    frame = page.locator(".frame").first
    page.mouse.click(*aim(frame, 0.4, 0.3))
    row, column = stage(page, ".frame", "state.focus")
    before, shown = (
        stage(page, ".frame", f"state.values.{name}[{row} * state.columns + {column}]")
        for name in ("before", "after")
    )
    assert shown == pytest.approx(np.tanh(before), abs=1e-6)
    after(page, f"at={row},{column}")
    again = visit(page.url.split("/", 3)[3] + "&ask=1")
    assert stage(again, ".frame", "state.focus") == [row, column]
    is_shown_when_asked(again, ".line strong")


def test_pointing_at_a_bar_leaves_only_its_numbers(visit):
    page = visit(part("On+your+picture", picture="digit"))
    chart = page.locator(".chart")
    chart.focus()
    page.keyboard.press("ArrowUp")
    becomes(page, lambda: stage(page, ".chart", "state.bin !== null"), True)
    which, index = stage(page, ".chart", "state.bin")
    assert which == "after"
    counted = stage(page, ".chart", f"state.arrays.counts_after.data[{index}]")
    expect(page.locator(".line")).to_contain_text(f"{counted:,} numbers")
    clear = stage(
        page,
        ".chart",
        "[...state.shade.getContext('2d').getImageData(0, 0, state.columns, state.rows).data]"
        ".filter((value, at) => at % 4 === 3 && value === 0).length",
    )
    assert clear == counted


def test_a_dragged_logit_previews_what_python_answers(visit):
    page = visit(part("Softmax", temperature="0.7", logits="2,-1,0.5"))
    track = page.locator(".track").nth(1)
    x, middle = aim(track, 0.4)
    page.mouse.down()
    page.mouse.move(x + track.bounding_box()["width"] * 0.43, middle, steps=8)
    names = ("terms", "probabilities", "gradient", "written", "naive")
    everything = (
        "({logits: [...state.state.logits], loss: state.found.loss, total: state.found.total, "
        + ", ".join(f"{name}: [...state.found.{name}]" for name in names)
        + "})"
    )
    previewed = stage(page, ".track", everything)
    page.mouse.up()
    answer = "state.found.terms instanceof Float32Array"  # Python's own
    becomes(page, lambda: stage(page, ".track", answer), True)
    answered = stage(page, ".track", everything)
    assert previewed["logits"][1] == pytest.approx(3.3)
    for name, values in answered.items():
        np.testing.assert_allclose(previewed[name], values, rtol=1e-5, atol=1e-7, err_msg=name)


def test_logits_go_by_arrow_keys_and_overflow_is_shown(visit):
    page = visit(part("Softmax", logits="88,80", act_span="100"))
    expect(page.locator(".naive")).not_to_contain_text("not a number")
    page.locator(".track").first.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".naive")).to_have_text("As written, in float32: ∞ / ∞ = not a number")
    after(page, "logits=89,80")
    expect(page.locator(".naive")).to_have_text("As written, in float32: ∞ / ∞ = not a number")
    expect(page.locator(".share .number").first).to_have_text("0.9999")


def test_softmax_is_accessible_and_keeps_class_and_temperature_in_the_address(visit):
    page = visit(part("Softmax"), dark=True)
    is_for_everyone_in_both_themes(page)
    page.get_by_label("owl is the right class").check()
    after(page, "class=owl")
    page.get_by_label("Temperature").focus()
    page.keyboard.press("End")
    after(page, "temperature=16")
    expect(page.locator(".line").first).to_contain_text("owl")


def test_a_training_run_is_accessible_plays_and_can_be_wound_back(visit):
    page = visit(part("Dead+ReLUs"), dark=True)
    is_for_everyone_in_both_themes(page)
    chart = page.locator(".chart").first
    expect(page.locator(".where")).to_have_text("step 200 of 200")
    chart.focus()
    page.keyboard.press("Home")
    expect(page.locator(".title .size").first).to_have_text("0 of 32 never fire again")
    page.keyboard.press(" ")
    becomes(page, lambda: stage(page, ".chart", "state.step") > 0, True)
    page.keyboard.press(" ")
    step = stage(page, ".chart", "state.step")
    assert 0 < step < 200
    dead = stage(page, ".chart", "state.runs[0].dead[state.step]")
    counted = f"{round(32 * dead)} of 32 never fire again"
    expect(page.locator(".title .size").first).to_have_text(counted)
