"""Below the stage: why it matters, downloads and code."""

from __future__ import annotations

import csv
import io

import numpy as np

from cnnviz.networks.augmentation.code import SECOND_FILE, samples_code
from cnnviz.shapes import Pixels
from pages.augmentation.scene import Drawn, Scene
from pages.ui.network_files import program_files
from pages.ui.stage import why_it_matters
from pages.ui.takeaway import Download, npz, picture_download, take_it_with_you

_ACROSS = 6


def finish(scene: Scene, drawn: Drawn) -> None:
    """Draw what follows the stage."""
    why_it_matters(
        "Augmentation shows a network each picture of its training set changed a little "
        "differently in every epoch, so that it cannot learn single pixels by heart. It helps "
        "only where a change leaves the class as it is: a 6 that is turned far enough is a 9. "
        "MixUp and CutMix change the label too, by the share of each picture. Most layers work "
        "during training alone and pass every picture on otherwise; AutoContrast, CenterCrop and "
        "ContrastLimitedAdaptiveHistogramEqualization change pictures at test time as well. "
        "Averaging over samples at test time is a choice of one's own, and costs one answer for "
        "each."
    )
    downloads = [
        picture_download("Samples as PNG", "samples.png", lambda: sheet(drawn)),
        Download("Arrays as NPZ", "samples.npz", lambda: _arrays(scene, drawn)),
        Download("What was drawn as CSV", "samples.csv", lambda: drawn_csv(scene, drawn)),
        *program_files(scene.network, scene.picture, own=scene.own),
        *_second_file(scene),
    ]
    code = samples_code(scene.network, scene.layers, count=scene.count, seed=scene.seed)
    take_it_with_you(downloads, code)


def _second_file(scene: Scene) -> list[Download]:
    """Offer the picture that this one is mixed with, which the program reads; none where none."""
    second = scene.second
    if second is None:
        return []
    return [picture_download("Second picture as PNG", SECOND_FILE, lambda: second.image)]


def sheet(drawn: Drawn) -> Pixels:
    """Lay the picture itself and the samples out in one picture, row by row, with a gap between.

    Each place is as large as the largest of them.
    """
    pictures = [drawn.original, *drawn.samples.pictures]
    rows, columns = np.max([one.shape[:2] for one in pictures], axis=0)
    gap, down = max(2, columns // 40), -(-len(pictures) // _ACROSS)
    whole = np.full((down * (rows + gap) - gap, _ACROSS * (columns + gap) - gap, 3), 255, np.uint8)
    for at, picture in enumerate(pictures):
        top, left = at // _ACROSS * (rows + gap), at % _ACROSS * (columns + gap)
        whole[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
    return whole


def drawn_csv(scene: Scene, drawn: Drawn) -> bytes:
    """Write a row for each sample: what each layer has drawn, and what was answered."""
    file = io.StringIO()
    rows = csv.writer(file, lineterminator="\n")
    kinds = [layer.kind() for layer in scene.layers]
    asks = drawn.answers is not None
    mixed = ["label"] if drawn.samples.labels is not None else []
    rows.writerow(["sample", *kinds, *mixed, *(["answer", "probability"] if asks else [])])
    for at, words in enumerate(drawn.samples.drawn):
        answer: list[object] = []
        if drawn.answers is not None:
            best = int(drawn.answers[at].argmax())
            answer = [scene.network.labels[best], f"{drawn.answers[at, best]:.7g}"]
        rows.writerow([at + 1, *words, *answer])
    return file.getvalue().encode()


def _arrays(scene: Scene, drawn: Drawn) -> bytes:
    arrays: dict[str, np.ndarray] = {"picture": drawn.original, "samples": drawn.samples.pictures}
    if drawn.samples.labels is not None:
        arrays |= {"label_shares": drawn.samples.labels}
    if scene.probabilities is not None and drawn.answers is not None:
        arrays |= {"answer": scene.probabilities, "answers": drawn.answers}
        arrays["labels"] = np.array(scene.network.labels)
    return npz(**arrays)
