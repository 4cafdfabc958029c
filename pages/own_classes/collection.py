"""The pictures of each class: shipped photos, or one's own, held in this session alone."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import streamlit as st

from cnnviz.limits import LIMITS, MEBIBYTE
from cnnviz.networks.own_classes.splitting import LEAST_PICTURES, MOST_CLASSES
from cnnviz.search.gallery import GalleryError, GalleryFile, gallery_of_files
from cnnviz.search.photos import all_photos, open_photo
from pages.ui.markdown import plain

SHIPPED = ("fish", "monument", "tool")
"""The large groups of the photos that ship."""
LONGEST_NAME = 40
MOST_PICTURES = 500
"""Of one session: what the network says of each is kept, 70 kB."""
_HELD = "own_classes_pictures"


@dataclass(frozen=True)
class Example:
    """One picture with its class.

    key : tells it from all others of its collection, for as long as the session lives.
    name : of its file or photo.
    label : the class's name.
    open : reads it, (height, width, 3) uint8; ImageError where it cannot.
    """

    key: str
    name: str
    label: str
    open: Callable[[], np.ndarray] = field(repr=False, compare=False)


@dataclass(frozen=True)
class Collection:
    """Pictures of several classes.

    examples : all pictures.
    class_names : in the order in which they came.
    is_private : whether nothing of it may outlive the session.
    """

    examples: tuple[Example, ...]
    class_names: tuple[str, ...]
    is_private: bool

    @property
    def counts(self) -> dict[str, int]:
        """Pictures by class."""
        found = dict.fromkeys(self.class_names, 0)
        for one in self.examples:
            found[one.label] += 1
        return found

    @property
    def identity(self) -> str:
        """What changes with the pictures that are in it."""
        whole = hashlib.sha256()
        for one in self.examples:
            whole.update(f"{one.key!r} {one.label!r}\n".encode())
        return whole.hexdigest()


@dataclass
class _Mine:
    """What a session has brought.

    Attributes
    ----------
    classes : the pictures of each class.
    count : pictures that were ever brought.
    size : bytes of the files that were taken over, since there was no class.
    complaint : what was wrong with the last.
    turn : uploads that were taken over; each leaves an empty field behind.
    """

    classes: dict[str, list[tuple[int, GalleryFile]]] = field(default_factory=dict)
    count: int = 0
    size: int = 0
    complaint: str = ""
    turn: int = 0


def shipped() -> Collection:
    """Give the photos that ship."""
    photos = [photo for photo in all_photos() if photo.label in SHIPPED]
    examples = (Example(one.name, one.title, one.label, partial(open_photo, one)) for one in photos)
    return Collection(tuple(examples), SHIPPED, is_private=False)


def mine() -> Collection:
    """Give the pictures of this session, of the classes that have any."""
    classes = {name: files for name, files in _mine().classes.items() if files}
    examples = tuple(
        Example(str(count), file.name.split("/")[-1], name, file.picture)
        for name, files in classes.items()
        for count, file in files
    )
    return Collection(examples, tuple(classes), is_private=True)


def lacking(counts: Mapping[str, int]) -> str:
    """Say what is missing before anything can be learned; nothing where all is there.

    counts : pictures of each class.
    """
    few = [f"{count} of {name}" for name, count in counts.items() if count < LEAST_PICTURES]
    if len(counts) < 2:
        received = f"only {next(iter(counts))}" if counts else "none"
        return (
            "Bring pictures of two classes or more, five or more of each: name a class, then "
            "choose its pictures, or a zip with a folder for each class. "
            f"Received: {received}."
        )
    if few:
        return f"Each class needs {LEAST_PICTURES} pictures or more. Received: {', '.join(few)}."
    return ""


def bring() -> None:
    """Draw what brings pictures, and the classes that there are."""
    held = _mine()
    name = st.text_input(
        "Class",
        key="own_class",
        max_chars=LONGEST_NAME,
        placeholder="such as: my mug",
        help="What the pictures show that you bring next.",
    )
    st.file_uploader(
        "Its pictures, or a zip with a folder for each class",
        type=["png", "jpg", "jpeg", "gif", "bmp", "webp", "zip"],
        accept_multiple_files=True,
        key=f"own_files_{held.turn}",
        on_change=_take_files,
        max_upload_size=max(1, int(LIMITS.gallery_megabytes)),
        help=f"Up to {MOST_PICTURES} pictures in all. They stay in this server's "
        "memory for your session only.",
    )
    with st.expander("From the camera", icon=":material/photo_camera:"):
        st.camera_input(
            "A picture of this class",
            key=f"own_shot_{held.turn}",
            on_change=_take_shot,
            disabled=not name.strip(),
        )
        if not name.strip():
            st.caption("Name the class first.")
    if held.complaint:
        st.warning(plain(held.complaint), icon=":material/warning:")
    for one, pictures in held.classes.items():
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{plain(one)}**, {len(pictures)}", width="stretch")
            st.button(
                "Remove",
                key=f"own_remove_{one}",
                icon=":material/delete:",
                on_click=_remove,
                args=(one,),
                help=f"Forget the pictures of {plain(one)}.",
            )


def add(files: Sequence[tuple[str, bytes]], name: str) -> str:
    """Take pictures over; give the sentence that says what was not taken, or "".

    name : of the class of those that lie in no folder.
    """
    mine, named = _mine(), " ".join(name.split())[:LONGEST_NAME]
    if not mine.classes:
        mine.size = 0
    size = mine.size + sum(len(content) for _, content in files)
    most = LIMITS.session_upload_megabytes * MEBIBYTE
    if size > most:
        return (
            f"All files together may have {most / MEBIBYTE:g} MiB; remove all classes to begin "
            f"anew. Received: {size / MEBIBYTE:.1f} MiB."
        )
    try:
        gallery = gallery_of_files(files)
    except GalleryError as error:
        return str(error)
    mine.size = size
    held = mine.classes
    said = [f"{one.name}: {one.reason}" for one in gallery.skipped[:1]] + [gallery.note]
    for file in gallery.files:
        label = file.label[:LONGEST_NAME] or named
        if not label:
            return "Pictures outside of a folder need a class: name it first. Received: no name."
        if label not in held and len(held) >= MOST_CLASSES:
            return f"There may be {MOST_CLASSES} classes. Received: another one, {label}."
        if sum(map(len, held.values())) >= MOST_PICTURES:
            return f"There may be {MOST_PICTURES} pictures in all. Received: more."
        mine.count += 1
        held.setdefault(label, []).append((mine.count, file))
    return " ".join(one for one in said if one)


def _take_files() -> None:
    files = st.session_state.get(f"own_files_{_mine().turn}") or []
    _take([(file.name, file.getvalue()) for file in files])


def _take_shot() -> None:
    shot = st.session_state.get(f"own_shot_{_mine().turn}")
    _take([(f"shot {_mine().count + 1}.jpg", shot.getvalue())] if shot is not None else [])


def _take(files: Sequence[tuple[str, bytes]]) -> None:
    held = _mine()
    if files:
        held.complaint = add(files, st.session_state.get("own_class", ""))
        held.turn += 1


def _remove(name: str) -> None:
    _mine().classes.pop(name, None)


def _mine() -> _Mine:
    found: _Mine = st.session_state.setdefault(_HELD, _Mine())
    return found
