"""The picture: chosen once in the sidebar, the same on every page.

A sample's name is in the address (`?picture=panda`). An upload or a photo from the camera lives in
the session only; the address then says `?picture=own`, so that whoever opens it elsewhere, or after
the server was started again, is told what is missing.
"""

import base64
import binascii
import hashlib
import math
import time
from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnnviz import limits
from cnnviz.images import pictures as images
from cnnviz.images import samples
from cnnviz.notation import shown_name
from cnnviz.shapes import Pixels
from pages.ui.components.registration import register
from pages.ui.edits import sent_name
from pages.ui.markdown import plain
from pages.ui.state import ON_ITS_WAY, Table, is_step_back
from pages.ui.wire import pack

_KEY = "picture_in_hand"
_SEEN = "picture_address_seen"
_BEFORE = "picture_address_before"
_LOST = "picture_lost"
_OWN_THUMBNAIL = "picture_thumbnail"
_OWN = "own"
_REDRAW = "picture_redraw"
_picker = register("ui/picture_picker")
_drawing_pad = register("ui/drawing_pad")


@dataclass(frozen=True)
class Picture:
    """A picture in hand.

    Attributes
    ----------
    name : the sample's name, or "upload".
    title, alt : what it is called and what it shows.
    image : (height, width, 3) uint8, read-only.
    identity : changes whenever a pixel does; a key for caches.
    """

    name: str
    title: str
    alt: str
    image: Pixels
    identity: str

    @property
    def is_sample(self) -> bool:
        """Whether an address can name it."""
        return self.name in samples.SAMPLES


def chosen_picture() -> Picture:
    """Draw the picker and return the picture in hand."""
    _follow_address()
    picture: Picture = st.session_state[_KEY]
    with st.popover("Change the picture", icon=":material/image:", width="stretch"):
        st.file_uploader(
            "Your own picture",
            type=["png", "jpg", "jpeg", "gif", "bmp", "webp"],
            max_upload_size=math.ceil(limits.LIMITS.picture_megabytes),
            key="picture_upload",
            on_change=_take_upload,
            args=("picture_upload",),
            help="Choose a file, drop it here, or paste it with Ctrl+V. "
            f"PNG, JPEG, GIF, BMP or WebP, up to {limits.LIMITS.picture_megabytes:g} MiB. "
            "It stays in this server's memory, for your session only.",
        )
        if complaint := st.session_state.pop("picture_complaint", None):
            st.error(plain(complaint), icon=":material/error:")
        if st.toggle("Use the camera", key="picture_camera_on"):
            st.camera_input(
                "Photograph",
                key="picture_camera",
                on_change=_take_upload,
                args=("picture_camera",),
                label_visibility="collapsed",
            )
        if st.toggle("Draw one", key="picture_drawing_on"):
            _drawing_pad(key="picture_drawing")
        _picker(
            key="picture_picker",
            data=_picker_data(picture.name),
            on_choice_change=_take_sample,
        )
    if st.session_state.get(_LOST):
        st.info(
            "This address names somebody's own picture, which stays on the server only while its "
            "page is open. Upload it again to see the same.",
            icon=":material/image_not_supported:",
        )
    picture = st.session_state[_KEY]
    st.image(
        _thumbnail(picture),
        caption=plain(picture.title),
        width="stretch",
        output_format="JPEG",  # as it is written, or Streamlit writes it anew in every run
        alt=picture.alt,
    )
    return picture


def picture_in_hand() -> Picture:
    """Return the picture in hand without drawing anything."""
    picture: Picture = st.session_state[_KEY]
    return picture


def picture_address() -> dict[str, str]:
    """Give the part of an address that names the picture in hand; empty for the default."""
    picture = st.session_state[_KEY]
    if picture.name == samples.DEFAULT_SAMPLE:
        return {}
    return {"picture": picture.name if picture.is_sample else _OWN}


