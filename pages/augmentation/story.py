"""What the samples tell, in sentences with their own numbers."""

from __future__ import annotations

import numpy as np

from cnnviz.networks.augmentation import running_mean
from cnnviz.notation import written_share
from pages.augmentation.scene import Drawn, Scene


def same_answer(scene: Scene, drawn: Drawn) -> tuple[int, int]:
    """Count the samples that get the picture's own answer: so many of so many."""
    assert scene.probabilities is not None
    assert drawn.answers is not None
    own = int(scene.probabilities.argmax())
    return int((drawn.answers.argmax(axis=1) == own).sum()), len(drawn.answers)


def sample_sentence(scene: Scene, drawn: Drawn) -> str:
    """Say how many samples get the answer that the picture itself gets; nothing without classes."""
    if scene.probabilities is None or drawn.answers is None:
        return ""
    same, count = same_answer(scene, drawn)
    best = int(scene.probabilities.argmax())
    own = drawn.answers[:, best]
    return (
        f"The picture itself is **{scene.label(best)}** to the network, "
        f"{written_share(scene.probabilities[best])}. So are "
        f"**{same} of {count}** samples; its probability goes from {written_share(own.min())} to "
        f"{written_share(own.max())}."
    )


def mean_sentence(scene: Scene, drawn: Drawn) -> str:
    """Say what the mean over the samples answers."""
    if scene.probabilities is None or drawn.answers is None:
        return ""
    mean = running_mean(drawn.answers)[-1]
    best = int(mean.argmax())
    return (
        f"Averaged over the {len(drawn.answers)} samples the answer is **{scene.label(best)}**, "
        f"{written_share(mean[best])}; to the picture itself the network gives that class "
        f"{written_share(scene.probabilities[best])}."
    )


def listed_classes(scene: Scene, drawn: Drawn, count: int = 3) -> list[int]:
    """Give the first classes of the picture's own answer, then of the mean."""
    assert scene.probabilities is not None
    assert drawn.answers is not None
    mean = drawn.answers.mean(axis=0)
    first = [*np.argsort(-scene.probabilities, kind="stable")[:count]]
    return [int(at) for at in dict.fromkeys([*first, *np.argsort(-mean, kind="stable")[:count]])]


def mean_rows(scene: Scene, drawn: Drawn) -> list[tuple[str, ...]]:
    """Give a row for each class listed: the picture itself, the mean, the least and the most."""
    assert scene.probabilities is not None
    assert drawn.answers is not None
    mean = running_mean(drawn.answers)[-1]
    return [
        (
            scene.label(at),
            written_share(scene.probabilities[at]),
            written_share(mean[at]),
            written_share(drawn.answers[:, at].min()),
            written_share(drawn.answers[:, at].max()),
        )
        for at in listed_classes(scene, drawn)
    ]
