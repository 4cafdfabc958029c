"""Networks read as data give the numbers that Keras's own loader gives."""

from __future__ import annotations

import gc
import threading
import weakref
from typing import Any

import numpy as np
import pytest

from cnnviz.limits import Limits
from cnnviz.networks import Network, NetworkError, open_network
from cnnviz.networks.keras_files.building import build_network, picture_shape
from cnnviz.networks.keras_files.graph import network_from_config
from cnnviz.networks.tensorflow_runtime import load_keras
from tests.networks.keras_files.archives import config_of, opened, randomised, saved, with_config
from tests.networks.keras_files.models import (
    MODELS,
    branches,
    inception_resnet_block,
    nested_models,
    preprocessing_of_resnet_inside,
    sequential,
    several_outputs,
    shared_layers,
    small_convnext,
    small_densenet,
    small_resnet,
)


@pytest.fixture(scope="module")
def keras() -> Any:
    return load_keras()


def numbers_for(original: Any, batch: int = 2) -> np.ndarray:
    shape = [side or 40 for side in original.input_shape[1:]]
    return np.random.default_rng(3).random((batch, *shape), dtype=np.float32)


def outputs_of(network: Any, x: np.ndarray) -> list[np.ndarray]:
    outputs = network(x, training=False)
    tensors = load_keras().tree.flatten(outputs)
    return [np.asarray(tensor) for tensor in tensors]


@pytest.mark.parametrize("name", MODELS)
def test_a_network_read_as_data_gives_the_numbers_of_keras(keras, name):
    original = randomised(MODELS[name](keras))
    x = numbers_for(original)
    read = opened(saved(original), side=40)
    tolerance = 3e-2 if name == "half_precision" else 1e-5
    expected = {array.shape[1:]: array for array in outputs_of(original, x)}
    received = outputs_of(read.model, x)
    assert len(received) == len(expected)
    for array in received:
        same_size = next(e for e in expected.values() if e[0].size == array[0].size)
        np.testing.assert_allclose(
            array, same_size.reshape(array.shape), rtol=tolerance, atol=tolerance
        )


# Whole networks are opened in `tests/networks/test_applications.py`.
APPLICATIONS = (small_densenet, small_resnet, small_convnext, inception_resnet_block)


@pytest.mark.parametrize("make", APPLICATIONS)
def test_networks_of_keras_applications_give_the_numbers_of_keras(keras, make):
    original = randomised(make(keras))
    x = 255 * numbers_for(original, batch=1)
    read = opened(saved(original), side=40).model
    (expected,), (received,) = outputs_of(original, x), outputs_of(read, x)
    largest = np.abs(expected).max()
    assert largest > 0
    np.testing.assert_allclose(
        received.reshape(expected.shape), expected, rtol=1e-5, atol=1e-5 * largest
    )


def test_channels_changed_over_are_the_same_numbers(keras):
    original = preprocessing_of_resnet_inside(keras)
    read = opened(saved(original)).model
    names = [layer.name for layer in read.layers if type(layer).__name__ == "Conv2D"]
    part = keras.Model(read.inputs[0], read.get_layer(names[0]).output)
    x = 255 * numbers_for(original)
    np.testing.assert_array_equal(np.asarray(part(x)), x[..., ::-1])


def test_every_layer_has_one_name_one_call_and_one_output(keras):
    read = opened(saved(nested_models(keras))).model
    names = [layer.name for layer in read.layers]
    assert len(set(names)) == len(names)
    assert {"stem.conv", "block.conv"} <= set(names)
    assert all(len(layer._inbound_nodes) == 1 for layer in read.layers)


def test_a_network_read_as_data_can_be_looked_into(keras):
    original = randomised(shared_layers(keras))
    network = Network.from_model(opened(saved(original)).model)
    image = np.random.default_rng(0).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    maps = network.feature_maps(image)
    (expected,) = outputs_of(original, network.preprocess(image)[np.newaxis])
    np.testing.assert_allclose(maps[network.answer_layer], expected[0], rtol=1e-5, atol=1e-5)


def test_a_network_that_nobody_holds_gives_its_memory_back(keras):
    network = Network.from_model(opened(saved(sequential(keras))).model)
    network.feature_maps(np.zeros((8, 8, 3), np.uint8))
    model = weakref.ref(network.model)
    del network
    gc.collect()
    assert model() is None


