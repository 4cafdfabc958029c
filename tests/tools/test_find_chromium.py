"""Which Chromium the tests and the bench take, and which is installed where there is none."""

from __future__ import annotations

import subprocess

import pytest

from tools import find_chromium

SHELL, WHOLE = "chromium-headless-shell", "chromium"


@pytest.fixture
def machine(monkeypatch):
    """A machine of root's with Debian's package manager: what is on it, and what it can get."""
    there, offered = {"apt-get"}, {SHELL, WHOLE}

    def run(command, **_):
        wanted = set(command) & {SHELL, WHOLE}
        if not wanted <= offered:
            raise subprocess.CalledProcessError(100, command)
        there.update(wanted)

    monkeypatch.delenv("CNNVIZ_CHROMIUM", raising=False)
    monkeypatch.setattr(
        find_chromium.shutil, "which", lambda name: f"/bin/{name}" if name in there else None
    )
    monkeypatch.setattr(find_chromium.os, "geteuid", lambda: 0, raising=False)
    monkeypatch.setattr(find_chromium.subprocess, "run", run)
    monkeypatch.setattr(find_chromium, "_playwrights_own", lambda: None)
    return there, offered


def test_the_tests_take_the_light_one_and_the_bench_what_people_use(machine):
    there, _ = machine
    there.update((SHELL, WHOLE))
    assert find_chromium.find(light=True) == f"/bin/{SHELL}"
    assert find_chromium.find() == f"/bin/{WHOLE}"


def test_where_only_a_whole_browser_is_the_tests_take_it(machine):
    there, _ = machine
    there.add("google-chrome")
    assert find_chromium.find(light=True) == "/bin/google-chrome"


def test_a_shell_alone_is_none_that_people_use(machine):
    there, _ = machine
    there.add(SHELL)
    assert find_chromium.find() is None


def test_the_environment_names_another(machine, monkeypatch):
    there, _ = machine
    there.update((SHELL, WHOLE))
    monkeypatch.setenv("CNNVIZ_CHROMIUM", "/opt/mine")
    assert find_chromium.find(light=True) == find_chromium.find() == "/opt/mine"
    assert find_chromium.found_or_installed(light=True) == "/opt/mine"


@pytest.mark.parametrize("before", [set(), {WHOLE}])
def test_the_light_one_is_installed_where_it_can_be(machine, before):
    there, _ = machine
    there.update(before)
    assert find_chromium.found_or_installed(light=True) == f"/bin/{SHELL}"
    assert (WHOLE in there) == (WHOLE in before)


@pytest.mark.parametrize("before", [set(), {WHOLE}])
def test_a_debian_without_it_gets_the_whole_browser(machine, before, capsys):
    there, offered = machine
    there.update(before)
    offered.discard(SHELL)
    assert find_chromium.found_or_installed(light=True) == f"/bin/{WHOLE}"
    assert "slower" in capsys.readouterr().err


def test_the_bench_installs_the_whole_browser(machine):
    assert find_chromium.found_or_installed(light=False) == f"/bin/{WHOLE}"


def test_what_is_there_is_not_installed_again(machine, monkeypatch):
    there, _ = machine
    there.update((SHELL, WHOLE))
    monkeypatch.setattr(find_chromium, "install", lambda *_: pytest.fail("installed"))
    assert find_chromium.found_or_installed(light=True) == f"/bin/{SHELL}"
    assert find_chromium.found_or_installed(light=False) == f"/bin/{WHOLE}"
