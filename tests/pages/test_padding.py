"""The Padding and stride page without a browser: every control's ends, and what it sends."""

import contextlib
import io

import numpy as np
import pytest

from cnnviz.convolution import convolve, transposed_convolve
from tests.pages.checks import sent
from tests.torch_stand_in import standing_in

PATH = "pages/02_padding_and_stride.py"


def stage(page):
    """Give what the stage was sent: settings and arrays."""
    return sent(page, "padded_rows")


def shapes(page):
    _, arrays = stage(page)
    return arrays["input"].shape[:2], arrays["kernel"].shape, arrays["output"].shape[1:]


EXTREMES = {
    "smallest": {"pad_side": "3", "pad_kernel": "1", "pad_padding": "Valid"},
    "largest": {"pad_side": "16", "pad_kernel": "7", "pad_dilation": "4", "pad_padding": "Full"},
    "strided": {"pad_side": "16", "pad_kernel": "7", "pad_stride": "4", "pad_dilation": "4"},
    "only padding": {"pad_padding": "Explicit", "pad_before": "6", "pad_after": "0"},
    "apart": {
        "pad_apart": "true",
        "pad_side": "3",
        "pad_side_across": "16",
        "pad_kernel": "2",
        "pad_kernel_across": "5",
        "pad_stride_across": "3",
        "pad_padding": "Valid",
    },
    "mean of a patch": {"pad_values": "Patch of the picture", "pad_weights": "Mean"},
    "one's own": {"pad_values": "Your own numbers", "grid": "1,2,3;4,5,6;7,8,9", "pad_side": "3"},
    "transposed": {"pad_transposed": "true", "pad_stride": "4", "pad_kernel": "7"},
    "transposed, gaps": {
        "pad_transposed": "true",
        "pad_stride": "4",
        "pad_kernel": "2",
        "pad_padding": "Valid",
    },
    "transposed, cut": {
        "pad_transposed": "true",
        "pad_padding": "Explicit",
        "pad_side": "3",
        "pad_kernel": "7",
        "pad_dilation": "4",
        "pad_before": "24",
    },
}


@pytest.mark.parametrize("address", EXTREMES.values(), ids=EXTREMES)
def test_what_is_shown_is_what_the_layer_gives(open_page, address):
    page = open_page(PATH, **address)
    settings, arrays = stage(page)
    grid, kernel = arrays["input"], arrays["kernel"]
    windows = np.array(settings["window"])
    rows, columns = arrays["padded_rows"], arrays["padded_columns"]
    zeros = (rows < 0)[:, None] | (columns < 0)
    padded = np.where(zeros, 0, grid[..., 0][np.maximum(rows, 0)][:, np.maximum(columns, 0)])
    slid = kernel[::-1, ::-1] if settings["flip"] else kernel
    expected = convolve(
        padded[..., None],
        slid[:, :, None, None],
        stride=tuple(settings["stride"]),
        dilation=tuple(settings["dilation"]),
    )[..., 0]
    np.testing.assert_allclose(arrays["output"][0], expected, rtol=1e-5)
    assert tuple(windows) == kernel.shape
    if address.get("pad_transposed"):
        assert settings["mode"] == "transposed"
        whole = transposed_convolve(
            grid, kernel[:, :, None, None], stride=settings["spread"], dilation=settings["dilation"]
        )
        assert min(whole.shape[:2]) >= min(expected.shape)


def test_the_address_is_followed_to_the_letter(open_page):
    page = open_page(PATH, **EXTREMES["apart"])
    assert shapes(page) == ((3, 16), (2, 5), (2, 4))


HOSTILE = {
    "pad_side": "-3",
    "pad_kernel": "99",
    "pad_stride": "two",
    "pad_padding": "<script>",
    "pad_values": "../../etc",
    "pad_transposed": "perhaps",
    "pad_before": "1e999",
    "grid": "1,2;3",
    "patch": "-1,x",
    "kernel": "nan",
    "at": "99999999999,0",
}


def test_a_hostile_address_opens_the_defaults(open_page):
    page = open_page(PATH, **HOSTILE)
    assert not page.error
    assert shapes(page) == ((6, 6), (3, 3), (6, 6))


def test_a_kernel_never_outgrows_what_it_slides_over(open_page):
    page = open_page(PATH, pad_padding="Valid", pad_kernel="6")
    page.slider(key="pad_side").set_value(4).run()
    assert page.slider(key="pad_kernel").value == 4
    assert page.slider(key="pad_kernel").max == 4
    assert shapes(page) == ((4, 4), (4, 4), (1, 1))
    page.slider(key="pad_side").set_value(3).run()
    assert shapes(page) == ((3, 3), (3, 3), (1, 1))


def test_a_number_that_does_not_fit_is_said_and_comes_back(open_page):
    page = open_page(PATH, pad_padding="Valid", pad_kernel="7", pad_dilation="4")
    captions = [caption.value for caption in page.caption]
    assert "Kernel size: 7 does not fit here, 6 is the most." in captions
    assert "Dilation: 4 does not fit here, 1 is the most." in captions
    page.selectbox(key="pad_padding").set_value("same").run()
    assert shapes(page)[1] == (7, 7)
    assert not any("does not fit" in caption.value for caption in page.caption)


