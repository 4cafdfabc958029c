"""Somebody's own pictures, uploaded: many files or a zip, held in this session alone."""

import streamlit as st

from cnnviz.limits import LIMITS
from cnnviz.search.gallery import Gallery, gallery_of_files

HELD = "search_gallery"
"""The session's key of the gallery, with what names it; nothing of it is kept anywhere else."""


def uploaded_gallery(key: str) -> tuple[Gallery | None, str]:
    """Draw the upload; give the pictures and a key for caches, or None and "" while there are none.

    key : of the widget.

    Raises
    ------
    GalleryError : nothing of what was brought can be used.
    """
    files = st.file_uploader(
        "Pictures, or a zip of them",
        type=["png", "jpg", "jpeg", "gif", "bmp", "webp", "zip"],
        accept_multiple_files=True,
        key=key,
        max_upload_size=max(1, int(LIMITS.gallery_megabytes)),
        help=f"Up to {LIMITS.gallery_pictures:,} pictures and {LIMITS.gallery_megabytes:g} MiB. "
        "Folders in a zip become labels. They stay on this server's memory for your session only.",
    )
    if not files:
        return None, ""
    identity = "files " + " ".join(sorted(file.file_id for file in files))
    held = st.session_state.get(HELD)
    if held is None or held[0] != identity:
        gallery = gallery_of_files((file.name, file.getvalue()) for file in files)
        held = (identity, gallery)
        st.session_state[HELD] = held
    return held[1], identity


def own_gallery() -> tuple[str, Gallery] | None:
    """Give the gallery in hand with a key for caches; None where there is none."""
    held: tuple[str, Gallery] | None = st.session_state.get(HELD)
    return held if held is not None and len(held[1]) else None
