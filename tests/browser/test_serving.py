"""The running server: who may ask, and what a page may load."""

import asyncio
import http.client
import io
import json
import tempfile
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, closing, suppress
from pathlib import Path
from random import Random

import numpy as np
import psutil
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.tabs import settle
from tests.own_loop import in_own_loop
from tools.app_server import free_port, running_app
from tools.visitor import Answer, Return, Visitor, visitor


def asked_for(app, path, **headers):
    """Ask for a path; gives the status and the headers."""
    with closing(http.client.HTTPConnection(app.removeprefix("http://"), timeout=20)) as connection:
        connection.request("GET", path, headers=headers)
        with connection.getresponse() as answer:
            return answer.status, answer.headers


def status(app, path, **headers):
    return asked_for(app, path, **headers)[0]


def test_only_this_computers_own_names_are_answered(app):
    assert status(app, "/") == 200
    assert status(app, "/", Host="evil.example") == 400
    assert status(app, "/_stcore/health", Host="localhost.evil.example") == 400
    handshake = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
    }
    assert status(app, "/_stcore/stream", **handshake) == 101
    assert status(app, "/_stcore/stream", Host="evil.example", **handshake) in (400, 403)


def test_no_page_elsewhere_may_send_messages(app):
    with closing(http.client.HTTPConnection(app.removeprefix("http://"), timeout=20)) as connection:
        connection.request("GET", "/_stcore/host-config")
        assert json.loads(connection.getresponse().read())["allowedOrigins"] == []


def test_the_servers_numbers_are_not_for_strangers(app):
    assert status(app, "/_stcore/metrics") == 404


@pytest.mark.browser
def test_only_a_page_of_the_app_may_upload_and_only_for_itself(app):
    async def tried() -> list[int]:
        async with visitor(app) as tab, visitor(app) as other:
            await tab.open("convolution")
            tokens = (None, "", "made-up", "2|00000000|00|1", other.xsrf)
            statuses = [tab.put("file", "a.png", b"1", token=token) for token in tokens]
            tab.session = "somebody-else"
            return [*statuses, tab.put("file", "a.png", b"1")]

    assert in_own_loop(tried()) == [204, 403, 403, 403, 403, 400]


@pytest.mark.browser
@pytest.mark.parametrize(
    "route", ["", "static/", "media/", "component/", "_stcore/bidi-components/"]
)
@pytest.mark.parametrize(
    "way", ["../" * 8, "..%2f" * 8, "%2e%2e/" * 8, "..%5c" * 8, "....//" * 8, "//"]
)
def test_no_path_leads_out_of_the_app(app, route, way):
    with closing(http.client.HTTPConnection(app.removeprefix("http://"), timeout=20)) as connection:
        connection.request("GET", f"/{route}{way}etc/passwd")
        answer = connection.getresponse()
        assert answer.status < 500
        assert b"root:" not in answer.read()


def test_a_page_loads_nothing_from_elsewhere(visit, stranger, profile):
    address, asked = stranger
    page = visit("convolution", alone=True)
    tried = page.evaluate(
        """async (address) => {
          const image = new Image();
          const seen = new Promise((done) => { image.onload = image.onerror = done; });
          image.src = `${address}/picture.png`;
          const fetched = await fetch(`${address}/fetched`).then(() => "came", () => "blocked");
          const sheet = document.createElement("style");
          sheet.textContent = `@import "${address}/sheet.css"; body { cursor: url(${address}/c) }`;
          document.head.append(sheet);
          await seen;
          await new Promise((done) => setTimeout(done, 300));
          return fetched;
        }""",
        address,
    )
    assert tried == "blocked"
    assert asked == []
    # It was asked for, though nothing came of it: no other test is to find that.
    profile.asked[:] = [url for url in profile.asked if not url.startswith(address)]


def test_a_page_asks_for_its_server_once(visit):
    page = visit("convolution", alone=True)
    asked = page.evaluate(
        """() => performance.getEntriesByType("resource")
          .map((one) => new URL(one.name).pathname)
          .filter((path) => path.endsWith("_stcore/health"))"""
    )
    assert asked == ["/_stcore/health"]


def test_nobody_elsewhere_can_frame_a_page(app):
    _, headers = asked_for(app, "/convolution")
    assert "frame-ancestors 'self'" in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "SAMEORIGIN"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


