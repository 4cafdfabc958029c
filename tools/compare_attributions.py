"""Ask every attribution about the sample photos, and how well it says what the class hangs on.

    python -m tools.compare_attributions [network ...] [--samples 16]

The mean areas under insertion (large is good) and deletion (small is good), beside those of a
random map and of a blob in the middle, and the rank correlation with the map after all weights were
drawn anew: the table of `docs/attribution.md`.
"""

import argparse
from collections.abc import Iterator

import numpy as np

from cnnviz.attribution import METHODS
from cnnviz.attribution.trust import centred_blob, deletion, insertion, random_map, scrambled
from cnnviz.images.samples import SAMPLES, open_sample
from cnnviz.networks import Network, open_network


def measured(network: Network, samples: list[str]) -> Iterator[tuple[str, float, float, float]]:
    """Yield title, mean insertion and deletion area, and likeness to the scrambled map."""
    pictures = [open_sample(name) for name in samples]
    targets = [network.predict(picture, top=1)[0].index for picture in pictures]
    rivals = {"A random map": random_map, "The middle": centred_blob}
    for title, rival in rivals.items():
        yield title, *_areas(network, pictures, targets, [rival(one) for one in pictures]), np.nan
    for method in METHODS.values():
        maps = [
            method.compute(network, picture, class_index=target)
            for picture, target in zip(pictures, targets, strict=True)
        ]
        stages = list(scrambled(network, pictures[0], method, maps[0], targets[0], stages=1))
        yield method.title, *_areas(network, pictures, targets, maps), stages[-1].likeness


def _areas(
    network: Network, pictures: list[np.ndarray], targets: list[int], maps: list[np.ndarray]
) -> tuple[float, float]:
    asked = list(zip(pictures, maps, targets, strict=True))
    return (
        float(np.mean([insertion(network, *one).area for one in asked])),
        float(np.mean([deletion(network, *one).area for one in asked])),
    )


def main() -> None:
    """Print a table for each network, line by line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("networks", nargs="*", default=["small_vgg", "efficientnet_lite0"])
    parser.add_argument("--samples", type=int, default=len(SAMPLES))
    given = parser.parse_args()
    photos = [name for name, sample in SAMPLES.items() if sample.group == "photo"][: given.samples]
    for name in given.networks:
        network = open_network(name)
        print(f"\n## {network.title}, {len(photos)} photos\n")
        print("| method | insertion | deletion | likeness when scrambled |")
        print("| --- | --- | --- | --- |")
        for title, come, gone, likeness in measured(network, photos):
            like = "" if np.isnan(likeness) else f"{likeness:.2f}"
            print(f"| {title} | {come:.3f} | {gone:.3f} | {like} |", flush=True)


if __name__ == "__main__":
    main()
