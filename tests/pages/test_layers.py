import numpy as np
import pytest

from cnnviz.images.samples import open_sample
from cnnviz.layers.connections import lines
from cnnviz.layers.cost import weight_counts
from cnnviz.layers.dropout import dropout
from cnnviz.layers.tutorial_network import small_maps, tutorial_maps, tutorial_weights
from tests.pages.checks import flat_picture, sent, taken_along, try_everything

PATH = "pages/06_layers.py"
PARTS = {
    "flatten": "Flatten",
    "dense": "Dense",
    "dropout": "Dropout",
    "cost": "Why not dense?",
    "lines": "Sparse and shared",
}
HOSTILE = {
    "layer_source": "<script>",
    "layer_side": "3",
    "layer_channels": "1e400",
    "element": "-7",
    "layer_unit": "unicorn",
    "layer_terms": "nan",
    "layer_mode": "perhaps",
    "layer_rate": "1.0",
    "layer_spatial": "maybe",
    "layer_seed": "-1",
    "layer_picture_side": "1e9",
    "layer_picture_channels": "0",
    "layer_units": "\x00",
    "layer_kernel": "99",
    "layer_filters": "-3",
    "layer_kind": "../../etc",
    "layer_grid": "2",
    "layer_window": "8",
    "layer_stride": "0",
    "layer_padding": "full",
}
every_part = pytest.mark.parametrize("part", PARTS.values(), ids=PARTS)


@pytest.fixture(scope="module")
def panda():
    return tutorial_maps(open_sample("panda"))


@every_part
def test_a_part_opens_from_its_address_alone(open_page, part):
    page = open_page(PATH, layer_part=part)
    sent(page)
    assert page.session_state["layer_part"] == next(key for key in PARTS if PARTS[key] == part)
    assert any("Why it matters" in one.value for one in page.header)
    assert page.code


@every_part
@pytest.mark.parametrize("address", [HOSTILE, dict.fromkeys(HOSTILE, "")], ids=["hostile", "empty"])
def test_a_hostile_address_opens_the_defaults(open_page, part, address):
    hostile, plain = (sent(open_page(PATH, layer_part=part, **each)) for each in (address, {}))
    assert hostile[0] == plain[0]
    for name, values in plain[1].items():
        np.testing.assert_array_equal(hostile[1][name], values)


@pytest.mark.parametrize("nonsense", ["", "Nothing", "0" * 5000])
def test_a_part_that_there_is_not_opens_the_first(open_page, nonsense):
    assert sent(open_page(PATH, layer_part=nonsense))[0]["selected"] == 17


@pytest.mark.parametrize(("side", "channels"), [(2, 1), (4, 3), (8, 6)])
def test_flatten_shows_the_networks_strongest_maps(open_page, panda, side, channels):
    page = open_page(PATH, layer_side=str(side), layer_channels=str(channels))
    settings, arrays = sent(page)
    maps, kept = small_maps(panda, side=side, channels=channels)
    np.testing.assert_array_equal(arrays["maps"], maps)
    assert settings["names"] == [f"map {channel}" for channel in kept]
    assert settings["selected"] == min(17, maps.size - 1)


def test_flatten_takes_the_picture_itself(open_page):
    settings, arrays = sent(open_page(PATH, layer_source="The picture itself", element="47"))
    assert settings["names"] == ["red", "green", "blue"]
    assert arrays["maps"].shape == (4, 4, 3)
    np.testing.assert_array_equal(arrays["maps"], np.rint(arrays["maps"]))
    assert arrays["maps"].max() <= 255
    assert settings["selected"] == 47


def test_a_dense_unit_is_the_trained_networks(open_page, panda):
    page = open_page(PATH, layer_part=PARTS["dense"], layer_unit="truck", layer_terms="8")
    settings, arrays = sent(page)
    weights = tutorial_weights()["dense/kernel"][:, 9].reshape(16, 16, 16)
    np.testing.assert_array_equal(arrays["inputs"], panda.pool)
    np.testing.assert_array_equal(arrays["weights"], weights)
    np.testing.assert_array_equal(arrays["products"], panda.pool * weights)
    np.testing.assert_array_equal(arrays["logits"], panda.logits)
    total = float(arrays["map_sums"].sum(dtype=np.float64)) + settings["bias"]
    assert total == pytest.approx(settings["result"], abs=1e-4)
    assert settings["result"] == pytest.approx(float(panda.logits[9]))
    assert any(r"4,088\ \text{more}" in one.value for one in page.latex)


@pytest.mark.parametrize("rate", [0.0, 0.95])
@pytest.mark.parametrize("spatial", [False, True])
def test_dropout_shows_the_masks_it_measures(open_page, panda, rate, spatial):
    page = open_page(PATH, layer_part=PARTS["dropout"], layer_seed="11")
    page.slider(key="layer_rate").set_value(rate)
    page.toggle(key="layer_spatial").set_value(spatial).run()
    settings, arrays = sent(page)
    first, second = (dropout(panda.pool, rate, seed, spatial=spatial) for seed in (11, 12))
    masks = np.unpackbits(arrays["masks"], axis=1, count=4096).reshape(-1, 16, 16, 16)
    np.testing.assert_array_equal(masks[0], first.mask)
    np.testing.assert_array_equal(masks[1], second.mask)
    assert settings["scale"] == pytest.approx(1 / (1 - rate))
    assert arrays["running_mean"][1] == pytest.approx(
        (first.result.mean() + second.result.mean()) / 2, rel=1e-5, abs=1e-7
    )
    assert len(masks) == arrays["running_mean"].size == 200


