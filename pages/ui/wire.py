"""The one wire format between Python and the browser components.

Four bytes of header length (little-endian), a JSON header, then one block per array,
each padded to four bytes. `assets/components/shared/wire.js` is its counterpart.
"""

import json
from collections.abc import Mapping

import numpy as np

_DTYPES = ("float32", "int32", "uint8")


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
        described.append({"name": name, "shape": array.shape, "dtype": array.dtype.name})
        blocks.append(np.ascontiguousarray(array).tobytes())
    header = json.dumps({"settings": settings, "arrays": described}, allow_nan=False).encode()
    header += b" " * (-len(header) % 4)
    padded = [block + b"\0" * (-len(block) % 4) for block in blocks]
    return b"".join([len(header).to_bytes(4, "little"), header, *padded])


def unpack(message: bytes) -> tuple[dict[str, object], dict[str, np.ndarray]]:
    """Read a packed message back: (settings, arrays by name). Tests look inside with it."""
    start = 4 + int.from_bytes(message[:4], "little")
    header = json.loads(message[4:start])
    arrays = {}
    for entry in header["arrays"]:
        dtype, shape = np.dtype(entry["dtype"]), tuple(entry["shape"])
        count = int(np.prod(shape))
        arrays[entry["name"]] = np.frombuffer(message, dtype, count, start).reshape(shape)
        start += count * dtype.itemsize
        start += -start % 4
    return header["settings"], arrays
