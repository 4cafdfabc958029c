"""Open a page of the app without a browser."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from pages.ui import stage
from pages.ui.takeaway import CODE

ROOT = Path(__file__).parents[2]
_OPEN_NETWORKS = (
    *("pages/08_network.py", "pages/09_search.py"),
    *("pages/10_why.py", "pages/11_feature_visualisation.py", "pages/12_robustness.py"),
    "pages/13_build.py",
    *("pages/15_augmentation.py", "pages/16_own_classes.py"),
)


@pytest.fixture(scope="session", autouse=True)
def one_look_for_components() -> Iterator[None]:
    """Look through all installed packages once, as a server does, and not for every page opened."""
    found = manifest_scanner.scan_component_manifests()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", lambda: [*found])
        yield


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for no browser, for there is none."""
    monkeypatch.setattr(stage, "PAUSE", 0.0)


@pytest.fixture
def open_page(request: pytest.FixtureRequest) -> Callable[..., AppTest]:
    """Run a page as the app runs it; keywords are the address's parameters."""

    def opened(path: str = "app.py", **address: str) -> AppTest:
        if path in _OPEN_NETWORKS:
            request.getfixturevalue("tf")  # its import is no part of the time that a page may take
        test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
        if path != "app.py":
            # The menu's links need the app's entry point, so a page is opened through it.
            test.switch_page(path)
        for name, text in address.items():
            test.query_params[name] = text
        test.session_state[CODE] = True  # what is folded away is not sent
        return test.run()

    return opened