def test_tensorflow_knows_the_weights_of_all_networks_by_one_name(keras):
    """For each name it keeps 35 kB for good."""
    network = Network.from_model(opened(saved(sequential(keras))).model)
    copied = network._runner.copied().model
    models = [network.model, network.untrained().model, copied, open_network("tutorial").model]
    names = [{weight.value.name for weight in model.weights} for model in models]
    assert names == [{"variable:0"}] * 4
    assert len({weight.path for weight in copied.weights}) == len(copied.weights)
    assert keras.Variable(1.0, name="elsewhere").value.name != "variable:0"


def test_keras_itself_is_left_as_it_was(keras):
    from keras.src.backend.common import global_state
    from keras.src.saving import object_registration

    data = saved(branches(keras))
    keras.config.set_dtype_policy("mixed_float16")
    try:
        before = dict(vars(global_state.GLOBAL_STATE_TRACKER))
        names = dict(before.pop("object_name_uids"))
        custom = dict(object_registration.GLOBAL_CUSTOM_OBJECTS)
        read = opened(data).model
        after = dict(vars(global_state.GLOBAL_STATE_TRACKER))
        assert dict(after.pop("object_name_uids")) == names
        assert after == before
        assert custom == object_registration.GLOBAL_CUSTOM_OBJECTS
        assert keras.config.dtype_policy().name == "mixed_float16"
        assert {weight.dtype for weight in read.weights} == {"float32"}
    finally:
        keras.config.set_dtype_policy("float32")


