"""Occlusion against brute force, RISE against what random masks must give."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz import attribution
from cnnviz.attribution.perturbation import random_masks
from tests.attribution.models import PICTURE, pooled

pytestmark = pytest.mark.tensorflow
SQUARE = PICTURE[:8, :8]


@pytest.mark.parametrize(("window", "stride"), [(2, 2), (3, 1), (3, 2), (8, 5), (1, 1)])
def test_occlusion_is_the_mean_fall_over_the_squares_that_hide_a_pixel(window, stride) -> None:
    network = pooled()
    x = network.preprocess(SQUARE)
    whole = network.logits(SQUARE)[1]
    starts = [*range(0, 8 - window + 1, stride)]
    if starts[-1] != 8 - window:
        starts.append(8 - window)
    falls = [[[] for _ in range(8)] for _ in range(8)]
    for top in starts:
        for left in starts:
            hidden = x.copy()
            hidden[top : top + window, left : left + window] = x.mean(axis=(0, 1))
            fall = whole - network.scores_of_inputs(hidden[np.newaxis])[0][0, 1]
            for row in range(top, top + window):
                for column in range(left, left + window):
                    falls[row][column].append(fall)
    expected = [[np.mean(cell) if cell else 0 for cell in row] for row in falls]
    found = attribution.occlusion(network, SQUARE, class_index=1, window=window, stride=stride)
    np.testing.assert_allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize(("window", "stride"), [(9, 1), (-1, 1), (2, -1)])
def test_a_square_that_cannot_be_is_refused(window, stride) -> None:
    with pytest.raises(ValueError, match="window must have from 1 to 8"):
        attribution.occlusion(pooled(), SQUARE, window=window, stride=stride)


def test_rise_is_the_mean_of_masks_weighed_by_their_answers() -> None:
    network = pooled()
    x = network.preprocess(SQUARE)
    total = np.zeros((8, 8))
    for mask in random_masks((8, 8), masks=20, cells=3, kept=0.4, seed=5):
        total += mask * network.scores_of_inputs((x * mask[..., None])[np.newaxis])[1][0, 2]
    found = attribution.rise(network, SQUARE, class_index=2, masks=20, cells=3, kept=0.4, seed=5)
    np.testing.assert_allclose(found, total / (20 * 0.4), atol=1e-5)


def test_masks_let_through_as_much_as_they_are_told() -> None:
    masks = np.stack(list(random_masks((20, 30), masks=400, cells=5, kept=0.3, seed=0)))
    assert masks.shape == (400, 20, 30)
    assert masks.min() >= 0
    assert masks.max() <= 1
    np.testing.assert_allclose(masks.mean(axis=0), 0.3, atol=0.1)
    assert masks.mean() == pytest.approx(0.3, abs=0.02)


@pytest.mark.parametrize("wrong", [{"masks": 0}, {"cells": 0}, {"kept": 0}, {"kept": 1}])
def test_masks_that_cannot_be_are_refused(wrong) -> None:
    with pytest.raises(ValueError, match="at least one mask"):
        attribution.rise(pooled(), SQUARE, **wrong)
