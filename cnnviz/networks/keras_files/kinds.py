"""Which classes of a `.keras` file are read, and what is said of those that are not.

A class is known by its name alone: nothing is imported or looked up.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cnnviz.networks.keras_files.schema import LAYER_KINDS
from cnnviz.networks.layers import NetworkError
from cnnviz.notation import shown

_REFUSED_KINDS = {
    "Lambda": (
        "An uploaded network is read as data, and a Lambda layer is code: use Rescaling, "
        "Activation or another built-in layer instead."
    ),
    "TFSMLayer": "An uploaded network is read as data, and a TFSMLayer runs a SavedModel.",
}

# Keras's own layers for other things than pictures.
_SEQUENCE_LAYERS = frozenset(
    {
        *("AdditiveAttention", "Attention", "AveragePooling1D", "Bidirectional", "Conv1D"),
        *("Conv1DTranspose", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", "Cropping1D"),
        *("DepthwiseConv1D", "Embedding", "GlobalAveragePooling1D", "GlobalMaxPooling1D"),
        *("GRU", "GRUCell", "GroupQueryAttention", "LSTM", "LSTMCell", "Masking"),
        *("MaxPooling1D", "MultiHeadAttention", "RNN", "ReversibleEmbedding", "SeparableConv1D"),
        *("SimpleRNN", "SimpleRNNCell", "SpatialDropout1D", "StackedRNNCells"),
        *("TimeDistributed", "UpSampling1D", "ZeroPadding1D"),
    }
)
_VOLUME_LAYERS = frozenset(
    {
        *("AveragePooling3D", "Conv3D", "Conv3DTranspose", "Cropping3D"),
        *("GlobalAveragePooling3D", "GlobalMaxPooling3D", "MaxPooling3D", "SpatialDropout3D"),
        *("UpSampling3D", "ZeroPadding3D"),
    }
)
_TABLE_LAYERS = frozenset(
    {
        *("CategoryEncoding", "Discretization", "HashedCrossing", "Hashing", "IntegerLookup"),
        *("StringLookup", "TextVectorization"),
    }
)
_SOUND_LAYERS = frozenset({"MelSpectrogram", "STFTSpectrogram"})
_WORKS_ON = {
    **dict.fromkeys(_SEQUENCE_LAYERS, "sequences"),
    **dict.fromkeys(_VOLUME_LAYERS, "volumes"),
    **dict.fromkeys(_TABLE_LAYERS, "words and tables"),
    **dict.fromkeys(_SOUND_LAYERS, "sound"),
}


def check_kind(kind: object, said: str, module: object = None) -> str:
    """Return a layer's class name if `LAYER_KINDS` has it.

    Parameters
    ----------
    said : names the layer in the sentence.
    module : where the file says that the class comes from; it only chooses the sentence.

    Raises
    ------
    NetworkError : it has not.
    """
    if isinstance(kind, str) and kind in LAYER_KINDS:
        return kind
    name = str(kind)
    if name in _WORKS_ON:
        rule = f"A network must look at a picture, and Keras's {name} works on {_WORKS_ON[name]}."
    elif name in _REFUSED_KINDS:
        rule = _REFUSED_KINDS[name]
    elif isinstance(module, str) and module.partition(".")[0] == "keras":
        rule = "This is Keras's own, and none of the kinds for pictures that cnnviz can read yet."
    else:
        rule = (
            "A layer must be one of Keras's own kinds for pictures that cnnviz knows, never a "
            "custom class."
        )
    raise NetworkError(f"{rule} Received: {said}.")


def check_origin(entry: Mapping[str, Any], said: str) -> None:
    """Refuse a class that says it is not Keras's own, even if it bears the name of one that is.

    Somebody's own `LayerScale` may compute anything. The two fields are compared and no more:
    nothing is imported or looked up by them.

    Raises
    ------
    NetworkError : the class comes from another module, or was registered by its maker.

    >>> check_origin({"module": "keras.layers", "registered_name": None}, "layer")
    """
    module, registered = entry.get("module"), entry.get("registered_name")
    is_foreign = module is not None and str(module).partition(".")[0] != "keras"
    if is_foreign or (registered is not None and ">" in str(registered)):
        raise NetworkError(
            "A layer must be one of Keras's own kinds, never a custom class. "
            f"Received: {said}, from {shown(registered if '>' in str(registered) else module)}."
        )
