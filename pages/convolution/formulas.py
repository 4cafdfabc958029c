"""Formulas on the page: the rule, then the rule with this view's numbers in it."""

import streamlit as st

from cnnviz.convolution.formulas import OUTPUT_SIZE, convolution_rule, map_size_formula
from cnnviz.notation import legend
from cnnviz.padding.geometry import Geometry
from pages.ui.headings import header


def convolution_formula(*, is_flipped: bool) -> None:
    """Show what the window's sum is, in symbols."""
    header("What happens at each stop")
    rule = convolution_rule(is_flipped=is_flipped)
    st.latex(rule)
    turned = " The kernel lies on the picture turned around." if is_flipped else ""
    st.caption(legend(rule) + turned)


def size_of_result(geometry: Geometry) -> None:
    """Show how many rows and columns the result has, and why."""
    header("How large is the result?")
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
        f"{legend(OUTPUT_SIZE)} All in pixels. The brackets round down: where the stride does not "
        "divide, the remainder is left out."
    )
