"""Formulas on the page: the rule, then the rule with this view's numbers in it."""

from cnnviz.convolution.formulas import OUTPUT_SIZE, convolution_rule, map_size_formula
from cnnviz.notation import legend
from cnnviz.padding.geometry import Geometry
from pages.ui.stage import formulas


def convolution_formula(*, is_flipped: bool) -> None:
    """Show what the window's sum is, in symbols."""
    rule = convolution_rule(is_flipped=is_flipped)
    turned = " The kernel lies on the picture turned around." if is_flipped else ""
    formulas("What happens at each stop", rule, caption=legend(rule) + turned)


def size_of_result(geometry: Geometry) -> None:
    """Show how many rows and columns the result has, and why."""
    formulas(
        "How large is the result?",
        map_size_formula(
            geometry.input_size,
            geometry.window,
            stride=geometry.stride,
            padding=geometry.padding,
            dilation=geometry.dilation,
        ),
        caption=f"{legend(OUTPUT_SIZE)} All in pixels. The brackets round down: where the stride "
        "does not divide, the remainder is left out.",
    )
