"""Labels are read in the forms in which people have them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.networks import NetworkError
from cnnviz.networks.labels import parse_labels
from tests.timing import grows_evenly


@pytest.mark.parametrize(
    "text",
    [
        "cat\ndog\nfish",
        "cat\r\n\r\n  dog \n\tfish\n",
        "cat, dog, fish",
        "cat;dog;fish",
        "cat\tdog\tfish",
        "'cat', 'dog', 'fish'",
        "cat,\ndog,\nfish",
        '["cat", "dog", "fish"]',
        "['cat', 'dog', 'fish']",
        "[\n'cat',\n\"dog\",\n'fish',\n]",
        '{"0": "cat", "1": "dog", "2": "fish"}',
        '{"2": "fish", "0": "cat", "1": "dog"}',
        '{"cat": 0, "fish": 2, "dog": 1}',
        '{"0": ["n01", "cat"], "1": ["n02", "dog"], "2": ["n03", "fish"]}',
        "0 cat\n1 dog\n2 fish",
        "1: cat\n2: dog\n3: fish",
        "0,cat\n1,dog\n2,fish",
        "\ufeffcat\ndog\nfish",
    ],
)
def test_three_labels(text):
    assert parse_labels(text, 3) == ("cat", "dog", "fish")
    assert parse_labels(text.encode(), 3) == ("cat", "dog", "fish")


def test_a_comma_within_a_line_stays():
    assert parse_labels("tabby, tabby cat\ntench, Tinca tinca", 2) == (
        "tabby, tabby cat",
        "tench, Tinca tinca",
    )


def test_a_list_broken_over_lines_is_one_list():
    assert parse_labels("a, b,\nc, d", 4) == ("a", "b", "c", "d")


def test_one_class_is_one_line():
    assert parse_labels("cat, or not", 1) == ("cat, or not",)


def test_numbers_may_be_labels():
    assert parse_labels("[0, 1.5, 2]", 3) == ("0", "1.5", "2")
    assert parse_labels("3\n1\n2", 3) == ("3", "1", "2")


def test_the_same_label_may_come_twice():
    assert parse_labels("crane\ncrane", 2) == ("crane", "crane")


def test_a_label_is_kept_short_and_on_one_line():
    short, long = parse_labels('["a\\n\\u0000b", "' + "x" * 500 + '"]', 2)
    assert short == "a b"
    assert len(long) == 120


@pytest.mark.parametrize(
    ("text", "count", "sentence"),
    [
        ("a\nb", 3, r"network's 3 classes must have one label\. Received: 2 labels\."),
        ("", 10, r"10 classes .* Received: 0 labels\."),
        ("a, b, c", 1000, r"1,000 classes .* Received: 3 labels\."),
        ("a\nb\nc", 1, r"1 class must have one label\. Received: 3 labels\."),
        ("[]", 2, "Received: 0 labels"),
        ('["a", ""]', 2, r"empty label for class 1\."),
        ('["a", ["b"]]', 2, "brackets around something else"),
        ('{"a": {}}', 1, "brackets around something else"),
        ("{not json", 2, "brackets around something else"),
        ('{"0": "a", "2": "b"}', 2, "numbered from 0 to 1. Received: numbers from 0 to 2"),
        ('{"a": ' + "9" * 4000 + "}", 1, r"numbers from 9{57}\.\.\. to 9{57}\.\.\.\."),
        (b"\xff\xfe\x00", 2, "text in UTF-8"),
        ("[" * 60_000, 2, "0 labels"),
        ("9" * 5000 + " a\n1 b", 3, "2 labels"),
        ("['cat', 'dog", 2, r'ends? with one\. Received: "dog" up to the end\.'),
        ("['cat\\", 1, r'Received: "cat.* up to the end\.'),
        ("['" + "x" * 5000, 1, r'Received: "x{50,60}\.\.\. up to the end\.'),
        ("x" * 70_000, 2, "Labels of 2 classes may take 66 KiB. Received: 70,000 letters"),
        ("x" * 2_000_000, 2, "may take 1 MiB. Received: 2,000,000 bytes"),
    ],
)
def test_other_labels_are_refused(text, count, sentence):
    with pytest.raises(NetworkError, match=sentence):
        parse_labels(text, count)


@settings(deadline=None)
@given(st.text(max_size=200), st.integers(1, 5))
def test_any_text_is_read_or_refused(text, count):
    try:
        labels = parse_labels(text, count)
    except NetworkError:
        labels = ("refused",) * count
    assert len(labels) == count
    assert all(label.isprintable() and label for label in labels)


@settings(deadline=None)
@given(st.lists(st.text("abc xyz", min_size=1).map(str.strip).filter(bool), min_size=2, max_size=9))
def test_lines_come_back_as_labels(lines):
    expected = tuple(" ".join(line.split()) for line in lines)
    assert parse_labels("\n".join(lines), len(lines)) == expected


MEBIBYTE = 2**20


@pytest.mark.parametrize(
    ("beginning", "again", "end"),
    [
        ("['", "\\'", ""),  # a quote that never closes, and others behind strokes
        ("['", "\\'", "\\"),
        ('["', '\\"', ""),
        ("['", '"', "\\"),
        ("['", "\"'", "\\"),
        ("[", "'a',", "'"),
        ("[", "[", ""),
        ("{", '{"a":', ""),
        ("[", "9", "]"),
        ("[0.", "9", "]"),
        ('["', "\\ud800", '"]'),
        ("{", '"0": 1,', '"0": 1}'),
        ("1", " ", "a\n2 b"),
        ("1", ":;, ", "\n2 b"),
        ("", "1:", "\nb"),
        ("", "0 a\n", ""),
        ("", ",", ""),
        ("", "a,\n", "b"),
        ("", "\x00", "a"),
        ("", "'\"", "a, b"),
        ("", "\u3000", "a"),
    ],
)
def test_the_longest_text_takes_a_time_in_proportion(beginning, again, end):
    def text(letters: int) -> str:
        return beginning + again * ((letters - 20) // len(again)) + end

    assert grows_evenly(lambda labels: parse_labels(labels, 1000), text, MEBIBYTE)
