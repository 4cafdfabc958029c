"""The words of the field: what is underlined, and that what they point to is there."""

import pytest

from pages.ui.path import PAGES
from pages.ui.terms import with_terms
from pages.ui.vocabulary import TERMS
from tests.pages.test_state import TABLES

each_term = pytest.mark.parametrize("term", TERMS.values(), ids=list(TERMS))
ENTRIES = {name: entry for table in TABLES.values() for name, entry in table.entries.items()}


@each_term
def test_a_term_points_to_a_page_in_a_state_that_it_can_have(term):
    assert term.page in {page.path for page in PAGES}
    for name, text in term.address.items():
        entry = ENTRIES[name]
        assert entry.texts_of(entry.value_of((text,))) in ((text,), ())


@each_term
def test_a_definition_is_one_sentence_of_plain_text(term):
    assert term.definition.endswith(".")
    assert not set(term.definition) & set('[]()*_`$"<>\n')


def test_no_two_terms_have_one_place_in_the_glossary():
    assert len({term.anchor for term in TERMS.values()}) == len(TERMS)


def test_a_word_is_linked_where_it_first_stands():
    text = with_terms("Strides and kernels; a stride.")
    assert text.startswith('[Strides](glossary#stride "')
    assert text.count("glossary#stride") == 1
    assert text.count("glossary#kernel") == 1


@pytest.mark.parametrize(
    "text",
    [
        "`kernel`",
        "$kernel$",
        "[a kernel](other)",
        "**kernel**",
        "The kernels-to-be of microkernel.",
        ":material/kernel:",
    ],
)
def test_what_is_code_a_formula_a_link_or_another_word_stays(text):
    assert with_terms(text) == text


def test_the_longest_word_is_meant():
    assert "glossary#feature-map " in with_terms("One feature map.")
    assert "glossary#global-average-pooling" in with_terms("Then global average pooling.")
