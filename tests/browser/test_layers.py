"""The Layers page in a real browser: what JavaScript does must be what Python does."""

import numpy as np
import pytest
from playwright.sync_api import expect

from cnnviz.images.samples import open_sample
from cnnviz.layers.dropout import dropout
from cnnviz.layers.tutorial_network import tutorial_maps, tutorial_weights
from tests.browser.checks import (
    after,
    aim,
    becomes,
    is_for_everyone_in_both_themes,
    is_shown_when_asked,
    stage,
)

PARTS = ("Dense", "Dropout", "Why+not+dense%3F", "Sparse+and+shared")


def part(name: str, **address: str) -> str:
    rest = "".join(f"&{key}={value}" for key, value in address.items())
    return f"layers?layer_part={name}{rest}"


@pytest.mark.parametrize("name", PARTS)
def test_every_part_is_accessible_in_both_themes(visit, name):
    is_for_everyone_in_both_themes(visit(part(name), dark=True))


def test_pointing_at_either_side_finds_the_same_number(visit):
    page = visit("layers?layer_side=4&layer_channels=3")
    vector = page.locator(".vector .cells")
    cell = vector.bounding_box()["width"] / 12
    vector.hover(position={"x": 7.5 * cell, "y": 2.5 * cell})
    index = 2 * 12 + 7
    becomes(page, lambda: stage(page, ".sides", "state.index"), index)
    assert stage(page, ".sides", "state.place()") == [2, 2, 1]
    assert index == np.ravel_multi_index((2, 2, 1), (4, 4, 3))
    page.mouse.click(*aim(page.locator(".maps .cells").nth(2), 0.9, 0.1))
    index = int(np.ravel_multi_index((0, 3, 2), (4, 4, 3)))
    becomes(page, lambda: stage(page, ".sides", "state.index"), index)
    after(page, "element=11")
    expect(page.locator(".line")).to_contain_text("(0 · 4 + 3) · 3 + 2 = 11")


def test_arrow_keys_stay_in_a_map_and_run_along_the_vector(visit):
    page = visit("layers?element=17")
    page.locator(".maps .cells").nth(0).focus()
    page.keyboard.press("ArrowRight")
    becomes(page, lambda: stage(page, ".sides", "state.place()"), [1, 2, 0])
    page.locator(".vector .cells").focus()
    page.keyboard.press("ArrowRight")
    becomes(page, lambda: stage(page, ".sides", "state.place()"), [1, 2, 1])
    page.keyboard.press("Home")
    page.keyboard.press(" ")
    becomes(page, lambda: stage(page, ".sides", "state.index") > 0, True)
    page.keyboard.press(" ")
    assert 0 < stage(page, ".sides", "state.index") < 12


def test_a_units_products_are_pythons_and_its_neighbours_can_be_chosen(visit):
    page = visit(part("Dense", ask="1"))
    page.get_by_role("radio", name="frog").check()
    after(page, "layer_unit=frog")
    is_shown_when_asked(page, ".bar.total .number")
    found = tutorial_maps(open_sample("panda"))
    weights = tutorial_weights()["dense/kernel"][:, 6]
    frame = page.locator(".frame").nth(1)
    page.mouse.click(*aim(frame, 0.3, 0.7))
    row, column, channel = stage(page, ".walls", "state.focus")
    index = int(np.ravel_multi_index((row, column, channel), (16, 16, 16)))
    x, weight = float(found.pool.ravel()[index]), float(weights[index])
    line = page.locator(".line").inner_text()
    assert f"x[{index}] · w[{index}]" in line
    shown = float(line.rsplit("= ", 1)[1].replace("−", "-"))
    assert shown == pytest.approx(x * weight, abs=6e-4)
    frame.focus()
    page.keyboard.press("ArrowRight")
    becomes(page, lambda: stage(page, ".walls", "state.focus") != [row, column, channel], True)


def test_a_new_mask_is_the_next_one_that_python_drew(visit):
    page = visit(part("Dropout", layer_rate="0.30", layer_seed="4"))
    page.get_by_text("New mask").click()
    maps = tutorial_maps(open_sample("panda")).pool
    expected = [dropout(maps, 0.3, seed) for seed in (4, 5)]
    wanted = expected[1].result.ravel()

    def is_the_next() -> bool:
        shown = stage(page, ".walls", "[...state.values.result]")
        return np.allclose(shown, wanted, rtol=1e-6, atol=0)

    becomes(page, is_the_next, True)
    means = [float(cell) for cell in page.locator(".values td").all_inner_texts()]
    measured = np.mean([one.result.mean() for one in expected])
    assert means[:3] == pytest.approx([maps.mean(), expected[1].result.mean(), measured], rel=1e-3)
    assert means[3] == pytest.approx(0.7 * measured, rel=1e-3)


def test_at_inference_the_maps_pass_as_they_are(visit):
    page = visit(part("Dropout", layer_mode="Inference"))
    assert stage(
        page, ".walls", "state.values.result.every((x, at) => x === state.arrays.maps.data[at])"
    )
    expect(page.get_by_text("New mask")).not_to_be_visible()


def test_dragging_the_side_counts_and_python_follows(visit):
    page = visit(part("Why+not+dense%3F"))
    chart = page.locator(".chart").first
    box = chart.bounding_box()
    x, y = aim(chart, 120 / box["width"], 100 / box["height"])
    page.mouse.down()
    page.mouse.move(x + box["width"] - 240, y, steps=5)
    side = round(stage(page, ".chart", "state.value"))
    weights = page.locator(".values tbody td").first.inner_text()
    page.mouse.up()
    after(page, f"layer_picture_side={side}")
    expect(page.locator("[data-testid='stMetricValue']").first).to_have_text(weights)
    expect(page.get_by_role("spinbutton", name="Picture side")).to_have_value(str(side))


def test_a_weight_lights_all_its_connections_and_an_output_its_inputs(visit):
    page = visit(part("Sparse+and+shared"))
    page.get_by_label("Weight 4: show its connections").hover()
    expect(page.locator(".line")).to_have_text("Weight 4: one number, used by 16 connections.")
    expect(page.locator(".drawing line")).to_have_count(16)
    page.locator("polygon[data-plane=output][data-at='5']").hover()
    expect(page.locator(".line")).to_contain_text("Output row 1, column 1: 9 of 36 inputs")
    page.locator("polygon[data-plane=input][data-at='0']").hover()
    expect(page.locator(".line")).to_have_text("Input row 0, column 0: it reaches 1 of 16 outputs.")
    page.locator(".drawing").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".line")).to_have_text("Input row 1, column 1: it reaches 4 of 16 outputs.")
    page.keyboard.press("Enter")
    expect(page.locator(".line")).to_contain_text("Output row 2, column 2")
