"""The table of layers: costs as one counts them, receptive fields where gradients are."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.networks import (
    Network,
    open_network,
)
from cnnviz.networks.tensorflow_runtime import load_keras, load_tensorflow

# Layers


def test_the_tutorial_networks_table_is_what_one_computes_by_hand() -> None:
    by_name = {info.name: info for info in open_network("tutorial").layers}
    assert by_name["conv_1"].parameters == 3 * 3 * 3 * 6 + 6
    assert by_name["conv_1"].multiply_adds == 32 * 32 * 6 * 27
    assert by_name["conv_2"].multiply_adds == 32 * 32 * 16 * 9 * 6
    assert by_name["conv_2"].receptive_field.size == (5, 5)
    assert by_name["conv_2"].receptive_field.start == (-2, -2)
    assert by_name["pool"].output_shape == (16, 16, 16)
    assert by_name["pool"].strides == (2, 2)
    assert by_name["pool"].receptive_field.size == (6, 6)
    assert by_name["pool"].memory_bytes == 4 * 16**3
    assert by_name["dense"].parameters == 4096 * 10 + 10
    assert by_name["dense"].receptive_field is None
    assert by_name["flatten"].inputs == ("pool",)
    assert [info.stage for info in open_network("tutorial").layers][-4:] == [1, 2, 2, 2]


def test_efficientnet_costs_what_its_authors_say() -> None:
    network = open_network("efficientnet_lite0")
    trained = sum(
        info.parameters // (2 if info.kind == "BatchNormalization" else 1)
        for info in network.layers
    )
    assert trained == 4_652_008
    # 407 million "FLOPs" in the authors' table, which count what is beside the products too.
    assert sum(info.multiply_adds for info in network.layers) == 385_187_552


def test_each_kinds_multiplications_are_counted() -> None:
    keras = load_keras()
    layers = keras.layers
    image = keras.Input((9, 9, 3))
    x = layers.Conv2D(4, 3, groups=1, name="plain")(image)
    x = layers.Conv2D(8, 3, groups=2, name="grouped")(x)
    x = layers.DepthwiseConv2D(3, depth_multiplier=2, name="depthwise")(x)
    x = layers.SeparableConv2D(5, 3, depth_multiplier=2, name="separable")(x)
    x = layers.Conv2DTranspose(2, 4, strides=3, name="transposed")(x)
    network = Network.from_model(keras.Model(image, layers.Dense(7, name="dense")(x)))
    counted = {info.name: info.multiply_adds for info in network.layers}
    assert counted["plain"] == 49 * 27 * 4
    assert counted["grouped"] == 25 * 9 * 2 * 8
    assert counted["depthwise"] == 9 * 9 * 16
    assert counted["separable"] == 1 * (9 * 32 + 32 * 5)
    assert counted["transposed"] == 1 * 16 * 5 * 2
    assert counted["dense"] == 16 * 2 * 7


LAYERS_THAT_SLIDE = {
    "conv 3": lambda k: k.layers.Conv2D(1, 3, kernel_initializer="ones"),
    "conv 3 same": lambda k: k.layers.Conv2D(1, 3, padding="same", kernel_initializer="ones"),
    "conv 2 x 3 stride 2 same": lambda k: k.layers.Conv2D(
        1, (2, 3), strides=2, padding="same", kernel_initializer="ones"
    ),
    "conv dilated": lambda k: k.layers.Conv2D(1, 2, dilation_rate=2, kernel_initializer="ones"),
    "depthwise stride 2": lambda k: k.layers.DepthwiseConv2D(
        3, strides=2, padding="same", depthwise_initializer="ones"
    ),
    "pool": lambda k: k.layers.AveragePooling2D(2),
    "pool same": lambda k: k.layers.AveragePooling2D(3, strides=2, padding="same"),
    "pad": lambda k: k.layers.ZeroPadding2D(((1, 0), (2, 1))),
    "crop": lambda k: k.layers.Cropping2D(((1, 0), (0, 1))),
    "enlarge": lambda k: k.layers.UpSampling2D((2, 3)),
    "transposed": lambda k: k.layers.Conv2DTranspose(1, 3, strides=2, kernel_initializer="ones"),
    "transposed same": lambda k: k.layers.Conv2DTranspose(
        1, (3, 4), strides=2, padding="same", kernel_initializer="ones"
    ),
}


@settings(deadline=None, max_examples=25)
@given(
    kinds=st.lists(st.sampled_from(sorted(LAYERS_THAT_SLIDE)), min_size=1, max_size=4),
    place=st.tuples(*[st.sampled_from([0, 0.05, 0.1, 0.5, 0.9, 0.95, 0.999])] * 2),
)
def test_a_receptive_field_is_where_the_gradient_is(
    kinds: list[str], place: tuple[float, float]
) -> None:
    keras, tf = load_keras(), load_tensorflow()
    image = keras.Input((26, 31, 1))
    x = image
    for kind in kinds:
        x = LAYERS_THAT_SLIDE[kind](keras)(x)
    network = Network.from_model(keras.Model(image, x))
    last = network.layers[-1]
    row, column = (
        int(part * side) for part, side in zip(place, last.output_shape[:2], strict=True)
    )
    pixels = tf.ones((1, 26, 31, 1))
    with tf.GradientTape() as tape:
        tape.watch(pixels)
        value = network.model(pixels)[0, row, column, 0]
    touched = np.argwhere(tape.gradient(value, pixels)[0, :, :, 0].numpy() != 0)
    top, left, height, width = network.receptive_box(last.name, row, column)
    if not touched.size:
        return
    first, after = touched.min(axis=0), touched.max(axis=0) + 1
    assert top <= first[0]
    assert left <= first[1]
    assert after[0] <= top + height
    assert after[1] <= left + width
    spread = {"enlarge", "transposed", "transposed same", "conv dilated"}
    if not spread & set(kinds):
        # A window may hang over an edge by more than a stride; otherwise it is exact.
        assert (first[0], first[1]) == (top, left)
        assert (after[0], after[1]) == (top + height, left + width)


def test_branches_of_one_stride_share_a_receptive_field_that_covers_them() -> None:
    keras = load_keras()
    layers = keras.layers
    image = keras.Input((16, 16, 3))
    wide = layers.Conv2D(2, 5, padding="same")(image)
    narrow = layers.Conv2D(2, 3, padding="same")(image)
    joined = layers.Concatenate(name="joined")([narrow, wide])
    gate = layers.GlobalAveragePooling2D(keepdims=True)(joined)
    gated = layers.Multiply(name="gated")([joined, gate])
    network = Network.from_model(keras.Model(image, gated))
    assert network.layer("joined").receptive_field.size == (5, 5)
    assert network.layer("gated").receptive_field is None
