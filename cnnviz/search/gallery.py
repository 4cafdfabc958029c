"""Somebody's own pictures: many files, a zip, or a folder on this computer.

    gallery = gallery_of_files([("holiday.zip", data)])      # nothing is unpacked yet
    for found in gallery.pictures():                         # one at a time
        ...                                                  # a GalleryPicture or a Skipped

Nothing is ever unpacked to disk, and one picture at a time to memory. What cannot be used is
listed with its reason; the rest is used. Of a gallery that is too long the first pictures are used.
"""

from __future__ import annotations

import hashlib
import os
import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from cnnviz.images import ImageError, read_image
from cnnviz.limits import LIMITS, MEBIBYTE, Limits
from cnnviz.notation import shown_name
from cnnviz.search.zip_directory import count_entries, is_zip

ENDINGS = frozenset(
    {".png", ".apng", ".jpg", ".jpeg", ".jpe", ".jfif", ".gif", ".bmp", ".dib", ".webp", ""}
)
"""Names that end so may be pictures, and names without an ending."""

# What computers put beside pictures by themselves: no user wants to read about it.
_BYSTANDERS = frozenset({"__macosx", "thumbs.db", "desktop.ini", "@eadir", "$recycle.bin"})
# Below this a zip may unpack to any multiple of its size: drawings and screenshots do.
_SMALL_BYTES = 16 * MEBIBYTE
# A path in a zip has room for 30,000 folders: to look at those of many files takes minutes.
_MOST_FOLDERS = 64


class GalleryError(ValueError):
    """Nothing of a gallery can be used. The text is meant for whoever brought it."""


@dataclass(frozen=True)
class Skipped:
    """A file that is not used, and the sentence that says why."""

    name: str
    reason: str


@dataclass(frozen=True)
class GalleryFile:
    """A file that may be a picture; it has not been read yet.

    name : its path in the gallery, different from all others; fit to be shown.
    label : the folder that it lies in, "" where folders tell nothing apart.
    size : of the file as it says itself, in bytes.
    stamp : changes when a file on this computer does: its path, size and time. "" for uploads.
    """

    name: str
    label: str
    size: int
    _content: Callable[[], bytes] = field(repr=False, compare=False)
    stamp: str = ""

    def content(self) -> bytes:
        """Read the file's bytes.

        Raises
        ------
        ImageError : it is damaged, or it is gone.
        """
        return self._content()

    def picture(self) -> NDArray[np.uint8]:
        """Read the picture: (height, width, 3) uint8.

        Raises
        ------
        ImageError : it is no picture, or beyond a limit.
        """
        return read_image(self.content())


@dataclass(frozen=True, eq=False)
class GalleryPicture:
    """One picture of a gallery.

    file : where it comes from.
    image : (height, width, 3) uint8.
    digest : of the file's content, 32 bytes.
    """

    file: GalleryFile
    image: NDArray[np.uint8]
    digest: bytes


@dataclass(frozen=True)
class Gallery:
    """Files that may be pictures, and those that are not used.

    files : in the order they came.
    skipped : what is plainly no picture, or out of bounds. Others show when they are read.
    left_out : pictures beyond the limit on their count.
    is_local : whether the files lie on this computer, where what is found out may be kept.
    limits : what is refused.
    """

    files: tuple[GalleryFile, ...]
    skipped: tuple[Skipped, ...]
    left_out: int = 0
    is_local: bool = False
    limits: Limits = field(default=LIMITS, repr=False)

    def __len__(self) -> int:
        return len(self.files)

    @property
    def note(self) -> str:
        """One sentence where the gallery is longer than the limit; else ""."""
        if not self.left_out:
            return ""
        count = len(self.files)
        return (
            f"A gallery must have at most {count:,} pictures. Received: {count + self.left_out:,}; "
            f"the first {count:,} are used."
        )

    def pictures(self) -> Iterator[GalleryPicture | Skipped]:
        """Read the files one by one; each is a picture or is skipped."""
        for file in self.files:
            yield read_gallery_file(file, limits=self.limits)


def content_digest(content: bytes) -> bytes:
    """Name a file's content by 32 bytes that no other content has.

    >>> content_digest(b"").hex()[:8]
    '0e5751c0'
    """
    return hashlib.blake2b(content, digest_size=32).digest()


