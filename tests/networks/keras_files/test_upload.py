"""An uploaded file is opened as data: good ones answer as in Keras, hostile ones get a sentence."""

from __future__ import annotations

import io
import json
import os
import pickle
import struct
import sys
import zipfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from cnnviz.limits import MEBIBYTE, Limits
from cnnviz.networks import Network, NetworkError, read_network
from cnnviz.networks.keras_files import upload as reading
from cnnviz.networks.keras_files.upload import allowance_for, read_archive, read_upload, rehearse
from cnnviz.networks.tensorflow_runtime import load_keras
from cnnviz.server.sandbox import Allowance, SandboxError
from tests.networks.keras_files.archives import (
    config_of,
    layer_config,
    members_of,
    packed,
    randomised,
    saved,
    with_config,
    with_weights,
)
from tests.networks.keras_files.here import run_here


@pytest.fixture(scope="module")
def original() -> Any:
    layers = load_keras().layers
    return randomised(
        load_keras().Sequential(
            [
                layers.Input((16, 16, 3), name="image"),
                layers.Conv2D(4, 3, activation="relu", name="conv"),
                layers.Flatten(name="flat"),
                layers.Dense(3, activation="softmax", name="dense"),
            ],
            name="small",
        )
    )


@pytest.fixture(scope="module")
def good(original: Any) -> bytes:
    return saved(original)


def archive_refused(data: bytes, **limits: Any) -> str:
    with pytest.raises(NetworkError) as error:
        read_archive(data, Limits(**limits))
    assert str(error.value).isprintable()
    return str(error.value)


def refused(data: bytes, **options: Any) -> str:
    """Read a file the whole way, child and all; return the sentence it is refused with."""
    with pytest.raises(NetworkError) as error:
        read_upload(data, **options)
    assert str(error.value).isprintable()
    return str(error.value)


# The archive


def test_a_file_of_keras_is_taken_apart(good):
    archive = read_archive(good)
    assert archive.config["class_name"] == "Sequential"
    assert archive.keras_version.startswith("3.")
    assert archive.weights.startswith(b"\x89HDF")


def test_a_deflated_file_is_read_too(good):
    assert read_archive(packed(members_of(good), zipfile.ZIP_DEFLATED)) == read_archive(good)


@pytest.mark.parametrize(
    "name", ["../../evil.py", "/etc/cron.d/evil", "assets/vocabulary.txt", "config.json/", "C:\\x"]
)
def test_any_other_member_is_refused(good, name):
    sentence = archive_refused(packed({**members_of(good), name: b"x"}))
    assert sentence.startswith("A .keras file must hold config.json, metadata.json, model.weights")
    assert json.dumps(name) in sentence


@pytest.mark.parametrize("name", ["config.json", "metadata.json", "model.weights.h5"])
def test_a_missing_member_is_refused(good, name):
    members = members_of(good)
    del members[name]
    assert f'Received: none of the name "{name}".' in archive_refused(packed(members))


def test_double_members_are_refused(good):
    stream = io.BytesIO(good)
    with (
        pytest.warns(UserWarning, match="Duplicate"),
        zipfile.ZipFile(stream, "a") as archive,
    ):
        archive.writestr("config.json", b"{}")
    assert "4 members, some of one name" in archive_refused(stream.getvalue())


@pytest.mark.parametrize("name", ["config.json", "metadata.json", "model.weights.h5"])
def test_a_zip_bomb_is_refused_before_it_is_unpacked(good, name):
    bomb = packed({**members_of(good), name: bytes(60 * MEBIBYTE)}, zipfile.ZIP_DEFLATED)
    assert len(bomb) < MEBIBYTE
    assert f"{name} may take" in archive_refused(bomb)
    assert "Received: 62,914,560." in archive_refused(bomb)


def test_a_member_that_unpacks_to_more_than_it_says_is_refused(good):
    members = {**members_of(good), "metadata.json": b" " * 60_000 + b"{}"}
    data = bytearray(packed(members, zipfile.ZIP_DEFLATED))
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = data.index(signature)
        while b"metadata.json" not in data[place : place + 80]:
            place = data.index(signature, place + 4)
        data[place + offset : place + offset + 4] = struct.pack("<I", 10)
    assert "damaged or cut off" in archive_refused(bytes(data))


def test_an_encrypted_member_is_refused(good):
    data = bytearray(good)
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert "must not be encrypted" in archive_refused(bytes(data))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_ways_of_packing_are_refused(good, method):
    assert "packed in another way" in archive_refused(packed(members_of(good), method))


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_truncated_file_is_refused(good, share):
    assert "damaged or cut off" in archive_refused(good[: int(share * len(good))])


