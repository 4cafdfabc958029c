import numpy as np
import pytest
from PIL import Image

from cnnviz.activations import ACTIVATIONS
from cnnviz.channels.connections import connections_for
from cnnviz.channels.mixing import mix_channels
from cnnviz.channels.trained_kernels import FIRST_LAYERS, PIXEL_SCALES, first_layer
from cnnviz.kernels import KERNELS
from tests.pages.checks import flat_picture, sent, try_everything

PATH = "pages/03_channels.py"
SEVERAL = "Several filters at once"
HOSTILE = {
    "kernels": "1,2;3|0|[[1e999]]",
    "bias": "1e400",
    "mute": "rrgb%00",
    "connections": "../../etc",
    "at": "9999,-1",
    "channels_part": "<script>",
    "channels_source": "alexnet",
    "channels_filter": "999",
    "channels_linked": "perhaps",
    "channels_longest": "1e9",
    "channels_stride": "-3",
    "channels_padding": "full",
    "channels_scale": "nan",
    "channels_activation": "bend",
}

TRAINED = {"channels_source": "Small VGG"}
"""The filter of a trained layer."""


def planes_last(array):
    return np.moveaxis(array, 0, -1)


def test_it_opens_with_one_kernel_for_all_channels(open_page):
    page = open_page(PATH)
    settings, arrays = sent(page)
    np.testing.assert_array_equal(arrays["kernels"], [KERNELS["sobel_x"].values] * 3)
    assert (settings["linked"], settings["bias"]) == (True, 0.0)
    assert not page.query_params
    page.slider(key="channels_stride").set_value(2).run()
    assert page.query_params == {
        "channels_source": "Presets",
        "channels_linked": "true",
        "channels_stride": "2",
    }
    page.slider(key="channels_stride").set_value(1).run()
    assert not page.query_params


def test_an_address_from_before_opens_the_filter_that_it_meant(open_page):
    page = open_page(PATH, channels_stride="2")
    _, arrays = sent(page)
    np.testing.assert_array_equal(
        planes_last(arrays["kernels"]), first_layer("small_vgg").kernels[..., 5]
    )
    page.slider(key="channels_stride").set_value(1).run()
    assert page.query_params == {"channels_source": "Small VGG"}
    again = open_page(PATH, channels_source="Small VGG")
    assert sent(again)[0]["filter"] == 6


def test_a_trained_filter_is_the_networks_own(open_page):
    settings, arrays = sent(open_page(PATH, **TRAINED))
    layer = first_layer("small_vgg")
    np.testing.assert_array_equal(planes_last(arrays["kernels"]), layer.kernels[..., 5])
    assert settings["bias"] == pytest.approx(float(layer.bias[5]))
    pixels = planes_last(arrays["pixels"])
    mix = mix_channels(
        PIXEL_SCALES["zero_to_one"](pixels),
        layer.kernels[..., 5],
        bias=float(layer.bias[5]),
        activation="relu",
        padding="same",
    )
    np.testing.assert_array_equal(planes_last(arrays["partial"]), mix.partial)
    np.testing.assert_array_equal(arrays["sum"], mix.sum)
    np.testing.assert_array_equal(arrays["result"], mix.result)


def test_the_address_gives_kernels_bias_and_mutes(open_page):
    page = open_page(PATH, kernels="1|2|-3", bias="0.5", mute="gb", picture="digit")
    settings, arrays = sent(page)
    assert arrays["kernels"].ravel().tolist() == [1, 2, -3]
    assert settings["muted"] == [False, True, True]
    np.testing.assert_array_equal(arrays["sum"], arrays["partial"][0])
    np.testing.assert_allclose(arrays["result"], np.maximum(arrays["sum"] + 0.5, 0))


def test_one_kernel_in_the_address_stands_on_all_channels(open_page):
    _, arrays = sent(open_page(PATH, kernels="0,1;2,3", picture="digit"))
    np.testing.assert_array_equal(arrays["kernels"], np.tile([[0, 1], [2, 3]], (3, 1, 1)))


@pytest.mark.parametrize("part", ["One filter", SEVERAL])
@pytest.mark.parametrize("address", [HOSTILE, dict.fromkeys(HOSTILE, "")], ids=["hostile", "empty"])
def test_a_hostile_address_opens_the_defaults(open_page, part, address):
    default, _ = sent(open_page(PATH, channels_part=part))
    settings, _ = sent(open_page(PATH, **address | {"channels_part": part}))
    assert settings == default


@pytest.mark.parametrize("nonsense", ["", "Nothing", "0" * 5000])
def test_a_part_that_there_is_not_opens_the_first(open_page, nonsense):
    assert "titles" in sent(open_page(PATH, channels_part=nonsense))[0]


