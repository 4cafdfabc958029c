"""Formulas on the page: the rule, then the rule with this view's numbers in it."""

import streamlit as st

from cnnviz.convolution.formulas import convolution_rule, map_size_formula
from cnnviz.padding.geometry import Geometry


def convolution_formula(*, is_flipped: bool) -> None:
    """Show what the window's sum is, in symbols."""
    st.header("What happens at each stop", anchor=False)
    st.latex(convolution_rule(is_flipped=is_flipped))
    turned = ", which is turned around: k its rows, l its columns" if is_flipped else ""
    st.caption(
        "y the result in row r and column c, b the bias, w the weight in row i and column j of the "
        f"kernel{turned}, x the pixel under it; s stride, d dilation, p padding. All are counted "
        "from 0."
    )


def size_of_result(geometry: Geometry) -> None:
    """Show how many rows and columns the result has, and why."""
    st.header("How large is the result?", anchor=False)
    st.latex(
        map_size_formula(
            geometry.input_size,
            geometry.window,
            stride=geometry.stride,
            padding=geometry.padding,
            dilation=geometry.dilation,
        )
    )
    st.caption(
        "n input, k kernel, s stride, d dilation, p padding before and after, all in pixels. "
        "The brackets round down: where the stride does not divide, the rest is left out."
    )
