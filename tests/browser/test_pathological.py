"""Whatever one visitor sends, however much of it: the others are answered all the while.

Every field of every page is found as the server draws it, so that a new one is tried by itself.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

import pages
from pages.ui.entries import Choice
from pages.ui.path import PAGES, address_of
from tests.browser.test_strangers import FULL, KINDS, network, png
from tests.own_loop import in_own_loop
from tests.pages.test_state import PARTS, TABLES
from tests.pathological import whole
from tools.visitor import Visitor, visitor

SENT = (
    *("digits", "a row", "exponents", "brackets", "open quotes", "both quotes", "lines"),
    *("Markdown", "LaTeX", "folders", "other digits"),
)
"""Of the texts those that are sent; each takes a quarter of a second to arrive."""
NUMBERS = (1e300, -1e300, 1e9, -1e9, 123_456.789)
BEHIND_A_CHOICE = ["pooling?pool_on=A number grid", "own_classes?own_source=My own"]
"""Places with a field that their page does not show at first."""
OWN_MODEL = "network?network=Your own model"

pytestmark = pytest.mark.browser


def places() -> list[str]:
    """List every page, and every part of it."""
    entries = {entry.name: entry for table in TABLES.values() for entry in table.entries.values()}
    found = []
    for page in PAGES:
        front = "" if page.path == "app.py" else address_of(page)
        part = entries.get(PARTS.get(page.path, ""))
        if isinstance(part, Choice):
            found += [f"{front}?{part.name}={part.label(option)}" for option in part.options]
        else:
            found.append(front)
    return found + BEHIND_A_CHOICE


class Health:
    """Asks the server again and again how it is; `slowest` is the longest it took, in seconds."""

    def __init__(self, address: str) -> None:
        self._address, self._ends = f"{address}/_stcore/health", threading.Event()
        self.slowest = 0.0

    def _ask(self) -> None:
        while not self._ends.wait(0.03):
            started = time.monotonic()
            with urlopen(self._address, timeout=60):
                self.slowest = max(self.slowest, time.monotonic() - started)

    @contextmanager
    def asked(self) -> Iterator[None]:
        """Ask while the block runs."""
        asking = threading.Thread(target=self._ask)
        asking.start()
        try:
            yield
        finally:
            self._ends.set()
            asking.join()


def sent_to(kind: str) -> Iterator[tuple[str, dict[str, object]]]:
    """Give what is sent to a field of a kind, by what it is called."""
    if kind in ("text_input", "text_area"):
        for name in SENT:
            yield name, {"string_value": whole(name, FULL)}
    elif kind in ("selectbox", "chat_input"):
        for name in ("digits", "Markdown"):
            yield name, {"string_value": whole(name, FULL)}
    elif kind == "number_input":
        for number in NUMBERS:
            yield f"{number:g}", {"double_value": number}


async def complaint_of(one: Visitor, health: Health, field: str, value: dict[str, object]) -> str:
    """Send a field a value; says what is wrong with how the server took it."""
    for _ in range(3):  # a busy computer is slow now and then, a text that is too much always
        health.slowest = 0.0
        answer = await one.send(field, **value)
        if answer.complaints:
            return answer.complaints[0]
        if health.slowest < 1:
            return ""
    return f"nobody was answered for {health.slowest:.1f} s"


async def complaints_of(one: Visitor, health: Health) -> dict[tuple[str, str], str]:
    """Send each field of a page all that it may get; gives what is wrong, by field and value."""
    wrong = {}
    for field, kind in {name: element.kind for name, element in one.elements.items()}.items():
        for named, value in sent_to(kind):
            if field not in one.elements:
                continue
            if said := await complaint_of(one, health, field, value):
                wrong[field.rpartition("-")[2], named] = said
    return wrong


@pytest.mark.parametrize("place", places())
def test_what_goes_into_a_field_holds_nobody_up(app, networks_open, place):
    networks_open()
    health = Health(app)

    async def tried() -> dict[tuple[str, str], str]:
        async with visitor(app) as one:
            await one.open(*place.split("?", 1))
            return await complaints_of(one, health)

    with health.asked():
        assert in_own_loop(tried()) == {}


def test_what_is_said_of_an_own_network_holds_nobody_up(app, networks_open):
    networks_open()
    health = Health(app)
    file = network({kind: kind for kind in KINDS})

    async def tried() -> dict[tuple[str, str], str]:
        async with visitor(app) as one:
            await one.open(*OWN_MODEL.split("?", 1))
            assert await one.upload(one.named("own_model_file"), {"a.keras": file}) == 204
            labels = next(name for name, at in one.elements.items() if at.kind == "text_area")
            names = next(
                name
                for name, at in one.elements.items()
                if at.kind == "file_uploader" and "json" in str(at.drawn.type)
            )
            wrong = await complaints_of(one, health)
            assert labels in one.elements
            for name in SENT:
                health.slowest = 0.0
                await one.upload(names, {"labels.txt": whole(name, 2**20).encode()})
                if health.slowest > 1:
                    wrong["file of labels", name] = f"{health.slowest:.1f} s"
            return wrong

    with health.asked():
        assert in_own_loop(tried()) == {}


def test_the_name_of_a_file_holds_nobody_up(app):
    health = Health(app)

    async def tried() -> dict[str, str]:
        wrong = {}
        async with visitor(app) as one:
            await one.open("convolution")
            field = one.named("picture_upload")
            for name in SENT:
                assert await one.upload(field, {"a.png": png()}) == 204
                (file,) = one.uploaded
                said = {"file_id": file, "name": f"{whole(name, FULL)}.png", "size": 1}
                value = {"file_uploader_state_value": {"uploaded_file_info": [said]}}
                if complaint := await complaint_of(one, health, field, value):
                    wrong[name] = complaint
        return wrong

    with health.asked():
        assert in_own_loop(tried()) == {}


QUERIES = {
    "one text": "place=" + "9" * FULL,
    "many names": "&".join(f"a{number}=1" for number in range(300_000)),
    "one name, many times": "act_overlay=ReLU&" * 200_000,
    "escapes": "kernel=" + "%2C" * (FULL // 3),
    "equals": "=" * FULL,
    "ampersands": "&" * FULL,
}


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_an_address_of_any_length_holds_nobody_up(app, query):
    health = Health(app)

    async def tried() -> float:
        slowest = []
        for _ in range(3):
            async with visitor(app) as one:
                health.slowest = 0.0
                assert (await one.open("activations", query)).complaints == ()
                slowest.append(health.slowest)
                if health.slowest < 1:
                    break
        return min(slowest)

    with health.asked():
        assert in_own_loop(tried()) < 1


def test_all_fields_for_text_are_among_those_tried():
    """A field in another file may stand where no place above shows it: add that place."""
    fields = {
        path.name
        for path in Path(pages.__file__).parent.rglob("*.py")
        if any(f"st.{kind}" in path.read_text() for kind in ("text_input", "text_area", "chat_"))
    }
    # A folder's name is of at most 300 letters (tests/pages/test_state.py).
    known = {"kernel.py", "number_grid.py", "own_choices.py", "pictures.py"}
    assert fields == known | {"program.py", "collection.py"}
