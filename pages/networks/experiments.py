"""What there is to try on the Network page, in the view that is open."""

import math
from collections.abc import Mapping, Sequence

from cnnviz.networks import NETWORKS
from cnnviz.notation import written, written_share
from pages.networks.comparison import with_twin
from pages.networks.scene import Scene
from pages.networks.state import NETWORK, OTHER_NETWORK, PAGE, PLACE, TWIN, UNTRAINED, VIEW, Focus
from pages.ui.experiments import Experiment
from pages.ui.markdown import plain

KEEP = (VIEW.name, NETWORK.name, UNTRAINED.name, PLACE.name)
"""What an experiment leaves as it is, unless it says otherwise."""


def _answered(scene: Scene) -> str:
    network = scene.network
    if not network.has_classes:
        return f"Its last layer, {plain(network.answer_layer)}, names no classes."
    (first,) = network.predictions(scene.maps, top=1)
    return (
        f"Its answer is {plain(first.label)} with {written_share(first.probability)}; guessing "
        f"among {network.class_count:,} classes would be {written_share(1, network.class_count)}."
    )


def _sizes(scene: Scene) -> str:
    network = scene.network
    parameters = sum(layer.parameters for layer in network.layers)
    return f"{len(network.layers)} layers with {parameters:,} parameters. {_answered(scene)}"


def _largest(scene: Scene) -> str:
    place = scene.focus
    one = scene.network.layer(place.layer)
    cell = (place.row, place.column, place.channel) if one.is_map else (place.channel,)
    value = written(float(scene.maps[one.name][cell]), 4)
    return f"The number that is explained is {value}, of {plain(one.name)}. {_answered(scene)}"


def _zeros(scene: Scene) -> str:
    layer = scene.network.layer(scene.focus.layer)
    zero = (scene.maps[layer.name] == 0).reshape(-1, layer.channels).all(axis=0)
    kind = "maps" if layer.is_map else "numbers"
    return (
        f"On this picture alone {int(zero.sum()):,} of the {layer.channels:,} {kind} of "
        f"{plain(layer.name)} are zero; the sentence at the stage says how many are on all photos."
    )


def _trained(scene: Scene) -> str:
    compared = with_twin(scene)
    layers = compared.layers if compared is not None else ()
    found = [one for one in layers if math.isfinite(one.outputs)]
    if not found:
        return ""
    most = max(found, key=lambda one: one.outputs)
    return (
        f"Of {len(found):,} layers {plain(most.name)} is the most different: the two outputs are "
        f"{written(most.outputs)} times as far apart as the trained one is long."
    )


_ON_THE_BENCH = ("Health", "Compare")
_BENCH = (
    Experiment(
        "Which maps never answer?",
        {VIEW.name: "Health"},
        "How many are zero on every photo, and how many only on this picture?",
        _zeros,
    ),
    Experiment(
        "What training changed, layer by layer",
        {VIEW.name: "Compare", OTHER_NETWORK.name: TWIN, UNTRAINED.name: False},
        "Do the first layers differ as much as the last?",
        _trained,
    ),
)
"""What there is to try where many pictures, or two networks, are looked at."""


def network_experiments(scene: Scene) -> Sequence[Experiment[Scene]]:
    """Give the experiments for a network and a picture, whose answer decides what is looked at."""

    def answer() -> Mapping[str, object]:
        network = scene.network
        best = network.predictions(scene.maps, top=1) if network.has_classes else []
        channel = best[0].index if best else 0
        channel = min(channel, network.layer(network.answer_layer).channels - 1)
        place = scene.strongest(network.answer_layer, channel)
        return {VIEW.name: "Explain", PLACE.name: Focus(network.answer_layer, channel, *place)}

    usual = (
        Experiment(
            "What did training change?",
            {UNTRAINED.name: True},
            "The same layers with weights as they were drawn at first.",
            _answered,
        ),
        Experiment(
            "The network beginners write",
            {
                NETWORK.name: NETWORKS["tutorial"].title,
                UNTRAINED.name: False,
                PLACE.name: None,
            },
            "A network so small that every map of it can be looked at.",
            _sizes,
        ),
        Experiment(
            "Where does the answer come from?",
            answer,
            "The inputs that speak most for the answer, and against it.",
            _largest,
        ),
    )
    return (*usual, *_BENCH) if PAGE[VIEW] in _ON_THE_BENCH else usual
