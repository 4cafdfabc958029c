"""The lessons in order, and how an address names a step of them."""

import re
from dataclasses import dataclass
from urllib.parse import urlencode

from pages.ui.lessons import blocks, networks
from pages.ui.lessons.step import STEP, Lesson, Step
from pages.ui.path import PAGES, Page, address_of

LESSONS = {
    lesson.key: lesson
    for lesson in (
        blocks.EDGES,
        blocks.CHANNELS,
        blocks.SIZES,
        blocks.POOLING,
        blocks.ACTIVATION,
        networks.WHOLE,
        networks.WHY,
        networks.TRAINING,
    )
}
"""By the key that addresses name; a lesson takes a week, or a part of one."""

_NAMED = re.compile(r"([a-z]{1,20})-([1-9])")


@dataclass(frozen=True)
class Place:
    """A step in its lesson, counted from 1."""

    lesson: Lesson
    number: int

    @property
    def step(self) -> Step:
        """The step itself."""
        return self.lesson.steps[self.number - 1]

    @property
    def name(self) -> str:
        """What the address names.

        >>> Place(blocks.EDGES, 2).name
        'edges-2'
        """
        return f"{self.lesson.key}-{self.number}"

    @property
    def address(self) -> dict[str, str]:
        """All that the address of its page names."""
        return {**self.step.address, STEP: self.name}

    def beside(self, by: int) -> "Place | None":
        """Give the step so many further on in the lesson; None where there is none."""
        number = self.number + by
        return Place(self.lesson, number) if 1 <= number <= len(self.lesson.steps) else None


def place_named(text: str | None) -> Place | None:
    """Find a step by what an address says; None where that means none.

    >>> place_named("edges-2").step.question
    'How large is the result on the edge, and which weights make it so?'
    >>> place_named("edges-9") is place_named("nonsense") is place_named(None) is None
    True
    """
    found = _NAMED.fullmatch(text or "")
    if not found or found[1] not in LESSONS:
        return None
    lesson, number = LESSONS[found[1]], int(found[2])
    return Place(lesson, number) if number <= len(lesson.steps) else None


def page_of(step: Step) -> Page:
    """Find the page that a step opens."""
    return next(page for page in PAGES if page.path == step.page)


def handout(lesson: Lesson, base: str) -> str:
    """Write a lesson as Markdown, to be changed and handed out.

    base : the address that the app is found at.
    """
    lines = [f"# {lesson.title}", "", lesson.about, ""]
    for number, step in enumerate(lesson.steps, 1):
        place = Place(lesson, number)
        lines += [
            f"{number}. {step.task} {step.question}",
            f"   <{base.rstrip('/')}/{address_of(page_of(step))}?{urlencode(place.address)}>",
        ]
    return "\n".join([*lines, ""])
