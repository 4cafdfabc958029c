"""How many files a zip lists, before a library makes an object of each.

The directory stands at the end of the file and says where it begins (PKWARE APPNOTE 6.3.10,
sections 4.3.12 to 4.3.16). It is looked for as `zipfile` does, so that both see the same one.
"""

from __future__ import annotations

import struct

_END = b"PK\x05\x06"
_END_64 = b"PK\x06\x06"
_LOCATOR_64 = b"PK\x06\x07"
_ENTRY = b"PK\x01\x02"
_END_SIZE, _END_64_SIZE, _LOCATOR_SIZE, _ENTRY_SIZE = 22, 56, 20, 46
_LONGEST_COMMENT = 65_536


def is_zip(data: bytes) -> bool:
    """Tell a zip from pictures and other files by its first bytes.

    >>> is_zip(b"PK\\x03\\x04...")
    True
    """
    return data[:4] in (b"PK\x03\x04", _END, b"PK\x07\x08")


def count_entries(data: bytes, *, most: int) -> int | None:
    """Count the entries of a zip's directory, at most one beyond `most`.

    Returns
    -------
    None where there is no directory, or it is damaged.
    """
    end = _find_end(data)
    if end is None:
        return None
    size = int(struct.unpack_from("<I", data, end + 12)[0])
    locator = end - _LOCATOR_SIZE
    if locator >= _END_64_SIZE and data[locator : locator + 4] == _LOCATOR_64:
        end_64 = locator - _END_64_SIZE
        if data[end_64 : end_64 + 4] == _END_64:
            size = int(struct.unpack_from("<Q", data, end_64 + 40)[0])
            end = end_64
    position, count = end - size, 0
    if position < 0:
        return None
    while position < end and count <= most:
        if data[position : position + 4] != _ENTRY or position + _ENTRY_SIZE > end:
            return None
        lengths = struct.unpack_from("<3H", data, position + 28)
        position += _ENTRY_SIZE + sum(lengths)
        count += 1
    return count


def _find_end(data: bytes) -> int | None:
    plain = len(data) - _END_SIZE
    if plain < 0:
        return None
    if data[plain : plain + 4] == _END and data[-2:] == b"\0\0":
        return plain
    found = data.rfind(_END, max(plain - _LONGEST_COMMENT, 0))
    return found if 0 <= found <= plain else None
