import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.convolution.windows import padded_sources, spread_sources

MODES = {"reflect": "reflect", "replicate": "edge", "wrap": "wrap"}


@given(
    size=st.integers(1, 9),
    before=st.integers(0, 12),
    after=st.integers(0, 12),
    mode=st.sampled_from(sorted(MODES)),
)
def test_sources_pick_what_numpy_pads(size, before, after, mode):
    values = np.arange(100, 100 + size)
    sources = padded_sources(size, before, after, padding_mode=mode)
    np.testing.assert_array_equal(values[sources], np.pad(values, (before, after), MODES[mode]))


def test_zeros_have_no_source():
    np.testing.assert_array_equal(padded_sources(2, 2, 1), [-1, -1, 0, 1, -1])


def test_an_unknown_border_is_refused():
    with pytest.raises(ValueError, match="Received: padding_mode='fog'"):
        padded_sources(2, 1, 1, padding_mode="fog")


def test_a_transposed_convolution_slides_over_a_spread_input():
    np.testing.assert_array_equal(spread_sources(2, 3, 1, 0), [-1, 0, -1, -1, 1])
