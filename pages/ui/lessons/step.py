"""What a lesson is made of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

STEP = "lesson_step"
"""The address's name of the step that a page was opened for."""


@dataclass(frozen=True)
class Step:
    """One prepared view, and a question about it.

    Attributes
    ----------
    page : its file, as the path names it.
    task : what to do there, in one or two sentences.
    question : what somebody is asked then.
    answer : works out what is right, with its numbers; called when somebody asks.
    address : what the page's address names; everything else is as the page opens.
    """

    page: str
    task: str
    question: str
    answer: Callable[[], str]
    address: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Lesson:
    """Steps that belong to one week.

    Attributes
    ----------
    key : names it in a step's address.
    title, about : what it is called, and what one knows at its end.
    """

    key: str
    title: str
    about: str
    steps: tuple[Step, ...]
