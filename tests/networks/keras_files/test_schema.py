"""The schema knows Keras's layers, and lets nothing else through."""

from __future__ import annotations

import inspect
import json
import string
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.networks import NetworkError
from cnnviz.networks.keras_files.schema import (
    ACTIVATIONS,
    FUNCTIONS,
    LAYER_KINDS,
    REQUIRED,
    TRAINING_ONLY,
    check_arguments,
    numbers_per_channel,
    precision_of,
    shown,
)
from cnnviz.networks.tensorflow_runtime import load_keras

SAID = 'layer "it" (Kind)'
REWRITTEN = {"LayerScale", "StochasticDepth", "CustomScaleLayer"}
NEVER_PASSED = {"renorm", "rms_scaling"}
BUILT = sorted(LAYER_KINDS.keys() - REWRITTEN)


@pytest.fixture(scope="module")
def layers() -> Any:
    return load_keras().layers


@pytest.mark.parametrize("kind", BUILT)
def test_arguments_and_their_defaults_are_those_of_keras(layers, kind):
    parameters = inspect.signature(getattr(layers, kind).__init__).parameters
    for name, argument in LAYER_KINDS[kind].arguments.items():
        if name in NEVER_PASSED:
            continue
        default = parameters[name].default
        if argument.default is REQUIRED:
            assert default is inspect.Parameter.empty
        elif name == "data_format":
            assert default is None
        else:
            expected = argument.check(_as_json(default))
            assert argument.check(_as_json(argument.default)) == expected


def _as_json(value: Any) -> Any:
    return json.loads(json.dumps(value))


@pytest.mark.parametrize("kind", BUILT)
def test_every_argument_that_keras_writes_is_known(layers, kind):
    examples = {"filters": 2, "kernel_size": 3, "units": 2, "scale": 2.0, "height": 4, "width": 4}
    examples |= {"activation": "relu", "target_shape": [4], "dims": [2, 1], "n": 2, "rate": 0.5}
    examples |= {"stddev": 0.1, "pool_size": 2}
    needed = {
        name: examples[name]
        for name, argument in LAYER_KINDS[kind].arguments.items()
        if argument.default is REQUIRED
    }
    config = getattr(layers, kind)(**needed).get_config()
    checked = check_arguments(kind, _as_json(config), SAID)
    getattr(layers, kind)(**{k: v for k, v in checked.items() if k not in NEVER_PASSED})


@pytest.mark.parametrize("kind", sorted(TRAINING_ONLY))
def test_layers_that_only_train_pass_on_what_they_get(layers, kind):
    factors = (
        {"factor": 0.3}
        if "factor" in inspect.signature(getattr(layers, kind).__init__).parameters
        else {}
    )
    if kind in ("RandomTranslation", "RandomZoom"):
        factors = {"height_factor": 0.3, **({"width_factor": 0.3} if "Tr" in kind else {})}
    if kind == "RandomPosterization":
        factors = {"factor": 4}
    picture = np.random.default_rng(0).random((1, 6, 6, 3), dtype=np.float32)
    received = getattr(layers, kind)(**factors)(picture, training=False)
    np.testing.assert_array_equal(np.asarray(received), picture)


def test_activations_are_those_of_keras(layers):
    activations = load_keras().activations
    for name in ACTIVATIONS:
        assert callable(activations.get(name))
        assert activations.serialize(activations.get(name)) == name


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_functions_mean_the_same_as_their_layers(layers, name):
    functions = {function.replace("_", ""): function for function in dir(load_keras().ops)}
    function = getattr(load_keras().ops, functions[name.lower()])
    kind, given = FUNCTIONS[name]
    x = np.linspace(-8, 8, 33, dtype=np.float32)
    layer = getattr(layers, kind)(**check_arguments(kind, given, SAID))
    np.testing.assert_allclose(np.asarray(layer(x)), np.asarray(function(x)), rtol=1e-6)


CONV = {"filters": 4, "kernel_size": 3}


