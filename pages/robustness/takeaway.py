"""Below the stage: the arithmetic with its numbers, why it matters, downloads and code."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import streamlit as st

from cnnviz.networks.robustness import CHANGES
from cnnviz.networks.robustness.adversarial import prepared
from cnnviz.networks.robustness.code import attack_code, comparison_code, sweep_code
from cnnviz.networks.robustness.formulas import (
    MARGIN,
    attack_rule,
    best_other,
    margin_with_numbers,
    steepest,
    step_with_numbers,
)
from cnnviz.notation import legend, written
from cnnviz.search.formulas import similarity_formula
from pages.robustness.runs import Attacked, Likeness, Moved, Rival
from pages.robustness.scene import Scene, at_amount
from pages.robustness.state import EPSILON, STEADY
from pages.robustness.story import ALIKE
from pages.ui.headings import header
from pages.ui.markdown import plain
from pages.ui.network_files import network_files, program_files
from pages.ui.picture import Picture, picture_address
from pages.ui.stage import why_it_matters
from pages.ui.takeaway import Download, npz, picture_download, take_it_with_you

_POOLING = "pages/04_pooling.py"


def finish_sweep(scene: Scene, name: str, moved: Moved, likeness: Likeness | None, at: int) -> None:
    """Draw what follows a sweep."""
    network, change, sweep = scene.network, CHANGES[name], moved.sweep
    part = network.shown_part(scene.picture.image)
    amount = float(sweep.amounts[at])
    if likeness is not None:
        _cosine(scene, name, likeness, at, amount)
    why_it_matters(
        "A picture in the world is never quite the one of the training: it is turned, darker, "
        "saved badly. Convolution is equivariant to whole shifts alone, and only away from the "
        "border; everything else a network must have learned from its examples. Where its answer "
        "flips tells what it has not."
    )
    st.page_link(
        _POOLING,
        label="Pooling: the same for one kernel, pixel by pixel",
        icon=":material/compress:",
        query_params={"pool_part": "Shift test"} | picture_address(),
    )
    classes = [f"{at} {label}" for at, label in enumerate(network.labels)]
    downloads = [
        picture_download("Picture as PNG", f"{name}.png", lambda: change.apply(part, amount)),
        Download(
            "Curves as CSV",
            "sweep.csv",
            lambda: csv(
                ["amount", "rank", *classes],
                [sweep.amounts, sweep.ranks(scene.target), *sweep.probabilities.T],
            ),
        ),
        *_likeness_downloads(likeness, sweep.amounts),
        *program_files(scene.network, scene.picture, own=scene.own),
    ]
    take_it_with_you(downloads, sweep_code(network, name, scene.target))


def finish_comparison(picture: Picture, name: str, rivals: list[Rival], at: int) -> None:
    """Draw what follows a comparison of networks, with the numbers of one stop."""
    _margins(name, rivals, at)
    why_it_matters(
        "How well a network does on clean pictures says little about how steady it is. Two of the "
        "same accuracy can differ much in what throws them; so it is measured, change by change, "
        "before one of them meets pictures that nobody has chosen."
    )
    amounts = rivals[0].sweep.amounts
    headings = ["amount", *(f"{one.title}: {one.label}" for one in rivals)]
    columns = [one.sweep.probabilities[:, one.best] for one in rivals]
    downloads = [
        Download("Curves as CSV", f"{name}.csv", lambda: csv(headings, [amounts, *columns]))
    ]
    for one in rivals:
        downloads += _files_of(one, picture)
    take_it_with_you(downloads, comparison_code([(one.network, one.best) for one in rivals], name))


def _files_of(rival: Rival, picture: Picture) -> list[Download]:
    """Offer what the program reads of a network."""
    network = rival.network
    shown = picture_download(
        f"Input of {network.title} as PNG",
        f"input_{network.name}.png",
        lambda: network.shown_part(picture.image),
    )
    files = [
        replace(one, label=f"{network.title} as .keras")
        for one in network_files(network, own=rival.own)
    ]
    return [shown, *files]


def _margins(name: str, rivals: list[Rival], at: int) -> None:
    """Write how far each network is from another answer, at one stop."""
    header("How far from another answer")
    st.latex(MARGIN)
    where = at_amount(name, rivals[0].sweep.amounts[at])
    st.caption(
        f"{legend(MARGIN)} Above 0 the class that a network gave the unmoved picture is still its "
        f"answer. With the numbers {where}:"
    )
    for one in rivals:
        answer = one.sweep.probabilities[at]
        st.latex(margin_with_numbers(answer, one.best))
        other = one.network.labels[best_other(answer, one.best)]
        st.caption(f"{plain(one.title)}: {plain(one.label)} against {plain(other)}.")


def finish_attack(scene: Scene, goal: int | None, found: Attacked, steps: int) -> None:
    """Draw what follows an attack."""
    attack, epsilon, targeted = found.attack, STEADY[EPSILON], goal is not None
    class_index = scene.target if goal is None else goal
    header("One step, with its numbers")
    rule = attack_rule(epsilon, targeted=targeted, steps=steps)
    st.latex(rule)
    st.caption(
        f"{legend(rule)} The loss is the cross-entropy of {scene.label(class_index)}, "
        f"{'which is to fall' if targeted else 'which is to rise'}. "
        + (
            "Goodfellow, Shlens and Szegedy (2015), Explaining and Harnessing Adversarial Examples."
            if steps == 1
            else "Madry et al. (2018), Towards Deep Learning Models Resistant to Adversarial "
            "Attacks."
        )
    )
    row, column, channel = steepest(attack)
    colour = ("red", "green", "blue")[channel]
    where = f"row {row}, column {column}, {colour}, counted from 0"
    if steps == 1:
        st.latex(step_with_numbers(attack, epsilon, targeted=targeted))
        st.caption(f"The number that the loss hangs on most: {where}.")
    else:
        place = (row, column, channel)
        st.caption(
            f"The number that the loss hangs on most at first, {where}, went in {steps} steps from "
            f"{attack.before[place]} to {attack.after[place]}; its slope was "
            f"{written(float(attack.slope[place]))}."
        )
    why_it_matters(
        "Each number changes by little, but all in the direction that the network's loss names, "
        "so thousands of small effects add up: at a few levels the eye sees hardly any of it. An "
        "adversarial example is made for one network; it shows that an answer can hang on what "
        "nobody would call a reason."
    )
    downloads = [
        picture_download("Picture as PNG", "attacked.png", lambda: attack.after),
        Download(
            "Difference as NPZ",
            "attack.npz",
            lambda: npz(
                before=attack.before,
                after=attack.after,
                difference=attack.difference,
                probabilities_before=scene.probabilities,
                probabilities=attack.probabilities,
            ),
        ),
        *program_files(scene.network, scene.picture, own=scene.own),
    ]
    code = attack_code(scene.network, class_index, epsilon=epsilon, targeted=targeted, steps=steps)
    take_it_with_you(downloads, code)


def csv(headings: list[str], columns: list[np.ndarray]) -> bytes:
    r"""Write columns of numbers under their headings.

    >>> csv(["a", "b, c"], [np.array([1.0, 2.5]), np.array([3.0, 0.125])])
    b'a,"b, c"\n1,3\n2.5,0.125\n'
    """
    file = io.StringIO()
    quoted = [
        '"' + one.replace('"', '""') + '"' if set(one) & {*',"\n'} else one for one in headings
    ]
    file.write(",".join(quoted) + "\n")
    for row in zip(*columns, strict=True):
        file.write(",".join(f"{value:.7g}" for value in row) + "\n")
    return file.getvalue().encode()


def _cosine(scene: Scene, name: str, likeness: Likeness, at: int, amount: float) -> None:
    """Write one layer's likeness with its numbers: the first that is not alike, or the last."""
    pooled = likeness.values[:, at, 1]
    below = np.flatnonzero(pooled < ALIKE)
    layer = likeness.layers[int(below[0]) if len(below) else len(pooled) - 1]
    network, part = scene.network, scene.network.shown_part(scene.picture.image)
    vectors = []
    for picture in (part, CHANGES[name].apply(part, amount)):
        maps = network.feature_maps_of_input(prepared(network, picture), [layer])[layer]
        vectors.append(maps.mean(axis=(0, 1)) if maps.ndim == 3 else maps)
    formula = similarity_formula(vectors[0], vectors[1], "cosine")
    st.latex(formula)
    st.caption(
        f"The cosine of `{layer}` {at_amount(name, amount)}: the means of its "
        f"{len(vectors[0]):,} maps for the picture itself and for the changed one. "
        f"{legend(formula)}"
    )


def _likeness_downloads(likeness: Likeness | None, amounts: np.ndarray) -> list[Download]:
    if likeness is None:
        return []
    arrays = {
        "amounts": amounts,
        "layers": np.array(likeness.layers),
        "cell_by_cell": likeness.values[..., 0],
        "pooled": likeness.values[..., 1],
    }
    return [Download("Layers as NPZ", "layers.npz", lambda: npz(**arrays))]
