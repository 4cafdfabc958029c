"""Headings, whose place in an address is known before the browser asks for it."""

import re

import streamlit as st

_MARKS = re.compile(r"[\\`*]")
_CONTRACTION = re.compile(r"([a-z\d])['\u2019]([ts])(?![a-z\d])")
_HUMP = re.compile(r"([a-z\d])([A-Z])")


def title(text: str) -> None:
    """Draw a page's title; `text` is Markdown."""
    st.title(text, anchor=anchor_of(text))


def header(text: str) -> None:
    """Draw the heading of a section; `text` is Markdown."""
    st.header(text, anchor=anchor_of(text))


def anchor_of(text: str) -> str:
    """Give what stands behind the # of a heading's address.

    Streamlit makes the same of a heading that names none, in the browser and each time that
    anything on the page changes: with a table of 3,400 letters, a fifth of what React does then.
    `page.css` hides the link that a name brings with it.

    >>> anchor_of("How EfficientNet's answer changes")
    'how-efficient-nets-answer-changes'
    """
    words = _HUMP.sub(r"\1 \2", _MARKS.sub("", text)).lower()
    words = _CONTRACTION.sub(r"\1\2", words)
    return re.sub(r"[^a-z\d]+", "-", words).strip("-") or "section"
