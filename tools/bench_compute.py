"""Measure `cnnviz.convolution` against OpenCV's `filter2D`: `python -m tools.bench_compute`."""

import statistics
import time
from collections.abc import Callable

import cv2
import numpy as np

from cnnviz.convolution import convolve, depthwise_convolve

Row = tuple[str, str, str]

SIDE = 512
ROUNDS = 60


def rows() -> list[Row]:
    """Time 3 x 3 kernels on a 512 x 512 x 3 picture, planar float32 for both.

    OpenCV filters each plane; `depthwise_convolve` does the same, `convolve` adds the planes up
    too. OpenCV runs with one thread and with its default, and the faster counts.
    """
    draw = np.random.default_rng(0)
    planes = draw.random((3, SIDE, SIDE), np.float32) * 255
    image = planes.transpose(1, 2, 0)
    weights = draw.standard_normal((3, 3, 3)).astype(np.float32)
    kernels = [np.ascontiguousarray(weights[..., channel]) for channel in range(3)]

    def opencv() -> list[np.ndarray]:
        return [
            cv2.filter2D(plane, cv2.CV_32F, kernel)
            for plane, kernel in zip(planes, kernels, strict=True)
        ]

    ours = {
        f"depthwise_convolve, {SIDE} x {SIDE} x 3, 3 x 3": lambda: depthwise_convolve(
            image, weights[..., None]
        ),
        f"convolve, {SIDE} x {SIDE} x 3, 3 x 3": lambda: convolve(image, weights[..., None]),
    }
    default_threads = cv2.getNumThreads()
    results: list[Row] = []
    for what, calculate in ours.items():
        pairs = []
        for threads in (1, default_threads):
            cv2.setNumThreads(threads)
            pairs.append(medians(opencv, calculate))
        theirs, mine = min(pair[0] for pair in pairs), min(pair[1] for pair in pairs)
        measured = f"{mine:.2f} ms, {mine / theirs:.1f} x OpenCV ({theirs:.2f} ms)"
        results.append((what, measured, "2 x OpenCV"))
    cv2.setNumThreads(default_threads)
    return results


def medians(*calculations: Callable[[], object]) -> list[float]:
    """Time calculations in turn, so that a busy moment meets all of them; milliseconds."""
    times: list[list[float]] = [[] for _ in calculations]
    for round_ in range(ROUNDS + 5):
        for calculate, taken in zip(calculations, times, strict=True):
            start = time.perf_counter()
            calculate()
            if round_ >= 5:  # the first rounds warm up
                taken.append((time.perf_counter() - start) * 1000)
    return [statistics.median(taken) for taken in times]


if __name__ == "__main__":
    for row in rows():
        print(*row, sep="  ")
