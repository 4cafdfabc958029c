"""The scripts of all visitors run one after the other instead of side by side.

Streamlit runs each in a thread of its own (docs/decisions/one-script.md).
"""

from streamlit.runtime import app_session
from streamlit.runtime.scriptrunner import ScriptRunner

from cnnviz.server.line import SCRIPTS


class ScriptInLine(ScriptRunner):
    """Runs a visitor's script once it is its turn."""

    def _run_script_thread(self) -> None:
        # Before it looks what it is asked for: a newer request has taken the place of the older
        # one by then, and of a visitor who has gone nothing is run.
        with SCRIPTS.turn():
            super()._run_script_thread()


def one_at_a_time() -> None:
    """Let every script that Streamlit starts from now on wait for its turn."""
    app_session.ScriptRunner = ScriptInLine  # type: ignore[attr-defined]
