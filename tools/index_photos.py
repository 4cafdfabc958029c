"""Make what ships of the photos' index: `python -m tools.index_photos`.

Run it after a photo, a shipped network, or the way pictures are looked at has changed. A test
holds the files to what the networks make of the photos now.
"""

from cnnviz.networks import NETWORKS, open_network
from cnnviz.search import ImageIndex, best_layer
from cnnviz.search.photo_index import FOLDER, made_thumbnails, packed_index, packed_thumbnails
from cnnviz.search.photos import all_photos, open_photo


def fresh_index(name: str) -> ImageIndex:
    """Let a network look at every photo."""
    network, photos = open_network(name), all_photos()
    return ImageIndex.build(
        network,
        (open_photo(photo) for photo in photos),
        layer=best_layer(network),
        labels=[photo.label for photo in photos],
    )


def main() -> None:
    """Write an index for each network that ships, and the thumbnails."""
    files = {
        f"{entry.name}.npz": packed_index(fresh_index(entry.name))
        for entry in NETWORKS.values()
        if entry.ships
    }
    files["thumbnails.npz"] = packed_thumbnails(made_thumbnails())
    for name, data in files.items():
        (FOLDER / name).write_bytes(data)
        print(f"{name}: {len(data) / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
