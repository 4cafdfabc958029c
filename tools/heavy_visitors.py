"""Visitors who bring heavy work: a gallery, a model, a map by many runs, a picture to be made."""

import asyncio
import io
import subprocess
import sys
import zipfile
from functools import cache
from itertools import count

import numpy as np
from PIL import Image

from tools.visitor import Visitor, visitor

PICTURES, SIDE = 1_000, 256
_MODEL = """
import sys
from cnnviz.networks import open_network
from cnnviz.networks.code import network_file
sys.stdout.buffer.write(network_file(open_network("small_vgg")))
"""


@cache
def gallery(seed: int) -> bytes:
    """Make a zip of 1,000 pictures."""
    file = io.BytesIO()
    draw = np.random.default_rng(seed)
    with zipfile.ZipFile(file, "w") as packed:
        for number in range(PICTURES):
            coarse = draw.integers(0, 256, (6, 6, 3)).astype(np.uint8)
            picture = io.BytesIO()
            Image.fromarray(coarse).resize((SIDE, SIDE)).save(picture, "JPEG")
            packed.writestr(f"{number % 10}/{number}.jpg", picture.getvalue())
    return file.getvalue()


@cache
def model() -> bytes:
    """Write a network that is shipped as a file, in a process of its own: it needs TensorFlow."""
    return subprocess.run([sys.executable, "-c", _MODEL], stdout=subprocess.PIPE, check=True).stdout


def make_ready() -> None:
    """Make what will be uploaded, so that no processor time goes to it while others are timed."""
    gallery(0)
    gallery(1)
    model()


async def index_a_gallery(address: str, seed: int) -> None:
    """Upload a gallery at Search, and wait until a network has looked at all of it."""
    async with visitor(address) as one:
        await one.open("search", "search_in=Your+own+pictures")
        status = await one.upload(one.named("search_files"), {"gallery.zip": gallery(seed)})
        if status >= 300:
            raise RuntimeError(f"The gallery was refused. Received: HTTP status {status}.")
        await _wait(one)


async def open_a_model(address: str) -> None:
    """Upload a model at Network."""
    async with visitor(address) as one:
        await one.open("network", "network=Your+own+model")
        status = await one.upload(one.named("own_model_file"), {"model.keras": model()})
        if status >= 300:
            raise RuntimeError(f"The model was refused. Received: HTTP status {status}.")


async def explain_by_occlusion(address: str) -> None:
    """Ask Why by occlusion about one class after the other, each a piece of heavy work."""
    async with visitor(address) as one:
        for number in count():
            await one.open("why", f"why_method=Occlusion&why_class={number}")
            await _wait(one)


async def visualise_features(address: str) -> None:
    """Let a picture be made for one channel after the other, by as many steps as there can be."""
    async with visitor(address) as one:
        for number in count(500):
            await one.open("feature_visualisation", f"feature_steps=512&feature_seed={number}")
            await _wait(one)


async def _wait(one: Visitor) -> None:
    while one.waiting:
        await asyncio.sleep(0.5)
        await one.go_on(next(iter(one.waiting)))
