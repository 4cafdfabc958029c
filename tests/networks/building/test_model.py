"""A stack's table and its Keras model: the same shapes, weights and refusals."""

from __future__ import annotations

import inspect
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings

from cnnviz.networks import LayerInfo, Network
from cnnviz.networks.building.augmentation import AUGMENTATION_KINDS
from cnnviz.networks.building.blocks import (
    Block,
    BottleneckBlock,
    InceptionBlock,
    InvertedResidualBlock,
    ResidualBlock,
)
from cnnviz.networks.building.kinds import (
    Conv2D,
    Conv2DTranspose,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    Input,
    SeparableConv2D,
)
from cnnviz.networks.building.layer import Call, Layer
from cnnviz.networks.building.model import build_model, keras_layer
from cnnviz.networks.building.options import REQUIRED
from cnnviz.networks.building.presets import PRESETS
from cnnviz.networks.building.stack import Stack
from cnnviz.networks.building.table import calls_of, describe, outline
from cnnviz.networks.keras_files.building import in_own_thread
from cnnviz.networks.tensorflow_runtime import load_keras
from tests.networks.building.stacks import INNER_KINDS, any_stacks, valid_stacks


def kerass_own(stack: Stack) -> dict[str, tuple[tuple[int, ...], int, int]]:
    """Ask Keras for each layer's shape and for its weights, trained and kept."""
    model = build_model(stack)
    return {
        layer.name: (
            tuple(layer.output.shape[1:]),
            sum(int(np.prod(weight.shape)) for weight in layer.trainable_weights),
            sum(int(np.prod(weight.shape)) for weight in layer.non_trainable_weights),
        )
        for layer in model.layers
        if layer.name != "image"
    }


def kerass_table(stack: Stack) -> set[LayerInfo]:
    """Describe the built network as any other is described; Keras's order is another."""
    return set(Network.from_model(build_model(stack)).layers)


@settings(max_examples=100)  # an example builds a network, for 25 ms
@given(stack=valid_stacks())
def test_shapes_and_weights_are_kerass_own(stack: Stack) -> None:
    rows = describe(stack)
    keras = kerass_own(stack)
    assert set(keras) == {part.name for row in rows[1:] for part in row.parts}
    for row in rows[1:]:
        parts = [keras[part.name] for part in row.parts]
        assert [part.output_shape for part in row.parts] == [shape for shape, *_ in parts], row
        assert row.trained_weights == sum(trained for _, trained, _ in parts), row
        assert row.kept_weights == sum(kept for *_, kept in parts), row


@settings(max_examples=60, suppress_health_check=[*HealthCheck])  # most small stacks are possible
@given(stack=any_stacks(most=4))
def test_what_is_refused_keras_refuses_too(stack: Stack) -> None:
    found = outline(stack)
    assume(found.problem is not None)
    assert found.problem is not None
    layer = stack.layers[found.problem.position]
    # Keras notices only while it trains that these were given no picture.
    assume(not isinstance(layer, AUGMENTATION_KINDS))
    shape = found.rows[-1].output_shape
    calls = layer.calls("block", "given", (*shape, 1, 1)[:3])

    def run() -> None:
        keras = load_keras()
        tensors = {"given": keras.Input(shape)}
        for call in calls:
            given_ = [tensors[source] for source in call.inputs]
            tensors[call.name] = keras_layer(call)(given_[0] if len(given_) == 1 else given_)
        # Of a transposed convolution that leaves no row, Keras gives an empty map.
        if 0 in tensors[calls[-1].name].shape:
            raise ValueError("an empty map")

    with pytest.raises(ValueError):
        in_own_thread(run)


SLIDING = [
    Conv2D(3, (2, 3)),
    Conv2D(4, (3, 3), (2, 1)),
    Conv2D(4, (2, 2), dilation_rate=(2, 3)),
    Conv2D(6, (3, 3), groups=2),
    DepthwiseConv2D((3, 2), depth_multiplier=2),
    DepthwiseConv2D((3, 3), (2, 2)),
    Conv2DTranspose(3, (2, 3), (2, 3)),
    Conv2DTranspose(3, (3, 3)),
    Dense(5),
]


