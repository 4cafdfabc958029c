"""Gradient ascent: each step changes the picture so that the target answers more strongly."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.images.crops import crop_and_resize
from cnnviz.networks.feature_visualisation.parametrisation import (
    CONTRAST,
    noise,
    photo_pixels,
    pixels_of,
    values_of,
)
from cnnviz.networks.feature_visualisation.recipe import (
    Recipe,
    Target,
    layers_on_the_way,
    size_of,
)
from cnnviz.networks.feature_visualisation.shaking import drawn_places, shown_at
from cnnviz.networks.layers import NetworkError
from cnnviz.networks.runner import RUNS, WHOLES, Runner, as_array
from cnnviz.networks.tensorflow_runtime import load_tensorflow
from cnnviz.shapes import Floats, Pixels

if TYPE_CHECKING:
    from cnnviz.networks.network import Network

FRAMES = 16
"""Pictures of the way that are kept, besides the first."""

# D. P. Kingma and J. Ba, "Adam: A Method for Stochastic Optimization", 2015, algorithm 1, with the
# constants that it names; in the form of its section 2, as Keras has it.
FORGET, FORGET_SQUARE, EPSILON = 0.9, 0.999, 1e-8
_TRIES = 6
"""Starts that are tried where the target does not answer to the first: each of more contrast."""

Report = Callable[[float], None]
"""Told, at each step, which part of the work is done; it may raise to stop it."""


@dataclass(frozen=True, eq=False)
class Frame:
    """The picture after so many steps.

    Attributes
    ----------
    step : from 0, before the first.
    picture : (rows, columns, 3) uint8; a network that sees in grey gets the same three times.
    value : what the target says to this picture as it is shown, in whole levels, and not shaken.
    """

    step: int
    picture: Pixels
    value: float


@dataclass(frozen=True, eq=False)
class Visualisation:
    """A picture that was made for a target.

    Attributes
    ----------
    frames : the way there, the first before any step, the last the result.
    shaken : (steps,) float32, the target's value in each step, of the picture as it was shown.
    """

    frames: tuple[Frame, ...]
    shaken: NDArray[np.float32]

    @property
    def picture(self) -> Pixels:
        """The result: (rows, columns, 3) uint8."""
        return self.frames[-1].picture

    @property
    def value(self) -> float:
        """What the target says to it."""
        return self.frames[-1].value


def visualise(
    network: Network,
    target: Target,
    recipe: Recipe | None = None,
    *,
    photo: ArrayLike | None = None,
    report: Report = lambda _: None,
    shown: Callable[[Frame], None] = lambda _: None,
) -> Visualisation:
    """Make a picture to which a part of a network answers as strongly as it can.

    C. Olah, A. Mordvintsev and L. Schubert, "Feature Visualization", Distill 2017; a layer from a
    photo is deep dream (A. Mordvintsev, C. Olah and M. Tyka, "Inceptionism", 2015).

    Parameters
    ----------
    photo : (height, width, 3) uint8, where `recipe.start` is "photo".
    report : called before each step.
    shown : called with each frame once it is there.

    Raises
    ------
    NetworkError : the network has no such target, the recipe is beyond its limits or does not fit
        it, or nothing in the start excites it.
    """
    recipe = (recipe or Recipe()).checked()
    target.checked(network)
    if recipe.start == "photo" and photo is None:
        raise NetworkError("To start from a photo needs one. Received: none.")
    size = size_of(network, target, recipe)
    maker = _Maker(network, target, recipe, size)
    values = maker.start(photo)
    kept = frame_steps(recipe.steps)
    frames = [maker.frame(0, values)]
    shown(frames[0])
    first = second = load_tensorflow().zeros_like(values)
    shaken = np.empty(recipe.steps, np.float32)
    random = np.random.default_rng([recipe.seed, 1])
    for step in range(recipe.steps):
        report(step / recipe.steps)
        places = drawn_places(random, size, recipe)
        values, first, second, shaken[step] = maker.step(values, first, second, step + 1, places)
        if not np.isfinite(shaken[step]):
            raise NetworkError(f"The answer must stay finite. Received: {shaken[step]}.")
        if step + 1 in kept:
            frames.append(maker.frame(step + 1, values))
            shown(frames[-1])
    return Visualisation(tuple(frames), shaken)


def photo_part(photo: ArrayLike | None, size: tuple[int, int]) -> Pixels:
    """Cut out of a photo what a picture of (rows, columns) starts from."""
    return crop_and_resize(np.asarray(photo), target=size)


def measure(network: Network, target: Target, picture: ArrayLike) -> float:
    """Ask a target about pixels of any size that it can be asked about: its value.

    picture : (rows, columns, 3) uint8, shown as it is.
    """
    pixels = np.asarray(picture)
    rows, columns = pixels.shape[:2]
    own = network.input_shape[:2] == (rows, columns)
    recipe = Recipe(size=None if own else rows)
    maker = _Maker(network, target.checked(network), recipe, (rows, columns))
    return maker.value(pixels)


def largest_cell(network: Network, target: Target, picture: ArrayLike) -> float:
    """Ask about pixels as `measure` does: the largest cell of a channel, as patches are chosen.

    picture : (rows, columns, 3) uint8.
    """
    pixels = np.asarray(picture)
    name = target.checked(network).layer
    needed = {info.name for info in layers_on_the_way(network, name)}
    channels = network.input_shape[2]
    shape = (1, *pixels.shape[:2], channels)
    tf = load_tensorflow()

    def make(runner: Runner) -> Callable[..., Any]:
        def largest(x: Any) -> Any:
            output = tf.cast(runner.forward(x, only=needed)[name], tf.float32)[0]
            return tf.reduce_max(tf.reshape(output, [-1, output.shape[-1]]), axis=0)

        return largest

    function = network.compiled(("largest cells", name, shape), make, [shape])
    x = network.preprocessing(pixels, channels=channels)
    with RUNS:
        return float(as_array(function(tf.constant(x[np.newaxis])))[target.index])


def frame_steps(steps: int) -> frozenset[int]:
    """Choose the steps whose pictures are kept: many at first, where most happens.

    >>> sorted(frame_steps(4))
    [1, 2, 3, 4]
    """
    parts = (np.arange(1, FRAMES + 1) / FRAMES) ** 1.7
    return frozenset(int(at) for at in np.maximum(np.rint(parts * steps), 1)) | {steps}


class _Maker:
    """The compiled functions for one target and recipe, with what they are told beside values."""

    def __init__(
        self, network: Network, target: Target, recipe: Recipe, size: tuple[int, int]
    ) -> None:
        self.network, self.target, self.recipe = network, target, recipe
        self.shape = (*size, network.input_shape[2])
        rows, columns, channels = self.shape
        drawn = (channels, rows, columns // 2 + 1, 2) if recipe.fourier else self.shape
        # Other channels, cells and classes of a layer are the same function; a function is compiled
        # anew for no more than it depends on.
        asked = (target.what, target.layer, self.shape)
        learned = (self.shape, recipe.fourier, recipe.colour)
        ascent = (*asked, *learned, network.preprocessing, recipe.shakes)
        places = (2, rows, columns)

        def compiled(name: str, key: tuple[Hashable, ...], make: Any, shapes: list[Any]) -> Any:
            return network.compiled(("feature visualisation", name, *key), make, shapes)

        self._step = compiled(
            *("step", (*ascent, recipe.rate), self._make_step),
            [drawn, drawn, drawn, (), places, WHOLES],
        )
        self._slope = compiled("slope", ascent, self._make_slope, [drawn, places, WHOLES])
        self._picture = compiled("picture", learned, self._make_picture, [drawn])
        self._value = compiled("value", asked, self._make_value, [(1, *self.shape), WHOLES])

    def start(self, photo: ArrayLike | None) -> Any:
        """Choose the values to begin with: the target must answer to them."""
        tf, recipe = load_tensorflow(), self.recipe
        random = np.random.default_rng([recipe.seed, 0])
        still = drawn_places(
            random, self.shape[:2], Recipe(jitter=False, scale=False, rotation=False)
        )
        if recipe.start == "photo":
            part = photo_part(photo, self.shape[:2])
            pixels = photo_pixels(part, self.shape[2])
            drawn = values_of(pixels, fourier=recipe.fourier, colour=recipe.colour)
            values, slope = tf.constant(drawn), self._slope_at(tf.constant(drawn), still)
            if slope.any():
                return values
        else:
            for attempt in range(_TRIES):
                drawn = noise(
                    random,
                    self.shape,
                    fourier=recipe.fourier,
                    contrast=CONTRAST * 2**attempt,
                )
                values = tf.constant(drawn)
                if self._slope_at(values, still).any():
                    return values
        raise NetworkError(
            "Something in the start must excite the target, or there is nothing to climb. "
            f"Received: a slope of 0 everywhere, of {self.target.layer or 'a class'}, "
            f"{self.target.index}."
        )

    def step(
        self, values: Any, first: Any, second: Any, count: int, places: Floats
    ) -> tuple[Any, Any, Any, float]:
        """Take one step; TensorFlow's threads are free again after it."""
        tf = load_tensorflow()
        with RUNS:
            values, first, second, score = self._step(
                values,
                first,
                second,
                tf.constant(float(count)),
                tf.constant(places),
                self._where(),
            )
            return values, first, second, float(score)

    def frame(self, step: int, values: Any) -> Frame:
        """Show the picture of values."""
        with RUNS:
            levels = np.array(as_array(self._picture(values)))
        picture = levels if levels.shape[2] == 3 else np.repeat(levels, 3, axis=2)
        return Frame(step, picture, self.value(picture))

    def value(self, picture: Pixels) -> float:
        """Ask about whole levels."""
        channels = self.shape[2]
        x = self.network.preprocessing(picture, channels=channels)
        tf = load_tensorflow()
        with RUNS:
            return float(self._value(tf.constant(x[np.newaxis]), self._where()))

    def _slope_at(self, values: Any, places: Floats) -> NDArray[np.float32]:
        tf = load_tensorflow()
        with RUNS:
            return as_array(self._slope(values, tf.constant(places), self._where())[1])

    def _where(self) -> Any:
        row, column = self.target.cell or (-1, -1)
        return load_tensorflow().constant([self.target.index, row, column], "int32")

    # What is compiled

    def _make_step(self, runner: Runner) -> Callable[..., Any]:
        tf, rate = load_tensorflow(), self.recipe.rate
        ascend = self._make_slope(runner)

        def step(
            values: Any, first: Any, second: Any, count: Any, places: Any, where: Any
        ) -> tuple[Any, Any, Any, Any]:
            score, slope = ascend(values, places, where)
            first += (slope - first) * (1 - FORGET)
            second += (tf.square(slope) - second) * (1 - FORGET_SQUARE)
            length = rate * tf.sqrt(1 - FORGET_SQUARE**count) / (1 - FORGET**count)
            return values + length * first / (tf.sqrt(second) + EPSILON), first, second, score

        return step

    def _make_slope(self, runner: Runner) -> Callable[..., Any]:
        tf, shakes = load_tensorflow(), self.recipe.shakes
        answer = self._make_value(runner)

        def slope(values: Any, places: Any, where: Any) -> tuple[Any, Any]:
            with tf.GradientTape() as tape:
                tape.watch(values)
                picture = self._pixels(values)
                if shakes:
                    picture = shown_at(picture, places)
                score = answer(self._prepared(picture)[None], where)
            return score, tape.gradient(score, values, unconnected_gradients="zero")

        return slope

    def _make_picture(self, _: Runner) -> Callable[..., Any]:
        tf = load_tensorflow()
        return lambda values: tf.cast(tf.round(255 * self._pixels(values)), tf.uint8)

    def _make_value(self, runner: Runner) -> Callable[..., Any]:
        """Give what computes the target's value of one input."""
        tf, target = load_tensorflow(), self.target
        name = runner.answer.layer if target.what == "class" else target.layer
        needed = {info.name for info in layers_on_the_way(self.network, name)}

        def value(x: Any, where: Any) -> Any:
            outputs = runner.forward(x, only=needed)
            if target.what == "class":
                return runner.scores(outputs)[0, where[0]]
            output = tf.cast(outputs[name], tf.float32)[0]
            if target.what == "layer":
                return tf.reduce_mean(tf.square(output))
            chosen = output[..., where[0]]
            if target.what == "channel" or len(chosen.shape) < 2:
                return tf.reduce_mean(chosen)
            rows, columns = tf.shape(chosen)[0], tf.shape(chosen)[1]
            row = tf.where(where[1] < 0, rows // 2, tf.minimum(where[1], rows - 1))
            column = tf.where(where[2] < 0, columns // 2, tf.minimum(where[2], columns - 1))
            return chosen[row, column]

        return value

    def _pixels(self, values: Any) -> Any:
        recipe = self.recipe
        return pixels_of(values, self.shape[1], fourier=recipe.fourier, colour=recipe.colour)

    def _prepared(self, pixels: Any) -> Any:
        """Scale pixels from 0 to 1 as `Preprocessing` does those from 0 to 255."""
        tf, how = load_tensorflow(), self.network.preprocessing
        mean, deviation = np.array(how.mean), np.array(how.deviation)
        if self.shape[2] == 1:
            mean, deviation = mean.mean(keepdims=True), deviation.mean(keepdims=True)
        scaled = (255 * pixels - tf.constant(mean, tf.float32)) / tf.constant(deviation, tf.float32)
        return tf.reverse(scaled, [-1]) if how.reversed_channels and self.shape[2] == 3 else scaled
