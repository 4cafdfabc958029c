"""Weights are read from plain HDF5 blocks of the right shape, and from nothing else."""

from __future__ import annotations

import io
from typing import Any

import h5py
import numpy as np
import pytest

from cnnviz.limits import Limits
from cnnviz.networks import NetworkError
from cnnviz.networks.keras_files.graph import LayerSpec, network_from_config
from cnnviz.networks.keras_files.schema import LAYER_KINDS, check_arguments
from cnnviz.networks.keras_files.weights import (
    not_finite,
    stored_weights,
    weight_names,
    weight_shapes,
)
from cnnviz.networks.tensorflow_runtime import load_keras

LAYERS = [
    ("Conv2D", {"filters": 6, "kernel_size": [3, 2], "groups": 2}, (8, 8, 4)),
    ("Conv2D", {"filters": 6, "kernel_size": 3, "use_bias": False}, (8, 8, 4)),
    ("DepthwiseConv2D", {"kernel_size": 3, "depth_multiplier": 2}, (8, 8, 4)),
    ("SeparableConv2D", {"filters": 5, "kernel_size": 3, "depth_multiplier": 2}, (8, 8, 4)),
    ("Conv2DTranspose", {"filters": 5, "kernel_size": 3}, (8, 8, 4)),
    ("Dense", {"units": 7}, (4,)),
    ("Dense", {"units": 7, "use_bias": False}, (3, 4)),
    ("BatchNormalization", {}, (8, 8, 4)),
    ("BatchNormalization", {"scale": False, "center": False}, (4,)),
    ("LayerNormalization", {"axis": [3, 1]}, (5, 6, 4)),
    ("LayerNormalization", {"axis": [-1, 1], "center": False}, (5, 6, 4)),
    ("GroupNormalization", {"groups": 2}, (5, 6, 4)),
    ("PReLU", {"shared_axes": [1, 2]}, (5, 6, 4)),
    ("PReLU", {}, (5, 6, 4)),
    ("Normalization", {}, (5, 6, 4)),
    ("Normalization", {"axis": [3, 1]}, (5, 6, 4)),
    ("Normalization", {"axis": None}, (5, 6, 4)),
    ("Normalization", {"mean": 1.0, "variance": 2.0}, (5, 6, 4)),
    ("UnitNormalization", {}, (5, 6, 4)),
    ("MaxPooling2D", {}, (5, 6, 4)),
]


def spec_of(kind: str, arguments: dict[str, Any]) -> LayerSpec:
    checked = check_arguments(kind, arguments, "it")
    return LayerSpec("it", kind, checked, ("image",), "it", "layers/it", kind)


@pytest.mark.parametrize(("kind", "arguments", "shape"), LAYERS)
def test_shapes_are_those_of_the_weights_that_keras_makes(kind, arguments, shape):
    layer = getattr(load_keras().layers, kind)(**arguments)
    layer.build((None, *shape))
    spec = spec_of(kind, arguments)
    expected = [tuple(weight.shape) for weight in layer.weights]
    assert list(weight_shapes(spec, shape).values()) == expected
    assert tuple(weight_shapes(spec, shape)) == weight_names(spec)


def test_every_kind_knows_its_weights():
    with_weights = {kind for kind, _, _ in LAYERS if weight_names(spec_of(kind, _example(kind)))}
    for kind in LAYER_KINDS.keys() - with_weights - {"LayerScale"}:
        assert weight_names(spec_of(kind, _example(kind))) == ()


def _example(kind: str) -> dict[str, Any]:
    example = {"filters": 1, "kernel_size": 1, "units": 1, "scale": 1.0, "height": 1, "width": 1}
    example |= {"rate": 0.1, "stddev": 0.1, "n": 1, "dims": [1], "target_shape": [1]}
    example |= {"activation": "relu", "pool_size": 1, "projection_dim": 1, "drop_path_rate": 0.1}
    arguments = LAYER_KINDS[kind].arguments
    without = {"BatchNormalization", "LayerNormalization", "GroupNormalization"}
    return {k: v for k, v in example.items() if k in arguments and kind not in without}


# Files. A dense layer from 3 to 2 is all there is.

NETWORK = network_from_config(
    {
        "class_name": "Sequential",
        "config": {
            "name": "net",
            "layers": [
                {"class_name": "InputLayer", "config": {"name": "i", "batch_shape": [None, 3]}},
                {"class_name": "Dense", "config": {"name": "dense", "units": 2}},
            ],
        },
    }
)
KERNEL, BIAS = np.arange(6, dtype=np.float32).reshape(3, 2), np.float32([7, 8])


def file_with(fill: Any, **options: Any) -> bytes:
    stream = io.BytesIO()
    with h5py.File(stream, "w", **options) as file:
        fill(file.create_group("layers/dense/vars"))
    return stream.getvalue()


def plain(group: Any) -> None:
    group["0"], group["1"] = KERNEL, BIAS


def refused(data: bytes, **limits: Any) -> str:
    with pytest.raises(NetworkError) as error:
        stored_weights(data, NETWORK, Limits(**limits))
    assert str(error.value).isprintable()
    return str(error.value)


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64, ">f4"])
def test_floats_of_any_width_are_read_as_float32(kind):
    def fill(group: Any) -> None:
        group["0"], group["1"] = KERNEL.astype(kind), BIAS.astype(kind)

    kernel, bias = stored_weights(file_with(fill), NETWORK)["dense"]
    assert kernel.dtype == bias.dtype == np.float32
    np.testing.assert_array_equal(kernel, KERNEL)
    np.testing.assert_array_equal(bias, BIAS)


