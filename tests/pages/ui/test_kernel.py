"""A kernel in the address."""

import numpy as np
import pytest

from cnnviz.kernels import KERNELS, format_kernel
from pages.ui.kernel import kernel_entry

ENTRY = kernel_entry(KERNELS["sobel_x"].values)


@pytest.mark.parametrize("name", [name for name in KERNELS if name != "sobel_x"])
def test_a_preset_is_named_and_its_numbers_mean_the_same(name):
    values = KERNELS[name].values
    (text,) = ENTRY.texts_of(values)
    assert np.array_equal(KERNELS[text].values, values)  # two presets may have the same numbers
    for written in (text, name, format_kernel(values)):
        assert np.array_equal(ENTRY.value_of((written,)), values)


def test_any_other_is_spelled_out():
    assert ENTRY.texts_of(np.array([[2, 0.5]], np.float32)) == ("2,0.5",)


def test_the_default_is_left_out():
    assert ENTRY.texts_of(KERNELS["sobel_x"].values.copy()) == ()


@pytest.mark.parametrize("text", ["box_12", "Box", "", "box_11,1"])
def test_an_unknown_name_is_refused(text):
    with pytest.raises(ValueError, match="kernel is written as numbers"):
        ENTRY.value_of((text,))
