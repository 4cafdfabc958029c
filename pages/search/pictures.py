"""Which pictures are searched: the shipped photos, or the user's own."""

from dataclasses import dataclass

import streamlit as st

from cnnviz.search.gallery import (
    Gallery,
    GalleryError,
    Skipped,
    gallery_of_folder,
    open_folders,
)
from cnnviz.search.photos import all_photos
from pages.search.state import COLLECTION, FOLDER, FOLDER_NAME, OWN, SEARCH, SHIPPED
from pages.ui.markdown import plain
from pages.ui.own_gallery import HELD, uploaded_gallery


@dataclass(frozen=True, eq=False)
class Collection:
    """Pictures that can be indexed.

    identity : a key for caches; a session's own files have one that no other session has.
    count : how many there are at most.
    gallery : the user's own; None for the shipped photos.
    """

    identity: str
    count: int
    gallery: Gallery | None = None


def chosen_collection() -> Collection | None:
    """Draw the choice; None while there are no pictures."""
    options = [SHIPPED, OWN, *([FOLDER] if open_folders() else [])]
    source = SEARCH.control(
        st.selectbox,
        COLLECTION,
        "Search in",
        help="The pictures that are searched through.",
        options=options,
    )
    if source == SHIPPED:
        return Collection("photos", len(all_photos()))
    try:
        gallery, identity = uploaded_gallery("search_files") if source == OWN else _folder()
    except GalleryError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return None
    if gallery is None:
        return None
    return Collection(identity, len(gallery), gallery)


def skipped_list(skipped: tuple[Skipped, ...]) -> None:
    """List the files that are not used, and why: across the page, or the sentences are cut."""
    if not skipped:
        return
    with st.expander(f"{len(skipped):,} files not used"):
        st.dataframe(
            {
                "File": [one.name for one in skipped[:200]],
                "Why": [one.reason for one in skipped[:200]],
            },
            hide_index=True,
            column_config={
                "File": st.column_config.TextColumn(width="small"),
                "Why": st.column_config.TextColumn(width="large"),
            },
        )


def _folder() -> tuple[Gallery | None, str]:
    name = SEARCH.control(
        st.text_input,
        FOLDER_NAME,
        "Folder",
        help="One of these, or in one: " + ", ".join(str(folder) for folder in open_folders()),
    )
    if not name:
        return None, ""
    again = st.button("List it again", key="search_list_again", icon=":material/refresh:")
    held = st.session_state.get(HELD)
    if again or held is None or held[0] != f"folder {name}":
        gallery = gallery_of_folder(name)
        held = (f"folder {name}", gallery)
        st.session_state[HELD] = held
    gallery = held[1]
    listing = hash(tuple((file.name, file.size, file.stamp) for file in gallery.files))
    return gallery, f"folder {name} {listing}"
