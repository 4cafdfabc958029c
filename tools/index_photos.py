"""Make what ships of the photos' index: `python -m tools.index_photos`.

Run it after a photo, a shipped network, or the way pictures are looked at has changed. A test
holds the files to what the networks make of the photos now.
"""

from cnnviz.networks import NETWORKS, open_network
from cnnviz.networks.own_classes import BASE, Features, features_of
from cnnviz.search import ImageIndex, best_layer
from cnnviz.search.photo_features import FILE, packed_features
from cnnviz.search.photo_index import FOLDER, made_thumbnails, packed_index, packed_thumbnails
from cnnviz.search.photos import all_photos, open_photo
from pages.own_classes.collection import SHIPPED


def fresh_index(name: str) -> ImageIndex:
    """Let a network look at every photo."""
    network, photos = open_network(name), all_photos()
    return ImageIndex.build(
        network,
        (open_photo(photo) for photo in photos),
        layer=best_layer(network),
        labels=[photo.label for photo in photos],
    )


def fresh_features() -> tuple[list[str], Features]:
    """Let the network that classes are told apart by look at the photos of those that ship."""
    photos = [photo for photo in all_photos() if photo.label in SHIPPED]
    features = features_of(open_network(BASE), map(open_photo, photos))
    return [photo.name for photo in photos], features


def main() -> None:
    """Write an index for each network that ships, the thumbnails and the features."""
    files = {
        f"{entry.name}.npz": packed_index(fresh_index(entry.name))
        for entry in NETWORKS.values()
        if entry.ships
    }
    files["thumbnails.npz"] = packed_thumbnails(made_thumbnails())
    files[FILE] = packed_features(*fresh_features())
    for name, data in files.items():
        (FOLDER / name).write_bytes(data)
        print(f"{name}: {len(data) / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
