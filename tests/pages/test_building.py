"""The page Build a network: its stage, its edits, its parts and what one takes along."""

import json
from threading import Event
from urllib.parse import unquote

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.images.crops import crop_and_resize
from cnnviz.images.samples import open_sample
from cnnviz.networks import open_network
from cnnviz.networks.building import (
    KINDS,
    PRESETS,
    build_model,
    describe,
    format_stack,
    outline,
    parse_stack,
    read_program,
)
from cnnviz.networks.building.augmentation import AUGMENTATION_KINDS
from cnnviz.networks.building.maps import stack_maps
from cnnviz.networks.keras_files.upload import read_upload
from pages.building import edits, running, takeaway
from pages.building.palette import palette
from pages.ui.own_network import HELD
from tests.pages.checks import run_until, sent, try_everything

PAGE = "pages/13_build.py"
TUTORIAL = PRESETS["tutorial"].stack
LATE = "Maps follow."


def stage(page):
    return sent(page, "rows")


def drawn(page):
    """Run the page until its maps are there."""
    return stage(run_until(page, lambda page: stage(page)[0]["note"] != LATE))


def said(page) -> str:
    return "\n".join(one.value for one in (*page.markdown, *page.caption, *page.error, *page.info))


def text_of(page) -> str:
    text = page.query_params["stack"]
    return text if isinstance(text, str) else text[0]


def stack_of(page):
    return parse_stack(text_of(page)) if "stack" in page.query_params else TUTORIAL


def test_the_stage_stays_at_its_place_while_its_maps_follow(open_page, monkeypatch):
    held = Event()
    monkeypatch.setattr(
        running, "stack_maps", lambda *given, **more: held.wait(60) and stack_maps(*given, **more)
    )

    def path(node, so_far=()):
        if edits.STAGE in getattr(node.proto, "id", ""):
            yield so_far
        for at, child in getattr(node, "children", {}).items():
            yield from path(child, (*so_far, at))

    page = open_page(PAGE, stack="in-h16-w16-c3~gavg~dense-u3")
    before = stage(page)[0]["note"], list(path(page.main))
    held.set()
    drawn(page)
    assert before == (LATE, list(path(page.main)))


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_s_numbers_are_those_of_keras(open_page, tf, name):
    stack = PRESETS[name].stack
    page = open_page(PAGE, stack=format_stack(stack), build_seed="3")
    settings, arrays = drawn(page)
    model = build_model(stack, seed=3)
    assert [row["name"] for row in settings["rows"]] == list(stack.names())
    assert sum(row["weights"] for row in settings["rows"]) == model.count_params()
    assert settings["rows"][-1]["shape"] == list(model.output_shape[1:])
    found = stack_maps(stack, open_sample("panda"), seed=3)
    np.testing.assert_array_equal(arrays["picture"], found.picture)
    start = 0
    for row, output in zip(settings["rows"], found.outputs, strict=True):
        size = int(np.prod(row["tiles"]))
        tiles = arrays["tiles"][start : start + size].reshape(row["tiles"])
        start += size
        if output.ndim == 3:  # each in its own range; 128 is zero
            assert len(tiles) == min(output.shape[2], 8)
            one = output[..., 0]
            levels = np.rint(one * (127 / (np.abs(one).max() or 1))) + 128
            assert np.abs(tiles[0].astype(int) - levels).max() <= 1
        else:
            assert tiles.shape[:2] == (1, 1)
    assert start == arrays["tiles"].size


def test_the_picture_is_there_before_its_maps(open_page):
    page = open_page(PAGE, stack="in-h200-w150-c1~conv-f200-k3~gavg")
    settings, arrays = stage(page)
    assert settings["note"].startswith("Maps are drawn of up to")
    picture = crop_and_resize(open_sample("panda"), target=(200, 150))
    np.testing.assert_array_equal(arrays["picture"], picture)


def test_the_palette_has_every_kind_once_and_every_option_begins_as_it_may():
    found = palette()
    listed = [code for group in found["groups"] for code in group["codes"]]
    kinds = {kind.code: kind for kind in KINDS.values()}
    assert sorted(["in", *listed]) == sorted(kinds)
    for code, kind in kinds.items():
        described = found["kinds"][code]["options"]
        assert [one["name"] for one in described] == list(kind.options())
        for one, option in zip(described, kind.options().values(), strict=True):
            if one["start"] is not None:
                assert option.read(one["start"]) == option.start
    json.dumps(found)


