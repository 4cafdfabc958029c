"""The words, group by group: one sentence each, and a link to where one can see it."""

import streamlit as st

from pages.ui.headings import header
from pages.ui.path import PAGES
from pages.ui.picture import picture_address
from pages.ui.term import Term
from pages.ui.vocabulary import TERMS

_TITLES = {page.path: page.title for page in PAGES}


def words() -> None:
    """Draw them."""
    group = ""
    for term in TERMS.values():
        if term.group != group:
            header(term.group)
        group = term.group
        _word(term)


def _word(term: Term) -> None:
    word, sentence, link = st.columns([1.3, 3, 1], vertical_alignment="center")
    word.subheader(term.name[0].upper() + term.name[1:], anchor=term.anchor)
    sentence.markdown(term.definition)
    link.page_link(
        term.page,
        label=_TITLES[term.page],
        icon=":material/visibility:",
        query_params=term.address | picture_address() or None,
        help=f"See what {term.name} means",
    )
