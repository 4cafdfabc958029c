"""In photos: what excites a target most, and least, beside the picture made for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np
import streamlit as st

from cnnviz.images import ImageError
from cnnviz.images import pictures as images
from cnnviz.networks.feature_visualisation.ascent import largest_cell
from cnnviz.networks.feature_visualisation.patches import (
    Extreme,
    Extremes,
    extremes,
    patch,
    values_in,
)
from cnnviz.notation import written
from cnnviz.search.gallery import Gallery, GalleryError
from cnnviz.search.photos import all_photos, open_photo
from cnnviz.server.jobs import Job
from pages.feature_visualisation.making import Growing
from pages.feature_visualisation.scene import Scene
from pages.feature_visualisation.state import COLLECTION, FEATURE
from pages.feature_visualisation.walls import enlarged
from pages.ui.markdown import plain
from pages.ui.own_gallery import own_gallery, uploaded_gallery
from pages.ui.queue import made

_SHOWN = 6
_SIDE, _WIDTH = 160, 84
_VALUE = {"channel": "mean", "unit": "value", "class": "logit"}
_COMPARED = {
    "channel": "The channel's largest cell",
    "unit": "The unit's value",
    "class": "The class's logit",
}
Looked = tuple[Extremes, tuple[str, ...], tuple[Callable[[], np.ndarray], ...]]
"""The extremes of a layer, and the name and the opener of each picture."""


def show(scene: Scene, found: Growing) -> None:
    """Draw the made picture, the patches, and whether they agree."""
    source = FEATURE.control(
        st.segmented_control,
        COLLECTION,
        "Photos",
        required=True,
        help="The photos that ship, or pictures of your own, which stay in this session.",
    )
    held = _brought() if source == "own" else None
    looked = None
    if found.done is not None and (held is not None or source != "own"):
        looked = _looked(scene, held)
    left, right = st.columns([1, 2.4])
    with left:
        if found.last is not None:
            st.image(
                images.encode_png(enlarged(found.last.picture, 256)),
                caption=f"Made for it: {_VALUE[scene.target.what]} {written(found.last.value)}",
                alt=f"The picture made for {scene.named()}.",
                width="stretch",
            )
    if looked is None or found.done is None:
        return
    by_layer, names, openers = looked
    channel = scene.target.index
    with right:
        st.markdown("**They excite it most**")
        _row(scene, by_layer.layer, by_layer.most(channel, _SHOWN), names, openers)
        st.markdown("**And least**")
        _row(scene, by_layer.layer, by_layer.least(channel, _SHOWN), names, openers)
    _agreement(scene, found, by_layer, len(names))


def _brought() -> tuple[str, Gallery] | None:
    """Draw the upload of one's own pictures; give those that are in hand."""
    try:
        _, identity = uploaded_gallery("feature_files")
    except GalleryError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return None
    held = own_gallery()
    if held is None:
        st.info("Upload many pictures, or a zip of them.", icon=":material/photo_library:")
    elif not identity:
        st.caption(f"{len(held[1]):,} pictures of yours are in hand, brought on another page.")
    return held


def _agreement(scene: Scene, found: Growing, by_layer: Extremes, count: int) -> None:
    assert found.done is not None
    channel, best = scene.target.index, by_layer.most(scene.target.index, 1)[0]
    is_channel = scene.target.what == "channel"
    made_cell = _largest_cell(scene, found) if is_channel else found.done.value
    ordinary = float(np.median(by_layer.largest[:, channel]))
    verdict = (
        "The picture excites it more than any of these pictures does."
        if made_cell > best.value
        else "One of these pictures excites it as much as the picture made for it, or more."
    )
    where = "patch" if is_channel else "photo"
    st.markdown(
        f"{_COMPARED[scene.target.what]}: **{written(made_cell)}** on the picture that was made, "
        f"**{written(best.value)}** in the best {where}; in half of the {count:,} pictures it is "
        f"at most {written(ordinary)}. {verdict}"
    )


def _largest_cell(scene: Scene, found: Growing) -> float:
    assert found.done is not None
    picture = found.done.picture
    key = scene.key("largest", *scene.question)
    kept: dict[str, float] = st.session_state.setdefault("feature_largest", {})
    if key not in kept:
        kept[key] = largest_cell(scene.network, scene.target, picture)
    return kept[key]


def _row(
    scene: Scene,
    layer: str,
    cells: Sequence[Extreme],
    names: Sequence[str],
    openers: Sequence[Callable[[], np.ndarray]],
) -> None:
    row = st.container(horizontal=True)
    for cell in cells:
        try:
            part = _part(scene, layer, openers[cell.picture](), cell)
        except ImageError as error:
            row.caption(plain(str(error)))
            continue
        name = names[cell.picture]
        row.image(
            images.encode_png(enlarged(part, _SIDE)),
            caption=f"{written(cell.value)}, {plain(name)}",
            alt=f"A patch of {name}, value {written(cell.value)}.",
            width=_WIDTH,
        )


def _part(scene: Scene, layer: str, image: np.ndarray, cell: Extreme) -> np.ndarray:
    """Cut out what has been asked: a class, of a mask too, is asked about the whole photo."""
    if scene.target.what == "class":
        return scene.network.shown_part(image)
    return patch(scene.network, layer, image, cell)[0]


def _looked(scene: Scene, held: tuple[str, Gallery] | None) -> Looked | None:
    layer, what = scene.target.layer, scene.target.what
    if held is None:
        shipped = all_photos()
        names = tuple(photo.title for photo in shipped)
        openers: tuple[Callable[[], np.ndarray], ...] = tuple(
            partial(open_photo, photo) for photo in shipped
        )
        identity = "photos"
    else:
        identity, gallery = held
        names = tuple(file.name.split("/")[-1] for file in gallery.files)
        openers = tuple(file.picture for file in gallery.files)
    key = f"feature patches {scene.identity} {what} {layer} {identity}"

    def work(job: Job) -> Looked:
        good: list[int] = []

        def readable() -> Iterator[np.ndarray]:
            for at, opener in enumerate(openers):
                job.report(at / len(openers), f"Picture {at + 1:,} of {len(openers):,}")
                try:
                    image = opener()
                except ImageError:
                    continue
                good.append(at)
                yield image

        if what == "channel":
            found = extremes(scene.network, layer, readable())
        else:
            found = values_in(scene.network, what, layer, readable())
        return found, tuple(names[at] for at in good), tuple(openers[at] for at in good)

    return made(
        key,
        f"{scene.network.title} looks at {len(openers):,} pictures",
        work,
        patience=0.3,
        private=scene.own or held is not None,
    )
