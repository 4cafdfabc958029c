"""The end of every page: downloads, and the Keras code that reproduces what is shown."""

import io
import mimetypes
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import streamlit as st
from numpy.typing import ArrayLike, NDArray

from cnnviz.drawing.display import display
from cnnviz.images import pictures as images
from cnnviz.shapes import Grid
from pages.ui.stage import page_background
from pages.ui.standing import place_of, stand_in

CODE = "code_is_open"
"""The session's key of whether the code is unfolded."""
_MAKERS = "makers_of_downloads"
"""The session's key of what makes the files that are offered, by place and by file name."""

Makers = Mapping[str, Callable[[], bytes]]


@dataclass(frozen=True)
class Download:
    """A file made when it is asked for: label, file name, maker of its bytes."""

    label: str
    file_name: str
    make: Callable[[], bytes]


def _media_type(file_name: str) -> str:
    return mimetypes.guess_type(file_name)[0] or "application/octet-stream"


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
    st.header("Take it with you", anchor=False)
    row = st.container(horizontal=True)
    # The buttons stay as they are while what they make changes with every answer.
    makers = st.session_state.setdefault(_MAKERS, {}).setdefault(place_of(row), {})
    makers.clear()
    makers.update((download.file_name, download.make) for download in downloads)
    stand_in(row, _buttons, tuple((one.label, one.file_name) for one in downloads), makers)
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


def _buttons(offered: Sequence[tuple[str, str]], makers: Makers) -> None:
    for label, file_name in offered:
        st.download_button(
            label,
            partial(_made, makers, file_name),
            file_name,
            _media_type(file_name),
            on_click="ignore",
            icon=":material/download:",
        )


def _made(makers: Makers, file_name: str) -> bytes:
    return makers[file_name]()


def npz(**arrays: ArrayLike) -> bytes:
    """Pack arrays as the bytes of a compressed `.npz` file."""
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
    return file.getvalue()
