"""What the page Feature visualisation is asked: a network, what of it, and the recipe."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import asdict, dataclass, replace

from cnnviz.networks import Network
from cnnviz.networks.feature_visualisation import Recipe, Target
from cnnviz.networks.feature_visualisation.recipe import PARTS
from pages.ui.markdown import plain
from pages.ui.picture import Picture

Question = tuple[Target, Recipe]
SEVERAL = 8
ALL = "Everything"


@dataclass(frozen=True, eq=False)
class Scene:
    """One question.

    Attributes
    ----------
    identity : changes with the network and its weights; a key for caches.
    own : whether the network was uploaded; nothing of it may be kept across sessions.
    """

    network: Network
    picture: Picture
    identity: str
    own: bool
    target: Target
    recipe: Recipe

    @property
    def question(self) -> Question:
        """The one in hand."""
        return self.target, self.recipe

    def key(self, *more: Hashable) -> str:
        """Give all that a picture depends on, as text."""
        photo = self.picture.identity if self.recipe.start == "photo" else ""
        return " ".join(map(str, ("feature", self.identity, photo, *more)))

    def words(self, target: Target | None = None) -> str:
        """Name what is asked, as Markdown that cannot be anything but text."""
        return plain(self.named(target))

    def named(self, target: Target | None = None) -> str:
        """Name what is asked, for what shows text as it is."""
        one = target or self.target
        if one.what == "class":
            label = self.network.labels[one.index]
            unnamed = label == f"class {one.index}"
            return label if unnamed else f"the class {label}"
        if one.what == "layer":
            return f"all of {one.layer}"
        kind = "a unit of channel" if one.what == "unit" else "channel"
        return f"{kind} {one.index} of {one.layer}"

    def several(self) -> list[Target]:
        """List the first eight channels of the layer in hand; those from the one in hand on."""
        channels = self.network.layer(self.target.layer).channels
        first = min(self.target.index - self.target.index % SEVERAL, channels - 1)
        return [
            replace(self.target, what="channel", index=at)
            for at in range(first, min(first + SEVERAL, channels))
        ]

    def recipes(self) -> dict[str, Recipe]:
        """List the whole recipe, each part left out by itself, and none of them."""
        parts = [name for name in PARTS if name != "colour" or self.network.input_shape[2] == 3]
        whole = _with(self.recipe, dict.fromkeys(PARTS, True))
        without = {f"Without {_words(name)}": _with(whole, {name: False}) for name in parts}
        return {
            ALL: whole,
            **without,
            "Without any": _with(whole, dict.fromkeys(PARTS, False)),
        }


def _words(part: str) -> str:
    title = PARTS[part]
    return title if title.startswith("Fourier") else title.lower()


def _with(recipe: Recipe, parts: Mapping[str, bool]) -> Recipe:
    return Recipe(**{**asdict(recipe), **parts})
