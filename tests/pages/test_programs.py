"""The Keras programs of the pages on activations and layers give the pages' numbers."""

import numpy as np
import pytest
from PIL import Image

from cnnviz.activations import ACTIVATIONS, cross_entropy, softmax
from cnnviz.activations import code as activation_code
from cnnviz.activations.dead_relus import (
    ReluTask,
    dead_relu_training,
    start_relu_training,
    two_moons,
)
from cnnviz.activations.gradients import build_stack, gradient_by_depth
from cnnviz.activations.maps import activated_map
from cnnviz.images.samples import open_sample
from cnnviz.layers import code as layer_code
from cnnviz.layers.connections import lines
from cnnviz.layers.operations import dropout, flatten, weight_counts
from cnnviz.layers.tutorial_network import tutorial_maps, tutorial_weights


@pytest.fixture
def run(tf, tmp_path, monkeypatch, capsys):
    """Run a program beside the files it reads; gives what it leaves in `result`."""
    monkeypatch.chdir(tmp_path)

    def answer(program, **files):
        for name, arrays in files.items():
            np.savez(f"{name}.npz", **arrays)
        names = {}
        exec(compile(program, "program", "exec"), names)
        assert capsys.readouterr().out.strip()
        return names["result"]

    return answer


def parameters_of(key):
    return {name: spec.default for name, spec in ACTIVATIONS[key].parameters.items()}


@pytest.mark.parametrize("key", ACTIVATIONS)
def test_a_curve_and_its_slope(run, key):
    parameters = parameters_of(key)
    found = run(activation_code.curve_code(key, parameters, least=-6, most=6, count=121))
    curve = ACTIVATIONS[key].curve(-6, 6, 121, **parameters)
    np.testing.assert_allclose(found, np.stack([curve.y, curve.slope]), rtol=0, atol=1e-5)


def test_a_filtered_map_after_an_activation(run):
    grey = np.random.default_rng(0).integers(0, 256, (9, 12), np.uint8)
    Image.fromarray(grey).save("picture.png")
    kernel = np.array([[-1, 0, 1], [-2, 0, 2]], np.float32)
    program = activation_code.map_code(
        "leaky_relu", {"negative_slope": 0.3}, kernel, scale=0.5, bias=-0.25
    )
    expected = activated_map(
        grey[..., np.newaxis],
        kernel,
        ACTIVATIONS["leaky_relu"],
        scale=0.5,
        bias=-0.25,
        negative_slope=0.3,
    )
    np.testing.assert_allclose(run(program), expected.after, rtol=0, atol=1e-5)


@pytest.mark.parametrize("key", ["sigmoid", "relu", "gelu"])
def test_gradients_by_depth(run, key):
    inputs = np.random.default_rng(1).standard_normal((16, 12))
    labels = np.arange(16) % 10
    settings = {"depth": 25, "width": 8, "seed": 3}
    weights = build_stack(features=12, **settings)
    stack = {f"weights_{layer}": matrix for layer, matrix in enumerate(weights)}
    program = activation_code.stack_code(key, parameters_of(key), depth=25)
    found = run(program, stack={"inputs": inputs, "labels": labels, **stack})
    expected = gradient_by_depth(key, inputs=inputs, labels=labels, **settings)
    np.testing.assert_allclose(found, expected.weight_gradient_rms, rtol=1e-5)


@pytest.mark.parametrize("slope", [0.0, 0.1])
def test_a_training_run_of_relus(run, slope):
    task = ReluTask(two_moons(64), width=8, learning_rate=1.0, bias_shift=2.0, negative_slope=slope)
    start = start_relu_training(task)
    files = {
        "points": task.examples.points,
        "labels": task.examples.labels,
        **{f"weights_{layer}": weights for layer, weights in enumerate(start.weights)},
        **{f"biases_{layer}": biases for layer, biases in enumerate(start.biases)},
    }
    program = activation_code.relu_training_code(learning_rate=1.0, steps=25, negative_slope=slope)
    found = run(program, relu_training=files)
    np.testing.assert_array_equal(found, dead_relu_training(task, 25).silent[-1])


def test_softmax_and_its_loss(run):
    logits = np.array([100.0, 98.5, -3.0], np.float32)
    found = run(activation_code.softmax_code(logits, 1, temperature=0.5))
    expected = [*softmax(logits, temperature=0.5), cross_entropy(logits, 1, temperature=0.5)]
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-7)


def test_flatten(run):
    maps = np.random.default_rng(0).random((4, 3, 2), np.float32)
    np.testing.assert_array_equal(
        run(layer_code.flatten_code(), flatten={"maps": maps}), flatten(maps)
    )


def test_a_dense_layer(run):
    found = tutorial_maps(open_sample("lizard"))
    weights = tutorial_weights()
    files = {
        "maps": found.pool,
        "weights": weights["dense/kernel"],
        "bias": weights["dense/bias"],
    }
    np.testing.assert_allclose(
        run(layer_code.dense_code(), dense=files), found.logits, rtol=0, atol=1e-4
    )


@pytest.mark.parametrize("spatial", [False, True])
@pytest.mark.parametrize("training", [False, True])
def test_dropout(run, training, spatial):
    maps = np.random.default_rng(0).random((4, 4, 6), np.float32)
    expected = dropout(maps, 0.3, 5, training=training, spatial=spatial)
    program = layer_code.dropout_code(0.3, training=training, spatial=spatial)
    found = run(program, dropout={"maps": maps, "mask": expected.mask})
    np.testing.assert_allclose(found, expected.result, rtol=0, atol=1e-6)


@pytest.mark.parametrize(("side", "units"), [(64, 100), (1000, 1000)])
def test_the_cost_of_layers(run, side, units):
    counts = weight_counts(side, 3, units, 3, 32)
    found = run(layer_code.cost_code(side, 3, units=units, kernel=3, filters=32))
    assert found == [counts.dense.parameters, counts.convolution.parameters]


@pytest.mark.parametrize(("stride", "padding"), [(1, "valid"), (2, "same")])
def test_connections(run, stride, padding):
    expected = lines("convolution", 6, 3, stride=stride, padding=padding)
    found = run(layer_code.connections_code(6, 3, stride=stride, padding=padding))
    matrix = np.full(found.shape, -1)
    matrix[expected.input, expected.output] = expected.weight
    np.testing.assert_array_equal(found, matrix)
