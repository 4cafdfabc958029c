"""Is a map to be trusted? Three tests that need nobody's opinion of the picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageFilter

from cnnviz.attribution.methods import Method
from cnnviz.attribution.placing import Attribution, Report, batched, on_input, unheard
from cnnviz.networks.scrambling import randomised_from_the_top

if TYPE_CHECKING:
    from cnnviz.networks.network import Network

STEPS = 20
"""Parts in which the pixels are taken away or brought in."""
HARDLY = 0.5
"""Rank correlation from which a map of scrambled weights is hardly another map."""
_AT_ONCE = 16
_BLUR = 1 / 16
"""Standard deviation of the blur that insertion starts from, as a part of the shorter side."""

Scores = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Curve:
    """What becomes of a class as pixels go or come, those first that the map marks most.

    Attributes
    ----------
    shares : (steps + 1,) float32, the part of the pixels that is gone or there, from 0 to 1.
    probabilities : (steps + 1,) float32, of the class.
    """

    shares: Scores
    probabilities: Scores

    @property
    def area(self) -> float:
        """The area under it, by trapezia: the mean probability on the way."""
        return float(np.trapezoid(self.probabilities, self.shares))


def deletion(
    network: Network,
    image: ArrayLike,
    values: Attribution,
    class_index: int,
    *,
    steps: int = STEPS,
    report: Report = unheard,
) -> Curve:
    """Replace the pixels by the picture's mean, the most marked first; low areas are good.

    Petsiuk, Das and Saenko (2018), "RISE", section 4.2.

    Parameters
    ----------
    image : (height, width, 3) uint8.
    values : (height, width) float32, the map.
    steps : in so many equal parts.

    Raises
    ------
    NetworkError : the network has no such class.
    """
    x = network.preprocess(image)
    gone = np.broadcast_to(x.mean(axis=(0, 1)), x.shape)
    order = ranking(on_input(network, image, values))
    return _curve(network, x, gone, order, class_index, steps, report)


def insertion(
    network: Network,
    image: ArrayLike,
    values: Attribution,
    class_index: int,
    *,
    steps: int = STEPS,
    report: Report = unheard,
) -> Curve:
    """Bring the pixels back into a blurred picture, the most marked first; high areas are good.

    Otherwise as `deletion`.
    """
    x = network.preprocess(image)
    order = ranking(on_input(network, image, values))
    return _curve(network, blurred_input(network, image), x, order, class_index, steps, report)


def blurred_input(network: Network, image: ArrayLike) -> NDArray[np.float32]:
    """Give what the network gets of the picture without its details, `input_shape` float32."""
    part = network.shown_part(image)
    radius = _BLUR * min(part.shape[:2])
    soft = np.asarray(Image.fromarray(part).filter(ImageFilter.GaussianBlur(radius)))
    return network.preprocessing(soft, channels=network.input_shape[2])


def ranking(values: ArrayLike) -> NDArray[np.intp]:
    """Order the pixels, the largest value first; equal ones from the middle outwards.

    A map of a few cells has many that are equal: in the order of rows, one half of the picture
    would go first.

    >>> ranking([[1.0, 1.0, 1.0, 5.0]]).tolist()
    [3, 1, 2, 0]
    """
    grid = np.asarray(values)
    rows, columns = grid.shape
    down, right = np.mgrid[:rows, :columns]
    away = np.hypot(down - (rows - 1) / 2, right - (columns - 1) / 2)
    return np.lexsort((away.ravel(), -grid.ravel()))


def random_map(image: ArrayLike, seed: int = 0) -> Attribution:
    """Give a map that knows nothing, (height, width): every pixel its own random number."""
    height, width = np.asarray(image).shape[:2]
    return np.random.default_rng(seed).random((height, width), np.float32)


def centred_blob(image: ArrayLike) -> Attribution:
    """Give a map that bets on the middle, (height, width): what a photographer does too."""
    height, width = np.asarray(image).shape[:2]
    down, right = (np.linspace(-1, 1, side, dtype=np.float32) ** 2 for side in (height, width))
    return np.asarray(np.exp(-2 * (down[:, np.newaxis] + right[np.newaxis])), np.float32)


@dataclass(frozen=True, eq=False)
class Scrambled:
    """A map after the weights from the top down to one layer were drawn anew.

    Attributes
    ----------
    layer : the lowest layer whose weights are random.
    values : (height, width) float32, the map.
    likeness : the rank correlation with the map of the trained network, from -1 to 1; by size,
        without the sign.
    """

    layer: str
    values: Attribution
    likeness: float


def scrambled(
    network: Network,
    image: ArrayLike,
    method: Method,
    values: Attribution,
    class_index: int,
    *,
    layer: str | None = None,
    stages: int = 5,
    report: Report = unheard,
) -> Iterator[Scrambled]:
    """Draw the weights anew, layer by layer from the top, and ask each time for the map again.

    Adebayo et al. (2018), "Sanity Checks for Saliency Maps", section 3.1: a map that stays the
    same does not depend on what the network has learned.

    Parameters
    ----------
    values : the map of the trained network.
    layer : whose maps are weighed, for a method that weighs maps.
    stages : at most so many, in equal parts of the layers that have weights; the last has all.
    """
    at = {"layer": layer} if method.by_layer else {}
    by_size = np.abs(on_input(network, image, values))
    parts = list(randomised_from_the_top(network, stages))
    for done, (lowest, random) in enumerate(parts):
        report(done / len(parts))
        again = method.compute(random(), image, class_index=class_index, **at)
        likeness = rank_correlation(by_size, np.abs(on_input(network, image, again)))
        yield Scrambled(lowest, again, likeness)


def rank_correlation(first: ArrayLike, second: ArrayLike) -> float:
    """Correlate the ranks of two maps (Spearman); 0 where one of them is the same everywhere.

    >>> rank_correlation([[1, 2], [3, 4]], [[1, 4], [9, 16]]), rank_correlation([1, 2], [7, 7])
    (1.0, 0.0)
    """
    from scipy.stats import rankdata  # half a second, for which no other map waits

    one, other = (rankdata(np.asarray(values).ravel()) for values in (first, second))
    one, other = one - one.mean(), other - other.mean()
    length = float(np.sqrt((one @ one) * (other @ other)))
    return float(one @ other) / length if length else 0.0


@dataclass(frozen=True)
class Floor:
    """What a method marks where there is nothing to see.

    Attributes
    ----------
    level : the size that 95% of its values stay below on a picture of noise.
    above : the part of the picture where the map's size is larger.
    """

    level: float
    above: float


def noise_floor(
    network: Network,
    image: ArrayLike,
    method: Method,
    values: Attribution,
    class_index: int,
    *,
    layer: str | None = None,
    seed: int = 0,
) -> Floor:
    """Ask for the same class in noise of the picture's own mean and spread, channel by channel."""
    at = {"layer": layer} if method.by_layer else {}
    pixels = np.asarray(image, np.float32)
    random = np.random.default_rng(seed)
    mean, spread = pixels.mean(axis=(0, 1)), pixels.std(axis=(0, 1))
    noise = np.clip(np.rint(random.normal(mean, spread, pixels.shape)), 0, 255).astype(np.uint8)
    there = method.compute(network, noise, class_index=class_index, **at)
    level = float(np.quantile(np.abs(on_input(network, image, there)), 0.95))
    return Floor(level, float((np.abs(on_input(network, image, values)) > level).mean()))


def _curve(
    network: Network,
    start: NDArray[np.float32],
    end: NDArray[np.float32],
    order: NDArray[np.intp],
    class_index: int,
    steps: int,
    report: Report,
) -> Curve:
    network.must_be_class(class_index)
    counts = np.rint(np.linspace(0, order.size, steps + 1)).astype(int)

    def on_the_way() -> Iterator[NDArray[np.float32]]:
        for done, count in enumerate(counts):
            report(done / len(counts))
            mixed = np.array(start, np.float32).reshape(order.size, -1)
            mixed[order[:count]] = end.reshape(order.size, -1)[order[:count]]
            yield mixed.reshape(start.shape)

    probabilities = [
        network.scores_of_inputs(np.stack(batch))[1][:, class_index]
        for batch in batched(on_the_way(), _AT_ONCE)
    ]
    shares = (counts / order.size).astype(np.float32)
    return Curve(shares, np.concatenate(probabilities).astype(np.float32))
