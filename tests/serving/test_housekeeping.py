"""Sessions that were left are forgotten without anybody coming or going."""

from types import SimpleNamespace

from streamlit.runtime.memory_session_storage import MemorySessionStorage

from serving.housekeeping import forget_left_sessions


class Session:
    """Stands for a session of Streamlit's."""

    def __init__(self, name):
        self.id, self.is_open = name, True

    def shutdown(self):
        self.is_open = False


class Kept:
    """Streamlit's store of sessions, at a time that only the test moves on."""

    def __init__(self):
        self.now = 0.0
        self.storage = MemorySessionStorage(ttl_seconds=90)
        kind = type(self.storage._cache)
        self.storage._cache = kind(maxsize=128, ttl=90, timer=lambda: self.now)
        self.server = SimpleNamespace(_session_mgr=SimpleNamespace(_session_storage=self.storage))

    def save(self, session):
        self.storage.save(SimpleNamespace(session=session))


def test_a_session_left_for_too_long_is_closed_and_a_fresh_one_stays():
    kept = Kept()
    old, fresh = Session("old"), Session("fresh")
    kept.save(old)
    kept.now = 91
    kept.save(fresh)
    # Streamlit itself may have looked when the second one was saved.
    forget_left_sessions(kept.server)
    assert fresh.is_open
    assert [info.session.id for info in kept.storage.list()] == ["fresh"]


def test_the_last_session_is_closed_too():
    kept, last = Kept(), Session("last")
    kept.save(last)
    kept.now = 89
    assert forget_left_sessions(kept.server) == 0
    assert last.is_open
    kept.now = 91
    assert forget_left_sessions(kept.server) == 1
    assert not last.is_open
