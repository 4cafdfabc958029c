"""Every stage with a cell in focus, walked through its extremes: one cell for everything.

After each step the stage, what Python holds, the formula, the address and what the animation is
made from are compared: each from its own source, all for the same cell.
"""

import base64
import contextlib
import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from urllib.parse import unquote

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, TimeoutError, expect

from cnnviz.channels.animation import mixing_gif
from cnnviz.channels.mixing import ChannelMix
from cnnviz.drawing.sliding_window import sliding_patch_gif
from cnnviz.padding.diagram import layer_svg
from cnnviz.padding.geometry import convolution_geometry
from tests.browser.checks import complaints
from tests.browser.tabs import settle

ROOT = ".stage, .lanes, .frame"
SIZE = """(state.places ? [state.places.outRows, state.places.outColumns]
  : state.mix ? [state.mix.rows, state.mix.columns] : [state.rows, state.columns])"""
"""Rows and columns of the map, of `state`."""


def on_stage(page: Page, expression: str):
    """Evaluate JavaScript with `state`, the component's own object."""
    return page.locator(ROOT).first.evaluate(
        f"(node) => {{ const state = node.closest('.root').stage; return {expression}; }}"
    )


_PACKED = """[%s].map(({data, shape}) => {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  let text = "";
  for (let at = 0; at < bytes.length; at += 32768)
    text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  return {shape, kind: data.constructor.name, text: btoa(text)};
})"""


def arrays(page: Page, of: str, *names: str) -> list[np.ndarray]:
    """Read some of the arrays that the browser was sent, by their names."""
    found = []
    for sent in on_stage(page, _PACKED % ", ".join(f"{of}.{name}" for name in names)):
        kind = sent["kind"].removesuffix("Array").removesuffix("Clamped").lower()
        found.append(np.frombuffer(base64.b64decode(sent["text"]), kind).reshape(sent["shape"]))
    return found


def downloaded(page: Page, label: str) -> bytes:
    with page.expect_download() as waiting:
        page.get_by_role("button", name=label).click()
    return waiting.value.path().read_bytes()


# ---- what the animation is made from, worked out from what the browser shows ------------------


def window_gif(page: Page, cell: tuple[int, int]) -> bytes:
    """Draw the window around a cell from the arrays and the settings in the browser."""
    settings = on_stage(page, "state.settings")
    names = ["input", "output", "padded_rows", "padded_columns"]
    names += ["kernel"] if settings["mode"] == "convolution" else []
    inputs, outputs, rows, columns, *kernels = arrays(page, "state.data", *names)
    kernel = kernels[0] if kernels else None
    if kernel is not None and settings["flip"]:
        kernel = kernel[::-1, ::-1]
    return sliding_patch_gif(
        inputs,
        np.moveaxis(outputs, 0, -1),
        (rows, columns),
        kernel=kernel,
        window=tuple(settings["window"]),
        stride=tuple(settings["stride"]),
        dilation=tuple(settings["dilation"]),
        cell=cell,
        show=settings["show"],
        input_show=settings["input_show"],
        bias=settings["bias"],
    )


def grid_drawing(page: Page, cell: tuple[int, int]) -> bytes:
    """Draw a small grid's window on a cell from the arrays and the settings in the browser."""
    settings = on_stage(page, "state.settings")
    names = ("input", "output", "kernel", "padded_rows", "padded_columns")
    inputs, outputs, kernel, *places = arrays(page, "state.data", *names)
    grid, result = inputs[..., 0], outputs[0]
    ends = tuple(
        (before, len(along) - before - side)
        for before, along, side in zip(settings["origin"], places, grid.shape, strict=True)
    )
    geometry = convolution_geometry(
        grid.shape,
        kernel.shape,
        stride=tuple(settings["stride"]),
        dilation=tuple(settings["dilation"]),
        padding=ends,
    )
    return layer_svg(
        grid, kernel, result, geometry, cell, input_show=settings["input_show"]
    ).encode()


def lanes_gif(page: Page, cell: tuple[int, int]) -> bytes:
    """Draw the three windows around a cell from the arrays and the settings in the browser."""
    settings = on_stage(page, "state.settings")
    names = ("pixels", "kernels", "partial", "levels", "sum", "result")
    *by_channel, levels, total, result = arrays(page, "state.mix.data", *names)
    pixels, kernels, partial = (np.moveaxis(one, 0, -1) for one in by_channel)
    padding = "same" if total.shape == _halved(pixels.shape, settings["stride"]) else "valid"
    return mixing_gif(
        pixels,
        np.stack([levels[channel][pixels[..., channel]] for channel in range(3)], axis=-1),
        kernels,
        ChannelMix(partial, total, result),
        cell=cell,
        stride=settings["stride"],
        padding=padding,
    )


