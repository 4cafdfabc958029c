"""A word of the field: one sentence, and a place where one can see what it means."""

import re
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Term:
    """A word of the field.

    Attributes
    ----------
    name : the word, in the singular.
    definition : one sentence, true at every setting; no quotation marks and no Markdown.
    group : what it belongs to.
    page, address : where one can see it: a page's file, and what its address names.
    also : other forms, such as a plural that is not formed by an s.
    """

    name: str
    definition: str
    group: str
    page: str
    address: dict[str, str] = field(default_factory=dict)
    also: tuple[str, ...] = ()

    @property
    def anchor(self) -> str:
        """The place on the Glossary page.

        >>> Term("feature map", "", "", "").anchor
        'feature-map'
        """
        return re.sub(r"[^a-z0-9]+", "-", self.name.lower())
