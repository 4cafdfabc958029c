import pytest

from cnnviz.convolution.formulas import output_size_formula
from cnnviz.padding.formulas import same_and_valid, same_padding, transposed_size


@pytest.mark.parametrize(
    ("axis", "written"),
    [
        ({"input_size": 6, "kernel_size": 3, "stride": 2}, r"\lfloor 1.5 \rfloor + 1 = 2"),
        (
            {"input_size": 8, "kernel_size": 2, "stride": 3, "padding": (0, 1)},
            r"2.333 \rfloor + 1 = 3",
        ),
        (
            {"input_size": 3, "kernel_size": 3, "dilation": 4, "padding": (6, 6)},
            r"6 \rfloor + 1 = 7",
        ),
    ],
)
def test_the_floor_can_be_seen(axis, written):
    assert output_size_formula(**axis, floor=True).endswith(written)


def test_what_a_transposed_layer_adds_at_the_end_is_written_with_a_plus():
    assert transposed_size(4, 2, stride=3, ends=(0, -1)).endswith("- 0 + 1 = 12")


def test_same_is_worked_out_step_by_step():
    steps = same_padding(224, 3, stride=2)
    assert steps[0].endswith("= 112")
    assert steps[1].endswith("(112 - 1) \\cdot 2 + 3 = 225")
    assert steps[2].endswith("225 - 224 = 1")
    assert steps[3].endswith(r"= 0, \quad \text{after} = 1 - 0 = 1")


def test_a_stride_that_skips_pixels_needs_no_padding():
    assert r"\max(7 - 9,\, 0) = 0" in same_padding(9, 1, stride=3)[2]


def test_same_rounds_up_what_valid_rounds_down():
    formula = same_and_valid(224, 3, stride=2)
    assert r"\tfrac{224}{2} \right\rceil = \mathbf{112}" in formula
    assert r"\tfrac{224 - 1 \cdot (3 - 1) - 1}{2} \right\rfloor + 1 = 111" in formula
