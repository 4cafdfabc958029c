"""What strangers bring is text and numbers: nothing is fetched because of it, and nothing breaks.

The Content-Security-Policy, which would hide a mistake, is switched off here; that it holds is a
test of `test_serving.py`.
"""

import asyncio
import base64
import io
import itertools
import json
import math
import re
import zipfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

import h5py
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from websockets.exceptions import ConnectionClosed

import pages
from pages.ui.path import PAGES, address_of
from serving.failures import SENTENCE
from tests.browser.checks import complaints
from tests.browser.tabs import Profile, settle, visits
from tests.own_loop import in_own_loop
from tests.pages.test_state import TABLES
from tools.visitor import visitor

KINDS = ("model", "InputLayer", "RandomFlip", "Conv2D", "GlobalAveragePooling2D", "Dense")
NAMES = sorted({name for table in TABLES.values() for name in table.entries} | {"picture"})
"""What an address may name, on any page."""

_UPLOAD = """([input, name, text]) => {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const files = new DataTransfer();
  files.items.add(new File([bytes], name));
  input.files = files.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}"""


@pytest.fixture(scope="module")
def trusting(app, browser):
    """Tabs that obey no policy of the server's."""
    profile = Profile(app, browser.new_context(bypass_csp=True))
    yield profile
    profile.context.close()


@pytest.fixture
def unguarded(request, trusting, networks_open):
    """Open a path where no policy of the server's is obeyed."""
    with visits(request, trusting, networks_open) as opened:
        yield opened


def hostile(address: str, name: str) -> str:
    """Write what would fetch from an address if it were Markdown, HTML or LaTeX."""
    url = f"{address}/{name}"
    tried = f"![x]({url}-markdown) <img src='{url}-html'> $\\includegraphics{{{url}-latex}}$"
    return f"{tried} [![y][z]][z] <svg><image href='{url}-svg'/></svg> :material/home: {name}"


def upload(page: Page, key: str, name: str, data: bytes) -> None:
    """Give a file to an uploader, under any name: a file on a disk could have no "/" in its."""
    uploader = page.locator(f".st-key-{key} input[type=file]")
    uploader.wait_for(state="attached")
    page.evaluate(_UPLOAD, [uploader.element_handle(), name, base64.b64encode(data).decode()])


def png() -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.full((40, 40, 3), 90, np.uint8)).save(file, "PNG")
    return file.getvalue()


