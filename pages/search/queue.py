"""Heavy work as the Search page shows it: a place in the queue, progress, cancel, try again."""

import uuid
from collections.abc import Callable
from typing import Any

import streamlit as st

from cnnviz.jobs import JOBS, Job
from cnnviz.shared_work import SharedWork

_SEEN = "search_waiting_for"
_STOPPED = "search_stopped"


@st.cache_resource(max_entries=1)
def shelf() -> SharedWork:
    """Keep what was made on this server: indexes of 3 MB each for the shipped photos, and maps."""
    return SharedWork(JOBS, most=24)


def made(key: str, title: str, work: Callable[[Job], Any], *, patience: float = 0.0) -> Any:
    """Give what `work` makes, or draw how far it is and return None.

    Parameters
    ----------
    key : all that the result depends on; who asks for the same shares it.
    title : what is being made, as a heading.
    patience : seconds to wait before progress is drawn, for what is mostly quick.
    """
    who = st.session_state.setdefault("search_session", uuid.uuid4().hex)
    seen = st.session_state.setdefault(_SEEN, set())
    for other in seen - {key}:
        shelf().leave(other, who=who)
    st.session_state[_SEEN] = {key}
    if st.session_state.get(_STOPPED) == key:
        st.info(f"{title}: stopped.", icon=":material/stop_circle:")
        st.button(
            "Start again", on_click=_start_again, key="search_again", icon=":material/replay:"
        )
        return None
    job = shelf().ask(key, work, who=who)
    if patience:
        job.wait(patience)
    if job.state == "done":
        return job.result
    if job.state == "failed":
        rule = str(job.error) if isinstance(job.error, ValueError) else "The work failed."
        st.error(rule, icon=":material/error:")
        st.button(
            "Try again",
            on_click=shelf().forget,
            args=(key,),
            key="search_retry",
            icon=":material/replay:",
        )
        return None
    _progress(job, title, key, who)
    return None


@st.fragment(run_every=0.4)
def _progress(job: Job, title: str, key: str, who: str) -> None:
    if job.ended:
        st.rerun()
    words = job.words or "Starting"
    if job.state == "waiting":
        words = "Next in the queue" if job.place == 1 else f"Number {job.place} in the queue"
    st.progress(job.progress, f"**{title}.** {words}")
    st.button(
        "Cancel", on_click=_stop, args=(key, who), key="search_cancel", icon=":material/close:"
    )


def _stop(key: str, who: str) -> None:
    shelf().leave(key, who=who)
    st.session_state[_STOPPED] = key


def _start_again() -> None:
    st.session_state.pop(_STOPPED, None)
