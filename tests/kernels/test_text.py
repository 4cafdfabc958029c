"""Kernels as text: what is written reads back, and nothing else is read."""

import base64
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.kernels import (
    KERNELS,
    box,
    format_kernel,
    pack_kernel,
    parse_kernel,
    unpack_kernel,
)
from tests.kernels.material import (
    weights,
)
from tests.timing import grows_evenly


@given(weights)
def test_a_kernel_written_as_text_reads_back_exactly(values):
    text = format_kernel(values)
    np.testing.assert_array_equal(parse_kernel(text), values)
    assert set(text) <= set("0123456789.,;e+-")


def test_spaces_and_exponents_are_read():
    np.testing.assert_array_equal(
        parse_kernel(" 1, -.5 ;\n+2e-1,3."), np.float32([[1, -0.5], [0.2, 3]])
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[1e999]]", r'written as numbers.*Received: "\[\[1e999\]\]"'),
        ("1e999", r"between -1,000,000 and 1,000,000\. Received: inf"),
        ("-1e7", r"between -1,000,000 and 1,000,000\. Received: -1e\+07"),
        ("nan", r'written as numbers.*Received: "nan"'),
        ("infinity", r'written as numbers.*Received: "infinity"'),
        ("", r'written as numbers.*Received: ""'),
        ("1,,2", r'written as numbers.*Received: ""'),
        ("1_0", r'written as numbers.*Received: "1_0"'),
        ("\u0661", r"written as numbers"),
        ("1,2;3", r"same number of weights\. Received: rows of 2, 1\."),
        (",".join("1" * 12), r"1 to 11 rows and columns\. Received: 1 x 12\."),
        (";".join("1" * 12), r"1 to 11 rows and columns\. Received: 12 x 1\."),
        ("1" * 33, r"written as numbers"),
        ("1," * 100_000, r"at most 4,114 characters\. Received: 200,000\."),
        ("__import__('os')", r"written as numbers"),
    ],
)
def test_a_hostile_text_is_no_kernel(text, message):
    with pytest.raises(ValueError, match=message):
        parse_kernel(text)


@given(st.one_of(st.text(max_size=40), st.text("0123456789.,;eE+- ", max_size=40)))
def test_any_text_is_a_kernel_or_a_value_error(text):
    try:
        values = parse_kernel(text)
    except ValueError:
        return
    assert np.isfinite(values).all()


@pytest.mark.parametrize("values", [[[np.nan]], [[-np.inf]], np.zeros((12, 1)), [1, 2], 3])
def test_what_is_no_kernel_has_no_text(values):
    with pytest.raises(ValueError, match=r"kernel.* must .*Received"):
        format_kernel(values)


@pytest.mark.parametrize("again", ["1", ",", ";", " ", "1e", "1,", "-", "\u00e9", "0;"])
def test_the_longest_text_takes_a_time_in_proportion(again):
    longest = 121 * 34
    assert grows_evenly(parse_kernel, lambda letters: again * (letters // len(again)), longest)


def test_a_long_word_is_quoted_in_part():
    with pytest.raises(ValueError, match=r'Received: "x+\.\.\.\.$') as refusal:
        parse_kernel("x" * 4000)
    assert len(str(refusal.value)) < 200


@given(weights)
def test_a_packed_kernel_is_never_longer_and_reads_back_exactly(values):
    packed = pack_kernel(values)
    np.testing.assert_array_equal(unpack_kernel(packed), values)
    assert len(packed) <= len(format_kernel(values))
    assert set(packed) <= set("0123456789.,;e+-x:_") | set(map(chr, range(65, 123)))


@pytest.mark.parametrize("name", KERNELS)
def test_a_kernel_with_one_weight_changed_makes_a_short_address(name):
    values = np.array(KERNELS[name].values)
    values[0, 0] += 0.5
    assert len(pack_kernel(values)) <= 420
    np.testing.assert_array_equal(unpack_kernel(pack_kernel(values)), values)


def test_a_short_kernel_stays_readable_and_what_was_written_before_is_read():
    assert pack_kernel([[0, -1, 0], [-1, 5, -1], [0, -1, 0]]) == "0,-1,0;-1,5,-1;0,-1,0"
    long = format_kernel(box(11))
    np.testing.assert_array_equal(unpack_kernel(long), box(11))
    assert len(pack_kernel(box(11))) < 40 < len(long)


@pytest.mark.parametrize(
    "text",
    [
        "3x3:AAAA",
        "0x3:eJwDAAAAAAE",
        "11x11:" + "A" * 1001,
        "12x1:eJxjYGBgAAAABAAB",
        "3x3:eJxjYGBgAAAABAAB",
        "99x99:____",
        "3x3:",
        "3x3:\u0661",
    ],
)
def test_what_is_packed_wrongly_is_refused(text):
    with pytest.raises(ValueError, match="Received"):
        unpack_kernel(text)


def test_what_unpacks_to_megabytes_is_not_unpacked():
    bomb = base64.urlsafe_b64encode(zlib.compress(bytes(700_000), 9)).decode().rstrip("=")
    with pytest.raises(ValueError, match="Received: 37 bytes for 3 x 3"):
        unpack_kernel(f"3x3:{bomb}")


def test_what_is_no_number_is_refused_packed_as_well():
    squeezed = zlib.compress(np.full((3, 3), np.nan, "<f4").tobytes())
    packed = base64.urlsafe_b64encode(squeezed).decode().rstrip("=")
    with pytest.raises(ValueError, match="Received: nan"):
        unpack_kernel(f"3x3:{packed}")
