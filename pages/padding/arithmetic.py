"""What happens at each stop, and how large the result is."""

import streamlit as st

from cnnviz.convolution.formulas import convolution_rule
from cnnviz.notation import legend
from cnnviz.padding.formulas import TRANSPOSED_CONVOLUTION
from cnnviz.padding.geometry import Geometry
from pages.ui.headings import header
from pages.ui.result_size import floored_size_of_result
from pages.ui.stage import formulas_side_by_side


def arithmetic(geometry: Geometry) -> None:
    """Show the rule of what is computed, and that of the size with this view's numbers."""
    with formulas_side_by_side("stop"):
        stop, size = st.columns([1, 1.4], gap="large")
    with stop:
        if geometry.transposed:
            header("What each pixel adds")
            st.latex(TRANSPOSED_CONVOLUTION)
            st.markdown(
                "Every pixel writes its multiple of every weight; point at a pixel to see where. "
                "Read the other way, each result gathers what lies under the kernel turned around, "
                "as it slides over the spread input: that is the window above."
            )
            st.caption(legend(TRANSPOSED_CONVOLUTION))
        else:
            header("What happens at each stop")
            rule = convolution_rule(has_bias=False)
            st.latex(rule)
            st.markdown("Every result is the sum of the weights times the pixels under them.")
            st.caption(legend(rule))
    with size:
        floored_size_of_result(geometry)