def test_an_open_page_comes_back_with_its_state_after_a_restart(browser):
    port = free_port()
    page = browser.new_page()
    with running_app(port=port) as address:
        # By this name, Streamlit tells visitors how to start a server.
        address = address.replace("127.0.0.1", "localhost")
        page.goto(f"{address}/convolution?stride=3&picture=moose")
        settle(page)
        sentence = page.locator(".sum").inner_text()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Connection error")
    command = dialog.get_by_text("streamlit run yourscript.py")
    expect(command).to_have_count(1)
    expect(command).to_be_hidden()
    shown = dialog.locator("div:has(> [data-testid='stErrorCodeBlock'])")
    expect(shown).to_have_css("font-size", "0px")  # what it says before the command
    said = shown.evaluate("node => getComputedStyle(node, '::after').content")
    assert said == '"The server does not answer. This page comes back by itself once it does."'
    with running_app(port=port):
        expect(dialog).to_be_hidden()
        settle(page)
        assert page.url.endswith("/convolution?stride=3&picture=moose")
        expect(page.locator(".sum")).to_have_text(sentence)
    page.close()


@pytest.mark.browser
def test_who_finds_a_session_gone_sees_what_was_there(app):
    async def comes_back() -> tuple[Return, Answer]:
        async with visitor(app) as tab:
            await tab.open("pooling", "pool_size=3")
            await tab.set(tab.named("pool_size"), 4)
            tab.session = "gone"
            await tab.socket.close()
            assert await tab.is_lost_within(10)
            back = await tab.come_back(Random(0))
            return back, await tab.set(tab.named("pool_size"), 5)

    back, answer = in_own_loop(comes_back())
    assert (back.same, back.tries, back.told) == (True, 1, False)
    assert back.complaints == answer.complaints == ()


def pictures(count: int) -> bytes:
    """Make a zip of small pictures, each different."""
    draw, file = np.random.default_rng(count), io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(count):
            picture = io.BytesIO()
            pixels = draw.integers(0, 256, (8, 8, 3), np.uint8)
            Image.fromarray(pixels).save(picture, "PNG")
            archive.writestr(f"{number}.png", picture.getvalue())
    return file.getvalue()


async def files_during_an_upload(address: str) -> set[str]:
    """Upload a file, and list what the server has open in the temporary folder meanwhile."""
    port = address.rpartition(":")[2]
    processes = psutil.Process().children(recursive=True)
    server = next(one for one in processes if f"--server.port={port}" in one.cmdline())
    seen = set()
    async with visitor(address) as tab:
        await tab.open("convolution")
        with ThreadPoolExecutor(1) as thread:
            upload = thread.submit(tab.put, "file", "large.png", bytes(60 * 2**20))
            while not upload.done():
                for number in Path(f"/proc/{server.pid}/fd").iterdir():
                    with suppress(OSError):  # it was closed meanwhile
                        seen.add(str(number.readlink()))
        assert upload.result() == 204
    return {name for name in seen if name.startswith(tempfile.gettempdir())}


@pytest.mark.browser
@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="Linux lists open files there")
def test_an_upload_is_never_on_the_disk(app):
    assert in_own_loop(files_during_an_upload(app)) == set()
    with running_app("app.py") as without_gates:
        assert in_own_loop(files_during_an_upload(without_gates))


async def search_among(tab: Visitor, count: int) -> bool:
    """Have pictures of one's own indexed; says whether that waits for others."""
    await tab.open("search", "search_in=Your+own+pictures")
    assert await tab.upload(tab.named("search_files"), {"pictures.zip": pictures(count)}) == 204
    return is_waiting(await tab.again())


def is_waiting(answer: Answer) -> bool:
    assert answer.complaints == ()
    return any("in the queue" in text for text in answer.said)


@pytest.mark.browser
def test_work_stops_soon_after_its_tab_is_closed(app, networks_open):
    networks_open()

    async def seconds_until_there_is_a_place() -> float:
        async with visitor(app) as third, AsyncExitStack() as tabs:
            for _ in range(2):  # as many as may work at a time, for a minute each
                tab = await tabs.enter_async_context(visitor(app))
                assert not await search_among(tab, 1_500)
            assert await search_among(third, 3)
            await tabs.aclose()
            closed = time.monotonic()
            while is_waiting(await third.again()) and time.monotonic() - closed < 60:
                await asyncio.sleep(0.5)
            return time.monotonic() - closed

    assert in_own_loop(seconds_until_there_is_a_place()) < 30
