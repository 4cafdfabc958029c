"""Make what ships of photos and the first overview: `python -m tools.index_photos`.

Run it after a photo, a shipped network, the way pictures are looked at or what the overview sends
has changed. Tests hold the files to what the networks make of the photos now.
"""

from cnnviz.images.samples import DEFAULT_SAMPLE
from cnnviz.networks import NETWORKS, open_network
from cnnviz.networks.own_classes import BASE, Features, features_of
from cnnviz.search import ImageIndex, best_layer
from cnnviz.search.photo_features import FILE, packed_features
from cnnviz.search.photo_index import (
    FOLDER,
    made_thumbnails,
    packed,
    packed_index,
    packed_thumbnails,
)
from cnnviz.search.photos import all_photos, open_photo
from pages.networks import first_sight
from pages.networks.overview_message import message
from pages.networks.scene import Scene
from pages.own_classes.collection import SHIPPED
from pages.ui.picture import sample_picture


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


def fresh_overview() -> bytes:
    """Draw the overview that the page Network opens with."""
    name, picture = first_sight.NETWORK, sample_picture(DEFAULT_SAMPLE)
    scene = Scene(open_network(name), picture, name)
    return packed(
        first_sight.first_sight_arrays(scene.network, picture.image, message(scene, (), None))
    )


def main() -> None:
    """Write an index for each network that ships, thumbnails, features and the first overview."""
    files = {
        f"{entry.name}.npz": packed_index(fresh_index(entry.name))
        for entry in NETWORKS.values()
        if entry.ships
    }
    files["thumbnails.npz"] = packed_thumbnails(made_thumbnails())
    files[FILE] = packed_features(*fresh_features())
    paths = {FOLDER / name: data for name, data in files.items()}
    paths[first_sight.FILE] = fresh_overview()
    for path, data in paths.items():
        path.write_bytes(data)
        print(f"{path.name}: {len(data) / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
