"""Trained networks: open one, look into it, ask it about a picture."""

from __future__ import annotations


class NetworkError(ValueError):
    """A network cannot be opened or used; the message is one sentence for its user."""
