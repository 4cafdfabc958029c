"""Open a page of the app without a browser."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from cnnviz.networks.keras_files import upload
from cnnviz.networks.tensorflow_runtime import load_keras
from pages.ui import frame, stage
from pages.ui.takeaway import CODE
from tests.networks.keras_files.here import run_here

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


@pytest.fixture(scope="module", autouse=True)
def files_read_here() -> Iterator[None]:
    """Start no child for an uploaded file, which tests/networks/keras_files and browsers do."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(upload, "run_apart", run_here)
        yield


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for no browser, for there is none."""
    monkeypatch.setattr(stage, "PAUSE", 0.0)
    monkeypatch.setattr(stage, "BEFORE_PLOTLY", 0.0)


@pytest.fixture
def has_menu() -> bool:
    """Whether pages are drawn with their menu: for the tests of the frame and of every page."""
    return False


@pytest.fixture(autouse=True)
def menu(has_menu: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the menu out: a control runs a page without it, but an `AppTest` runs all of it again.

    The same 19 links took a seventh of every run.
    """
    if not has_menu:
        monkeypatch.setattr(frame, "_menu", lambda: None)


@pytest.fixture
def open_page(request: pytest.FixtureRequest) -> Callable[..., AppTest]:
    """Run a page as the app runs it; keywords are the address's parameters."""

    def opened(path: str = "app.py", **address: str) -> AppTest:
        if path in _OPEN_NETWORKS:
            request.getfixturevalue("tf")  # its import is no part of the time that a page may take
        if "keras" in sys.modules:
            load_keras()  # a test's own import leaves Keras clearing up after every run
        test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
        if path != "app.py":
            # The menu's links need the app's entry point, so a page is opened through it.
            test.switch_page(path)
        for name, text in address.items():
            test.query_params[name] = text
        test.session_state[CODE] = True  # what is folded away is not sent
        return test.run()

    return opened
