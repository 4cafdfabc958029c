"""Stacks: what may stand in one, and how one is changed."""

from __future__ import annotations

import pytest

from cnnviz.networks.building.kinds import Add, Conv2D, Dense, Flatten, Input
from cnnviz.networks.building.presets import PRESETS
from cnnviz.networks.building.stack import KINDS, MOST_LAYERS, Stack

IMAGE = Input(8, 8, 1)
FLAT = Stack((IMAGE, Conv2D(2, (3, 3)), Flatten(), Dense(4)))


def kinds(stack: Stack) -> list[str]:
    return [layer.kind() for layer in stack.layers]


def test_a_layer_is_put_in_moved_repeated_replaced_and_left_out() -> None:
    assert kinds(FLAT.inserted(1, Dense(3))) == ["Input", "Dense", "Conv2D", "Flatten", "Dense"]
    assert kinds(FLAT.inserted(4, Flatten()))[-1] == "Flatten"
    assert kinds(FLAT.moved(3, 1)) == ["Input", "Dense", "Conv2D", "Flatten"]
    assert kinds(FLAT.moved(1, 3)) == ["Input", "Flatten", "Dense", "Conv2D"]
    assert kinds(FLAT.duplicated(2)) == ["Input", "Conv2D", "Flatten", "Flatten", "Dense"]
    assert FLAT.replaced(3, Dense(9)).layers[3] == Dense(9)
    assert FLAT.replaced(0, Input(4, 4, 3)).input.shape == (4, 4, 3)
    assert kinds(FLAT.without(2)) == ["Input", "Conv2D", "Dense"]
    assert kinds(FLAT) == ["Input", "Conv2D", "Flatten", "Dense"]


@pytest.mark.parametrize("position", [0, -1, 4, 99])
def test_the_input_stays_where_it_is_and_no_place_is_made_up(position: int) -> None:
    for change in (
        FLAT.without,
        FLAT.duplicated,
        lambda at: FLAT.moved(at, 1),
        lambda at: FLAT.moved(1, at),
    ):
        with pytest.raises(ValueError, match=rf"from 1 to 3; .*Received: {position}\.$"):
            change(position)
    with pytest.raises(ValueError, match="Received: 5"):
        FLAT.inserted(5, Flatten())


def test_a_stack_has_one_input_and_no_merge() -> None:
    with pytest.raises(ValueError, match=r"begin with its Input\. Received: no layer\.$"):
        Stack(())
    with pytest.raises(ValueError, match=r"begin with its Input\. Received: Flatten\.$"):
        Stack((Flatten(),))
    with pytest.raises(ValueError, match=r"Received: Input as layer 2\.$"):
        Stack((IMAGE, Flatten(), IMAGE))
    with pytest.raises(ValueError, match=r"Received: Add as layer 1\.$"):
        Stack((IMAGE, Add()))
    with pytest.raises(ValueError, match=rf"{MOST_LAYERS} layers. Received: 1,001\.$"):
        Stack((IMAGE, *(Flatten(),) * 1000))


def test_names_and_codes_tell_layers_apart() -> None:
    every = Stack((IMAGE, *(kind() for name, kind in KINDS.items() if name != "Input")))
    assert len(set(every.names())) == len(every.layers)
    assert len({kind.code for kind in KINDS.values()}) == len(KINDS)
    assert FLAT.duplicated(2).names() == ("image", "conv_1", "flatten_1", "flatten_2", "dense_1")


def test_stacks_of_the_same_layers_are_equal_and_can_be_keys() -> None:
    again = Stack((Input(8, 8, 1), Conv2D(2, (3, 3)), Flatten(), Dense(4)))
    assert {FLAT: 1}[again] == 1
    assert len(set(PRESETS.values())) == len(PRESETS)
