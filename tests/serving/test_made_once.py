"""What is made once for all runs is what Streamlit makes in each of them."""

from pathlib import Path

import pytest
from streamlit import config
from streamlit.commands import navigation
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import script_runner
from streamlit.testing.v1 import AppTest

from serving.made_once import keep_what_stays, populate_theme, run_page

_OWN_THEME, _OWN_PAGES = app_session._populate_theme_msg, script_runner._mpa_v1


def test_the_server_uses_what_was_made_once(monkeypatch):
    # Streamlit would not say so if it asked for them by other names.
    monkeypatch.setattr(app_session, "_populate_theme_msg", _OWN_THEME)
    monkeypatch.setattr(script_runner, "_mpa_v1", _OWN_PAGES)
    keep_what_stays()
    assert app_session._populate_theme_msg is populate_theme
    assert script_runner._mpa_v1 is run_page


def _sections(populate):
    message = CustomThemeConfig()
    populate(message)
    for section, name in ((message.light, "light"), (message.dark, "dark")):
        populate(section, f"theme.{name}")
        populate(section.sidebar, f"theme.{name}.sidebar")
    populate(message.sidebar, "theme.sidebar")
    return message


def test_the_theme_is_written_as_streamlit_writes_it():
    assert config.get_option("theme.light.primaryColor")
    theirs, ours = _sections(_OWN_THEME), _sections(populate_theme)
    assert ours == theirs
    assert ours.ListFields() == theirs.ListFields()
    assert ours == _sections(populate_theme)


@pytest.fixture
def app(tmp_path: Path, monkeypatch) -> Path:
    monkeypatch.setattr(PagesManager, "uses_pages_directory", True)
    (tmp_path / "pages").mkdir()
    for name in ("app", "pages/10_ten", "pages/2_two", "pages/.hidden", "pages/__init__"):
        text = f'import streamlit as st\nst.title("{name}")\nst.page_link("pages/2_two.py")\n'
        (tmp_path / f"{name}.py").write_text(text)
    return tmp_path / "app.py"


def test_the_pages_are_those_that_streamlit_finds(app, monkeypatch):
    named: list[object] = []
    make = navigation._navigation

    def noted(pages, **how):
        named.append(([(one._page, one._default, one._script_hash) for one in pages], how))
        return make(pages, **how)

    monkeypatch.setattr(navigation, "_navigation", noted)
    for run in (_OWN_PAGES, run_page):
        monkeypatch.setattr(script_runner, "_mpa_v1", run)
        page = AppTest.from_file(str(app)).run()
        assert page.title[0].value == "app"
        page.switch_page("pages/2_two.py").run()
        assert page.title[0].value == "pages/2_two"
        page.run()
        assert not page.exception
    theirs, ours = named[:3], named[3:]
    assert ours == theirs
    assert len(ours[0][0]) == 3
