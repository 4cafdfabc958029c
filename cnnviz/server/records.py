"""What was found out about a file's content, kept on disk between two runs.

A record is a key of 32 bytes and a payload of a fixed size; a file of records is an SQLite
database, so that several programs can add to it at once and one that is stopped loses nothing. A
file that is damaged or foreign is begun anew, which is never an error: what it said is found out
again. Where the disk refuses, records stay in memory.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
import sys
import threading
import weakref
import zlib
from collections.abc import Mapping
from pathlib import Path

from cnnviz.limits import LIMITS

KEY_BYTES = 32
"""The length of a record's key: a digest."""

_ENDING = ".records"
_PAGE_BYTES = 4096
# What SQLite answers for a file that is no database, a damaged one, or one with other tables.
_FOREIGN = (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_ERROR)
# What SQLite says of damage quotes it, and Python then fails to read that as text.
_UNREADABLE = (sqlite3.Error, UnicodeDecodeError)


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
                _remove(path)
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
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._on_disk: set[bytes] = set()
        self._in_memory: dict[bytes, bytes] = {}
        self._database: sqlite3.Connection | None = None
        self._is_full = False
        if folder is not None:
            name = hashlib.blake2b(f"{payload_bytes} {title}".encode(), digest_size=16).hexdigest()
            with contextlib.suppress(OSError, sqlite3.Error):
                folder.mkdir(parents=True, exist_ok=True)
                self._open(folder / f"{name}{_ENDING}")

    def __contains__(self, key: bytes) -> bool:
        return key in self._on_disk or key in self._in_memory

    def add(self, key: bytes, payload: bytes) -> None:
        """Keep a payload; one that is there already stays."""
        if len(key) != KEY_BYTES or len(payload) != self.payload_bytes:
            raise ValueError(
                f"A record must be {KEY_BYTES} and {self.payload_bytes} bytes. "
                f"Received: {len(key)} and {len(payload)}."
            )
        with self._lock:
            if key in self:
                return
            if self._write(key, payload):
                self._on_disk.add(key)
            else:
                self._in_memory[key] = bytes(payload)

    def read(self, key: bytes, start: int = 0, count: int | None = None) -> bytes:
        """Read a payload, or `count` bytes of it.

        Raises
        ------
        KeyError : there is none.
        OSError : somebody damaged the file since it was opened.
        """
        count = self.payload_bytes - start if count is None else count
        if key not in self._on_disk:
            return self._in_memory[key][start : start + count]
        assert self._database is not None
        part = "SELECT substr(payload, ?, ?) FROM records WHERE key = ?"
        try:
            with self._lock:
                found = self._database.execute(part, (start + 1, count, key)).fetchone()
        except _UNREADABLE as error:
            raise OSError(f"A record must stay as it was written. Received: {error}.") from error
        if found is None or len(found[0]) != count:
            raise OSError("A record must stay as it was written. Received: another one.")
        return bytes(found[0])

    def _open(self, path: Path) -> None:
        # An insertion takes the record's own pages and one more at each of both trees.
        room = self.payload_bytes + 4 * _PAGE_BYTES
        if path.is_file() and path.stat().st_size + room > self._most_bytes:
            _remove(path)
        if not self._connect(path):
            _remove(path)
            self._connect(path)

    def _connect(self, path: Path) -> bool:
        """Open a file and know its records; False for one that is damaged or no file of ours."""
        database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        # An index reads from it for as long as somebody has the index.
        closed = weakref.finalize(self, database.close)
        try:
            database.text_factory = bytes
            # Nothing is lost when the program stops, and when the computer does, a cache may be.
            database.execute("PRAGMA synchronous = OFF")
            database.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
            database.execute(f"PRAGMA max_page_count = {self._most_bytes // _PAGE_BYTES}")
            database.execute(
                "CREATE TABLE IF NOT EXISTS records "
                "(key BLOB PRIMARY KEY, payload BLOB, checksum INTEGER)"
            )
            # SQLite checks that every key is found again, but not what a payload says.
            is_sound = database.execute("PRAGMA integrity_check(1)").fetchone()[0] == b"ok"
            found = database.execute("SELECT key, payload, checksum FROM records")
            on_disk = set()
            for key, payload, checksum in found if is_sound else ():
                is_sound = is_sound and checksum == _check(key, payload)
                on_disk.add(key)
        except UnicodeDecodeError:
            is_sound = False
        except sqlite3.DatabaseError as error:
            # The first eight bits are the kind, the others what led to it.
            if getattr(error, "sqlite_errorcode", -1) & 0xFF not in _FOREIGN:
                closed()
                raise
            is_sound = False
        if not is_sound:
            closed()
            return False
        self._database, self._on_disk = database, on_disk
        with contextlib.suppress(OSError):
            os.utime(path)
        return True

    # Call with the lock held.
    def _write(self, key: bytes, payload: bytes) -> bool:
        if self._database is None or self._is_full:
            return False
        record = (key, payload, _check(key, payload))
        try:
            self._database.execute("INSERT OR IGNORE INTO records VALUES (?, ?, ?)", record)
        except _UNREADABLE:
            self._is_full = True
            return False
        return True


def _check(key: object, payload: object) -> int:
    if isinstance(key, bytes) and isinstance(payload, bytes):
        return zlib.crc32(payload, zlib.crc32(key))
    return -1  # no checksum is negative


def _remove(path: Path) -> None:
    # The journal first: left behind, it would be played back into the next file of this name.
    path.with_name(f"{path.name}-journal").unlink(missing_ok=True)
    path.unlink(missing_ok=True)
