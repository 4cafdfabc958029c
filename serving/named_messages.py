"""Large messages that a browser has had are sent by their names, if it has them still.

A browser keeps large messages for as long as `global.maxCachedMessageAge` says, and lists them when
it asks for something. Streamlit names what is listed. But what was listed may be gone once its name
comes, where a run ends in between: the page then breaks with "Bad message format"
(docs/decisions/named-messages.md).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from streamlit import config
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_cache import create_reference_msg


class _Kept(NamedTuple):
    """A message that the browser keeps: how many runs had ended when it last came, and its part."""

    ended: int
    fragment: str


class BrowserCache:
    """The large messages that a visitor's browser surely keeps.

    It follows what is sent, in that order, as Streamlit's browser does. That forgets no more than
    this: while it waits for an answer to begin, no message becomes older there.
    """

    def __init__(self) -> None:
        self._kept: dict[str, _Kept] = {}
        self._ended = 0

    def keep_listed(self, hashes: Collection[str]) -> None:
        """Forget what the browser has not when it asks for something: a connection may be lost."""
        listed = set(hashes)
        self._kept = {name: kept for name, kept in self._kept.items() if name in listed}

    def send(self, msg: ForwardMsg) -> ForwardMsg:
        """Take in a message that is sent now; give its name in its place where that is enough."""
        if msg.WhichOneof("type") == "script_finished":
            if msg.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                self._end(msg.metadata.run.fragment_ids)
            return msg
        if not (msg.metadata.cacheable and msg.hash):
            return msg
        known = self._kept.get(msg.hash)
        fragment = msg.delta.fragment_id if known is None else known.fragment
        self._kept[msg.hash] = _Kept(self._ended, fragment)
        return msg if known is None else create_reference_msg(msg)

    def _end(self, fragments: Collection[str]) -> None:
        """Forget what is too old now of the parts that have run, or of all after the whole page."""
        self._ended += 1
        oldest = self._ended - config.get_option("global.maxCachedMessageAge")
        self._kept = {
            name: kept
            for name, kept in self._kept.items()
            if kept.ended >= oldest or (fragments and kept.fragment not in fragments)
        }
