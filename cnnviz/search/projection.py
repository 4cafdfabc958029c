"""Vectors of many numbers as places on a map: PCA, t-SNE and UMAP, by their own libraries.

Maps of the same things can be turned to lie alike, so that only what changed moves between them.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.networks.tensorflow_runtime import load_keras
from cnnviz.search.umap_compiling import compiling, keep_on_disk

Method = Literal["PCA", "t-SNE", "UMAP"]
Places = NDArray[np.float32]
METHODS: tuple[Method, ...] = ("PCA", "t-SNE", "UMAP")
Report = Callable[[float], None]
"""Called with the share done, in [0, 1]; may raise to stop."""


def project(
    vectors: ArrayLike, method: Method = "PCA", *, seed: int = 0, report: Report | None = None
) -> NDArray[np.float32]:
    """Place vectors on a map, so that near stays near.

    Parameters
    ----------
    vectors : (n, length), finite.
    method : one of `METHODS`. t-SNE and UMAP start from `seed` and give the same map again.
    report : called as t-SNE and UMAP go on.

    Returns
    -------
    (n, 2) float32 in [0, 1], both axes on one scale.

    Raises
    ------
    ValueError : the method is unknown.
    """
    if method not in METHODS:
        raise ValueError(f"The method must be one of {', '.join(METHODS)}. Received: {method!r}.")
    points = np.asarray(vectors, np.float32)
    count = len(points)
    if count < 3 or method == "PCA":
        placed = _pca(points)
    elif method == "t-SNE":
        placed = _tsne(points, seed, report or (lambda _: None))
    else:
        placed = _umap(points, seed, report or (lambda _: None))
    return _in_square(np.asarray(placed, np.float32))


_EARLY, _LATER, _EVERY = 250, 500, 10
"""Rounds of t-SNE with clusters drawn together and after, and between two reports."""


def _tsne(points: NDArray[np.float32], seed: int, report: Report) -> NDArray[np.float32]:
    from openTSNE import TSNE
    from openTSNE.affinity import MultiscaleMixture
    from openTSNE.nearest_neighbors import Sklearn
    from threadpoolctl import threadpool_limits

    done = 0

    def go_on(*_: object) -> None:
        nonlocal done
        done += _EVERY
        report(min(done / (_EARLY + _LATER), 1.0))

    reduced, count = _reduced(points), len(points)
    perplexity = min(30.0, (count - 1) / 3)
    model = TSNE(
        early_exaggeration_iter=_EARLY,
        n_iter=_LATER,
        negative_gradient_method="bh" if count < _MANY else "fft",
        random_state=seed,
        n_jobs=1,
        callbacks=go_on,
        callbacks_every_iters=_EVERY,
    )
    # Threads wait for each other at every round: beside other work on the machine, one alone is
    # four to eight times as fast.
    with threadpool_limits(1, user_api="openmp"):
        # Asked for exact neighbours by name, it would import what finds approximate ones, which
        # compiles itself: 20 s on a new machine.
        near = Sklearn(reduced, min(count - 1, int(3 * perplexity)), random_state=seed)
        likeness = MultiscaleMixture(perplexities=perplexity, knn_index=near)
        return np.asarray(model.fit(reduced, affinities=likeness), np.float32)


_MANY = 3500
"""Points from which t-SNE's forces are interpolated on a grid: as quick for any count."""


def _umap(points: NDArray[np.float32], seed: int, report: Report) -> NDArray[np.float32]:
    with warnings.catch_warnings():
        # It says that a seed takes its threads away; that is what the seed is for.
        warnings.simplefilter("ignore", UserWarning)
        load_keras()  # UMAP imports TensorFlow, and would set it up otherwise
        reduced = _reduced(points)
        with compiling(report) as whole:
            from umap import UMAP  # what it finds neighbours with is compiled as it is imported

            keep_on_disk()
            model = UMAP(
                n_neighbors=min(15, len(points) - 1),
                random_state=seed,
                n_jobs=1,
                tqdm_kwds=bar(whole),
            )
            return np.asarray(model.fit_transform(reduced), np.float32)


def bar(report: Report) -> dict[str, object]:
    """Give the settings of a bar of tqdm that reports each of its steps, and draws nothing."""
    return {
        "disable": False,
        "file": _Terminal(report),
        "bar_format": "{n_fmt}/{total_fmt}",
        "mininterval": 0,
        "miniters": 1,
    }


class _Terminal:
    """Stands for the one that a bar is written to, as "12/500"."""

    def __init__(self, report: Report) -> None:
        self._report = report

    def write(self, text: str) -> None:
        done, _, total = text.strip().partition("/")
        if done.isdecimal() and total.isdecimal():
            self._report(min(int(done) / max(int(total), 1), 1.0))

    def flush(self) -> None:
        pass


def _pca(points: NDArray[np.float32]) -> NDArray[np.float32]:
    if len(points) < 2:
        return np.zeros((len(points), 2), np.float32)
    from sklearn.decomposition import PCA

    most = min(2, *points.shape)
    placed = PCA(most, svd_solver="full").fit_transform(points)
    return np.pad(placed, ((0, 0), (0, 2 - most)))


def _reduced(points: NDArray[np.float32]) -> NDArray[np.float32]:
    """Keep the 50 strongest directions: as far apart as before, and much faster."""
    if min(points.shape) <= 50:
        return points
    from sklearn.decomposition import PCA

    return np.asarray(PCA(50, svd_solver="full").fit_transform(points), np.float32)


def _in_square(placed: NDArray[np.float32]) -> NDArray[np.float32]:
    least, most = placed.min(axis=0), placed.max(axis=0)
    span = float((most - least).max()) or 1.0
    middle = (least + most) / 2
    return np.asarray((placed - middle) / span + 0.5, np.float32)


def align(places: ArrayLike, reference: ArrayLike) -> Places:
    """Turn and mirror a map until its points lie nearest to those of another.

    Distances within the map stay as they are, up to one factor that fits it into the square.
    Schönemann 1966, "A generalized solution of the orthogonal Procrustes problem".

    Parameters
    ----------
    places, reference : (n, 2), the same things in the same order.

    Returns
    -------
    (n, 2) float32 in [0, 1], both axes on one scale.

    >>> align([[0, 0], [0, 1], [0, 4]], [[0, 0], [1, 0], [4, 0]]).round(2).tolist()
    [[0.0, 0.5], [0.25, 0.5], [1.0, 0.5]]
    """
    mine, theirs = np.asarray(places, np.float64), np.asarray(reference, np.float64)
    mine, theirs = mine - mine.mean(axis=0), theirs - theirs.mean(axis=0)
    left, _, right = np.linalg.svd(mine.T @ theirs)
    turned = mine @ (left @ right)
    least, most = turned.min(axis=0), turned.max(axis=0)
    span = float((most - least).max()) or 1.0
    return np.asarray((turned - (least + most) / 2) / span + 0.5, np.float32)


def align_in_turn(maps: Sequence[ArrayLike]) -> list[Places]:
    """Align each map to the one after it; the last stays as it is.

    >>> [places.tolist() for places in align_in_turn([[[1, 0], [0, 0]], [[0, 0.5], [1, 0.5]]])]
    [[[0.0, 0.5], [1.0, 0.5]], [[0.0, 0.5], [1.0, 0.5]]]
    """
    aligned: list[Places] = []
    for places in reversed(maps):
        last = np.asarray(places, np.float32)
        aligned.append(align(last, aligned[-1]) if aligned else last)
    return aligned[::-1]
