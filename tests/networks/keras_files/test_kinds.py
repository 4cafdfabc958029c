"""What is no layer for pictures is refused as what it is."""

from __future__ import annotations

import pytest

from cnnviz.networks import NetworkError
from cnnviz.networks.keras_files.kinds import check_kind, check_origin
from cnnviz.networks.keras_files.schema import LAYER_KINDS, TRAINING_ONLY
from cnnviz.networks.tensorflow_runtime import load_keras

SAID = 'layer "it" (Kind)'


@pytest.mark.parametrize(
    "kind", ["Lambda", "TFSMLayer", "Conv2d", "os.system", "LSTM", "", None, 3, ["Dense"]]
)
def test_a_kind_outside_the_schema_is_refused_by_the_layers_name(kind):
    with pytest.raises(NetworkError, match=r'Received: layer "it"'):
        check_kind(kind, SAID)


def test_a_lambda_is_refused_with_the_reason_and_a_way_out():
    with pytest.raises(NetworkError, match=r"a Lambda layer is code: use Rescaling"):
        check_kind("Lambda", SAID)


@pytest.mark.parametrize(
    "entry",
    [
        {"module": "os"},
        {"module": "__main__", "registered_name": "Dense"},
        {"module": "keras_evil.layers"},
        {"module": None, "registered_name": "Custom>Dense"},
        {"module": ["keras"]},
    ],
)
def test_a_custom_class_is_refused_even_under_the_name_of_a_known_one(entry):
    with pytest.raises(NetworkError, match=r"never a custom class\. Received: layer"):
        check_origin(entry, SAID)


@pytest.mark.parametrize(
    ("kind", "things"),
    [
        ("LSTM", "sequences"),
        ("Embedding", "sequences"),
        ("MultiHeadAttention", "sequences"),
        ("Conv1D", "sequences"),
        ("Conv3D", "volumes"),
        ("TextVectorization", "words and tables"),
        ("MelSpectrogram", "sound"),
    ],
)
def test_a_layer_of_keras_for_other_things_is_refused_as_such(kind, things):
    sentence = rf"^A network must look at a picture, and Keras's {kind} works on {things}\. Rec"
    with pytest.raises(NetworkError, match=sentence):
        check_kind(kind, SAID)


def test_what_is_keras_s_own_is_not_called_a_custom_class():
    with pytest.raises(NetworkError, match="none of the kinds for pictures that cnnviz can read"):
        check_kind("Einsum", SAID, "keras.src.ops.numpy")
    with pytest.raises(NetworkError, match="never a custom class"):
        check_kind("Einsum", SAID, "mine.ops")


def test_every_layer_of_keras_is_read_or_refused_as_keras_s_own():
    layers = load_keras().layers
    kinds = [name for name in dir(layers) if isinstance(getattr(layers, name), type)]
    assert len(kinds) > 100
    for kind in set(kinds) - LAYER_KINDS.keys() - TRAINING_ONLY:
        with pytest.raises(NetworkError) as refused:
            check_kind(kind, SAID, "keras.layers")
        assert "custom class" not in str(refused.value)
