"""A layer's health over many pictures: which channels are dead, saturated or doubled on all."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from cnnviz.images import ImageError
from cnnviz.images.pictures import encode_png
from cnnviz.networks.feature_maps.gallery_health import (
    DUPLICATE_FROM,
    MOST_COMPARED,
    GalleryHealth,
    HealthCount,
)
from cnnviz.networks.feature_maps.statistics import saturation_limits
from cnnviz.networks.layers import LayerInfo
from cnnviz.search.gallery import Gallery, GalleryError
from cnnviz.search.photos import all_photos, open_photo
from cnnviz.server.jobs import Job
from cnnviz.shapes import Pixels
from pages.networks.layer import choose_layer
from pages.networks.scene import Scene
from pages.networks.state import HEALTH_OVER, PAGE, SHIPPED_PHOTOS
from pages.ui.markdown import plain
from pages.ui.own_gallery import uploaded_gallery
from pages.ui.queue import asked, show_progress

_PATIENCE = 0.5
_BETWEEN_PARTS = 1.0
_MOST_ROWS = 2000
_MOST_PIXELS = 40_000_000
"""Of the pictures that are offered as one file, which is made in memory."""


@dataclass(frozen=True, eq=False)
class _Pictures:
    """Pictures to look at.

    identity : a key for caches.
    count : how many there may be.
    read : gives them one by one; None for a file that is no picture.
    private : whether they are one session's own.
    """

    identity: str
    count: int
    read: Callable[[], Iterator[Pixels | None]]
    private: bool


def show(scene: Scene) -> None:
    """Draw it."""
    scene.settle()
    choose_layer(scene)
    pictures = _chosen()
    if pictures is None:
        return
    layer = scene.network.layer(scene.focus.layer)
    key = f"health {scene.identity} {pictures.identity} {layer.name}"
    private = scene.own or pictures.private
    job = asked(key, _work(scene, layer, pictures), patience=_PATIENCE, private=private)
    title = f"{scene.network.title} looks at {pictures.count:,} pictures"
    show_progress(job, title, key)
    found = job.parts[-1] if job is not None and job.parts else None
    if isinstance(found, GalleryHealth):
        st.markdown(_sentence(scene, layer, found))
        _table(scene, layer, found)
        _offer_pictures(scene, pictures)


def _chosen() -> _Pictures | None:
    source = PAGE.control(
        st.segmented_control,
        HEALTH_OVER,
        "Over these pictures",
        required=True,
        help="What a channel does on one picture says little about it.",
    )
    if source == SHIPPED_PHOTOS:
        photos = all_photos()
        return _Pictures("photos", len(photos), lambda: map(open_photo, photos), private=False)
    try:
        gallery, identity = uploaded_gallery("health_files")
    except GalleryError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return None
    if gallery is None:
        st.info("Upload many pictures, or a zip of them.", icon=":material/photo_library:")
        return None
    return _Pictures(identity, len(gallery), lambda: _read(gallery), private=True)


def _offer_pictures(scene: Scene, pictures: _Pictures) -> None:
    """Offer what the program reads: the part of each picture that the network is shown."""
    rows, columns, _ = scene.network.input_shape
    if pictures.count * rows * columns > _MOST_PIXELS:
        st.caption(
            "The program below reads the pictures from a zip, which is offered for up to "
            f"{_MOST_PIXELS // (rows * columns):,} of them."
        )
        return

    def packed() -> bytes:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            for at, image in enumerate(pictures.read()):
                if image is not None:
                    png = encode_png(scene.network.shown_part(image))
                    archive.writestr(f"{at:05}.png", png)
        return file.getvalue()

    st.download_button(
        "Pictures as zip",
        packed,
        "pictures.zip",
        "application/zip",
        on_click="ignore",
        icon=":material/download:",
    )


def _read(gallery: Gallery) -> Iterator[Pixels | None]:
    for file in gallery.files:
        try:
            yield file.picture()
        except ImageError:
            yield None


def _work(scene: Scene, layer: LayerInfo, pictures: _Pictures) -> Callable[[Job], bool]:
    network, name = scene.network, layer.name
    limits = saturation_limits(network.operation(name)) if layer.inputs else ()

    def work(job: Job) -> bool:
        count = HealthCount(layer.channels, limits=limits)
        told = time.monotonic()
        for at, image in enumerate(pictures.read()):
            job.report(at / pictures.count, f"Picture {at + 1:,} of {pictures.count:,}")
            if image is not None:
                count.add(network.feature_maps(image, [name])[name])
            if count.pictures and time.monotonic() - told > _BETWEEN_PARTS:
                job.parts.append(count.result())
                told = time.monotonic()
        if not count.pictures:
            raise GalleryError(
                "Health needs at least one picture that can be read. "
                f"Received: {pictures.count:,} files that cannot."
            )
        job.parts.append(count.result())
        return True

    return work


def _sentence(scene: Scene, layer: LayerInfo, found: GalleryHealth) -> str:
    """Say how many channels are dead, saturated or doubled, beside this picture alone."""
    here = (scene.maps[layer.name] == 0).reshape(-1, layer.channels).all(axis=0)
    kind = "maps" if layer.is_map else "numbers"
    pictures = "the one picture" if found.pictures == 1 else f"all {found.pictures:,} pictures"
    words = (
        f"Of the {layer.channels:,} {kind} of **{plain(layer.name)}**, **{found.dead.sum():,}** "
        f"{'is' if found.dead.sum() == 1 else 'are'} zero on {pictures}; on "
        f"*{plain(scene.picture.title)}* alone {here.sum():,}. "
    )
    saturated = int((found.saturated_in > 0).sum())
    words += (
        "With at least half of their cells at a limit of the activation on every picture: "
        f"**{found.saturated.sum():,}**, on at least one: {saturated:,}. "
    )
    if found.compared:
        return words + (
            f"Near-duplicates of another one, with a correlation of {DUPLICATE_FROM:g} or more "
            f"over the cells of all pictures: **{(found.duplicate_of >= 0).sum():,}**."
        )
    if layer.channels > MOST_COMPARED:
        return words + f"More than {MOST_COMPARED:,} are not compared with each other."
    return words + "There are too few cells to compare them with each other."


def _table(scene: Scene, layer: LayerInfo, found: GalleryHealth) -> None:
    table = pd.DataFrame(
        {
            "Channel": np.arange(layer.channels),
            "Dead on": found.dead_in,
            "Saturated on": found.saturated_in,
            "Zeros": found.sparsity,
            "Mean": found.mean,
            "Minimum": found.minimum,
            "Maximum": found.maximum,
            "Most like": [None if one < 0 else int(one) for one in found.duplicate_of],
            "Correlation": found.correlation if found.compared else np.nan,
        }
    )
    worst = table.sort_values(["Dead on", "Saturated on", "Correlation"], ascending=False)
    st.dataframe(
        worst[:_MOST_ROWS],
        hide_index=True,
        height=min(480, 38 + 35 * len(table)),
        column_config={
            "Dead on": st.column_config.ProgressColumn(
                min_value=0, max_value=found.pictures, format="%d"
            ),
            "Saturated on": st.column_config.ProgressColumn(
                min_value=0, max_value=found.pictures, format="%d"
            ),
            "Zeros": st.column_config.NumberColumn(format="percent"),
        },
    )
    cut = f" The first {_MOST_ROWS:,} are shown." if len(table) > _MOST_ROWS else ""
    st.caption(
        f"Dead on and saturated on: so many of {found.pictures:,} pictures. Zeros: the share of "
        f"all cells that are exactly 0. Most like: the near-duplicate.{cut}"
    )
    st.download_button(
        "Health as CSV",
        lambda: table.to_csv(index=False).encode(),
        f"{scene.network.name}_{layer.name}_health.csv".replace("/", "_"),
        "text/csv",
        on_click="ignore",
        icon=":material/download:",
    )
