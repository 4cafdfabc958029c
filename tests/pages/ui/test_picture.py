import io

import numpy as np
import pytest
from PIL import Image
from streamlit.runtime.state.query_params import QueryParams

from pages.ui.picture import sample_picture as sample
from pages.ui.wire import unpack
from tests.pages.checks import flat_picture, sent_to

ELEVEN = ";".join([",".join(["1"] * 11)] * 11)


def png(size=(40, 30)) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(file, "PNG")
    return file.getvalue()


def upload(page, name, data, media_type="image/png"):
    return page.file_uploader(key="picture_upload").set_value((name, data, media_type)).run()


def test_the_default_sample_is_not_in_the_address(open_page):
    page = open_page()
    assert "picture" not in page.query_params


def test_an_upload_is_the_picture_on_the_next_page_too(open_page):
    page = upload(open_page(), "red.png", png())
    held = page.session_state["picture_in_hand"]
    assert (held.name, held.image.shape) == ("upload", (30, 40, 3))
    page = page.switch_page("pages/01_convolution.py").run()
    assert page.session_state["picture_in_hand"] is held
    settings, arrays = unpack(sent_to(page, "convolution"))
    assert arrays["input"].shape == (30, 40, 1)
    assert settings["input_alt"] == "Your picture, red.png."


@pytest.mark.parametrize(
    "data", [b"", b"not a picture", png()[:60], b"GIF89a" + b"\xff" * 40], ids=len
)
def test_a_bad_file_gives_one_sentence_and_leaves_the_picture(open_page, data):
    page = open_page("pages/01_convolution.py", picture="goldfish")
    page = upload(page, "bad.png", data)
    assert len(page.error) == 1
    assert not page.exception
    assert page.session_state["picture_in_hand"].name == "goldfish"


def test_no_more_can_be_uploaded_than_is_read(open_page):
    page = open_page("pages/01_convolution.py")
    assert page.file_uploader(key="picture_upload").proto.max_upload_size_mb == 10


def test_a_name_of_any_length_is_shown_short(open_page):
    page = upload(open_page("pages/01_convolution.py"), "x" * 1_000_000 + "\u202e.png", png())
    title = page.session_state["picture_in_hand"].title
    assert (len(title), title.isprintable(), title[-5:]) == (120, True, "\ufffd.png")
    assert all(len(caption.value) < 300 for caption in page.caption)


def test_the_working_picture_is_at_most_512_wide(open_page):
    page = open_page("pages/01_convolution.py")
    _, arrays = unpack(sent_to(page, "convolution"))
    assert max(arrays["input"].shape) == 512
    assert arrays["input"].dtype == np.uint8


def test_an_own_picture_is_said_in_the_address_and_missed_elsewhere(open_page):
    page = upload(open_page("pages/01_convolution.py"), "red.png", png()).run()
    assert page.query_params["picture"] == "own"
    assert not page.info
    elsewhere = open_page("pages/01_convolution.py", picture="own")
    assert "Upload it again" in elsewhere.info[0].value
    assert elsewhere.session_state["picture_in_hand"].name == "panda"
    again = upload(elsewhere, "red.png", png()).run()
    assert not again.info
    assert again.query_params["picture"] == "own"


def test_a_sample_takes_the_place_of_an_own_picture_in_the_address(open_page):
    page = upload(open_page("pages/01_convolution.py"), "red.png", png()).run()
    page.session_state["gallery"] = {"choice": "goldfish"}
    page.query_params["picture"] = "goldfish"
    page.run()
    assert page.session_state["picture_in_hand"].name == "goldfish"
    assert page.query_params["picture"] == "goldfish"


@pytest.fixture
def steps(monkeypatch):
    """The addresses that the browser was told, each a step in its history."""
    told = []
    send = QueryParams._send_query_param_msg

    def noted(self):
        told.append({name: self.get_all(name)[-1] for name in self._query_params})
        send(self)

    monkeypatch.setattr(QueryParams, "_send_query_param_msg", noted)
    return told


FOCUSED = {
    "pages/01_convolution.py": {},
    "pages/03_channels.py": {},
    "pages/04_pooling.py": {},
    "pages/05_activations.py": {"act_part": "On your picture"},
}


@pytest.mark.parametrize("path", FOCUSED)
def test_another_picture_and_the_cell_that_follows_are_one_step(open_page, steps, path):
    page = open_page(path, picture="moose", at="20,4", **FOCUSED[path])
    steps.clear()
    page.session_state["picture_in_hand"] = sample("digit")
    page.run()
    (step,) = steps
    assert step["picture"] == "digit"
    assert step["at"] != "20,4"
    steps.clear()
    page.session_state["picture_in_hand"] = sample("panda")
    page.run()
    (step,) = steps
    assert "picture" not in step
    assert step["at"]


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("app.py", {}),
        ("pages/20_glossary.py", {}),
        ("pages/01_convolution.py", {}),
        # The cell belongs to another part, and a kernel that is too large leaves no map.
        ("pages/05_activations.py", {"at": "3,4"}),
        ("pages/01_convolution.py", {"at": "3,4", "kernel": ELEVEN, "dilation": "1"}),
    ],
)
def test_another_picture_is_one_step_where_no_cell_follows(open_page, steps, path, address):
    page = open_page(path, **address)
    steps.clear()
    page.session_state["picture_in_hand"] = flat_picture((8, 8, 3))
    page.run()
    assert [step["picture"] for step in steps] == ["own"]
