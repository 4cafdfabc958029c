"""The table of a stack, and what is said of one that cannot be."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from cnnviz.limits import LIMITS
from cnnviz.networks.building.augmentation import RandomFlip, RandomHue
from cnnviz.networks.building.blocks import InceptionBlock, ResidualBlock
from cnnviz.networks.building.kinds import (
    BatchNormalization,
    Conv2D,
    Conv2DTranspose,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Input,
    MaxPooling2D,
    SpatialDropout2D,
    UpSampling2D,
)
from cnnviz.networks.building.layer import Layer
from cnnviz.networks.building.presets import PRESETS
from cnnviz.networks.building.stack import Stack
from cnnviz.networks.building.table import ImpossibleStack, calls_of, describe, outline
from tests.networks.building.stacks import any_stacks
from tests.timing import takes_less

IMAGE = Input(8, 6, 4)


def problem(*layers: Layer) -> ImpossibleStack:
    with pytest.raises(ImpossibleStack) as error:
        describe(Stack((IMAGE, *layers)))
    return error.value


def offered(*layers: Layer) -> dict[str, Stack]:
    return {mend.words: mend.stack for mend in problem(*layers).mends}


def test_the_tutorial_networks_table_is_what_one_computes_by_hand() -> None:
    rows = {row.name: row for row in describe(PRESETS["tutorial"].stack)}
    assert rows["conv_1"].weights == 3 * 3 * 3 * 6 + 6
    assert rows["conv_2"].multiply_adds == 32 * 32 * 16 * 9 * 6
    assert rows["conv_2"].receptive_field is not None
    assert rows["conv_2"].receptive_field.size == (5, 5)
    assert rows["pool_1"].memory_bytes == 4 * 16**3
    assert rows["flatten_1"].output_shape == (4096,)
    assert rows["flatten_1"].receptive_field is None
    assert rows["dense_1"].weights == 4096 * 10 + 10
    assert sum(row.weights for row in rows.values()) == 42_018


def test_batch_normalisation_trains_half_of_its_weights() -> None:
    row = describe(Stack((IMAGE, BatchNormalization(scale=False))))[1]
    assert (row.trained_weights, row.kept_weights) == (4, 8)


def test_a_blocks_shortcut_has_a_convolution_where_shape_or_channels_change() -> None:
    def layers(block: Layer) -> int:
        return len(describe(Stack((IMAGE, block)))[1].parts)

    assert layers(ResidualBlock(4)) == 7
    assert layers(ResidualBlock(5)) == layers(ResidualBlock(4, strides=(2, 2))) == 9
    row = describe(Stack((IMAGE, InceptionBlock(1, 2, 3, 4, 5, 6))))[1]
    assert row.output_shape == (8, 6, 1 + 3 + 5 + 6)
    assert row.receptive_field is not None
    assert row.receptive_field.size == (5, 5)


def test_a_window_larger_than_the_map_is_refused_with_the_numbers_and_mended() -> None:
    found = problem(MaxPooling2D(), Conv2D(2, (3, 5)))
    assert str(found) == (
        "A window must fit into the map that it slides over, or the map must be padded. "
        "Received: kernel_size 3 × 5 on a map of 4 × 3 × 4, at layer 2, conv_1."
    )
    assert (found.position, found.name) == (2, "conv_1")
    ways = offered(MaxPooling2D(), Conv2D(2, (3, 5)))
    assert ways['Pad the map: padding="same"'].layers[2] == Conv2D(2, (3, 5), padding="same")
    assert ways["Take a window that fits: kernel_size 3 × 3"].layers[2] == Conv2D(2, (3, 3))
    assert ways["Leave conv_1 out"].layers == (IMAGE, MaxPooling2D())


def test_a_window_that_fits_counts_its_gaps() -> None:
    ways = offered(Conv2D(2, (5, 5), dilation_rate=(2, 1)))
    assert "Take a window that fits: kernel_size 4 × 5" in ways


def test_groups_that_do_not_divide_evenly_are_refused() -> None:
    assert "groups 3, channels 4 and filters 6" in str(problem(Conv2D(6, (1, 1), groups=3)))
    ways = offered(Conv2D(6, (1, 1), groups=4))
    assert ways["Take 2 groups"].layers[1] == Conv2D(6, (1, 1), groups=2)


@pytest.mark.parametrize("kind", [Conv2D, Conv2DTranspose])
def test_gaps_and_steps_together_are_refused(kind: type[Layer]) -> None:
    layer = kind(filters=2, kernel_size=2, strides=2, dilation_rate=(1, 2))  # type: ignore[call-arg]
    ways = offered(layer)
    assert ways["Let it take every place: strides 1"].layers[1].arguments()["strides"] == (1, 1)
    assert "strides 2 × 2 and dilation_rate 1 × 2" in str(problem(layer))


def test_output_padding_is_smaller_than_the_strides() -> None:
    layer = Conv2DTranspose(2, (2, 2), (2, 2), output_padding=(1, 2))
    assert "output_padding 1 × 2 and strides 2 × 2" in str(problem(layer))
    assert "Leave the output padding to Keras" in offered(layer)


def test_a_transposed_convolution_leaves_something() -> None:
    # Keras: (1 - 1) * 1 + 2 - 2 * (2 // 2) + 0 rows.
    layer = Conv2DTranspose(2, (2, 2), padding="same", output_padding=(0, 0))
    found = outline(Stack((Input(1, 1, 1), layer))).problem
    assert found is not None
    assert 'padding="same" with output_padding 0 × 0 on a map of 1 × 1 × 1' in str(found)
    assert [describe(mend.stack)[-1].output_shape for mend in found.mends[:2]] == [
        (1, 1, 2),
        (2, 2, 2),
    ]


def test_a_layer_of_maps_behind_a_vector_is_refused_and_may_be_moved() -> None:
    found = problem(Flatten(), Dense(4), MaxPooling2D())
    assert str(found) == (
        "A MaxPooling2D must be given a map (rows, columns, channels). Received: a vector of 4, "
        "at layer 3, pool_1."
    )
    ways = offered(Flatten(), Dense(4), MaxPooling2D())
    assert ways["Move it in front of flatten_1"].layers == (
        *(IMAGE, MaxPooling2D(), Flatten(), Dense(4)),
    )
    ways = offered(GlobalAveragePooling2D(), SpatialDropout2D(0.25))
    assert ways["Use Dropout instead"].layers[2] == Dropout(0.25)
    kept = ways["Let global_average_1 keep a map of one cell"]
    assert describe(kept)[2].output_shape == (1, 1, 4)


def test_changes_of_pictures_need_pictures() -> None:
    assert "Received: a vector of 192" in str(problem(Flatten(), RandomFlip()))
    assert "A RandomHue must be given 3 channels. Received: a map of 4" in str(
        problem(RandomHue(0.1))
    )


def test_what_is_too_much_for_the_server_names_the_limit() -> None:
    small = replace(LIMITS, model_parameters=0.001)
    stack = Stack((IMAGE, Flatten(), Dense(100)))
    found = outline(stack, limits=small).problem
    assert found is not None
    assert "1,000 weights; the variable CNNVIZ_MODEL_PARAMETERS" in str(found)
    assert "19,300, of which 19,300 in this layer, at layer 2, dense_1" in str(found)
    assert [mend.words for mend in found.mends] == [
        "Put a global average pooling in the place of flatten_1",
        "Leave dense_1 out",
    ]
    grown = Stack((IMAGE, *(UpSampling2D((16, 16)),) * 5))
    roomy = replace(LIMITS, model_map_numbers=64.0, model_parameters=50.0)
    assert "64 million numbers" in str(outline(grown, limits=roomy).problem)
    costly = Stack((IMAGE, Conv2D(512, (1, 1)), Conv2D(512, (5, 5))))
    found = outline(costly, limits=replace(roomy, model_multiply_adds=0.001)).problem
    assert found is not None
    assert "billion multiplications" in str(found)


@given(stack=any_stacks())
def test_an_outline_ends_where_the_problem_is_and_each_mend_leads_past_it(stack: Stack) -> None:
    found = outline(stack)
    if found.problem is None:
        assert len(found.rows) == len(stack.layers)
        assert len({call.name for call in calls_of(stack)}) == len(calls_of(stack))
        return
    assert found.problem.position == len(found.rows)
    assert found.problem.name == stack.names()[len(found.rows)]
    assert found.problem.mends
    for mend in found.problem.mends:
        after = outline(mend.stack)
        shorter = len(stack.layers) - len(mend.stack.layers)
        reached = len(mend.stack.layers) if after.problem is None else after.problem.position
        assert reached > found.problem.position - shorter


def test_a_table_is_worked_out_within_a_frame() -> None:
    stack = PRESETS["small_resnet"].stack
    describe(stack)
    assert takes_less(0.16, lambda: [describe(stack) for _ in range(10)])
