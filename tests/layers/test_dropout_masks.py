import numpy as np
import pytest

from cnnviz.layers.dropout_masks import packed_masks
from cnnviz.layers.operations import dropout


@pytest.mark.parametrize("spatial", [False, True])
def test_packed_masks_are_the_masks_of_dropout(spatial):
    shape = (3, 3, 5)
    packed = packed_masks(shape, 0.4, count=3, seed=7, spatial=spatial)
    for index in range(3):
        mask = np.unpackbits(packed[index], count=45).reshape(shape).astype(bool)
        expected = dropout(np.ones(shape), 0.4, 7 + index, spatial=spatial).mask
        np.testing.assert_array_equal(mask, expected)
