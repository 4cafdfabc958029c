"""How visitors' scripts run: one after the other, and what an answer begins with at once.

Streamlit runs each script in a thread of its own (docs/decisions/one-script.md), and sends what it
draws piece by piece (docs/decisions/with-its-stage.md). A browser that finds its session gone would
ask for nothing (docs/decisions/asks-when-back.md).
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import app_session
from streamlit.runtime.scriptrunner import ScriptRunner

from cnnviz.server.line import SCRIPTS

if TYPE_CHECKING:
    from streamlit.runtime.scriptrunner_utils.script_requests import RerunData

LONGEST = 0.1
"""Seconds that what an answer begins with waits for its stage."""
ASKS_WHEN_BACK = "asks-when-back"
"""What stands for a fragment where a browser is let ask for its page when it is back."""
_A_DAY = 86_400


class Script(ScriptRunner):
    """Runs a visitor's script once it is its turn, and sends an answer's stage with what is above.

    A browser draws what has come again and again: the controls of an answer by themselves take as
    long as with the stage, and the stage would come after that. So what a part of a page draws
    before its first component, which is the stage, is kept until then.
    """

    _kept: list[ForwardMsg] | None = None
    _until = 0.0
    _is_of_page = False

    def __init__(self, *args: Any, **more: Any) -> None:
        self._keeping = threading.RLock()  # a spinner comes from a thread of its own
        super().__init__(*args, **more)

    def _run_script_thread(self) -> None:
        # Before it looks what it is asked for: a newer request has taken the place of the older
        # one by then, and of a visitor who has gone nothing is run.
        with SCRIPTS.turn():
            super()._run_script_thread()

    def _run_script(self, rerun_data: RerunData) -> None:
        # Of a whole page the browser shows what has come: its title, before it has its stage.
        self._is_of_page = not rerun_data.fragment_id_queue
        self._kept = None if self._is_of_page else []
        self._until = time.monotonic() + LONGEST
        super()._run_script(rerun_data)

    def _enqueue_forward_msg(self, msg: ForwardMsg) -> None:
        with self._keeping:
            if self._kept is None:
                super()._enqueue_forward_msg(msg)
                return
            self._maybe_handle_execution_control_request()  # as Streamlit does with each message
            self._kept.append(msg)
            # A spinner or a bar says that there is something to wait for: it comes later than that.
            if may_be_stage(msg) or time.monotonic() > self._until:
                self._send()

    def _on_script_finished(self, *args: Any, **more: Any) -> None:
        self._send()
        if self._is_of_page:
            super()._enqueue_forward_msg(asks_when_back())
        super()._on_script_finished(*args, **more)

    def _send(self) -> None:
        with self._keeping:
            kept, self._kept = self._kept, None
            for msg in kept or ():
                super()._enqueue_forward_msg(msg)


def may_be_stage(msg: ForwardMsg) -> bool:
    """Whether it is a component, or a large message that the browser has had."""
    if msg.WhichOneof("type") == "ref_hash":
        return True
    is_delta = msg.WhichOneof("type") == "delta"
    return is_delta and msg.delta.new_element.WhichOneof("type") == "bidi_component"


def asks_when_back() -> ForwardMsg:
    """Let a browser ask for its whole page when it has lost the connection and is back.

    It does so where a part of the page is to be run again by itself: here one that there is not,
    once a day, so that nothing is.
    """
    msg = ForwardMsg()
    msg.auto_rerun.fragment_id, msg.auto_rerun.interval = ASKS_WHEN_BACK, _A_DAY
    return msg


def run_well() -> None:
    """Let every script that Streamlit starts from now on run so."""
    app_session.ScriptRunner = Script  # type: ignore[attr-defined]
