"""Moving the picture: the map moves along, and pooling forgives some of it."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz.activations import ACTIVATIONS
from cnnviz.convolution import convolve
from cnnviz.pooling import global_pool, pool
from cnnviz.pooling.formulas import changes_with_numbers
from cnnviz.pooling.shift import (
    equivariance,
    relative_change,
    shift_curves,
    shift_picture,
    shifted_maps,
)

GENERATOR = np.random.default_rng(4)
PICTURE = GENERATOR.normal(size=(24, 30, 3)).astype(np.float32)
KERNELS = GENERATOR.normal(size=(3, 5, 3, 4)).astype(np.float32)
BORDERS = ["zeros", "reflect", "replicate", "wrap"]


def smooth_picture():
    y, x = np.mgrid[:64, :80]
    return (np.sin(x / 5) + np.cos(y / 6) + (x > 40))[..., np.newaxis]


@pytest.mark.parametrize("border", BORDERS)
@pytest.mark.parametrize(("dx", "dy"), [(0, 0), (3, 0), (-2, 5), (30, -24)])
def test_a_moved_picture_is_numpys_padding_seen_through_the_same_frame(border, dx, dy):
    mode = {"zeros": "constant", "reflect": "reflect", "replicate": "edge", "wrap": "wrap"}[border]
    padded = np.pad(PICTURE, ((40, 40), (40, 40), (0, 0)), mode=mode)
    np.testing.assert_array_equal(
        shift_picture(PICTURE, dx, dy, border=border),
        padded[40 - dy : 64 - dy, 40 - dx : 70 - dx],
    )


def test_right_and_down_are_positive():
    image = np.zeros((4, 5, 1))
    image[1, 2] = 9
    moved = shift_picture(image, dx=1, dy=2, border="zeros")
    assert moved[3, 3, 0] == 9
    assert moved.sum() == 9


def test_wrapping_is_rolling():
    np.testing.assert_array_equal(
        shift_picture(PICTURE, 7, -3), np.roll(PICTURE, (-3, 7), axis=(0, 1))
    )


@pytest.mark.parametrize("border", BORDERS)
@pytest.mark.parametrize("activation", ["linear", "relu"])
@pytest.mark.parametrize(
    "pooling",
    [
        {"kind": "max", "size": 2},
        {"kind": "average", "size": 3, "stride": 2, "padding": "same"},
        {"kind": "l2", "size": (2, 4), "padding": 1},
    ],
)
def test_curves_are_those_of_each_moved_picture_computed_anew(border, activation, pooling):
    moves = [(0, 0), (1, 0), (4, -3), (-6, 2)]
    found = shift_curves(
        PICTURE, KERNELS, moves, border=border, activation=activation, global_kind="max", **pooling
    )
    bend = ACTIVATIONS[activation].function
    rest = bend(convolve(PICTURE, KERNELS))
    for index, (dx, dy) in enumerate(moves):
        moved = shift_picture(PICTURE, dx, dy, border=border)
        maps = bend(convolve(moved, KERNELS))
        expected = {
            "picture": relative_change(moved, PICTURE),
            "map": relative_change(maps, rest),
            "pooled": relative_change(pool(maps, **pooling), pool(rest, **pooling)),
            "global_pool": relative_change(
                global_pool(maps, kind="max"), global_pool(rest, kind="max")
            ),
        }
        for name, value in expected.items():
            assert getattr(found, name)[index] == pytest.approx(value, rel=1e-4, abs=1e-5)
    assert found.shifts == tuple(moves)


def test_no_move_changes_nothing():
    found = shift_curves(PICTURE, KERNELS, [(0, 0)])
    for curve in (found.picture, found.map, found.pooled, found.global_pool):
        np.testing.assert_array_equal(curve, [0])


def test_pooling_makes_the_answer_more_invariant_and_not_fully():
    edge = np.array([[-1.0, 0, 1]] * 3)[..., np.newaxis, np.newaxis]
    found = shift_curves(
        smooth_picture(), edge, [(step, 0) for step in range(1, 5)], border="replicate", size=8
    )
    assert (found.pooled < found.map).all()
    assert (found.global_pool < found.pooled).all()
    assert (found.pooled > 0.01).all()
    assert (found.global_pool > 0).all()
    assert (np.diff(found.map) > 0).all()


def test_global_pooling_of_a_wrapped_map_would_be_fully_invariant():
    found = shift_curves(smooth_picture(), np.ones((1, 1, 1, 1)), [(5, 3), (11, -7)], border="wrap")
    np.testing.assert_allclose(found.global_pool, 0, atol=1e-5)
    assert (found.map > 0.1).all()


@pytest.mark.parametrize("border", BORDERS)
@pytest.mark.parametrize("padding", ["valid", "same", ((2, 0), (1, 3))])
@pytest.mark.parametrize(("dx", "dy"), [(0, 0), (2, 1), (-4, 3), (0, -7)])
def test_the_map_moves_along_with_the_picture_away_from_the_border(border, padding, dx, dy):
    found = equivariance(PICTURE, KERNELS, dx, dy, border=border, padding=padding)
    np.testing.assert_array_equal(
        found.map_of_shifted, convolve(found.shifted_picture, KERNELS, padding=padding)
    )
    assert found.interior.any()
    assert found.largest_inside < 1e-5
    np.testing.assert_allclose(found.difference[found.interior], 0, atol=1e-5)
    # The largest interior there is: windows and their images before the move, both in the frame.
    assert found.interior.sum() == (24 - 2 - abs(dy)) * (30 - 4 - abs(dx))


def test_at_the_border_the_frame_breaks_equivariance():
    found = equivariance(PICTURE, KERNELS, 3, 2, border="zeros")
    assert found.largest_outside > 0.5
    assert equivariance(PICTURE, KERNELS, 0, 0).largest_outside == 0


def test_a_move_out_of_the_picture_has_no_interior():
    found = equivariance(PICTURE, KERNELS, 30, 0)
    assert not found.interior.any()
    assert found.largest_inside == 0


def test_relative_change_of_nothing():
    assert relative_change(np.zeros(3), np.zeros(3)) == 0
    assert relative_change(np.ones(3), np.zeros(3)) == np.inf


def test_no_shifts_give_empty_curves():
    assert shift_curves(PICTURE, KERNELS, []).map.shape == (0,)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"border": "mirror"}, 'Received: border="mirror"'),
        ({"activation": "step"}, 'Received: activation="step"'),
        ({"shifts": [(31, 0)]}, "a shift of 31 across and 0 down for a picture of 24 x 30"),
        ({"image": PICTURE[..., 0]}, r"shape \(24, 30\)"),
    ],
)
def test_what_cannot_be_measured_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        shift_curves(**{"image": PICTURE, "kernels": KERNELS, "shifts": [(1, 0)], **options})


@pytest.mark.parametrize("kind", ["max", "average", "l2"])
@pytest.mark.parametrize("border", BORDERS)
def test_one_move_is_that_of_the_curves(border, kind):
    shift = (3, -2)
    options = {"border": border, "kind": kind, "size": 3}
    found = shifted_maps(PICTURE, KERNELS, shift, **options)
    curves = shift_curves(PICTURE, KERNELS, [shift], **options)
    moved = shift_picture(PICTURE, *shift, border=border)
    np.testing.assert_array_equal(found.picture, moved)
    np.testing.assert_allclose(found.map, np.maximum(convolve(moved, KERNELS), 0), atol=1e-6)
    np.testing.assert_allclose(found.pooled, pool(found.map, kind=kind, size=3), atol=1e-6)
    assert found.map_distance / found.map_length == pytest.approx(curves.map[0], rel=1e-5)
    assert found.pooled_distance / found.pooled_length == pytest.approx(curves.pooled[0], rel=1e-5)


def test_the_change_of_a_map_without_a_find_is_written_as_infinite():
    dot = np.zeros((9, 9, 1), np.float32)
    dot[0, 0] = 1
    found = shifted_maps(dot, -np.ones((3, 3, 1, 1)), (1, 0))
    assert changes_with_numbers(found).count("= 0.000") == 2  # never a find: nothing changes
    found = shifted_maps(dot, np.ones((3, 3, 1, 1)), (-1, 0), border="zeros")
    assert r"\text{map} &= \frac{1}{1} = 1.000" in changes_with_numbers(found)
