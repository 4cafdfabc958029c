"""A table of state on a page of its own: the address, the widgets, complete states."""

import pytest
from streamlit.runtime.state.query_params import QueryParams
from streamlit.testing.v1 import AppTest

from pages.ui import state
from pages.ui.entries import Whole
from pages.ui.state import Table


def page():
    import streamlit as st

    from pages.ui.entries import Choice, Entry, Several, Toggle, Whole
    from pages.ui.experiments import Experiment, TryThis
    from pages.ui.state import Table

    side = Whole("side", 1, 9, 3)
    kind = Choice("kind", {"a": "Kind A", "b": "Kind B"})
    some = Several("some", {"x": "X one", "y": "Y one"})
    on = Toggle("on")
    at = Entry("at", None, int, lambda cell: "" if cell is None else str(cell))
    part = Choice("part", ("one", "two"))
    table = Table("test", side, kind, some, on, at, part)
    table.follow()
    most = 9 if table.control(st.toggle, on, "On") else 4
    shown = {
        "part": table.control(st.segmented_control, part, "Part", required=True),
        "side": table.control(st.slider, side, "Side", limits=(1, most)),
        "kind": table.control(st.selectbox, kind, "Kind"),
        "some": table.control(st.pills, some, "Some", selection_mode="multi"),
        "at": table[at],
    }
    st.session_state["shown"] = shown
    st.button("click", on_click=lambda: table.write(at=7, kind="b"))
    st.button("wrong", on_click=lambda: st.session_state.update(said=_wrong(table)))
    if table.can_take_back:
        st.button("back", on_click=table.take_back)
    tries = [
        Experiment("six", {"side": 6, "on": True}, "The side.", lambda side: f"It is {side}."),
        Experiment("b", {"kind": "b"}, "The kind.", lambda side: f"The side stays {side}."),
    ]
    TryThis(table, tries, keep=["part"]).saw(table[side])

    def _wrong(table):
        try:
            table.write(at=5, side=99)
        except ValueError as error:
            return str(error)


def opened(**address: str) -> AppTest:
    test = AppTest.from_function(page, default_timeout=30)
    for name, text in address.items():
        test.query_params[name] = text
    test.run()
    assert not test.exception
    return test


def shown(test: AppTest) -> dict[str, object]:
    assert not test.exception
    return test.session_state["shown"]


DEFAULTS = {"part": "one", "side": 3, "kind": "a", "some": (), "at": None}


def test_the_address_is_followed_and_the_default_not_written():
    test = opened(side="4", kind="Kind B", some=["Y one", "X one"], on="true", at="5")
    assert shown(test) == {"part": "one", "side": 4, "kind": "b", "some": ("y", "x"), "at": 5}
    assert test.query_params == {
        "side": "4",
        "kind": "Kind B",
        "some": ["Y one", "X one"],
        "on": "true",
        "at": "5",
    }
    assert opened(side="3", kind="Kind A").query_params == {}


@pytest.mark.parametrize("text", ["", "nonsense", "Infinity", "-1", "\x00", "9" * 400])
def test_nonsense_opens_the_default_and_leaves_the_address(text):
    test = opened(
        **dict.fromkeys(("part", "side", "kind", "some", "on", "at"), text)
        | {"at": text if text != "-1" else "x", "unknown": "kept"}
    )
    expected = DEFAULTS | ({"at": int(text)} if text.isdigit() else {})
    assert shown(test) == expected
    assert set(test.query_params) - {"at"} == {"unknown"}


def test_a_widget_and_the_address_say_the_same():
    test = opened()
    test.slider(key="side").set_value(4).run()
    test.selectbox(key="kind").set_value("b").run()
    assert shown(test) == DEFAULTS | {"side": 4, "kind": "b"}
    assert test.query_params == {"side": "4", "kind": "Kind B"}
    test.slider(key="side").set_value(3).run()
    assert test.query_params == {"kind": "Kind B"}


def test_what_a_component_writes_is_in_session_and_address_at_once():
    test = opened()
    test.button[0].click().run()
    assert shown(test) == DEFAULTS | {"at": 7, "kind": "b"}
    assert test.query_params == {"at": "7", "kind": "Kind B"}
    assert test.selectbox(key="kind").value == "b"


def settling():
    import streamlit as st

    from pages.ui.entries import Entry, Whole
    from pages.ui.state import Table

    side = Whole("side", 1, 9, 3)
    at = Entry("at", None, int, lambda cell: "" if cell is None else str(cell), settles=True)
    table = Table("settling", side, at)
    table.follow()
    table.control(st.slider, side, "Side")
    st.session_state["address_as_it_begins"] = dict(st.query_params)
    if table[at] is not None and table[side] < 9:
        table.write(at=10 * table[side])
    table.name_what_waits()


