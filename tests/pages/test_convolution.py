import pytest

from pages.ui.wire import unpack

PATH = "pages/01_convolution.py"
ELEVEN = ";".join([",".join(["1"] * 11)] * 11)


def sliders(page):
    """Give the stage's sliders, (value, most) by name."""
    assert not page.exception
    sent = [unpack(one.proto.bytes)[0] for one in page.get("bidi_component")]
    (found,) = [settings["sliders"] for settings in sent if "sliders" in settings]
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
