"""A kernel in the address, and those made from a formula."""

import numpy as np
import pytest
import streamlit as st

from cnnviz.kernels import KERNELS, checked_kernel, format_kernel
from pages.ui.kernel import _MAKERS, KernelInHand, kernel_entry

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


@pytest.mark.parametrize("kind", _MAKERS)
@pytest.mark.parametrize("end", [1, 2, 3], ids=["least", "most", "first"])
def test_a_maker_takes_what_its_sliders_say_from_end_to_end(kind, end):
    make, sliders = _MAKERS[kind]
    made = make(**{name: slider[end] for name, slider in sliders.items()})
    np.testing.assert_array_equal(checked_kernel(made), made)
    assert made.shape == (sliders["size"][end],) * 2


@pytest.mark.parametrize("order", [["take_weights", "take_edit"], ["take_edit", "take_weights"]])
def test_weights_and_their_undoing_that_come_at_once_are_taken_in_their_order(monkeypatch, order):
    monkeypatch.setattr(st, "session_state", {})
    held = [np.ones((1, 1), np.float32)]
    kernel = KernelInHand("stage", lambda: held[-1], held.append)
    weights = {"values": [3.0], "rows": 1, "columns": 1, "serial": 1}
    st.session_state["stage"] = {"kernel": weights, "edit": "undo"}
    for name in order:
        getattr(kernel, name)()
    assert [one.item() for one in held] == [1, 3, 1]
    assert (kernel.serial, len(kernel.history)) == (1, 0)
