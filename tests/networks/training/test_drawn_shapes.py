"""The drawn shapes: the same for a seed, as many of each kind, each wholly inside its picture."""

import numpy as np
import pytest

from cnnviz.networks.training import drawn_shapes
from cnnviz.networks.training.drawn_shapes import SHAPES, draw_shapes


def test_a_seed_draws_the_same_pictures_and_another_others():
    first, labels = draw_shapes(40, seed=3)
    again, same = draw_shapes(40, seed=3)
    np.testing.assert_array_equal(first, again)
    np.testing.assert_array_equal(labels, same)
    assert (draw_shapes(40, seed=4)[0] != first).any()


@pytest.mark.parametrize("count", [8, 100, 131])
def test_the_kinds_are_balanced(count):
    images, labels = draw_shapes(count, side=16)
    assert images.shape == (count, 16, 16, 3)
    counts = np.bincount(labels, minlength=len(SHAPES))
    assert counts.max() - counts.min() <= 1


@pytest.mark.parametrize("name", SHAPES)
def test_a_shape_lies_within_its_circle(name):
    x, y = np.meshgrid(np.linspace(-2, 2, 401), np.linspace(-2, 2, 401))
    inside = SHAPES[name](x, y)
    assert inside.any()
    assert np.hypot(x, y)[inside].max() <= 1.01


@pytest.mark.parametrize("side", [16, 32, 48])
def test_every_circle_lies_inside_its_picture(side, monkeypatch):
    def white_on_black(count, draw):
        return np.full((count, 1, 1, 3), -900.0, np.float32), np.full((1, 1, 1, 3), 900.0)

    monkeypatch.setattr(drawn_shapes, "_colours", white_on_black)
    images, labels = draw_shapes(160, side=side)
    circles = images[labels == list(SHAPES).index("circle")]
    for image in circles:
        rows, columns = np.nonzero(image.min(axis=2) > 128)
        # One that was cut off would be less high than wide, or the other way round.
        assert abs(np.ptp(rows) - np.ptp(columns)) <= 1
        assert np.ptp(rows) >= 2 * 0.9 * drawn_shapes.SMALLEST * side - 2


@pytest.mark.parametrize(
    ("name", "point", "is_inside"),
    [
        ("circle", (0.8, 0.0), True),
        ("circle", (0.8, 0.8), False),
        ("ring", (0.0, 0.0), False),
        ("ring", (0.0, 0.75), True),
        ("square", (0.7, 0.7), True),
        ("square", (0.72, 0.0), False),
        ("triangle", (0.0, -0.95), True),
        ("triangle", (0.0, 0.55), False),
        ("cross", (0.5, 0.5), False),
        ("cross", (0.0, 0.85), True),
        ("star", (0.0, -0.95), True),
        ("star", (0.0, 0.5), False),
        ("heart", (0.0, 0.0), True),
        ("heart", (0.0, -0.85), False),
        ("crescent", (-0.5, 0.0), True),
        ("crescent", (0.2, 0.0), False),
    ],
)
def test_a_shape_is_where_its_inequality_says(name, point, is_inside):
    x, y = (np.float32(value) for value in point)
    assert bool(SHAPES[name](x, y)) is is_inside


def test_what_cannot_be_drawn_is_refused():
    with pytest.raises(ValueError, match="Received: count=0, side=32"):
        draw_shapes(0)
