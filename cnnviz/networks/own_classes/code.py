"""The Keras program that learns the head, and tunes the last stage, from the page's files."""

from __future__ import annotations

from cnnviz.networks.own_classes.features import BASE, POOL, STAGE
from cnnviz.networks.own_classes.learning import BATCH, HEAD_RATE, LAST_STAGE, TUNING_RATE


def learning_code(count: int, *, epochs: int, seed: int, tuned: bool) -> str:
    """Write it.

    It reads `features.npz`, which has what the trained network says of each picture, and for the
    tuning `efficientnet_lite0.keras`; it leaves the probabilities of those held out in `result`.

    count : of the classes.
    """
    return f"""import keras
import numpy as np

# What two layers of the trained network give: "{STAGE}" and "{POOL}".
data = np.load("features.npz")
labels, training, validation = data["labels"], data["training"], data["validation"]

dense = keras.layers.Dense(
    {count},
    activation="softmax",
    kernel_initializer=keras.initializers.GlorotUniform({seed}),
    name="own_classes",
)
model = keras.Sequential([keras.Input((1280,)), dense])
model.compile(keras.optimizers.Adam({HEAD_RATE}), "sparse_categorical_crossentropy")
x = data["pooled"]
model.fit(x[training], labels[training], batch_size={BATCH}, epochs={epochs}, shuffle=False)
{_tuning(count, epochs) if tuned else ""}
result = model.predict(x[validation], verbose=0)
print((result.argmax(axis=1) == labels[validation]).mean())
"""


def _tuning(count: int, epochs: int) -> str:
    convolution, normalisation = LAST_STAGE
    return f"""
network = keras.models.load_model("{BASE}.keras", compile=False)
old = [network.get_layer(name) for name in ("{convolution}", "{normalisation}")]
new = [
    keras.layers.Conv2D(1280, 1, use_bias=False),
    keras.layers.BatchNormalization(epsilon=old[1].epsilon, trainable=False),
]
head = keras.layers.Dense({count}, activation="softmax")
model = keras.Sequential(
    [
        keras.Input((7, 7, 320)),
        *new,
        keras.layers.ReLU(6.0),
        keras.layers.GlobalAveragePooling2D(),
        head,
    ]
)
for one, other in zip(new, old):
    one.set_weights(other.get_weights())
head.set_weights(dense.get_weights())
model.compile(keras.optimizers.Adam({TUNING_RATE}), "sparse_categorical_crossentropy")
x = data["stage"]
model.fit(x[training], labels[training], batch_size={BATCH}, epochs={epochs}, shuffle=False)
"""
