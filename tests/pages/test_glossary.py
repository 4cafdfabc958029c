"""The Glossary page."""

from pages.ui.vocabulary import TERMS


def test_it_lists_every_word_with_its_sentence_and_a_link(open_page):
    page = open_page("pages/20_glossary.py")
    assert not page.exception
    assert len(page.subheader) == len(TERMS)
    told = [markdown.value for markdown in page.markdown]
    assert all(term.definition in told for term in TERMS.values())
