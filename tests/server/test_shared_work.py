import threading

import pytest

from cnnviz.server import jobs
from cnnviz.server.jobs import JobQueue
from cnnviz.server.shared_work import SharedWork


@pytest.fixture
def shelf():
    return SharedWork(JobQueue(at_once=1), most=2)


def held(job, go):
    while not go.wait(0.005):
        job.report(0.5)
    return "made"


def test_two_who_ask_for_the_same_share_one_job(shelf):
    made = []
    first = shelf.ask("a", lambda _: made.append(1), who="one")
    second = shelf.ask("a", lambda _: made.append(2), who="two")
    assert first is second
    assert first.wait(60)
    assert made == [1]


def test_work_goes_on_while_anybody_waits_and_stops_when_nobody_does(shelf):
    go = threading.Event()
    job = shelf.ask("a", lambda job: held(job, go), who="one")
    shelf.ask("a", lambda job: held(job, go), who="two")
    shelf.leave("a", who="one")
    assert not job.wait(0.05)
    shelf.leave("a", who="two")
    assert job.wait(60)
    assert job.state == "cancelled"


def test_work_stops_once_all_who_asked_are_gone(shelf, monkeypatch):
    monkeypatch.setattr(jobs, "PATIENCE", 0.1)
    monkeypatch.setattr(jobs, "_BETWEEN_LOOKS", 0.02)
    go, here = threading.Event(), {"one": True, "two": True}
    for who in here:
        job = shelf.ask("a", lambda job: held(job, go), who=who, here=lambda who=who: here[who])
    here["one"] = False
    assert not job.wait(0.4)
    here["two"] = False
    assert job.wait(60)
    assert job.state == "cancelled"


def test_what_two_visitors_ask_for_takes_neither_place(shelf):
    go = threading.Event()
    job = shelf.ask("a", lambda job: held(job, go), who="one", visitor="one")
    assert job.visitor == "one"
    shelf.ask("a", lambda job: held(job, go), who="two", visitor="two")
    assert job.visitor not in ("one", "two")
    go.set()


def test_who_asks_after_a_cancel_gets_work_of_their_own(shelf):
    go = threading.Event()
    first = shelf.ask("a", lambda job: held(job, go), who="one")
    shelf.leave("a", who="one")
    second = shelf.ask("a", lambda job: held(job, go), who="two")
    go.set()
    assert second is not first
    assert second.wait(60)
    assert second.result == "made"


def test_leaving_done_work_keeps_its_result(shelf):
    shelf.ask("a", lambda _: 1, who="one").wait(60)
    shelf.leave("a", who="one")
    assert shelf.ask("a", lambda _: 2, who="two").result == 1


def test_the_longest_unused_result_is_dropped_first(shelf):
    for key in "ab":
        shelf.ask(key, lambda _, key=key: key, who="one").wait(60)
    shelf.ask("a", lambda _: "again", who="one")
    shelf.ask("c", lambda _: "c", who="one").wait(60)
    assert shelf.ask("a", lambda _: "again", who="one").result == "a"
    again = shelf.ask("b", lambda _: "again", who="one")
    assert again.wait(60)
    assert again.result == "again"


def test_failed_work_is_kept_until_it_is_forgotten(shelf):
    def fail(_):
        raise ValueError("no pictures")

    job = shelf.ask("a", fail, who="one")
    assert job.wait(60)
    assert shelf.ask("a", lambda _: 1, who="one").state == "failed"
    shelf.forget("a")
    again = shelf.ask("a", lambda _: 1, who="one")
    assert again.wait(60)
    assert again.result == 1