def test_a_change_waits_for_what_follows_from_it():
    test = AppTest.from_function(settling, default_timeout=30).run()
    test.slider(key="side").set_value(4).run()
    assert test.session_state["address_as_it_begins"] == {"side": "4"}  # nothing is to follow
    test.query_params["at"] = "7"
    test.run()
    test.slider(key="side").set_value(5).run()
    assert test.session_state["address_as_it_begins"] == {"side": "4", "at": "40"}
    assert test.query_params == {"side": "5", "at": "50"}
    test.slider(key="side").set_value(9).run()  # nothing follows, and it is named all the same
    assert test.query_params == {"side": "9", "at": "50"}
    assert test.slider(key="side").value == 9


def test_of_a_write_with_one_wrong_value_nothing_is_taken():
    test = opened(side="4")
    test.button[1].click().run()
    assert "from 1 to 9. Received: '99'" in test.session_state["said"]
    assert shown(test) == DEFAULTS | {"side": 4}


def test_a_value_that_is_not_allowed_now_comes_back_when_it_may():
    test = opened(side="8", on="true")
    assert shown(test)["side"] == 8
    test.toggle(key="on").set_value(False).run()
    assert (shown(test)["side"], test.slider(key="side").max) == (4, 4)
    assert test.query_params["side"] == "8"
    test.toggle(key="on").set_value(True).run()
    assert shown(test)["side"] == 8


def test_an_experiment_is_a_complete_state_whatever_was_pressed_before():
    for before in ((), ("try_six",), ("try_b", "try_six")):
        test = opened(at="5", part="two", some=["X one"])
        for key in before:
            test.button(key=key).click().run()
        test.button(key="try_b").click().run()
        assert shown(test) == DEFAULTS | {"kind": "b", "part": "two"}
        assert test.query_params == {"kind": "Kind B", "part": "two"}


def test_an_experiment_is_taken_back_with_one_press():
    test = opened(at="5", side="2", some=["X one"])
    as_left = shown(test)
    test.button(key="try_six").click().run()
    assert shown(test)["side"] == 6
    next(button for button in test.button if button.label == "back").click().run()
    assert shown(test) == as_left
    assert test.query_params == {"at": "5", "side": "2", "some": "X one"}
    assert "back" not in [button.label for button in test.button]


def test_an_address_that_changes_is_followed_and_one_that_is_silent_is_filled():
    test = opened(side="2", at="5")
    test.query_params["side"] = "4"
    test.run()
    assert shown(test) == DEFAULTS | {"side": 4, "at": 5}
    test.query_params.clear()
    test.run()
    assert shown(test) == DEFAULTS | {"side": 4, "at": 5}
    assert test.query_params == {"side": "4", "at": "5"}


def test_an_address_that_is_late_is_not_taken_for_a_wish(monkeypatch):
    test = opened(side="2")
    test.slider(key="side").set_value(4).run()
    test.query_params["side"] = "2"  # the browser asked before it had heard of the 4
    test.selectbox(key="kind").set_value("b").run()
    assert shown(test) == DEFAULTS | {"side": 4, "kind": "b"}
    assert test.query_params == {"side": "4", "kind": "Kind B"}
    monkeypatch.setattr(state, "ON_ITS_WAY", 0.0)
    test.query_params["side"] = "2"
    assert shown(test.run())["side"] == 2


def test_an_address_that_is_two_changes_late_is_not_taken_for_a_wish():
    test = opened(side="2")
    test.slider(key="side").set_value(4).run()
    test.query_params["side"] = "2"  # the browser has heard of neither
    test.slider(key="side").set_value(3).run()
    for late in ("2", "4"):
        test.query_params["side"] = late
        test.run()
        assert shown(test)["side"] == 3
    test.query_params["side"] = "1"
    assert shown(test.run())["side"] == 1


def test_a_late_address_that_says_what_is_wanted_again_is_told_so(monkeypatch):
    # The 4 is on its way: without another word the browser would go on saying it.
    told = []
    monkeypatch.setattr(
        QueryParams, "_send_query_param_msg", lambda params: told.append(dict(params))
    )
    test = opened(side="2")
    test.slider(key="side").set_value(4).run()
    test.query_params["side"] = "2"
    test.slider(key="side").set_value(2).run()
    assert told == [{"side": "4"}, {"side": "2"}]
    test.run()
    assert len(told) == 2
    monkeypatch.setattr(state, "is_step_back", lambda: True)
    test.query_params["side"] = "4"
    assert shown(test.run())["side"] == 4
    assert len(told) == 2