CHANGES = tuple(kind.kind() for kind in AUGMENTATION_KINDS)


@pytest.mark.parametrize(
    "kinds", [CHANGES, *([name] for name in KINDS if name not in ("Input", *CHANGES))]
)
def test_a_layer_of_any_kind_can_stand_behind_the_input(open_page, kinds):
    stack = TUTORIAL
    for kind in kinds:
        stack = stack.inserted(1, KINDS[kind]())
    settings, _ = stage(open_page(PAGE, stack=format_stack(stack)))
    found = outline(stack)
    assert settings["problem"] == (None if found.problem is None else settings["problem"])
    assert [row.get("weights") for row in settings["rows"]][: len(found.rows)] == [
        row.weights for row in found.rows
    ]


@pytest.mark.parametrize(
    "address",
    [
        {"stack": "nonsense"},
        {"stack": "in-h32-w32-c3~conv-f0-k3"},
        {"stack": "~" * 20_000},
        {"stack": "in-h8-w8-c1~" + "~".join(["flat"] * 200)},
        {"stack": "<script>alert(1)</script>", "build_layer": "-4", "build_seed": "1e9"},
        {"build_cell": "9:9", "build_part": "Elsewhere", "build_layer": "x"},
    ],
)
def test_a_hostile_address_opens_the_tutorial_network(open_page, address):
    page = open_page(PAGE, **address)
    settings, _ = stage(page)
    assert [row["text"] for row in settings["rows"]] == format_stack(TUTORIAL).split("~")
    assert not page.error


def test_a_layer_beyond_the_stack_is_the_last(open_page):
    page = open_page(PAGE, stack="in-h8-w8-c3~flat", build_layer="70")
    assert stage(page)[0]["layer"] == 1
    for part in ("What it makes of your picture", "Diagram", "Code", "Take from"):
        page = open_page(PAGE, stack="in-h8-w8-c3~flat", build_layer="70", build_part=part)
        assert not page.exception


IMPOSSIBLE = (
    "in-h32-w32-c3~conv-f6-k3~flat~conv-f6-k3~max~dense-u10",
    "in-h8-w8-c3~conv-f6-k9~conv-f6-k9~flat~dense-u10",
    "in-h32-w32-c3~conv-f6-k3-g4~gavg~max~max",
    "in-h32-w32-c3~flat~dense-u65536~dense-u4096",
)


@pytest.mark.parametrize("text", IMPOSSIBLE)
def test_the_mends_lead_to_a_stack_that_is_possible(open_page, text):
    for _ in range(12):
        page = open_page(PAGE, stack=text)
        settings, _ = stage(page)
        problem = settings["problem"]
        if problem is None:
            break
        found = outline(parse_stack(text)).problem
        assert problem["position"] == found.position
        assert found.rule in problem["sentence"]
        assert found.received in problem["sentence"]
        assert "shape" not in settings["rows"][found.position]
        text = problem["mends"][0]["stack"]
    assert problem is None
    assert outline(parse_stack(text)).problem is None


def pressed(open_page, part, key, **address):
    page = open_page(PAGE, build_part=part, **address)
    page.button(key=key).click().run()
    assert not page.exception
    return page


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_taken(open_page, name):
    page = pressed(open_page, "Take from", f"build_preset_{name}")
    assert stack_of(page) == PRESETS[name].stack
    settings, _ = stage(page)
    assert len(settings["rows"]) == len(PRESETS[name].stack.layers)
    assert settings["tools"][0]["enabled"] == (name != "tutorial")


@pytest.mark.parametrize("name", ["tutorial", "small_vgg"])
def test_a_network_of_the_app_is_taken_without_its_weights(open_page, name):
    page = pressed(open_page, "Take from", f"build_network_{name}")
    settings, _ = stage(page)
    weights = sum(row["weights"] for row in settings["rows"])
    assert weights == open_network(name).parameters


def test_a_network_of_other_layers_is_refused_by_name(open_page):
    page = pressed(open_page, "Take from", "build_network_efficientnet_lite0")
    (error,) = page.error
    assert error.value.startswith("EfficientNet\\-Lite0 is not changed here\\.")
    assert "Received" in error.value


