"""Read uploaded files in this process, where a test is not about the child that reads them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from cnnviz.server.sandbox import Reply, SandboxError, Usage


def run_here(
    function: Callable[..., Any], data: bytes, *, settings: Mapping[str, Any], **_: object
) -> Reply:
    """Do at once what a child takes three seconds to begin; what is said is JSON here too."""
    try:
        values, arrays = function(data, **json.loads(json.dumps(settings)))
    except ValueError as error:
        raise SandboxError(str(error), "refused") from error
    return Reply(json.loads(json.dumps(values)), dict(arrays), Usage(0.0, 0.0, 0))
