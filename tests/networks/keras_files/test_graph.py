"""A config becomes one plain graph, or one sentence. None of this needs TensorFlow."""

from __future__ import annotations

import contextlib
import json
import random
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.limits import Limits
from cnnviz.networks import NetworkError
from cnnviz.networks.keras_files.graph import NetworkSpec, network_from_config
from tests.networks.keras_files.configs import (
    INPUT,
    conv,
    functional,
    layer,
    of,
    picture,
    sequential,
)
from tests.timing import takes_less


def edges(network: NetworkSpec) -> dict[str, tuple[str, ...]]:
    return {spec.name: spec.inputs for spec in network.layers}


DEEP: list[Any] = []
for _ in range(900):
    DEEP = [DEEP]

# What is read


def test_a_sequential_network_is_a_chain():
    network = network_from_config(sequential(INPUT, conv("a"), layer("Flatten", "b")))
    assert network.input_shape == (8, 8, 3)
    assert edges(network) == {"a": ("image",), "b": ("a",)}
    assert network.outputs == ("b",)
    assert network.notes == ()


def test_a_sequential_network_may_know_its_input_only_from_its_build():
    network = network_from_config(sequential(conv("a"), build_input_shape=[None, 9, None, 1]))
    assert network.input_shape == (9, None, 1)


def test_weights_lie_in_groups_named_after_classes():
    inner = sequential(INPUT, conv("x"), conv("y"), name="inner")
    network = network_from_config(
        sequential(INPUT, conv("a"), inner, conv("b"), layer("PReLU", "c"))
    )
    assert [spec.weights_path for spec in network.layers] == [
        "layers/conv2d",
        "layers/sequential/layers/conv2d",
        "layers/sequential/layers/conv2d_1",
        "layers/conv2d_1",
        "layers/p_re_lu",
    ]


def test_layers_come_after_those_they_take_from():
    network = network_from_config(
        functional(
            layer("Add", "sum", [of("late"), of("early")]),
            conv("late", of("early")),
            conv("early", of("image")),
            outputs=("sum", 0, 0),
        )
    )
    assert [spec.name for spec in network.layers] == ["early", "late", "sum"]


def test_layers_that_no_output_needs_are_left_out():
    network = network_from_config(
        functional(conv("a", of("image")), conv("b", of("a")), outputs=("a", 0, 0))
    )
    assert edges(network) == {"a": ("image",)}


def test_a_layer_used_twice_becomes_two():
    network = network_from_config(
        functional(conv("a", of("image"), of("a", 0)), outputs=("a", 1, 0))
    )
    assert edges(network) == {"a": ("image",), "a.2": ("a",)}
    assert len({spec.weights_path for spec in network.layers}) == 1
    assert network.notes == ("Used more than once, and drawn once for each use: a.",)


def test_alike_names_get_their_models_name_in_front():
    inner = sequential(INPUT, conv("a"), name="inner")
    network = network_from_config(sequential(INPUT, conv("a"), inner, conv("b")))
    assert edges(network) == {"a": ("image",), "inner.a": ("a",), "b": ("inner.a",)}


def test_a_nested_models_outputs_are_told_apart():
    inner = functional(
        conv("x", of("image")),
        conv("y", of("x")),
        outputs=[["y", 0, 0], ["x", 0, 0]],
        name="inner",
    )
    inner["inbound_nodes"] = [{"args": [of("image")], "kwargs": {"mask": None}}]
    network = network_from_config(
        functional(
            inner,
            layer("Subtract", "minus", [of("inner", 0, 1), of("inner", 0, 0)]),
            outputs=[["minus", 0, 0], ["inner", 1, 0]],
        )
    )
    assert edges(network)["minus"] == ("x", "y")
    assert network.outputs == ("minus", "y")


