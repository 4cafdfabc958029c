"""The camera, live: the browser filters its frames as Python would, and gives it back."""

import base64
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from cnnviz.channels.mixing import mix_channels
from cnnviz.channels.trained_kernels import PIXEL_SCALES
from cnnviz.convolution import filter_channels
from cnnviz.images.pictures import grey
from cnnviz.kernels import KERNELS
from tests.browser.checks import becomes, state_of
from tests.browser.tabs import settle

STAGES = {"convolution": ".stage", "channels": ".lanes"}
FRAMES = """new Promise((resolve) => {
  const { live } = state;
  const see = live.see;
  let [count, first] = [0, 0];
  live.see = () => {
    see();
    first ||= performance.now();
    if (++count > 10) { live.see = see; resolve((performance.now() - first) / (count - 1)); }
  };
})"""
TRACK = "state.live.video?.srcObject.getVideoTracks()[0].readyState ?? 'none'"


def filming(visit, address):
    page = visit(address)
    on = state_of(STAGES[address.split("?")[0]])
    page.get_by_role("button", name="Live camera").click()
    expect(page.get_by_role("button", name="Keep this frame")).to_be_visible()
    return page, on


@pytest.mark.parametrize(
    ("address", "options"),
    [
        ("convolution?picture=digit", {}),
        (
            "convolution?picture=step_edge&stride=3&padding=same&bias=20",
            {"stride": 3, "padding": "same", "bias": 20},
        ),
        ("convolution?picture=step_edge&source=Colour&dilation=2", {"dilation": 2}),
    ],
)
def test_a_frame_is_filtered_as_python_does(visit, address, options):
    page, on = filming(visit, address)
    # Stopped dead, so that the frame and what came of it belong together.
    frame, values, shape = on(
        page,
        "(() => { state.live.see = () => {}; state.film(); const { places } = state;"
        " return [Array.from(places.planes), Array.from(places.values),"
        " [places.channels, places.height, places.width]]; })()",
    )
    channels, height, width = shape
    pixels = np.moveaxis(np.array(frame).reshape(channels, height, width), 0, -1).astype(np.uint8)
    expected = filter_channels(pixels, KERNELS["sobel_x"].values, **options)
    found = np.moveaxis(np.array(values).reshape(np.moveaxis(expected, -1, 0).shape), 0, -1)
    np.testing.assert_allclose(found, expected, atol=1e-3)
    assert pixels.std() > 5


def test_a_frame_in_grey_is_as_grey_as_an_uploaded_picture(visit):
    page, on = filming(visit, "convolution?picture=step_edge")
    bytes_, planes, (height, width) = on(
        page,
        "(() => { state.live.see = () => {}; state.film(); const { places, live } = state;"
        " const { data } = live.context.getImageData(0, 0, places.width, places.height);"
        " return [Array.from(data), Array.from(places.planes),"
        " [places.height, places.width]]; })()",
    )
    colours = np.array(bytes_, np.uint8).reshape(height, width, 4)[..., :3]
    ours = np.array(planes).reshape(height, width, 1)
    assert np.abs(ours - grey(np.ascontiguousarray(colours))).max() <= 1


def test_three_channels_of_a_frame_add_up_as_python_says(visit):
    page, on = filming(visit, "channels?picture=digit&bias=0.5")
    pixels, kernels, total, result = on(
        page,
        "(() => { state.live.see = () => {}; state.film(); const { mix } = state;"
        " return [mix.data.pixels.data, mix.data.kernels.data, mix.total, mix.activated]"
        ".map((values) => Array.from(values)); })()",
    )
    picture = np.moveaxis(np.array(pixels, np.uint8).reshape(3, 28, 28), 0, -1)
    weights = np.moveaxis(np.array(kernels, np.float32).reshape(3, 3, 3), 0, -1)
    mix = mix_channels(
        PIXEL_SCALES["zero_to_one"](picture), weights, bias=0.5, activation="relu", padding="same"
    )
    np.testing.assert_allclose(np.array(total).reshape(28, 28), mix.sum, atol=1e-4)
    np.testing.assert_allclose(np.array(result).reshape(28, 28), mix.result, atol=1e-2)