@pytest.mark.parametrize("layer", SLIDING, ids=str)
def test_multiply_adds_are_counted_one_by_one(layer: Layer) -> None:
    # Ones times ones, without bias and padding: what comes out is how many products there were.
    stack = Stack((Input(7, 6, 4), layer.with_options(use_bias=False)))
    model = build_model(stack)
    model.set_weights([np.ones_like(array) for array in model.get_weights()])
    counted = np.asarray(model(np.ones((1, 7, 6, 4), np.float32))).sum(dtype=np.float64)
    assert describe(stack)[1].multiply_adds == counted


def test_a_separable_convolution_costs_its_two_steps() -> None:
    separable = SeparableConv2D(5, (3, 2), depth_multiplier=2)
    steps = (DepthwiseConv2D((3, 2), depth_multiplier=2), Conv2D(5, (1, 1)))
    one, two = (
        sum(row.multiply_adds for row in describe(Stack((Input(7, 6, 4), *layers))))
        for layers in ((separable,), steps)
    )
    assert one == two


def test_a_blocks_costs_are_those_of_a_network_of_its_layers() -> None:
    blocks = (
        *(ResidualBlock(4), ResidualBlock(6, strides=(2, 2)), InceptionBlock()),
        *(BottleneckBlock(2), BottleneckBlock(2), InvertedResidualBlock(8, expansion=3)),
        InvertedResidualBlock(5, (5, 5), (2, 2), activation="linear", batch_normalization=False),
    )
    stack = Stack((Input(9, 8, 3), Conv2D(4, (3, 3)), *blocks, Flatten(), Dense(3)))
    rows = describe(stack)
    assert {part for row in rows for part in row.parts} == kerass_table(stack)
    assert rows[2].parts[-1].output_shape == (7, 6, 4)
    assert [row.multiply_adds for row in rows[2:4]] == [
        2 * 42 * 9 * 4 * 4,
        12 * (9 * 4 * 6 + 9 * 6 * 6 + 4 * 6),
    ]
    # The second bottleneck and the first inverted block add what came in as it is.
    assert [row.multiply_adds for row in rows[6:]][:3] == [
        12 * (8 * 2 + 9 * 2 * 2 + 2 * 8),
        12 * (8 * 24 + 9 * 24 + 24 * 8),
        12 * 8 * 48 + 4 * (25 * 48 + 48 * 5),
    ]


@pytest.mark.parametrize("name", PRESETS)
def test_a_presets_table_is_that_of_its_network(name: str) -> None:
    stack = PRESETS[name].stack
    assert {part for row in describe(stack) for part in row.parts} == kerass_table(stack)


def test_a_seed_draws_the_same_weights_and_masks() -> None:
    stack = Stack((Input(6, 6, 1), Conv2D(3, (3, 3)), Flatten(), Dropout(0.5), Dense(4)))
    picture = np.ones((1, 6, 6, 1), np.float32)

    def drawn(seed: int) -> Any:
        model = build_model(stack, seed=seed)
        return np.asarray(model(picture, training=True))

    assert np.array_equal(drawn(3), drawn(3))
    assert not np.array_equal(drawn(3), drawn(4))


def test_two_layers_of_one_seeded_network_have_different_weights() -> None:
    stack = Stack((Input(6, 6, 4), *(Conv2D(4, (3, 3)),) * 2))
    first, _, second, _ = build_model(stack, seed=1).get_weights()
    assert not np.array_equal(first, second)


def test_a_layer_put_in_leaves_the_weights_of_others_as_they_were() -> None:
    stack = Stack((Input(6, 6, 4), *(Conv2D(4, (3, 3)),) * 2, Flatten(), Dense(3)))
    longer = stack.inserted(1, Dropout(0.1)).inserted(3, DepthwiseConv2D((1, 1)))
    one, other = (
        {
            f"{layer.name}/{weight.name}": np.asarray(weight)
            for layer in build_model(each, seed=1).layers
            for weight in layer.weights
        }
        for each in (stack, longer)
    )
    assert set(one) < set(other)
    for path, values in one.items():
        np.testing.assert_array_equal(values, other[path])
    named = stack.replaced(2, Conv2D(4, (3, 3), use_bias=False, activation="relu"))
    np.testing.assert_array_equal(
        build_model(named, seed=1).get_layer("conv_2").kernel, one["conv_2/kernel"]
    )


def test_a_bias_is_not_drawn_as_its_kernel() -> None:
    drawn = {"kernel_initializer": "random_normal", "bias_initializer": "random_normal"}
    kernel, bias = build_model(Stack((Input(1, 1, 1), Dense(6, **drawn))), seed=1).get_weights()
    assert not np.array_equal(kernel.ravel(), bias)


