"""Measure what searching costs: `python -m tools.bench_search [map] [index] [health] [page]`."""

import importlib
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from cnnviz.networks import open_network
from cnnviz.networks.network import Network
from cnnviz.search import METRICS, ImageIndex, layers_to_index
from cnnviz.search.gallery import Gallery, GalleryFile
from cnnviz.search.gallery_index import gallery_job, index_gallery
from cnnviz.server.jobs import JOBS, Job
from pages.search.photo_map import placed
from tools.app_server import open_chromium, running_app

Row = tuple[str, str, str]

PICTURES = 10_000
NUMBERS = 1_280
ROUNDS = 20
ASKED = 10


def rows() -> list[Row]:
    """Time a query among 10,000 vectors as long as EfficientNet-Lite0's longest, by each metric."""
    random = np.random.default_rng(0)
    vectors = random.random((PICTURES, NUMBERS), np.float32)
    index = ImageIndex(open_network("small_vgg"), "head", {"head": vectors}, ("",) * PICTURES)
    found = []
    for metric in METRICS:
        times = []
        for round_ in range(ROUNDS):
            start = time.perf_counter()
            index.nearest(vectors[round_], 15, metric)
            times.append(1000 * (time.perf_counter() - start))
        measured = f"{statistics.median(times):.0f} ms, the first {times[0]:.0f} ms"
        found.append((f"query among {PICTURES:,} x {NUMBERS:,}, {metric}", measured, "100 ms"))
    return found


def map_rows(count: int = 133) -> list[Row]:
    """Place pictures at every layer by t-SNE: how long, and how long its progress stands still."""
    network, random = open_network("efficientnet_lite0"), np.random.default_rng(0)
    vectors = {
        name: random.random((count, network.layer(name).channels), np.float32)
        for name in layers_to_index(network)
    }
    importlib.import_module("openTSNE")  # as the server has by then
    times, percents = [time.perf_counter()], [0.0]

    def report(share: float, words: str) -> None:  # noqa: ARG001
        if 100 * share >= percents[-1] + 1:
            times.append(time.perf_counter())
            percents.append(100 * share)

    placed(report, vectors, "t-SNE", list(vectors))
    times.append(time.perf_counter())
    still = max(later - one for one, later in pairwise(times))
    what = f"t-SNE of {count} pictures at {len(vectors)} layers"
    return [
        (what, f"{times[-1] - times[0]:.1f} s", "15 s"),
        (f"{what}: longest without a percent more", f"{still:.1f} s", "1.5 s"),
    ]


_ASK = """
async (search, [kind, value]) => {
  const stage = search.closest(".root").stage;
  const start = performance.now();
  stage.ask(kind, value);
  const asked = String(stage.serial);
  while (stage.root.dataset.ready !== asked) await new Promise(requestAnimationFrame);
  return performance.now() - start;
}
"""


def page_rows(address: str, page: Page) -> list[Row]:
    """Ask on the Search page of a running app; from the hand to Python's answer in the browser."""
    page.goto(f"{address}/search?query=fish%2Ffish7")
    page.locator(".results .card").first.wait_for(timeout=60_000)
    page.wait_for_timeout(8_000)
    search, found = page.locator(".search"), []
    # Each is asked once: nothing of it is kept yet.
    regions = [[10 * at, 40, 600 + 10 * at, 800] for at in range(ASKED)]
    for what, kind, asked, most in (
        ("region", "region", regions, 120),
        ("photo", "query", list(range(ASKED)), 100),
    ):
        times = []
        for one in asked:
            times.append(search.evaluate(_ASK, [kind, one]))
            page.wait_for_timeout(800)  # until what stands below has come
        measured = f"{statistics.median(times):.0f} ms"
        found.append((f"query by a {what} on the Search page", measured, f"{most} ms"))
    return found


