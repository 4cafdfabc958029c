"""A visitor of the app without a browser: speaks Streamlit's websocket, opens pages, uploads."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import ClientConnection, connect

_XSRF = "_streamlit_xsrf"


@dataclass
class Visitor:
    """One tab that is open.

    Attributes
    ----------
    session : the session's id, known once a page was opened.
    widgets : what the browser would hold of each widget, by its id.
    elements : the last element of each kind and label or key that a page drew.
    """

    address: str
    socket: ClientConnection
    xsrf: str
    session: str = ""
    page: str = ""
    widgets: dict[str, WidgetState] = field(default_factory=dict)
    elements: dict[str, Delta] = field(default_factory=dict)

    def open(self, page: str = "", query: str = "") -> None:
        """Open a page, and wait until its script has ended."""
        self.page, self.widgets, self.elements = page, {}, {}
        self._rerun(query)

    def upload(self, widget: str, name: str, data: bytes) -> int:
        """Upload a file to the uploader whose id holds this text; returns the HTTP status."""
        file = str(uuid.uuid4())
        status = self.put(file, name, data)
        if status < 300:
            state = self.widgets[widget] = WidgetState(id=widget)
            uploaded = state.file_uploader_state_value.uploaded_file_info.add()
            uploaded.file_id, uploaded.name, uploaded.size = file, name, len(data)
            path = f"/_stcore/upload_file/{self.session}/{file}"
            uploaded.file_urls.upload_url = uploaded.file_urls.delete_url = path
            uploaded.file_urls.file_id = file
            self._rerun("")
        return status

    def put(self, file: str, name: str, data: bytes) -> int:
        """Send a file under an id; returns the HTTP status."""
        edge = uuid.uuid4().hex
        head = (
            f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        request = Request(
            f"{self.address}/_stcore/upload_file/{self.session}/{file}",
            data=head.encode() + data + f"\r\n--{edge}--\r\n".encode(),
            method="PUT",
            headers={
                "Content-Type": f"multipart/form-data; boundary={edge}",
                "Cookie": f"{_XSRF}={self.xsrf}",
                "X-Xsrftoken": self.xsrf,
            },
        )
        with _answer(request) as answer:
            return int(answer.status)

    def widget(self, part: str) -> str:
        """Give the id of the widget on the page whose id holds this text."""
        return next(name for name in self.elements if part in name)

    def _rerun(self, query: str) -> None:
        message = BackMsg()
        message.rerun_script.query_string = query
        message.rerun_script.page_name = self.page
        message.rerun_script.widget_states.widgets.extend(self.widgets.values())
        self.socket.send(message.SerializeToString())
        while True:
            received = ForwardMsg.FromString(bytes(self.socket.recv()))
            kind = received.WhichOneof("type")
            if kind == "new_session":
                self.session = received.new_session.initialize.session_id
            elif kind == "delta":
                self._note(received.delta)
            elif kind == "script_finished":
                return

    def _note(self, delta: Delta) -> None:
        if delta.WhichOneof("type") != "new_element":
            return
        element = getattr(delta.new_element, delta.new_element.WhichOneof("type") or "empty")
        if name := getattr(element, "id", ""):
            self.elements[name] = delta


@contextmanager
def visitor(address: str) -> Iterator[Visitor]:
    """Come to the app at this address, such as "http://127.0.0.1:8501", and leave it again."""
    with urlopen(f"{address}/_stcore/health") as answer:
        cookie = answer.headers.get("Set-Cookie", "")
    xsrf = cookie.split(f"{_XSRF}=", 1)[1].split(";")[0] if _XSRF in cookie else ""
    with connect(
        address.replace("http", "ws", 1) + "/_stcore/stream",
        origin=address,  # type: ignore[arg-type]
        max_size=None,
        subprotocols=["streamlit", xsrf or "none"],  # type: ignore[list-item]
    ) as socket:
        yield Visitor(address, socket, xsrf)


@contextmanager
def _answer(request: Request) -> Iterator[object]:
    try:
        with urlopen(request, timeout=120) as answer:
            yield answer
    except HTTPError as refused:
        with refused:
            yield refused
