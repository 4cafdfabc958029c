import pytest

from cnnviz.convolution.lively import lively_place
from cnnviz.convolution.windows import cell_at
from tests.pages.checks import flat_picture, messages, try_everything

PATH = "pages/01_convolution.py"
ELEVEN = ";".join([",".join(["1"] * 11)] * 11)


def sliders(page):
    """Give the stage's sliders, (value, most) by name."""
    assert not page.exception
    (found,) = [settings["sliders"] for settings, _ in messages(page) if "sliders" in settings]
    return {one["name"]: (one["value"], one["most"]) for one in found}


def test_a_dilation_that_no_longer_fits_is_the_largest_that_does_in_any_browser(open_page):
    # 28 pixels hold eleven taps two apart at most.
    page = open_page(PATH, picture="digit", kernel=ELEVEN, dilation="8")
    assert sliders(page)["dilation"] == (2, 2)
    page.query_params["kernel"] = "1,0,-1"
    assert sliders(page.run())["dilation"] == (8, 8)


@pytest.mark.parametrize(
    ("stride", "dilation", "bias"), [("8", "8", "255"), ("1", "1", "-255"), ("8", "1", "-255")]
)
@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("picture", ["digit", "panda"])
def test_the_extremes_of_the_sliders_show(open_page, picture, stride, dilation, bias, padding):
    page = open_page(
        PATH, picture=picture, stride=stride, dilation=dilation, bias=bias, padding=padding
    )
    found = sliders(page)
    assert (found["stride"][0], found["bias"][0]) == (int(stride), int(bias))
    assert found["dilation"][0] == min(int(dilation), found["dilation"][1])


def message(page):
    """Give what the stage was sent: settings and arrays; None where there is no stage."""
    assert not page.exception
    return next((message for message in messages(page) if "padded_rows" in message[1]), None)


def uploaded(open_page, shape, **address):
    page = open_page(PATH, **address)
    page.session_state["picture_in_hand"] = flat_picture(shape)
    return page.run()


SMALL = [(8, 8, 3), (1, 64, 3), (3, 150, 3), (1, 1, 3)]


@pytest.mark.parametrize("shape", SMALL, ids=str)
def test_a_kernel_larger_than_the_picture_is_one_sentence_with_the_numbers(open_page, shape):
    page = uploaded(open_page, shape, kernel=ELEVEN)
    assert message(page) is None
    (sentence,) = [warning.value for warning in page.warning]
    assert "11" in sentence
    assert str(min(shape[:2])) in sentence
    page.selectbox(key="padding").set_value("same").run()
    assert message(page)[1]["output"].shape[1:] == shape[:2]
    assert not page.warning


@pytest.mark.parametrize("shape", SMALL, ids=str)
def test_every_experiment_runs_on_a_small_picture(open_page, shape):
    seen = []

    def check(page):
        found = message(page)
        assert (found is None) == bool(page.warning)
        seen.append(found)

    try_everything(uploaded(open_page, shape), check)
    assert len(seen) == 4


@pytest.mark.parametrize("border", ["Zeros", "Reflect", "Replicate", "Wrap"])
@pytest.mark.parametrize("shape", SMALL, ids=str)
def test_every_border_stands_around_a_small_picture(open_page, shape, border):
    page = uploaded(open_page, shape, padding="same", border=border, kernel=ELEVEN)
    assert message(page)[1]["output"].shape[1:] == shape[:2]


@pytest.mark.parametrize(
    ("kernel", "said"),
    [
        ("-1,0,1;-2,0,2;-1,0,1", "with the other sign."),
        ("-1,-1,-1;-1,8,-1;-1,-1,-1", "large at outlines."),
        ("-2,-1,0;-1,1,1;0,1,2", "here it lies flipped."),
    ],
)
def test_a_flipped_kernel_has_its_own_formula_and_words(open_page, kernel, said):
    page = open_page(PATH, kernel=kernel, flip="true", picture="digit")
    assert r"w_{k_\text{rows}-1-i,\, k_\text{columns}-1-j}" in page.latex[0].value
    assert any(caption.value.endswith(said) for caption in page.caption)
    page = open_page(PATH, kernel=kernel, picture="digit")
    assert "w_{i,j}" in page.latex[0].value
    assert not any("flipped" in caption.value.lower() for caption in page.caption)


