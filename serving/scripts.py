"""How visitors' scripts run: one after the other, and whole pages end with a note to the browser.

Streamlit runs each script in a thread of its own (docs/decisions/one-script.md). A browser that
finds its session gone would ask for nothing (docs/decisions/asks-when-back.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import app_session
from streamlit.runtime.scriptrunner import ScriptRunner

from cnnviz.server.line import SCRIPTS

if TYPE_CHECKING:
    from streamlit.runtime.scriptrunner_utils.script_requests import RerunData

ASKS_WHEN_BACK = "asks-when-back"
"""What stands for a fragment where a browser is let ask for its page when it is back."""
_A_DAY = 86_400


class Script(ScriptRunner):
    """Runs a visitor's script once it is its turn."""

    _is_of_page = False

    def _run_script_thread(self) -> None:
        # Before it looks what it is asked for: a newer request has taken the place of the older
        # one by then, and of a visitor who has gone nothing is run.
        with SCRIPTS.turn():
            super()._run_script_thread()

    def _run_script(self, rerun_data: RerunData) -> None:
        self._is_of_page = not rerun_data.fragment_id_queue
        super()._run_script(rerun_data)

    def _on_script_finished(self, *args: Any, **more: Any) -> None:
        if self._is_of_page:
            self._enqueue_forward_msg(asks_when_back())
        super()._on_script_finished(*args, **more)


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