def read_gallery_file(file: GalleryFile, *, limits: Limits = LIMITS) -> GalleryPicture | Skipped:
    """Read one file of a gallery, or say why it cannot be read."""
    try:
        content = file.content()
        image = read_image(content, longest_side=limits.picture_kept_side, limits=limits)
    except ImageError as error:
        return Skipped(file.name, str(error))
    return GalleryPicture(file, image, content_digest(content))


def gallery_of_files(files: Iterable[tuple[str, bytes]], *, limits: Limits = LIMITS) -> Gallery:
    """List what was uploaded: pictures, zips of pictures, or both.

    Parameters
    ----------
    files : (name, content) each. A name may be a path, whose folders become labels. What is a zip
        shows in its content.

    Raises
    ------
    GalleryError : too much at once, or nothing that may be a picture.

    >>> gallery_of_files([("a.png", b"..."), ("notes.txt", b"...")]).skipped[0].reason
    'A picture must be a PNG, JPEG, GIF, BMP or WebP file. Received: a .txt file.'
    """
    found, total = _Sorting(limits, limits.gallery_pictures), 0
    for name, content in files:
        total += len(content)
        if total > limits.gallery_bytes:
            raise GalleryError(
                f"The files of a gallery must have at most {limits.gallery_megabytes:g} MiB "
                f"together. Received: {shown_name(name)!r} makes it {total / MEBIBYTE:.1f} MiB or "
                "more."
            )
        if is_zip(content):
            found.add_zip(name, content)
        else:
            found.add(name, len(content), partial(bytes, content))
    return found.gallery()


def open_folders(environment: Mapping[str, str] = os.environ) -> tuple[Path, ...]:
    """List the folders whose pictures may be named, with all that lies in them.

    None, unless whoever runs the app names some in `CNNVIZ_FOLDERS`, separated like those of
    `PATH`: on a server that others use, a folder is nothing to be asked for by strangers.

    >>> open_folders({})
    ()
    """
    names = environment.get("CNNVIZ_FOLDERS", "").split(os.pathsep)
    return tuple(Path(name.strip()).expanduser().resolve() for name in names if name.strip())


def gallery_of_folder(
    folder: str | Path, *, allowed: Sequence[Path] | None = None, limits: Limits = LIMITS
) -> Gallery:
    """List the pictures of a folder on this computer and of all folders in it, by name.

    Parameters
    ----------
    folder : a path; "~" is the user's home. One that is not absolute lies in the first of
        `allowed`.
    allowed : it must be one of these folders or lie in one; `open_folders()` without.

    Raises
    ------
    GalleryError : it is not open to the app, it is no folder, or it holds no picture.
    """
    roots = open_folders() if allowed is None else [root.resolve() for root in allowed]
    if not roots:
        raise GalleryError(
            "Folders must be opened to the app with the variable CNNVIZ_FOLDERS. Received: none."
        )
    try:
        path = (roots[0] / Path(folder).expanduser()).resolve()
        is_folder = path.is_dir()
    except (OSError, ValueError, RuntimeError):
        # Endless links, names too long or with a zero in them, users who are not there.
        path, is_folder = Path(), False
    if is_folder and not any(path.is_relative_to(root) for root in roots):
        # The same words as for a folder that is not there: others' folders are nobody's business.
        is_folder = False
    if not is_folder:
        names = ", ".join(str(root) for root in roots)
        raise GalleryError(f"The folder must be one in {names}. Received: {shown_name(folder)}.")
    found = _Sorting(limits, limits.folder_pictures)
    for file in _walk(path):
        name = file.relative_to(path).as_posix()
        try:
            place = file.resolve()
            status = file.stat()
        except (OSError, RuntimeError):
            found.skip(name, _gone(name))
            continue
        if not stat.S_ISREG(status.st_mode):
            found.skip(name, _irregular(name))
        elif place.is_relative_to(path):
            content = partial(_content_of, file, name, limits)
            stamp = f"{place} {status.st_size} {status.st_mtime_ns}"
            found.add(name, status.st_size, content, stamp)
        else:
            found.skip(name, _outside(name))
    return found.gallery(is_local=True)


