"""Every page, every part and every experiment with pictures that are hardly any."""

import numpy as np
import pytest

from cnnviz.images.samples import open_sample
from pages.activations.state import PART as ACTIVATIONS
from pages.channels.state import PART as CHANNELS
from pages.layers.state import PART as LAYERS
from pages.pooling.state import PART as POOLING
from pages.ui.picture import Picture
from tests.pages.checks import try_everything


def parts(path, part):
    """Give a page's parts, each with the address's name of it."""
    return [(path, {part.name: part.label(option)}) for option in part.options]


PAGES = [
    ("app.py", {}),
    ("pages/01_convolution.py", {}),
    ("pages/01_convolution.py", {"source": "Colour", "padding": "same", "border": "Reflect"}),
    ("pages/02_padding_and_stride.py", {}),
    ("pages/02_padding_and_stride.py", {"pad_values": "Patch of the picture"}),
    *parts("pages/03_channels.py", CHANNELS),
    *parts("pages/04_pooling.py", POOLING),
    ("pages/04_pooling.py", {"pool_on": "A filtered map", "pool_filter": "Box blur 11 \u00d7 11"}),
    *parts("pages/05_activations.py", ACTIVATIONS),
    *parts("pages/06_layers.py", LAYERS),
    ("pages/07_learn_a_kernel.py", {}),
    ("pages/07_learn_a_kernel.py", {"learn_kernels": "3"}),
]


def random_picture(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)


PICTURES = {
    "a digit of 8 x 8": open_sample("digit")[3:27:3, 3:27:3],
    "one pixel": random_picture(1, 1),
    "one row": random_picture(1, 128),
    "three rows": random_picture(3, 1500),
    "40 x 30": random_picture(30, 40),
}


def said_in_words(page) -> None:
    """Check that there is no exception, and that what cannot work says the rule and the values."""
    assert not page.exception
    for box in (*page.warning, *page.error):
        assert "Received: " in box.value, box.value


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize(
    ("path", "address"), PAGES, ids=[f"{path[6:-3]} {[*at.values()]}" for path, at in PAGES]
)
def test_every_experiment_works_or_says_why_not(open_page, path, address, name):
    image = PICTURES[name]
    assert image.shape[:2] in {(8, 8), (1, 1), (1, 128), (3, 1500), (30, 40)}
    picture = Picture("upload", name, f"{name}.", image, name)
    page = open_page(path, **address)

    def check(page) -> None:
        said_in_words(page)
        page.session_state["picture_in_hand"] = picture  # an experiment may take another

    check(page)
    check(page.run())
    if any(button.key.startswith("try_") for button in page.button):
        try_everything(page, check)
    else:  # the front door has none, the shift test says that the picture is too small
        assert path == "app.py" or "shift" in str(address).lower()
