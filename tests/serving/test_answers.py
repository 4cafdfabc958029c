"""Of an answer, the stage is sent first, and what the browser shows already after it."""

from types import SimpleNamespace

import pytest
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import app_session
from streamlit.runtime.forward_msg_cache import populate_hash_if_needed
from streamlit.runtime.scriptrunner_utils import script_run_context

from serving import answers

PART = ("views",)


def began(*fragments):
    msg = ForwardMsg(new_session={})
    msg.metadata.run.fragment_ids.extend(fragments)
    return msg


def ended(*, early=False):
    kind = "FINISHED_EARLY_FOR_RERUN" if early else "FINISHED_SUCCESSFULLY"
    return ForwardMsg(script_finished=getattr(ForwardMsg, kind))


def at(*place):
    msg = ForwardMsg()
    msg.metadata.delta_path.extend(place)
    msg.delta.fragment_id = PART[0]
    return msg


def container(*place, label=""):
    msg = at(*place)
    msg.delta.add_block.expandable.label = label
    return msg


def text(body, *place):
    msg = at(*place)
    msg.delta.new_element.markdown.body = body
    return msg


def stage(data, *place):
    msg = at(*place)
    msg.delta.new_element.bidi_component.bytes = data
    return msg


class Told:
    """The messages of one visitor on a server whose clock stands still.

    Attributes
    ----------
    timers : what is to be done later, and after how many seconds.
    woken : how often the server was told to look for messages.
    now : what the clock says, in seconds.
    """

    def __init__(self):
        self.messages = answers.Messages()
        self.timers = []
        self.woken = 0
        self.now = 0.0

    def time(self):
        return self.now

    def call_later(self, seconds, callback):
        timer = (seconds, callback)
        self.timers.append(timer)
        return SimpleNamespace(cancel=lambda: self.timers.remove(timer))

    def _enqueued_some_message(self):
        self.woken += 1

    def send(self, *messages):
        """Enqueue these, then give what the server finds to be sent."""
        for msg in messages:
            self.messages.enqueue(msg)
        return self.messages.flush()


@pytest.fixture
def told(monkeypatch):
    """Give a visitor's messages."""
    one = Told()
    monkeypatch.setattr(answers, "get_instance", lambda: one)
    monkeypatch.setattr(answers, "asyncio", SimpleNamespace(get_running_loop=lambda: one))
    return one


VIEW = [container(0), text("Stride", 0, 0), stage(b"1", 0, 1), text("below", 0, 2)]


def shown(told, *messages):
    """Let the browser show these, drawn by a run of the whole page."""
    told.send(began(), *messages, ended())


def test_a_whole_page_comes_as_it_is_drawn(told):
    for msg in (began(), *VIEW, ended()):
        assert told.send(msg) == [msg]


def test_a_stage_comes_with_what_has_changed_before_its_run_begins(told):
    shown(told, *VIEW)
    its_stage = stage(b"2", 0, 1)
    run = [began(*PART), container(0), text("Stride 2", 0, 0)]
    assert told.send(*run) == []
    assert told.send(its_stage) == [its_stage, text("Stride 2", 0, 0)]
    assert told.send() == []
    below = [text("below", 0, 3), ended()]
    assert told.send(*below) == [*run, its_stage, *below]


def test_what_comes_right_behind_a_stage_is_sent_with_it(told):
    shown(told, *VIEW)
    run = [began(*PART), stage(b"2", 0, 1)]
    assert told.send(*run) == run[1:]
    for place in (0, 2):
        told.now += answers.SOON
        picture = text("a picture", 0, place)
        assert told.send(picture, container(0)) == [picture]
    told.now += 1.1 * answers.SOON
    below = text("below", 0, 3)
    sent = told.send(below, ended())
    assert (sent[:2], sent[-2:]) == (run[:2], [below, ended()])
    assert picture in sent


