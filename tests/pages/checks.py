"""What several pages' tests do: every experiment, flat pictures, and what one takes along."""

import io
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from streamlit.testing.v1 import AppTest

from cnnviz.server.jobs import JOBS, TRAININGS, Job
from pages.ui.picture import Picture
from pages.ui.wire import unpack


def sent(page: AppTest, name: str | None = None) -> tuple[Any, Mapping[str, np.ndarray]]:
    """What the component with a setting or an array of this name received: settings and arrays.

    Without a name, the one component of the page; it then shows no error either.
    """
    assert not page.exception
    assert name is not None or not page.error
    # The picture picker in the sidebar, which holds entries, is a component too.
    return next(
        (settings, arrays)
        for settings, arrays in messages(page)
        if (name in settings or name in arrays if name else "entries" not in settings)
    )


def sent_to(page: AppTest, key: str) -> bytes:
    """What the component with this key received, packed."""
    mounted = (element.proto for element in page.get("bidi_component"))
    return next(proto.bytes for proto in mounted if key in proto.id)


def flat_picture(shape: tuple[int, int, int]) -> Picture:
    """Make an upload of one grey, of any shape."""
    image = np.full(shape, 128, np.uint8)
    return Picture("upload", "A flat one", "A flat one.", image, f"upload:{shape}")


def messages(page: AppTest) -> list[tuple[dict, dict]]:
    """Give what the page's components were sent, settings and arrays; some are sent nothing."""
    sent = (element.proto.bytes for element in page.get("bidi_component"))
    return [unpack(message) for message in sent if message]


def try_everything(page: AppTest, check: Callable[[AppTest], object]) -> None:
    """Press each of the page's experiments, and check the page after each."""
    tries = [button.key for button in page.button if button.key.startswith("try_")]
    assert len(tries) >= 2
    for key in tries:
        page.button(key=key).click().run()
        check(page)


def run_until(page: AppTest, holds: Callable[[AppTest], object]) -> AppTest:
    """Run a page as often as a browser does, until something holds."""
    for _ in range(300):
        assert not page.exception
        if holds(page):
            return page
        _wait_for_work()
        page.run()
    raise AssertionError("What the page was to show never came.")


def _wait_for_work() -> None:
    """Leave the processor to what is under way: until it has ended, or a page looks again."""
    jobs: list[Job] = []
    for queue in (JOBS, TRAININGS):
        with queue._lock:
            jobs += queue._running
    if not jobs:
        time.sleep(0.02)
    for job in jobs:
        job.wait(0.5 / len(jobs))


def finished(page: AppTest) -> AppTest:
    """Run a page until nothing that it has asked the queue for is under way."""

    def has_all(page: AppTest) -> bool:
        assert not page.error
        return not any(button.key == "queue_cancel" for button in page.button)

    return run_until(page, has_all)


def taken_along(opened: Callable[[], AppTest], monkeypatch, folder, capsys):
    """Run the page's program beside its downloads; gives the program's names and the arrays."""
    files = {}

    def keep(_label, data, file_name, *_rest, **_options):
        files[file_name] = data()

    monkeypatch.setattr("streamlit.download_button", keep)
    page = opened()
    monkeypatch.chdir(folder)
    for name, content in files.items():
        (folder / name).write_bytes(content)
        assert content.startswith(b"\x89PNG" if name.endswith(".png") else b"PK")
    names = {}
    exec(compile(page.code[0].value, "program", "exec"), names)
    capsys.readouterr()
    (arrays,) = (np.load(io.BytesIO(files[name])) for name in files if name.endswith(".npz"))
    return names, arrays
