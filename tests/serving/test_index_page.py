"""The page that every address begins with says where its server is, and what it needs next."""

import gzip
import re

import pytest

from serving.index_page import ELEMENTS, IndexPage, additions, scripts_of
from tests.own_loop import in_own_loop

PAGE = b"<html><head><title>Streamlit</title></head></html>"
HTML = (b"content-type", b"text/html; charset=utf-8")
FILE = (b"etag", b'"1"'), (b"last-modified", b"Fri, 27 Nov 2026 12:00:00 GMT")


def answered(parts, headers, *, status=200, method="GET"):
    """Let an app answer so; give what comes out: the status, the headers, the bytes."""

    async def app(_scope, _receive, send):
        await send({"type": "http.response.start", "status": status, "headers": [*headers]})
        for at, part in enumerate(parts, 1):
            more = at < len(parts)
            await send({"type": "http.response.body", "body": part, "more_body": more})

    sent = []

    async def send(message):
        sent.append(message)

    in_own_loop(IndexPage(app)({"type": "http", "method": method}, None, send))
    start, *bodies = sent
    return start["status"], dict(start["headers"]), b"".join(body["body"] for body in bodies)


@pytest.mark.parametrize("is_packed", [False, True])
def test_a_page_gets_more_in_its_head(is_packed):
    body = gzip.compress(PAGE) if is_packed else PAGE
    packed = [(b"content-encoding", b"gzip")] if is_packed else []
    length = (b"content-length", str(len(body)).encode())
    _, headers, found = answered([body[:20], body[20:]], [HTML, length, *packed, *FILE])
    assert int(headers[b"content-length"]) == len(found)
    found = gzip.decompress(found) if is_packed else found
    assert found == PAGE.replace(b"<head>", b"<head>" + additions())
    assert set(headers) == {b"content-type", b"content-length", *dict(packed)}


@pytest.mark.parametrize(
    "other",
    [
        {"headers": [(b"content-type", b"text/javascript"), *FILE]},
        {"headers": [HTML, *FILE], "status": 404},
        {"headers": [HTML, *FILE], "method": "HEAD"},
        {"headers": []},
    ],
)
def test_all_else_stays_as_it_is(other):
    found = answered([PAGE, PAGE], **other)
    assert found == (other.get("status", 200), dict(other["headers"]), PAGE + PAGE)


def test_scripts_are_listed_with_what_they_import_but_for_what_the_page_names(tmp_path):
    folder = tmp_path / "static" / "js"
    folder.mkdir(parents=True)
    (tmp_path / "index.html").write_text('<script src="./static/js/index.1.js"></script>')
    for name, text in {
        "Html.a-1.js": 'import{t as e}from"./react.b.js";import"./index.1.js";',
        "HtmlOther.a.js": "",
        "react.b.js": "import{e}from`./Html.a-1.js`;const later=()=>import(`./late.c.js`)",
        "late.c.js": "",
    }.items():
        (folder / name).write_text(text)
    assert scripts_of(("Html", "Gone"), tmp_path) == ["Html.a-1.js", "react.b.js"]


@pytest.mark.parametrize("element", ELEMENTS)
def test_streamlit_has_a_script_of_that_name(element):
    assert re.search(rf'href="\./static/js/{element}\.[\w-]+\.js"', additions().decode())
