"""What there is to try on the page Why."""

from __future__ import annotations

from cnnviz.notation import written, written_share
from pages.attribution import maps
from pages.attribution.scene import Scene
from pages.attribution.state import CLASS, COVER, EVERY, METHOD, NETWORK, PART
from pages.ui.experiments import Experiment
from pages.ui.markdown import plain


def _answered(scene: Scene) -> str:
    network, one = scene.network, scene.target
    share = written_share(float(scene.probabilities[one]))
    return f"{plain(network.title)} says {scene.label(one)} with {share}."


def _added_up(scene: Scene) -> str:
    found = maps.ready(scene, (scene.name, scene.target))
    if found is None or found.integral is None:
        return ""
    total = float(found.integral.sums.sum())
    return (
        f"All pixels together: {written(total, 4)}; the logit's difference: "
        f"{written(found.integral.difference, 4)}."
    )


EXPERIMENTS = (
    Experiment(
        "Ask every method",
        {EVERY.name: True},
        "Do they agree on the place, and which of them are sharp?",
        _answered,
    ),
    Experiment(
        "Sharp, and hardly a reason",
        {METHOD.name: "guided_backpropagation", PART.name: "trust"},
        "Does the map stay, as the weights are scrambled from the top down?",
        _answered,
    ),
    Experiment(
        "It adds up to the logit",
        {METHOD.name: "integrated_gradients", NETWORK.name: "Small VGG"},
        "The sum below the formula: what all pixels add is what the logit has gained.",
        _added_up,
    ),
    Experiment(
        "Cover the thing itself",
        {PART.name: "cover"},
        "Drag the patch over the photo: where do the bars fall?",
        _answered,
    ),
)
KEEP = (CLASS.name, NETWORK.name)
FREE = (COVER.name, CLASS.name)
