"""Find a Chromium for the browser tests and the bench, or install one; print its path.

Looks at $CNNVIZ_CHROMIUM, then for an installed browser, then for Playwright's own. As root on
Debian it installs the package `chromium`, elsewhere Playwright's build. With `--light` it would
rather have Debian's `chromium-headless-shell`: the same engine without a browser's windows around
it, which does the tests in two thirds of the processor time. The bench takes what people use.
"""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

_SHELL = "chromium-headless-shell"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find(*, light: bool = False) -> str | None:
    """Give the path of a Chromium that is there, of the light one first if asked, or None."""
    if named := os.environ.get("CNNVIZ_CHROMIUM"):
        return named
    for name in (_SHELL, *_NAMES) if light else _NAMES:
        if path := shutil.which(name):
            return path
    return _playwrights_own()


def install(*packages: str) -> None:
    """Install one, by the machine's own package manager where that is possible."""
    if _is_debian():
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], check=True)
        subprocess.run(
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages],
            check=True,
            env=environment,
            stdout=subprocess.DEVNULL,
        )
    else:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=True)


def found_or_installed(*, light: bool) -> str | None:
    """Give the path of a Chromium; install the one that is wanted where that is possible."""
    lacks_shell = light and "CNNVIZ_CHROMIUM" not in os.environ and not shutil.which(_SHELL)
    if lacks_shell and _is_debian():
        try:
            install(_SHELL, "fonts-liberation")
        except subprocess.CalledProcessError:  # an older Debian has no such package
            print("The tests take the whole browser, which is slower.", file=sys.stderr)
    if find(light=light) is None:
        install("chromium", "fonts-liberation")
    return find(light=light)


def _playwrights_own() -> str | None:
    """Give the path of the browser that Playwright has installed, or None."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


def _is_debian() -> bool:
    """Whether Debian's package manager is there, and ours to use."""
    return shutil.which("apt-get") is not None and os.geteuid() == 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--light", action="store_true", help="for the tests")
    found = found_or_installed(light=parser.parse_args().light)
    if found is None:
        sys.exit("The browser tests need Chromium. Received: none, and none could be installed.")
    print(f"Chromium: {found}")