def test_a_file_with_a_wrong_checksum_is_refused(good):
    place = good.index(b'"class_name"')
    changed = good[:place] + b'"klass_name"' + good[place + 12 :]
    assert "damaged or cut off" in archive_refused(changed)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff", b"[" * 100_000, b'{"a": NaN}', b"1" * 10_000, b"'a'"]
)
def test_a_config_that_is_no_json_is_refused(good, content):
    sentence = archive_refused(packed({**members_of(good), "config.json": content}))
    assert sentence == "config.json must be JSON as Keras writes it. Received: something else."


@pytest.mark.parametrize("metadata", [{}, {"keras_version": "2.15.0"}, {"keras_version": 3}, []])
def test_a_file_of_keras_2_is_refused_with_the_line_that_converts_it(good, metadata):
    content = json.dumps(metadata).encode()
    sentence = archive_refused(packed({**members_of(good), "metadata.json": content}))
    assert 'keras.models.load_model("model.keras").save("model.keras")' in sentence


# Other formats


def hdf5() -> bytes:
    stream = io.BytesIO()
    with h5py.File(stream, "w") as file:
        file["a"] = 1
    return stream.getvalue()


OTHER_FORMATS: dict[str, tuple[bytes, str, str]] = {
    "h5": (hdf5(), "an HDF5 file", 'load_model("model.h5").save("model.keras")'),
    "SavedModel": (packed({"m/saved_model.pb": b"x"}), "a SavedModel", "tf_keras.models.load_mod"),
    "PyTorch": (packed({"archive/data.pkl": b"x"}), "a PyTorch file", "torch.onnx.export"),
    "pickle": (pickle.dumps({"a": 1}), "a pickle", 'pickle.load(open("model.pkl", "rb")).save('),
    "ONNX": (b"\x08\x07\x12\x07pytorch", "an ONNX file", "onnx2tf.convert"),
    "TensorFlow Lite": (b"\x1c\x00\x00\x00TFL3", "a TensorFlow Lite file", "model.save("),
    "empty": (b"", "0 bytes of something else", 'model.save("model.keras")'),
    "picture": (b"\x89PNG\r\n", "6 bytes of something else", 'model.save("model.keras")'),
}


@pytest.mark.parametrize("name", OTHER_FORMATS)
def test_another_format_is_refused_with_the_line_that_converts_it(name):
    data, received, line = OTHER_FORMATS[name]
    sentence = refused(data)
    assert line in sentence
    assert received in sentence.partition("Received: ")[2]


def kept_by_keras(original: Any, folder: Path, name: str) -> bytes:
    path = folder / name
    save = original.save_weights if name.endswith(".weights.h5") else original.save
    save(path)
    return path.read_bytes()


@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file")
@pytest.mark.parametrize("file_name", ["kept", "model.h5"])
def test_weights_alone_are_told_from_a_whole_network_in_hdf5(original, tmp_path, file_name):
    weights = kept_by_keras(original, tmp_path, "model.weights.h5")
    sentence = refused(weights, file_name=file_name)
    assert 'model.load_weights("model.weights.h5"); model.save("model.keras")' in sentence
    assert sentence.endswith("Received: an HDF5 file of weights alone.")
    whole = kept_by_keras(original, tmp_path, "model.h5")
    assert 'keras.models.load_model("model.h5")' in refused(whole, file_name=file_name)


def test_weights_alone_are_known_by_their_name(tmp_path):
    assert "weights alone" in refused(hdf5(), file_name="Mine.WEIGHTS.h5")


def test_a_files_name_helps_to_recognise_its_format():
    assert "a PyTorch file" in refused(pickle.dumps(1), file_name="weights.PTH")
    assert "an ONNX file" in refused(b"something", file_name="net.onnx")
    assert "a SavedModel" in refused(b"something", file_name="saved_model.pb")


def test_a_pickle_is_never_opened(tmp_path):
    trace = tmp_path / "was here"

    class Trap:
        def __reduce__(self) -> tuple[Callable[..., Any], tuple[str, int]]:
            return os.mkdir, (str(trace), 0o700)

    assert "a pickle" in refused(pickle.dumps(Trap()))
    assert not trace.exists()