@pytest.mark.parametrize(
    ("kind", "config", "sentence"),
    [
        ("Conv2D", {"filters": 4}, "A Conv2D needs the argument kernel_size"),
        ("Conv2D", {**CONV, "filters": -3}, r"filters of a Conv2D must be a whole .*filters=-3"),
        ("Conv2D", {**CONV, "filters": 4.5}, "filters=4.5"),
        ("Conv2D", {**CONV, "filters": True}, "filters=true"),
        ("Conv2D", {**CONV, "filters": "4"}, 'filters="4"'),
        ("Conv2D", {**CONV, "filters": 10**9}, "filters=1000000000"),
        ("Conv2D", {**CONV, "kernel_size": [3, 3, 3]}, "one or two whole numbers"),
        ("Conv2D", {**CONV, "kernel_size": [0, 3]}, r"kernel_size=\[0, 3\]"),
        *(
            (
                "Conv2D",
                {**CONV, "kernel_size": size, "dilation_rate": rate},
                r"kernel with gaps \(dilation_rate\) may have 64 rows .* with " + said,
            )
            for size, rate, said in (
                (256, 2, "256 x 256"),
                ([65, 1], [1, 2], "65 x 1"),
                ([1, 200], 256, "1 x 200"),
            )
        ),
        (
            "Conv2D",
            {**CONV, "padding": "reflect"},
            "padding of a Conv2D must be one of valid, same",
        ),
        ("Conv2D", {**CONV, "data_format": "channels_first"}, r"maps are \(height, width, chan"),
        ("Conv2D", {**CONV, "activation": "os.system"}, "never a function"),
        ("Conv2D", {**CONV, "activation": {"class_name": "function", "config": "f"}}, "never a fu"),
        ("Conv2D", {**CONV, "activation": {"class_name": "Lambda"}}, "never a function"),
        ("Conv2D", {**CONV, "call": "print"}, r'takes the arguments filters.*with "call"'),
        ("Conv2D", {**CONV, "quantization_config": {}}, r"quantised one does not: save it before"),
        ("Dense", {"units": 10**12}, "units=1000000000000"),
        ("Dense", {"units": 2, "use_bias": "no"}, "use_bias of a Dense must be true or false"),
        ("Dropout", {"rate": 1.5}, "rate=1.5"),
        ("Rescaling", {"scale": float("nan")}, "scale=NaN"),
        ("Rescaling", {"scale": [[[[[1.0]]]]]}, "a number, or one number per channel"),
        ("Rescaling", {"scale": 1e300}, "scale=1e"),
        ("Reshape", {"target_shape": [-1, -1]}, "at most one of them -1"),
        ("Permute", {"dims": [1, 1]}, "the axes 1, 2, 3 in some order"),
        ("BatchNormalization", {"renorm": True}, "renorm of a BatchNormalization must be false"),
        ("BatchNormalization", {"axis": 0}, "not that of the batch"),
        ("ZeroPadding2D", {"padding": [[1, -1], [0, 0]]}, "amounts from 0 to 512"),
        ("Flatten", {"x" * 500: 1}, r"x\.\.\.\."),
        ("UpSampling2D", {"interpolation": "evil\n\x1b[31m"}, r"evil\\n\\u001b"),
    ],
)
def test_an_argument_outside_the_schema_is_refused(kind, config, sentence):
    with pytest.raises(NetworkError, match=sentence) as refused:
        check_arguments(kind, {"name": "it", **config}, SAID)
    assert SAID in str(refused.value)
    assert len(str(refused.value)) < 500


@pytest.mark.parametrize(("size", "rate"), [(256, 1), (64, 2), ([64, 1], [1, 256])])
def test_a_large_kernel_or_one_with_gaps_is_let_through(size, rate):
    assert check_arguments("Conv2D", {**CONV, "kernel_size": size, "dilation_rate": rate}, SAID)


def test_what_only_training_needs_is_dropped():
    config = {
        **CONV,
        "kernel_initializer": {"module": "os", "class_name": "system", "config": {"x": "ls"}},
        "bias_regularizer": ["anything"],
        "kernel_constraint": 3,
        "trainable": False,
        "seed": 1,
    }
    assert check_arguments("Conv2D", config, SAID) == check_arguments("Conv2D", CONV, SAID)


@pytest.mark.parametrize(
    "policy",
    [
        None,
        "float32",
        "mixed_float16",
        {"module": "keras", "class_name": "DTypePolicy", "config": {"name": "bfloat16"}},
    ],
)
def test_a_policy_of_floats_is_read(policy):
    assert "float" in precision_of({"dtype": policy}, SAID)


@pytest.mark.parametrize(
    "policy",
    [
        *("uint4", 3, {"class_name": "DTypePolicyMap"}, {"config": {"name": []}}),
        *({"class_name": "DTypePolicy", "config": {}}, {"config": {"name": None}}),
    ],
)
def test_another_policy_is_refused(policy):
    with pytest.raises(NetworkError, match=r'must compute with floats.*layer "it"'):
        precision_of({"dtype": policy}, SAID)


@pytest.mark.parametrize(
    "policy",
    [
        *("int8", "int8_from_float32", "float8_from_float32"),
        # As Keras 3.15 writes it: no name.
        {
            "class_name": "QuantizedDTypePolicy",
            "config": {"mode": "int8", "source_name": "float32"},
        },
        {"class_name": "QuantizedDTypePolicy", "config": {"name": "float32"}},
    ],
)
def test_a_quantised_layer_is_refused_with_the_way_out(policy):
    with pytest.raises(NetworkError, match=r'save it before model\.quantize\(\).*layer "it"'):
        precision_of({"dtype": policy}, SAID)


@pytest.mark.parametrize("kind", ["Conv2D", "Dense"])
def test_what_lora_leaves_behind_is_dropped(kind):
    given = {**CONV} if kind == "Conv2D" else {"units": 3}
    left = {**given, "lora_rank": 4, "lora_alpha": 8}
    assert check_arguments(kind, left, SAID) == check_arguments(kind, given, SAID)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (2, 2.0),
        ([1, 2, 3], [1.0, 2.0, 3.0]),
        ([[[[1, 2]]]], [[[[1.0, 2.0]]]]),
        ([[1.0]] * 4096, None),
        ([[[1.0]], [[2.0]]], None),
        ([], None),
        ([1] * 4097, None),
        ([True], None),
        ("3", None),
    ],
)
def test_numbers_for_channels_are_one_row(value, expected):
    assert numbers_per_channel(value) == expected


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(string.printable, max_size=9),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(deadline=None)
@given(st.sampled_from(sorted(LAYER_KINDS)), st.data())
def test_any_json_is_either_checked_or_refused_in_one_line(kind, data):
    names = [*LAYER_KINDS[kind].arguments, "dtype", "name", "other"]
    config = data.draw(st.dictionaries(st.sampled_from(names), json_values, max_size=5))
    result: dict[str, Any] | str
    try:
        result = check_arguments(kind, config, SAID)
    except NetworkError as error:
        result = str(error)
    if isinstance(result, str):
        assert result.isprintable()
    else:
        assert result.keys() == LAYER_KINDS[kind].arguments.keys()


@settings(deadline=None)
@given(json_values)
def test_a_value_is_shown_short_and_printable(value):
    text = shown(value)
    assert len(text) <= 60
    assert text.isprintable()