def test_what_does_more_than_change_an_element_comes_with_its_run_also_behind_a_stage(told):
    shown(told, *VIEW)
    told.send(began(*PART), stage(b"2", 0, 1))
    picture, more = text("a picture", 0, 2), one_more(0, 3)
    assert told.send(picture, more) == [began(*PART), stage(b"2", 0, 1), picture, more]


def test_what_a_newer_run_draws_anew_is_not_sent_behind_the_stage_before(told):
    shown(told, *VIEW)
    told.send(began(*PART), stage(b"2", 0, 1))
    told.messages.enqueue(text("a picture", 0, 2))
    told.messages.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=[*PART])
    assert told.send(ended(early=True), began(*PART)) == []


def test_a_large_stage_is_named_the_second_time(told):
    shown(told, *VIEW)
    large = stage(b"2" * 20_000, 0, 1)
    populate_hash_if_needed(large)
    assert told.send(began(*PART), large) == [large]
    _, named, _ = told.send(ended())
    assert named.ref_hash == large.hash
    assert named.metadata.delta_path == large.metadata.delta_path


def test_a_large_stage_that_the_browser_does_not_list_comes_in_full(told):
    large = stage(b"2" * 20_000, 0, 1)
    populate_hash_if_needed(large)
    shown(told, container(0), large)
    told.messages.keep_listed([large.hash])
    assert told.send(began(*PART), large, ended())[1].ref_hash == large.hash
    told.messages.keep_listed([])
    assert told.send(began(*PART), large, ended())[1] == large


def one_more(*place):
    return text("one more", *place)


def toast(*place):
    msg = at(*place)
    msg.delta.new_element.toast.body = "Copied"
    return msg


def slider(*place, moved=False):
    msg = at(*place)
    msg.delta.new_element.slider.id = "stride"
    msg.delta.new_element.slider.value[:] = [2] if moved else [1]
    msg.delta.new_element.slider.set_value = moved
    return msg


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ([toast(0, 2)], [toast(0, 3)]),
        ([slider(0, 2)], [slider(0, 2, moved=True)]),
        ([], [one_more(0, 3)]),
        ([text("Stride", 0, 2)], [slider(0, 2)]),
        ([slider(0, 2)], [container(0, 2)]),
        ([container(0, 2)], [container(0, 2, label="other")]),
    ],
    ids=["toast", "set", "more", "another", "a container", "another container"],
)
def test_an_answer_that_does_more_than_change_elements_is_sent_as_it_is_drawn(told, before, now):
    # A page broke behind what was to come once, and a stage lost the focus when it was moved.
    shown(told, container(0), stage(b"1", 0, 1), *before)
    run = [began(*PART), container(0), *now, stage(b"2", 0, 1)]
    assert told.send(*run) == run
    assert told.send(ended()) == [ended()]


def test_an_answer_that_has_ended_is_sent_in_the_order_in_which_it_was_drawn(told):
    shown(told, *VIEW)
    whole = [began(*PART), *VIEW, ended()]
    assert told.send(*whole) == whole


def test_an_answer_without_a_stage_is_sent_when_it_has_ended(told):
    whole = [began(*PART), text("Stride", 0, 0), ended()]
    assert told.send(*whole[:-1]) == []
    assert told.send(whole[-1]) == whole


def test_what_was_taken_away_is_not_shown(told):
    shown(told, *VIEW)
    told.send(began(*PART), text("other", 9), ended())
    again = [began(*PART), container(0), text("Stride", 0, 0), stage(b"2", 0, 1)]
    assert told.send(*again) == again


def test_what_a_run_that_ended_early_had_not_drawn_again_is_shown(told):
    shown(told, *VIEW)
    told.send(began(*PART), container(0), stage(b"2", 0, 1), ended(early=True))
    told.send(began(*PART), container(0), text("Stride", 0, 0))
    assert told.send(stage(b"3", 0, 1)) == [stage(b"3", 0, 1)]


