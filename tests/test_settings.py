"""The server's settings are in force, and each is one that Streamlit knows."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from streamlit import config

ROOT = Path(__file__).parents[1]
SETTINGS = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
NAMED = {
    f"{section}.{name}": value
    for section in ("server", "browser", "client", "runner", "logger", "global")
    for name, value in SETTINGS[section].items()
}


@pytest.mark.parametrize("name", NAMED)
def test_streamlit_knows_each_setting(name: str) -> None:
    default = config.get_config_options()[name]
    assert default.name == name.split(".")[1]
    assert not default.deprecated


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("server.address", "localhost"),
        ("server.maxWidgetStateSize", 4),
        ("client.allowedOrigins", []),
        ("runner.postScriptGC", False),
        ("logger.enableRich", False),
        ("client.showErrorDetails", "none"),
        ("browser.gatherUsageStats", False),
    ],
)
def test_what_strangers_depend_on_is_set(name: str, value: object) -> None:
    assert NAMED[name] == value


def test_the_server_computes_with_one_thread_at_a_time() -> None:
    asked = (
        "import serve, numpy, threadpoolctl;"
        "print({one['num_threads'] for one in threadpoolctl.threadpool_info()})"
    )
    environment = {name: value for name, value in os.environ.items() if "NUM_THREADS" not in name}
    told = subprocess.run(
        [sys.executable, "-c", asked], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert told.stdout.strip() == "{1}", told.stderr
