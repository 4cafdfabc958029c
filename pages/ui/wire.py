"""The one wire format between Python and the browser components.

Four bytes of header length (little-endian), a JSON header, then one block per array,
each padded to four bytes. `assets/components/shared/wire.js` is its counterpart.

Numbers that are all small and whole, as those of a map by a kernel of whole weights are, travel as
uint8 or int16 (`sent` in the header) and arrive as what they were, bit by bit: Streamlit copies a
message some six times and hashes it twice.
"""

import json
from collections.abc import Mapping

import numpy as np

_DTYPES = ("float32", "int32", "uint8")
_SMALLER = tuple((dtype, np.iinfo(dtype)) for dtype in (np.uint8, np.int16))
_LARGE = 4096
"""Numbers from which on it is worth looking whether smaller ones would do."""


def pack(settings: Mapping[str, object], **arrays: np.ndarray) -> bytes:
    """Pack settings (whatever JSON takes) and arrays (float32, int32 or uint8) as bytes.

    Streamlit hands bare bytes to a component as one Uint8Array; arrays inside a dict
    would arrive as text.
    """
    described, blocks = [], []
    for name, array in arrays.items():
        if array.dtype.name not in _DTYPES:
            raise TypeError(
                f"An array for the browser must be {', '.join(_DTYPES)}. "
                f"Received: {name}.dtype={array.dtype}."
            )
        entry = {"name": name, "shape": array.shape, "dtype": array.dtype.name}
        sent = _smallest(np.ascontiguousarray(array))
        if sent.dtype != array.dtype:
            entry["sent"] = sent.dtype.name
        described.append(entry)
        blocks.append(sent.tobytes())
    header = json.dumps({"settings": settings, "arrays": described}, allow_nan=False).encode()
    header += b" " * (-len(header) % 4)
    padded = [block + b"\0" * (-len(block) % 4) for block in blocks]
    return b"".join([len(header).to_bytes(4, "little"), header, *padded])


def _smallest(array: np.ndarray) -> np.ndarray:
    """Give the same numbers in the smallest dtype that holds each of them exactly."""
    if array.size < _LARGE or array.itemsize == 1:
        return array
    least, most = array.min(), array.max()
    for dtype, limits in _SMALLER:
        if limits.min <= least and most <= limits.max:
            smaller = array.astype(dtype)
            same = np.array_equal(smaller.astype(array.dtype).view(np.int32), array.view(np.int32))
            return smaller if same else array
    return array


def unpack(message: bytes) -> tuple[dict[str, object], dict[str, np.ndarray]]:
    """Read a packed message back: (settings, arrays by name). Tests look inside with it."""
    start = 4 + int.from_bytes(message[:4], "little")
    header = json.loads(message[4:start])
    arrays = {}
    for entry in header["arrays"]:
        sent, shape = np.dtype(entry.get("sent", entry["dtype"])), tuple(entry["shape"])
        count = int(np.prod(shape))
        array = np.frombuffer(message, sent, count, start).reshape(shape)
        arrays[entry["name"]] = array.astype(entry["dtype"], copy=False)
        start += count * sent.itemsize
        start += -start % 4
    return header["settings"], arrays
