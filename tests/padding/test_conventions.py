import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.padding.conventions import same_size, same_size_transposed
from cnnviz.padding.geometry import apply_kernel, convolution_geometry
from tests import torch_stand_in

NAMES = ("input_size", "kernel_size", "stride", "dilation")
axes = st.fixed_dictionaries(
    {
        "input_size": st.integers(1, 12),
        "kernel_size": st.integers(1, 5),
        "stride": st.integers(1, 4),
        "dilation": st.integers(1, 3),
    }
)


def test_a_first_layer_gets_112_with_other_windows():
    keras, torch = same_size(224, 7, stride=2)
    assert (keras.before, keras.after, keras.positions) == (2, 3, 112)
    assert (torch.before, torch.after, torch.positions) == (3, 3, 112)
    assert keras.formula == r"\left\lceil \frac{224}{2} \right\rceil = 112"
    assert torch.arguments == "padding=3"


@given(axis=axes)
def test_kerass_way_is_that_of_its_same_padding(axis):
    keras, _ = same_size(**axis)
    n, k, s, d = (axis[name] for name in NAMES)
    same = convolution_geometry((n, 1), (k, 1), stride=s, padding="same", dilation=d)
    assert (keras.before, keras.after) == same.padding[0]
    assert keras.positions == same.output_size[0]


@given(axis=axes)
def test_pytorchs_way_gives_the_size_that_is_promised(axis):
    n, k, s, d = (axis[name] for name in NAMES)
    _, torch = same_size(**axis)
    outputs = torch_stand_in.conv2d(
        torch_stand_in.Tensor(np.zeros((1, 1, n, 1))),
        torch_stand_in.Tensor(np.zeros((1, 1, k, 1))),
        (s, 1),
        (torch.before, 0),
        (d, 1),
    )
    assert outputs.numpy().shape[2] == torch.positions


@given(axis=axes)
def test_the_transposed_ways_give_stride_times_the_size_where_pytorch_can(axis):
    n, k, s, d = (axis[name] for name in NAMES)
    keras, torch = same_size_transposed(**axis)
    assert keras.positions == n * s
    even_at_stride_1 = k % 2 == 0 and s == d == 1
    assert torch.positions == n * s + even_at_stride_1
    padding, back = (int(part.split("=")[1]) for part in torch.arguments.split(", "))
    assert (torch.before, torch.after) == (padding, padding - back)
    outputs = torch_stand_in.conv_transpose2d(
        torch_stand_in.Tensor(np.zeros((1, 1, n, 1))),
        torch_stand_in.Tensor(np.zeros((1, 1, k, 1))),
        (s, 1),
        (padding, 0),
        (back, 0),
        (d, 1),
    )
    assert outputs.numpy().shape[2] == torch.positions


@pytest.mark.parametrize("stride", [1, 2])
def test_the_odd_pixel_moves_every_window_only_where_the_ends_differ(stride):
    keras, torch = same_size(6, 3, stride=stride)
    grid, kernel = np.arange(6, dtype=np.float32)[:, None], np.ones((3, 1), np.float32)
    results = [
        apply_kernel(
            grid,
            kernel,
            convolution_geometry(
                (6, 1), (3, 1), stride=(stride, 1), padding=((way.before, way.after), (0, 0))
            ),
        )
        for way in (keras, torch)
    ]
    assert np.array_equal(*results) is (stride == 1)