def _halved(shape: tuple[int, ...], stride: int) -> tuple[int, int]:
    return -(-shape[0] // stride), -(-shape[1] // stride)


# ---- what a hand does -------------------------------------------------------------------------


def slides(name: str, key: str) -> Callable[[Page], None]:
    """Take a slider, in the stage or beside it, to an end."""

    def act(page: Page) -> None:
        slider = page.get_by_role("slider", name=re.compile(f"^{re.escape(name)}")).first
        slider.focus()
        slider.press(key)

    return act


def presses(name: str) -> Callable[[Page], None]:
    return lambda page: page.get_by_role("button", name=name, exact=True).click()


def chooses(row: float, column: float) -> Callable[[Page], None]:
    """Choose a cell by hand: the place is given in parts of the map."""

    def act(page: Page) -> None:
        cell = [
            int(part * count)
            for part, count in zip((row, column), on_stage(page, SIZE), strict=True)
        ]
        by_cell = f"state.select(state.look({cell}))"
        by_place = f"state.select(...{cell})"
        on_stage(page, f"(state.places || state.mix ? {by_cell} : {by_place}, null)")
        page.wait_for_url(f"**at={cell[0]}%2C{cell[1]}**")

    return act


def opens_picker(page: Page) -> None:
    pictures = page.get_by_role("radiogroup", name="Sample pictures")
    page.get_by_role("button", name="Change the picture").click()
    settle(page)
    if not pictures.is_visible():  # a run that was still on its way has closed it again
        page.get_by_role("button", name="Change the picture").click()
    pictures.wait_for()


def takes_digit(page: Page) -> None:
    opens_picker(page)
    page.get_by_role("radio", name="Handwritten digit").check(force=True)
    page.wait_for_url("**picture=digit**")
    page.keyboard.press("Escape")


def takes_own(page: Page) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (30, 40, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    opens_picker(page)
    page.locator("[data-testid='stFileUploader'] input[type=file]").set_input_files(
        {"name": "own.png", "mimeType": "image/png", "buffer": file.getvalue()}
    )
    page.wait_for_url("**picture=own**")
    page.keyboard.press("Escape")


@dataclass(frozen=True)
class Walk:
    """A page with a cell in focus.

    Attributes
    ----------
    path : where it opens.
    steps : what a hand does, by what it is called.
    formula : finds row and column in the page's text; empty where only the stage names them.
    animation, drawn : the button of what moves, or shows one window, and how to draw it; a grid
        that is animated whole has no cell in its animation.
    every : at how many steps once the animation is looked at, which takes its time to draw.
    """

    path: str
    steps: Mapping[str, Callable[[Page], None]]
    formula: str = ""
    animation: str = ""
    drawn: Callable[[Page, tuple[int, int]], bytes] | None = None
    every: int = 1


PICTURES = {"the digit": takes_digit, "an own photo": takes_own}
WALKS = {
    "convolution": Walk(
        "convolution?picture=moose",
        {
            "stride at its end": slides("Stride", "End"),
            "bias at its end": slides("Bias", "Home"),
            "a corner": chooses(0.99, 0.01),
            "dilation at its end": slides("Dilation", "End"),
            **PICTURES,
            "stride at its beginning": slides("Stride", "Home"),
            "frame shrinks": presses("Why does the frame shrink?"),
            "another corner": chooses(0.01, 0.99),
            "a stride of 4": presses("A stride of 4"),
            "edges": presses("Find the edges"),
        },
        animation="Sliding window as GIF",
        drawn=window_gif,
    ),
    "padding": Walk(
        "padding_and_stride?picture=moose",
        {
            "a corner": chooses(0.99, 0.01),
            "stride at its end": slides("Stride", "End"),
            "side at its end": slides("Side", "End"),
            "kernel at its end": slides("Kernel size", "End"),
            "dilation at its end": slides("Dilation", "End"),
            "side at its beginning": slides("Side", "Home"),
            "never reached": presses("A pixel that is never reached"),
            "another corner": chooses(0.01, 0.99),
            "112": presses("Why 112 and not 111?"),
            "corners": presses("Corners once, the middle nine times"),
        },
        animation="Drawing as SVG",
        drawn=grid_drawing,
    ),
    "channels": Walk(
        "channels?picture=moose&channels_source=Small+VGG",
        {
            "stride at its end": slides("Stride", "End"),
            "a corner": chooses(0.99, 0.01),
            "kernel at its end": slides("Kernel size", "End"),
            "the smallest picture": slides("Longest side of the picture", "Home"),
            **PICTURES,
            "kernel at its beginning": slides("Kernel size", "Home"),
            "stride at its beginning": slides("Stride", "Home"),
            "a colour": presses("Colour that a network looks for"),
            "another corner": chooses(0.01, 0.99),
            "grey": presses("Grey from three weights"),
            "muted": presses("Mute green and blue"),
        },
        formula=r"numbers of row (\d+), column (\d+)\.",
        animation="Sliding window as GIF",
        drawn=lanes_gif,
        every=3,
    ),
    "pooling": Walk(
        "pooling?picture=moose",
        {
            "window at its end": slides("Window", "End"),
            "a corner": chooses(0.99, 0.01),
            **PICTURES,
            "window at its beginning": slides("Window", "Home"),
            "overlap": presses("Windows that overlap"),
            "another corner": chooses(0.01, 0.99),
            "classic": presses("The classic 4 \u00d7 4"),
            "one number": presses("One number for all"),
            "strongest": presses("Only the strongest edges"),
        },
        animation="Sliding window as GIF",
        drawn=window_gif,
    ),
    "activations": Walk(
        "activations?act_part=On+your+picture&picture=moose",
        {
            "a corner": chooses(0.99, 0.01),
            "scale at its end": slides("Multiply by", "End"),
            "bias at its end": slides("Bias", "Home"),
            **PICTURES,
            "strong edges": presses("Only strong edges pass"),
            "another corner": chooses(0.01, 0.99),
            "saturated": presses("Saturate a sigmoid"),
        },
        formula=r"Row (\d+), column (\d+): the kernel",
    ),
}


def agree(page: Page, walk: Walk, count: int) -> None:
    """Check that all that names a cell names the one that the stage stands on."""
    assert complaints(page) == []
    cell, size, of_python, of_browser = on_stage(
        page, f"[[...state.focus], {SIZE}, state.settings.selected, [...state.selected]]"
    )
    assert all(0 <= at < count for at, count in zip(cell, size, strict=True))
    assert of_python == cell
    assert of_browser == cell
    named = re.search(r"[?&]at=(\d+),(\d+)", unquote(page.url))
    if named:  # else it is the page's first, which the end of a walk opens again
        assert list(map(int, named.groups())) == cell
    if walk.formula:
        text = page.locator("[data-testid='stMain']").inner_text()
        assert list(map(int, re.search(walk.formula, text).groups())) == cell
    if walk.drawn is None or count % walk.every:
        return
    if page.get_by_role("button", name=walk.animation).count() == 0:
        return
    if walk.drawn is grid_drawing or on_stage(page, "state.settings.pictures !== false"):
        assert downloaded(page, walk.animation) == walk.drawn(page, tuple(cell))


def step(page: Page, act: Callable[[Page], None], rest: int) -> None:
    """Do what a hand does and let it rest: till the address says so, `rest` milliseconds at most.

    So long a hand that changes nothing of the address is waited for before Python is asked.
    """
    before = page.url
    act(page)
    with contextlib.suppress(TimeoutError):
        page.wait_for_url(lambda address: address != before, timeout=rest)
    settle(page)


def holds(page: Page, check: Callable[[], None]) -> None:
    """Check, and again while it fails: on a busy machine the last frame comes late."""
    for _ in range(50):
        try:
            return check()
        except AssertionError:
            page.wait_for_timeout(100)
    return check()


@pytest.mark.parametrize("name", WALKS)
def test_a_walk_through_the_extremes_keeps_one_cell_for_everything(visit, name):
    walk = WALKS[name]
    page = visit(walk.path)
    agree(page, walk, 0)
    for count, (name_of_step, act) in enumerate(walk.steps.items(), 1):
        step(page, act, 700)
        try:
            holds(page, partial(agree, page, walk, count))
        except AssertionError as error:
            raise AssertionError(f"{name}, {name_of_step}: {error}") from error
    if "picture=own" not in page.url:
        other = visit(page.url.split("/")[-1])
        assert on_stage(other, "[...state.focus]") == on_stage(page, "[...state.focus]")


def test_a_slider_and_the_cell_that_follows_are_one_step_back(visit):
    page = visit("convolution?picture=digit&at=20,4", alone=True)  # a history has 50 at most
    length = page.evaluate("history.length")
    page.get_by_role("slider", name="Stride").fill("4")
    page.wait_for_url("**stride=4**")
    settle(page)
    assert "at=5,1" in unquote(page.url)
    assert page.evaluate("history.length") == length + 1
    page.go_back()
    page.wait_for_url(lambda address: "stride" not in address)
    settle(page)
    assert "at=20,4" in unquote(page.url)
    assert on_stage(page, "[state.settings.stride[0], ...state.focus]") == [1, 20, 4]
    expect(page.get_by_role("slider", name="Stride")).to_have_value("1")


# ---- stages with one number in hand -----------------------------------------------------------

CURVE = '[data-testid="stMain"] .chart'


@dataclass(frozen=True)
class Number:
    """A page with one number in hand.

    Attributes
    ----------
    path, inside : where it opens, and an element of its stage.
    read : the number, as the stage's own object has it.
    name, default : its parameter in the address, and what it is where that is missing.
    formula : finds it in the page's text or in a control.
    steps : as those of a walk.
    """

    path: str
    inside: str
    read: str
    name: str
    default: float
    formula: str
    steps: Mapping[str, Callable[[Page], None]]


def keys(selector: str, *pressed: str) -> Callable[[Page], None]:
    def act(page: Page) -> None:
        place = page.locator(selector).first
        place.focus()
        for key in pressed:
            place.press(key)

    return act


NUMBERS = {
    "curve": Number(
        "activations?picture=moose",
        ".chart",
        "state.value",
        "x",
        1.0,
        r"f\((-?[\d.]+)\) =",
        {
            "the end": keys(".chart", "End"),
            "a larger reach": slides("Reach of x", "End"),
            "the beginning": keys(".chart", "Home"),
            "a smaller reach": slides("Reach of x", "Home"),
            "a sigmoid": presses("Where the sigmoid saturates"),
            "cousins": presses("ReLU and its smooth cousins"),
        },
    ),
    "shift": Number(
        "pooling?pool_part=Shift test&picture=moose",
        ".chart",
        "state.value",
        "moved",
        3,
        r"moved by \((-?\d+), -?\d+\)",
        {
            "the end": keys(".chart", "End"),
            "as far as it goes": slides("Farthest shift to the right", "End"),
            "not at all": keys(".chart", "Home"),
            "large windows": presses("Large windows"),
            "the other way": keys(".chart", "End"),
            "small windows": presses("Small windows"),
        },
    ),
    "flatten": Number(
        "layers?picture=moose",
        ".sides",
        "state.index",
        "element",
        17,
        r"\+ \d+ = (\d+)",
        {
            "a longer vector": presses("A longer vector"),
            "rows at their beginning": slides("Rows and columns", "Home"),
            "a step down": presses("A step down"),
            "channels at their end": slides("Channels", "End"),
            "the digit": takes_digit,
            "three colours": presses("Red, green, blue"),
        },
    ),
    "learning": Number(
        "learn_a_kernel?picture=digit",
        ".stage",
        "state.step",
        "step",
        0,
        r"step (\d+)\b",
        {
            "ten on": keys("input[type=range]", *["ArrowRight"] * 10),
            "another rate": presses("Much too fast"),
        },
    ),
}


@pytest.mark.parametrize("name", NUMBERS)
def test_a_number_in_hand_is_one_for_stage_formula_and_address(visit, name):
    number = NUMBERS[name]
    page = visit(number.path)

    def read(page: Page) -> float:
        return page.locator(number.inside).first.evaluate(
            "(node) => { const state = node.getRootNode().querySelector('.root').stage;"
            f" return {number.read}; }}"
        )

    def one_number() -> None:
        assert complaints(page) == []
        value = read(page)
        named = re.search(rf"[?&]{number.name}=([^&]+)", page.url)
        in_address = float(named.group(1)) if named else number.default
        formulas = "\n".join(page.locator("annotation").all_text_contents())
        text = page.locator("[data-testid='stMain']").inner_text() + formulas
        text = text.replace("\u2212", "-")
        shown = re.search(number.formula, text)
        assert shown is not None, text[:2000]
        assert float(shown.group(1)) == pytest.approx(value, abs=1e-4)
        if in_address != pytest.approx(value, abs=1e-4):
            # More is held than may be set now: who opens the address sees the same all the same.
            other = visit(page.url.split("/")[-1])
            seen = read(other)
            other.close()
            assert seen == value, in_address

    holds(page, one_number)
    for name_of_step, act in number.steps.items():
        step(page, act, 900)
        try:
            holds(page, one_number)
        except AssertionError as error:
            raise AssertionError(f"{name}, {name_of_step}: {error}") from error
