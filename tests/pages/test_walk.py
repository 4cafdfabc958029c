"""The parts without a cell in the address, at the extremes of their controls.

What the stage was sent, what the formula says, what the program does and what the address opens are
compared, each from its own source. The walks that need a browser are in tests/browser/test_walk.py.
"""

import contextlib
import io
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pytest

from cnnviz.activations import cross_entropy_gradient
from cnnviz.activations.formulas import (
    cross_entropy_with_numbers,
    leak_with_numbers,
    softmax_with_numbers,
)
from cnnviz.layers.connections import lines
from cnnviz.layers.cost import weight_counts
from cnnviz.layers.dense import dense_terms
from cnnviz.layers.formulas import (
    convolution_count_with_numbers,
    dense_count_with_numbers,
    expected_with_numbers,
    savings_with_numbers,
    weighted_sum_with_numbers,
)
from cnnviz.padding.diagram import layer_svg
from cnnviz.padding.geometry import transposed_geometry
from tests.pages.checks import messages, sent

LAYERS, ACTIVATIONS = "pages/06_layers.py", "pages/05_activations.py"


@dataclass(frozen=True)
class Shown:
    """What a page shows: its stage's settings and arrays, formulas, captions and its program."""

    settings: Mapping
    arrays: Mapping
    formulas: str
    captions: str
    program: str
    page: object

    @classmethod
    def of(cls, page, stage: str | None) -> "Shown":
        settings, arrays = sent(page, stage)
        assert not page.error
        return cls(
            settings,
            arrays,
            "\n".join(one.value for one in page.latex),
            "\n".join(one.value for one in page.caption),
            "\n".join(one.value for one in page.code),
            page,
        )

    def run(self) -> dict:
        """Run its program; gives the names in it."""
        names: dict = {}
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(self.program, "program", "exec"), names)
        return names


def read(latex: str) -> float:
    """Read a number as `latex_number` writes it."""
    return float(latex.replace(r" \cdot 10^{", "e").replace("}", ""))


def dense(shown: Shown) -> None:
    settings, arrays = shown.settings, shown.arrays
    weights = arrays["weights"].reshape(-1, 1)
    bias = np.array([settings["bias"]], np.float32)
    count = shown.page.slider(key="layer_terms").value
    terms = dense_terms(arrays["inputs"].ravel(), weights, bias, unit=0, count=count)
    assert weighted_sum_with_numbers(terms, weights.size) in shown.formulas
    assert terms.result == pytest.approx(settings["result"], abs=1e-4)
    index = settings["units"].index(settings["unit"])
    assert settings["result"] == pytest.approx(float(arrays["logits"][index]), abs=1e-4)
    assert shown.page.selectbox(key="layer_unit").value == settings["unit"]
    # The cell in hand, as it opens, is the first term that is written out.
    named = [int(at) for at in re.findall(r"x\\?\[(\d+)\\?\]", shown.captions)]
    assert len(named) == count
    assert named[0] == np.ravel_multi_index(settings["strongest"], arrays["inputs"].shape)


def dropout(shown: Shown) -> None:
    settings, arrays = shown.settings, shown.arrays
    masks = np.unpackbits(arrays["masks"], axis=1, count=arrays["maps"].size)
    if not settings["training"]:
        assert "y = x" in shown.formulas
        assert settings["scale"] == 1
        assert "result = np.asarray(layer(maps, training=False))" in shown.program
        return
    rate = round(1 - 1 / settings["scale"], 6)
    assert expected_with_numbers(rate) in shown.formulas
    assert re.search(rf"Dropout(2D)?\({rate:g}\b", shown.program)
    assert f"over {len(masks)} masks" in shown.captions
    assert f"{arrays['running_mean'][-1]:.5g}, against" in shown.captions
    # A mask keeps what the rate says: maps as a whole where the program drops them as a whole.
    by_map = masks.reshape(len(masks), -1, arrays["maps"].shape[-1]).mean(axis=1)
    assert np.isin(by_map, (0, 1)).all() == ("Spatial" in shown.program or rate == 0)
    assert masks.mean() == pytest.approx(1 - rate, abs=0.05)


def sparse(shown: Shown) -> None:
    settings, arrays = shown.settings, shown.arrays
    (side, _), (kernel, _) = settings["input"], settings["kernel"]
    how = {
        "stride": shown.page.slider(key="layer_stride").value,
        "padding": shown.page.selectbox(key="layer_padding").value,
    }
    found = {kind: lines(kind, side, kernel, **how) for kind in ("dense", "convolution")}
    assert list(found["dense"].output_size) == settings["output"]
    assert savings_with_numbers(*found.values(), kernel) in shown.formulas
    _, connections, weights = settings["counts"][1 + settings["current"]]
    assert arrays["input"].size == int(connections.replace(",", ""))
    assert arrays["weight"].max() + 1 <= int(weights.replace(",", ""))
    result = shown.run()["result"]
    drawn = np.full(result.shape, -1)
    drawn[arrays["input"], arrays["output"]] = arrays["weight"]
    np.testing.assert_array_equal(result, drawn)


