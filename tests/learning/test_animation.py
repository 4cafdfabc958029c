import io

import numpy as np
import pytest
from PIL import Image

from cnnviz.learning.animation import learning_gif
from cnnviz.learning.descent import start_learning
from cnnviz.learning.replay import record_chapter
from cnnviz.learning.task import learning_task

RNG = np.random.default_rng(2)
PICTURE = RNG.normal(size=(20, 30))
SOBEL = np.float32([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])


def chapters(task, *lengths):
    state, recorded = start_learning(task), []
    for steps in lengths:
        recorded.append(record_chapter(task, state, steps=steps))
        state = recorded[-1].end
    return recorded


def frames(gif: bytes) -> list[np.ndarray]:
    image = Image.open(io.BytesIO(gif))
    shown = []
    for frame in range(image.n_frames):
        image.seek(frame)
        shown.append(np.asarray(image.convert("RGB")).astype(int))
    return shown


def test_the_result_on_the_last_frame_has_come_close_to_the_target():
    task = learning_task(PICTURE, [SOBEL], learning_rate=0.5, momentum=0.0, batch=8)
    shown = frames(learning_gif(task, chapters(task, 10, 15), ["Sobel"], frames=8))
    assert len(shown) <= 8

    def apart(frame: np.ndarray) -> float:
        maps = frame[:, -306:-18]
        height = 185  # 288 pixels wide, 18 to 28
        return float(np.abs(maps[48 : 48 + height] - maps[48 + 228 :][:height]).mean())

    assert apart(shown[-1]) < 0.2 * apart(shown[0])


@pytest.mark.parametrize("last", [0, 1, 5, 99])
def test_it_ends_at_the_step_in_hand(last):
    task = learning_task(PICTURE, [SOBEL, SOBEL], learning_rate=0.01, batch=2)
    shown = frames(learning_gif(task, chapters(task, 12), ["Sobel", "Sobel"], last=last))
    assert 1 <= len(shown) <= min(last, 12) + 1


def test_a_run_that_diverges_can_be_drawn():
    task = learning_task(PICTURE, [SOBEL], learning_rate=9.0, momentum=0.0, batch=2)
    recorded = chapters(task, 100)
    assert recorded[0].end.diverged
    assert frames(learning_gif(task, recorded, ["Sobel"]))
