"""What there is to try on the Search page, on the photos that ship."""

from collections.abc import Sequence

from cnnviz.notation import written
from pages.search.scene import SearchScene
from pages.search.state import LAYER, NETWORK, QUERY, REGION, UNTRAINED
from pages.ui.experiments import Experiment
from pages.ui.markdown import plain

KEEP = (NETWORK.name,)
"""What an experiment leaves as it is, unless it says otherwise."""
_HAMMER = {QUERY.name: "tool/hammer1"}


def _found(scene: SearchScene) -> str:
    matches = scene.matches
    right = sum(match.label == scene.label for match in matches)
    return (
        f"At {plain(scene.layer)}, {right} of the {len(matches)} nearest pictures are of the "
        f"group {plain(scene.label)}, like the query."
    )


def _nearest(scene: SearchScene) -> str:
    first = scene.matches[0]
    title = plain(scene.indexed.titles[first.index])
    return f"The nearest to that region is {title}, {written(first.score)}. {_found(scene)}"


def search_experiments(scene: SearchScene) -> Sequence[Experiment[SearchScene]]:
    """Give the experiments for a network, whose first and last layers are asked."""
    first, last = scene.layers[0], scene.layers[-1]
    return (
        Experiment(
            "Colour at the first layer",
            {**_HAMMER, LAYER.name: first},
            "What is found has the query's colours and textures, whatever it shows.",
            _found,
        ),
        Experiment(
            "Objects at the last layer",
            {**_HAMMER, LAYER.name: last},
            "What is found shows things of the same kind, whatever their colour.",
            _found,
        ),
        Experiment(
            "Only a region",
            {QUERY.name: "fish/fish1", REGION.name: (250, 250, 750, 750)},
            "Only the part within the frame is looked for.",
            _nearest,
        ),
        Experiment(
            "What does an untrained network find?",
            {**_HAMMER, LAYER.name: last, UNTRAINED.name: True},
            "The same layers without training: compare with the objects at the last layer.",
            _found,
        ),
    )
