"""How large a layer's result is, with what the floor takes away made visible."""

import streamlit as st

from cnnviz.convolution.formulas import OUTPUT_SIZE, output_size_formula
from cnnviz.notation import aligned, legend
from cnnviz.padding.formulas import TRANSPOSED_SIZE, transposed_size
from cnnviz.padding.geometry import Geometry
from pages.ui.headings import header

_AXES = (("rows", "row", "at the bottom"), ("columns", "column", "on the right"))


def floored_size_of_result(geometry: Geometry) -> None:
    """Show the size rule with this view's numbers, the floor in it, and what it leaves out."""
    header("How large is the result?")
    lines = [f"n' &= {TRANSPOSED_SIZE if geometry.transposed else OUTPUT_SIZE}"]
    for axis, (name, _, _) in enumerate(_AXES):
        sizes = geometry.input_size[axis], geometry.window[axis]
        stops = {"stride": geometry.stride[axis], "dilation": geometry.dilation[axis]}
        ends = geometry.padding[axis]
        if geometry.transposed:
            formula = transposed_size(*sizes, **stops, ends=ends)
        else:
            formula = output_size_formula(*sizes, **stops, padding=ends, floor=True)
        lines.append(rf"\text{{{name}}} &= {formula}")
    st.latex(aligned(lines, apart=0.6))
    st.markdown(_transposed_words() if geometry.transposed else _floor_words(geometry))


def _transposed_words() -> str:
    return (
        f"{legend(TRANSPOSED_SIZE)} All in pixels. There is nothing to round: this is the size "
        "rule of a convolution read backwards, and the size it was rounded down from is lost."
    )


def _floor_words(geometry: Geometry) -> str:
    words = [_left_over(geometry, axis) for axis in (0, 1)]
    said = [sentence for sentence in words if sentence]
    if not said:
        said = ["Here every stride fits and nothing is left over."]
    return (
        f"{legend(OUTPUT_SIZE)} All in pixels. The brackets round down: where the stride does not "
        f"divide, the remainder is left out, and is crossed out above. {' '.join(said)}"
    )


def _left_over(geometry: Geometry, axis: int) -> str:
    """Say what the last window leaves out along one axis, and what lies between windows."""
    plural, singular, end = _AXES[axis]
    left = geometry.left_over[axis]
    of_input = max(0, left - geometry.padding[axis][1])
    between = geometry.unreached[axis] - of_input
    words = ""
    if left:
        noun = f"1 {singular}" if left == 1 else f"{left} {plural}"
        kind = "" if of_input == left else " of padding" if not of_input else ", padding included,"
        verb = "is" if left == 1 else "are"
        words = f"**{noun}{kind} {end} {verb} never reached.**"
    if between > 0:
        noun = f"1 {singular} lies" if between == 1 else f"{between} {plural} lie"
        words += f" **{noun} in gaps between the weights or the windows.**"
    return words.strip()