def _walk(folder: Path) -> Iterator[Path]:
    # Links to folders are not followed: they may lead in circles.
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not _is_bystander(name))
        yield from (Path(parent, name) for name in sorted(names) if not _is_bystander(name))


def _content_of(file: Path, name: str, limits: Limits) -> bytes:
    try:
        with open(file, "rb", opener=_open_without_waiting) as opened:
            if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
                raise ImageError(_irregular(name))
            return opened.read(limits.picture_bytes + 1)
    except OSError as error:
        raise ImageError(_gone(name)) from error


def _open_without_waiting(path: str, flags: int) -> int:
    # A pipe that has taken the file's place since it was listed would wait for a writer.
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _gone(name: str) -> str:
    return f"A picture file must be there and readable. Received: {shown_name(name)}."


def _irregular(name: str) -> str:
    return f"A picture must be an ordinary file, no pipe or device. Received: {shown_name(name)}."


def _outside(name: str) -> str:
    return f"A file's path must stay inside the gallery. Received: {shown_name(name)}."


def _too_deep(name: str) -> str:
    return f"A file's path must have at most {_MOST_FOLDERS} folders. Received: {shown_name(name)}."


def _is_bystander(name: str) -> bool:
    return name.startswith(".") or name.lower() in _BYSTANDERS


class _Sorting:
    """What is to be used and what not, as it is found."""

    def __init__(self, limits: Limits, most: int) -> None:
        self.limits = limits
        self.most = most
        self.left_out = 0
        self.skipped: list[Skipped] = []
        self._kept: list[tuple[PurePosixPath, int, Callable[[], bytes], str]] = []

    def skip(self, name: str, reason: str) -> None:
        self.skipped.append(Skipped(shown_name(name), reason))

    def add(self, name: str, size: int, content: Callable[[], bytes], stamp: str = "") -> bool:
        """Take a file unless something speaks against it; say whether it was taken."""
        slashed = name.replace("\\", "/")
        if slashed.count("/") > _MOST_FOLDERS:
            self.skip(name, _too_deep(name))
            return False
        path = PurePosixPath(slashed)
        if path.is_absolute() or ".." in path.parts or ":" in (path.parts or ("",))[0]:
            self.skip(name, _outside(name))
        elif any(_is_bystander(part) for part in path.parts):
            pass
        elif path.suffix.lower() == ".zip":
            self.skip(name, f"A zip must not hold another zip. Received: {shown_name(name)}.")
        elif path.suffix.lower() not in ENDINGS:
            self.skip(
                name,
                "A picture must be a PNG, JPEG, GIF, BMP or WebP file. "
                f"Received: a {shown_name(path.suffix)} file.",
            )
        elif size > self.limits.picture_bytes:
            self.skip(
                name,
                f"A picture file must be at most {self.limits.picture_megabytes:g} MiB. "
                f"Received: {size / MEBIBYTE:.1f} MiB.",
            )
        elif len(self._kept) >= self.most:
            self.left_out += 1
        else:
            self._kept.append((path, size, content, stamp))
            return True
        return False

    def add_zip(self, name: str, data: bytes) -> None:
        """Take what a zip lists, or skip the zip as a whole; nothing is unpacked."""
        before = len(self._kept), len(self.skipped), self.left_out
        try:
            self._add_members(name, data)
        except _RefusedZip as error:
            del self._kept[before[0] :], self.skipped[before[1] :]
            self.left_out = before[2]
            self.skip(name, str(error))

    def _add_members(self, name: str, data: bytes) -> None:
        limits = self.limits
        # Before the library lists them: a zip of 200 MB has room for millions of entries.
        count = count_entries(data, most=limits.gallery_files)
        if count is None:
            raise _RefusedZip(f"A zip must be whole. Received: {shown_name(name)}.")
        if count > limits.gallery_files:
            raise _RefusedZip(
                f"A zip must list at most {limits.gallery_files:,} files. Received: more."
            )
        try:
            archive = zipfile.ZipFile(BytesIO(data))
        except Exception as error:
            # The library raises many kinds on a hostile file, NotImplementedError among them.
            raise _RefusedZip(f"A zip must be whole. Received: {shown_name(name)}.") from error
        unpacked = 0
        for member in archive.infolist():
            # Not `is_dir()`, which looks at the last letter: before a zero byte there may be none.
            if not member.filename or member.filename.endswith("/"):
                continue
            if member.flag_bits & 0x1:
                self.skip(member.filename, "A file in a zip must not need a password.")
                continue
            if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                self.skip(
                    member.filename,
                    "A file in a zip must be stored or deflated. "
                    f"Received: compression method {member.compress_type}.",
                )
                continue
            taken = self.add(
                member.filename,
                member.file_size,
                partial(_member_content, archive, member),
            )
            unpacked += member.file_size if taken else 0
        if unpacked > limits.gallery_unpacked_bytes:
            raise _RefusedZip(
                f"The pictures of a zip must unpack to at most "
                f"{limits.gallery_unpacked_megabytes:g} MiB. "
                f"Received: {unpacked / MEBIBYTE:,.1f} MiB."
            )
        if unpacked > max(_SMALL_BYTES, limits.gallery_ratio * len(data)):
            raise _RefusedZip(
                f"A zip must unpack to at most {limits.gallery_ratio} times its size. "
                f"Received: {unpacked / len(data):,.0f} times."
            )

    def gallery(self, *, is_local: bool = False) -> Gallery:
        """Name and label what was kept."""
        if not self._kept:
            raise GalleryError(self._nothing())
        paths = [path for path, *_ in self._kept]
        files = tuple(
            GalleryFile(name, label, size, content, stamp)
            for name, label, (_, size, content, stamp) in zip(
                _distinct(paths), folder_labels(paths), self._kept, strict=True
            )
        )
        return Gallery(files, tuple(self.skipped), self.left_out, is_local, self.limits)

    def _nothing(self) -> str:
        if len(self.skipped) == 1:
            return self.skipped[0].reason
        if self.skipped:
            return (
                f"A gallery needs at least one picture. Received: {len(self.skipped):,} other "
                f"files, {self.skipped[0].name} the first."
            )
        return "A gallery needs at least one picture. Received: none."


