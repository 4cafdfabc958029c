"""Feature visualisation: pictures that a channel answers to, and the photos that excite it."""

from pages.feature_visualisation.stage import (
    eight_channels,
    in_photos,
    one_picture,
    with_and_without,
)
from pages.feature_visualisation.state import FEATURE, PART
from pages.ui.frame import page_of_parts

PARTS = {
    "one": one_picture,
    "several": eight_channels,
    "recipe": with_and_without,
    "photos": in_photos,
}

page_of_parts("pages/11_feature_visualisation.py", FEATURE, PART, PARTS)
