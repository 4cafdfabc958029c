"""What only training needs is kept where it is known, and nothing else of it."""

import math

import pytest

from cnnviz.networks.keras_files.training_arguments import training_arguments

L2 = {"module": "keras.regularizers", "class_name": "L2", "config": {"l2": 0.5}}


def described(kind, **config):
    return {"module": "anything", "class_name": kind, "config": config}


def test_what_is_known_is_kept_without_its_module():
    given = {
        "depthwise_initializer": described("HeNormal", seed=7, input_axes=None, output_axes=None),
        "pointwise_initializer": described("RandomNormal", mean=0.0, stddev=0.05, seed=None),
        "pointwise_regularizer": L2,
        "bias_initializer": described("Ones"),
    }
    assert training_arguments("SeparableConv2D", given) == {
        "depthwise_initializer": {"class_name": "HeNormal", "config": {"seed": 0}},
        "pointwise_initializer": {"class_name": "RandomNormal", "config": {"seed": 0}},
        "pointwise_regularizer": {"class_name": "L2", "config": {"l2": 0.5}},
        "bias_initializer": {"class_name": "Ones", "config": {}},
    }


@pytest.mark.parametrize(
    "value",
    [
        *(None, 3, "os", ["L2"], {}, {"class_name": "L2"}, {"class_name": ["L2"], "config": {}}),
        *(described("Custom", l2=1.0), described("L2"), described("L2", l2=1.0, module="os")),
        *(described("L2", l2="1"), described("L2", l2=True), described("L2", l2=[1.0])),
        *(described("L2", l2=-1.0), described("L2", l2=math.nan), described("L1", l2=0.1)),
        *(described("GlorotUniform", seed=1), described("HeNormal", seed=0, scale=2)),
        *(described("RandomNormal", mean=0.0, stddev=1.0), described("Zeros", value=1)),
    ],
    ids=str,
)
def test_what_is_not_is_dropped(value):
    given = {"kernel_initializer": value, "kernel_regularizer": value, "activity_regularizer": L2}
    assert training_arguments("Dense", given) == {}
    assert training_arguments("ReLU", {"kernel_regularizer": L2}) == {}
