"""What is sent first of an answer: its stage, with what has changed; then what is shown already.

Streamlit sends what a script draws piece by piece, and an answer draws all of its part of the page
again (docs/decisions/stage-first.md).
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from enum import Enum, auto
from typing import NamedTuple

from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import app_session, get_instance
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.scriptrunner_utils import script_run_context

from serving.named_messages import BrowserCache

LONGEST = 0.1
"""Seconds that an answer waits for its stage, and what is shown already for what is below it."""

SOON = 0.06
"""Seconds after a stage within which what comes belongs to it: less than its page pauses then."""

_Place = tuple[int, ...]
_REQUEST_RERUN = app_session.AppSession.request_rerun


class _State(Enum):
    FLOWS = auto()  # all is sent as it comes
    BEFORE = auto()  # an answer waits for its stage
    STAGE = auto()  # which has come
    AFTER = auto()  # what the browser shows already waits for what is below the stage


class Messages(ForwardMsgQueue):
    """What waits to be sent to a visitor. Only the server's loop uses it.

    A browser draws what has come again and again: the controls of an answer by themselves take as
    long as with the stage, and the stage would come after that; for the note that a run has begun
    it draws the whole page. So what a part of a page draws waits for its first component, which is
    the stage. Then it and what else has changed is sent by itself, as if the run before had drawn
    it, and all of the run with what stands below the stage.
    """

    def __init__(self) -> None:
        super().__init__()
        self._state = _State.FLOWS
        self._patience: asyncio.TimerHandle | None = None
        self._more: list[ForwardMsg] = []  # of a stage that is sent already
        self._more_until = 0.0
        self._browser = Browser()
        self._cache = BrowserCache()

    def enqueue(self, msg: ForwardMsg) -> None:
        """Add a message, and see whether the others go on waiting."""
        super().enqueue(msg)
        kind = msg.WhichOneof("type")
        if kind == "new_session" and msg.metadata.run.fragment_ids:
            self._wait(_State.BEFORE)
        elif self._state is _State.AFTER and self._belongs_to_stage(msg):
            self._more.append(msg)
            _wake_the_server()
        elif kind in ("new_session", "script_finished") or self._state is _State.AFTER:
            self._flow()
        elif self._state is _State.BEFORE and is_component(msg):
            self._state = _State.STAGE
        if self._state in (_State.FLOWS, _State.STAGE):
            _wake_the_server()

    def flush(self) -> list[ForwardMsg]:
        """Give what is to be sent now."""
        # The server looks at all visitors whenever there is something for one.
        if self._state is _State.AFTER:
            sent, self._more = self._changed(self._more), []
        elif self.is_empty() or self._state is _State.BEFORE:
            sent = []
        else:
            state, waiting = self._state, super().flush()
            self._flow()
            sent = self._stage_first(waiting) if state is _State.STAGE else self._noted(waiting)
        return list(map(self._cache.send, sent))

    def keep_listed(self, hashes: Collection[str]) -> None:
        """Take in which large messages the browser says to have, when it asks for something."""
        self._cache.keep_listed(hashes)

    def _stage_first(self, waiting: list[ForwardMsg]) -> list[ForwardMsg]:
        """Give what is left of the runs before, and what this one has changed; keep all of this."""
        begins = max(
            at for at, msg in enumerate(waiting) if msg.WhichOneof("type") == "new_session"
        )
        before, begun, run = waiting[:begins], waiting[begins], waiting[begins + 1 :]
        self._noted([*before, begun])
        if not all(map(self._browser.has_its_like, filter(_is_drawn, run))):
            return [*before, begun, *self._noted(run)]
        for msg in (begun, *run):
            super().enqueue(msg)
        self._wait(_State.AFTER)
        self._more_until = asyncio.get_running_loop().time() + SOON
        # The browser draws what has come by and by: a stage waited for its slider.
        run.sort(key=is_component, reverse=True)
        return [*before, *self._changed(run)]

    def _belongs_to_stage(self, msg: ForwardMsg) -> bool:
        """Whether it comes right behind a stage that is sent, and changes no more than elements."""
        now = asyncio.get_running_loop().time()
        if now > self._more_until or not (_is_drawn(msg) and self._browser.has_its_like(msg)):
            return False
        self._more_until = now + SOON
        return True

    def _changed(self, msgs: list[ForwardMsg]) -> list[ForwardMsg]:
        """Give what of these the browser does not show already."""
        return self._noted([msg for msg in msgs if _is_drawn(msg) and not self._browser.shows(msg)])

    def _noted(self, sent: list[ForwardMsg]) -> list[ForwardMsg]:
        for msg in sent:
            self._browser.note(msg)
        return sent

    def clear(
        self,
        retain_lifecycle_msgs: bool = False,
        fragment_ids_this_run: list[str] | None = None,
    ) -> None:
        """Drop what a newer run draws again, but nothing of a whole page that has ended.

        The note of its end takes away what has not come. Streamlit keeps that note and drops the
        part that is drawn again: it was gone for a moment, and the focus with it.
        """
        whole = self._queue[: _ends_of_pages(self._queue)] if fragment_ids_this_run else []
        del self._queue[: len(whole)]
        super().clear(retain_lifecycle_msgs, fragment_ids_this_run)
        self._queue[:0] = whole

    def _wait(self, state: _State) -> None:
        """Keep what has come for a while: a spinner and a bar are seen later than that."""
        self._flow()
        self._state = state
        self._patience = asyncio.get_running_loop().call_later(LONGEST, self._go_on)

    def _go_on(self) -> None:
        self._flow()
        _wake_the_server()

    def _flow(self) -> None:
        self._state = _State.FLOWS
        self._more = []  # all that is meant comes with its run
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None


class _Shown(NamedTuple):
    """What is at a place: a digest of its message, and which element; None for a container."""

    digest: int
    element: tuple[str, str] | None


class Browser:
    """What a visitor's browser shows, as far as it is known for certain.

    It is known what the run before drew, if that was of the whole page or of the same part. A run
    that was ended early has left what it had not drawn again as it was.
    """

    def __init__(self) -> None:
        self._part: list[str] = []  # the fragments that run; none for the whole page
        self._shown: dict[_Place, _Shown] = {}
        self._drawn: dict[_Place, _Shown] = {}  # of that, what this run has sent

    def shows(self, msg: ForwardMsg) -> bool:
        """Whether a message draws what is there, which no component does."""
        if is_component(msg):
            return False
        known = self._shown.get(tuple(msg.metadata.delta_path))
        return known is not None and known.digest == _digest(msg)

    def has_its_like(self, msg: ForwardMsg) -> bool:
        """Whether a message changes no more than what one element, or nothing, shows.

        Where elements come, go or move, the browser would draw a stage anew, and take the focus
        from it, if it was not told of all at once.
        """
        known = self._shown.get(tuple(msg.metadata.delta_path))
        return known is not None and (
            known.digest == _digest(msg) or (may_come_twice(msg) and known.element == _element(msg))
        )

    def note(self, msg: ForwardMsg) -> None:
        """Take in a message that is sent."""
        kind = msg.WhichOneof("type")
        if kind == "new_session":
            part = list(msg.metadata.run.fragment_ids)
            self._shown |= self._drawn  # its stage is there before it
            if self._part not in ([], part) or not part:
                self._shown = {}
            self._part, self._drawn = part, {}
        elif kind == "script_finished":
            if msg.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                self._shown |= self._drawn
            else:  # it has taken away what was not drawn again
                self._shown = self._drawn
            self._drawn = {}
        elif _is_drawn(msg):
            self._place(tuple(msg.metadata.delta_path), msg)

    def _place(self, place: _Place, msg: ForwardMsg) -> None:
        known = self._shown.get(place)
        if known is None or known.digest != _digest(msg):
            # Something else is there now, and nothing of what was within it.
            for shown in (self._shown, self._drawn):
                for inner in [each for each in shown if each[: len(place)] == place]:
                    del shown[inner]
        if _draws(msg):
            self._drawn[place] = _Shown(_digest(msg), _element(msg))


def is_component(msg: ForwardMsg) -> bool:
    """Whether it is a component."""
    return _draws(msg) and msg.delta.new_element.WhichOneof("type") == "bidi_component"


def may_come_twice(msg: ForwardMsg) -> bool:
    """Whether it puts an element at a place, and does no more.

    A toast would be seen twice; a control that is set would be set again, under a hand that has
    moved it meanwhile.
    """
    element = _element(msg)
    if element is None or element[0] == "toast":
        return False
    return not getattr(getattr(msg.delta.new_element, element[0]), "set_value", False)


def send_well() -> None:
    """Let the messages of every visitor who comes from now on wait so."""
    app_session.ForwardMsgQueue = Messages  # type: ignore[attr-defined]
    # Messages come here in full, and are named where they are sent.
    script_run_context.create_reference_msg = lambda msg: msg  # type: ignore[attr-defined]
    app_session.AppSession.request_rerun = _request_rerun  # type: ignore[assignment]
    # Else the server would look through all its visitors for each message, also one that waits.
    app_session.AppSession._enqueue_forward_msg = _enqueue  # type: ignore[assignment]


def _request_rerun(session: app_session.AppSession, client_state: ClientState | None) -> None:
    messages = session._browser_queue
    if client_state is not None and isinstance(messages, Messages):
        messages.keep_listed(client_state.cached_message_hashes)
    _REQUEST_RERUN(session, client_state)


def _enqueue(session: app_session.AppSession, msg: ForwardMsg) -> None:
    session._browser_queue.enqueue(msg)


def _wake_the_server() -> None:
    """Let it look what there is to send."""
    get_instance()._enqueued_some_message()


def _is_drawn(msg: ForwardMsg) -> bool:
    return msg.WhichOneof("type") == "delta"


def _ends_of_pages(msgs: list[ForwardMsg]) -> int:
    """Count the messages up to the last note that a run of the whole page has ended."""
    ends = (
        msg.WhichOneof("type") == "script_finished"
        and msg.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY
        for msg in msgs
    )
    return max((at + 1 for at, is_end in enumerate(ends) if is_end), default=0)


def _draws(msg: ForwardMsg) -> bool:
    return msg.WhichOneof("type") == "delta" and msg.delta.WhichOneof("type") in (
        "new_element",
        "add_block",
    )


def _element(msg: ForwardMsg) -> tuple[str, str] | None:
    """Say what an element is, and which one of its kind; None for all else."""
    if not _draws(msg) or (kind := msg.delta.new_element.WhichOneof("type")) is None:
        return None
    return kind, getattr(getattr(msg.delta.new_element, kind), "id", "")


def _digest(msg: ForwardMsg) -> int:
    return hash(msg.metadata.SerializeToString() + msg.delta.SerializeToString())
