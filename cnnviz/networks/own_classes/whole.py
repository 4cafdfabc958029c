"""The whole network for one's own classes: the trained layers with the learned head."""

from __future__ import annotations

from typing import Any

from cnnviz.networks.keras_files.building import in_own_thread
from cnnviz.networks.network import Network
from cnnviz.networks.own_classes.features import POOL
from cnnviz.networks.own_classes.learning import LAST_STAGE, Learned
from cnnviz.networks.tensorflow_runtime import load_keras


def whole_network(network: Network, learned: Learned, *, title: str = "Your classes") -> Network:
    """Build it, with weights of its own: the network that the features are of stays as it is.

    It takes pixels from 0 to 255 as they are: the scale that the features were learned with is
    its first layer, so that its file says all that there is to know.
    """
    model = in_own_thread(lambda: _model(network, learned))
    return Network.from_model(
        model,
        labels=learned.class_names,
        preprocessing="zero_to_255",
        crop=network.crop,
        name="own_classes",
        title=title,
    )


def _model(network: Network, learned: Learned) -> Any:
    keras = load_keras()
    scale = network.preprocessing
    image = keras.Input(network.input_shape, name="image")
    rescaled = keras.layers.Rescaling(
        [1 / one for one in scale.deviation],
        [-mean / one for mean, one in zip(scale.mean, scale.deviation, strict=True)],
        name="pixel_scale",
    )(image)
    base = keras.models.clone_model(network.model)
    base.set_weights(network.model.get_weights())
    if learned.convolution is not None:
        base.get_layer(LAST_STAGE[0]).set_weights([learned.convolution])
    pooled = keras.Model(base.inputs[0], base.get_layer(POOL).output, name=network.name)
    dense = keras.layers.Dense(len(learned.class_names), activation="softmax", name="own_classes")
    answer = dense(pooled(rescaled))
    dense.set_weights([learned.kernel, learned.bias])
    return keras.Model(image, answer, name="own_classes")