def cost(shown: Shown) -> None:
    controls = {one.key: int(one.value) for one in (*shown.page.number_input, *shown.page.slider)}
    side, channels, units, kernel, filters = (
        controls[f"layer_{name}"]
        for name in ("picture_side", "picture_channels", "units", "kernel", "filters")
    )
    counts = weight_counts(side, channels, units, kernel, filters)
    assert shown.settings["cursor"] == side
    at = shown.arrays["x0"].tolist().index(side)
    assert shown.arrays["y0"][at] == pytest.approx(counts.dense.weights)
    names = [group["name"] for group in shown.settings["groups"]]
    weights = shown.arrays[f"y{2 * names.index('Convolution')}"]
    assert weights[at] == pytest.approx(counts.convolution.weights)
    assert dense_count_with_numbers(side, channels, units) in shown.formulas
    assert convolution_count_with_numbers(kernel, channels, filters, counts) in shown.formulas
    assert f"Conv2D({filters}, {kernel}, " in shown.program
    assert str(side) in shown.program


def vanishing(shown: Shown) -> None:
    settings, arrays = shown.settings, shown.arrays
    depth = len(arrays["x0"])
    assert arrays["x0"].tolist() == list(range(1, depth + 1))
    assert settings["cursor"] == 1
    beside = shown.page.selectbox(key="act_beside").value
    if depth > 1 and beside == "output_gradient_rms" and np.isfinite(arrays["y1"]).all():
        numbers = re.search(
            r"^(\S.*?) \\cdot .*\{(\d+).*\\approx (.*)$", shown.formulas, re.MULTILINE
        )
        last, layers, first = numbers.groups()
        assert int(layers) == depth - 1
        for text, at in ((first, 0), (last, -1)):
            # The stage has the logarithm, as a float32.
            assert math.log10(read(text)) == pytest.approx(float(arrays["y1"][at]), abs=1e-3)
    assert f"through {depth} dense layers" in shown.captions
    assert f"layers = range({depth + 1})" in shown.program
    function = shown.page.selectbox(key="act_function").value
    assert f"keras.activations.{function}(" in shown.program


def dead(shown: Shown) -> None:
    settings, arrays = shown.settings, shown.arrays
    leak = shown.page.slider(key="act_leak").value
    assert settings["runs"][1]["name"] == f"Leaky ReLU, slope {leak:g}"
    assert leak_with_numbers(leak) in shown.formulas
    for place, words in enumerate(("ReLU: {} of 32 units dead", "ReLU: {} of 32 units silent")):
        gone = round(32 * float(arrays[f"dead{place}"][-1]))
        assert words.format(gone) in shown.captions
        assert f"{int(arrays[f'silent{place}'][0].sum())} silent before" in shown.captions
    rate = shown.page.select_slider(key="act_rate").value
    assert f"SGD({rate})" in shown.program


def softmax(shown: Shown) -> None:
    settings, arrays = shown.settings, shown.arrays
    logits, right, temperature = arrays["logits"], settings["right"], settings["temperature"]
    exact = [float(f"{z:g}") for z in logits]
    name = settings["names"][right]
    said = softmax_with_numbers(exact, right, temperature=temperature, name=name)
    assert said in shown.formulas
    assert cross_entropy_with_numbers(exact, right, temperature=temperature) in shown.formulas
    names = shown.run()
    np.testing.assert_allclose(names["result"][:-1], arrays["probabilities"], atol=1e-6)
    np.testing.assert_array_equal(np.asarray(names["naive"]), arrays["naive"])
    wanted = cross_entropy_gradient(logits, right, temperature=temperature)
    np.testing.assert_allclose(arrays["gradient"], wanted, atol=1e-6)


def transposed(shown: Shown) -> None:
    settings, arrays = shown.settings, shown.arrays
    size = arrays["output"].shape[1:]
    cell = tuple(settings["selected"])
    named = shown.page.query_params.get("at")
    named = named[-1] if isinstance(named, list) else named
    assert cell == (tuple(map(int, named.split(","))) if named else (0, 0))
    assert settings["selection"] == f"{cell[0]},{cell[1]} of {size[0]} x {size[1]}"
    np.testing.assert_allclose(shown.run()["result"], arrays["output"][0], rtol=1e-5, atol=1e-4)
    # The drawing is that of the same cell, made from what the stage was sent.
    rule = shown.page.selectbox(key="pad_padding").value
    if rule != "explicit":
        geometry = transposed_geometry(
            arrays["input"].shape[:2],
            arrays["kernel"].shape,
            stride=tuple(settings["spread"]),
            padding=rule,
            dilation=tuple(settings["dilation"]),
        )
        drawn = layer_svg(
            arrays["input"][..., 0],
            arrays["kernel"][::-1, ::-1],
            arrays["output"][0],
            geometry,
            cell,
            input_show=settings["input_show"],
            kernel_title="Turned kernel",
        )
        assert shown.page.session_state["drawn"]() == drawn.encode()