def test_two_users_build_at_the_same_time(keras):
    originals = [randomised(branches(keras)), randomised(sequential(keras))]
    files = [saved(original) for original in originals]
    read: dict[int, Any] = {}

    def build(index: int) -> None:
        read[index] = opened(files[index]).model

    threads = [threading.Thread(target=build, args=(index,)) for index in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for index, original in enumerate(originals):
        x = numbers_for(original)
        (expected,), (received,) = outputs_of(original, x), outputs_of(read[index], x)
        np.testing.assert_allclose(received, expected, rtol=1e-5, atol=1e-5)


# Inputs


@pytest.mark.parametrize(
    ("input_shape", "side", "expected"),
    [
        ((32, 48, 3), None, (32, 48, 3)),
        ((None, None, 1), None, (224, 224, 1)),
        ((None, None, 3), 96, (96, 96, 3)),
        ((None, 64, 3), 96, (96, 64, 3)),
        ((28, 28), None, (28, 28, 1)),
        ((784,), None, (28, 28, 1)),
        ((12288,), None, (64, 64, 3)),
    ],
)
def test_the_picture_that_a_network_is_given(input_shape, side, expected):
    assert picture_shape(input_shape, side) == expected


@pytest.mark.parametrize(
    ("input_shape", "side", "sentence"),
    [
        (
            (100_000, 100_000, 3),
            None,
            "may be 512 pixels; .*_MODEL_INPUT_SIDE.* Received: 100,000 x 100,000",
        ),
        ((513, 8, 3), None, "may be 512 pixels; .*_MODEL_INPUT_SIDE.* Received: 513 x 8"),
        ((32, 32, 4), None, r"1 or 3 channels, channels last. Received: .*\[32, 32, 4\]"),
        ((3, 32, 32), None, "channels last"),
        ((None, None, None), None, "1 or 3 channels"),
        ((1000,), None, "square picture.* Received: 1000"),
        ((None,), None, "square picture.* Received: null"),
        ((None, None, 3), 0, "from 1 to 512 pixels; .*_MODEL_INPUT_SIDE.* Received: 0"),
        ((None, None, 3), 513, "from 1 to 512 pixels; .*_MODEL_INPUT_SIDE.* Received: 513"),
    ],
)
def test_an_input_that_is_no_picture_is_refused(input_shape, side, sentence):
    with pytest.raises(NetworkError, match=sentence):
        picture_shape(input_shape, side)


@pytest.mark.parametrize("input_shape", [(28, 28), (784,)])
def test_a_network_of_numbers_reads_a_picture_row_by_row(keras, input_shape):
    layers = keras.layers
    original = randomised(
        keras.Sequential(
            [layers.Input(input_shape), layers.Flatten(), layers.Dense(10, activation="softmax")]
        )
    )
    read = opened(saved(original))
    picture = np.random.default_rng(5).random((1, 28, 28, 1), dtype=np.float32)
    expected = original(picture.reshape(1, *input_shape)).numpy()
    np.testing.assert_allclose(read.model(picture).numpy(), expected, rtol=1e-5, atol=1e-6)
    assert any("28 x 28 x 1 picture, row by row" in note for note in read.notes)


# Notes


def notes_of(keras: Any, *layers: Any, shape: tuple[int | None, ...] = (8, 8, 3)) -> str:
    network = keras.Sequential([keras.layers.Input(shape), *layers])
    return " ".join(opened(saved(network)).notes)


def test_how_the_end_is_read_is_said(keras):
    layers = keras.layers
    flat = layers.Flatten()
    assert notes_of(keras, flat, layers.Dense(3, activation="softmax")) == ""
    assert "scores (activation linear)" in notes_of(keras, flat, layers.Dense(3))
    assert "a logit of the second of two classes" in notes_of(keras, flat, layers.Dense(1))
    sigmoid = layers.Dense(1, activation="sigmoid")
    assert "a probability of the second of two classes" in notes_of(keras, flat, sigmoid)
    several = layers.Dense(3, activation="sigmoid")
    assert "Each class has a probability of its own" in notes_of(keras, flat, several)
    assert "ends in maps (6 x 6 x 4)" in notes_of(keras, layers.Conv2D(4, 3))
    assert "given 224 x 224 x 3" in notes_of(
        keras, layers.GlobalMaxPooling2D(), layers.Softmax(), shape=(None, None, 3)
    )


def test_what_the_file_asks_for_and_does_not_get_is_said(keras):
    layers = keras.layers
    said = notes_of(
        keras,
        layers.RandomFlip(name="mirror"),
        layers.Conv2D(1, 3, dtype="mixed_float16"),
        layers.Flatten(),
        layers.Softmax(),
    )
    assert "Only training uses these layers, so they pass on what they get: mirror." in said
    assert "Computed in float32; the file asks for mixed_float16." in said


def test_the_answer_is_the_output_with_a_softmax(keras):
    read = opened(saved(several_outputs(keras)))
    assert read.model.outputs[0].shape == (None, 4)
    said = 'It has 2 outputs; "classes" is read as its answer until you choose another.'
    assert said in read.notes


def test_of_several_outputs_the_notes_name_the_one_that_they_are_about(keras):
    layers = keras.layers
    image = layers.Input((8, 8, 3))
    maps = layers.Conv2D(2, 3, activation="sigmoid", name="mask")(image)
    size = layers.Dense(1, activation="sigmoid", name="size")(layers.Flatten()(maps))
    notes = opened(saved(keras.Model(image, [maps, size]))).notes
    assert '"size" ends in one number, read as a probability of the second of two classes.' in notes


def test_a_map_of_one_cell_is_read_as_a_vector(keras):
    layers = keras.layers
    network = keras.Sequential([layers.Input((8, 8, 3)), layers.Conv2D(5, 8), layers.Softmax()])
    assert opened(saved(network)).model.outputs[0].shape == (None, 5)


def test_weights_that_are_no_numbers_are_reported(keras):
    original = sequential(keras)
    layer = original.layers[0]
    layer.kernel.assign(np.full(layer.kernel.shape, np.nan, np.float32))
    (note,) = opened(saved(original)).notes
    assert note == f"Some weights are NaN or infinite, in {layer.name}."


# Layers that do not fit


def small(keras: Any) -> bytes:
    layers = keras.layers
    return saved(
        keras.Sequential(
            [
                layers.Input((8, 8, 3), name="picture"),
                layers.Conv2D(4, 3, name="conv"),
                layers.Flatten(name="flat"),
                layers.Dense(2, name="dense"),
            ]
        )
    )


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"filters": 5}, r'"conv" \(Conv2D\), kernel of shape \(3, 3, 3, 4\) instead of'),
        ({"kernel_size": [99, 3]}, r"kernel of shape .* instead of \(99, 3, 3, 4\)"),
        ({"use_bias": False}, r"must have 1 stored weights \(kernel\). Received: .*with 2"),
        ({"groups": 2}, "instead of"),
        ({"strides": [2, 2], "dilation_rate": [2, 2]}, 'fit what it is given. Received: .*"conv"'),
    ],
)
def test_weights_that_do_not_fit_are_refused(keras, changes, sentence):
    def change(config: dict[str, Any]) -> None:
        config["config"]["layers"][1]["config"].update(changes)

    with pytest.raises(NetworkError, match=sentence):
        opened(with_config(small(keras), change))


def test_a_dense_layer_too_large_for_any_memory_is_refused_before_it_is_made(keras):
    def change(config: dict[str, Any]) -> None:
        config["config"]["layers"][3]["config"]["units"] = 1_000_000

    with pytest.raises(NetworkError, match=r"\(144, 2\) instead of \(144, 1000000\)"):
        opened(with_config(small(keras), change))


