import json

import numpy as np
import pytest

from pages.ui.wire import pack, unpack


def test_what_is_packed_is_unpacked():
    arrays = {
        "grey": np.arange(7, dtype=np.uint8),
        "map": np.linspace(-1, 1, 12, dtype=np.float32).reshape(2, 3, 2),
        "rows": np.array([-1, 0, 2**31 - 1], np.int32),
        "none": np.zeros((0, 4), np.float32),
    }
    settings, received = unpack(pack({"title": "caf\u00e9", "at": [1, 2]}, **arrays))
    assert settings == {"title": "caf\u00e9", "at": [1, 2]}
    assert list(received) == list(arrays)
    for name, array in arrays.items():
        np.testing.assert_array_equal(received[name], array)
        assert received[name].dtype == array.dtype


def test_every_block_starts_at_a_multiple_of_four():
    message = pack({}, odd=np.zeros(3, np.uint8), next=np.ones(1, np.float32))
    header = 4 + int.from_bytes(message[:4], "little")
    assert header % 4 == 0
    assert len(message) == header + 4 + 4


@pytest.mark.parametrize(
    ("numbers", "sent"),
    [
        (np.arange(5000, dtype=np.float32) % 256, "uint8"),
        (np.arange(5000, dtype=np.float32) - 2500, "int16"),
        (np.arange(5000, dtype=np.int32) - 2500, "int16"),
        (np.arange(5000, dtype=np.int32) * 100, None),
        (np.append(np.ones(5000, np.float32), np.float32(0.5)), None),
        (np.append(np.ones(5000, np.float32), np.float32(-0.0)), None),
        (np.append(np.ones(5000, np.float32), np.float32(np.nan)), None),
        (np.append(np.ones(5000, np.float32), np.float32(np.inf)), None),
        (np.arange(10, dtype=np.float32), None),
    ],
)
def test_whole_numbers_travel_small_and_arrive_bit_by_bit(numbers, sent):
    message = pack({}, numbers=numbers)
    header = json.loads(message[4 : 4 + int.from_bytes(message[:4], "little")])
    assert header["arrays"][0].get("sent") == sent
    received = unpack(message)[1]["numbers"]
    assert received.dtype == numbers.dtype
    assert received.tobytes() == numbers.tobytes()


def test_a_view_is_packed_in_its_own_order():
    planes = np.moveaxis(np.arange(12, dtype=np.float32).reshape(2, 3, 2), -1, 0)
    np.testing.assert_array_equal(unpack(pack({}, planes=planes))[1]["planes"], planes)


def test_a_dtype_the_browser_does_not_know_is_named():
    with pytest.raises(TypeError, match=r"Received: big\.dtype=float64"):
        pack({}, big=np.zeros(2))


def test_a_number_that_json_lacks_is_refused():
    with pytest.raises(ValueError, match="JSON"):
        pack({"bias": float("nan")})