@pytest.mark.parametrize(
    ("kind", "call", "scale", "offset"),
    [
        ("Add", (of("image"), 3.0), 1.0, 3.0),
        ("Add", (3, of("image")), 1.0, 3.0),
        ("Subtract", (of("image"), 3.0), 1.0, -3.0),
        ("Subtract", (1.0, of("image")), -1.0, 1.0),
        ("Multiply", (of("image"), 0.5), 0.5, 0.0),
        ("TrueDivide", (of("image"), 4.0), 0.25, 0.0),
        ("Negative", (of("image"),), -1.0, 0.0),
    ],
)
def test_arithmetic_with_a_number_becomes_a_rescaling(kind, call, scale, offset):
    (spec,) = network_from_config(functional(layer(kind, "f", call), outputs=("f", 0, 0))).layers
    assert (spec.kind, spec.arguments) == ("Rescaling", {"scale": scale, "offset": offset})


def item(*index: Any) -> tuple[Any, list[Any]]:
    return of("image"), [cut if isinstance(cut, int) else slice_of(cut) for cut in index]


def slice_of(cut: Any) -> dict[str, Any]:
    if cut is Ellipsis:
        return {"class_name": "__ellipsis__", "config": {}}
    ends = {"start": cut.start, "stop": cut.stop, "step": cut.step}
    return {"class_name": "__slice__", "config": ends}


@pytest.mark.parametrize(
    ("index", "kinds"),
    [
        ((Ellipsis, slice(None, None, -1)), {"f": "Conv2D"}),
        ((slice(None), slice(2, -2)), {"f": "Cropping2D"}),
        ((slice(None), slice(None, None, 2)), {"f": "MaxPooling2D"}),
        ((Ellipsis,), {"f": "Identity"}),
        (
            (slice(None), slice(1, None, 2), slice(None), slice(1)),
            {"f.crop": "Cropping2D", "f.step": "MaxPooling2D", "f": "Conv2D"},
        ),
    ],
)
def test_a_slice_becomes_a_crop_a_step_and_a_choice_of_channels(index, kinds):
    network = network_from_config(
        functional(layer("GetItem", "f", item(*index)), outputs=("f", 0, 0))
    )
    assert {spec.name: spec.kind for spec in network.layers} == kinds
    assert network.outputs == ("f",)


def test_channels_that_are_taken_apart_and_stacked_are_one_choice():
    items = [layer("GetItem", f"c{n}", item(Ellipsis, n)) for n in (2, 0)]
    stack = layer("Stack", "stack", ([of("c2"), of("c0")],), axis=-1)
    (spec,) = network_from_config(functional(*items, stack, outputs=("stack", 0, 0))).layers
    assert (spec.name, spec.kind, spec.arguments["keep"]) == ("stack", "Conv2D", [2, 0])


def test_constant_tensors_are_numbers_per_channel():
    constant = {"class_name": "__tensor__", "config": {"value": [[1, 2, 4]], "dtype": "float32"}}
    config = functional(layer("TrueDivide", "f", (of("image"), constant)), outputs=("f", 0, 0))
    (spec,) = network_from_config(config).layers
    assert spec.arguments == {"scale": [[1.0, 0.5, 0.25]], "offset": 0.0}


def test_spectral_normalisation_is_the_layer_in_it():
    inner = {"class_name": "Conv2D", "config": {"name": "x", "filters": 2, "kernel_size": 3}}
    wrapped = layer("SpectralNormalization", "sn", layer=inner, power_iterations=1)
    first, second = network_from_config(sequential(INPUT, wrapped, conv("a"))).layers
    assert (first.name, first.kind) == ("sn", "Conv2D")
    assert first.weights_path == "layers/spectral_normalization/layer"
    assert second.weights_path == "layers/conv2d"


def test_a_layer_as_activation_becomes_a_layer():
    activation = {"class_name": "LeakyReLU", "config": {"negative_slope": 0.1}}
    network = network_from_config(sequential(INPUT, conv("a", activation=activation), conv("b")))
    assert edges(network) == {"a": ("image",), "a.activation": ("a",), "b": ("a.activation",)}
    assert network.layers[0].arguments["activation"] == "linear"


def test_fields_that_could_name_code_are_never_read():
    config = sequential(INPUT, conv("a"))
    config |= {"module": "os", "registered_name": "x>y", "build_config": 3, "compile_config": []}
    config["config"]["layers"][1]["build_config"] = {"input_shape": "ls"}
    assert edges(network_from_config(config)) == {"a": ("image",)}


