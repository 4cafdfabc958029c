"""What there is to try on the Network page, in the view that is open."""

from collections.abc import Mapping, Sequence

from cnnviz.networks import NETWORKS
from cnnviz.notation import written, written_share
from pages.networks.scene import Scene
from pages.networks.state import NETWORK, PLACE, UNTRAINED, VIEW, Focus
from pages.ui.experiments import Experiment

KEEP = (VIEW.name, NETWORK.name, UNTRAINED.name, PLACE.name)
"""What an experiment leaves as it is, unless it says otherwise."""


def _answered(scene: Scene) -> str:
    network = scene.network
    if not network.has_classes:
        return f"Its last layer, {network.answer_layer}, names no classes."
    (first,) = network.predictions(scene.maps, top=1)
    return (
        f"Its answer is {first.label} with {written_share(first.probability)}; guessing among "
        f"{network.class_count:,} classes would be {written_share(1, network.class_count)}."
    )


def _sizes(scene: Scene) -> str:
    network = scene.network
    parameters = sum(layer.parameters for layer in network.layers)
    return f"{len(network.layers)} layers with {parameters:,} parameters. {_answered(scene)}"


def _largest(scene: Scene) -> str:
    place = scene.focus
    values = scene.maps[place.layer].ravel()
    value = written(float(values[min(place.channel, values.size - 1)]), 4)
    return f"The number that is explained is {value}, of {place.layer}. {_answered(scene)}"


def network_experiments(scene: Scene) -> Sequence[Experiment[Scene]]:
    """Give the experiments for a network and a picture, whose answer decides what is looked at."""

    def answer() -> Mapping[str, object]:
        network = scene.network
        best = network.predictions(scene.maps, top=1) if network.has_classes else []
        channel = best[0].index if best else 0
        channel = min(channel, network.layer(network.answer_layer).channels - 1)
        place = scene.strongest(network.answer_layer, channel)
        return {VIEW.name: "Explain", PLACE.name: Focus(network.answer_layer, channel, *place)}

    return (
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
