"""A trained network that shows everything between a picture and its answer."""

from __future__ import annotations

import copy
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.images.crops import Box, centred_crop, crop_and_resize
from cnnviz.images.preprocessing import PREPROCESSINGS, Preprocessing
from cnnviz.networks.answers import Answer, class_probabilities
from cnnviz.networks.labels import imagenet_classes
from cnnviz.networks.layers import LayerInfo, NetworkError
from cnnviz.networks.pixel_scale import pixel_scale
from cnnviz.networks.recognition import KnownNetwork, names_within, recognised
from cnnviz.networks.runner import RUNS, Runner, as_array
from cnnviz.networks.tensorflow_runtime import freeze_garbage, load_tensorflow
from cnnviz.notation import shown
from cnnviz.shapes import Maps


@dataclass(frozen=True)
class Prediction:
    """One class of an answer.

    index : its place in the network's output, from 0.
    label : its name.
    probability : in [0, 1].
    """

    index: int
    label: str
    probability: float


class Network:
    """A trained network that shows everything between a picture and its answer.

    Get one from `open_network`, `read_network` or `Network.from_model`.

    name : its key in `NETWORKS`, or what its maker called it.
    title : what to call it on a page.
    labels : one per class.
    preprocessing : how pixels become input values.
    crop : share of the picture's centred crop that the network is shown.
    layers : the input and every layer, in the order they run.
    known : the network of `keras.applications` that it is or is built on, if it is one.
    is_random : whether its weights are drawn and not trained.
    is_shared : whether the process holds it for all users, and not one session for its own.
    """

    name: str
    title: str
    labels: tuple[str, ...]
    preprocessing: Preprocessing
    crop: float
    known: KnownNetwork | None
    is_random: bool = False
    is_shared: bool = False
    _names_classes: bool = True
    _runner: Runner

    @classmethod
    def from_model(
        cls,
        model: Any,
        *,
        labels: Sequence[str] | None = None,
        preprocessing: Preprocessing | str | None = None,
        crop: float = 1.0,
        name: str | None = None,
        title: str | None = None,
        input_size: tuple[int, int] | None = None,
        models: Sequence[str] = (),
    ) -> Network:
        """Look into a built Keras model: Sequential or functional, nested, with branches.

        Parameters
        ----------
        model : a `keras.Model` of one picture; it must not change afterwards.
        labels : one per class; without, ImageNet's for a network of `keras.applications` with
            1,000 of them, else "class 0", "class 1", ...
        preprocessing : one of `cnnviz.images.preprocessing.PREPROCESSINGS`, or its key. Without,
            what the first layer that computes is made for (`pixel_scale`), else what a network of
            `keras.applications` was trained with, else 0 to 1.
        crop : share of the centred crop that is kept, in (0, 1].
        input_size : (rows, columns) where the model leaves its input's size open.
        models : names of the models that were nested in it before it was unrolled.

        Raises
        ------
        NetworkError : the model takes no picture, has no graph of layers, or the number of
            labels is wrong.
        """
        network = cls.__new__(cls)
        network._runner = Runner(model, input_size)
        network.name = name or str(model.name)
        network.title = title or network.name
        network.crop = crop
        network.known = recognised(
            [model.name, *models, *names_within(model)], network.layers, network.operation
        )
        if preprocessing is None:
            by_name = network.known.preprocessing if network.known else "zero_to_one"
            preprocessing = pixel_scale(network.layers, network.operation) or by_name
        network.preprocessing = _preprocessing(preprocessing)
        if labels is None and network.known and network.class_count == 1000:
            labels = imagenet_classes()
        network.labels = network._checked_labels(labels)
        return network

    def __repr__(self) -> str:
        return f"Network({self.name!r}, {len(self.layers)} layers, input {self.input_shape})"

    @property
    def is_open(self) -> bool:
        """Whether it is in memory; `described_network` gives one that need not be yet."""
        return True

    def open(self) -> None:
        """Wait until it is in memory."""

    @property
    def layers(self) -> tuple[LayerInfo, ...]:
        """The input and every layer, in the order they run."""
        return self._runner.layers

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """The (height, width, channels) of the network's input."""
        return self._runner.shape

    @property
    def answer_layer(self) -> str:
        """The name of the layer whose output is the answer."""
        return self.answer.layer

    @property
    def answer(self) -> Answer:
        """Which output answers, and how it is read."""
        return self._runner.answer

    @property
    def outputs(self) -> tuple[str, ...]:
        """The names of the layers that answer, in the model's order; see `answering`."""
        return self._runner.outputs

    @property
    def answer_activation(self) -> str:
        """What makes probabilities of the logits: "softmax", "sigmoid" or "linear" (nothing)."""
        return self.answer.activation

    @property
    def has_classes(self) -> bool:
        """Whether the answer is class scores, in a vector or in each cell, and not a picture."""
        return self._names_classes and (self.answer.is_vector or self.answer.is_mask)

    @property
    def has_mask(self) -> bool:
        """Whether each cell of the answer has class scores of its own.

        What is one number per class is then the mean over all cells (`cnnviz.networks.answers`).
        """
        return self._names_classes and self.answer.is_mask

    @property
    def class_count(self) -> int:
        """Count the classes; a single output unit tells two apart. 0 without classes."""
        if not self.has_classes:
            return 0
        return max(self.layer(self.answer_layer).channels, 2)

    @property
    def parameters(self) -> int:
        """Count all weights; those of a layer used twice once."""
        return sum(int(np.prod(weight.shape)) for weight in self._runner.model.weights)

    @property
    def model(self) -> Any:
        """The Keras model itself. It is shared: run it, never change it."""
        return self._runner.model

    def layer(self, name: str) -> LayerInfo:
        """Look a layer up by its name; "image" is the input.

        Raises
        ------
        NetworkError : there is no such layer.
        """
        for info in self.layers:
            if info.name == name:
                return info
        raise NetworkError(
            f"The network {self.title} has no layer of that name. Received: {shown(name)}."
        )

    def operation(self, name: str) -> Any:
        """Return the Keras layer behind a name, to read its settings."""
        if name not in self._runner.by_name:
            self.layer(name)
            raise NetworkError("The input is no layer with settings. Received: image.")
        return self._runner.by_name[name].operation

    def weights(self, layer: str) -> dict[str, Maps]:
        """Return a layer's weights by Keras's names ("kernel", "bias", ...), read-only."""
        if layer == "image":
            return {}
        operation = self.operation(layer)
        tf = load_tensorflow()
        return {
            weight.name: as_array(tf.cast(tf.convert_to_tensor(weight.value), tf.float32))
            for weight in getattr(operation, "weights", [])
        }

    # Pictures

    def preprocess(self, image: ArrayLike) -> Maps:
        """Turn a picture of any size into the network's input.

        Parameters
        ----------
        image : (height, width, 3) uint8.

        Returns
        -------
        `input_shape` float32.
        """
        pixels = self.shown_part(image)
        return np.ascontiguousarray(self.preprocessing(pixels, channels=self.input_shape[2]))

    def shown_part(self, image: ArrayLike) -> NDArray[np.uint8]:
        """Cut out and resize the part that the network is shown: (rows, columns, 3) uint8."""
        return crop_and_resize(np.asarray(image), target=self.input_shape[:2], share=self.crop)

    def crop_box(self, image: ArrayLike) -> Box:
        """Find where the network's input lies on the picture, in the picture's pixels."""
        height, width = np.asarray(image).shape[:2]
        return centred_crop(height, width, target=self.input_shape[:2], share=self.crop)

    def receptive_box(self, layer: str, row: int, column: int) -> Box:
        """Find what a cell of a layer sees, in pixels of the network's input, cut to it."""
        rows, columns, _ = self.input_shape
        field = self.layer(layer).receptive_field
        if field is None:
            return Box(0, 0, rows, columns)
        return field.box(row, column)

    # Running

    def feature_maps(
        self, image: ArrayLike, layers: Sequence[str] | None = None
    ) -> dict[str, Maps]:
        """Compute the output of every layer (or of those named) for one picture.

        Parameters
        ----------
        image : (height, width, 3) uint8, any size.
        layers : names; all of them run in any case, so asking for few saves memory, not time.

        Returns
        -------
        By name, in the network's order: `LayerInfo.output_shape` float32, read-only. "image" is
        the input itself.

        Raises
        ------
        NetworkError : there is no such layer.
        """
        return self.feature_maps_of_input(self.preprocess(image), layers)

    def feature_maps_of_input(
        self, x: ArrayLike, layers: Sequence[str] | None = None
    ) -> dict[str, Maps]:
        """Compute `feature_maps` of an input that is preprocessed already, `input_shape`."""
        wanted = None if layers is None else {self.layer(name).name for name in layers}
        # A copy: the caller may go on to change theirs.
        array = np.array(x, np.float32)
        array.flags.writeable = False
        batch, function = self._batch([array]), self._runner.every_map()
        with RUNS:
            tensors = function(batch)
            maps = {"image": array}
            for info, tensor in zip(self.layers[1:], tensors, strict=True):
                if wanted is None or info.name in wanted:
                    maps[info.name] = as_array(tensor)[0]
        if wanted is not None and "image" not in wanted:
            del maps["image"]
        return maps

    def maps_of_few(self, x: ArrayLike, layers: Sequence[str]) -> dict[str, Maps]:
        """Compute `feature_maps_of_input` of some layers: a third quicker, once it is compiled."""
        wanted = {self.layer(name).name for name in layers}
        names = tuple(info.name for info in self.layers if info.name in wanted)
        with RUNS:
            tensors = self._runner.maps_of(names)(self._batch([x]))
            return {name: as_array(one)[0] for name, one in zip(names, tensors, strict=True)}

    def predict(self, image: ArrayLike, top: int = 5) -> list[Prediction]:
        """Name the most probable classes of a picture, best first.

        Parameters
        ----------
        image : (height, width, 3) uint8, any size.
        top : how many; all if there are fewer.

        Raises
        ------
        NetworkError : the network's answer is no vector of classes.
        """
        return self._ranked(self.probabilities(image), top)

    def predictions(self, maps: Mapping[str, Maps], top: int = 5) -> list[Prediction]:
        """Read the answer off maps that are there already, without another run."""
        self._must_have_classes()
        return self._ranked(class_probabilities(self.answer, maps[self.answer_layer]), top)

    def probabilities(self, image: ArrayLike) -> Maps:
        """Compute the probability of each class, (classes,) float32."""
        return self.scores(image)[1]

    def logits(self, image: ArrayLike) -> Maps:
        """Compute the scores before softmax, (classes,) float32."""
        return self.scores(image)[0]

    def scores(self, image: ArrayLike) -> tuple[Maps, Maps]:
        """Compute a picture's logits and probabilities in one run, each (classes,) float32.

        A single output unit z tells two classes apart; their logits are (−z/2, z/2).
        """
        logits, probabilities = self.scores_of_inputs(self.preprocess(image)[np.newaxis])
        return np.asarray(logits[0]), np.asarray(probabilities[0])

    def scores_of_inputs(self, inputs: ArrayLike) -> tuple[Maps, Maps]:
        """Answer for several inputs that are preprocessed already.

        inputs : (n, height, width, channels), each of `input_shape`.

        Returns
        -------
        logits and probabilities, each (n, classes) float32.
        """
        self._must_have_classes()
        batch = self._batch(inputs)
        if not len(batch):
            nothing = np.zeros((0, self.class_count), np.float32)
            return nothing, nothing
        with RUNS:
            logits, answers = self._runner.answers()(batch)
        probabilities = [class_probabilities(self.answer, answer) for answer in as_array(answers)]
        return as_array(logits), np.stack(probabilities)

    def gradients(
        self,
        x: ArrayLike,
        class_index: int,
        layers: Sequence[str] | None = None,
    ) -> dict[str, tuple[Maps, Maps]]:
        """Compute how a class's logit changes with every value of every layer.

        x : an input that is preprocessed already, `input_shape` ("image" in the answer).
        layers : names; all without.

        Returns
        -------
        By name: the layer's output and the slope of the logit by it, of the same shape.
        """
        self.must_be_class(class_index)
        tf, function = load_tensorflow(), self._runner.every_slope()
        names = [info.name for info in self.layers]
        wanted = set(names) if layers is None else {self.layer(name).name for name in layers}
        with RUNS:
            values, slopes = function(self._batch([x]), tf.constant(class_index, tf.int32))
            return {
                name: (as_array(value)[0], as_array(slope)[0])
                for name, value, slope in zip(names, values, slopes, strict=True)
                if name in wanted
            }

    def layer_gradient(self, x: ArrayLike, class_index: int, layer: str) -> tuple[Maps, Maps]:
        """Compute `gradients` for one layer alone: the faster, the nearer it is to the answer."""
        self.must_be_class(class_index)
        name = self.layer(layer).name
        tf, function = load_tensorflow(), self._runner.layer_slope(name)
        with RUNS:
            value, slope = function(self._batch([x]), tf.constant(class_index, tf.int32))
            return as_array(value)[0], as_array(slope)[0]

    def input_gradients(
        self, inputs: ArrayLike, class_index: int, *, guided: bool = False
    ) -> tuple[Maps, Maps]:
        """Compute a class's logit for several inputs, and its slope by each of their numbers.

        Parameters
        ----------
        inputs : (n, height, width, channels), preprocessed already.
        guided : on the way back, let nothing negative through a ReLU (Springenberg et al., 2015,
            "Striving for Simplicity: The All Convolutional Net", section 3.4).

        Returns
        -------
        logits (n,) and slopes of the inputs' shape, float32.
        """
        self.must_be_class(class_index)
        tf, function = load_tensorflow(), self._runner.input_slopes(guided=guided)
        with RUNS:
            logits, slopes = function(self._batch(inputs), tf.constant(class_index, tf.int32))
            return as_array(logits), as_array(slopes)

    def loss_gradient(self, x: ArrayLike, class_index: int) -> Maps:
        """Compute the slope of the cross-entropy of a class by the input, `input_shape`.

        x : an input that is preprocessed already, `input_shape`.
        """
        self.must_be_class(class_index)
        tf, function = load_tensorflow(), self._runner.loss_slope()
        with RUNS:
            slope = as_array(function(self._batch([x]), tf.constant(class_index, tf.int32)))
        return np.asarray(slope[0])

    def scores_with_channels_off(
        self, x: ArrayLike, layer: str, kept: ArrayLike
    ) -> tuple[Maps, Maps]:
        """Answer with some channels of a layer multiplied by 0 (or any factor).

        x : one input that is preprocessed already, `input_shape`.
        kept : (n, channels), the factors of n runs.

        Returns
        -------
        logits and probabilities, each (n, classes) float32.
        """
        self._must_have_classes()
        info, factors = self.layer(layer), np.asarray(kept, np.float32)
        if factors.ndim != 2 or factors.shape[1] != info.channels:
            raise NetworkError(
                "Each run needs one factor for each channel of the layer. "
                f"Received: factors of shape {factors.shape} for {info.channels} channels."
            )
        tf, function = load_tensorflow(), self._runner.masked_answers(layer, info.channels)
        with RUNS:
            logits, answers = function(self._batch([x]), tf.constant(factors))
        probabilities = [class_probabilities(self.answer, answer) for answer in as_array(answers)]
        return as_array(logits), np.stack(probabilities)

    def warm_up(self, *, answers: bool = False) -> None:
        """Compile what every view needs, so that the first user does not wait for it.

        answers : compile what answers to several inputs at once, too.
        """
        rows, columns, channels = self.input_shape
        grey = np.full((rows, columns, channels), 0.5, np.float32)
        self.feature_maps_of_input(grey)
        if answers and self.has_classes:
            self.scores_of_inputs(grey[np.newaxis])

    def compiled(
        self,
        key: Hashable,
        make: Callable[[Runner], Callable[..., Any]],
        shapes: Sequence[tuple[int | None, ...] | str],
    ) -> Callable[..., Any]:
        """Compile a function over the network's graph once, and keep it with the network's own.

        key : says all that the function depends on beside the graph.
        make : builds it.
        shapes : of what it is given, float32; `runner.WHOLES` for whole numbers.
        """
        whole_key = (self._runner.answer, key)
        return self._runner.compiled(whole_key, make(self._runner), list(shapes))

    # Views that share the weights and the compiled functions

    def with_preprocessing(self, preprocessing: Preprocessing | str) -> Network:
        """See the same network with its pictures prepared in another way."""
        view = copy.copy(self)
        view.preprocessing = _preprocessing(preprocessing)
        return view

    def with_labels(self, labels: Sequence[str]) -> Network:
        """See the same network with other names for its classes.

        Raises
        ------
        NetworkError : the number of labels is not the number of classes.
        """
        view = copy.copy(self)
        view.labels = self._checked_labels(labels)
        return view

    def answering(self, output: str, *, mask: bool | None = None) -> Network:
        """See the same network with another of its outputs as the answer.

        Another output's classes have names of their own, which are not known here.

        Parameters
        ----------
        output : one of `outputs`.
        mask : whether a map is read as a class in each cell, which is doubtful where it has as
            many channels as a picture; without, not there.

        Raises
        ------
        NetworkError : the network has no such output.
        """
        if output not in self.outputs:
            raise NetworkError(
                f"The output must be one of {', '.join(map(shown, self.outputs))}. "
                f"Received: {shown(output)}."
            )
        view = copy.copy(self)
        view._runner = self._runner.answering(output, mask=mask)
        same = view.class_count == self.class_count and output == self.answer_layer
        view.labels = self.labels if same else view._checked_labels(None)
        return view

    def without_classes(self) -> Network:
        """See the same network as one that names no classes, since its answer is no number."""
        view = copy.copy(self)
        view._names_classes = False
        return view

    def untrained(self, seed: int = 0) -> Network:
        """See the same network as it was before training: what training changed.

        Its weights are drawn anew, from `seed`. They are drawn once, and shared like the
        network's own.
        """
        view = copy.copy(self)
        view.title, view.is_random = f"{self.title}, untrained", True

        def begin(runner: Runner) -> None:
            view._runner = runner
            view.warm_up()
            if self.is_shared:
                freeze_garbage()

        view._runner = self._runner.untrained(seed, begin)
        return view

    def has_untrained(self, seed: int = 0) -> bool:
        """Whether `untrained` gives its answer at once, since it was built before."""
        return self._runner.has_untrained(seed)

    def _batch(self, inputs: Any) -> Any:
        array = np.ascontiguousarray(inputs, np.float32)
        if array.shape[1:] != self.input_shape:
            raise NetworkError(
                f"Each input must be of shape {self.input_shape}. Received: {array.shape[1:]}."
            )
        return load_tensorflow().constant(array)

    def _checked_labels(self, labels: Sequence[str] | None) -> tuple[str, ...]:
        count = self.class_count
        if labels is None:
            return tuple(f"class {index}" for index in range(count))
        if len(labels) != count:
            raise NetworkError(
                f"A label is needed for each of the {count:,} classes. "
                f"Received: {len(labels):,} labels."
            )
        return tuple(labels)

    def _must_have_classes(self) -> None:
        if not self.has_classes:
            raise NetworkError(
                "Only a network that ends in class scores names classes. "
                f"Received: an answer of shape {self.layer(self.answer_layer).output_shape}."
            )

    def must_be_class(self, class_index: int) -> None:
        """Raise NetworkError unless the network has a class of this number."""
        self._must_have_classes()
        if not 0 <= class_index < self.class_count:
            raise NetworkError(
                f"The class must be from 0 to {self.class_count - 1}. Received: {class_index}."
            )

    def _ranked(self, probabilities: Maps, top: int) -> list[Prediction]:
        # Of equal ones the first class, so that an answer does not depend on the sort.
        order = np.argsort(-probabilities, kind="stable")[: max(top, 0)]
        return [
            Prediction(int(index), self.labels[index], float(probabilities[index]))
            for index in order
        ]


def _preprocessing(choice: Preprocessing | str) -> Preprocessing:
    if isinstance(choice, Preprocessing):
        return choice
    if choice not in PREPROCESSINGS:
        raise NetworkError(
            f"The preprocessing must be one of {', '.join(PREPROCESSINGS)}. Received: {choice}."
        )
    return PREPROCESSINGS[choice]
