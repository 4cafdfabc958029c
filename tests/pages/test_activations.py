import numpy as np
import pytest

from cnnviz.activations import ACTIVATIONS, softmax
from cnnviz.activations.dead_relus import ReluTask, two_moons
from cnnviz.activations.gradients import gradient_by_depth, picture_patches
from cnnviz.activations.maps import activated_map
from cnnviz.images import resize_to
from cnnviz.images.pictures import grey
from cnnviz.images.samples import open_sample
from cnnviz.kernels import KERNELS
from tests.activations.training import trained
from tests.pages.checks import flat_picture, sent, taken_along, try_everything

PATH = "pages/05_activations.py"
PARTS = {
    "curve": "Curve and slope",
    "map": "On your picture",
    "vanish": "Vanishing gradients",
    "dead": "Dead ReLUs",
    "softmax": "Softmax",
}
HOSTILE = {
    "act_function": "<script>",
    "act_overlay": "../../etc",
    "act_reach": "1e400",
    "act_leaky_relu_negative_slope": "nan",
    "x": "inf",
    "act_kernel": "[[1e999]]",
    "act_scale": "0",
    "act_bias": "nan",
    "at": "9999,9999",
    "act_depth": "-1",
    "act_width": "1000000",
    "act_weights": "zeros",
    "act_spread": "1e9",
    "act_seed": "-5",
    "act_rate": "1e400",
    "act_raise": "abc",
    "act_leak": "2",
    "act_data": "\x00",
    "act_classes": "100000",
    "act_span": "7",
    "logits": "1,nan,1e999",
    "temperature": "0",
    "class": "unicorn",
}
every_part = pytest.mark.parametrize("part", PARTS.values(), ids=PARTS)


def grey_panda():
    return grey(resize_to(open_sample("panda"), longest_side=512))


@every_part
def test_a_part_opens_from_its_address_alone(open_page, part):
    page = open_page(PATH, act_part=part)
    sent(page)
    assert page.session_state["act_part"] == next(key for key in PARTS if PARTS[key] == part)
    assert any("Why it matters" in one.value for one in page.header)
    assert page.code


# An empty overlay means none.
EMPTY = dict.fromkeys(HOSTILE.keys() - {"act_overlay"}, "")


@every_part
@pytest.mark.parametrize("address", [HOSTILE, EMPTY], ids=["hostile", "empty"])
def test_a_hostile_address_opens_the_defaults(open_page, part, address):
    hostile, plain = (sent(open_page(PATH, act_part=part, **each)) for each in (address, {}))
    assert hostile[0] == plain[0]
    for name, values in plain[1].items():
        np.testing.assert_array_equal(hostile[1][name], values)


@pytest.mark.parametrize("nonsense", ["", "Nothing", "0" * 5000])
def test_an_unknown_part_opens_the_first(open_page, nonsense):
    settings, _ = sent(open_page(PATH, act_part=nonsense))
    assert settings["groups"][0]["name"] == "ReLU"


def test_curves_are_the_functions_and_their_slopes(open_page):
    settings, arrays = sent(
        open_page(
            PATH, act_function="Leaky ReLU", act_leaky_relu_negative_slope="0.5", act_reach="3"
        )
    )
    assert [group["name"] for group in settings["groups"]] == [
        "Leaky ReLU, negative slope 0.5",
        "Sigmoid",
        "GELU",
    ]
    curve = ACTIVATIONS["leaky_relu"].curve(-3, 3, 1201, negative_slope=0.5)
    np.testing.assert_array_equal(arrays["x0"], curve.x.astype(np.float32))
    np.testing.assert_array_equal(arrays["y0"], curve.y.astype(np.float32))
    np.testing.assert_array_equal(arrays["y1"], curve.slope.astype(np.float32))
    assert arrays["x0"][600] == 0  # the corner itself is one of the samples