# What is refused


def refused(config: object, **limits: Any) -> str:
    with pytest.raises(NetworkError) as error:
        network_from_config(config, Limits(**limits))
    assert str(error.value).isprintable()
    return str(error.value)


@pytest.mark.parametrize("config", [None, 3, [], {}, {"class_name": "MyModel", "config": {}}])
def test_what_is_no_model_is_refused(config):
    assert "must be a Sequential or functional model" in refused(config)


@pytest.mark.parametrize("layers", [None, 3, [3], [{}], [{"class_name": 3, "config": {}}]])
def test_a_damaged_list_of_layers_is_refused(layers):
    assert "Received" in refused({"class_name": "Sequential", "config": {"layers": layers}})


def test_too_many_layers_are_refused_with_their_number():
    config = sequential(INPUT, *[conv(f"c{number}") for number in range(20_000)])
    assert refused(config) == (
        "An uploaded network may have 200 layers; the variable CNNVIZ_MODEL_LAYERS sets this "
        "limit. Received: 20,000."
    )


def test_too_many_layers_in_nested_models_are_refused():
    inner = sequential(INPUT, *[conv(f"c{number}") for number in range(60)], name="inner")
    config = sequential(INPUT, *[{**inner, "name": f"inner{number}"} for number in range(4)])
    assert "Received: 240." in refused(config)


def test_layers_are_counted_as_often_as_they_are_used():
    model = functional(conv("c", of("image")), outputs=("c", 0, 0), name="m0")
    for depth in range(1, 7):
        calls = [of("image"), *[of(f"m{depth - 1}", number) for number in range(5)]]
        model["inbound_nodes"] = [{"args": [call], "kwargs": {}} for call in calls]
        model = functional(model, outputs=(f"m{depth - 1}", 6, 0), name=f"m{depth}")
    assert "200 layers, each counted as often as it is used" in refused(model)


def test_empty_models_that_call_each_other_without_end_are_refused():
    model = functional(layer("Identity", "unused", of("image")), outputs=("image", 0, 0), name="m0")
    for depth in range(1, 8):
        calls = [of("image"), *[of(f"m{depth - 1}", number) for number in range(40)]]
        model["inbound_nodes"] = [{"args": [call], "kwargs": {}} for call in calls]
        model = functional(model, outputs=(f"m{depth - 1}", 40, 0), name=f"m{depth}")
    assert "may make 4,000 calls" in refused(model)


def test_models_nested_too_deep_are_refused():
    model = sequential(INPUT, conv("c"))
    for _ in range(50):
        model = sequential(INPUT, model)
    assert "nested 8 deep" in refused(model)


def test_a_loop_is_refused():
    config = functional(conv("a", of("b")), conv("b", of("a")), outputs=("b", 0, 0))
    assert refused(config).startswith("Layers must not form a loop. Received: layer")


def test_a_layer_that_takes_from_itself_is_refused():
    config = functional(conv("a", of("a", 0)), outputs=("a", 0, 0))
    assert "Layers must not form a loop" in refused(config)


@pytest.mark.parametrize(
    "reference", [of("nobody"), of("image", 3), of("image", 0, 2), of("b", -1)]
)
def test_an_output_that_does_not_exist_is_refused(reference):
    config = functional(conv("a", reference), conv("b", of("image")), outputs=("a", 0, 0))
    assert 'outputs that exist. Received: layer "a" (Conv2D) with' in refused(config)


@pytest.mark.parametrize(
    ("kind", "call"),
    [
        ("TrueDivide", (of("image"), 0)),
        ("TrueDivide", (1.0, of("image"))),
        ("Maximum", (of("image"), 0.0)),
        ("TrueDivide", (of("image"), of("image"))),
    ],
)
def test_other_arithmetic_is_refused(kind, call):
    config = functional(layer(kind, "f", call), outputs=("f", 0, 0))
    assert f'Received: layer "f" ({kind}).' in refused(config)


