"""Train the two small networks that ship, on CIFAR-10.

    python tools/train_small_networks.py [--data cifar10_jpeg.npz] [--only small_vgg]

Writes `assets/models/<name>.npz`: one float16 array per weight, named `layer/weight`, and
`assets/models/<name>.json`: how it was trained and what it reaches on the 10,000 test pictures,
measured with the rounded weights. About eight minutes on two cores.

Without --data, Keras downloads CIFAR-10. With it, pictures are read from an .npz that holds them
as JPEG: `train_jpeg` (all files, one after the other, uint8), `train_offsets` (where each
starts, and the end), `train_labels`, the same for `test_`, and `class_names`.
"""

from __future__ import annotations

import argparse
import io
import json
import math
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from cnnviz.networks.architectures import ARCHITECTURES, CIFAR10_CLASSES  # noqa: E402
from cnnviz.networks.tensorflow_runtime import load_keras, load_tensorflow  # noqa: E402
from cnnviz.networks.weights import save_weights  # noqa: E402

SEED = 20
SETTINGS = {
    "tutorial": {"epochs": 8, "batch": 128, "rate": 2e-3, "flip": True, "shift": 0},
    "small_vgg": {"epochs": 20, "batch": 128, "rate": 3e-3, "flip": True, "shift": 2},
}


def read_jpeg_archive(path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Unpack the archive to pictures (n, 32, 32, 3) uint8 and labels (n,) int64."""
    parts: list[np.ndarray] = []
    with np.load(path, allow_pickle=False) as archive:
        if tuple(archive["class_names"]) != CIFAR10_CLASSES:
            raise SystemExit(f"{path} does not hold CIFAR-10: {list(archive['class_names'])}")
        for split in ("train", "test"):
            jpeg, offsets = archive[f"{split}_jpeg"].tobytes(), archive[f"{split}_offsets"]
            pictures = np.empty((len(offsets) - 1, 32, 32, 3), np.uint8)
            for i in range(len(pictures)):
                pictures[i] = np.asarray(
                    Image.open(io.BytesIO(jpeg[offsets[i] : offsets[i + 1]])).convert("RGB")
                )
            parts += [pictures, archive[f"{split}_labels"].astype(np.int64)]
    return parts[0], parts[1], parts[2], parts[3]


def augmented_batches(
    pictures: np.ndarray,
    labels: np.ndarray,
    *,
    batch: int,
    flip: bool,
    shift: int,
    random: np.random.Generator,
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield one epoch in random order: float32 in [0, 1], mirrored and moved by a few pixels."""
    size = pictures.shape[1]
    order = random.permutation(len(pictures))
    for start in range(0, len(order) - batch + 1, batch):
        chosen = order[start : start + batch]
        x = pictures[chosen]
        if flip:
            mirrored = random.random(batch) < 0.5
            x[mirrored] = x[mirrored, :, ::-1]
        if shift:
            padded = np.pad(x, ((0, 0), (shift, shift), (shift, shift), (0, 0)), mode="reflect")
            top, left = random.integers(0, 2 * shift + 1, (2, batch))
            rows = top[:, None] + np.arange(size)
            columns = left[:, None] + np.arange(size)
            x = padded[np.arange(batch)[:, None, None], rows[:, :, None], columns[:, None, :]]
        yield x.astype(np.float32) / np.float32(255), labels[chosen]


def train(name: str, data: tuple[np.ndarray, ...]) -> dict[str, Any]:
    """Train one network, save its weights, and return what its model card states."""
    keras, tf = load_keras(), load_tensorflow()
    settings = SETTINGS[name]
    keras.utils.set_random_seed(SEED)
    random = np.random.default_rng(SEED)
    model = ARCHITECTURES[name]()
    logits = keras.Model(model.inputs, model.get_layer("dense").output)
    train_x, train_y, test_x, test_y = data
    batch, epochs = int(settings["batch"]), int(settings["epochs"])
    total = epochs * (len(train_x) // batch)
    warm_up = total // 10
    optimizer = keras.optimizers.AdamW(learning_rate=0.0, weight_decay=5e-4)
    optimizer.build(logits.trainable_variables)

    @tf.function
    def step(x: Any, y: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(
                tf.nn.sparse_softmax_cross_entropy_with_logits(y, logits(x, training=True))
            )
        optimizer.apply(tape.gradient(loss, logits.trainable_variables))
        return loss

    evaluate = tf.function(lambda x: tf.argmax(logits(x, training=False), axis=-1))

    def accuracy(pictures: np.ndarray, labels: np.ndarray) -> float:
        answers = [
            evaluate(tf.constant(pictures[i : i + 1000].astype(np.float32) / np.float32(255)))
            for i in range(0, len(pictures), 1000)
        ]
        return float(np.mean(np.concatenate(answers) == labels))

    done, started = 0, time.perf_counter()
    for epoch in range(epochs):
        losses = []
        for x, y in augmented_batches(
            train_x,
            train_y,
            batch=batch,
            flip=bool(settings["flip"]),
            shift=int(settings["shift"]),
            random=random,
        ):
            # A short warm-up, then half a cosine down to nothing: Loshchilov and Hutter 2017.
            scale = min(1.0, (done + 1) / warm_up) * 0.5 * (1 + math.cos(math.pi * done / total))
            optimizer.learning_rate.assign(settings["rate"] * scale)
            losses.append(step(tf.constant(x), tf.constant(y)))
            done += 1
        print(
            f"{name} epoch {epoch + 1}/{epochs}: loss {np.mean([float(v) for v in losses]):.4f}, "
            f"{time.perf_counter() - started:.0f} s",
            flush=True,
        )
    seconds = time.perf_counter() - started
    for variable in model.variables:
        variable.assign(variable.numpy().astype(np.float16).astype(np.float32))
    report = {
        "name": name,
        "command": f"python tools/train_small_networks.py --only {name}",
        "seed": SEED,
        **settings,
        "optimizer": "AdamW, weight decay 5e-4, cosine schedule with 10% warm-up",
        "seconds": round(seconds),
        "train_accuracy": round(accuracy(train_x, train_y), 4),
        "test_accuracy": round(accuracy(test_x, test_y), 4),
        "parameters": int(model.count_params()),
    }
    folder = ROOT / "assets" / "models"
    save_weights(model, folder / f"{name}.npz")
    (folder / f"{name}.json").write_text(json.dumps(report, indent=2) + "\n")
    print(json.dumps(report), flush=True)
    return report


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, help="CIFAR-10 as JPEG in an .npz")
    parser.add_argument("--only", choices=sorted(SETTINGS), action="append")
    arguments = parser.parse_args()
    if arguments.data:
        data = read_jpeg_archive(arguments.data)
    else:
        (train_x, train_y), (test_x, test_y) = load_keras().datasets.cifar10.load_data()
        data = (train_x, train_y.ravel().astype(int), test_x, test_y.ravel().astype(int))
    for name in arguments.only or SETTINGS:
        train(name, data)


if __name__ == "__main__":
    main()