def test_a_file_beyond_the_size_is_refused_with_the_way_to_make_it_smaller(good):
    sentence = refused(good, limits=Limits(model_megabytes=0.01))
    assert sentence.startswith("A .keras file may take 0.01 MiB; without its optimizer")
    assert "CNNVIZ_MODEL_MEGABYTES sets this limit" in sentence
    assert sentence.endswith(f"Received: {len(good) / MEBIBYTE:,.1f} MiB.")


# The whole way, in this process


def rehearsal_refused(data: bytes) -> str:
    with pytest.raises(NetworkError) as error:
        rehearse(data, file_name="", input_side=None, limits=asdict(Limits()))
    assert str(error.value).isprintable()
    return str(error.value)


def lambda_from(function: Callable[..., Any]) -> bytes:
    layers = load_keras().layers
    return saved(
        load_keras().Sequential(
            [layers.Input((8, 8, 3)), layers.Lambda(function, name="evil"), layers.Flatten()]
        )
    )


def test_a_marshalled_lambda_is_refused():
    data = lambda_from(lambda x: x + 1)
    assert "__lambda__" in json.dumps(config_of(data))
    assert rehearsal_refused(data) == (
        "An uploaded network is read as data, and a Lambda layer is code: use Rescaling, "
        'Activation or another built-in layer instead. Received: layer "evil" (Lambda).'
    )


def test_a_lambda_over_a_function_of_keras_is_refused():
    data = lambda_from(load_keras().ops.relu)
    assert 'Received: layer "evil" (Lambda).' in rehearsal_refused(data)


def test_an_arbitrary_module_is_refused_and_not_imported(good):
    def change(config: dict[str, Any]) -> None:
        entry = layer_config(config, "conv")
        entry |= {"module": "antigravity", "class_name": "Conv2D", "registered_name": "x"}

    sentence = rehearsal_refused(with_config(good, change))
    assert 'Received: layer "conv" (Conv2D), from "antigravity".' in sentence
    assert "antigravity" not in sys.modules


def test_a_function_as_activation_is_refused(good):
    def change(config: dict[str, Any]) -> None:
        function = {"module": "os", "class_name": "function", "config": "system"}
        layer_config(config, "conv")["config"]["activation"] = function

    assert rehearsal_refused(with_config(good, change)).startswith(
        "The argument activation of a Conv2D must be the name of one of Keras's activations, "
        'never a function. Received: layer "conv" (Conv2D), activation={"module": "os"'
    )


def test_a_custom_layer_is_refused():
    keras = load_keras()

    class Mine(keras.layers.Layer):
        def call(self, x: Any) -> Any:
            return x

    layers = keras.layers
    network = keras.Sequential([layers.Input((8, 8, 3)), Mine(name="mine"), layers.Flatten()])
    assert 'never a custom class. Received: layer "mine" (Mine)' in rehearsal_refused(
        saved(network)
    )


def test_a_kernel_that_its_reader_would_crash_over_is_refused_before_tensorflow_is_there(good):
    def change(config: dict[str, Any]) -> None:
        layer_config(config, "conv")["config"] |= {"kernel_size": [256, 256], "dilation_rate": 2}

    with pytest.raises(NetworkError, match="A kernel with gaps") as refusal:
        read_upload(with_config(good, change))
    cause = refusal.value.__cause__
    assert isinstance(cause, SandboxError)
    assert cause.usage is not None
    assert cause.usage.memory_bytes < 300 * MEBIBYTE  # TensorFlow alone takes 600


def test_a_picture_of_ten_billion_pixels_is_refused(good):
    def change(config: dict[str, Any]) -> None:
        layer_config(config, "image")["config"]["batch_shape"] = [None, 100_000, 100_000, 3]

    assert "Received: 100,000 x 100,000." in rehearsal_refused(with_config(good, change))


@pytest.mark.parametrize(
    "link", [h5py.ExternalLink("/etc/passwd", "/x"), h5py.SoftLink("/layers/dense/vars/0")]
)
def test_links_in_the_weights_are_refused(good, link):
    def change(file: Any) -> None:
        del file["layers/conv2d/vars/0"]
        file["layers/conv2d/vars/0"] = link

    sentence = rehearsal_refused(with_weights(good, change))
    assert f'Received: layer "conv" (Conv2D) with a link of kind {type(link).__name__}' in sentence


def test_weights_of_a_wrong_shape_are_refused(good):
    def change(file: Any) -> None:
        del file["layers/dense/vars/1"]
        file["layers/dense/vars/1"] = np.zeros(4, np.float32)

    assert 'layer "dense" (Dense), bias of shape (4,) instead of (3,)' in rehearsal_refused(
        with_weights(good, change)
    )