@pytest.mark.parametrize(
    ("address", "heading"),
    [
        ({}, "Why 112 and not 111?"),
        ({"pad_kernel": "7"}, "Why 112 and not 109?"),
        ({"pad_stride": "4", "pad_kernel": "7", "pad_dilation": "4"}, "Why 56 and not 50?"),
        ({"pad_kernel": "1"}, "How many zeros are added?"),
    ],
)
def test_the_question_has_this_views_numbers(open_page, address, heading):
    page = open_page(PATH, **address)
    assert heading in [header.value for header in page.header]


def test_a_transposed_layer_cuts_off_and_adds_no_zeros(open_page):
    page = open_page(PATH, pad_transposed="true")
    said = " ".join(markdown.value for markdown in page.markdown)
    assert "Here the two agree: both cut off the same." in said
    assert "zeros are as many" not in said


@pytest.mark.parametrize("rule", ["Valid", "Same", "Full", "Explicit"])
def test_a_program_is_named_by_the_padding_that_it_uses(open_page, rule):
    page = open_page(PATH, pad_padding=rule)
    names = [expander.label for expander in page.expander]
    assert f"This view in Keras, padding {rule.lower()}" in names
    assert len(set(names)) == len(names)


def test_dilation_stops_where_the_kernel_would_not_fit(open_page):
    page = open_page(PATH, pad_padding="Valid", pad_side="7", pad_dilation="3")
    assert page.slider(key="pad_dilation").max == 3
    page.slider(key="pad_kernel").set_value(5).run()
    assert "pad_dilation" not in {slider.key for slider in page.slider}
    assert shapes(page)[2] == (3, 3)


def test_of_a_transposed_result_something_is_left(open_page):
    page = open_page(PATH, **EXTREMES["transposed, cut"])
    assert page.slider(key="pad_after").max == 26 - 24
    page.slider(key="pad_after").set_value(2).run()
    assert shapes(page)[2] == (1, 1)


def test_rows_and_columns_begin_alike_when_they_are_set_apart(open_page):
    page = open_page(PATH, pad_stride="2", pad_side="8")
    page.toggle(key="pad_apart").set_value(True).run()
    assert shapes(page) == ((8, 8), (3, 3), (4, 4))
    page.slider(key="pad_stride_across").set_value(4).run()
    assert shapes(page)[2] == (4, 2)
    page.toggle(key="pad_apart").set_value(False).run()
    assert shapes(page)[2] == (4, 4)


def test_written_numbers_set_the_size(open_page):
    page = open_page(PATH)
    page.text_input(key="pad_text").set_value("1,2,3,4; 5,6,7,8; 9,8,7,6.5").run()
    assert not page.error
    assert stage(page)[1]["input"][..., 0].tolist()[2] == [9, 8, 7, 6.5]
    assert shapes(page)[0] == (3, 4)
    page.text_input(key="pad_text").set_value("1,2;3").run()
    assert "Received: 2 rows of 2, 1 numbers" in page.error[0].value.replace("\\", "")
    assert shapes(page)[0] == (3, 4)


def test_ones_own_weights_begin_as_those_that_were_shown(open_page):
    page = open_page(PATH, pad_weights="Counting numbers", pad_kernel="2")
    page.selectbox(key="pad_weights").set_value("own").run()
    np.testing.assert_array_equal(stage(page)[1]["kernel"], [[1, 2], [3, 4]])


EXPERIMENTS = {
    "Corners once, the middle nine times": ((5, 5), (3, 3)),
    "Why 112 and not 111?": ((16, 16), (8, 8)),
    "A pixel that is never reached": ((8, 8), (3, 3)),
    "A checkerboard from a transposed layer": ((4, 4), (9, 9)),
}


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_an_experiment_sets_up_what_it_promises(open_page, name):
    page = open_page(PATH, pad_padding="Explicit", pad_dilation="2", pad_apart="true")
    page.button(key=f"try_{name}").click().run()
    grid, result = EXPERIMENTS[name]
    assert shapes(page) == (grid, (3, 3), result)
    counts = stage(page)[1]["coverage_0"]
    if "nine times" in name:
        assert counts[0, 0] == counts[-1, -1] == 1
        assert counts[2, 2] == counts.max() == 9
    if "never" in name:
        assert not counts[-1].any()
        assert not counts[:, -1].any()
        assert counts[:-1, :-1].all()
    if "checkerboard" in name:
        assert counts[4].tolist() == [2, 2, 4, 2, 4, 2, 4, 2, 2]


@pytest.mark.parametrize("transposed", ["false", "true"])
def test_the_programs_on_the_page_give_the_numbers_on_the_page(open_page, transposed, tf):
    page = open_page(
        PATH, pad_transposed=transposed, pad_stride="2", pad_weights="Right minus left"
    )
    assert len(page.code) == 1
    page.session_state["pad_code_keras"] = page.session_state["pad_code_pytorch"] = True
    page.run()
    programs = {code.value for code in page.code}
    assert len(programs) == 2  # Keras's stands twice
    for program in programs:
        names: dict[str, object] = {}
        with standing_in(), contextlib.redirect_stdout(io.StringIO()):
            exec(compile(program, "program", "exec"), names)
        np.testing.assert_allclose(names["result"], stage(page)[1]["output"][0], atol=1e-5)


def test_a_moved_limit_does_not_bring_the_addresss_value_back(open_page):
    page = open_page(PATH, pad_padding="Valid", pad_kernel="6", pad_side="8")
    page.slider(key="pad_kernel").set_value(2).run()
    page.slider(key="pad_side").set_value(6).run()
    assert shapes(page) == ((6, 6), (2, 2), (5, 5))
    assert page.query_params["pad_kernel"] == "2"
