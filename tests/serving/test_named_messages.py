"""Large messages are named where the browser has them for certain."""

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_cache import populate_hash_if_needed

from serving.named_messages import BrowserCache

OLDEST = 2
"""Runs of its part that a message outlives in Streamlit's browser."""


def large(letter="a", fragment="views"):
    msg = ForwardMsg()
    msg.metadata.delta_path.extend([0, 1])
    msg.delta.fragment_id = fragment
    msg.delta.new_element.markdown.body = letter * 20_000
    populate_hash_if_needed(msg)
    assert msg.metadata.cacheable
    return msg


def ended(*fragments, how="FINISHED_FRAGMENT_RUN_SUCCESSFULLY"):
    msg = ForwardMsg(script_finished=getattr(ForwardMsg, how))
    msg.metadata.run.fragment_ids.extend(fragments)
    return msg


@pytest.fixture
def cache():
    """Give the cache of a browser that has had one large message."""
    one = BrowserCache()
    assert one.send(large()) == large()
    return one


def is_named(cache, msg):
    sent = cache.send(msg)
    assert sent.metadata.delta_path == msg.metadata.delta_path
    assert sent.ref_hash in ("", msg.hash)
    return sent.ref_hash == msg.hash


def test_what_the_browser_has_is_named(cache):
    assert is_named(cache, large())
    assert not is_named(cache, large("b"))


def test_a_small_message_is_never_named(cache):
    small = ForwardMsg()
    small.delta.new_element.markdown.body = "Stride"
    populate_hash_if_needed(small)
    assert [cache.send(small) for _ in range(2)] == [small, small]


@pytest.mark.parametrize("runs", [OLDEST, OLDEST + 1])
def test_what_is_too_old_comes_in_full(cache, runs):
    for _ in range(runs):
        cache.send(ended("views"))
    assert is_named(cache, large()) == (runs <= OLDEST)


def test_what_came_again_is_as_new(cache):
    for _ in range(2 * OLDEST):
        cache.send(ended("views"))
        assert is_named(cache, large())


def test_a_run_that_was_ended_early_makes_nothing_older(cache):
    for _ in range(2 * OLDEST):
        cache.send(ended("views", how="FINISHED_EARLY_FOR_RERUN"))
    assert is_named(cache, large())


def test_a_part_s_end_forgets_what_belongs_to_it(cache):
    for _ in range(2 * OLDEST):
        cache.send(ended("others"))
    assert is_named(cache, large())
    for _ in range(OLDEST):
        cache.send(ended("others"))
    cache.send(ended("views"))
    assert not is_named(cache, large())


def test_a_page_s_end_forgets_what_is_too_old_of_every_part(cache):
    for _ in range(OLDEST + 1):
        cache.send(ended(how="FINISHED_SUCCESSFULLY"))
    assert not is_named(cache, large())


def test_what_the_browser_does_not_list_comes_in_full(cache):
    cache.send(large("b"))
    cache.keep_listed([large("b").hash, "of another visit"])
    assert not is_named(cache, large())
    assert is_named(cache, large("b"))
