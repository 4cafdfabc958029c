"""What a page remembers, and its text in the address."""

import pytest

from pages.ui.entries import (
    Choice,
    Entry,
    Open,
    Real,
    Several,
    Toggle,
    Whole,
    read_number,
    read_whole,
)
from pages.ui.markdown import plain
from tests.timing import grows_evenly

COLOURS = {"r": "Red one", "g": "Green one", "b": "Blue one"}
ENTRIES = {
    "toggle": (Toggle("t"), [False, True], ["", "perhaps", "1", "\x00"]),
    "toggle, on": (Toggle("t", default=True), [False, True], ["", "no"]),
    "choice": (Choice("c", COLOURS), list(COLOURS), ["", "r", "red one", "None", "0"]),
    "choice of numbers": (Choice("n", range(1, 4), 2), [1, 2, 3], ["", "4", "1.0"]),
    "several": (Several("s", COLOURS), [(), ("r",), ("b", "r")], ["r", "Red one, Blue one"]),
    "several, one at first": (Several("s", COLOURS, ["g"]), [(), ("g",), ("r", "g")], ["None"]),
    "whole": (Whole("w", -3, 8, 1), [-3, 1, 8], ["", "9", "1.5", "1e3", "Infinity", "9" * 5000]),
    "real": (
        Real("x", 0.1, 5.0, 1.5),
        [0.1, 0.30000000000000004, 1.5, 2.0, 5.0],
        ["", "nan", "-inf"],
    ),
    "open": (Open(Real("x", 0, 10, 1)), [None, 0.5, 10.0], ["", "Infinity", "x"]),
    "own": (
        Entry("o", (0, 0), lambda t: tuple(map(int, t.split(","))), "{0[0]},{0[1]}".format),
        [(0, 0), (3, -4)],
        ["", "x,y"],
    ),
}
each = pytest.mark.parametrize(("entry", "values", "nonsense"), ENTRIES.values(), ids=ENTRIES)


@each
def test_what_is_written_into_the_address_is_read_back(entry, values, nonsense):
    for value in values:
        assert entry.value_of(entry.texts_of(value)) == value
        assert entry.checked(value) == value


@each
def test_the_default_is_not_in_the_address(entry, values, nonsense):
    assert entry.texts_of(entry.default) == ()
    assert entry.value_of(()) == entry.default
    assert sum(entry.texts_of(value) == () for value in values) == 1


@each
def test_nonsense_is_refused_in_one_short_sentence(entry, values, nonsense):
    for text in nonsense:
        with pytest.raises((ValueError, TypeError)) as error:
            entry.value_of((text,))
        assert len(str(error.value)) < 300


def test_a_value_that_no_address_could_give_is_not_taken():
    for entry, value in (
        (Whole("w", 1, 8, 1), 9),
        (Whole("w", 1, 8, 1), 2.5),
        (Real("x", 0, 1, 0.5), float("nan")),
        (Choice("c", COLOURS), "Red one"),
        (Several("s", COLOURS), ["r", "x"]),
    ):
        with pytest.raises(ValueError, match="Received"):
            entry.checked(value)


def test_a_number_that_javascript_writes_is_read():
    assert Real("x", 1e-7, 10, 1).read("1e-7") == 1e-7
    assert Real("x", 0, 10, 1).texts_of(3.0) == ("3",)


@pytest.mark.parametrize("again", ["9", "-", ".", "0.", "e1", "1e", " ", "\u0663", "[", "\\"])
@pytest.mark.parametrize(
    "read",
    [lambda text: read_whole(text, 0, 9), lambda text: read_number(text, 0, 9), plain],
    ids=["whole", "number", "plain"],
)
def test_a_long_text_takes_a_time_in_proportion(read, again):
    assert grows_evenly(read, lambda letters: again * (letters // len(again)), 512 * 1024)
