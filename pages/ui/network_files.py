"""What a program about a network reads, to take along: its picture, and the network itself."""

from cnnviz.networks import Network
from cnnviz.networks.code import network_file
from pages.ui.picture import Picture
from pages.ui.takeaway import Download, picture_download


def program_files(network: Network, picture: Picture, *, own: bool) -> list[Download]:
    """Offer the part of the picture that the network is shown, and the network."""
    shown = picture_download("Input as PNG", "input.png", lambda: network.shown_part(picture.image))
    return [shown, *network_files(network, own=own)]


def network_files(network: Network, *, own: bool) -> list[Download]:
    """Offer the network as Keras's file; nothing of one that was uploaded, which somebody has."""
    if own:
        return []
    return [Download("Network as .keras", f"{network.name}.keras", lambda: network_file(network))]
