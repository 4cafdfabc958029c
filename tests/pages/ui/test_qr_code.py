"""An address as a QR code."""

import re

import cv2
import numpy as np
import pytest

from pages.ui.qr_code import LONGEST, code_of, left_out

VIEW = "https://cnnviz.example/convolution?picture=goldfish&kernel=gaussian_7&stride=3"


def pixels(svg: str) -> np.ndarray:
    """Draw the path of an SVG code: rows of dark runs, in units of a module."""
    side = int(re.search(r'width="(\d+)"', svg)[1])
    path = re.search(r'd="(M[^"]+)"[^>]*stroke="#000"', svg) or re.search(
        r'stroke="#000"[^>]* d="([^"]+)"', svg
    )
    scale = 8
    image = np.full((side, side), 255, np.uint8)
    x = y = 0.0
    for letter, numbers in re.findall(r"([Mmh])([-\d. ]+)", path[1]):
        values = [float(number) for number in re.findall(r"-?\d*\.?\d+", numbers)]
        if letter == "M":
            x, y = values
        elif letter == "m":
            x, y = x + values[0], y + values[1]
        else:
            top, left = round((y - 0.5) * scale), round(x * scale)
            image[top : top + scale, left : left + round(values[0] * scale)] = 0
            x += values[0]
    return image


@pytest.mark.parametrize("address", [VIEW, VIEW + "&at=12,40" * 60], ids=["short", "long"])
def test_a_reader_finds_the_address_in_it(address):
    found, _, _ = cv2.QRCodeDetector().detectAndDecode(pixels(code_of(address)))
    assert found == address


def test_it_says_what_it_cannot_hold():
    longest = "https://a.b/" + "x" * (LONGEST - 12)
    assert "<svg" in code_of(longest)
    with pytest.raises(ValueError, match=r"at most 2,953 letters.*has 2,954: copy the link"):
        code_of(longest + "x")
    with pytest.raises(ValueError, match="needs an address of the web"):
        code_of("javascript:alert(1)")


def test_it_says_what_others_do_not_get():
    assert left_out(VIEW) == []
    (own,) = left_out("https://cnnviz.example/pooling?picture=own")
    assert own == "Your own picture is not part of it: it stays with you."
    (here,) = left_out("http://localhost:8501/pooling?picture=panda")
    assert here.startswith("localhost means this computer alone.")
