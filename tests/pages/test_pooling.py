"""The Pooling page without a browser: every control's ends, and what it sends."""

import contextlib
import io

import numpy as np
import pytest

from cnnviz.pooling.view import pooled_view
from tests.pages.checks import flat_picture, sent, try_everything

PATH = "pages/04_pooling.py"


def stage(page):
    return sent(page, "padded_rows")


GRID = {"pool_on": "A number grid"}
EXTREMES = {
    "as it opens": {},
    "smallest window": {"pool_size": "1", "pool_padding": "Explicit"},
    "largest window": {"pool_size": "8", "pool_tiled": "false", "pool_stride": "8"},
    "in steps of one": {"pool_size": "8", "pool_tiled": "false", "pool_stride": "1"},
    "colour, average": {"pool_source": "Colour", "pool_kind": "Average", "pool_padding": "Same"},
    "colour, length": {"pool_source": "Colour", "pool_kind": "L2, the length"},
    "map": {"pool_on": "A filtered map", "pool_filter": "Outline", "pool_size": "3"},
    "map without ReLU": {"pool_on": "A filtered map", "pool_relu": "false"},
    "global": {"pool_global": "true"},
    "global average of a map": {
        "pool_on": "A filtered map",
        "pool_global": "true",
        "pool_kind": "Average",
    },
    "classic": GRID,
    "classic, global": {**GRID, "pool_global": "true", "pool_kind": "L2, the length"},
    "patch": {**GRID, "pool_values": "Patch of the picture", "pool_side": "16"},
    "padded at one end": {
        **GRID,
        "pool_values": "Counting numbers",
        "pool_side": "5",
        "pool_size": "3",
        "pool_padding": "Explicit",
        "pool_before": "0",
        "pool_after": "2",
    },
    "apart": {
        **GRID,
        "pool_values": "Counting numbers",
        "pool_apart": "true",
        "pool_side": "2",
        "pool_side_across": "9",
        "pool_size": "2",
        "pool_size_across": "4",
    },
}
KINDS = {"Average": "average", "L2, the length": "l2"}


@pytest.mark.parametrize("address", EXTREMES.values(), ids=EXTREMES)
def test_what_is_shown_is_what_pooling_gives(open_page, address):
    settings, arrays = stage(open_page(PATH, **address))
    kind = KINDS.get(address.get("pool_kind"), "max")
    assert settings["reduce"] == kind
    (top, left), window, stride = (settings[name] for name in ("origin", "window", "stride"))
    ends = []
    for axis, before in enumerate((top, left)):
        places = len(arrays[("padded_rows", "padded_columns")[axis]])
        ends.append((before, places - before - arrays["input"].shape[axis]))
    view = pooled_view(
        arrays["input"], kind=kind, size=tuple(window), stride=tuple(stride), padding=tuple(ends)
    )
    np.testing.assert_array_equal(np.moveaxis(arrays["output"], 0, -1), view.result)
    if address:
        np.testing.assert_array_equal(np.moveaxis(arrays["gradient"], 0, -1), view.gradient)
    else:  # what a gradient does is one fold away
        assert "gradient" not in arrays
    if kind == "max":
        np.testing.assert_array_equal(np.moveaxis(arrays["winners"], 0, -1), view.winners)


def test_the_gradient_is_one_press_away_and_in_the_address(open_page):
    page = open_page(PATH)
    headers = [header.value for header in page.header]
    assert "What flows back" not in headers
    page.toggle(key="pool_gradient").set_value(True).run()
    assert "gradient" in stage(page)[1]
    assert "What flows back" in [header.value for header in page.header]
    assert page.query_params == {"pool_gradient": "true"}
    assert "gradient" in stage(open_page(PATH, pool_gradient="true"))[1]


def test_the_classic_grid_is_there(open_page):
    _, arrays = stage(open_page(PATH, **GRID))
    np.testing.assert_array_equal(arrays["output"][0], [[6, 8], [3, 4]])
    np.testing.assert_array_equal(
        arrays["gradient"][0], [[0, 0, 0, 0], [0, 1, 0, 1], [1, 0, 0, 0], [0, 0, 0, 1]]
    )


HOSTILE = {
    "pool_on": "../../etc",
    "pool_kind": "<script>",
    "pool_size": "-3",
    "pool_stride": "1e999",
    "pool_padding": "\x00",
    "pool_values": "nan",
    "pool_global": "perhaps",
    "pool_part": "none",
    "grid": "1;2,3",
    "moved": "-1",
    "at": "x",
}


def test_a_hostile_address_opens_the_defaults(open_page):
    page = open_page(PATH, **HOSTILE)
    settings, arrays = stage(page)
    assert not page.error
    assert settings["window"] == [2, 2]
    assert settings["reduce"] == "max"
    assert arrays["input"].shape[2] == 1


def test_padding_stays_smaller_than_the_window(open_page):
    page = open_page(PATH, **EXTREMES["padded at one end"])
    assert page.slider(key="pool_after").max == 2
    page.slider(key="pool_size").set_value(2).run()
    assert page.slider(key="pool_after").max == page.slider(key="pool_after").value == 1
    assert stage(page)[0]["window"] == [2, 2]