@pytest.mark.parametrize(
    ("kind", "call", "arguments", "sentence"),
    [
        ("GetItem", item(0), {}, "must leave the batch whole"),
        ("GetItem", item(slice(None), 3), {}, "must leave the batch whole"),
        ("GetItem", item(slice(None), slice(None, None, -1)), {}, "must leave the batch whole"),
        ("GetItem", item(*[slice(None)] * 5), {}, "must leave the batch whole"),
        ("GetItem", item(Ellipsis, Ellipsis), {}, "must leave the batch whole"),
        ("GetItem", item(slice(None), slice(0, 10**9)), {}, "must leave the batch whole"),
        ("GetItem", (of("image"), [{"class_name": "__slice__"}]), {}, "must leave the batch"),
        ("GetItem", item(Ellipsis, 1), {}, "must be stacked with others"),
        ("GetItem", item(slice(None), slice(1), slice(None), 1), {}, "taken from whole maps"),
        ("GetItem", (of("image"),), {}, "one more argument"),
        ("Stack", ([of("image")],), {"axis": -1}, "single channels of one map"),
        ("Stack", ([],), {"axis": -1}, "single channels of one map"),
        ("Mean", (of("image"),), {"axis": [1], "keepdims": False}, r"axis=\(1, 2\)"),
        ("Mean", (of("image"),), {"axis": None}, r"axis=\(1, 2\)"),
        ("Max", (of("image"),), {"axis": [1, "2"]}, r"axis=\(1, 2\)"),
        ("Mean", (of("image"),), {"axis": [1, 2], "keepdims": "x"}, "true or false"),
        ("Reshape", (of("image"),), {"newshape": [1, 192]}, "leave the batch open"),
        ("Reshape", (of("image"),), {"newshape": [-1, -5]}, "one to three sizes"),
        ("SpectralNormalization", (of("image"),), {"layer": {"class_name": "LSTM"}}, "must wrap"),
    ],
)
def test_other_functions_are_refused(kind, call, arguments, sentence):
    config = functional(layer(kind, "f", call, **arguments), outputs=("f", 0, 0))
    assert re.search(sentence, refused(config))


@pytest.mark.parametrize("value", [[[1], [2]], "x", None, [float("nan")], [10**12], [[]]])
def test_constants_that_are_no_row_of_numbers_are_refused(value):
    constant = {"class_name": "__tensor__", "config": {"value": value}}
    config = functional(layer("Add", "f", (of("image"), constant)), outputs=("f", 0, 0))
    assert "one number per channel" in refused(config)


def test_a_custom_class_with_the_name_of_a_function_is_refused():
    entry = {**layer("Relu", "f", of("image")), "module": "evil", "registered_name": "Relu"}
    assert 'never a custom class. Received: layer "f" (Relu), from "evil"' in refused(
        functional(entry, outputs=("f", 0, 0))
    )


def test_a_call_counts_once_for_each_of_its_inputs():
    pictures = [picture(f"p{n}") for n in range(90)]
    inner = functional(
        *pictures,
        layer("Identity", "same", of("p0")),
        inputs=[[f"p{n}", 0, 0] for n in range(90)],
        outputs=("same", 0, 0),
        name="inner",
    )
    call = {"args": [[of("image")] * 90], "kwargs": {}}
    inner["inbound_nodes"] = [call] * 45
    config = functional(inner, outputs=("inner", 1, 0))
    config["config"]["layers"].append(
        layer("Add", "sum", [of("inner", number) for number in range(45)])
    )
    config["config"]["output_layers"] = ["sum", 0, 0]
    assert "may make 4,000 calls of its layers, each counted once for each input" in refused(config)
    inner["inbound_nodes"] = [call] * 40
    config["config"]["layers"][-1] = layer("Add", "sum", [of("inner", n) for n in range(40)])
    assert len(network_from_config(config).layers) == 41


