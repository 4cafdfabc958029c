"""What pip installs: the package alone, complete, and light to import."""

from __future__ import annotations

import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from itertools import chain
from pathlib import Path

import pytest

import cnnviz

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def lines_of(name: str) -> list[str]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith(("#", "-r"))]


def test_the_app_asks_for_the_same_ranges_as_the_package() -> None:
    listed = chain(PROJECT["dependencies"], *PROJECT["optional-dependencies"].values())
    others = [line for line in listed if not line.startswith("cnnviz[")]
    assert sorted(others) == sorted(lines_of("requirements.txt"))


def test_development_tools_have_exact_versions() -> None:
    for line in lines_of("requirements-dev.txt"):
        assert re.fullmatch(r"[\w-]+==[\w.]+", line), line


def test_the_newest_entry_of_the_changelog_is_the_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## (\S+)", text, re.MULTILINE)
    assert newest is not None
    assert newest[1] == cnnviz.__version__


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a new environment: the wheel in it, this one's packages in reach."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False, symlinks=sys.platform != "win32")
    scheme = {"base": str(folder), "platbase": str(folder)}
    python = Path(sysconfig.get_path("scripts", "venv", scheme)) / Path(sys.executable).name
    own = Path(sysconfig.get_path("purelib", "venv", scheme))
    (own / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"]
    offline = ["--no-index", "--no-deps", "--no-compile", "--disable-pip-version-check"]
    subprocess.run([*pip, *offline, str(wheel)], check=True, capture_output=True)
    return python


def test_the_wheel_holds_the_package_and_what_it_reads(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    tops = {name.split("/")[0] for name in names}
    assert tops == {"cnnviz", f"cnnviz-{cnnviz.__version__}.dist-info"}
    for folder in ("models", "images", "fonts"):
        shipped = {
            path.relative_to(ROOT).as_posix()
            for path in (ROOT / "assets" / folder).rglob("*")
            if path.is_file()
        }
        assert shipped
        assert {f"cnnviz/{name}" for name in shipped} <= set(names)


# Everything but the arithmetic's own three packages is absent, as it is after `pip install .`.
USED_FROM_OUTSIDE = """
import sys
for absent in ("streamlit", "tensorflow", "keras", "h5py", "sklearn", "umap", "pandas", "plotly"):
    sys.modules[absent] = None

from pathlib import Path
import numpy as np
import cnnviz
from cnnviz.activations import ACTIVATIONS, softmax
from cnnviz.convolution import convolve
from cnnviz.images import encode_png, read_image
from cnnviz.kernels import KERNELS
from cnnviz.networks import NETWORKS, open_network
from cnnviz.pooling import pool, pool_sources
from cnnviz.search import ImageIndex
from cnnviz.shapes import coverage, output_size
from cnnviz.shipped import IMAGES, MODELS

home = Path(cnnviz.__file__).parent
assert home.is_relative_to(sys.prefix), home
picture = read_image((IMAGES / "panda.webp").read_bytes())
assert IMAGES.is_relative_to(home) and picture.shape[2] == 3
np.testing.assert_array_equal(read_image(encode_png(picture)), picture)

window = np.array([[134, 134, 117], [153, 144, 141], [152, 154, 150]], np.float32)[..., None]
sharpen = np.array(KERNELS["sharpen"].values, np.float32)[..., None, None]
assert convolve(window, sharpen).item() == 138
assert pool(window, size=3).item() == 154
assert pool_sources(window, size=3).ravel().tolist() == [2, 1]
assert ACTIVATIONS["relu"].function(np.float32(-2)) == 0
assert abs(softmax(np.array([1.0, 2.0])).sum() - 1) < 1e-12
assert output_size(5, 3, stride=2, padding="same") == 3
assert coverage(3, 3).tolist() == [[1] * 3] * 3
for name in ("tutorial", "small_vgg", "efficientnet_lite0"):
    assert name in NETWORKS and (MODELS / f"{name}.npz").is_file()
assert callable(ImageIndex.build)
try:
    open_network("tutorial")
except ModuleNotFoundError as error:
    print(error)
"""


def test_the_installed_package_computes_without_streamlit_or_tensorflow(
    installed: Path, tmp_path: Path
) -> None:
    command = [str(installed), "-I", "-c", USED_FROM_OUTSIDE]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert 'come with `pip install "cnnviz[networks]"`. Received:' in done.stdout
