"""A session's values, each looked up, are those that Streamlit lists."""

from streamlit.runtime.state import SafeSessionState, SessionState
from streamlit.testing.v1 import AppTest

from serving.values import Values, look_values_up


def _page():
    import streamlit as st

    st.session_state.setdefault("none", None)
    st.selectbox("Kept", ["a", "b"], key="kept", index=1)
    st.selectbox("Empty", ["a", "b"], key="none")
    st.number_input("Without a key", value=4)


def test_values_that_are_looked_up_are_those_that_are_listed():
    held = SessionState()
    session = SafeSessionState(held, lambda: None)
    session["plain"], session["none"] = 3, None
    values = Values(session)
    assert dict(values) == held.filtered_state == {"plain": 3, "none": None}
    assert len(values) == 2
    assert "another" not in values
    assert values.get("another", 7) == 7


def test_widgets_find_their_values_and_do_not_list_all(monkeypatch):
    monkeypatch.setattr(SafeSessionState, "filtered_state", SafeSessionState.filtered_state)
    look_values_up()
    listed: list[object] = []
    monkeypatch.setattr(SessionState, "filtered_state", property(listed.append))
    app = AppTest.from_function(_page).run()
    assert [box.value for box in app.selectbox] == ["b", None]
    app.selectbox(key="kept").select("a").run()
    assert not app.exception
    assert [box.value for box in app.selectbox] == ["a", None]
    assert app.number_input[0].value == 4
    assert listed == []
