"""Formulas on a page: the rule, then the rule with this view's numbers in it."""

import streamlit as st

from cnnviz.formulas import OUTPUT_SIZE, output_size_formula
from cnnviz.shapes import Padding, axis_paddings


def size_of_result(
    input_size: tuple[int, int],
    kernel_size: tuple[int, int],
    *,
    stride: int,
    padding: Padding,
    dilation: int,
) -> None:
    """Show how many rows and columns the result has, and why."""
    st.subheader("How large is the result?", anchor=False)
    rule, rows, columns = st.columns([1.1, 1, 1])
    with rule:
        st.caption("n input, k kernel, s stride, d dilation, p padding")
        st.latex(OUTPUT_SIZE)
    per_axis = zip((rows, columns), ("Rows", "Columns"), axis_paddings(padding), strict=True)
    for axis, (column, name, amount) in enumerate(per_axis):
        with column:
            st.caption(name)
            st.latex(
                output_size_formula(
                    input_size[axis],
                    kernel_size[axis],
                    stride=stride,
                    padding=amount,
                    dilation=dilation,
                )
            )
