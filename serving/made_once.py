"""What Streamlit makes anew in every run although it is the same in all: made once, and kept.

The pages of the folder `pages/` are looked up on the disk, named and hashed before each first view,
six parts of the theme are written before each answer, and a cached function is taken apart for the
name of each of its arguments (docs/decisions/made-once.md).
"""

from __future__ import annotations

from copy import copy
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from streamlit import config
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session
from streamlit.runtime.caching import cache_utils
from streamlit.runtime.scriptrunner import script_runner

if TYPE_CHECKING:
    from streamlit.navigation.page import Page

_populate_theme_msg = app_session._populate_theme_msg
_FUNCTIONS = 1024
"""Arguments whose names are kept. A function of a page's own file is another one in each run."""
argument_name = lru_cache(_FUNCTIONS)(cache_utils._get_positional_arg_name)


def keep_what_stays() -> None:
    """Let Streamlit's server use what was made once, until it ends."""
    script_runner._mpa_v1 = run_page  # type: ignore[assignment]
    app_session._populate_theme_msg = populate_theme  # type: ignore[assignment]
    cache_utils._get_positional_arg_name = argument_name


def run_page(main_script: str) -> None:
    """Run the page that is asked for: `main_script`, or one of the folder `pages/` beside it."""
    from streamlit.commands.navigation import _navigation

    is_hidden = config.get_option("client.showSidebarNavigation") is False
    # Copies, since whether a page may run is noted on it, and several run at once.
    pages = [copy(page) for page in _pages(main_script)]
    _navigation(pages, position="hidden" if is_hidden else "sidebar", expanded=False).run()


def populate_theme(message: CustomThemeConfig, section: str = "theme") -> None:
    """Write a section of the configuration's theme into a message."""
    theme = _theme(section)
    if theme.ByteSize():  # or a section that says nothing would count as there
        message.MergeFrom(theme)


@cache
def _pages(main_script: str) -> tuple[Page, ...]:
    from streamlit.navigation.page import _create_page
    from streamlit.source_util import page_sort_key

    main = Path(main_script).resolve()
    files = sorted((main.parent / "pages").glob("[!._]*.py"), key=page_sort_key)
    return _create_page(main, default=True), *map(_create_page, files)


@cache
def _theme(section: str) -> CustomThemeConfig:
    theme = CustomThemeConfig()
    _populate_theme_msg(theme, section)
    return theme
