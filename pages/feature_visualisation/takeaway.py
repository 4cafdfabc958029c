"""Below the stage: what is climbed, why it matters, downloads and code."""

from dataclasses import replace

import numpy as np
import streamlit as st

from cnnviz.networks.feature_visualisation.ascent import photo_part
from cnnviz.networks.feature_visualisation.code import feature_code
from cnnviz.networks.feature_visualisation.formulas import climbed, picture_formula
from cnnviz.notation import legend, written
from pages.feature_visualisation.making import Growing
from pages.feature_visualisation.scene import Scene
from pages.ui.headings import header
from pages.ui.network_files import network_files
from pages.ui.stage import why_it_matters
from pages.ui.takeaway import Download, npz, picture_download, take_it_with_you


def finish(scene: Scene, found: Growing) -> None:
    """Draw it."""
    recipe = scene.recipe
    # One channel has no colours to mix, whatever the recipe says.
    mixed = replace(recipe, colour=recipe.colour and scene.network.input_shape[2] == 3)
    formulas = [climbed(scene.target.what), picture_formula(mixed)]
    header("What is climbed")
    for formula in formulas:
        st.latex(formula)
    st.caption(
        f"{legend(*formulas)} Adam takes {recipe.steps} steps uphill. C. Olah, A. Mordvintsev "
        "and L. Schubert, “Feature Visualization”, 2017; A. Mordvintsev, N. Pezzotti, L. Schubert "
        "and C. Olah, “Differentiable Image Parameterizations”, 2018."
    )
    if found.done is not None:
        first, last = found.frames[0], found.frames[-1]
        st.markdown(
            f"With numbers: **{written(first.value)}** for the picture before the first step, "
            f"**{written(last.value)}** after {last.step} steps."
        )
    why_it_matters(
        "A kernel of the first layer can be read off its weights; deeper, nobody can. A picture "
        "made for a channel shows what drives it up and little else, photos show it among much "
        "else. Where both show the same, that is good evidence of what the channel looks for; "
        "where they differ, neither is to be trusted alone."
    )
    if found.done is None:
        return
    done = found.done
    downloads = [
        picture_download("Picture as PNG", "feature.png", lambda: done.picture),
        Download(
            "Way as NPZ",
            "feature.npz",
            lambda: npz(
                pictures=np.stack([frame.picture for frame in done.frames]),
                steps=np.array([frame.step for frame in done.frames]),
                values=np.array([frame.value for frame in done.frames], np.float32),
                shaken=done.shaken,
            ),
        ),
        Download("Curve as CSV", "feature.csv", lambda: curve_csv(found)),
    ]
    if recipe.start == "photo":
        photo = photo_part(scene.picture.image, done.picture.shape[:2])
        downloads.append(picture_download("Photo as PNG", "input.png", lambda: photo))
    downloads += network_files(scene.network, own=scene.own)
    take_it_with_you(downloads, feature_code(scene.network, scene.target, recipe))


def curve_csv(found: Growing) -> bytes:
    """Write the curve: a line for each step, the picture's own value where it was measured."""
    assert found.done is not None
    own = {frame.step: frame.value for frame in found.frames}
    lines = ["step,shaken,picture"]
    for step in range(len(found.done.shaken) + 1):
        shaken = f"{found.done.shaken[step]:.7g}" if step < len(found.done.shaken) else ""
        lines.append(f"{step},{shaken},{own[step]:.7g}" if step in own else f"{step},{shaken},")
    return ("\n".join(lines) + "\n").encode()
