"""The whole network for one's own classes: the trained layers with the learned head."""

from __future__ import annotations

from typing import Any

from cnnviz.networks.keras_files.building import in_own_thread
from cnnviz.networks.network import Network
from cnnviz.networks.own_classes.features import POOL
from cnnviz.networks.own_classes.learning import LAST_STAGE, Learned
from cnnviz.networks.tensorflow_runtime import load_keras


def whole_network(network: Network, learned: Learned, *, title: str = "Your classes") -> Network:
    """Build it, with weights of its own: the network that the features are of stays as it is."""
    model = in_own_thread(lambda: _model(network, learned))
    return Network.from_model(
        model,
        labels=learned.class_names,
        preprocessing=network.preprocessing,
        crop=network.crop,
        name="own_classes",
        title=title,
    )


def _model(network: Network, learned: Learned) -> Any:
    keras = load_keras()
    base = keras.models.clone_model(network.model)
    base.set_weights(network.model.get_weights())
    dense = keras.layers.Dense(len(learned.class_names), activation="softmax", name="own_classes")
    answer = dense(base.get_layer(POOL).output)
    dense.set_weights([learned.kernel, learned.bias])
    if learned.convolution is not None:
        base.get_layer(LAST_STAGE[0]).set_weights([learned.convolution])
    return keras.Model(base.inputs[0], answer, name="own_classes")
