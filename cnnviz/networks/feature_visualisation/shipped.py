"""The pictures that come with the project, for the networks that do: what a page opens with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path

import numpy as np

from cnnviz.networks.feature_visualisation.ascent import Frame, Visualisation
from cnnviz.networks.feature_visualisation.recipe import Recipe, Target
from cnnviz.shipped import FEATURES

Question = tuple[Target, Recipe]


@cache
def shipped_visualisations(network: str) -> Mapping[Question, Visualisation]:
    """Read the pictures that ship for a network, none for any other; `write` made them.

    Parameters
    ----------
    network : its name in `cnnviz.networks.NETWORKS`.
    """
    path = FEATURES / f"{network}.npz"
    if network not in {known.stem for known in FEATURES.glob("*.npz")}:
        return {}
    with np.load(path) as arrays:
        asked = json.loads(str(arrays["questions"]))
        return {
            (Target(**target), Recipe(**recipe)): Visualisation(
                tuple(
                    Frame(int(step), picture, float(value))
                    for step, picture, value in zip(
                        arrays[f"steps_{at}"],
                        arrays[f"pictures_{at}"],
                        arrays[f"values_{at}"],
                        strict=True,
                    )
                ),
                arrays[f"shaken_{at}"],
            )
            for at, (target, recipe) in enumerate(asked)
        }


def write(path: Path, made: Mapping[Question, Visualisation]) -> None:
    """Write pictures to a file that `shipped_visualisations` reads."""
    arrays: dict[str, np.ndarray] = {
        "questions": np.array(json.dumps([[asdict(one) for one in asked] for asked in made]))
    }
    for at, one in enumerate(made.values()):
        arrays[f"steps_{at}"] = np.array([frame.step for frame in one.frames], np.int32)
        arrays[f"pictures_{at}"] = np.stack([frame.picture for frame in one.frames])
        arrays[f"values_{at}"] = np.array([frame.value for frame in one.frames], np.float64)
        arrays[f"shaken_{at}"] = one.shaken
    np.savez_compressed(path, allow_pickle=False, **arrays)
