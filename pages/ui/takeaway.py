"""The end of every page: downloads, and the Keras code that reproduces what is shown."""

import io
import mimetypes
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import ArrayLike, NDArray

from cnnviz.drawing.display import display
from cnnviz.images import pictures as images
from cnnviz.shapes import Grid
from pages.ui.headings import header
from pages.ui.stage import page_background

CODE = "code_is_open"
"""The session's key of whether the code is unfolded."""


@dataclass(frozen=True)
class Download:
    """A file made when it is asked for: label, file name, maker of its bytes."""

    label: str
    file_name: str
    make: Callable[[], bytes]

    @property
    def media_type(self) -> str:
        """What its name says that it is."""
        return mimetypes.guess_type(self.file_name)[0] or "application/octet-stream"


def picture_download(
    label: str, file_name: str, pixels: Callable[[], NDArray[np.uint8]]
) -> Download:
    """Offer (height, width, 3) uint8 pixels as a PNG; they are made when it is asked for."""
    return Download(label, file_name, lambda: images.encode_png(pixels()))


def signed_download(label: str, file_name: str, values: Grid) -> Download:
    """Offer a map as a PNG, in the colours of signed numbers on this page."""
    background = page_background()
    return picture_download(
        label, file_name, lambda: display(values[..., np.newaxis], "signed", background=background)
    )


def take_it_with_you(downloads: Sequence[Download], code: str) -> None:
    """Offer the downloads side by side and the code, where there is any, below."""
    header("Take it with you")
    with st.container(horizontal=True):
        for download in downloads:
            st.download_button(
                download.label,
                download.make,
                download.file_name,
                download.media_type,
                on_click="ignore",
                icon=":material/download:",
            )
    if not code:
        return
    # Colouring the code costs the browser time in every run, so it is sent only when it is open.
    with st.expander(
        "Keras code for exactly this view",
        icon=":material/code:",
        key=CODE,
        on_change="rerun",
    ) as expander:
        if expander.open:
            st.code(code, language="python")


def npz(**arrays: ArrayLike) -> bytes:
    """Pack arrays as the bytes of a compressed `.npz` file."""
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
    return file.getvalue()