def test_a_picture_where_a_vector_is_needed_is_refused(keras):
    def change(config: dict[str, Any]) -> None:
        del config["config"]["layers"][2]
        config["config"]["layers"].insert(
            1, {"class_name": "RepeatVector", "config": {"name": "again", "n": 2}}
        )

    with pytest.raises(NetworkError, match=r'must be given one vector. Received: layer "again"'):
        opened(with_config(small(keras), change))


@pytest.mark.parametrize(
    ("scale", "sentence"),
    [
        ([[[[n]]] for n in range(4096)], "must be a number, or one number per channel"),
        ([1.0, 2.0], "must be one, or one per channel. Received: 2 for layer"),
        ([1.0] * 4096, "must be one, or one per channel. Received: 4096 for layer"),
    ],
)
def test_a_rescaling_that_makes_more_pictures_or_wider_maps_is_refused(keras, scale, sentence):
    layers = keras.layers
    network = keras.Sequential([layers.Input((8, 8, 1)), layers.Rescaling(0.5), layers.Flatten()])

    def change(config: dict[str, Any]) -> None:
        config["config"]["layers"][1]["config"]["scale"] = scale

    with pytest.raises(NetworkError, match=sentence):
        opened(with_config(saved(network), change))


@pytest.mark.parametrize(
    ("cut", "sentence"),
    [
        (lambda x: x[:, 8:], "A slice must leave something of a map"),
        (lambda x: x[..., 3:], "A slice must leave something of a map"),
    ],
)
def test_a_slice_of_nothing_is_refused(keras, cut, sentence):
    image = keras.layers.Input((8, 8, 3))
    network = keras.Model(image, keras.layers.ReLU()(cut(image)))
    with pytest.raises(NetworkError, match=sentence):
        opened(saved(network))


def test_maps_too_large_for_the_memory_are_refused(keras):
    layers = keras.layers
    network = keras.Sequential(
        [
            layers.Input((512, 512, 3)),
            *[layers.UpSampling2D(16, name=f"larger_{number}") for number in range(2)],
        ]
    )
    with pytest.raises(
        NetworkError, match=r'may hold 64 million numbers.*_MAP_NUMBERS sets.*"larger_0"'
    ):
        opened(saved(network), limits=Limits())


SPREAD = [
    ("Conv2D", 64, 200),
    ("Conv2D", 64, 256),
    ("DepthwiseConv2D", 256, 64),
    ("DepthwiseConv2D", 256, 256),
    ("DepthwiseConv2D", 200, 256),
]


@pytest.mark.parametrize(("kind", "size", "rate"), SPREAD)
def test_a_kernel_that_is_spread_too_wide_is_refused_before_it_is_run(keras, kind, size, rate):
    arguments = {"filters": 1} if kind == "Conv2D" else {}
    arguments |= {"kernel_size": size, "dilation_rate": rate, "padding": "same", "name": "wide"}
    layers = keras.layers
    wide = getattr(layers, kind)(**arguments)
    data = saved(keras.Sequential([layers.Input((28, 28, 1)), wide]))
    with pytest.raises(NetworkError, match=r'may hold 64 million numbers.*"wide"'):
        opened(data, limits=Limits())


def test_too_many_multiplications_are_refused(keras):
    layers = keras.layers
    network = keras.Sequential(
        [layers.Input((512, 512, 3)), layers.Conv2D(16, 61, name="wide", padding="same")]
    )
    with pytest.raises(
        NetworkError, match=r'may take 30 billion mult.*_MULTIPLY_ADDS sets.*"wide"'
    ):
        opened(saved(network), limits=Limits())


def test_the_rule_that_is_said_is_the_rule_that_holds(keras):
    layers = keras.layers
    network = keras.Sequential([layers.Input((64, 64, 3)), layers.UpSampling2D(4, name="larger")])
    numbers = 256 * 256 * 3 / 1e6
    data = saved(network)
    assert opened(data, limits=Limits(model_map_numbers=numbers)).model
    with pytest.raises(NetworkError, match=r"may hold 0.19 million numbers"):
        opened(data, limits=Limits(model_map_numbers=0.19, model_megabytes=2000))


def test_weights_of_another_network_are_refused(keras):
    network = network_from_config(config_of(small(keras)))
    with pytest.raises(NetworkError, match=r'must have 2 weights. Received: layer "conv"'):
        build_network(network, {})
