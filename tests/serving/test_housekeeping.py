"""Sessions that were left are forgotten without anybody coming or going."""

import time
from types import SimpleNamespace

from streamlit.runtime.memory_session_storage import MemorySessionStorage

from serving.housekeeping import forget_left_sessions


class Session:
    """Stands for a session of Streamlit's."""

    def __init__(self, name):
        self.id, self.is_open = name, True

    def shutdown(self):
        self.is_open = False


def test_a_session_left_for_too_long_is_closed_and_a_fresh_one_stays():
    storage = MemorySessionStorage(ttl_seconds=1)
    server = SimpleNamespace(_session_mgr=SimpleNamespace(_session_storage=storage))
    old, fresh = Session("old"), Session("fresh")
    storage.save(SimpleNamespace(session=old))
    time.sleep(1.1)
    storage.save(SimpleNamespace(session=fresh))
    # Streamlit itself may have looked when the second one was saved.
    forget_left_sessions(server)
    assert fresh.is_open
    assert [info.session.id for info in storage.list()] == ["fresh"]


def test_the_last_session_is_closed_too():
    storage = MemorySessionStorage(ttl_seconds=1)
    server = SimpleNamespace(_session_mgr=SimpleNamespace(_session_storage=storage))
    last = Session("last")
    storage.save(SimpleNamespace(session=last))
    assert forget_left_sessions(server) == 0
    time.sleep(1.1)
    assert forget_left_sessions(server) == 1
    assert not last.is_open
