"""Measure what trained networks cost: `python -m tools.bench_networks`."""

import statistics
import time
from collections.abc import Callable

import numpy as np

from cnnviz.attribution import grad_cam
from cnnviz.networks import Network, open_network
from cnnviz.networks.explanation.explain import explain
from cnnviz.networks.feature_maps.statistics import layer_statistics
from cnnviz.networks.feature_visualisation import Recipe, Target, visualise
from cnnviz.networks.robustness import CHANGES, sweep
from cnnviz.networks.tensorflow_runtime import freeze_garbage, load_tensorflow
from cnnviz.shapes import Pixels

Row = tuple[str, str, str]

ROUNDS = 40


def rows() -> list[Row]:
    """Time maps, explanations and statistics; the forward pass beside the maps, in turn."""
    picture = np.random.default_rng(0).integers(0, 256, (512, 512, 3)).astype(np.uint8)
    tf = load_tensorflow()
    found: list[Row] = []
    for name, most in (("tutorial", 3.0), ("small_vgg", 3.0)):
        network = open_network(name)
        x = network.preprocess(picture)
        (maps,) = medians(lambda n=network, x=x: n.feature_maps_of_input(x))
        found.append((f"all maps of {network.title}", f"{maps:.2f} ms", f"{most:g} ms"))
    found.append(_visualisation(network))

    network = open_network("efficientnet_lite0")
    x = network.preprocess(picture)
    pixels = tf.constant(x[np.newaxis])
    model = network.model
    forward = tf.function(lambda given: model(given, training=False))
    forward(pixels)
    freeze_garbage()
    plain, maps = medians(lambda: forward(pixels).numpy(), lambda: network.feature_maps_of_input(x))
    measured = f"{maps:.1f} ms, {maps / plain:.2f} x its forward pass ({plain:.1f} ms)"
    found.append((f"all maps of {network.title}, in NumPy", measured, "1.5 x"))

    target = int(network.logits(picture).argmax())
    plain, reason = medians(
        lambda: forward(pixels).numpy(),
        lambda: grad_cam(network, picture, class_index=target),
    )
    measured = f"{reason:.1f} ms, {reason / plain:.2f} x its forward pass ({plain:.1f} ms)"
    found.append((f"Grad-CAM of {network.title}, photo to map", measured, "2.5 x"))
    found += _sweeps(network, picture)

    every = network.feature_maps(picture)
    one, health = medians(
        lambda: explain(network, every, "stage6_block2_project_bn", 3, 4, 5),
        lambda: layer_statistics(network, x, "head_relu6", maps=every, class_index=0),
    )
    found.append(("one number explained", f"{one:.2f} ms", "100 ms"))
    found.append(("1,280 channels measured, with effect", f"{health:.0f} ms", "500 ms"))
    return found


def _visualisation(network: Network) -> Row:
    """Time a picture of a channel of its deepest convolution, compiling included."""
    layer = next(info.name for info in reversed(network.layers) if info.kind == "Conv2D")
    begun = time.perf_counter()
    made = visualise(network, Target("channel", layer, 5), Recipe(size=64))
    taken = time.perf_counter() - begun
    what = f"feature visualisation of {layer} of {network.title}, 64 pixels"
    return f"{what}, {len(made.frames)} frames", f"{taken:.1f} s", "30 s"


def _sweeps(network: Network, picture: Pixels) -> list[Row]:
    """Time sweeps of 21 steps: one that moves pixels, and the dearest of the others."""
    found = []
    for name in ("rotate", "jpeg"):
        change = CHANGES[name]
        (taken,) = medians(lambda change=change: sweep(network, picture, change), rounds=5)
        found.append(
            (f"sweep of 21, {change.title}, {network.title}", f"{taken:.0f} ms", "1000 ms")
        )
    return found


def medians(*calculations: Callable[[], object], rounds: int = ROUNDS) -> list[float]:
    """Time calculations in turn, so that a busy moment meets all of them; milliseconds."""
    times: list[list[float]] = [[] for _ in calculations]
    for round_ in range(rounds + 3):
        for calculate, taken in zip(calculations, times, strict=True):
            start = time.perf_counter()
            result = calculate()
            if round_ >= 3:
                taken.append(1000 * (time.perf_counter() - start))
            del result
    return [statistics.median(taken) for taken in times]


if __name__ == "__main__":
    for row in rows():
        print("  ".join(row))
