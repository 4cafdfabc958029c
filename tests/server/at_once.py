"""A worker's process that does not give way: beside tests on every core it would never begin."""

import subprocess

from cnnviz.server import children, worker


def serve_at_once() -> None:
    """Serve as the app's own does, at the priority of all others."""
    worker._give_way = lambda: None
    worker.serve_worker()


def start_at_once(_module: str, _function: str) -> subprocess.Popen[bytes]:
    """Stand for `worker.start`."""
    return children.start(__name__, serve_at_once.__name__)
