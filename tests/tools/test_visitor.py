"""The load test's visitors: they must see what a browser would, and say what goes wrong."""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from tests.own_loop import in_own_loop
from tools.app_server import running_app
from tools.bench_load import (
    Crowd,
    Scene,
    described,
    described_returns,
    gather_crowd,
    percentile,
)
from tools.habits import BARE, move_a_slider
from tools.visitor import Answer, Return, visitor

_FRAGMENTS = """
import streamlit as st

@st.fragment
def inside():
    level = st.slider("Level", 0, 3, key="level")
    st.slider("Finer", 0, 10 * level + 1, key="finer")

st.slider("Outer", 0, 9, key="outer")
inside()
if st.session_state.outer == 9:
    raise ValueError("too far out")
"""


def test_moves_sliders_in_and_outside_a_fragment_and_hears_of_errors(tmp_path: Path) -> None:
    script = tmp_path / "page.py"
    script.write_text(_FRAGMENTS)

    async def visit(address: str) -> list[Answer]:
        async with visitor(address) as one:
            answers = [await one.open()]
            assert {name.split("-")[-1] for name in one.of_kind("slider")} == {
                "outer",
                "level",
                "finer",
            }
            answers.append(await one.set(one.named("level"), 3))
            # The fragment alone was drawn again, with another limit; the page stayed.
            assert one.elements[one.named("finer")].drawn.max == 31
            assert one.named("outer")
            answers.append(await one.set(one.named("outer"), 9))
            return answers

    with running_app(str(script)) as address:
        opened, moved, failed = in_own_loop(visit(address))
    assert opened.complaints == moved.complaints == ()
    assert 0 < moved.seen <= moved.ended < 10
    assert moved.size < opened.size
    assert len(failed.complaints) == 1


def test_a_page_without_sliders_is_no_answer(tmp_path: Path) -> None:
    script = tmp_path / "page.py"
    script.write_text("import streamlit as st; st.write(1)")

    async def visit(address: str) -> None:
        async with visitor(address) as one:
            await one.open()
            with pytest.raises(LookupError, match="no slider"):
                await move_a_slider(one, Random(0))

    with running_app(str(script)) as address:
        in_own_loop(visit(address))


def test_a_crowd_is_counted() -> None:
    scene = Scene("bare", BARE, users=3, thought=0.1, most=200, first=500)
    with running_app("tools/bare_page.py") as address:
        crowd = in_own_loop(gather_crowd(address, scene, seconds=1.6, seed=0))
        thinks_on = replace(scene, users=1, thought=60)
        stays = in_own_loop(gather_crowd(address, thinks_on, seconds=0.3, seed=0))
    # Nobody leaves and comes again because the time is too short for another thought.
    assert len(stays.firsts) == 1
    assert not crowd.errors
    assert not crowd.losses
    assert len(crowd.firsts) >= 3
    assert len(crowd.answers) >= 3
    rows = described(scene, crowd, crowd, crowd)
    assert rows[0][2] == "200 ms"
    assert "1.0 x a bare page" in rows[0][1]


def test_what_goes_wrong_stands_in_the_table() -> None:
    scene = Scene("bare", BARE, users=1, thought=0.1, most=200)
    crowd = Crowd(
        firsts=[0.1], answers=[Answer(0.1, 0.2, 10)], errors=["ValueError: no"], seconds=1
    )
    assert "error: ValueError: no" in described(scene, crowd, crowd, crowd)[-1][1]


def test_what_a_death_costs_stands_in_the_table() -> None:
    scene = Scene("bare", BARE, users=3, thought=0.1, most=200, replicas=2, killed=True)
    back = [Return(0.1, 1, told=False, same=True, complaints=())] * 2
    lost = Return(0.3, 2, told=True, same=False, complaints=("no",))
    crowd = Crowd(losses=Counter({0: 1, 1: 2}), returns=[*back, lost], errors=["no"])
    reconnects, seconds, same, _, error = described_returns(scene, crowd)
    assert reconnects[1] == "2, of 2 users; 2 websockets for one; 1 were told"
    assert seconds[1].endswith("(p50 100, most 300)")
    assert same[1] == "2 of 3; 0 waited for an answer"
    assert error[1] == "error: no"


def test_percentiles() -> None:
    assert percentile([], 0.95) == 0
    assert percentile([0.2], 0.95) == 200
    assert percentile([number / 1000 for number in range(101)], 0.95) == pytest.approx(95)
