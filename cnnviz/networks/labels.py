"""Read the names of a network's classes from what a person pastes or uploads."""

from __future__ import annotations

import json
import re

from cnnviz.networks.layers import NetworkError
from cnnviz.notation import shown
from cnnviz.shipped import MODELS

_MOST_BYTES = 1024 * 1024
_BYTES_AT_LEAST, _BYTES_A_CLASS = 64 * 1024, 1024
_LONGEST = 120
_NUMBERED = re.compile(r"([0-9]{1,9})[\s:,;]+(\S.*)")
# Every quote finds an end, if only that of the text: none is searched for to the end in vain, which
# from each of many quotes would take the square of the text's length.
_QUOTED = re.compile(r"""'((?:[^'\\]|\\.)*+)('|\\?\Z)|"((?:[^"\\]|\\.)*+)("|\\?\Z)""", re.DOTALL)


def imagenet_classes() -> tuple[str, ...]:
    """Read the names of ImageNet's 1,000 classes, each different from all others.

    >>> imagenet_classes()[281]
    'tabby cat'
    """
    text = (MODELS / "imagenet_classes.txt").read_text(encoding="utf-8")
    return tuple(text.splitlines())


def parse_labels(text: str | bytes, count: int) -> tuple[str, ...]:
    """Read one label per class.

    Labels may come one per line, separated by commas, as a list in JSON or Python, or as one of
    the two dictionaries that Keras users have at hand: `{"0": "cat"}` and `{"cat": 0}`. Lines
    numbered from 0 or 1 lose their numbers.

    Parameters
    ----------
    text : what was pasted, or a file's content in UTF-8.
    count : classes of the network.

    Raises
    ------
    NetworkError : the labels are not as many as the classes, or cannot be read.

    >>> parse_labels("cat, dog", 2)
    ('cat', 'dog')
    >>> parse_labels('{"dog": 1, "cat": 0}', 2)
    ('cat', 'dog')
    """
    if len(text) > _MOST_BYTES:
        raise NetworkError(f"Labels may take 1 MiB. Received: {len(text):,} bytes.")
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise NetworkError(
                "Labels must be text in UTF-8. Received: a file that is not."
            ) from None
    text = text.strip().removeprefix("\ufeff")
    classes = "1 class" if count == 1 else f"{count:,} classes"
    most = min(_MOST_BYTES, _BYTES_AT_LEAST + count * _BYTES_A_CLASS)
    if len(text) > most:
        raise NetworkError(
            f"Labels of {classes} may take {most // 1024:,} KiB. Received: {len(text):,} letters."
        )
    labels = _split(text, count)
    if len(labels) != count:
        received = "1 label" if len(labels) == 1 else f"{len(labels):,} labels"
        raise NetworkError(
            f"Each of the network's {classes} must have one label. Received: {received}."
        )
    labels = [_clean(label) for label in labels]
    if "" in labels:
        raise NetworkError(
            f"Each label must hold a letter or a number. Received: an empty label for class "
            f"{labels.index('')}."
        )
    return tuple(labels)


def _clean(label: str) -> str:
    """Keep what can be shown on one line."""
    label = " ".join("".join(c if c.isprintable() else " " for c in label).split())
    return label if len(label) <= _LONGEST else label[: _LONGEST - 1] + "…"


def _split(text: str, count: int) -> list[str]:
    if text.startswith(("[", "{")):
        return _from_structure(text, count)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if all(line.endswith(",") for line in lines[:-1]):
        lines = [line.rstrip(", ") for line in lines]
    if len(lines) > 1 or count == 1:
        matches = [_NUMBERED.fullmatch(line) for line in lines]
        numbers = [int(match[1]) for match in matches if match]
        if numbers in (list(range(len(lines))), list(range(1, len(lines) + 1))):
            lines = [match[2] for match in matches if match]
        pieces = _pieces(text)
        # A list that was broken over several lines; a comma within a label stays.
        return pieces if len(lines) != count == len(pieces) else lines
    return _pieces(text)


def _pieces(text: str) -> list[str]:
    separator = next((mark for mark in ("\t", ";", ",") if mark in text), ",")
    pieces = [
        piece.strip().strip("\"'") for line in text.splitlines() for piece in line.split(separator)
    ]
    return [piece for piece in pieces if piece]


def _from_structure(text: str, count: int) -> list[str]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
        if text.startswith("["):
            # Python's list: the same but for its quotes. Read, never evaluated.
            value = [_within_quotes(found) for found in _QUOTED.finditer(text)]
    if isinstance(value, dict):
        value = _from_dictionary(value, count)
    if isinstance(value, list) and all(isinstance(item, str | int | float) for item in value):
        return [str(item) for item in value]
    raise NetworkError(
        "Labels must be one per line, separated by commas, or a list in JSON. "
        "Received: brackets around something else."
    )


def _within_quotes(found: re.Match[str]) -> str:
    single, single_end, double, double_end = found.groups()
    if (single_end or double_end) not in ("'", '"'):
        raise NetworkError(
            "A label that begins with a quote must end with one. "
            f"Received: {shown(found[0][1:])} up to the end."
        )
    return single or double or ""


def _from_dictionary(value: dict[str, object], count: int) -> list[object] | None:
    """Order the labels of `{"0": "cat"}`, `{"cat": 0}` or `{"0": ["n02123045", "tabby"]}`."""
    if not value:
        return []
    if all(re.fullmatch("[0-9]{1,9}", key) for key in value):
        by_number = {int(key): label for key, label in value.items()}
    elif all(type(number) is int for number in value.values()):
        by_number = {number: key for key, number in value.items() if isinstance(number, int)}
    else:
        return None
    if sorted(by_number) != list(range(len(by_number))):
        raise NetworkError(
            f"Labels in a dictionary must be numbered from 0 to {count - 1}. "
            f"Received: numbers from {shown(min(by_number))} to {shown(max(by_number))}."
        )
    ordered = [by_number[number] for number in range(len(by_number))]
    return [label[-1] if isinstance(label, list) and label else label for label in ordered]