PROGRAM = """
from keras import Sequential, layers
model = Sequential([layers.Input((20, 20, 1)), layers.Conv2D(4, 3), layers.Flatten()])
"""
HOSTILE = {
    "import os\nos.system('touch owned')": "line 1",
    "model = __import__('os')": "line 1",
    "x = 1\nfor i in range(9): pass": "line 2",
    "(" * 5000: "deep",
    "": "at least one line",
    "from keras import layers\nlayers.Lambda(lambda x: x)": "line 2",
}


def test_a_program_is_read_and_the_stack_is_its(open_page):
    page = open_page(PAGE, build_part="Code")
    page.text_area(key="build_program").set_value(PROGRAM).run()
    page.button(key="build_read").click().run()
    assert stack_of(page) == read_program(PROGRAM)
    assert page.success[0].value == "Read: 2 layers."


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_program_is_refused_in_one_sentence(open_page, tmp_path, monkeypatch, text):
    monkeypatch.chdir(tmp_path)
    page = open_page(PAGE, build_part="Code")
    page.text_area(key="build_program").set_value(text).run()
    page.button(key="build_read").click().run()
    (error,) = page.error
    assert HOSTILE[text] in error.value
    assert "Received" in error.value
    assert stack_of(page) == TUTORIAL
    assert not list(tmp_path.iterdir())


def test_the_written_program_makes_the_same_network(open_page, tf, capsys):
    page = open_page(PAGE, build_part="Code")
    names = {}
    exec(compile(page.code[0].value, "program", "exec"), names)
    capsys.readouterr()
    assert names["model"].count_params() == sum(row.weights for row in describe(TUTORIAL))


FRONT = "in-h32-w32-c3~conv-f16-k3-psame~act-arelu"
MEAN = "gavg~dense-u10~softmax"


