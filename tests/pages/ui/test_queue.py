"""A training outlives its page for a while, and no longer."""

from pages.ui import queue


def test_work_is_wanted_until_so_long_after_its_page_was_left(monkeypatch):
    now, is_open = [100.0], [True]
    monkeypatch.setattr(queue.time, "monotonic", lambda: now[0])
    wanted = queue._until_left(lambda: is_open[0], 90.0)
    now[0] = 500.0
    assert wanted()
    is_open[0] = False
    now[0] = 589.0
    assert wanted()
    now[0] = 591.0
    assert not wanted()
    is_open[0] = True  # the tab has come back
    assert wanted()
