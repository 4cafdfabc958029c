import io

import numpy as np
import pytest
from PIL import Image

from cnnviz.drawing import palette
from cnnviz.drawing.gif import Filling, Grid, drawings_gif

COLOURS = np.random.default_rng(3).integers(0, 256, (2, 3, 3), np.uint8)
GRID = Grid(5, 7, 40)


def frames(data):
    gif = Image.open(io.BytesIO(data))
    shown = []
    for step in range(gif.n_frames):
        gif.seek(step)
        shown.append((np.asarray(gif.convert("RGB")).astype(int), gif.info["duration"]))
    return shown


def filling():
    full = Image.new("RGB", (130, 100), "white")
    GRID.draw(full, [""] * 6, COLOURS)
    return Filling(full, [GRID.box(0, column) for column in range(3)])


def test_a_box_holds_its_cells():
    assert GRID.box(1, 2) == (85, 47, 125, 87)
    assert GRID.box(0, 0, 2, 3) == (5, 7, 125, 87)


def test_cells_stay_filled_and_an_outline_goes():
    one = filling()
    one.step([GRID.box(0, 0)], [GRID.box(0, 0)])
    one.step([GRID.box(0, 1)], [])
    first, second = (frame for frame, _ in frames(one.gif(0.25)))
    for place, frames_of_it in ((0, [first, second]), (1, [second])):
        for frame in frames_of_it:
            np.testing.assert_allclose(frame[27, 25 + 40 * place], COLOURS[0, place], atol=8)
    assert first[27, 65].tolist() == [243, 245, 245]
    assert first[7, 25].tolist() == palette.rgb(palette.LIGHT_ACCENT).tolist()
    assert second[7, 25].tolist() != palette.rgb(palette.LIGHT_ACCENT).tolist()


def test_the_last_frame_stands_longer():
    one = filling()
    for column in range(3):
        one.step([GRID.box(0, column)], [])
    assert [duration for _, duration in frames(one.gif(0.25))] == [250, 250, 1500]


def test_a_padded_cell_is_hatched_and_its_number_stands_on_the_paper():
    drawing = Image.new("RGB", (130, 100), "white")
    hatched = np.zeros((2, 3), bool)
    hatched[0, 1] = True
    GRID.draw(drawing, ["8"] * 6, np.zeros((2, 3, 3), np.uint8), hatched=hatched)
    pixels = np.asarray(drawing.convert("L")).astype(int)
    padded, plain = pixels[8:47, 46:85], pixels[8:47, 6:45]
    assert padded[11, 11] == 255
    assert plain[11, 11] == 0
    assert padded[12:28, 12:28].min() < 100  # a dark number on paper
    assert plain[12:28, 12:28].max() > 155  # and a bright one on black


@pytest.mark.parametrize("make", ["filling", "drawings"])
def test_all_frames_have_one_palette(make):
    """A colour that stays must not flicker: a frame's own palette would move it."""
    rng = np.random.default_rng(1)
    noise = rng.integers(0, 256, (40, 120, 3), np.uint8)
    if make == "filling":
        one = filling()
        for column in range(3):
            one.step([GRID.box(0, column)], [])
        data = one.gif(0.1)
    else:
        drawings = []
        for step in range(5):
            pixels = np.roll(noise, 17 * step, axis=1)
            pixels[30:] = noise[30:]
            drawings.append(Image.fromarray(pixels))
        data = drawings_gif(drawings, 0.1)
        bottom = [frame[30:] for frame, _ in frames(data)]
        assert all((one == bottom[0]).all() for one in bottom)
        assert (
            frames(drawings_gif([Image.new("RGB", (40, 40), "white")] * 2, 1))[0][0] == 255
        ).all()
    gif = Image.open(io.BytesIO(data))
    palettes = set()
    for step in range(gif.n_frames):
        gif.seek(step)
        palettes.add(bytes(gif._frame_palette.palette))
    assert len(palettes) == 1
