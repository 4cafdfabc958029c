"""What was found out about a file's content, kept on disk between two runs.

A record is a key of 32 bytes and a payload of a fixed size. Records are only ever added, one write
each, so that a program that is stopped loses at most the last one. Every record carries a checksum:
what is cut off, foreign or damaged is left out and found out again, and never an error. Where the
disk refuses, records stay in memory.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import struct
import sys
import tempfile
import threading
import weakref
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO, cast

from cnnviz.limits import LIMITS

KEY_BYTES = 32
"""The length of a record's key: a digest."""

_ENDING = ".records"
_MAGIC = b"cnnviz records 1"
_HEADER = struct.Struct("<16sQ32sI")
_CHECK = struct.Struct("<I")
_BLOCK_BYTES = 4 * 1024 * 1024


def cache_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Name the folder for what is kept between two runs: `CNNVIZ_CACHE`, or where others do.

    >>> cache_folder({"CNNVIZ_CACHE": "/var/kept"}).as_posix()
    '/var/kept'
    """
    named = environment.get("CNNVIZ_CACHE", "").strip()
    if named:
        return Path(named).expanduser()
    if sys.platform == "win32":
        base = environment.get("LOCALAPPDATA", "")
    elif sys.platform == "darwin":
        base = str(Path.home() / "Library" / "Caches")
    else:
        base = environment.get("XDG_CACHE_HOME", "")
    return Path(base) / "cnnviz" if base else Path.home() / ".cache" / "cnnviz"


def trim_folder(folder: Path, *, most_bytes: int = LIMITS.cache_bytes) -> None:
    """Delete record files, the longest unused first, until the rest fits."""
    with contextlib.suppress(OSError):
        found = []
        for path in folder.glob(f"*{_ENDING}"):
            with contextlib.suppress(OSError):
                found.append((path.stat().st_mtime, path.stat().st_size, path))
        found.sort()
        total = sum(size for _, size, _ in found)
        for _, size, path in found:
            if total <= most_bytes:
                break
            with contextlib.suppress(OSError):
                path.unlink()
                total -= size


class Records:
    """Payloads by key, in a file or in memory; safe to use from any thread.

    Parameters
    ----------
    payload_bytes : the size of each payload.
    folder : where the file lies; None keeps the records in memory.
    title : what the records are, in all that they depend on. Another title, another file.
    most_bytes : what the file may grow to. Beyond, records stay in memory, and the next run
        starts a new file.
    """

    def __init__(
        self,
        payload_bytes: int,
        *,
        folder: Path | None = None,
        title: str = "",
        most_bytes: int = LIMITS.cache_bytes,
    ) -> None:
        self.payload_bytes = payload_bytes
        self._record_bytes = KEY_BYTES + payload_bytes + _CHECK.size
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        # Where a payload begins in the file, or the payload.
        self._places: dict[bytes, int | bytes] = {}
        self._file: BinaryIO | None = None
        self._is_full = False
        if folder is not None:
            identity = hashlib.blake2b(title.encode(), digest_size=32).digest()
            head = _HEADER.pack(_MAGIC, payload_bytes, identity, 0)
            self._header = head[: -_CHECK.size] + _CHECK.pack(zlib.crc32(head[: -_CHECK.size]))
            with contextlib.suppress(OSError):
                folder.mkdir(parents=True, exist_ok=True)
                self._open(folder / f"{identity.hex()[:32]}{_ENDING}")

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, key: bytes) -> bool:
        return key in self._places

    def add(self, key: bytes, payload: bytes) -> None:
        """Keep a payload; one that is there already stays."""
        if len(key) != KEY_BYTES or len(payload) != self.payload_bytes:
            raise ValueError(
                f"A record must be {KEY_BYTES} and {self.payload_bytes} bytes. "
                f"Received: {len(key)} and {len(payload)}."
            )
        with self._lock:
            if key not in self._places:
                place = self._write(key, payload)
                self._places[key] = bytes(payload) if place is None else place

    def read(self, key: bytes, start: int = 0, count: int | None = None) -> bytes:
        """Read a payload, or `count` bytes of it.

        Raises
        ------
        KeyError : there is none.
        OSError : somebody cut the file off since it was opened.
        """
        place = self._places[key]
        stop = self.payload_bytes if count is None else start + count
        if isinstance(place, bytes):
            return place[start:stop]
        with self._lock:
            assert self._file is not None
            self._file.seek(place + start)
            data = self._file.read(stop - start)
        if len(data) != stop - start:
            raise OSError("A record must stay as it was written. Received: a file cut off.")
        return data

    def _open(self, path: Path) -> None:
        try:
            size = path.stat().st_size
            with path.open("rb") as existing:
                is_ours = existing.read(_HEADER.size) == self._header
        except OSError:
            size, is_ours = 0, False
        if not is_ours or size + self._record_bytes > self._most_bytes:
            self._begin(path)
        # Unbuffered and appending: a record is one write, whoever else writes.
        file = cast(BinaryIO, path.open("a+b", buffering=0))
        try:
            self._scan(file)
            os.utime(path)
        except OSError:
            file.close()
            self._places.clear()
            raise
        self._file = file
        # An index reads from it for as long as somebody has the index.
        weakref.finalize(self, file.close)

    def _begin(self, path: Path) -> None:
        # Beside its place and then renamed: whoever reads the old file goes on to read that.
        handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(self._header)
            if path.is_dir():
                path.rmdir()
            Path(name).replace(path)
        except OSError:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise

    def _scan(self, file: BinaryIO) -> None:
        size, length = file.seek(0, os.SEEK_END), self._record_bytes
        whole = (size - _HEADER.size) // length
        end = _HEADER.size + whole * length
        if end < size:
            file.truncate(end)
        file.seek(_HEADER.size)
        position, at_once = _HEADER.size, max(1, _BLOCK_BYTES // length)
        while position < end:
            block = memoryview(file.read(min(at_once * length, end - position)))
            for start in range(0, len(block) - length + 1, length):
                record = block[start : start + length]
                check = _CHECK.pack(zlib.crc32(record[: -_CHECK.size]))
                if check == record[-_CHECK.size :]:
                    place = position + start + KEY_BYTES
                    self._places.setdefault(bytes(record[:KEY_BYTES]), place)
            if len(block) < length:
                break
            position += len(block)

    # Call with the lock held.
    def _write(self, key: bytes, payload: bytes) -> int | None:
        if self._file is None or self._is_full:
            return None
        record = key + payload
        record += _CHECK.pack(zlib.crc32(record))
        try:
            before = self._file.seek(0, os.SEEK_END)
            if before + len(record) > self._most_bytes:
                self._is_full = True
                return None
            written = self._file.write(record)
            after = self._file.tell()
            if written != len(record):
                self._is_full = True
                self._file.truncate(after - (written or 0))
                return None
        except OSError:
            self._is_full = True
            return None
        return after - len(record) + KEY_BYTES
