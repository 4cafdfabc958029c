"""A stack as volumes: to scale, the same as SVG and as PNG."""

from __future__ import annotations

import io
import itertools
from xml.etree import ElementTree

import pytest
from PIL import Image

from cnnviz.drawing.svg import DARK
from cnnviz.networks.building.diagram import stack_png, stack_svg
from cnnviz.networks.building.kinds import Conv2D, Dense, Flatten, Input, MaxPooling2D
from cnnviz.networks.building.presets import PRESETS
from cnnviz.networks.building.stack import Stack
from cnnviz.networks.building.table import describe, outline

SVG = "{http://www.w3.org/2000/svg}"
STACK = Stack((Input(32, 16, 1), Conv2D(16, (1, 1)), MaxPooling2D(), Flatten(), Dense(9)))


def faces(text: str) -> list[list[tuple[float, float]]]:
    """Read the corners of each face: front, lid and side of one volume after the other."""
    found = []
    for polygon in ElementTree.fromstring(text).iter(f"{SVG}polygon"):
        corners = [corner.split(",") for corner in polygon.attrib["points"].split()]
        found.append([(float(x), float(y)) for x, y in corners])
    return found


def test_volumes_are_to_scale() -> None:
    fronts = faces(stack_svg(describe(STACK), "Scale"))[::3]
    lids = faces(stack_svg(describe(STACK), "Scale"))[1::3]
    assert len(fronts) == len(STACK.layers)
    heights = [front[3][1] - front[0][1] for front in fronts]
    widths = [front[1][0] - front[0][0] for front in fronts]
    depths = [lid[3][0] - lid[0][0] for lid in lids]
    # Rows, 32 to 16; columns, 16 to 8, at half the depth of 32; channels by their root, 16 to 9.
    assert heights[0] == heights[1] == pytest.approx(2 * heights[2], abs=0.02)
    assert depths[0] == pytest.approx(2 * depths[2], abs=0.02)
    assert depths[0] / heights[0] == pytest.approx(0.42 / 2, abs=0.001)
    assert widths[1] / widths[4] == pytest.approx(4 / 3, abs=0.01)


@pytest.mark.parametrize("name", PRESETS)
def test_each_layer_is_named_with_its_kind_and_shape(name: str) -> None:
    rows = describe(PRESETS[name].stack)
    made = ElementTree.fromstring(stack_svg(rows, "A title"))
    words = [element.text for element in made.iter(f"{SVG}text")]
    assert words[0] == made.findtext(f"{SVG}title", "").partition(":")[0] == "A title"
    for place, row in enumerate(rows):
        shape = " × ".join(map(str, row.output_shape))
        assert words[1 + 3 * place : 4 + 3 * place] == [row.name, row.layer.kind(), shape]


def test_volumes_and_words_do_not_lie_over_each_other() -> None:
    made = ElementTree.fromstring(stack_svg(describe(PRESETS["mobilenet"].stack), "MobileNet"))
    corners = faces(ElementTree.tostring(made, encoding="unicode"))
    spans = [
        (min(x for face in three for x, _ in face), max(x for face in three for x, _ in face))
        for three in zip(corners[::3], corners[1::3], corners[2::3], strict=True)
    ]
    assert all(one[1] < other[0] for one, other in itertools.pairwise(spans))
    assert spans[-1][1] < float(made.attrib["width"])


def test_a_png_is_the_same_drawing_at_twice_the_size() -> None:
    rows = describe(STACK)
    made = ElementTree.fromstring(stack_svg(rows, "Both", inks=DARK))
    picture = Image.open(io.BytesIO(stack_png(rows, "Both", inks=DARK)))
    for side, name in zip(picture.size, ("width", "height"), strict=True):
        assert side == pytest.approx(2 * float(made.attrib[name]), abs=1.1)
    polygons = list(made.iter(f"{SVG}polygon"))
    corners = faces(stack_svg(rows, "Both", inks=DARK))
    # The sides of the three maps; all else is so thin that its outline fills it.
    for place in (2, 5, 8):
        x, y = (sum(corner[axis] for corner in corners[place]) / 4 for axis in (0, 1))
        red, green, blue = picture.convert("RGB").getpixel((round(2 * x), round(2 * y)))
        assert f"#{red:02x}{green:02x}{blue:02x}" == polygons[place].attrib["fill"]


def test_the_part_of_an_impossible_stack_that_fits_can_be_drawn() -> None:
    rows = outline(Stack((Input(4, 4, 1), Flatten(), MaxPooling2D()))).rows
    assert len(faces(stack_svg(rows, "Two"))) == 6


def test_a_title_is_text_and_nothing_else() -> None:
    text = stack_svg(describe(STACK), "<script>alert(1)</script>")
    assert "<script" not in text
    assert ElementTree.fromstring(text).findtext(f"{SVG}text") == "<script>alert(1)</script>"


def test_a_long_stack_with_a_long_vector_stays_a_picture_of_bounded_size() -> None:
    rows = describe(Stack((Input(128, 128, 4), *(Flatten(),) * 99)))
    picture = Image.open(io.BytesIO(stack_png(rows, "x" * 300, scale=8)))
    # 99 vectors of 65,536 numbers at 300 pixels, and what is between them.
    assert max(picture.size) < 99 * 320 + 1000
