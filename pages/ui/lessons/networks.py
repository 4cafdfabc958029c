"""The lessons on whole networks."""

import numpy as np

from cnnviz.activations import softmax
from cnnviz.images.samples import open_sample
from cnnviz.layers.cost import weight_counts
from cnnviz.layers.flatten import flatten_cell
from cnnviz.layers.tutorial_network import tutorial_maps, tutorial_weights
from cnnviz.networks.architectures import CIFAR10_CLASSES
from cnnviz.networks.building import PRESETS, describe
from cnnviz.networks.opening import open_network
from cnnviz.networks.robustness import CHANGES, sweep
from cnnviz.notation import written, written_count, written_share
from pages.ui.lessons.step import Lesson, Step

_LAYERS, _NETWORK = "pages/06_layers.py", "pages/08_network.py"
_WHY, _ROBUSTNESS = "pages/10_why.py", "pages/12_robustness.py"
_LEARN, _BUILD = "pages/07_learn_a_kernel.py", "pages/13_build.py"
_TRAIN, _OWN = "pages/14_train.py", "pages/16_own_classes.py"
_NETWORK_ASKED = "efficientnet_lite0"
"""The one that Why and Robustness open with."""


# ---- a whole network ------------------------------------------------------------------------


def _element() -> str:
    row, column, channel = flatten_cell((4, 4, 3), 17)
    return (
        f"Row {row}, column {column}, channel {channel}: (4 · {row} + {column}) · 3 + {channel} "
        "= 17."
    )


def _unit() -> str:
    logits = tutorial_maps(open_sample("panda")).logits
    best, cat = int(logits.argmax()), CIFAR10_CLASSES.index("cat")
    return (
        f"The sum of cat is {written(float(logits[cat]), 4)}; the largest of the ten is "
        f"{CIFAR10_CLASSES[best]}'s, {written(float(logits[best]), 4)}."
    )


def _dense_or_not() -> str:
    counts = weight_counts(64, 3, 100, 3, 32)
    return (
        f"{written_count(counts.dense.weights)} against "
        f"{written_count(counts.convolution.weights)}, {written_count(round(counts.ratio))} times "
        "as many; and the dense layer gives 100 numbers, the convolution "
        f"{written_count(counts.outputs)}."
    )


def _all_weights() -> str:
    weights = tutorial_weights()
    total = sum(values.size for values in weights.values())
    dense = sum(values.size for name, values in weights.items() if name.startswith("dense/"))
    return (
        f"{total:,} with biases, {dense:,} of them in the dense layer: "
        f"{written_share(dense, total)}."
    )


def _answered() -> str:
    probabilities = softmax(tutorial_maps(open_sample("panda")).logits)
    best = int(probabilities.argmax())
    return (
        f"{CIFAR10_CLASSES[best]}, with {written_share(float(probabilities[best]))}. It knows ten "
        "classes, and a panda is none of them; it names one whatever it is shown."
    )


_TUTORIAL = {"picture": "panda", "network": "Tutorial network"}
WHOLE = Lesson(
    "network",
    "A whole network",
    "A network is these steps one after the other; each of its numbers can be followed back.",
    (
        Step(
            _LAYERS,
            "Maps of 4 × 4 and three channels become one vector.",
            "Which cell of the maps is element 17?",
            _element,
            {"picture": "panda"},
        ),
        Step(
            _LAYERS,
            "A unit of a dense layer: one weight for each of 4,096 inputs. Its sum is covered: add "
            "up what the maps give, and the bias.",
            "How large is the sum, and which unit has the largest?",
            _unit,
            {"picture": "panda", "layer_part": "Dense", "ask": "1"},
        ),
        Step(
            _LAYERS,
            "The same picture into a dense layer, and into a convolution.",
            "How many weights has each?",
            _dense_or_not,
            {"layer_part": "Why not dense?"},
        ),
        Step(
            _NETWORK,
            "All maps of a small network, from the pixels to its ten classes.",
            "How many weights does it have, and where are most of them?",
            _all_weights,
            {**_TUTORIAL, "view": "Overview"},
        ),
        Step(
            _NETWORK,
            "What it says.",
            "Which class does it name, and how sure is it? Should you believe it?",
            _answered,
            {**_TUTORIAL, "view": "Answer"},
        ),
    ),
)


# ---- why it answered ------------------------------------------------------------------------


