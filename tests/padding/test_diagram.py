from xml.etree import ElementTree

import numpy as np
import pytest

from cnnviz.drawing.svg import DARK
from cnnviz.padding.diagram import GridDrawing, axis_svg, coverage_svg, grids_svg, layer_svg
from cnnviz.padding.geometry import apply_kernel, convolution_geometry, transposed_geometry

SVG = "{http://www.w3.org/2000/svg}"
ONES = np.ones((3, 3), np.float32)


def texts(drawing):
    return [element.text for element in ElementTree.fromstring(drawing).iter(f"{SVG}text")]


def count(drawing, tag):
    return len(list(ElementTree.fromstring(drawing).iter(f"{SVG}{tag}")))


def layer(geometry, grid, kernel=ONES, cell=(0, 0)):
    return layer_svg(grid, kernel, apply_kernel(grid, kernel, geometry), geometry, cell)


def test_every_number_of_a_layer_is_in_the_drawing():
    grid = np.arange(16, dtype=np.float32).reshape(4, 4)
    drawing = layer(convolution_geometry(4, 3), grid)
    assert texts(drawing) == [
        "Input 4 \u00d7 4",
        *map(str, range(16)),
        "\u2217",
        "Kernel",
        *"1" * 9,
        "=",
        "Result 2 \u00d7 2",
        "45",
        "54",
        "81",
        "90",
    ]


def test_padding_is_hatched_and_what_is_never_reached_is_crossed_out():
    grid = np.ones((6, 6), np.float32)
    padded = layer(convolution_geometry(6, 3, padding="same"), grid)
    assert padded.count("url(#padding)") == 8 * 8 - 6 * 6
    uneven = layer(convolution_geometry(6, 3, stride=2), grid)
    hatching = 1
    assert count(uneven, "line") == hatching + 2 * (6 * 6 - 5 * 5)


def test_the_zeros_of_a_spread_input_are_drawn_as_no_pixels():
    geometry = transposed_geometry(2, 3, stride=2)
    drawing = layer(geometry, np.ones((2, 2), np.float32))
    assert drawing.count("url(#padding)") == 7 * 7 - 4


def test_the_window_stands_where_the_cell_says():
    geometry = convolution_geometry(7, 3, stride=2)
    drawing = layer(geometry, np.ones((7, 7), np.float32), cell=(1, 2))
    frames = [
        {name: float(rect.get(name)) for name in ("x", "y", "width", "height")}
        for rect in ElementTree.fromstring(drawing).iter(f"{SVG}rect")
        if rect.get("fill") == "none"
    ]
    assert frames[0] == {"x": 20 + 4 * 48, "y": 54 + 2 * 48, "width": 3 * 48, "height": 3 * 48}


def test_what_a_person_may_write_is_escaped():
    drawing = grids_svg([GridDrawing("<b> & co", ONES, np.zeros((3, 3, 3), np.uint8))])
    assert "<b>" not in drawing
    assert texts(drawing)[0] == "<b> & co"


def test_a_strip_crosses_out_the_pixel_that_no_window_reaches():
    reached = axis_svg(8, before=0, after=1, kernel_size=3, stride=2, positions=4, described="")
    uneven = axis_svg(8, before=1, after=1, kernel_size=3, stride=2, positions=4, described="")
    windows, hatching = 4, 1
    assert count(reached, "line") == windows + hatching
    assert count(uneven, "line") == windows + hatching + 2
    assert texts(uneven) == ["0", *map(str, range(8)), "0"]


def test_a_strip_says_in_words_what_it_shows():
    drawing = axis_svg(
        3, before=0, after=0, kernel_size=1, positions=3, described="Three", inks=DARK
    )
    assert ElementTree.fromstring(drawing).find(f"{SVG}title").text == "Three"


@pytest.mark.parametrize("padding", ["valid", "same"])
def test_a_coverage_map_holds_its_counts(padding):
    counts = convolution_geometry(4, 3, padding=padding).coverage
    assert texts(coverage_svg(counts, "Coverage"))[1:] == [str(n) for n in counts.ravel()]


def test_nothing_is_fetched_from_elsewhere():
    drawing = coverage_svg(np.ones((2, 2), np.int64), "Coverage")
    assert "href" not in drawing
    assert drawing.count("http") == 1  # the name of SVG itself
