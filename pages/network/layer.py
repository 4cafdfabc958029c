"""The layer of the Network page."""

from pages.network.scene import Scene


def show(scene: Scene) -> None:
    """Draw it."""
