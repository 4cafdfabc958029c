"""What remains in memory of visitors who have left: `python -m tools.bench_left_sessions`.

Some visitors, a few at a time, upload a large picture each and leave. The server's memory is read
before, while they are there, and for three minutes afterwards, while nobody comes.
"""

import asyncio
import io
import sys
import time

import numpy as np
import psutil
from PIL import Image

from tools.app_server import running_app
from tools.visitor import visitor

VISITORS, AT_ONCE, SIDE, WATCHED = 200, 5, 1750, 180


def large_picture() -> bytes:
    """Make a picture of noise, some 9 MB as PNG."""
    noise = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).save(file, "PNG", compress_level=1)
    return file.getvalue()


async def visit(address: str, data: bytes, turns: asyncio.Semaphore) -> int:
    """Come, upload, look, and leave; returns the upload's HTTP status."""
    async with turns, visitor(address) as one:
        await one.open("convolution")
        return await one.upload(one.named("picture_upload"), {"noise.png": data})


def megabytes(server: psutil.Process) -> float:
    """Read the server's resident memory in MiB."""
    return float(server.memory_info().rss) / 2**20


async def main(visitors: int = VISITORS) -> None:
    """Measure, and print what was seen."""
    data, turns = large_picture(), asyncio.Semaphore(AT_ONCE)
    with running_app() as address:
        server = psutil.Process().children()[0]
        await visit(address, data, turns)  # what the first visitor loads stays for all
        before = megabytes(server)
        print(f"{visitors} visitors, a picture of {len(data) / 1e6:.1f} MB each, {AT_ONCE} at once")
        print(f"before: {before:,.0f} MiB", flush=True)
        comings = (visit(address, data, turns) for _ in range(visitors))
        statuses = await asyncio.gather(*comings)
        print(f"all have left: {megabytes(server):,.0f} MiB; uploads answered {set(statuses)}")
        left = time.monotonic()
        while (waited := time.monotonic() - left) < WATCHED:
            await asyncio.sleep(20)
            print(f"{waited + 20:3.0f} s later: {megabytes(server) - before:+,.0f} MiB", flush=True)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else VISITORS))
