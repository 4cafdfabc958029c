"""Which pictures are searched: the shipped photos, or the user's own."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnnviz.gallery import (
    Gallery,
    GalleryError,
    GalleryPicture,
    Skipped,
    gallery_of_files,
    gallery_of_folder,
    open_folders,
)
from cnnviz.limits import LIMITS
from cnnviz.photos import all_photos, open_photo

_SHIPPED = "Shipped photos"
_OWN = "Your own pictures"
_FOLDER = "A folder of this computer"


@dataclass(frozen=True)
class Found:
    """One picture on its way into an index, and how to open it again."""

    name: str
    label: str
    credit: str
    image: np.ndarray
    open: Callable[[], np.ndarray]


@dataclass(frozen=True, eq=False)
class Collection:
    """Pictures that can be indexed.

    identity : a key for caches; names the session's own files where they are not shared.
    count : how many there are at most.
    read : gives them one by one, and those that cannot be used.
    """

    identity: str
    title: str
    count: int
    read: Callable[[], Iterator[Found | Skipped]]


def shipped() -> Collection:
    """Give the photos that ship."""
    return Collection("photos", _SHIPPED, len(all_photos()), _read_photos)


def _read_photos() -> Iterator[Found]:
    for photo in all_photos():
        yield Found(
            photo.name,
            photo.label,
            photo.credit,
            open_photo(photo),
            lambda photo=photo: open_photo(photo),
        )


def chosen_collection() -> Collection | None:
    """Draw the choice; None while there are no pictures."""
    options = [_SHIPPED, _OWN, *([_FOLDER] if open_folders() else [])]
    source = st.selectbox("Search in", options, key="search_in", bind="query-params")
    if source == _SHIPPED:
        return shipped()
    try:
        gallery, identity = _uploaded() if source == _OWN else _folder()
    except GalleryError as error:
        st.error(str(error), icon=":material/error:")
        return None
    if gallery is None:
        return None
    if gallery.note:
        st.caption(gallery.note)
    skipped_list(gallery.skipped)
    return Collection(identity, source, len(gallery), lambda: _read_gallery(gallery))


def skipped_list(skipped: tuple[Skipped, ...]) -> None:
    """List the files that are not used, and why."""
    if not skipped:
        return
    with st.expander(f"{len(skipped):,} files not used"):
        st.dataframe(
            {
                "File": [one.name for one in skipped[:200]],
                "Why": [one.reason for one in skipped[:200]],
            },
            hide_index=True,
        )


def _uploaded() -> tuple[Gallery | None, str]:
    files = st.file_uploader(
        "Pictures, or a zip of them",
        type=["png", "jpg", "jpeg", "gif", "bmp", "webp", "zip"],
        accept_multiple_files=True,
        key="search_files",
        help=f"Up to {LIMITS.gallery_pictures:,} pictures and {LIMITS.gallery_megabytes:g} MiB. "
        "Folders in a zip become labels. They stay on this server's memory for your session only.",
    )
    if not files:
        return None, ""
    identity = "files " + " ".join(sorted(file.file_id for file in files))
    held = st.session_state.get("search_gallery")
    if held is None or held[0] != identity:
        gallery = gallery_of_files((file.name, file.getvalue()) for file in files)
        held = (identity, gallery)
        st.session_state["search_gallery"] = held
    return held[1], identity


def _folder() -> tuple[Gallery | None, str]:
    name = st.text_input(
        "Folder",
        key="search_folder",
        bind="query-params",
        help="One of: " + ", ".join(str(folder) for folder in open_folders()),
    )
    if not name:
        return None, ""
    gallery = gallery_of_folder(name)
    listing = hash(tuple((file.name, file.size) for file in gallery.files))
    return gallery, f"folder {name} {listing}"


def _read_gallery(gallery: Gallery) -> Iterator[Found | Skipped]:
    for one in gallery.pictures():
        if isinstance(one, GalleryPicture):
            file = one.file
            yield Found(file.name, file.label, "", one.image, file.picture)
        else:
            yield one