def test_what_a_newer_run_drops_was_shown_all_the_same(told):
    shown(told, *VIEW)
    assert told.send(began(*PART), container(0), text("Stride", 0, 0), stage(b"2", 0, 1))
    # As Streamlit does when a newer run begins.
    told.messages.enqueue(ended(early=True))
    told.messages.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=[*PART])
    run = [began(*PART), container(0), text("Stride", 0, 0)]
    assert told.send(*run) == []
    left = [began(*PART), ended(early=True)]
    assert told.send(stage(b"3", 0, 1)) == [*left, stage(b"3", 0, 1)]
    below = [text("below", 0, 2), ended()]
    assert told.send(*below) == [*run, stage(b"3", 0, 1), *below]


def test_all_of_a_page_that_has_ended_comes_though_a_part_of_it_is_drawn_again(told):
    page = [began(), *VIEW, ended()]
    for msg in page:
        told.messages.enqueue(msg)
    told.messages.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=[*PART])
    changed = stage(b"2", 0, 1)
    assert told.send(began(*PART), changed) == [*page, changed]


def test_a_page_that_is_drawn_again_comes_once(told):
    for msg in (began(), *VIEW, ended()):
        told.messages.enqueue(msg)
    told.messages.clear(retain_lifecycle_msgs=True)
    again = [began(), *VIEW]
    assert told.send(*again) == [began(), ended(early=True), *again]


def test_nothing_is_shown_within_what_has_changed(told):
    shown(told, *VIEW)
    again = [began(*PART), container(0, label="other"), text("Stride", 0, 0), stage(b"2", 0, 1)]
    assert told.send(*again) == again


def test_another_part_of_the_page_is_known_by_its_own_run_alone(told):
    shown(told, *VIEW)
    told.send(began("other"), text("other", 9), ended())
    again = [began(*PART), container(0), text("Stride", 0, 0), stage(b"2", 0, 1)]
    assert told.send(*again) == again


def test_nothing_waits_for_long(told):
    assert told.send(began(*PART), container(0)) == []
    ((seconds, give_up),) = told.timers
    assert seconds == answers.LONGEST
    give_up()
    assert told.woken == 1
    assert told.send() == [began(*PART), container(0)]


def test_what_is_shown_waits_for_what_is_below_no_longer_either(told):
    shown(told, *VIEW)
    assert told.send(began(*PART), container(0), stage(b"2", 0, 1))
    ((_, give_up),) = told.timers
    give_up()
    assert told.send() == [began(*PART), container(0), stage(b"2", 0, 1)]


def test_the_server_is_not_woken_for_what_waits(told):
    shown(told, *VIEW)
    told.woken = 0
    told.send(began(*PART), container(0), text("Stride 2", 0, 0))
    assert told.woken == 0
    assert told.send(stage(b"2", 0, 1))
    assert told.woken == 1
    told.send(text("below", 0, 2))
    assert told.woken == 2


def test_who_waits_for_nothing_has_no_timer(told):
    told.send(began(*PART), container(0), ended())
    assert told.timers == []


def test_a_visitor_s_messages_wait_so_from_now_on(monkeypatch):
    session = app_session.AppSession
    monkeypatch.setattr(app_session, "ForwardMsgQueue", None)
    monkeypatch.setattr(session, "_enqueue_forward_msg", None)
    monkeypatch.setattr(session, "request_rerun", None)
    monkeypatch.setattr(script_run_context, "create_reference_msg", None)
    asked = []
    monkeypatch.setattr(answers, "_REQUEST_RERUN", lambda *given: asked.append(given))
    answers.send_well()
    assert app_session.ForwardMsgQueue is answers.Messages
    large = stage(b"2" * 20_000, 0, 1)
    assert script_run_context.create_reference_msg(large) is large
    visitor = SimpleNamespace(_browser_queue=answers.Messages())
    for state in (None, ClientState(cached_message_hashes=["a"])):
        session.request_rerun(visitor, state)
        assert asked.pop() == (visitor, state)
