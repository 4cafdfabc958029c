"""A lesson's steps: what to do, a question, its answer to unfold, and the prepared view."""

from urllib.parse import urlsplit

import streamlit as st

from pages.ui.entries import Choice
from pages.ui.headings import header
from pages.ui.lessons.bar import answer_to_unfold, link_to
from pages.ui.lessons.course import LESSONS, Place, handout, page_of
from pages.ui.lessons.step import Lesson
from pages.ui.state import Table
from pages.ui.terms import with_terms

LESSON = Choice("lesson", {key: lesson.title for key, lesson in LESSONS.items()})
TABLE = Table("lessons", LESSON)


@st.fragment
def lessons() -> None:
    """Draw the choice of a lesson, and the one that is chosen."""
    TABLE.follow()
    chosen = TABLE.control(
        st.segmented_control, LESSON, "Lesson", required=True, label_visibility="collapsed"
    )
    TABLE.name_what_waits()
    lesson = LESSONS[chosen]
    st.markdown(with_terms(lesson.about))
    for number in range(1, len(lesson.steps) + 1):
        _step(Place(lesson, number))
    _for_a_class(lesson)


def _step(place: Place) -> None:
    step = place.step
    with st.container(border=True, key=f"step_{place.name}"):
        title = f"**{place.number}. {page_of(step).title}**"
        link_to(place, title, page_of(step).icon)
        st.markdown(f"{step.task} **{step.question}**")
        answer_to_unfold(place)


def _for_a_class(lesson: Lesson) -> None:
    header("For a class")
    st.markdown(
        "A step opens its view as it was prepared, with the question above the stage and the way "
        "on; what was set on that page before is set back. *Present* shows a stage alone, *Ask "
        "first* covers the result in hand, and a QR code takes a view to telephones: all three "
        "stand beside a page's title, and the first two are part of its address. For a lesson of "
        "your own, download the steps, change their words, and put in the addresses that *Copy "
        "link* gives you."
    )
    parts = urlsplit(st.context.url or "")
    base = f"{parts.scheme}://{parts.netloc}{parts.path.rpartition('/')[0]}"
    st.download_button(
        "Steps as Markdown",
        lambda: handout(lesson, base).encode(),
        f"{lesson.key}.md",
        "text/markdown",
        on_click="ignore",
        icon=":material/download:",
    )