def zipped(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


def network(names: dict[str, str], first: str = "Conv2D") -> bytes:
    """Write a `.keras` file by hand, whose model and layers have these names."""
    layers = [
        ("InputLayer", {"batch_shape": [None, 16, 16, 3]}),
        ("RandomFlip", {}),
        ("Conv2D", {"filters": 2, "kernel_size": 3, "activation": "relu"}),
        ("GlobalAveragePooling2D", {}),
        ("Dense", {"units": 2, "activation": "softmax"}),
    ]
    listed = [
        {"class_name": kind, "config": {"name": names[kind], **config}} for kind, config in layers
    ]
    listed[2]["class_name"] = first
    config = {"class_name": "Sequential", "config": {"name": names["model"], "layers": listed}}
    file = io.BytesIO()
    draw = np.random.default_rng(0)
    with h5py.File(file, "w") as weights:
        for place, shapes in (("conv2d", [(3, 3, 3, 2), (2,)]), ("dense", [(2, 2), (2,)])):
            for number, shape in enumerate(shapes):
                values = draw.normal(size=shape).astype(np.float32)
                weights[f"layers/{place}/vars/{number}"] = values
    return zipped(
        {
            "config.json": json.dumps(config).encode(),
            "metadata.json": b'{"keras_version": "3.15.0"}',
            "model.weights.h5": file.getvalue(),
        }
    )


def test_what_is_fetched_would_be_noticed(unguarded, stranger):
    address, asked = stranger
    page = unguarded("convolution")
    page.evaluate(
        """(address) => new Promise((done) => {
          const image = new Image();
          image.onload = image.onerror = done;
          image.src = `${address}/noticed`;
        })""",
        address,
    )
    assert asked == ["/noticed"]


def test_a_pictures_name_fetches_nothing(unguarded, stranger):
    address, asked = stranger
    page = unguarded("convolution")
    page.get_by_role("button", name="Change the picture").click()
    for data, shown in ((b"no picture", "stAlertContentError"), (png(), "stImageCaption")):
        upload(page, "picture_upload", hostile(address, "picture") + ".png", data)
        expect(page.get_by_test_id(shown).first).to_be_visible()
        settle(page)
        assert asked == []
        assert complaints(page) == []
    expect(page.get_by_test_id(shown)).to_contain_text(f"![x]({address}/picture-markdown)")


def test_names_in_a_zip_fetch_nothing(unguarded, stranger):
    address, asked = stranger
    page = unguarded("search?search_network=Tutorial+network&search_in=Your+own+pictures")
    name = hostile(address, "member")
    members = {
        f"{hostile('http:', 'folder').replace('/', ' ')}/{number}.png": png() for number in range(3)
    }
    members |= {f"{name}.png": png(), f"../{name}.png": png(), f"a.{name}": b""}
    members |= {f"{number}.png": png() for number in range(3)}
    upload(page, "search_files", f"{hostile(address, 'zip')}.zip", zipped(members))
    page.locator(".card").first.wait_for(timeout=90_000)
    page.get_by_text("files not used").click()
    settle(page)
    page.get_by_text("Map", exact=True).first.click()
    page.locator("canvas.map[data-drawn]").wait_for(timeout=90_000)
    settle(page)
    assert asked == []
    assert complaints(page) == []


@pytest.mark.parametrize("data", [b"PK", b"PK\x03\x04 and nothing"], ids=["no zip", "a broken one"])
def test_the_name_of_a_bad_zip_fetches_nothing(unguarded, stranger, data):
    address, asked = stranger
    page = unguarded("search?search_network=Tutorial+network&search_in=Your+own+pictures")
    upload(page, "search_files", f"{hostile(address, 'bad')}.zip", data)
    expect(page.get_by_test_id("stAlertContentError")).to_be_visible(timeout=60_000)
    settle(page)
    assert asked == []


def test_the_names_in_a_network_and_its_labels_fetch_nothing(unguarded, stranger):
    address, asked = stranger
    page = unguarded("network?network=Your+own+model")
    name = f"{hostile(address, 'file')}.keras"
    upload(page, "own_model_file", name, network({kind: hostile(address, kind) for kind in KINDS}))
    page.locator(".network").wait_for(timeout=90_000)
    page.get_by_role("button", name="Name its classes").click()
    labels = page.get_by_role("textbox", name="A name for each of its 2 classes")
    labels.fill(f"{hostile(address, 'label')}\n{hostile(address, 'other')}")
    labels.press("Control+Enter")
    expect(page.get_by_role("button", name="2 names")).to_be_visible()
    page.keyboard.press("Escape")
    for view in ("Layer", "Explain", "Answer", "Health", "Compare", "Table", "Overview"):
        page.get_by_role("radio", name=view).click()
        settle(page)
        assert complaints(page) == []
    assert asked == []


@pytest.mark.parametrize("what", ["kind", "name"])
def test_a_refused_network_fetches_nothing(unguarded, stranger, what):
    address, asked = stranger
    page = unguarded("network?network=Your+own+model")
    names = dict.fromkeys(KINDS, hostile(address, "name"))
    # Two layers of one name are refused, and so is a kind that Keras does not know.
    data = network(names) if what == "name" else network(names, hostile(address, "kind"))
    upload(page, "own_model_file", f"{hostile(address, 'file')}.keras", data)
    refusal = page.get_by_test_id("stAlertContentError")
    expect(refusal).to_contain_text("![x](", timeout=60_000)
    settle(page)
    assert asked == []


@pytest.mark.parametrize("page", PAGES, ids=address_of)
def test_an_address_fetches_nothing(unguarded, stranger, page):
    address, asked = stranger
    front = "" if page.path == "app.py" else address_of(page)
    text = f"![x]({address}/markdown) <img src='{address}/html'>"
    query = "&".join(f"{name}={quote(text, safe='')}" for name in NAMES)
    shown = unguarded(f"{front}?{query}")
    assert complaints(shown) == []
    assert asked == []


_REPORTED = re.compile(r"on_([a-z_]+)_change")
SENT = sorted(
    {
        name
        for module in Path(pages.__file__).parent.rglob("*.py")
        for name in _REPORTED.findall(module.read_text(encoding="utf-8"))
    }
)
"""What components send, under any of their names."""
NONSENSE = (
    None,
    [],
    [[[]]],
    "x" * 10_000,
    -1,
    math.inf,
    math.nan,
    10**4000,
    [math.nan, 1, 2, 3],
    {"serial": [1]},
    {"serial": 1, "values": [["9" * 5000]], "rows": [], "columns": None, "kernels": 3, "muted": 1},
    {"layer": [], "channel": {}, "row": "x", "column": None, "way": ["begin"], "view": {}},
    {"row": 0, "column": 0, "value": math.nan, "serial": 2},
    {"kind": "query", "value": [1], "serial": 3},
    {"kind": [], "value": {"a": 1}, "serial": 4},
    {"kind": "region", "value": ["9" * 5000], "serial": 5},
    {"stages": [True, -1, 10**300, "x", *range(20_000)], "layer": "softmax", "channel": 10**30},
    {"layer": "softmax", "channel": 10**30, "row": -(10**30), "column": 1, "channels": [10**30]},
)
PLACES = [
    "",
    "convolution",
    "padding_and_stride",
    "channels",
    "channels?channels_part=Several+filters",
    "pooling",
    "pooling?pool_part=Shift+test",
    "activations",
    "activations?act_part=Softmax",
    "layers",
    "layers?layer_part=Dense",
    "learn_a_kernel",
    "network?network=Tutorial+network",
    "network?network=Tutorial+network&view=Layer",
    "network?network=Tutorial+network&view=Explain",
    "feature_visualisation?feature_part=Eight+channels",
    "search?search_network=Tutorial+network",
]


STATES = ("[]", "3", '"x"', *(json.dumps(dict.fromkeys(SENT, value)) for value in NONSENSE))
"""States of a component: such as are none, and each value under every name."""
FULL = 3_900_000
"""Bytes: a little less than a browser may send at once (maxWidgetStateSize)."""


@pytest.mark.browser
@pytest.mark.parametrize("place", PLACES)
def test_a_component_that_sends_nonsense_breaks_nothing(app, networks_open, place):
    networks_open()

    async def tried(components: Sequence[str]) -> None:
        async with visitor(app) as one:
            await one.open(*place.split("?"))
            for text in STATES:
                at_once = max(1, FULL // len(text))
                for first in range(0, len(components), at_once):
                    some = components[first : first + at_once]
                    # What was sent last may have led to another view.
                    if here := [name for name in some if name in one.elements]:
                        answer = await one.send_to(here, json_value=text)
                        assert answer.complaints == (), (here, text[-200:])

    async def all_tried() -> None:
        async with visitor(app) as one:
            await one.open(*place.split("?"))
            fragments = defaultdict(list)
            for name in one.of_kind("bidi_component"):
                fragments[one.elements[name].fragment].append(name)
        assert fragments
        await asyncio.gather(*map(tried, fragments.values()))  # the pauses below stages overlap

    in_own_loop(all_tried())


@pytest.mark.browser
def test_who_sends_too_much_at_once_is_cut_off_and_the_others_are_not(app):
    async def tried() -> tuple[str, ...]:
        async with visitor(app) as one, visitor(app) as other:
            await other.open("convolution")
            await one.open("convolution")
            with pytest.raises(ConnectionClosed):
                await one.send(one.named("convolution_text"), string_value="1," * 2**21 + "1")
            return (await other.again()).complaints

    assert in_own_loop(tried()) == ()


# What no browser sends for a widget: another kind of value, or a number that is none.
FORGED = (
    {"double_value": math.nan},
    {"string_value": "x"},
    {"json_value": "{"},
    {"double_array_value": {"data": [math.nan]}},
    {"string_array_value": {"data": []}},
)


@pytest.mark.browser
@pytest.mark.parametrize("place", ["convolution", "activations?act_part=Softmax"])
def test_who_forges_a_widgets_value_reads_one_sentence(app, place):
    async def tried(kind: str, widget: str) -> set[str]:
        said: set[str] = set()
        async with visitor(app) as one:
            for value in FORGED:
                # Who opens the page again finds it whole.
                assert (await one.open(*place.split("?", 1))).complaints == (), (kind, value)
                said.update((await one.send(widget, **value)).complaints)
                assert said <= {SENTENCE}, (kind, value)
        return said

    async def all_tried() -> set[str]:
        async with visitor(app) as one:
            await one.open(*place.split("?", 1))
            kinds = {element.kind: name for name, element in one.elements.items()}
        del kinds["bidi_component"]  # these have a test of their own
        return set().union(*await asyncio.gather(*itertools.starmap(tried, kinds.items())))

    assert in_own_loop(all_tried()) == {SENTENCE}