@pytest.mark.parametrize("address", STAGES)
def test_it_goes_on_by_itself_stops_and_a_kept_frame_becomes_the_picture(visit, address):
    page, on = filming(visit, address)
    it_goes_on_by_itself_and_stops(page, on)
    a_kept_frame_becomes_the_picture(page, on)


def it_goes_on_by_itself_and_stops(page: Page, on: Callable[[Page, str], Any]) -> None:
    assert on(page, FRAMES) < 400  # milliseconds; on an idle machine 40
    assert on(page, TRACK) == "live"
    page.get_by_role("button", name="Stop the camera").click()
    assert on(page, TRACK) == "none"
    expect(page.get_by_role("button", name="Keep this frame")).to_be_hidden()


def a_kept_frame_becomes_the_picture(page: Page, on: Callable[[Page, str], Any]) -> None:
    page.get_by_role("button", name="Live camera").click()
    expect(page.get_by_role("button", name="Keep this frame")).to_be_visible()
    size = on(page, "[state.live.canvas.height, state.live.canvas.width]")
    page.get_by_role("button", name="Keep this frame").click()
    page.wait_for_url("**picture=own**")
    settle(page)
    assert page.get_by_text("Frame of the camera").is_visible()
    assert on(page, TRACK) == "none"
    shape = on(page, "(state.data ?? state.mix.data).input?.shape ?? state.mix.data.pixels.shape")
    assert set(size) <= set(shape)


def test_a_weight_is_set_while_the_camera_runs_which_stops_when_the_page_is_left(visit):
    page, on = filming(visit, "convolution?picture=digit")
    cell = page.get_by_role("spinbutton", name="weight row 0 column 0")
    cell.fill("7")
    cell.press("Enter")
    page.wait_for_url("**kernel=**")
    settle(page)
    assert on(page, "state.live.on && state.places.weights[0]") == 7
    assert on(page, FRAMES) < 400
    on(page, "window.filmed = state.live.video.srcObject.getVideoTracks()[0]")
    page.get_by_role("link", name="Pooling").click()
    page.wait_for_url("**/pooling**")
    page.wait_for_function("window.filmed.readyState === 'ended'")


def test_where_there_is_no_camera_one_sentence_says_so(visit):
    page = visit("convolution", alone=True)
    page.evaluate(
        "() => { navigator.mediaDevices.getUserMedia = () => "
        "Promise.reject(new DOMException('', 'NotAllowedError')); }"
    )
    page.get_by_role("button", name="Live camera").click()
    expect(page.get_by_text("The browser did not allow the camera.")).to_be_visible()
    page.evaluate(
        "() => { Object.defineProperty(navigator, 'mediaDevices', { value: undefined }); }"
    )
    page.get_by_role("button", name="Live camera").click()
    expect(page.get_by_text("only at localhost or over https")).to_be_visible()
    expect(page.get_by_role("button", name="Keep this frame")).to_be_hidden()


def test_a_network_answers_frame_after_frame(visit):
    page = visit("network?network=Tutorial+network")
    page.get_by_role("button", name="Live camera").click()
    expect(page.locator(".live ~ .words")).to_contain_text("frames a second", timeout=90_000)
    assert "picture=own" in page.url
    pictures = set()

    def seen() -> int:
        pictures.add(
            page.locator(".live").evaluate(
                "(node) => node.getRootNode().querySelector('.root').stage.picture"
            )
        )
        return len(pictures)

    becomes(page, lambda: seen() > 2, True)
    page.get_by_role("button", name="Stop the camera").click()
    settle(page)
    expect(page.get_by_text("Frame of the camera")).to_be_visible()
    assert not page.locator("[data-testid='stException']").count()


def test_what_is_no_picture_is_not_taken(visit):
    page = visit("convolution?picture=digit")
    on = state_of(".stage")
    for text in ("", "no picture", base64.b64encode(b"GIF89a" + bytes(20)).decode(), "A" * 100_000):
        on(page, f"state.trigger('frame', {text!r})")
        settle(page)
    assert "picture=digit" in page.url
    assert not page.locator("[data-testid='stException']").count()
