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
        "bias_regularizer": L2,
        "activity_regularizer": L2,
        "depthwise_constraint": described("NonNeg"),
        "pointwise_constraint": described("MaxNorm", max_value=3, axis=[0, 1, 2]),
    }
    assert training_arguments("SeparableConv2D", given) == {
        "depthwise_initializer": {"class_name": "HeNormal", "config": {"seed": 0}},
        "pointwise_initializer": {"class_name": "RandomNormal", "config": {"seed": 0}},
        "pointwise_regularizer": {"class_name": "L2", "config": {"l2": 0.5}},
        "bias_initializer": {"class_name": "Ones", "config": {}},
        "bias_regularizer": {"class_name": "L2", "config": {"l2": 0.5}},
        "activity_regularizer": {"class_name": "L2", "config": {"l2": 0.5}},
        "depthwise_constraint": {"class_name": "NonNeg", "config": {}},
        "pointwise_constraint": {
            "class_name": "MaxNorm",
            "config": {"max_value": 3, "axis": [0, 1, 2]},
        },
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
        *(described("UnitNorm"), described("UnitNorm", axis=-1), described("UnitNorm", axis=2)),
        *(described("UnitNorm", axis=[]), described("UnitNorm", axis=[True]), described("os")),
        *(described("MaxNorm", max_value=0, axis=0), described("MaxNorm", max_value=1e9, axis=0)),
        *(described("MaxNorm", max_value="2", axis=0), described("NonNeg", axis=0)),
        described("Orthogonal", gain=2.0, seed=None),
    ],
    ids=str,
)
def test_what_is_not_is_dropped(value):
    names = ("initializer", "regularizer", "constraint")
    given = {f"kernel_{name}": value for name in names} | {"activity_regularizer": value}
    assert training_arguments("Dense", given) == {}
    assert training_arguments("ReLU", {"kernel_regularizer": L2, "activity_regularizer": L2}) == {}