def test_every_weight_comes_back_from_a_rehearsal(good, original):
    values, arrays = rehearse(good, file_name="", input_side=None, limits=asdict(Limits()))
    assert values == {"notes": []}
    for received, weight in zip(arrays.values(), original.weights, strict=True):
        np.testing.assert_array_equal(received, np.asarray(weight))


def test_a_network_whose_answer_is_nan_is_read_and_reported():
    layers = load_keras().layers
    network = load_keras().Sequential(
        [
            layers.Input((8, 8, 3)),
            layers.Rescaling(-1.0, offset=-1.0),
            layers.BatchNormalization(name="norm"),
            layers.Flatten(),
            layers.Dense(2, activation="softmax"),
        ]
    )
    network.layers[1].moving_variance.assign([-1.0, -1.0, -1.0])
    values, _ = rehearse(saved(network), file_name="", input_side=None, limits=asdict(Limits()))
    assert values["notes"] == ['Its answer to noise is NaN or infinite, from "norm" on.']


def test_a_network_is_given_alone_where_nothing_else_is_asked(good, monkeypatch):
    monkeypatch.setattr(reading, "run_apart", run_here)
    network = read_network(good, labels=["a", "b", "c"])
    assert isinstance(network, Network)
    assert network.labels == ("a", "b", "c")


def test_a_known_network_is_recognised(monkeypatch):
    monkeypatch.setattr(reading, "run_apart", run_here)
    keras = load_keras()
    model = keras.applications.MobileNetV2(weights=None, alpha=0.35, input_shape=(32, 32, 3))
    upload = read_upload(saved(model))
    assert upload.network.preprocessing.name == "-1 to 1"
    assert upload.network.labels[281] == "tabby cat"
    assert upload.notes[-2:] == (
        "Recognised as MobileNetV2 of keras.applications. Pixels: -1 to 1, as MobileNetV2 was "
        "trained.",
        "Its 1,000 classes are named as ImageNet's.",
    )


def test_nan_weights_are_accepted_and_reported(good, monkeypatch):
    monkeypatch.setattr(reading, "run_apart", run_here)

    def change(file: Any) -> None:
        file["layers/conv2d/vars/0"][:] = np.nan

    upload = read_upload(with_weights(good, change))
    assert upload.notes == ("Some weights are NaN or infinite, in conv.",)


def test_a_larger_file_is_allowed_more():
    assert allowance_for(Limits()).memory_bytes <= 1.5 * 1024 * MEBIBYTE
    assert allowance_for(Limits()).reply_bytes > 20_000_000
    roomy, usual = allowance_for(Limits(model_megabytes=200)), allowance_for(Limits())
    assert roomy.memory_bytes - usual.memory_bytes == 180 * 12 * MEBIBYTE
    assert roomy.seconds > usual.seconds
    long = allowance_for(Limits(model_multiply_adds=120, model_map_numbers=264))
    assert long.processor_seconds - usual.processor_seconds == 3 * 18
    assert long.memory_bytes - usual.memory_bytes == 8 * 200_000_000


# The whole way, through the child. Each start of a child costs some seconds.


def test_a_good_file_answers_as_in_keras(good, original):
    state = load_keras().config.dtype_policy().name
    upload = read_upload(good, labels=["a", "b", "c"], preprocessing="minus_one_to_one")
    assert upload.usage.memory_bytes < 1.5 * 1024 * MEBIBYTE
    network = upload.network
    assert isinstance(network, Network)
    assert network.labels == ("a", "b", "c")
    picture = np.random.default_rng(0).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    expected = original(network.preprocess(picture)[np.newaxis]).numpy()[0]
    np.testing.assert_allclose(network.probabilities(picture), expected, rtol=1e-5, atol=1e-6)
    assert load_keras().config.dtype_policy().name == state


def test_a_refusal_comes_from_the_child_as_the_same_sentence():
    assert 'Received: layer "evil" (Lambda).' in refused(lambda_from(lambda x: x))


def test_a_killed_child_leaves_the_server_as_it_was(good, monkeypatch):
    tight = Allowance(memory_bytes=450 * MEBIBYTE)  # less than TensorFlow alone
    monkeypatch.setattr("cnnviz.networks.keras_files.upload.allowance_for", lambda _: tight)
    assert refused(good) == (
        "Reading a file may take 450 MiB of memory; the variable CNNVIZ_MODEL_MEGABYTES sets "
        "this limit. Received: a file that needs more."
    )
    assert load_keras().layers.Flatten()(np.ones((1, 2, 2))).shape == (1, 4)