def _said() -> str:
    (first,) = open_network(_NETWORK_ASKED).predict(open_sample("panda"), top=1)
    return (
        f"{first.label}, with {written_share(first.probability)}. The map says where in the last "
        "maps the logit of that class would change most; it does not say why."
    )


def _covered() -> str:
    network = open_network(_NETWORK_ASKED)
    (first,) = network.predict(open_sample("panda"), top=1)
    return (
        f"Without a patch {first.label} has {written_share(first.probability)}. Where the bar "
        "falls most, the network goes by what is under the patch: that is a question to the "
        "network itself, and not a map's opinion."
    )


def _flipped() -> str:
    network, change = open_network(_NETWORK_ASKED), CHANGES["blur"]
    found = sweep(network, open_sample("panda"), change)
    best = int(found.probabilities[int(np.argmin(np.abs(found.amounts - change.nothing)))].argmax())
    flip = found.first_flip(best, change.nothing)
    label = network.predict(open_sample("panda"), top=1)[0].label
    if flip is None:
        return f"None of those tried: {label} stays the answer up to {written(change.most)}."
    return (
        f"{written(flip)}{change.unit} is the first of the blurs that were tried at which the "
        f"answer is no longer {label}."
    )


WHY = Lesson(
    "why",
    "Why it answered",
    "A map of reasons is an answer to a narrow question; covering a part asks the network itself.",
    (
        Step(
            _WHY,
            "Grad-CAM: where the last maps speak for the answer.",
            "What does the network say, and how sure is it?",
            _said,
            {"picture": "panda"},
        ),
        Step(
            _WHY,
            "The same map while the network's weights are scrambled, from the last layer down.",
            "What would it mean if the map stayed the same?",
            lambda: (
                "That it does not depend on what the network has learned, so it cannot explain "
                "the answer. Try guided backprop, then Grad-CAM."
            ),
            {"picture": "panda", "why_part": "Is it to be trusted?"},
        ),
        Step(
            _WHY,
            "Drag the patch over the photo, and watch the bars.",
            "Where does the answer fall most?",
            _covered,
            {"picture": "panda", "why_part": "Cover it up"},
        ),
        Step(
            _ROBUSTNESS,
            "The photo is blurred step by step; play.",
            "At which blur does the answer change?",
            _flipped,
            {"picture": "panda", "steady_change": "Blur"},
        ),
    ),
)


# ---- train your own -------------------------------------------------------------------------


def _learned_numbers() -> str:
    side = 3
    return (
        f"{side * side + 1}: {side} × {side} weights and a bias. Each step moves all of them "
        "against the gradient of the loss."
    )


def _stacked() -> str:
    rows = describe(PRESETS["tutorial"].stack)
    most = max(rows, key=lambda row: row.weights)
    total = sum(row.weights for row in rows)
    return (
        f"{total:,}; most of them, {most.weights:,}, in {most.name}. Average each map before it, "
        "and far fewer are left."
    )


def _by_chance() -> str:
    return (
        f"{written_share(1, 10)} right, and a loss of ln 10 = {written(float(np.log(10)), 4)}: "
        "that of a network that finds all ten equally probable. A loss that stays there shows "
        "that nothing is learned."
    )


def _head() -> str:
    (inputs,) = open_network(_NETWORK_ASKED).layer("pool").output_shape[-1:]
    classes = 3
    return (
        f"{inputs:,} × {classes} weights and {classes} biases: {inputs * classes + classes:,}. "
        "Everything below them stays as it was trained."
    )


TRAINING = Lesson(
    "training",
    "Train your own",
    "Nobody sets the weights: many small steps against the gradient do.",
    (
        Step(
            _LEARN,
            "A kernel begins as noise, and is to give the same map as the target. Play.",
            "How many numbers are learned here?",
            _learned_numbers,
            {"picture": "panda"},
        ),
        Step(
            _BUILD,
            "A network from layers: each says what it gives and what it costs. Put a pooling layer "
            "in, and take it out again.",
            "How many weights does it have at first, and in which layer are most of them?",
            _stacked,
        ),
        Step(
            _TRAIN,
            "Handwritten digits. Start the training.",
            "How many of the held-out digits are right by chance, and how large is the loss then?",
            _by_chance,
            {"train_data": "Digits"},
        ),
        Step(
            _OWN,
            "Three classes of your own, from a few pictures each: only the last layer is learned.",
            "How many numbers does that last layer have for three classes?",
            _head,
        ),
    ),
)