def test_the_point_stands_where_the_address_says(open_page):
    page = open_page(PATH, x="-1.25", act_function="ELU")
    assert sent(page)[0]["cursor"] == -1.25
    assert any("e^{-1.25}" in one.value for one in page.latex)


def test_a_point_beyond_the_reach_stands_at_its_end(open_page):
    settings, _ = sent(open_page(PATH, x="15", act_reach="2"))
    assert settings["cursor"] == 2


def test_every_activation_shows_at_the_extremes_of_its_parameters(open_page):
    page = open_page(PATH, act_overlay="")
    for key, activation in ACTIVATIONS.items():
        page.selectbox(key="act_function").select(key).run()
        for name, spec in activation.parameters.items():
            for extreme in (spec.minimum, spec.maximum):
                if spec.is_switch:
                    page.toggle(key=f"act_{key}_{name}").set_value(bool(extreme)).run()
                else:
                    page.slider(key=f"act_{key}_{name}").set_value(extreme).run()
                _, arrays = sent(page)
                assert all(np.isfinite(values).all() for values in arrays.values())
        assert activation.formula in " ".join(one.value for one in page.latex)


def test_the_map_is_filtered_scaled_and_bent(open_page):
    address = {"act_kernel": KERNELS["outline"].title, "act_scale": "0.5", "act_bias": "-0.50"}
    page = open_page(PATH, act_part=PARTS["map"], act_function="Tanh", **address)
    settings, arrays = sent(page)
    expected = activated_map(
        grey_panda(), KERNELS["outline"].values, ACTIVATIONS["tanh"], scale=0.5, bias=-0.5
    )
    np.testing.assert_array_equal(arrays["before"], expected.before)
    np.testing.assert_array_equal(arrays["after"], expected.after)
    np.testing.assert_array_equal(arrays["counts_after"], expected.counts.after)
    assert settings["measures"][0] == [
        "exactly 0",
        f"{expected.zeros_before:.1%}",
        f"{expected.zeros_after:.1%}",
    ]


@pytest.mark.parametrize(("scale", "bias"), [(0.1, -4.0), (0.1, 4.0), (16.0, -4.0), (16.0, 4.0)])
def test_the_extremes_of_scale_and_bias_show(open_page, scale, bias):
    page = open_page(PATH, act_part=PARTS["map"], picture="impulse")
    page.select_slider(key="act_scale").set_value(scale)
    page.slider(key="act_bias").set_value(bias).run()
    _, arrays = sent(page)
    assert arrays["counts_before"].sum() == arrays["before"].size


@pytest.mark.parametrize("depth", [1, 2, 50])
def test_gradients_are_measured_in_every_layer(open_page, depth):
    page = open_page(
        PATH, act_part=PARTS["vanish"], act_function="Sigmoid", act_depth=str(depth), act_seed="3"
    )
    _, arrays = sent(page)
    patches = picture_patches(resize_to(open_sample("panda"), longest_side=512), count=64)
    found = gradient_by_depth(
        "sigmoid", depth=depth, seed=3, inputs=patches, labels=np.arange(64) % 10
    )
    np.testing.assert_allclose(arrays["y0"], np.log10(found.weight_gradient_rms), rtol=1e-6)
    np.testing.assert_allclose(arrays["y1"], np.log10(found.output_gradient_rms), rtol=1e-6)
    assert arrays["x0"].tolist() == list(range(1, depth + 1))


@pytest.mark.parametrize("spread", [0.01, 0.5])
def test_the_extremes_of_a_stack_show(open_page, spread):
    page = open_page(PATH, act_part=PARTS["vanish"], act_depth="50", act_weights="normal")
    page.slider(key="act_spread").set_value(spread)
    page.select_slider(key="act_width").set_value(8).run()
    settings, _ = sent(page)
    for panel in settings["panels"]:
        low, high = panel["y"]["range"]
        assert low < high


