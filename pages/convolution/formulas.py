"""Formulas on a page: the rule, then the rule with this view's numbers in it."""

import streamlit as st

from cnnviz.convolution.formulas import CONVOLUTION, OUTPUT_SIZE, output_size_formula
from cnnviz.shapes import Padding, axis_paddings


def convolution_formula() -> None:
    """Show what the window's sum is, in symbols."""
    st.header("What happens at each stop", anchor=False)
    st.latex(CONVOLUTION)


def size_of_result(
    input_size: tuple[int, int],
    kernel_size: tuple[int, int],
    *,
    stride: int,
    padding: Padding,
    dilation: int,
) -> None:
    """Show how many rows and columns the result has, and why."""
    st.header("How large is the result?", anchor=False)
    lines = [rf"n' &= {OUTPUT_SIZE}"]
    for axis, (name, amount) in enumerate(
        zip(("rows", "columns"), axis_paddings(padding), strict=True)
    ):
        formula = output_size_formula(
            input_size[axis], kernel_size[axis], stride=stride, padding=amount, dilation=dilation
        )
        lines.append(rf"\text{{{name}}} &= {formula}")
    st.latex(r"\begin{aligned}" + r" \\[0.6em] ".join(lines) + r"\end{aligned}")
    st.caption(
        "n input, k kernel, s stride, d dilation, p padding before and after, all in pixels. "
        "The brackets round down: where the stride does not divide, the rest is left out."
    )
