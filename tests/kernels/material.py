"""What the tests of kernels look at."""

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cnnviz.convolution import depthwise_convolve

SIZE = 32


ROWS, COLUMNS = np.mgrid[:SIZE, :SIZE].astype(np.float32)


GREY = np.full((SIZE, SIZE), 0.5, np.float32)


BRIGHT_RIGHT = (COLUMNS >= SIZE // 2).astype(np.float32)


BRIGHT_BELOW = (ROWS >= SIZE // 2).astype(np.float32)


weights = arrays(
    np.float32,
    st.tuples(st.integers(1, 11), st.integers(1, 11)),
    elements=st.floats(-1000, 1000, width=32),
)


def respond(picture, values):
    return depthwise_convolve(picture[..., None], values[..., None, None])[..., 0]