@pytest.mark.parametrize("network", FIRST_LAYERS)
def test_a_trained_layer_brings_all_that_stands_around_it(open_page, network):
    page = open_page(PATH, picture="digit", **TRAINED)
    page.selectbox(key="channels_source").set_value("presets").run()
    settings, arrays = sent(page)
    assert "filters" not in arrays
    page.selectbox(key="channels_source").set_value(network).run()
    settings, arrays = sent(page)
    layer = first_layer(network)
    np.testing.assert_array_equal(planes_last(arrays["kernels"]), layer.kernels[..., 5])
    assert settings["bias"] == pytest.approx(float(layer.bias[5]))
    assert settings["stride"] == layer.stride
    assert page.selectbox(key="channels_activation").value == layer.activation
    assert page.selectbox(key="channels_scale").value == layer.scale
    bank = np.moveaxis(arrays["filters"], (0, 1), (3, 2))
    np.testing.assert_array_equal(bank, layer.kernels)
    np.testing.assert_array_equal(arrays["filter_biases"], layer.bias)
    assert (settings["filter"], settings["filters_live"]) == (6, True)
    page.slider(key="channels_stride").set_value(3).run()
    assert not sent(page)[0]["filters_live"]


@pytest.mark.parametrize("network", FIRST_LAYERS)
def test_the_address_gives_a_trained_filter(open_page, network):
    layer = first_layer(network)
    page = open_page(
        PATH, channels_source=FIRST_LAYERS[network], channels_filter=str(layer.filters)
    )
    settings, arrays = sent(page)
    np.testing.assert_array_equal(planes_last(arrays["kernels"]), layer.kernels[..., -1])
    assert settings["filter"] == layer.filters
    beyond = {"channels_source": FIRST_LAYERS[network], "channels_filter": str(layer.filters + 1)}
    assert sent(open_page(PATH, **beyond))[0]["filter"] == 6


def test_a_layer_with_fewer_filters_than_the_one_in_hand_has_its_default(open_page):
    page = open_page(PATH, channels_source="EfficientNet-Lite0", channels_filter="30")
    page.query_params["channels_source"] = "Tutorial network"  # as the browser's way back does
    settings, arrays = sent(page.run())
    assert settings["filters_of"] == "Tutorial network, conv_1"
    assert settings["filter"] == 6
    np.testing.assert_array_equal(
        planes_last(arrays["kernels"]), first_layer("tutorial").kernels[..., 5]
    )


def test_a_trained_filter_is_there_to_be_changed_by_hand(open_page):
    page = open_page(PATH, picture="digit", **TRAINED)
    _, before = sent(page)
    page.selectbox(key="channels_source").set_value("presets").run()
    settings, arrays = sent(page)
    np.testing.assert_array_equal(arrays["kernels"], before["kernels"])
    assert settings["titles"] == ["Custom"] * 3
    assert "kernels" in page.query_params


def test_presets_stand_on_one_channel_or_on_all(open_page):
    page = open_page(PATH, kernels="0|0|0", channels_source="Presets", picture="digit")
    page.selectbox(key="channels_preset_1").set_value("sobel_y").run()
    _, arrays = sent(page)
    sobel = KERNELS["sobel_y"].values
    np.testing.assert_array_equal(arrays["kernels"], [0 * sobel, sobel, 0 * sobel])
    page.toggle(key="channels_linked").set_value(True).run()
    page.selectbox(key="channels_preset_0").set_value("sobel_y").run()
    _, arrays = sent(page)
    np.testing.assert_array_equal(arrays["kernels"], [sobel] * 3)


@pytest.mark.parametrize("side", [1, 2, 7])
@pytest.mark.parametrize("stride", [1, 4])
@pytest.mark.parametrize("padding", ["same", "valid"])
def test_the_extremes_of_the_geometry(open_page, side, stride, padding):
    page = open_page(PATH, picture="digit")
    page.slider(key="channels_side").set_value(side)
    page.slider(key="channels_stride").set_value(stride)
    page.selectbox(key="channels_padding").set_value(padding)
    settings, arrays = sent(page.run())
    assert settings["side"] == side
    before = {"same": 28, "valid": 28 - side + 1}[padding]
    assert arrays["sum"].shape == (-(-before // stride),) * 2


@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "gelu", "celu", "log_sigmoid"])
def test_an_activation_has_its_parameters_and_a_table(open_page, activation):
    page = open_page(PATH, picture="digit", kernels="40|-80|40")
    page.selectbox(key="channels_activation").set_value(activation).run()
    settings, arrays = sent(page)
    for name in ACTIVATIONS[activation].parameters:
        keys = {widget.key for widget in [*page.slider, *page.toggle]}
        assert f"channels_{activation}_{name}" in keys
    inputs = np.linspace(-settings["reach"], settings["reach"], arrays["table"].size)
    read = np.interp(arrays["sum"] + settings["bias"], inputs, arrays["table"])
    np.testing.assert_allclose(read, arrays["result"], atol=0.01)


