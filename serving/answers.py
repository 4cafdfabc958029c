"""What is sent first of an answer: its stage, with what has changed; then what is shown already.

Streamlit sends what a script draws piece by piece, and an answer draws all of its part of the page
again (docs/decisions/stage-first.md).
"""

from __future__ import annotations

import asyncio
from enum import Enum, auto

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import app_session, get_instance
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

LONGEST = 0.1
"""Seconds that an answer waits for its stage, and what is shown already for what is below it."""

_Place = tuple[int, ...]


class _State(Enum):
    FLOWS = auto()  # all is sent as it comes
    BEFORE = auto()  # an answer waits for its stage
    STAGE = auto()  # which has come
    AFTER = auto()  # what the browser shows already waits for what is below the stage


class Messages(ForwardMsgQueue):
    """What waits to be sent to a visitor. Only the server's loop uses it.

    A browser draws what has come again and again: the controls of an answer by themselves take as
    long as with the stage, and the stage would come after that. So what a part of a page draws
    waits for its first component, which is the stage. Of all that, what says what the browser shows
    already then waits for what stands below the stage.
    """

    def __init__(self) -> None:
        super().__init__()
        self._state = _State.FLOWS
        self._patience: asyncio.TimerHandle | None = None
        self._browser = Browser()

    def enqueue(self, msg: ForwardMsg) -> None:
        """Add a message, and see whether the others go on waiting."""
        super().enqueue(msg)
        kind = msg.WhichOneof("type")
        if kind == "new_session" and msg.metadata.run.fragment_ids:
            self._wait(_State.BEFORE)
        elif kind in ("new_session", "script_finished") or self._state is _State.AFTER:
            self._flow()
        elif self._state is _State.BEFORE and may_be_stage(msg):
            self._state = _State.STAGE

    def flush(self) -> list[ForwardMsg]:
        """Give what is to be sent now."""
        # The server looks at all visitors whenever there is something for one.
        if self.is_empty() or self._state in (_State.BEFORE, _State.AFTER):
            return []
        has_stage = self._state is _State.STAGE
        sent, later = [], []
        for msg in super().flush():
            if has_stage and self._browser.shows(msg):
                later.append(msg)
            else:
                self._browser.note(msg)
                sent.append(msg)
        self._flow()
        if later:
            for msg in later:
                super().enqueue(msg)
            self._wait(_State.AFTER)
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
        get_instance()._enqueued_some_message()  # the server looks what there is to send

    def _flow(self) -> None:
        self._state = _State.FLOWS
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None


class Browser:
    """What a visitor's browser shows, as far as it is known for certain.

    It is known what the run before drew, if that was of the whole page or of the same part. A run
    that was ended early has left what it had not drawn again as it was.
    """

    def __init__(self) -> None:
        self._part: list[str] = []  # the fragments that run; none for the whole page
        self._shown: dict[_Place, int] = {}  # a digest of what is there
        self._drawn: dict[_Place, int] = {}  # of that, what this run has sent

    def shows(self, msg: ForwardMsg) -> bool:
        """Whether a message draws what is there, which no component does."""
        if not _draws(msg) or may_be_stage(msg):
            return False
        return self._shown.get(tuple(msg.metadata.delta_path)) == _digest(msg)

    def note(self, msg: ForwardMsg) -> None:
        """Take in a message that is sent."""
        kind = msg.WhichOneof("type")
        if kind == "new_session":
            part = list(msg.metadata.run.fragment_ids)
            if self._part not in ([], part) or not part:
                self._shown = {}
            self._part, self._drawn = part, {}
        elif kind == "script_finished":
            if msg.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                self._shown |= self._drawn
            else:  # it has taken away what was not drawn again
                self._shown = self._drawn
            self._drawn = {}
        elif kind in ("delta", "ref_hash"):
            self._place(tuple(msg.metadata.delta_path), _digest(msg) if _draws(msg) else None)

    def _place(self, place: _Place, digest: int | None) -> None:
        if digest is None or self._shown.get(place) != digest:
            # Something else is there now, and nothing of what was within it.
            for known in (self._shown, self._drawn):
                for inner in [each for each in known if each[: len(place)] == place]:
                    del known[inner]
        if digest is not None:
            self._drawn[place] = digest


def may_be_stage(msg: ForwardMsg) -> bool:
    """Whether it is a component, or a large message that the browser has had."""
    if msg.WhichOneof("type") == "ref_hash":
        return True
    return _draws(msg) and msg.delta.new_element.WhichOneof("type") == "bidi_component"


def send_well() -> None:
    """Let the messages of every visitor who comes from now on wait so."""
    app_session.ForwardMsgQueue = Messages  # type: ignore[attr-defined]


def _ends_of_pages(msgs: list[ForwardMsg]) -> int:
    """Count the messages up to the last note that a run of the whole page has ended."""
    ends = (
        msg.WhichOneof("type") == "script_finished"
        and msg.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY
        for msg in msgs
    )
    return max((at + 1 for at, is_end in enumerate(ends) if is_end), default=0)


def _draws(msg: ForwardMsg) -> bool:
    """Whether it puts an element or a container at a place, for as long as it is drawn again."""
    return msg.WhichOneof("type") == "delta" and msg.delta.WhichOneof("type") in (
        "new_element",
        "add_block",
    )


def _digest(msg: ForwardMsg) -> int:
    return hash(msg.metadata.SerializeToString() + msg.delta.SerializeToString())