def test_experiments_compare_designs_by_keras_s_own_counts(open_page, tf):
    def weights(text: str, *layers: str) -> str:
        model = build_model(parse_stack(text))
        return f"{sum(int(model.get_layer(name).count_params()) for name in layers):,}"

    small, wide = "conv-f16-k3-psame~act-arelu", "conv-f32-k3-s2-psame~act-arelu"
    standard, end = "in-h32-w32-c3~conv-f32-k3-psame~act-arelu", "flat~dense-u10~softmax"
    two = weights(f"{FRONT}~{small}~{small}~max~{end}", "conv_2", "conv_3")
    one = weights(f"{FRONT}~conv-f16-k5-psame~act-arelu~max~{end}", "conv_2")
    strided = build_model(
        parse_stack(f"in-h32-w32-c3~conv-f16-k3-s2-psame~act-arelu~{wide}~{end}")
    ).count_params()
    work = [
        places**2 * 9 * 3 * 16 + (places // 2) ** 2 * 9 * 16 * 32 + 8 * 8 * 32 * 10
        for places in (16, 32)
    ]
    wanted = [
        (f"have {two} weights", f"the one {one}", "sees 7 \u00d7 7 pixels", "(7 \u00d7 7)"),
        (f"{work[0]:,} multiply-adds", f"{work[1]:,} with pooling", f"{strided:,} weights in both"),
        (
            f"has {weights(f'{FRONT}~{wide}~{MEAN}', 'dense_1')} weights",
            f"it has {weights(f'{FRONT}~{wide}~{end}', 'dense_1')}",
            "32 numbers instead of 8,192",
        ),
        (
            f"{weights(f'{standard}~sep-f64-k3-psame~act-arelu~{MEAN}', 'separable_1')} weights",
            f"of {weights(f'{standard}~conv-f64-k3-psame~act-arelu~{MEAN}', 'conv_2')} and",
        ),
    ]
    page, told = open_page(PAGE), []
    try_everything(
        page,
        lambda page: told.append(next(one for one in said(page).splitlines() if "Watch" in one)),
    )
    assert len(told) == len(wanted)
    for sentence, parts in zip(told, wanted, strict=True):
        for part in parts:
            assert part in sentence


def test_it_opens_elsewhere_with_the_weights_that_were_drawn(open_page, tf):
    page = open_page(PAGE, stack="in-h16-w16-c3~conv-f4-k3~gavg~dense-u3~softmax", build_seed="7")
    settings, _ = stage(page)
    model = build_model(parse_stack("~".join(row["text"] for row in settings["rows"])), seed=7)
    page.button(key="build_open_network").click().run()
    held = page.session_state[HELD]
    for one, other in zip(held.network.model.weights, model.weights, strict=True):
        np.testing.assert_array_equal(one, other)
    again = read_upload(held.data).network
    image = open_sample("panda")
    np.testing.assert_allclose(
        again.probabilities(image), held.network.probabilities(image), atol=1e-6
    )
    assert held.upload.notes


def test_the_file_has_the_weights_that_were_drawn(open_page, tf, monkeypatch, tmp_path):
    offered = {}
    monkeypatch.setattr(
        takeaway,
        "take_it_with_you",
        lambda downloads, _: offered.update({one.file_name: one for one in downloads}),
    )
    for text in ("in-h16-w16-c3~conv-f4-k3~gavg~dense-u3", "in-h16-w16-c5~gavg~dense-u3"):
        open_page(PAGE, stack=text, build_seed="7")
        # As Streamlit makes it: once it is asked for, in a thread that has no session.
        (tmp_path / "built.keras").write_bytes(offered["built.keras"].make())
        made = tf.keras.models.load_model(tmp_path / "built.keras")
        for one, other in zip(
            made.weights, build_model(parse_stack(text), seed=7).weights, strict=True
        ):
            np.testing.assert_array_equal(one, other)


MAPS = "What it makes of your picture"


def test_a_number_of_a_block_is_explained_at_the_layer_that_gives_it(open_page, tf):
    text = "in-h16-w16-c3~res-f4~gavg~dense-u3"
    page = open_page(PAGE, stack=text, build_part=MAPS, build_layer="1", build_cell="2:5:7")
    page = run_until(page, lambda page: not page.info)
    page.button(key="build_explain").click().run()
    assert not page.exception
    place = page.query_params["place"]
    layer, *cell = (place if isinstance(place, str) else place[0]).split(":")
    assert cell == ["2", "5", "7"]
    network = page.session_state[HELD].network
    found = stack_maps(parse_stack(text), open_sample("panda"), seed=0)
    maps = network.feature_maps(open_sample("panda"))[layer]
    np.testing.assert_allclose(maps, found.outputs[1], atol=1e-5)


@pytest.mark.parametrize("text", [IMPOSSIBLE[0], "in-h32-w32-c3"])
def test_what_is_no_network_is_explained_nowhere(open_page, tf, text):
    page = open_page(PAGE, stack=text, build_part=MAPS)
    page = run_until(page, lambda page: not page.info)
    buttons = [one for one in page.button if one.key == "build_explain"]
    if text == IMPOSSIBLE[0]:
        assert not buttons
        return
    buttons[0].click().run()
    assert not page.exception
    assert "an input alone" in page.error[0].value


def test_an_input_that_is_no_picture_has_no_maps_and_opens_nowhere(open_page):
    page = open_page(PAGE, stack="in-h16-w16-c5~gavg~dense-u3")
    settings, _ = stage(page)
    assert "an input of 5 is not shown one" in settings["note"]
    page.button(key="build_open_network").click().run()
    (error,) = page.error
    assert "Received" in error.value


def test_the_wall_has_every_number_of_the_layer_in_hand(open_page, tf):
    found = stack_maps(TUTORIAL, open_sample("panda"), seed=0)
    for layer, rows in ((3, 32), (6, None)):
        page = open_page(
            PAGE,
            build_part="What it makes of your picture",
            build_layer=str(layer),
            build_cell="2:5:7",
        )
        run_until(page, lambda page: not page.info)
        settings, arrays = sent(page, "values")
        values = found.outputs[layer]
        if rows:
            np.testing.assert_allclose(arrays["values"], values, atol=1e-5)
            assert settings["cell"] == [2, 5, 7]
        else:
            flat = arrays["values"].ravel()[: len(values)]
            np.testing.assert_allclose(flat, values, atol=1e-5)
            assert settings["numbers"] == len(values)


def editing():
    """Do what the browser has sent, as the stage's callbacks do."""
    import streamlit as st

    from cnnviz.networks.building import format_stack
    from pages.building import edits
    from pages.building.state import BUILD, SEED, STACK, layer_in_hand

    BUILD.follow()
    at_once = st.session_state.pop("at_once", {})
    for name, value in [*st.session_state.pop("sent", []), *at_once.items()]:
        st.session_state[edits.STAGE] = at_once or {name: value}
        edits.take()
    st.session_state["now"] = (format_stack(BUILD[STACK]), layer_in_hand(), BUILD[SEED])
    st.session_state["enabled"] = [tool["enabled"] for tool in edits.tools()]
    st.session_state["said"] = (edits.serial(), edits.complaint())


@pytest.fixture
def edited():
    page = AppTest.from_function(editing, default_timeout=60).run()

    def send(*sent):
        page.session_state["sent"] = list(sent)
        page.run()
        assert not page.exception
        return page

    return send


ONE, TWO, THREE = "in-h8-w8-c3~flat", "in-h8-w8-c3~flat~dense-u3", "in-h8-w8-c3~gavg"


def edit(serial, stack, layer=1):
    return "edit", {"serial": serial, "stack": stack, "layer": layer}


def tool(serial, name):
    return "tool", {"serial": serial, "name": name}


def test_edits_are_taken_back_and_done_again(edited):
    page = edited(edit(1, ONE), edit(2, TWO, 2))
    assert page.session_state["now"] == (TWO, 2, 0)
    assert page.session_state["enabled"] == [True, False, True]
    assert edited(tool(3, "undo")).session_state["now"] == (ONE, 1, 0)
    assert edited(tool(4, "redo")).session_state["now"] == (TWO, 2, 0)
    page = edited(tool(5, "undo"), edit(6, THREE))
    assert page.session_state["enabled"] == [True, False, True]
    assert edited(tool(7, "redo")).session_state["now"] == (THREE, 1, 0)
    page = edited(tool(8, "undo"), tool(9, "undo"), tool(10, "undo"), tool(11, "draw"))
    assert page.session_state["now"] == (format_stack(TUTORIAL), 1, 1)
    assert page.session_state["said"] == (11, "")


@pytest.mark.parametrize("names", [["edit", "tool"], ["tool", "edit"]])
def test_an_edit_and_its_undoing_that_come_at_once_are_taken_in_their_order(edited, names):
    page = edited(edit(1, ONE))
    sent = dict([edit(2, TWO, 2), tool(3, "undo")])
    page.session_state["at_once"] = {name: sent[name] for name in names}
    page.run()
    assert page.session_state["now"] == (ONE, 1, 0)
    assert page.session_state["enabled"] == [True, True, True]
    assert page.session_state["said"] == (3, "")


def test_looking_at_another_layer_is_nothing_to_take_back(edited):
    page = edited(edit(1, format_stack(TUTORIAL), 4))
    assert page.session_state["now"] == (format_stack(TUTORIAL), 4, 0)
    assert page.session_state["enabled"] == [False, False, True]


@pytest.mark.parametrize(
    ("sent", "complaint"),
    [
        (edit(1, "in-h8-w8-c3~conv-f0-k3"), "must be a whole number from 1 to 4,096"),
        (edit(1, "flat~in-h8-w8-c3"), "must begin with its Input"),
        (edit(1, 7), "sent as text"),
        (edit(1, "~" * 50_000), "letters"),
        (edit("x", TWO), ""),
        (edit(1e300, TWO), ""),
        (edit(1, TWO, "second"), ""),
        (("edit", None), ""),
        (("edit", [1]), ""),
        (("tool", {"serial": 1}), ""),
        (("tool", {"serial": 1, "name": "rm"}), ""),
    ],
)
def test_what_is_no_edit_changes_nothing(edited, sent, complaint):
    page = edited(sent)
    assert page.session_state["now"] == (format_stack(TUTORIAL), 1, 0)
    told = page.session_state["said"][1]
    assert complaint in told if complaint else told == ""
    assert len(told) <= 200


def test_it_leads_to_training_with_its_design(open_page):
    text = "in-h16-w16-c3~gavg~dense-u3~softmax"
    for address, design in (({"stack": text}, text), ({}, format_stack(TUTORIAL))):
        links = [
            one.proto.query_string
            for one in open_page(PAGE, **address).get("page_link")
            if one.proto.label == "Train it"
        ]
        assert any(unquote(query) == f"stack={design}" for query in links)


def test_large_maps_come_through_the_queue(open_page, tf):
    text = "in-h64-w64-c3~conv-f64-k7-psame~conv-f32-k7-psame~gavg"
    stack = parse_stack(text)
    assert sum(row.multiply_adds for row in describe(stack)) > 300_000_000
    settings, arrays = drawn(open_page(PAGE, stack=text))
    assert settings["note"] == ""
    assert arrays["tiles"].size > 0


def test_what_is_too_large_to_be_drawn_is_said_with_its_numbers(open_page):
    settings, _ = stage(open_page(PAGE, stack="in-h256-w256-c3~conv-f64-k3~gavg"))
    assert settings["note"].startswith("Maps are drawn of up to 4,000,000 numbers")