def test_training_runs_are_recorded_with_and_without_a_leak(open_page):
    page = open_page(
        PATH, act_part=PARTS["dead"], act_rate="0.3", act_raise="-1.00", act_leak="0.25"
    )
    settings, arrays = sent(page)
    assert [run["name"] for run in settings["runs"]] == ["ReLU", "Leaky ReLU, slope 0.25"]
    for place, slope in enumerate((0.0, 0.25)):
        task = ReluTask(
            two_moons(128), width=16, learning_rate=0.3, bias_shift=-1.0, negative_slope=slope
        )
        state = trained(task, 200)
        np.testing.assert_array_equal(arrays[f"silent{place}"], np.array(state.silent))
        np.testing.assert_allclose(arrays[f"losses{place}"], state.losses, rtol=1e-6)


@pytest.mark.parametrize(("rate", "bias"), [(0.01, -4.0), (10.0, 4.0)])
def test_the_extremes_of_training_show(open_page, rate, bias):
    page = open_page(PATH, act_part=PARTS["dead"], act_data="Bright pixels of your picture")
    page.select_slider(key="act_rate").set_value(rate)
    page.slider(key="act_raise").set_value(bias).run()
    _, arrays = sent(page)
    assert all(np.isfinite(values).all() for values in arrays.values())


def test_softmax_takes_logits_temperature_and_class_from_the_address(open_page):
    page = open_page(
        PATH, act_part=PARTS["softmax"], logits="3,-2,0.5", temperature="2", **{"class": "fox"}
    )
    settings, arrays = sent(page)
    logits = np.array([3, -2, 0.5], np.float32)
    np.testing.assert_array_equal(arrays["logits"], logits)
    np.testing.assert_array_equal(arrays["probabilities"], softmax(logits, temperature=2.0))
    assert (settings["right"], settings["temperature"], settings["span"]) == (2, 2.0, 5)


def test_without_subtraction_large_logits_are_not_numbers(open_page):
    settings, arrays = sent(open_page(PATH, act_part=PARTS["softmax"], logits="100,98,1000,20"))
    assert np.isnan(arrays["naive"][2])
    assert np.isinf(arrays["totals"][2])
    assert arrays["probabilities"].sum() == 1
    assert settings["span"] == 1000


@pytest.mark.parametrize("count", [2, 10])
def test_classes_come_and_go(open_page, count):
    page = open_page(PATH, act_part=PARTS["softmax"], **{"class": "owl"})
    page.number_input(key="act_classes").set_value(count).run()
    settings, arrays = sent(page)
    assert arrays["logits"].size == len(settings["names"]) == count
    assert settings["right"] == min(3, count - 1)


@every_part
@pytest.mark.parametrize("shape", [(1, 1, 3), (2, 700, 3)])
def test_the_smallest_and_the_flattest_picture_show(open_page, part, shape):
    page = open_page(PATH, act_part=part)
    page.session_state["picture_in_hand"] = flat_picture(shape)
    sent(page.run())
    if part == PARTS["dead"]:
        sent(page.selectbox(key="act_data").select("picture").run())


@every_part
def test_every_experiment_works(open_page, part):
    try_everything(open_page(PATH, act_part=part), sent)


@every_part
def test_what_one_takes_along_reproduces_the_view(
    open_page, part, tf, monkeypatch, tmp_path, capsys
):
    names, arrays = taken_along(
        lambda: open_page(PATH, act_part=part), monkeypatch, tmp_path, capsys
    )
    expected = {
        "curve": lambda: np.stack([arrays["relu_y"], arrays["relu_slope"]]),
        "map": lambda: arrays["after"],
        "vanish": lambda: arrays["weight_gradient_rms"],
        "dead": lambda: arrays["relu_silent"][-1],
        "softmax": lambda: np.append(arrays["probabilities"], arrays["loss"]),
    }[next(key for key, label in PARTS.items() if label == part)]()
    np.testing.assert_allclose(names["result"], expected, rtol=1e-5, atol=1e-5)