def test_a_picture_smaller_than_the_kernel_is_padded(open_page):
    page = open_page(PATH, picture="impulse", channels_padding="valid", channels_longest="32")
    page.slider(key="channels_side").set_value(7).run()
    assert sent(page)[1]["sum"].size > 0


@pytest.mark.parametrize(
    "label",
    [
        "The same kernel on all three",
        "Grey from three weights",
        "Red against green",
        "Colour that a network looks for",
        "Mute green and blue",
    ],
)
def test_every_experiment_changes_the_result(open_page, label):
    page = open_page(PATH, picture="colours", **TRAINED)
    _, before = sent(page)
    page.button(key=f"try_{label}").click().run()
    _, after = sent(page)
    same = before["result"].shape == after["result"].shape
    assert not same or np.abs(before["result"] - after["result"]).max() > 0.01


def test_three_weights_make_the_grey_picture(open_page):
    page = open_page(PATH, picture="goldfish")
    page.button(key="try_Grey from three weights").click().run()
    _, arrays = sent(page)
    grey = Image.fromarray(planes_last(arrays["pixels"])).convert("L")
    np.testing.assert_allclose(arrays["result"], np.asarray(grey), atol=0.51)


def test_the_code_on_the_page_gives_the_map_on_the_page(open_page, tmp_path, monkeypatch, tf):
    page = open_page(PATH, picture="digit", mute="g", channels_activation="Leaky ReLU")
    _, arrays = sent(page)
    monkeypatch.chdir(tmp_path)
    Image.fromarray(planes_last(arrays["pixels"])).save("picture.png")
    names: dict[str, object] = {}
    exec(compile(page.code[0].value, "program", "exec"), names)
    np.testing.assert_allclose(names["partial"], planes_last(arrays["partial"]), atol=1e-5)
    np.testing.assert_allclose(names["result"], arrays["result"], atol=1e-5)


@pytest.mark.parametrize("count", [4, 16])
def test_several_filters_come_with_every_way_to_connect(open_page, count):
    page = open_page(PATH, channels_part=SEVERAL, picture="digit")
    page.select_slider(key="channels_filters").set_value(count)
    page.select_slider(key="channels_wide").set_value(1024).run()
    settings, arrays = sent(page)
    ways = connections_for(count)
    assert [one["key"] for one in settings["connections"]] == [way.key for way in ways]
    assert settings["connections"][0]["weights"] == 9 * count**2
    assert settings["connections"][-1]["wide_weights"] == 1024**2
    assert arrays["volume"].shape == (count, 28, 28)
    assert arrays["maps"].shape == (len(ways), count, 28, 28)


def test_the_address_names_the_way_to_connect(open_page):
    page = open_page(PATH, channels_part=SEVERAL, connections="separable", picture="digit")
    assert sent(page)[0]["connection"] == "separable"
    assert any("3 \\cdot 3 \\cdot 8 + 8 \\cdot 8 = 136" in one.value for one in page.latex)
    assert "SeparableConv2D(8, 3" in page.code[0].value


def test_groups_that_fewer_filters_do_not_have_give_way(open_page):
    page = open_page(PATH, channels_part=SEVERAL, connections="grouped_8", channels_filters="16")
    assert sent(page)[0]["connection"] == "grouped_8"
    page.select_slider(key="channels_filters").set_value(4).run()
    assert sent(page)[0]["connection"] == "standard"


def test_experiments_cut_connections(open_page):
    page = open_page(PATH, channels_part=SEVERAL, picture="digit")
    page.button(key="try_Nearly nine times fewer weights").click().run()
    settings, _ = sent(page)
    assert (settings["connection"], settings["channels"]) == ("separable", 16)
    by_key = {one["key"]: one["wide_weights"] for one in settings["connections"]}
    assert by_key["standard"] / by_key["separable"] == pytest.approx(8.9, abs=0.05)


@pytest.mark.parametrize("part", ["One filter", SEVERAL])
@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 40, 3), (8, 8, 3)], ids=str)
def test_every_experiment_works_on_the_smallest_pictures(open_page, part, shape):
    page = open_page(PATH, channels_part=part, channels_padding="valid")
    page.session_state["picture_in_hand"] = flat_picture(shape)
    sent(page.run())
    try_everything(page, sent)


def test_an_experiment_is_the_same_whatever_was_pressed_before(open_page):
    page = open_page(PATH, picture="digit")
    page.button(key="try_Red against green").click().run()
    alone = sent(page)[1]["result"]
    page.button(key="try_Colour that a network looks for").click().run()
    page.slider(key="channels_stride").set_value(4).run()
    page.button(key="try_Red against green").click().run()
    np.testing.assert_array_equal(sent(page)[1]["result"], alone)