def test_a_step_back_means_what_it_says_and_what_it_leaves_out(monkeypatch):
    test = opened(side="2")
    test.slider(key="side").set_value(4).run()
    test.button[0].click().run()
    monkeypatch.setattr(state, "is_step_back", lambda: True)
    test.query_params.clear()
    test.query_params["side"] = "2"
    test.run()
    assert shown(test) == DEFAULTS | {"side": 2}
    assert test.query_params == {"side": "2"}
    assert (test.slider(key="side").value, test.selectbox(key="kind").value) == (2, "a")


def test_a_table_names_each_entry_once():
    with pytest.raises(ValueError, match="names each entry once"):
        Table("twice", Whole("side", 1, 2, 1), Whole("side", 1, 3, 1))


def test_a_widget_begins_with_its_value_also_where_the_session_has_told_it_before():
    # What a second run draws may be the first that a browser sees.
    test = AppTest.from_function(page)
    for name, text in {"kind": "Kind B", "side": "4", "on": "true", "part": "two"}.items():
        test.query_params[name] = text
    test.run().run()
    assert test.selectbox(key="kind").proto.default == 1
    assert list(test.slider(key="side").proto.default) == [4]
    assert test.toggle(key="on").proto.default is True
    part = next(one for one in test.get("button_group") if one.key == "part")
    assert list(part.proto.default) == [1]


# ---- the first sight of a page ------------------------------------------------------------------


def sighted():
    import streamlit as st

    from pages.ui.entries import Choice, Toggle, Whole
    from pages.ui.state import Table

    kind, on = Choice("kind", {"a": "Kind A", "b": "Kind B"}), Toggle("on")
    side, part = Whole("side", 1, 9, 3), Choice("part", ("one", "two"))
    first = {"kind": "b", "on": True}
    table = Table("sighted", kind, on, side, part, first=first, apart=["part"])
    Table.begin_page()
    table.follow()
    for name, widget in (("kind", st.selectbox), ("on", st.toggle), ("side", st.slider)):
        table.control(widget, table.entries[name], name)
    table.control(st.segmented_control, part, "Part")
    st.session_state["shown"] = table.values()
    st.button("over", on_click=Table.start_over)
    st.button("back", on_click=table.take_back)


def sight(**address: str) -> AppTest:
    test = AppTest.from_function(sighted, default_timeout=30)
    for name, text in address.items():
        test.query_params[name] = text
    return test.run()


FIRST = {"kind": "b", "on": True, "side": 3, "part": "one"}


@pytest.mark.parametrize("address", [{}, {"part": "two"}, {"side": "99"}, {"kind": ""}])
def test_an_address_that_says_nothing_opens_the_first_sight(address):
    test = sight(**address)
    assert shown(test) == FIRST | {"part": address.get("part", "one")}
    assert set(test.query_params) <= {"part"}


@pytest.mark.parametrize(
    ("address", "meant"),
    [
        ({"side": "4"}, {"side": 4, "kind": "a", "on": False}),
        ({"kind": "Kind A"}, {"kind": "a", "on": False}),
        ({"on": "true"}, {"kind": "a", "on": True}),
        ({"kind": "Kind B", "side": "4"}, {"kind": "b", "on": False, "side": 4}),
    ],
)
def test_an_address_that_says_something_means_the_defaults_of_the_rest(address, meant):
    test = sight(**address)
    assert shown(test) == FIRST | meant
    again = sight(**dict(test.query_params))
    assert shown(again) == shown(test)


def test_every_change_is_in_the_address_and_the_first_sight_is_not():
    test = sight()
    test.slider(key="side").set_value(5).run()
    assert test.query_params == {"kind": "Kind B", "on": "true", "side": "5"}
    test.selectbox(key="kind").set_value("a").run()
    assert test.query_params == {"on": "true", "side": "5"}
    test.toggle(key="on").set_value(False).run()
    assert test.query_params == {"side": "5"}
    test.slider(key="side").set_value(3).run()
    assert test.query_params == {"kind": "Kind A"}  # not nothing: that is another sight
    assert shown(sight(kind="Kind A")) == shown(test)
    test.button[0].click().run()
    assert shown(test) == FIRST
    assert test.query_params == {}
    test.button[1].click().run()
    assert shown(test) == FIRST | {"kind": "a", "on": False}
    assert test.query_params == {"kind": "Kind A"}


def test_a_step_back_to_no_address_is_the_first_sight(monkeypatch):
    test = sight()
    test.selectbox(key="kind").set_value("a").run()
    assert test.query_params == {"on": "true"}
    monkeypatch.setattr(state, "is_step_back", lambda: True)
    test.query_params.clear()
    assert shown(test.run()) == FIRST
    test.query_params["side"] = "4"
    assert shown(test.run()) == {"kind": "a", "on": False, "side": 4, "part": "one"}
