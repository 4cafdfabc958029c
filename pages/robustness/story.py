"""What a sweep tells, in sentences with its own numbers."""

from __future__ import annotations

import numpy as np

from cnnviz.networks.robustness import CHANGES, Answers, Attack, Sweep
from cnnviz.notation import written
from pages.robustness.runs import Likeness, Moved, Rival
from pages.robustness.scene import Scene, amount_words, at_amount, share
from pages.ui.markdown import plain

ALIKE = 0.9
"""The cosine from which on a layer's pooled maps are called alike."""


def unmoved_stop(name: str, sweep: Sweep) -> int:
    """Give the stop at which nothing is changed."""
    return int(np.argmin(np.abs(sweep.amounts - CHANGES[name].nothing)))


def flip_stop(scene: Scene, name: str, sweep: Sweep) -> int | None:
    """Give the stop of the smallest change at which the answer is another; None where none is."""
    flip = sweep.first_flip(scene.best, CHANGES[name].nothing)
    return None if flip is None else int(np.flatnonzero(sweep.amounts == flip)[0])


def telling_stop(scene: Scene, name: str, sweep: Sweep) -> int:
    """Give the stop that is shown first: where the answer flips, or is least sure."""
    flip = flip_stop(scene, name, sweep)
    return int(sweep.probabilities[:, scene.best].argmin()) if flip is None else flip


def flip_sentence(scene: Scene, name: str, sweep: Sweep) -> str:
    """Say where the answer flips first."""
    best, change = scene.best, CHANGES[name]
    begun = (
        f"{plain(scene.network.title)} says **{scene.label(best)}** of the picture itself, "
        f"{share(scene.probabilities[best])}. "
    )
    at = flip_stop(scene, name, sweep)
    if at is None:
        least = telling_stop(scene, name, sweep)
        return begun + (
            f"That stays its answer at all {len(sweep.amounts)} stops; it is least sure "
            f"{at_amount(name, sweep.amounts[least])}, "
            f"{share(sweep.probabilities[least, best])}."
        )
    other = int(sweep.probabilities[at].argmax())
    return begun + (
        f"Of the {len(sweep.amounts)} stops, the nearest to no change at which it says something "
        f"else is **{amount_words(name, sweep.amounts[at])}** ({change.title.lower()}): "
        f"**{scene.label(other)}**, {share(sweep.probabilities[at, other])}."
    )


def layer_sentence(scene: Scene, name: str, sweep: Sweep, likeness: Likeness) -> str:
    """Say at which layer the maps cease to be alike, where the answer flips or is least sure."""
    at = telling_stop(scene, name, sweep)
    pooled = likeness.values[:, at, 1]
    flips = flip_stop(scene, name, sweep) is not None
    where = f"Where the answer {'flips' if flips else 'is least sure'}"
    below = np.flatnonzero(pooled < ALIKE)
    if not len(below):
        lowest = int(pooled.argmin())
        return (
            f"{where}, the pooled maps of all {len(pooled)} layers compared are still alike: the "
            f"lowest cosine is {_floored(pooled[lowest])}, of `{likeness.layers[lowest]}`."
        )
    first = int(below[0])
    until = ""
    if first:
        floor = float(np.floor(100 * pooled[:first].min())) / 100
        until = f"; up to `{likeness.layers[first - 1]}` it is at least {written(floor, 2)}"
    return (
        f"{where}, the pooled maps begin to differ at **`{likeness.layers[first]}`**: its cosine, "
        f"{_floored(pooled[first])}, is the first below {ALIKE} of the {len(pooled)} layers "
        f"compared{until}."
    )


def _floored(cosine: float) -> str:
    """Write a cosine: never rounded up to the bound, nor to 1, which float32 may miss a little.

    >>> _floored(0.89996), _floored(0.99996), _floored(0.9999999)
    ('0.899', '0.999', '1')
    """
    same = cosine > 1 - 1e-6
    return written(1.0 if same else float(np.floor(1000 * cosine)) / 1000)


def rival_row(rival: Rival, name: str) -> tuple[str, str, str, str]:
    """Give a network's row: its title, its answer, where it flips first, how often it stays."""
    sweep, still = rival.sweep, unmoved_stop(name, rival.sweep)
    flip = sweep.first_flip(rival.best, CHANGES[name].nothing)
    stays = int((sweep.ranks(rival.best) == 1).sum())
    return (
        plain(rival.title),
        f"{plain(rival.label)}, {share(sweep.probabilities[still, rival.best])}",
        "nowhere" if flip is None else amount_words(name, flip),
        f"{stays} of {len(sweep.amounts)}",
    )


def fair_sentence(rivals: list[Rival]) -> str:
    """Say what may be compared."""
    among = ", ".join(f"{plain(one.title)} among {one.classes:,}" for one in rivals)
    return (
        "Each line follows the class that its own network gives the unmoved picture, right or "
        f"wrong, and they choose among different classes: {among}. So compare how long a line "
        "holds, not how high it begins."
    )


def moved_sentence(scene: Scene, name: str, moved: Moved, at: int) -> str:
    """Say what the network answers at a stop."""
    answer = moved.sweep.probabilities[at]
    best = int(answer.argmax())
    where = at_amount(name, moved.sweep.amounts[at])
    return (
        f"A{where[1:]} the answer is {scene.label(best)}, "
        f"{share(answer[best])}; {scene.label(scene.target)} has {share(answer[scene.target])} "
        f"and rank {int(moved.sweep.ranks(scene.target)[at])}."
    )


def attack_sentence(scene: Scene, goal: int | None, attack: Attack) -> str:
    """Say how large the change is and what it does."""
    followed = scene.target if goal is None else goal
    best = int(attack.probabilities.argmax())
    changed = (attack.difference != 0).mean()
    return (
        f"A number changes by at most **{attack.largest} of 255 levels** (L\u221e), the length of "
        f"the whole change **{written(attack.length, 4)} levels** (L2); {share(changed)} of the "
        f"numbers differ. The probability of {scene.label(followed)} goes from "
        f"{share(scene.probabilities[followed])} to {share(attack.probabilities[followed])}; the "
        f"answer is {'still' if best == scene.best else 'now'} **{scene.label(best)}**, "
        f"{share(attack.probabilities[best])}."
    )


def survived_sentence(scene: Scene, answers: Answers) -> str:
    """Say what is answered to an attacked picture that was treated."""
    best = int(answers.after.argmax())
    return (
        f"The attacked picture {answers.treatment}: {scene.label(best)}, "
        f"{share(answers.after[best])}."
    )