def test_an_experiment_does_not_depend_on_the_one_before(open_page):
    page = open_page(PATH, picture="digit", at="3,4", flip="true", padding="same")
    page.button(key="try_A stride of 4").click().run()
    assert message(page)[0]["stride"] == [4, 4]
    page.button(key="try_Find the edges").click().run()
    settings, arrays = message(page)
    assert (settings["stride"], settings["flip"], settings["padding"]) == ([1, 1], False, "valid")
    assert arrays["kernel"][1, 1] == 8
    assert set(page.query_params) == {"picture", "kernel"}


def first_cell(arrays):
    return list(cell_at(lively_place(arrays["input"]), arrays["output"].shape[1:]))


# ---- one focus --------------------------------------------------------------------------------


def test_the_cell_in_hand_stays_at_its_place_when_the_map_changes_its_size(open_page):
    page = open_page(PATH, at="126,85")
    height, width = message(page)[1]["output"].shape[1:]
    place = [(126 + 0.5) / height, (85 + 0.5) / width]
    for stride in ("4", "8", "3", "1"):
        page.query_params["stride"] = stride
        settings, arrays = message(page.run())
        size = arrays["output"].shape[1:]
        expected = [int(at * count) for at, count in zip(place, size, strict=True)]
        assert settings["selected"] == expected
        assert page.query_params["at"] == f"{expected[0]},{expected[1]}"
    assert page.query_params["at"] == "126,85"


@pytest.mark.parametrize("stride", ["1", "4"])
@pytest.mark.parametrize("picture", ["panda", "digit"])
def test_a_strong_edge_is_looked_at_first_in_every_map_and_not_in_the_address(
    open_page, picture, stride
):
    page = open_page(PATH, picture=picture, stride=stride)
    settings, arrays = message(page)
    assert settings["selected"] == first_cell(arrays)
    output = arrays["output"][0]
    if stride == "1":
        assert output[tuple(settings["selected"])] >= 0.35 * output.max()
    assert "at" not in page.query_params


def test_a_cell_that_the_map_has_not_got_opens_the_first(open_page):
    page = open_page(PATH, picture="digit", at="100,3")
    settings, arrays = message(page)
    assert settings["selected"] == first_cell(arrays)
    assert "at" not in page.query_params


def test_a_change_of_the_size_is_another_focus_for_the_browser(open_page):
    page = open_page(PATH, at="126,85")
    first = message(page)[0]["selection"]
    page.query_params["stride"] = "4"
    assert message(page.run())[0]["selection"] != first


def test_the_animation_shows_the_cell_in_focus_and_names_the_bias(open_page, monkeypatch):
    made = {}
    monkeypatch.setattr("streamlit.download_button", lambda *a, **_: made.update({a[2]: a[1]}))
    calls = []
    drawn = "pages.convolution.stage.sliding_patch_gif"
    monkeypatch.setattr(drawn, lambda *_, **named: calls.append(named) or b"")
    page = open_page(PATH, at="126,85", stride="4", bias="10")
    made["convolution.gif"]()
    assert list(calls[0]["cell"]) == message(page)[0]["selected"]
    assert calls[0]["bias"] == 10


# ---- the menu of kernels ------------------------------------------------------------------------


def test_a_text_that_was_refused_is_complained_about_once(open_page):
    page = open_page(PATH, picture="digit")
    page.text_input(key="convolution_text").set_value("1,2;3").run()
    assert len(page.error) == 1
    # A browser sends what still stands in the folded field with whatever happens next.
    page.text_input(key="convolution_text").set_value("1,2;3")
    page.selectbox(key="padding").set_value("same").run()
    assert not page.error
    page.text_input(key="convolution_text").set_value("1,2;3,4").run()
    assert message(page)[1]["kernel"].tolist() == [[1, 2], [3, 4]]


def test_the_kernel_that_the_maker_shows_is_taken_with_one_press(open_page):
    page = open_page(PATH, picture="digit")
    page.session_state["convolution_make"] = True
    page.run()
    page.button(key="convolution_maker_take").click().run()
    assert message(page)[1]["kernel"].shape == (7, 7)
    assert message(page)[0]["kernel_title"] in ("Custom", "Gaussian blur 7 \u00d7 7")


def test_a_padding_that_a_smaller_kernel_forbids_comes_back(open_page):
    page = open_page(PATH, picture="digit", kernel=ELEVEN, padding="10 px")
    assert message(page)[0]["padding"] == 10
    page.query_params["kernel"] = "1,0,-1"
    assert message(page.run())[0]["padding"] == 2
    page.query_params["kernel"] = ELEVEN
    assert message(page.run())[0]["padding"] == 10
