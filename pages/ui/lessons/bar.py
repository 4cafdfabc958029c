"""What a page that was opened for a step of a lesson says of it, and the way on."""

import streamlit as st

from pages.ui.lessons.course import Place, page_of, place_named
from pages.ui.lessons.step import STEP

LESSONS_PAGE = "pages/21_lessons.py"


def place_of(path: str) -> Place | None:
    """Give the step that the page at `path` was opened for; None for none."""
    place = place_named(st.query_params.get(STEP))
    return place if place and place.step.page == path else None


def lesson_bar(place: Place) -> None:
    """Draw the step's task and question, its answer to unfold, and the way on."""
    lesson, step = place.lesson, place.step
    with st.container(key="lesson_bar"):
        st.markdown(
            f"**{lesson.title}, {place.number} of {len(lesson.steps)}.** {step.task} "
            f"**{step.question}**"
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            answer_to_unfold(place)
            for by, icon in ((-1, "arrow_back"), (1, "arrow_forward")):
                if beside := place.beside(by):
                    title = f"{beside.number}. {page_of(beside.step).title}"
                    way = _turn_to if beside.step.page == step.page else link_to
                    way(beside, title, f":material/{icon}:")
            st.page_link(
                LESSONS_PAGE,
                label="All steps",
                icon=":material/school:",
                query_params={"lesson": lesson.title},
            )


def link_to(place: Place, label: str, icon: str) -> None:
    """Draw the link that opens a step."""
    st.page_link(place.step.page, label=label, icon=icon, query_params=place.address)


def _turn_to(place: Place, label: str, icon: str) -> None:
    """Draw what opens another step on the page that is open, where a link would lead nowhere."""
    st.button(
        label,
        key=f"turn_to_{place.name}",
        icon=icon,
        type="tertiary",
        on_click=st.query_params.from_dict,
        args=(place.address,),
    )


@st.fragment  # to look at the answer runs this alone
def answer_to_unfold(place: Place) -> None:
    """Offer a step's answer, which is worked out once somebody wants to see it."""
    with st.popover(
        "Answer", icon=":material/lightbulb:", key=f"answer_{place.name}", on_change="rerun"
    ) as answer:
        if answer.open:
            st.markdown(answer_of(place.name))


@st.cache_data(max_entries=256, show_spinner=False)
def answer_of(name: str) -> str:
    """Work out the answer of a step by its name: the same for everybody."""
    place = place_named(name)
    assert place is not None
    return place.step.answer()