def test_a_stack_of_an_input_alone_is_a_network_that_passes_it_on() -> None:
    pictures = np.arange(8, dtype=np.float32).reshape(2, 2, 2, 1)
    assert np.array_equal(build_model(Stack((Input(2, 2, 1),)))(pictures), pictures)


def test_each_kind_can_be_trained_with_what_it_starts_with() -> None:
    keras = load_keras()

    def run() -> Counter[str]:
        pictures = keras.ops.convert_to_tensor(np.full((2, 12, 12, 3), 0.5, np.float32))
        run: Counter[str] = Counter()
        for kind in INNER_KINDS:
            stack = Stack((Input(12, 12, 3), kind()))
            tensors = {"image": pictures}
            for call in calls_of(stack):
                given_ = [tensors[source] for source in call.inputs]
                layer = keras_layer(call)
                trains = {"training": True} if layer._call_has_training_arg else {}
                output = layer(given_[0] if len(given_) == 1 else given_, **trains)
                tensors[call.name] = output
            assert tuple(output.shape[1:]) == describe(stack)[1].output_shape
            assert np.isfinite(np.asarray(output)).all()
            run[kind.kind()] += 1
        return run

    assert len(in_own_thread(run)) == len(INNER_KINDS)


def test_keras_takes_every_option_by_the_name_and_default_that_is_declared() -> None:
    for kind in INNER_KINDS:
        own = getattr(load_keras().layers, kind.kind(), None)
        if own is None:
            assert issubclass(kind, Block)
            continue
        signature = inspect.signature(own.__init__).parameters
        names = list(signature)[1:]
        assert list(kind.options())[: kind.positional] == names[: kind.positional], kind
        for name, option in kind.options().items():
            default = signature[name].default
            if option.default is REQUIRED:
                assert default is inspect.Parameter.empty or default is None, (kind, name)
            elif name == "activation":
                assert default is None
            else:
                assert option.checked(default) == option.default, (kind, name)


def call_alone(layer: Layer) -> Any:
    return keras_layer(Call("one", layer, ("image",)))


def test_what_is_handed_to_keras_is_what_the_layer_says() -> None:
    config = call_alone(Conv2D(3, (2, 5), (1, 2), "same", activation="mish")).get_config()
    assert (config["filters"], config["kernel_size"], config["strides"]) == (3, (2, 5), (1, 2))
    assert (config["padding"], config["activation"]) == ("same", "mish")


def changing(kind: type[Layer]) -> Stack:
    """Give a network of one layer that does change pictures from 0 to 1."""
    options = kind.options()
    told = {"x_factor": 0.5, "y_factor": 0.2} if "x_factor" in options else {}
    told |= {"brightness_factor": 0.3} if "brightness_factor" in options else {}
    told |= {"value_range": (0, 1)} if "value_range" in options else {}
    return Stack((Input(12, 10, 3), kind(**told)))


@pytest.mark.parametrize("kind", AUGMENTATION_KINDS, ids=lambda kind: kind.kind())
def test_keras_opens_the_file_and_draws_from_the_same_range(
    kind: type[Layer], tmp_path: Path
) -> None:
    model = build_model(changing(kind), seed=5)
    model.save(tmp_path / "network.keras")
    (made,) = model.layers
    (opened,) = load_keras().saving.load_model(tmp_path / "network.keras").layers
    ranges = ("factor", "x_factor", "y_factor", "height_lower", "height_upper", "width_lower")
    others = ("width_upper", "mode", "fill_mode", "value_range", "stddev")
    for name in (*ranges, *others):
        told, read = getattr(made, name, None), getattr(opened, name, None)
        assert np.array_equal(told, read) if isinstance(told, tuple | list) else told == read


@pytest.mark.parametrize("kind", AUGMENTATION_KINDS, ids=lambda kind: kind.kind())
def test_a_seed_draws_the_same_changes_of_pictures(kind: type[Layer]) -> None:
    pictures = np.random.default_rng(0).random((6, 12, 10, 3), np.float32)
    stack = changing(kind)
    first, again = (
        np.asarray(build_model(stack, seed=6)(pictures, training=True)) for _ in range(2)
    )
    np.testing.assert_array_equal(first, again)
    assert (first != pictures).any()
