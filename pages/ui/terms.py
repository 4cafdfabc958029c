"""The words of the field in a page's text, each linked to the Glossary."""

import re
from functools import lru_cache

from pages.ui.vocabulary import TERMS

GLOSSARY = "glossary"
"""The last part of the Glossary page's address."""

_BY_FORM = {
    form.lower(): term
    for term in TERMS.values()
    for form in (term.name, term.name + "s", *term.also)
}
# What stands in code, in a formula, in a link or in bold is left as it is; longest forms first.
_FORMS = sorted(_BY_FORM, key=len, reverse=True)
_WORDS = re.compile(
    r"`[^`]*`|\$[^$]*\$|\[[^\]]*\]\([^)]*\)|\*\*[^*]*\*\*|:[a-z-]+\[[^\]]*\]|:[a-z_/]+:"
    r"|(?<![\w-])(?P<form>" + "|".join(map(re.escape, _FORMS)) + r")(?![\w-])",
    re.IGNORECASE,
)


@lru_cache(maxsize=1024)
def with_terms(text: str) -> str:
    """Link each word of the field, where it first stands in a Markdown text, to the Glossary.

    The text must be the app's own: nothing in it is escaped.

    >>> with_terms("A stride, and a stride.")[:28]
    'A [stride](glossary#stride "'
    """
    linked = set()

    def link(found: re.Match[str]) -> str:
        form = found.group("form")
        term = _BY_FORM[form.lower()] if form else None
        if term is None or term.name in linked:
            return found.group()
        linked.add(term.name)
        return f'[{form}]({GLOSSARY}#{term.anchor} "{term.definition}")'

    return _WORDS.sub(link, text)