def test_a_window_never_outgrows_the_grid(open_page):
    page = open_page(PATH, **GRID, pool_size="8")
    assert page.slider(key="pool_size").max == 4
    assert stage(page)[0]["window"] == [4, 4]
    # What does not fit is not forgotten: the same address on a larger grid.
    page.selectbox(key="pool_values").set_value("counting").run()
    page.slider(key="pool_side").set_value(9).run()
    assert stage(page)[0]["window"] == [8, 8]


EXPERIMENTS = {
    "The classic 4 \u00d7 4": ((4, 4), [2, 2], [2, 2]),
    "Only the strongest edges": (None, [8, 8], [8, 8]),
    "Windows that overlap": (None, [3, 3], [2, 2]),
    "One number for all": (None, None, None),
}


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_an_experiment_sets_up_what_it_promises(open_page, name):
    page = open_page(PATH, pool_padding="Same", pool_kind="Average", pool_apart="true")
    page.button(key=f"try_{name}").click().run()
    settings, arrays = stage(page)
    size, window, stride = EXPERIMENTS[name]
    if size:
        assert arrays["input"].shape[:2] == size
    if window:
        assert (settings["window"], settings["stride"]) == (window, stride)
        assert settings["reduce"] == "max"
    else:
        assert arrays["output"].size == 1


@pytest.mark.parametrize("address", [GRID, {"pool_kind": "Average"}], ids=["grid", "picture"])
def test_the_program_on_the_page_gives_the_numbers_on_the_page(
    open_page, address, tmp_path, monkeypatch, tf
):
    page = open_page(PATH, **address)
    _, arrays = stage(page)
    monkeypatch.chdir(tmp_path)
    np.savez("pooling.npz", input=arrays["input"])
    names: dict[str, object] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(page.code[0].value, "program", "exec"), names)
    result = np.moveaxis(names["result"], -1, 0)
    np.testing.assert_allclose(result, arrays["output"], rtol=1e-5)


SHIFT = {"pool_part": "Shift test"}
FARTHEST = {
    "as it opens": {},
    "no shift at all": {"pool_shift_right": "0"},
    "far back": {"pool_shift_right": "-16", "pool_shift_down": "16", "moved": "16"},
    "zeros come in": {"pool_shift_border": "Zeros", "pool_shift_size": "12"},
    "a pattern": {"picture": "digit", "pool_shift_size": "1"},
}


@pytest.mark.parametrize("address", FARTHEST.values(), ids=FARTHEST)
def test_the_shift_test_begins_without_a_change(open_page, address):
    page = open_page(PATH, **SHIFT, **address)
    settings, arrays = sent(page, "y0")
    names = [group["name"] for group in settings["groups"]]
    assert names == ["Map", "Pooled map", "Global pool"]
    reach = max(
        abs(int(address.get("pool_shift_right", 12))), int(address.get("pool_shift_down", 0))
    )
    for place in range(3):
        assert arrays[f"x{place}"].tolist() == list(range(reach + 1))
        assert arrays[f"y{place}"][0] == 0
    assert settings["cursor"] == min(int(address.get("moved", 3)), reach)


def test_pooling_cares_less_than_the_map_and_the_global_pool_least(open_page):
    _, arrays = sent(open_page(PATH, **SHIFT), "y0")
    changed, pooled, everything = (arrays[f"y{place}"][2] for place in range(3))
    assert changed > pooled > everything


def test_a_picture_too_small_to_move_is_refused_in_one_sentence(open_page):
    page = open_page(PATH, **SHIFT)
    held = page.session_state["picture_in_hand"]
    tiny = type(held)("upload", "tiny", "Tiny.", np.zeros((9, 30, 3), np.uint8), "upload:tiny")
    page.session_state["picture_in_hand"] = tiny
    page.run()
    assert not page.exception
    assert "Received: 9 \u00d7 30." in page.info[0].value


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 40, 3), (8, 8, 3)], ids=str)
def test_every_experiment_works_on_the_smallest_pictures(open_page, shape):
    page = open_page(PATH, pool_on="A filtered map", pool_filter="Box blur 11 × 11", pool_size="8")
    page.session_state["picture_in_hand"] = flat_picture(shape)
    stage(page.run())
    try_everything(page, stage)


def test_every_experiment_of_the_shift_test_works(open_page):
    try_everything(open_page(PATH, **SHIFT, picture="digit"), lambda page: sent(page, "y0"))


@pytest.mark.parametrize("nonsense", ["", "Nothing", "0" * 5000])
def test_a_part_that_there_is_not_opens_the_first(open_page, nonsense):
    assert stage(open_page(PATH, pool_part=nonsense))[0]["window"] == [2, 2]


def test_an_empty_address_opens_the_defaults(open_page):
    settings, arrays = stage(open_page(PATH, **dict.fromkeys(HOSTILE, "")))
    plain, expected = stage(open_page(PATH))
    assert settings == plain
    np.testing.assert_array_equal(arrays["output"], expected["output"])