@dataclass(frozen=True)
class Walk:
    """A part of a page: where it is, the states it is walked through, and what must agree.

    Each state sets what it names beside what the one before has set. `stage` is the name of one of
    the stage's settings or arrays, where the page has several components.
    """

    path: str
    part: Mapping[str, str]
    states: tuple[Mapping[str, str], ...]
    agree: Callable[[Shown], None]
    stage: str | None = None


WALKS = {
    "dense": Walk(
        LAYERS,
        {"layer_part": "Dense"},
        (
            {"layer_terms": "8"},
            {"layer_unit": "airplane", "layer_terms": "1"},
            {"layer_unit": "truck", "picture": "digit"},
        ),
        dense,
    ),
    "dropout": Walk(
        LAYERS,
        {"layer_part": "Dropout"},
        (
            {"layer_rate": "0"},
            {"layer_rate": "0.95", "layer_seed": "9999"},
            {"layer_spatial": "true"},
            {"layer_rate": "0.5", "picture": "digit"},
            {"layer_mode": "Inference"},
        ),
        dropout,
    ),
    "sparse": Walk(
        LAYERS,
        {"layer_part": "Sparse and shared"},
        (
            {"layer_grid": "3", "layer_window": "1", "layer_stride": "3"},
            {"layer_kind": "Dense", "layer_grid": "8", "layer_window": "5"},
            {"layer_kind": "Without sharing", "layer_padding": "same"},
            {"layer_stride": "1"},
            {"layer_kind": "Convolution", "layer_grid": "3"},
        ),
        sparse,
    ),
    "cost": Walk(
        LAYERS,
        {"layer_part": "Why not dense?"},
        (
            {"layer_picture_side": "1", "layer_kernel": "1", "layer_units": "1"},
            {"layer_picture_channels": "1", "layer_filters": "1"},
            {"layer_picture_side": "4096", "layer_picture_channels": "1024"},
            {"layer_units": "100000", "layer_kernel": "11", "layer_filters": "4096"},
        ),
        cost,
    ),
    "vanishing": Walk(
        ACTIVATIONS,
        {"act_part": "Vanishing gradients"},
        (
            {"act_depth": "1"},
            {"act_depth": "50", "act_width": "8"},
            {"act_weights": "normal", "act_spread": "0.01"},
            {"act_spread": "0.5", "act_function": "Sigmoid", "act_width": "128"},
            {"act_beside": "Spread of the outputs", "act_seed": "9999"},
        ),
        vanishing,
    ),
    "dead": Walk(
        ACTIVATIONS,
        {"act_part": "Dead ReLUs"},
        (
            {"act_rate": "0.01", "act_raise": "-4", "act_leak": "0.01"},
            {"act_rate": "10.0", "act_raise": "4", "act_leak": "0.5"},
            {"act_data": "Bright pixels of your picture", "act_seed": "9999"},
        ),
        dead,
    ),
    "softmax": Walk(
        ACTIVATIONS,
        {"act_part": "Softmax"},
        (
            {"logits": "1000,-1000", "temperature": "0.0625", "class": "dog"},
            {"logits": "0,0,0,0,0,0,0,0,0,0", "temperature": "16", "class": "yak"},
            {"logits": "-120,-121,-130,-150", "act_span": "1000"},
            {"logits": "100,98,90,20", "temperature": "1", "class": "cat"},
        ),
        softmax,
    ),
    "transposed": Walk(
        "pages/02_padding_and_stride.py",
        {"pad_transposed": "true"},
        (
            {"at": "0,0"},
            {"pad_side": "16", "pad_kernel": "7", "pad_stride": "4", "pad_dilation": "4"},
            {"at": "63,2"},
            {"pad_padding": "Valid"},
            {"pad_side": "3"},
            {"pad_padding": "Explicit", "pad_before": "24", "pad_after": "0"},
            {"pad_padding": "Same", "pad_kernel": "1", "pad_stride": "1"},
        ),
        transposed,
        "padded_rows",
    ),
}


@pytest.fixture
def drawings(monkeypatch):
    """Keep what the page offers as a drawing in the session, as `drawn`."""

    def keep(_label, data, file_name, *_rest, **_options):
        if file_name.endswith(".svg") and "coverage" not in file_name:
            import streamlit as st

            st.session_state["drawn"] = data

    monkeypatch.setattr("streamlit.download_button", keep)


@pytest.mark.parametrize("name", WALKS)
def test_at_the_extremes_all_say_the_same(open_page, drawings, tf, name):
    walk = WALKS[name]
    page = open_page(walk.path, **walk.part)
    for state in ({}, *walk.states):
        for parameter, text in state.items():
            page.query_params[parameter] = text
        try:
            walk.agree(Shown.of(page.run(), walk.stage))
        except AssertionError as error:
            raise AssertionError(f"{name}, {state}: {error}") from error
    texts = {
        key: text[-1] if isinstance(text, list) else text for key, text in page.query_params.items()
    }
    again = open_page(walk.path, **texts)
    for (settings, arrays), (others, values) in zip(messages(again), messages(page), strict=True):
        # Where a cell lies in the map outlasts sizes without such a cell; an address has a cell.
        assert settings | {"place": 0} == others | {"place": 0}
        for key, array in arrays.items():
            np.testing.assert_array_equal(array, values[key])