def test_layers_that_no_call_needs_cost_once_however_often_a_model_is_called():
    unused = [picture(f"p{n}") for n in range(9_000)]
    inner = functional(
        picture("p"),
        *unused,
        layer("Identity", "same", of("p")),
        inputs=[["p", 0, 0]],
        outputs=("p", 0, 0),
        name="inner",
    )
    inner["inbound_nodes"] = [{"args": [of("image")], "kwargs": {}}] * 1_900
    config = functional(
        inner,
        layer("Add", "sum", [of("inner", number) for number in range(950)]),
        layer("Add", "rest", [of("inner", number) for number in range(950, 1_900)]),
        layer("Add", "both", [of("sum"), of("rest")]),
        outputs=("both", 0, 0),
    )
    assert takes_less(1.5, network_from_config, config)


@pytest.mark.parametrize("digits", [10**4000, -(10**4000)])
def test_numbers_of_thousands_of_digits_are_not_quoted(digits):
    shape = {"class_name": "InputLayer", "config": {"name": "i", "batch_shape": [None, digits]}}
    calls = functional(conv("a", of("image", digits)), outputs=("a", 0, 0))
    outputs = functional(conv("a", of("image")), outputs=("a", digits, 0))
    for config in (sequential(shape, conv("a")), calls, outputs):
        assert len(refused(config)) < 400


@pytest.mark.parametrize("name", ["\ud800", "x" * 3_000_000, "\n\x1b[31m"])
def test_a_name_in_a_note_is_short_and_can_be_shown(name):
    network = network_from_config(
        sequential(INPUT, layer("RandomFlip", name), conv("a"), layer("RandomFlip", name + "2"))
    )
    (note,) = network.notes
    assert note.isprintable()
    assert len(note.encode()) < 300


@pytest.mark.parametrize(
    "call",
    [
        ([of("image"), 3],),
        ({"class_name": "function", "config": "print"},),
        ("image",),
        (of("image"), of("image")),
        ([[of("image")]],),
        (DEEP,),
        (),
    ],
)
def test_a_call_with_anything_but_layers_is_refused(call):
    config = functional(conv("a", call), outputs=("a", 0, 0))
    assert 'layer "a" (Conv2D)' in refused(config)


def test_a_call_with_other_keywords_is_refused():
    config = functional(conv("a", of("image")), outputs=("a", 0, 0))
    config["config"]["layers"][1]["inbound_nodes"][0]["kwargs"] = {"training": True, "mask": None}
    assert len(network_from_config(config).layers) == 1
    config["config"]["layers"][1]["inbound_nodes"][0]["kwargs"] = {"state": of("image")}
    assert 'Received: layer "a" (Conv2D) with "state".' in refused(config)


def test_calls_in_the_way_of_keras_2_are_refused():
    config = functional(conv("a", of("image")), outputs=("a", 0, 0))
    config["config"]["layers"][1]["inbound_nodes"] = [[["image", 0, 0, {}]]]
    assert "save the network again with Keras 3" in refused(config)


def test_two_pictures_are_refused():
    config = functional(
        picture(),
        picture("other"),
        layer("Add", "sum", [of("image"), of("other")]),
        inputs=[["image", 0, 0], ["other", 0, 0]],
        outputs=("sum", 0, 0),
    )
    assert refused(config) == (
        'An uploaded network must take one picture. Received: 2 inputs, "image", "other".'
    )


def test_a_network_without_layers_is_refused():
    assert "must have layers" in refused(sequential(INPUT))
    assert "must have layers" in refused(sequential())
    identity = functional(conv("a", of("image")), outputs=("image", 0, 0))
    assert "must have layers" in refused(identity)


def test_an_input_of_unknown_shape_is_refused():
    assert "must say what it takes" in refused(sequential(conv("a")))
    for shape in (None, [], [None], [None, 0, 3], [None, "8", 3], [None, 1, 2, 3, 4], [None, True]):
        bad = {"class_name": "InputLayer", "config": {"name": "image", "batch_shape": shape}}
        assert "must say what it takes" in refused(sequential(bad, conv("a")))


def test_two_layers_of_one_name_are_refused():
    assert 'two of the name "a"' in refused(sequential(INPUT, conv("a"), conv("a")))


def test_a_lambda_in_a_nested_model_is_named():
    inner = sequential(INPUT, layer("Lambda", "evil", function="4w=="), name="inner")
    sentence = refused(sequential(INPUT, inner))
    assert sentence.endswith('Received: layer "evil" in "inner" (Lambda).')