def test_a_bfloat16_is_the_upper_half_of_a_float32():
    half = (KERNEL.view(np.uint32) >> 16).astype(np.uint16).view("V2")

    def fill(group: Any) -> None:
        group["0"], group["1"] = half, BIAS

    np.testing.assert_array_equal(stored_weights(file_with(fill), NETWORK)["dense"][0], KERNEL)


def test_whatever_else_a_file_holds_stays_unread():
    def fill(group: Any) -> None:
        plain(group)
        group.file["optimizer"] = h5py.ExternalLink("/etc/passwd", "/")
        group.file["more"] = h5py.SoftLink("/nowhere")

    assert len(stored_weights(file_with(fill), NETWORK)["dense"]) == 2


@pytest.mark.parametrize(
    "link", [h5py.ExternalLink("/etc/passwd", "/x"), h5py.SoftLink("/layers/dense/vars/1")]
)
@pytest.mark.parametrize("place", ["layers/dense/vars/0", "layers/dense/vars", "layers/dense"])
def test_links_are_refused(link, place):
    def fill(group: Any) -> None:
        plain(group)
        file = group.file
        del file[place]
        file[place] = link

    sentence = refused(file_with(fill))
    assert "without links" in sentence
    assert f'layer "dense" (Dense) with a link of kind {type(link).__name__}' in sentence


def test_a_virtual_dataset_is_refused(tmp_path):
    layout = h5py.VirtualLayout(shape=(3, 2), dtype=np.float32)
    layout[:] = h5py.VirtualSource(tmp_path / "other.h5", "data", shape=(3, 2))

    def fill(group: Any) -> None:
        group.create_virtual_dataset("0", layout)
        group["1"] = BIAS

    assert "which lies in another file" in refused(file_with(fill))


def test_external_storage_is_refused(tmp_path):
    secret = tmp_path / "secret"
    secret.write_bytes(bytes(24))

    def fill(group: Any) -> None:
        group.create_dataset("0", (3, 2), np.float32, external=[(str(secret), 0, 24)])
        group["1"] = BIAS

    assert "which lies in another file" in refused(file_with(fill))


@pytest.mark.parametrize(
    "storage",
    [
        {"compression": "gzip"},
        {"shuffle": True},
        {"fletcher32": True},
        {"scaleoffset": 4},
        {"chunks": (1, 2)},
        {"maxshape": (None, 2)},
    ],
)
def test_compressed_and_chunked_weights_are_refused(storage):
    def fill(group: Any) -> None:
        group.create_dataset("0", data=KERNEL, **storage)
        group["1"] = BIAS

    assert "in one block and uncompressed" in refused(file_with(fill))


def test_a_block_that_promises_more_than_it_holds_is_refused():
    def fill(group: Any) -> None:
        group.create_dataset("0", (1000, 1000), np.float32)  # never written, so never stored
        group["1"] = BIAS

    assert "stored whole. Received: kernel of layer" in refused(file_with(fill))


@pytest.mark.parametrize(
    "value", [np.int32([1]), np.bytes_("text"), np.complex64([1]), np.zeros(2, "f4,i4"), "text"]
)
def test_weights_that_are_no_floats_are_refused(value):
    def fill(group: Any) -> None:
        group["0"], group["1"] = value, BIAS

    assert "array of floats" in refused(file_with(fill))


def test_an_empty_dataset_and_a_group_are_no_weights():
    def empty(group: Any) -> None:
        group["0"], group["1"] = h5py.Empty("f4"), BIAS

    def nested(group: Any) -> None:
        group.create_group("0")
        group["1"] = BIAS

    assert "must be an array" in refused(file_with(empty))
    assert "must be an array" in refused(file_with(nested))


@pytest.mark.parametrize("stored", [[], ["0"], ["0", "1", "2"]])
def test_missing_and_additional_weights_are_refused(stored):
    def fill(group: Any) -> None:
        for name in stored:
            group[name] = BIAS

    assert (
        f'2 stored weights (kernel, bias). Received: layer "dense" (Dense) with {len(stored)}'
        in (refused(file_with(fill)))
    )


def test_weights_under_other_names_are_refused():
    def fill(group: Any) -> None:
        group["0"], group["x"] = KERNEL, BIAS

    assert "must be an array. Received: bias of" in refused(file_with(fill))


def test_too_many_weights_are_refused_with_their_number():
    assert refused(file_with(plain), model_parameters=0.000007) == (
        "An uploaded network may have 7 weights; the variable CNNVIZ_MODEL_PARAMETERS sets this "
        'limit. Received: 8, of which 8 in layer "dense" (Dense).'
    )


@pytest.mark.parametrize("length", [0, 8, 100, 1000])
def test_a_damaged_file_is_refused(length):
    data = file_with(plain)
    assert "must be a whole HDF5 file" in refused(data[:length])


def test_a_file_with_any_byte_changed_is_read_or_refused():
    data = file_with(plain)
    draw = np.random.default_rng(0)
    for position in draw.integers(0, len(data), 200):
        changed = bytearray(data)
        changed[position] ^= int(draw.integers(1, 256))
        try:
            weights = stored_weights(bytes(changed), NETWORK)
            sentence = "" if len(weights["dense"]) == 2 else "half"
        except NetworkError as error:
            sentence = str(error)
        assert sentence == "" or sentence.endswith(".")


def test_layers_with_nan_are_named():
    weights = {"a": [KERNEL, BIAS], "b": [np.float32([np.inf])], "c": [np.float32([np.nan])]}
    assert not_finite(weights) == ("b", "c")
