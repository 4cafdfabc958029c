"""Whether strangers use the app, or only whoever started it."""

from collections.abc import Mapping

OWN_NAMES = ("localhost", "127.0.0.1", "::1")
"""The addresses of this computer that no other computer can reach."""


def shared(environment: Mapping[str, str], address: str | None) -> str:
    """Decide `CNNVIZ_SHARED`: "1" for a server for strangers, "0" for one's own computer.

    Parameters
    ----------
    environment : what the variable says there stands. Behind a proxy it must be 1, since the app
        itself listens on its own computer alone.
    address : what the server listens on; None for every interface.

    >>> shared({}, "localhost"), shared({}, None), shared({"CNNVIZ_SHARED": "1"}, "::1")
    ('0', '1', '1')
    """
    return environment.get("CNNVIZ_SHARED", "").strip() or ("0" if address in OWN_NAMES else "1")
