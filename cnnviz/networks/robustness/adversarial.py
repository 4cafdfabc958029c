"""Changes too small to see that make a network say something else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.shapes import Pixels

if TYPE_CHECKING:
    from cnnviz.networks.network import Network


@dataclass(frozen=True, eq=False)
class Attack:
    """A picture that was changed against a network.

    Attributes
    ----------
    before, after : what the network is shown, (rows, columns, 3) uint8.
    probabilities : (classes,) float32, the answer to `after`.
    slope : of the loss by each number of `before`: what the first step follows.
    """

    before: Pixels
    after: Pixels
    probabilities: NDArray[np.float32]
    slope: NDArray[np.float32]

    @property
    def difference(self) -> NDArray[np.int16]:
        """Give what was added to each pixel, in levels."""
        return self.after.astype(np.int16) - self.before

    @property
    def largest(self) -> int:
        """The largest change of a pixel, in levels (the maximum norm)."""
        return int(np.abs(self.difference).max(initial=0))

    @property
    def length(self) -> float:
        """The Euclidean norm of the change, in levels."""
        return float(np.sqrt(np.sum(self.difference.astype(np.float64) ** 2)))


def adversarial(
    network: Network,
    image: ArrayLike,
    class_index: int,
    *,
    epsilon: int,
    targeted: bool = False,
    steps: int = 1,
    report: Callable[[float], object] = lambda _: None,
) -> Attack:
    """Change the picture by at most `epsilon` levels so that a class loses, or gains.

    With one step the fast gradient sign method: Goodfellow, Shlens and Szegedy (2015),
    "Explaining and Harnessing Adversarial Examples", section 4. With more, projected gradient
    descent: Madry et al. (2018), "Towards Deep Learning Models Resistant to Adversarial Attacks",
    section 2.1, without a random start, by steps of 2.5 epsilon / steps.

    Parameters
    ----------
    image : (height, width, 3) uint8.
    class_index : the class whose cross-entropy is raised; lowered if it is the target.
    epsilon : levels of 0 to 255, from 0 on. The result is whole levels again: what a file can hold.
    report : called with the share that is done.

    Raises
    ------
    ValueError : epsilon is negative, or there is no step.
    NetworkError : the network has no such class.
    """
    if epsilon < 0 or steps < 1:
        raise ValueError(
            "Epsilon must be at least 0, and there must be a step. "
            f"Received: epsilon={epsilon}, steps={steps}."
        )
    network.must_be_class(class_index)
    before = network.shown_part(np.asarray(image))
    now = before.astype(np.float32)
    least, most = np.maximum(now - epsilon, 0), np.minimum(now + epsilon, 255)
    step = step_length(epsilon, steps)
    slopes: list[NDArray[np.float32]] = []
    for at in range(steps):
        report(at / steps)
        slope = network.loss_gradient(prepared(network, now), class_index)
        slopes.append(_in_pixels(network, slope))
        uphill = np.sign(slopes[-1])
        now = np.clip(now + np.float32(-step if targeted else step) * uphill, least, most)
    after = np.rint(now).astype(np.uint8)
    x = prepared(network, after)
    return Attack(before, after, network.scores_of_inputs(x[np.newaxis])[1][0], slopes[0])


def answers_by_epsilon(
    network: Network, attack: Attack, epsilons: Sequence[int], *, targeted: bool
) -> NDArray[np.float32]:
    """Answer to single steps of other sizes along an attack's first slope: (epsilons, classes)."""
    signs = np.sign(attack.slope) * (-1 if targeted else 1)
    pictures = [np.clip(attack.before + one * signs, 0, 255) for one in epsilons]
    return network.scores_of_inputs(np.stack([prepared(network, one) for one in pictures]))[1]


def step_length(epsilon: int, steps: int) -> float:
    """Give how many levels each of so many steps is long."""
    return float(epsilon) if steps == 1 else 2.5 * epsilon / steps


def prepared(network: Network, pixels: ArrayLike) -> NDArray[np.float32]:
    """Scale what a network is shown, (rows, columns, 3) levels, to its input."""
    return np.ascontiguousarray(network.preprocessing(pixels, channels=network.input_shape[2]))


def _in_pixels(network: Network, slope: NDArray[np.float32]) -> NDArray[np.float32]:
    """Follow a slope by the input back through the preprocessing, which is linear, to the pixels.

    What each pixel's level adds to the input is taken from the preprocessing itself.
    """
    rows, columns, channels = slope.shape
    zero = np.zeros((1, 1, 3), np.float32)
    found = np.empty((rows, columns, 3), np.float32)
    base = network.preprocessing(zero, channels=channels)[0, 0]
    for channel in range(3):
        one = zero.copy()
        one[..., channel] = 1
        by_level = network.preprocessing(one, channels=channels)[0, 0] - base
        found[..., channel] = slope @ by_level
    return found
