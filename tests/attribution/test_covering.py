"""Covering: by hand on small networks, and masks in an address."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.attribution.covering import FILLS, SIDE, covered, mask_of, read_mask, write_mask
from cnnviz.attribution.trust import blurred_input
from tests.attribution.models import PICTURE, pooled

SQUARE = PICTURE[:8, :8]


@pytest.mark.tensorflow
@pytest.mark.parametrize("fill", FILLS)
def test_what_is_covered_is_filled_and_the_rest_stays(fill) -> None:
    network = pooled()
    x = network.preprocess(SQUARE)
    mask = np.zeros((SIDE, SIDE), bool)
    mask[: SIDE // 4, SIDE // 2 :] = True  # two rows of eight, four columns of eight
    found = covered(network, SQUARE, mask, fill)
    hidden = found[:2, 4:]
    np.testing.assert_array_equal(found[2:], x[2:])
    np.testing.assert_array_equal(found[:2, :4], x[:2, :4])
    expected = {
        "grey": np.full((2, 4, 3), 128 / 255, np.float32),
        "mean": np.broadcast_to(x.mean(axis=(0, 1)), (2, 4, 3)),
        "blurred": blurred_input(network, SQUARE)[:2, 4:],
    }[fill]
    np.testing.assert_allclose(hidden, expected, atol=1e-6)


@given(st.binary(min_size=SIDE * SIDE // 8, max_size=SIDE * SIDE // 8))
def test_a_mask_comes_back_from_its_address(bits) -> None:
    mask = mask_of(bits)
    text = write_mask(mask)
    if len(text) <= SIDE * SIDE // 4:
        np.testing.assert_array_equal(read_mask(text), mask)


@pytest.mark.parametrize("text", ["x", "!!!!", "A" * 2000, "eNoDAAAAAAE", "é", "====", "\x00"])
def test_no_mask_is_one_sentence(text) -> None:
    with pytest.raises(ValueError, match=r"Received"):
        read_mask(text)


def test_a_mask_that_would_unpack_to_more_is_refused() -> None:
    import base64
    import zlib

    text = base64.urlsafe_b64encode(zlib.compress(bytes(10_000_000), 9)[:700]).decode()
    with pytest.raises(ValueError, match="Received"):
        read_mask(text)
