"""The Keras programs of the page on activations give the page's numbers."""

import numpy as np
import pytest
from PIL import Image

from cnnviz.activations import ACTIVATIONS, cross_entropy, softmax
from cnnviz.activations.code import (
    curve_code,
    map_code,
    relu_training_code,
    softmax_code,
    stack_code,
)
from cnnviz.activations.dead_relus import (
    ReluTask,
    start_relu_training,
    two_moons,
)
from cnnviz.activations.gradients import build_stack, gradient_by_depth
from cnnviz.activations.maps import activated_map
from tests.activations.training import trained


def parameters_of(key):
    return {name: spec.default for name, spec in ACTIVATIONS[key].parameters.items()}


@pytest.mark.parametrize("key", ACTIVATIONS)
def test_a_curve_and_its_slope(run_program, key):
    parameters = parameters_of(key)
    found = run_program(curve_code(key, parameters, least=-6, most=6, count=121))
    curve = ACTIVATIONS[key].curve(-6, 6, 121, **parameters)
    np.testing.assert_allclose(found, np.stack([curve.y, curve.slope]), rtol=0, atol=1e-5)


def test_a_filtered_map_after_an_activation(run_program):
    grey = np.random.default_rng(0).integers(0, 256, (9, 12), np.uint8)
    Image.fromarray(grey).save("picture.png")
    kernel = np.array([[-1, 0, 1], [-2, 0, 2]], np.float32)
    program = map_code("leaky_relu", {"negative_slope": 0.3}, kernel, scale=0.5, bias=-0.25)
    expected = activated_map(
        grey[..., np.newaxis],
        kernel,
        ACTIVATIONS["leaky_relu"],
        scale=0.5,
        bias=-0.25,
        parameters={"negative_slope": 0.3},
    )
    np.testing.assert_allclose(run_program(program), expected.after, rtol=0, atol=1e-5)


@pytest.mark.parametrize("key", ["sigmoid", "relu", "gelu"])
def test_gradients_by_depth(run_program, key):
    inputs = np.random.default_rng(1).standard_normal((16, 12))
    labels = np.arange(16) % 10
    settings = {"depth": 25, "width": 8, "seed": 3}
    weights = build_stack(features=12, **settings)
    stack = {f"weights_{layer}": matrix for layer, matrix in enumerate(weights)}
    program = stack_code(key, parameters_of(key), depth=25)
    found = run_program(program, stack={"inputs": inputs, "labels": labels, **stack})
    expected = gradient_by_depth(key, inputs=inputs, labels=labels, **settings)
    np.testing.assert_allclose(found, expected.weight_gradient_rms, rtol=1e-5)


@pytest.mark.parametrize("slope", [0.0, 0.1])
def test_a_training_run_of_relus(run_program, slope):
    task = ReluTask(two_moons(64), width=8, learning_rate=1.0, bias_shift=2.0, negative_slope=slope)
    start = start_relu_training(task)
    files = {
        "points": task.examples.points,
        "labels": task.examples.labels,
        **{f"weights_{layer}": weights for layer, weights in enumerate(start.weights)},
        **{f"biases_{layer}": biases for layer, biases in enumerate(start.biases)},
    }
    program = relu_training_code(learning_rate=1.0, steps=25, negative_slope=slope)
    found = run_program(program, relu_training=files)
    np.testing.assert_array_equal(found, trained(task, 25).silent[-1])


def test_softmax_and_its_loss(run_program):
    logits = np.array([100.0, 98.5, -3.0], np.float32)
    found = run_program(softmax_code(logits, 1, temperature=0.5))
    expected = [*softmax(logits, temperature=0.5), cross_entropy(logits, 1, temperature=0.5)]
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-7)