class _RefusedZip(Exception):  # noqa: N818 it never leaves this module
    pass


def _member_content(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    try:
        with archive.open(member) as file:
            # Never more than the size that was declared and added up, whatever it unpacks to.
            return file.read(member.file_size)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
        raise _damaged() from error
    except (ValueError, RuntimeError) as error:
        raise _damaged() from error


def _damaged() -> ImageError:
    return ImageError("A file in a zip must be whole. Received: one that is damaged.")


def _distinct(paths: Sequence[PurePosixPath]) -> list[str]:
    """Give each file a name of its own: the second "a.png" becomes "a (2).png"."""
    taken = {shown_name(path) for path in paths}
    counts: Counter[str] = Counter()
    names = []
    for path in paths:
        name = shown_name(path)
        counts[name] += 1
        while counts[name] > 1:
            candidate = f"{name.removesuffix(path.suffix)} ({counts[name]}){path.suffix}"
            if candidate not in taken:
                taken.add(candidate)
                name = candidate
                break
            counts[name] += 1
        names.append(name)
    return names


def folder_labels(paths: Iterable[PurePosixPath]) -> list[str]:
    """Label files by the folder they lie in.

    The deepest folders that tell files apart count: those above a folder "images" that is in
    each of them. Without any, the labels are empty.

    >>> folder_labels([PurePosixPath("all/fish/1.png"), PurePosixPath("all/dog/1.png")])
    ['fish', 'dog']
    >>> folder_labels([PurePosixPath("fish/images/1.png"), PurePosixPath("dog/images/1.png")])
    ['fish', 'dog']
    >>> folder_labels([PurePosixPath("all/1.png"), PurePosixPath("all/2.png")])
    ['', '']
    """
    folders = [path.parent.parts for path in paths]
    for level in range(1, max(map(len, folders), default=0) + 1):
        labels = [parts[-level] if len(parts) >= level else "" for parts in folders]
        if len(set(labels)) > 1:
            return [shown_name(label) for label in labels]
    return [""] * len(folders)
