"""Undo, and the serial numbers of a component's edits."""

import pytest
import streamlit as st

from pages.ui.edits import (
    Handshake,
    History,
    sent_list,
    sent_name,
    sent_parts,
    sent_value,
)


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


def test_an_edit_is_news_once():
    st.session_state["stage"] = {"kernel": {"serial": 1}}
    assert [Handshake("stage").is_news("kernel") for _ in range(2)] == [True, False]
    st.session_state["stage"] = {"kernel": {"serial": 2}}
    assert [Handshake("stage").is_news("kernel") for _ in range(2)] == [True, False]
    assert not Handshake("stage").is_news("another")


@pytest.mark.parametrize("serial", [-1, 2**53 + 1, 10**4000, "9" * 400, 1e300])
def test_a_number_that_no_browser_counts_to_is_not_taken(serial):
    handshake = Handshake("stage")
    with pytest.raises(ValueError, match="number"):
        handshake.take({"serial": serial})
    assert handshake.serial == 0


@pytest.mark.parametrize("held", [None, {}, [], "text", 3, [{"name": "x"}]])
def test_a_state_that_is_none_says_nothing(held):
    st.session_state["stage"] = held
    assert sent_value("stage", "name") is None
    assert sent_parts("stage", "name") == {}
    assert sent_list("stage", "name") == []
    assert sent_name("stage", "name") == ""


@pytest.mark.parametrize("value", [{"a": 1}, [1, 2], "text", 3, None])
def test_each_kind_of_value_is_given_as_itself_or_as_nothing(value):
    st.session_state["stage"] = {"name": value}
    assert sent_value("stage", "name") == value
    assert sent_parts("stage", "name") == (value if isinstance(value, dict) else {})
    assert sent_list("stage", "name") == (value if isinstance(value, list) else [])
    assert sent_name("stage", "name") == (value if isinstance(value, str) else "")
