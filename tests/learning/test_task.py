"""What is to be learned: patches lie on their targets, and what cannot be learned is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cnnviz.convolution import convolve
from cnnviz.learning.descent import (
    learning_step,
    start_learning,
)
from cnnviz.learning.task import draw_batch, learning_task
from tests.learning.material import PICTURE, SHARPEN, SOBEL


@pytest.mark.parametrize("sizes", [None, [5], [(4, 6)], [1], [(2, 5)]])
@pytest.mark.parametrize("batch", [7, None])
def test_patches_and_their_targets_lie_on_each_other(sizes, batch):
    task = learning_task(PICTURE, [SHARPEN], kernel_sizes=sizes, batch=batch, patch_side=12)
    drawn = draw_batch(task, 3)
    height, width = drawn.patches.shape[1:]
    rows, columns = task.reach
    assert drawn.targets.shape[1:] == (height - rows, width - columns)
    # Put the target kernel where a learned one of this size would have it, and compare.
    shift = (rows - 2) // 2, (columns - 2) // 2
    for row, column, patch, target in zip(
        drawn.rows, drawn.columns, drawn.patches, drawn.targets, strict=True
    ):
        np.testing.assert_array_equal(
            patch, task.picture[row : row + height, column : column + width]
        )
        top, left = row + shift[0], column + shift[1]
        whole = convolve(task.picture[..., None], SHARPEN[..., None, None])[..., 0]
        np.testing.assert_allclose(
            target, whole[top : top + height - rows, left : left + width - columns], atol=1e-5
        )


def test_a_picture_smaller_than_a_patch_is_one_patch():
    task = learning_task(PICTURE[:5, :9], [SOBEL], batch=3)
    assert draw_batch(task, 0).patches.shape == (3, 5, 9)
    assert learning_step(task, start_learning(task)).step == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"picture": PICTURE[..., None]}, r"\(height, width\).*shape \(60, 70, 1\)"),
        ({"picture": np.full((9, 9), np.nan)}, "finite pixels"),
        (
            {"picture": PICTURE[:2]},
            r"2 rows and 2 columns\. Received: patches of 16 x 16 pixels from a picture of 2 x 70",
        ),
        ({"patch_side": 2}, r"Received: patches of 2 x 2"),
        ({"target_kernels": []}, "one to 3 kernels"),
        ({"target_kernels": [SOBEL] * 4}, "one to 3 kernels"),
        ({"kernel_sizes": [3, 3, 3, 3]}, "Received: 4"),
        ({"kernel_sizes": [0]}, "kernel_size=0"),
        ({"target_biases": [1.0, 2.0]}, "Received: 2 for 1"),
        ({"learning_rate": -0.1}, "learning_rate=-0.1"),
        ({"learning_rate": math.inf}, "learning_rate=inf"),
        ({"momentum": 1.0}, "momentum=1.0"),
        ({"noise": math.nan}, "noise=nan"),
        ({"batch": 0}, "batch=0"),
    ],
)
def test_what_cannot_be_learned_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        learning_task(**{"picture": PICTURE, "target_kernels": [SOBEL], **options})