def _follow_address() -> None:
    named = st.query_params.get("picture")
    first = _KEY not in st.session_state
    lost = named == _OWN and (first or st.session_state[_KEY].is_sample)
    before, when = st.session_state.get(_BEFORE, (None, 0.0))
    # The browser may still ask with the address that it had before another picture was chosen.
    is_late = named == before and time.monotonic() - when < ON_ITS_WAY and not is_step_back()
    is_new = named in samples.SAMPLES and named != st.session_state.get(_SEEN) and not is_late
    if first or is_new:
        named_one = named if named in samples.SAMPLES else None
        take_picture(sample_picture(named_one or samples.DEFAULT_SAMPLE))
    if lost:
        st.session_state[_LOST] = True
    address = picture_address().get("picture")
    if address != named:
        if not is_late:
            st.session_state[_BEFORE] = (named, time.monotonic())
        Table.name_beside("picture", address)
    st.session_state[_SEEN] = address


def take_picture(picture: Picture) -> None:
    """Take a picture in hand; the whole page has to be drawn anew for that."""
    st.session_state[_KEY] = picture
    st.session_state[_LOST] = False


def draw_anew_with(picture: Picture) -> None:
    """Take a picture in hand in a part of a page; `redraw_with_picture` draws the whole."""
    take_picture(picture)
    st.session_state[_REDRAW] = True


def sample_picture(name: str) -> Picture:
    """Open a sample by its name."""
    sample = samples.SAMPLES[name]
    return Picture(name, sample.title, sample.alt, samples.open_sample(name), f"sample:{name}")


def _take_sample() -> None:
    name = sent_name("picture_picker", "choice")
    if name in samples.SAMPLES:
        take_picture(sample_picture(name))


def _take_upload(key: str) -> None:
    file = st.session_state[key]
    if file is None:
        return
    data = file.getvalue()
    try:
        image = images.read_image(data)
    except images.ImageError as error:
        st.session_state["picture_complaint"] = str(error)
        return
    image.setflags(write=False)
    digest = hashlib.sha256(data).hexdigest()
    title = shown_name(file.name) if key == "picture_upload" else "Photo from the camera"
    take_picture(Picture("upload", title, f"Your picture, {title}.", image, f"upload:{digest}"))


def take_frame(stage: str) -> None:
    """Take a frame of the camera, a picture file in base 64 that a component sent, as the picture.

    The whole page is drawn anew with it (`redraw_with_picture`); what is no picture is left.
    """
    try:
        data = base64.b64decode(sent_name(stage, "frame"), validate=True)
        image = images.read_image(data)
    except (binascii.Error, ValueError):
        return
    image.setflags(write=False)
    digest = hashlib.sha256(data).hexdigest()
    title = "Frame of the camera"
    draw_anew_with(Picture("upload", title, f"Your picture, {title}.", image, f"upload:{digest}"))


def redraw_with_picture() -> None:
    """Draw the whole page anew where a part of it has taken a picture; call it first in that."""
    if st.session_state.pop(_REDRAW, False):
        st.rerun()


@st.cache_data(max_entries=64, show_spinner=False)
def _picker_data(chosen: str) -> bytes:
    entries, thumbnails = [], {}
    for name, sample in samples.SAMPLES.items():
        entries.append({"name": name, "title": sample.title, "group": sample.group})
        encoded = images.encode_jpeg(samples.thumbnail(name, side=96))
        thumbnails[name] = np.frombuffer(encoded, np.uint8)
    return pack({"entries": entries, "chosen": chosen}, **thumbnails)


def _thumbnail(picture: Picture) -> bytes:
    if picture.is_sample:
        return _sample_thumbnail(picture.name)
    # Nothing of a visitor's picture is kept where it would outlive the session.
    identity, encoded = st.session_state.get(_OWN_THUMBNAIL, ("", b""))
    if identity != picture.identity:
        encoded = _encoded(picture.image)
        st.session_state[_OWN_THUMBNAIL] = (picture.identity, encoded)
    return bytes(encoded)


@st.cache_data(max_entries=64, show_spinner=False)
def _sample_thumbnail(name: str) -> bytes:
    return _encoded(samples.open_sample(name))


def _encoded(image: Pixels) -> bytes:
    return images.encode_jpeg(images.resize_to(image, longest_side=320))
