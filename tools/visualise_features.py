"""Make the pictures of channels that ship, with which the page Feature visualisation opens.

    python -m tools.visualise_features

They are those that the page asks for by itself: the first eight channels of the layer that it
begins with, by the whole recipe; of the first channel the way there too.
"""

from cnnviz.networks import NETWORKS, open_network
from cnnviz.networks.feature_visualisation import Recipe, Target, Visualisation, visualise
from cnnviz.networks.feature_visualisation.choosing import SIZES, first_layer, first_size
from cnnviz.networks.feature_visualisation.shipped import write
from cnnviz.shipped import FEATURES

COUNT = 8


def main() -> None:
    """Make and write them."""
    FEATURES.mkdir(exist_ok=True)
    for name in (name for name, entry in NETWORKS.items() if entry.ships):
        network = open_network(name)
        layer = first_layer(network)
        recipe = Recipe(first_size(network, layer, SIZES))
        made = {}
        for channel in range(COUNT):
            one = visualise(network, target := Target("channel", layer, channel), recipe)
            if channel:
                one = Visualisation((one.frames[0], one.frames[-1]), one.shaken)
            made[target, recipe] = one
            print(f"{network.title}, {layer}, channel {channel}: {one.value:.4g}")
        write(FEATURES / f"{name}.npz", made)


if __name__ == "__main__":
    main()
