"""Undo, and the serial numbers of a component's edits."""

import pytest
import streamlit as st

from pages.ui.edits import Handshake, History


@pytest.fixture(autouse=True)
def session(monkeypatch):
    monkeypatch.setattr(st, "session_state", {})


def test_what_was_there_before_comes_back_step_by_step():
    history = History("stage")
    assert history.back() is None
    for value in "abc":
        history.remember(value)
    assert len(history) == 3
    assert [History("stage").back() for _ in range(4)] == ["c", "b", "a", None]
    assert History("other").back() is None


def test_only_the_last_fifty_are_kept():
    history = History("stage")
    for value in range(60):
        history.remember(value)
    assert len(history) == 50
    assert [history.back() for _ in range(50)][-1] == 10


def test_the_serial_is_that_of_the_last_edit_taken():
    handshake = Handshake("stage")
    assert handshake.serial == 0
    st.session_state["stage"] = {"kernel": {"serial": 4}}
    handshake.take(handshake.sent("kernel"))
    assert Handshake("stage").serial == 4


@pytest.mark.parametrize("sent", [None, {}, {"kernel": None}, {"kernel": [1]}, {"kernel": "x"}])
def test_what_is_no_edit_is_nothing(sent):
    st.session_state["stage"] = sent
    handshake = Handshake("stage")
    assert handshake.sent("kernel") == {}
    with pytest.raises(KeyError):
        handshake.take(handshake.sent("kernel"))
    assert handshake.serial == 0
