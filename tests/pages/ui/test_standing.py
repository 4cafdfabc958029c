"""What stands while its part is drawn again: not sent anew, until it is another."""

from pathlib import Path

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.own_loop import in_own_loop
from tools.app_server import running_app
from tools.visitor import Answer, visitor

_PAGE = """
import streamlit as st

from pages.ui.standing import begin_run, standing

def lines(count, word):
    for _ in range(count):
        st.markdown(word)

@st.fragment
def part():
    begin_run()
    level = st.slider("Level", 0, 9, key="level")
    if level == 8:
        st.markdown("in its place")
        return
    standing(lines, 1, "always")
    standing(lines, 3 if level < 5 else 1, f"{level // 5}")

part()
"""


def test_only_what_changes_is_sent_again(tmp_path: Path, monkeypatch) -> None:
    script = tmp_path / "page.py"
    script.write_text(_PAGE)
    sent: list[ForwardMsg] = []

    class Noted:
        FINISHED_EARLY_FOR_RERUN = ForwardMsg.FINISHED_EARLY_FOR_RERUN
        FINISHED_FRAGMENT_RUN_SUCCESSFULLY = ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY

        @staticmethod
        def FromString(raw: bytes) -> ForwardMsg:  # noqa: N802 Protocol Buffers calls it so
            sent.append(ForwardMsg.FromString(raw))
            return sent[-1]

    monkeypatch.setattr("tools.visitor.ForwardMsg", Noted)

    async def visit(address: str) -> list[Answer]:
        async with visitor(address) as one:
            answers = [await one.open()]
            for level in (1, 6, 7, 8, 7, 7):
                sent.clear()
                answers.append(await one.set(one.named("level"), level))
            return answers

    with running_app(str(script)) as address:
        answers = in_own_loop(visit(address))
    said = [list(answer.said) for answer in answers]
    assert said[:4] == [["always", "0", "0", "0"], [], ["1"], []]
    # What was not reached is gone from the browser, so it comes again.
    assert said[4:] == [["in its place"], ["always", "1"], []]
    assert not any(answer.complaints for answer in answers)
    # What stands must belong to no part, and the containers around it must come each time: so the
    # browser tells what to leave.
    blocks = [one.delta for one in sent if one.delta.WhichOneof("type") == "add_block"]
    assert len(blocks) == 3
    assert all(delta.fragment_id for delta in blocks)
