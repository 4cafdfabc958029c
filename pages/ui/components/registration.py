"""Register the browser components of `assets/components/`: a folder for each page and component.

A component is `view.js` (a module that exports its renderer) and `style.css`. Both import from
`../shared/`, modules from their own folder too; Streamlit takes one script and one style sheet per
component, so the imports are resolved here, once, when the server starts. ESLint (`make check`)
reads every module by itself, so a name that a module uses without importing it is found although
it would be in scope once joined.

Streamlit can also serve a component's folder (`asset_dir` in a `pyproject.toml`), and the browser
would then resolve the imports itself. Tried with Streamlit 1.67 and not taken:

- It reads that table of installed distributions only, so a clone that was not pip-installed has
  no folder. Only an inner function (`register_from_manifest`) adds one from a running script, and
  a path then raises wherever there is no server: in `AppTest`, and when a page is imported.
- Each component has an address of its own, so none shares a module with another: the first view
  of Convolution asked for 23 files, up to five after one another, instead of none.
- The files carry neither a version in their address nor an ETag, so a browser can neither keep
  them nor tell that they have changed.
"""

import base64
import json
import posixpath
import re
from collections.abc import Callable
from pathlib import Path

import streamlit as st

from cnnviz.drawing import palette

FOLDER = Path(__file__).parents[3] / "assets" / "components"
_IMPORT = re.compile(r'^import \{[^}]*\} from "((?:\.\.?/)+(?:\w+/)*\w+)\.js";\n', re.MULTILINE)

_STYLE_IMPORT = re.compile(r'^@import "((?:\.\.?/)+(?:\w+/)*\w+)\.css";\n', re.MULTILINE)


def register(name: str) -> Callable[..., object]:
    """Register the component in the folder `name`, such as "ui/window"; return what mounts it."""
    return st.components.v2.component(
        f"cnnviz_{name.replace('/', '_')}",
        html='<div class="root"></div>',
        css=_read("shared/base.css") + styles(f"{name}/style"),
        js=bundle(f"{name}/view"),
    )


def styles(sheet: str) -> str:
    """Join a style sheet and those that it imports, which come first."""
    text = _read(f"{sheet}.css")
    folder = posixpath.dirname(sheet)
    imported = (posixpath.normpath(f"{folder}/{name}") for name in _STYLE_IMPORT.findall(text))
    return "".join(map(styles, imported)) + _STYLE_IMPORT.sub("", text)


def bundle(module: str) -> str:
    """Join a module and all that it imports, each once, in order."""
    parts: dict[str, str] = {}

    def visit(module: str) -> str:
        text = _palette_module() if module == "shared/palette" else _read(f"{module}.js")
        for imported in _IMPORT.findall(text):
            name = posixpath.normpath(f"{posixpath.dirname(module)}/{imported}")
            if name not in parts:
                parts[name] = re.sub(r"^export ", "", visit(name), flags=re.MULTILINE)
        return _IMPORT.sub("", text)

    main = visit(module)
    return "\n".join([*parts.values(), main])


def _palette_module() -> str:
    tables = {
        scale: {
            theme: {"bytes": base64.b64encode(palette.lookup_table(scale, page).tobytes()).decode()}
            for theme, page in (
                ("light", palette.LIGHT_BACKGROUND),
                ("dark", palette.DARK_BACKGROUND),
            )
        }
        for scale in ("maps", "weights", "attributions")
    }
    lanes = {"tints": palette.CHANNEL_TINTS, **palette.CHANNEL_INKS}
    return (
        f"export const PALETTE = {json.dumps(tables)};\nexport const LANES = {json.dumps(lanes)};\n"
    )


def _read(path: str) -> str:
    return (FOLDER / path).read_text(encoding="utf-8")