def index_rows(count: int = PICTURES) -> list[Row]:
    """Index pictures made on the fly: how long, how much memory, and again from disk."""
    network = open_network("small_vgg")
    gallery = made_gallery(count)
    with tempfile.TemporaryDirectory() as cache:
        memory: list[float] = []

        def report(done: int) -> None:
            if done % (count // 10) == 0:
                memory.append(resident_megabytes())

        start = time.perf_counter()
        first = index_gallery(network, gallery, cache=Path(cache), report=report)
        seconds = time.perf_counter() - start
        start = time.perf_counter()
        again = index_gallery(network, gallery, cache=Path(cache))
        known = time.perf_counter() - start
        size = sum(path.stat().st_size for path in Path(cache).iterdir()) / 2**20
        image = first.files[count // 2].picture()
        start = time.perf_counter()
        matches = again.index.query(image)
        query = 1000 * (time.perf_counter() - start)
        start = time.perf_counter()
        again.index.query(image)
        second = 1000 * (time.perf_counter() - start)
    assert (first.looked_at, again.looked_at) == (count, 0)
    assert matches[0].index == count // 2
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    steps = " ".join(f"{megabytes:.0f}" for megabytes in memory)
    return [
        (f"{count:,} pictures indexed", f"{seconds:.0f} s", ""),
        ("memory at each tenth of them, MiB", f"{steps}; peak {peak:.0f}", "steady"),
        ("the same again, all known", f"{known:.1f} s, {size:.0f} MiB on disk", ""),
        ("query by a picture", f"{second:.0f} ms, the first {query:.0f} ms", "100 ms"),
    ]


def made_gallery(count: int, side: int = 64) -> Gallery:
    """Make files on this computer that come into being as they are read."""
    made = [
        GalleryFile(f"{seed}.jpg", "", 1000, partial(made_file, seed, side), f"made {seed}")
        for seed in range(count)
    ]
    return Gallery(tuple(made), (), is_local=True)


def made_file(seed: int, side: int) -> bytes:
    coarse = np.random.default_rng(seed).integers(0, 256, (6, 6, 3)).astype(np.uint8)
    file = BytesIO()
    Image.fromarray(coarse).resize((side, side), Image.Resampling.BICUBIC).save(file, "JPEG")
    return file.getvalue()


def resident_megabytes() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def health_rows(seconds: float = 20.0) -> list[Row]:
    """Ask the app for its health while it indexes two galleries at a time."""
    found = []
    for networks in ("", "small_vgg,small_vgg", "efficientnet_lite0,efficientnet_lite0"):
        with serving(networks) as (address, progress):
            waits = list(health_waits(address, seconds))
        what = f"health check while indexing with {networks.replace(',', ' and ') or 'nothing'}"
        measured = f"median {statistics.median(waits):.0f} ms, longest {max(waits):.0f} ms"
        found.append((f"{what} ({progress[-1]})", measured, "250 ms"))
    return found


@contextmanager
def serving(networks: str) -> Iterator[tuple[str, list[str]]]:
    """Run the app and two indexings in one process; gives its address and what the jobs say."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "tools.bench_search", "serve", str(port), networks]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    said: list[str] = []
    has_begun = threading.Event()

    def listen() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("jobs: "):
                said.append(line.removeprefix("jobs: ").strip())
                has_begun.set()

    threading.Thread(target=listen, daemon=True).start()
    try:
        if not has_begun.wait(180):
            raise RuntimeError("The app did not begin to index within three minutes.")
        yield f"http://127.0.0.1:{port}", said
    finally:
        # Nothing of it is to be kept, and a busy server takes its time to end by itself.
        process.kill()
        process.wait()


def health_waits(address: str, seconds: float) -> Iterator[float]:
    """Ask a server for its health, ten times a second; milliseconds each."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        start = time.perf_counter()
        with urllib.request.urlopen(f"{address}/_stcore/health", timeout=10) as answer:
            answer.read()
        yield 1000 * (time.perf_counter() - start)
        time.sleep(0.1)


def serve(port: int, names: str) -> None:
    """Run the app in this process, and index a gallery with each of the networks named."""
    from streamlit.web import bootstrap

    options = {"server_headless": True, "server_port": port, "server_address": "127.0.0.1"}
    threading.Thread(target=_index, args=(port, names), daemon=True).start()
    bootstrap.load_config_options(options)
    bootstrap.run("app.py", False, [], options)


def _index(port: int, names: str) -> None:
    networks = [open_network(name) for name in names.split(",") if name]
    while not _answers(f"http://127.0.0.1:{port}"):
        time.sleep(0.1)
    jobs = [
        JOBS.submit(_uploaded_job(network), owner=f"owner {at}")
        for at, network in enumerate(networks)
    ]
    while True:
        if all(job.progress > 0 for job in jobs):
            print("jobs:", ", ".join(job.words or job.state for job in jobs) or "none", flush=True)
        time.sleep(1)


def _uploaded_job(network: Network) -> Callable[[Job], object]:
    # As large as a phone's pictures are once they are scaled down; kept in memory only.
    gallery = replace(made_gallery(100_000, side=1024), is_local=False)
    return gallery_job(lambda: network, gallery)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/_stcore/health", timeout=1):
            return True
    except OSError:
        return False


def main() -> None:
    """Print what is asked for: "index" and "health" take a minute each."""
    asked = sys.argv[1:]
    if asked[:1] == ["serve"]:
        serve(int(asked[1]), asked[2])
    measured = rows()
    measured += map_rows() if "map" in asked else []
    measured += index_rows() if "index" in asked else []
    measured += health_rows() if "health" in asked else []
    if "page" in asked:
        with running_app(warm=True) as address, sync_playwright() as playwright:
            browser = open_chromium(playwright)
            measured += page_rows(
                address, browser.new_page(viewport={"width": 1440, "height": 900})
            )
            browser.close()
    for row in measured:
        print("  ".join(row))


if __name__ == "__main__":
    main()
