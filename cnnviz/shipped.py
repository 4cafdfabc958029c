"""Where the weights, photos and letters lie that come with the project."""

from pathlib import Path

_HERE = Path(__file__).resolve().parent

ASSETS = next(
    (folder for folder in (_HERE / "assets", _HERE.parent / "assets") if folder.is_dir()),
    _HERE / "assets",
)
"""The folder `assets/`: beside the package in a checkout, inside it where pip has installed it."""

MODELS, IMAGES, FONTS = ASSETS / "models", ASSETS / "images", ASSETS / "fonts"
FEATURES = ASSETS / "features"