# Anything at all

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 9) | st.sampled_from(["image", "a", "Conv2D", ""]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["class_name", "config", "name", "layers", "args", "keras_history"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(json_values, st.sampled_from(["layers", "input_layers", "output_layers", "name"]))
def test_any_json_in_a_models_config_is_read_or_refused(value, key):
    config = functional(conv("a", of("image")), outputs=("a", 0, 0))
    config["config"][key] = value
    try:
        sentence = f"{network_from_config(config)}"
    except NetworkError as error:
        sentence = str(error)
    assert sentence.isprintable()


@settings(deadline=None)
@given(json_values)
def test_any_json_as_a_call_is_read_or_refused(value):
    config = functional(conv("a", of("image")), outputs=("a", 0, 0))
    config["config"]["layers"][1]["inbound_nodes"] = value
    try:
        sentence = f"{network_from_config(config)}"
    except NetworkError as error:
        sentence = str(error)
    assert sentence.isprintable()


# A real network, changed in a few places at random, as a fuzzer would


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Find every place in a config, as the keys that lead to it."""
    yield path
    inner: Any = ()
    if isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, list):
        inner = enumerate(value)
    for key, part in inner:
        yield from _places(part, (*path, key))


def _everything() -> dict[str, Any]:
    """A config in which every part of the reader has something to do."""
    inner = functional(
        conv("x", of("image")),
        layer("BatchNormalization", "y", of("x")),
        outputs=[["y", 0, 0], ["x", 0, 0]],
        name="inner",
    )
    inner["inbound_nodes"] = [{"args": [of("cut")], "kwargs": {"mask": None}}]
    constant = {"class_name": "__tensor__", "config": {"value": [1.0, 2.0, 3.0]}}
    activation = {"class_name": "LeakyReLU", "config": {"negative_slope": 0.1}}
    wrapped = {"class_name": "Conv2D", "config": {"name": "w", "filters": 2, "kernel_size": 3}}
    return functional(
        layer("RandomFlip", "flip", of("image"), mode="horizontal"),
        layer("Add", "moved", (of("flip"), constant)),
        layer("GetItem", "cut", (of("moved"), [slice_of(...), slice_of(slice(None, None, -1))])),
        inner,
        layer("SpectralNormalization", "sn", of("inner", 0, 0), layer=wrapped),
        conv("twice", of("sn"), of("twice", 0), activation=activation, padding="same"),
        layer("Mean", "mean", of("twice", 1), axis=[1, 2], keepdims=True),
        layer("Reshape", "flat", of("mean"), newshape=[-1, 2]),
        layer("Multiply", "double", (of("flat"), 2.0)),
        outputs=("double", 0, 0),
    )


def test_mutated_configs_are_read_or_refused_in_one_line():
    draw = random.Random(20)
    original = _everything()
    network_from_config(original)
    text = json.dumps(original)
    places = list(_places(original))
    junk: list[Any] = [None, True, -1, 0, 1, 2, 10**30, -0.5, 1e300, "", "image", "inner", "x"]
    junk += [[], {}, [[]], [None], ["x", 0, 0], [1, 1], "\ud800", "GetItem", "Functional", DEEP]
    sentences = []
    for _ in range(12_000):
        config = json.loads(text)
        for _ in range(draw.choice((1, 1, 2, 3))):
            path = draw.choice(places[1:])
            with contextlib.suppress(KeyError, IndexError, TypeError):
                parent: Any = config
                for key in path[:-1]:
                    parent = parent[key]
                if draw.random() < 0.2:
                    del parent[path[-1]]
                elif draw.random() < 0.3:
                    other: Any = json.loads(text)
                    for key in draw.choice(places):
                        other = other[key]
                    parent[path[-1]] = other
                else:
                    parent[path[-1]] = draw.choice(junk)
        try:
            network_from_config(config)
        except NetworkError as error:
            sentences.append(str(error))
    assert all(sentence.isprintable() and len(sentence) < 500 for sentence in sentences)
    # It is neither all refused nor all let through.
    assert 1000 < len(sentences) < 11_800