def test_at_inference_nothing_is_dropped(open_page):
    settings, _ = sent(
        open_page(PATH, layer_part=PARTS["dropout"], layer_mode="Inference", layer_rate="0.50")
    )
    assert (settings["training"], settings["scale"]) == (False, 1.0)


def test_the_counter_starts_at_the_famous_example(open_page):
    page = open_page(PATH, layer_part=PARTS["cost"])
    weights = ["1,228,800", "1.611 billion", "3,538,944", "864"]
    assert [metric.value for metric in page.metric] == weights
    assert [one.value for one in page.caption if "biases, " in one.value][:4] == [
        "100 biases, 4.69 MiB",
        "131,072 biases, 6 GiB",
        "131,072 biases, 14 MiB",
        "32 biases, 3.5 KiB",
    ]
    words = " ".join(caption.value for caption in page.caption)
    assert "convolution: 1,422; with as many outputs, 1,864,135." in words


def test_a_million_pixels_into_a_thousand_units(open_page):
    page = open_page(PATH, layer_part=PARTS["cost"])
    page.button(key="try_1000 × 1000 × 3, 1000 units").click().run()
    settings, arrays = sent(page)
    assert page.metric[0].value == "3 billion"
    assert settings["cursor"] == 1000
    at = arrays["x0"].tolist().index(1000)
    assert arrays["y0"][at] == 3e9
    assert arrays["y6"][at] == 864


@pytest.mark.parametrize("extreme", ["least", "most"])
def test_the_extremes_of_the_counter_show(open_page, extreme):
    page = open_page(PATH, layer_part=PARTS["cost"])
    values = {}
    for name in ("picture_side", "picture_channels", "units", "filters"):
        field = page.number_input(key=f"layer_{name}")
        values[name] = int(field.min if extreme == "least" else field.max)
        field.set_value(values[name])
    kernel = 1 if extreme == "least" else 11
    page.slider(key="layer_kernel").set_value(kernel).run()
    _, arrays = sent(page)
    counts = weight_counts(
        values["picture_side"],
        values["picture_channels"],
        values["units"],
        kernel,
        values["filters"],
    )
    at = arrays["x0"].tolist().index(values["picture_side"])
    assert arrays["y0"][at] == pytest.approx(counts.dense.weights)
    assert arrays["y5"][at] == pytest.approx(counts.convolution.multiply_adds)


@pytest.mark.parametrize("kind", ["Convolution", "Without sharing", "Dense"])
@pytest.mark.parametrize("side", [3, 8])
def test_connections_are_drawn_for_every_layer(open_page, kind, side):
    page = open_page(PATH, layer_part=PARTS["lines"], layer_kind=kind, layer_padding="same")
    page.slider(key="layer_grid").set_value(side)
    page.slider(key="layer_stride").set_value(3).run()
    settings, arrays = sent(page)
    name = {"Convolution": "convolution", "Without sharing": "unshared", "Dense": "dense"}[kind]
    expected = lines(name, side, 3, stride=3, padding="same")
    for array in ("input", "output", "weight"):
        np.testing.assert_array_equal(arrays[array], getattr(expected, array))
    assert settings["counts"][1 + settings["current"]][0] == kind


def test_a_kernel_never_outgrows_the_grid(open_page):
    page = open_page(PATH, layer_part=PARTS["lines"], layer_window="5")
    page.slider(key="layer_grid").set_value(3).run()
    settings, _ = sent(page)
    assert settings["kernel"] == [3, 3]
    assert page.slider(key="layer_window").max == 3


@every_part
@pytest.mark.parametrize("shape", [(1, 1, 3), (2, 700, 3)])
def test_the_smallest_and_the_flattest_picture_show(open_page, part, shape):
    page = open_page(PATH, layer_part=part)
    page.session_state["picture_in_hand"] = flat_picture(shape)
    sent(page.run())


@every_part
def test_every_experiment_works(open_page, part):
    try_everything(open_page(PATH, layer_part=part), sent)


@every_part
def test_what_one_takes_along_reproduces_the_view(
    open_page, part, tf, monkeypatch, tmp_path, capsys
):
    names, arrays = taken_along(
        lambda: open_page(PATH, layer_part=part), monkeypatch, tmp_path, capsys
    )
    key = next(key for key, label in PARTS.items() if label == part)
    if key == "cost":
        at = arrays["sides"].tolist().index(64)
        biases = [100, 32]
        weights = [arrays["dense_weights"][at], arrays["convolution_weights"][at]]
        assert names["result"] == [w + b for w, b in zip(weights, biases, strict=True)]
        return
    if key == "lines":
        found = names["result"][arrays["input"], arrays["output"]]
        np.testing.assert_array_equal(found, arrays["weight"])
        assert (names["result"] >= 0).sum() == arrays["weight"].size
        return
    expected = arrays[{"flatten": "vector", "dense": "logits", "dropout": "result"}[key]]
    np.testing.assert_allclose(names["result"], expected, rtol=1e-5, atol=1e-4)
