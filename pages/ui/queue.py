"""Heavy work as a page shows it: a place in the queue, progress, cancel, try again."""

import time
import uuid
from collections.abc import Callable
from itertools import cycle
from typing import Any, TypeVar

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from cnnviz.server.jobs import JOBS, TRAININGS, Job
from cnnviz.server.line import SCRIPTS
from cnnviz.server.shared_work import SharedWork
from pages.ui.markdown import plain

_SEEN = "queue_waiting_for"
_STOPPED = "queue_stopped"
_OWN = "queue_own_jobs"
_MOST_OWN = 6
Result = TypeVar("Result")


@st.cache_resource(max_entries=1)
def shelf() -> SharedWork:
    """Keep what was made on this server: indexes of 3 MB each for the shipped photos, and maps."""
    return SharedWork(JOBS, most=16)


def made(
    key: str,
    title: str,
    work: Callable[[Job], Result],
    *,
    patience: float = 0.0,
    private: bool = False,
) -> Result | None:
    """Give what `work` makes, or draw how far it is and return None.

    Parameters
    ----------
    key : all that the result depends on; who asks for the same shares it.
    title : what is being made, as a heading.
    patience : seconds to wait before progress is drawn, for what is mostly quick.
    private : keep it in the session alone, and no longer than the session.
    """
    job = asked(key, work, patience=patience, private=private)
    if job is not None and job.state == "done":
        result: Result = job.result
        return result
    show_progress(job, title, key)
    return None


def asked(
    key: str, work: Callable[[Job], Any], *, patience: float = 0.0, private: bool = False
) -> Job | None:
    """Give the job that makes `key`, begun if need be; None if this session has stopped it.

    For a page that shows `Job.parts` while they come; as `made` otherwise.
    """
    who = wait_only_for(key)
    if st.session_state.get(_STOPPED) == key:
        return None
    here, visitor = _is_open(), browser_of(str(st.context.cookies.get("_streamlit_xsrf"))) or who
    job = (
        _own_job(key, work, who, visitor, here)
        if private
        else shelf().ask(key, work, who=who, visitor=visitor, here=here)
    )
    if patience:
        with SCRIPTS.apart():
            job.wait(patience)
    return job


def begin_training(work: Callable[[Job], Any], *, goes_on: float) -> Job:
    """Begin what goes on while other pages are looked at, and a while after the tab was closed.

    What this session has trained before is cancelled where it still goes on.

    goes_on : seconds after which the work of a closed tab is ended.
    """
    who: str = st.session_state.setdefault("queue_session", uuid.uuid4().hex)
    visitor = browser_of(str(st.context.cookies.get("_streamlit_xsrf"))) or who
    wanted = _until_left(_is_open(), goes_on)
    return TRAININGS.submit(work, owner=f"training {who}", visitor=visitor, wanted=wanted)


def _until_left(is_open: Callable[[], bool], seconds: float) -> Callable[[], bool]:
    """Tell whether a page is open, or was so many seconds ago."""
    seen = time.monotonic()

    def wanted() -> bool:
        nonlocal seen
        if is_open():
            seen = time.monotonic()
        return time.monotonic() - seen < seconds

    return wanted


def show_progress(job: Job | None, title: str, key: str) -> None:
    """Draw how far a job is, or why it goes no further; nothing of one that is done."""
    if job is None:
        st.info(f"{plain(title)}: stopped.", icon=":material/stop_circle:")
        st.button("Start again", on_click=_start_again, key="queue_again", icon=":material/replay:")
        return
    if job.state == "done":
        return
    if job.state == "failed":
        rule = str(job.error) if isinstance(job.error, ValueError) else "The work failed."
        st.error(plain(rule), icon=":material/error:")
        st.button(
            "Try again",
            on_click=_forget,
            args=(key,),
            key="queue_retry",
            icon=":material/replay:",
        )
        return
    _progress(job, title, key, st.session_state["queue_session"], len(job.parts))


def wait_only_for(key: str = "") -> str:
    """Wait no longer for whatever else this session has asked for; return who it is."""
    who: str = st.session_state.setdefault("queue_session", uuid.uuid4().hex)
    for other in st.session_state.get(_SEEN, set()) - {key}:
        shelf().leave(other, who=who)
    st.session_state[_SEEN] = {key}
    return who


@st.fragment(run_every=0.5)
def _progress(job: Job, title: str, key: str, who: str, seen: int) -> None:
    if job.ended or len(job.parts) > seen:
        st.rerun()
    words = f"{job.words or 'Starting'}, {job.seconds:.0f} s"
    if job.state == "waiting":
        words = "Next in the queue" if job.place == 1 else f"Number {job.place} in the queue"
    st.progress(job.progress, f"**{plain(title)}.** {plain(words)}")
    st.button(
        "Cancel", on_click=_stop, args=(key, who), key="queue_cancel", icon=":material/close:"
    )


def _is_open() -> Callable[[], bool]:
    """Give what tells, in any thread, whether this session's page is still open."""
    context = get_script_run_ctx()
    if context is None or not runtime.exists():
        return lambda: True
    server, session = runtime.get_instance(), context.session_id
    return lambda: server.is_active_session(session)


def browser_of(cookie: str) -> str:
    """Name a browser, of which a session is one tab, by the token that Streamlit gives it.

    The token is masked anew each time: by exclusive or with four bytes that stand before it.

    >>> browser_of("2|01010101|0203|1700000000") == browser_of("2|02020202|0100|1700000000")
    True
    >>> browser_of("nonsense")
    ''
    """
    try:
        _, mask, masked, _ = cookie.split("|")
        pairs = zip(bytes.fromhex(masked), cycle(bytes.fromhex(mask)), strict=False)
        return bytes(one ^ other for one, other in pairs).hex()
    except ValueError:
        return ""


def _own_job(
    key: str, work: Callable[[Job], Any], who: str, visitor: str, here: Callable[[], bool]
) -> Job:
    held: dict[str, Job] = st.session_state.setdefault(_OWN, {})
    if key not in held or held[key].state == "cancelled":
        held.pop(key, None)
        held[key] = JOBS.submit(work, owner=f"queue {who}", visitor=visitor, wanted=here)
    for old in list(held)[: max(0, len(held) - _MOST_OWN)]:
        held.pop(old).cancel()
    return held[key]


def _forget(key: str) -> None:
    shelf().forget(key)
    st.session_state.get(_OWN, {}).pop(key, None)


def _stop(key: str, who: str) -> None:
    shelf().leave(key, who=who)
    if key in st.session_state.get(_OWN, {}):
        st.session_state[_OWN].pop(key).cancel()
    st.session_state[_STOPPED] = key


def _start_again() -> None:
    st.session_state.pop(_STOPPED, None)
