"""A visitor of the app without a browser: speaks Streamlit's websocket, opens pages, uploads.

It asks as a browser does: a control inside a fragment runs that fragment alone, large messages
that have come already are named and not sent again, the address follows the page, and where the
connection is lost it comes back (`tools/connecting.py`) and asks for its page.
"""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from streamlit.components.v2.bidi_component.main import _make_trigger_id
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection

from serving.failures import SENTENCE
from serving.scripts import ASKS_WHEN_BACK
from tools.connecting import XSRF, connect_as_browser

_PATIENCE = 60.0
_OF_A_KIND = {
    "selectbox": "string_value",
    "number_input": "double_value",
    "checkbox": "bool_value",
    "button": "trigger_value",
}


@dataclass(frozen=True)
class Element:
    """A widget or a component as a page drew it last.

    Attributes
    ----------
    kind : Streamlit's name of it, such as "slider".
    drawn : its protocol buffer.
    fragment : the fragment that draws it; "" for the page itself.
    """

    kind: str
    drawn: Any
    fragment: str


@dataclass(frozen=True)
class Answer:
    """What came back for one request.

    Attributes
    ----------
    seen : seconds until its largest message had come, which is the stage where there is one.
    ended : seconds until its script had ended.
    size : bytes
    complaints : the errors that the page shows.
    said : the texts of its alerts, its Markdown and its bars of progress.
    """

    seen: float
    ended: float
    size: int
    complaints: tuple[str, ...] = ()
    said: tuple[str, ...] = ()


@dataclass(frozen=True)
class Return:
    """How a tab has come back after it had lost its connection.

    Attributes
    ----------
    seconds : from the loss until its page was there again.
    tries : websockets that were tried.
    told : whether it has said meanwhile that the connection is lost.
    same : whether address and components are as they were; None if it was waiting for an answer.
    complaints : the errors that the page shows.
    """

    seconds: float
    tries: int
    told: bool
    same: bool | None
    complaints: tuple[str, ...]


@dataclass
class Visitor:
    """One tab that is open.

    Attributes
    ----------
    cookies : by name.
    session : the session's id, known once a page was opened.
    elements : the widgets and components of the page, by id.
    waiting : fragments that ask to be run again by themselves, and after how many seconds.
    uploaded : ids of the files that were uploaded last.
    """

    address: str
    socket: ClientConnection
    cookies: dict[str, str]
    session: str = ""
    elements: dict[str, Element] = field(default_factory=dict)
    waiting: dict[str, float] = field(default_factory=dict)
    uploaded: list[str] = field(default_factory=list)
    _page: str = ""
    _script: str = ""
    _query: str = ""
    _told: dict[str, dict[str, object]] = field(default_factory=dict)
    _states: dict[str, WidgetState] = field(default_factory=dict)
    _asks_when_back: bool = False
    _is_answered: bool = True
    _known: dict[str, tuple[Delta, int]] = field(default_factory=dict)
    _runs: int = 0
    _keeps: int = 2

    @property
    def xsrf(self) -> str:
        """The token that the server has given to this browser."""
        return self.cookies.get(XSRF, "")

    async def open(self, page: str = "", query: str = "") -> Answer:
        """Open a page, and wait until its script has ended."""
        self._page, self._script, self._query = page, "", query
        self.elements, self._told, self._states = {}, {}, {}
        return await self._rerun()

    async def set(self, widget: str, value: Any) -> Answer:
        """Set a widget, by its id, to a value as its protocol buffer names it."""
        element = self.elements[widget]
        state = WidgetState(id=widget)
        if element.kind == "slider" and not element.drawn.options:
            state.double_array_value.data.append(value)
        elif element.kind in ("slider", "button_group"):
            state.string_array_value.data.append(value)
        else:
            setattr(state, _OF_A_KIND[element.kind], value)
        if element.kind != "button":
            self._states[widget] = state
        return await self._rerun(state, fragment=element.fragment)

    async def tell(self, component: str, name: str, value: object) -> Answer:
        """Let a component, by its id, set one of its state's values."""
        told = self._told.setdefault(component, {})
        told[name] = value
        state = WidgetState(id=component, json_value=json.dumps(told))
        self._states[component] = state
        return await self._rerun(state, fragment=self.elements[component].fragment)

    async def trigger(self, component: str, name: str, value: object) -> Answer:
        """Let a component, by its id, trigger an event."""
        event = json.dumps([{"event": name, "value": value}])
        state = WidgetState(id=_make_trigger_id(component, "events"), json_trigger_value=event)
        return await self._rerun(state, fragment=self.elements[component].fragment)

    async def send(self, widget: str, **value: Any) -> Answer:
        """Send any state of a widget, such as `json_value="{"`, as no browser would."""
        return await self.send_to([widget], **value)

    async def send_to(self, widgets: Sequence[str], **value: Any) -> Answer:
        """Send one state to several widgets, which are all of one fragment, at once."""
        states = [WidgetState(id=widget, **value) for widget in widgets]
        return await self._rerun(*states, fragment=self.elements[widgets[0]].fragment)

    async def is_lost_within(self, seconds: float) -> bool:
        """Wait so long, or until the connection is lost; says whether it is."""
        try:
            async with asyncio.timeout(seconds):
                await self.socket.wait_closed()
        except TimeoutError:
            return False
        return True

    async def come_back(self, chance: Random) -> Return:
        """Come back after the connection was lost, and ask for the page as a browser does.

        What was set by hand is sent along. What was not is as the address says in any case.

        Raises
        ------
        LookupError : the page would stay as it is, and a control of it would not be answered.
        """
        start, before = time.perf_counter(), self.view() if self._is_answered else None
        connected = await connect_as_browser(
            self.address, self.cookies, chance, session=self.session
        )
        self.socket = connected.socket
        if self._is_answered and not self._asks_when_back:
            raise LookupError(f"{self._page} does not ask for itself when it is back.")
        states = [state for name, state in self._states.items() if name in self.elements]
        answer = await self._rerun(*states)
        seconds = time.perf_counter() - start
        same = None if before is None else before == self.view()
        return Return(seconds, connected.tries, connected.told, same, answer.complaints)

    def view(self) -> object:
        """Give what one sees: the page, its address, and what each component was sent."""
        drawn = self.elements.items()
        sent = {name: _shown(one.drawn) for name, one in drawn if one.kind == "bidi_component"}
        return self._page, self._query, sent

    async def again(self) -> Answer:
        """Run the page's script again."""
        return await self._rerun()

    async def go_on(self, fragment: str) -> Answer:
        """Run a fragment of `waiting` again."""
        return await self._rerun(fragment=fragment)

    async def upload(self, widget: str, files: Mapping[str, bytes]) -> int:
        """Upload files, by name, to the uploader of this id; returns the worst HTTP status."""
        state = WidgetState(id=widget)
        statuses, self.uploaded = [], []
        for name, data in files.items():
            file = str(uuid.uuid4())
            self.uploaded.append(file)
            statuses.append(await asyncio.to_thread(self.put, file, name, data))
            uploaded = state.file_uploader_state_value.uploaded_file_info.add()
            uploaded.file_id, uploaded.name, uploaded.size = file, name, len(data)
            path = f"/_stcore/upload_file/{self.session}/{file}"
            uploaded.file_urls.upload_url = uploaded.file_urls.delete_url = path
            uploaded.file_urls.file_id = file
        if max(statuses) < 300:
            await self._rerun(state, fragment=self.elements[widget].fragment)
        return max(statuses)

    def of_kind(self, *kinds: str) -> list[str]:
        """Give the ids of the page's elements of these kinds that can be used."""
        return [
            name
            for name, element in self.elements.items()
            if element.kind in kinds and not getattr(element.drawn, "disabled", False)
        ]

    def named(self, part: str) -> str:
        """Give the id of the widget or component whose id ends with this key.

        Raises
        ------
        LookupError : the page has none.
        """
        for name in self.elements:
            if name.endswith(f"-{part}"):
                return name
        raise LookupError(f"{self._page} has no widget {part!r}.")

    def put(self, file: str, name: str, data: bytes, *, token: str | None = None) -> int:
        """Send a file under an id; returns the HTTP status.

        `token` is sent beside the browser's cookie; the one that is in it unless said otherwise.
        """
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
                "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
                "X-Xsrftoken": self.xsrf if token is None else token,
            },
        )
        try:
            with urlopen(request, timeout=120) as answer:
                return int(answer.status)
        except HTTPError as refused:
            with refused:
                return int(refused.status or 500)

    async def _rerun(self, *states: WidgetState, fragment: str = "") -> Answer:
        message = BackMsg()
        asked = message.rerun_script
        asked.query_string, asked.page_script_hash = self._query, self._script
        asked.page_name = "" if self._script else self._page
        asked.fragment_id = fragment
        asked.context_info.timezone, asked.context_info.color_scheme = "UTC", "light"
        asked.cached_message_hashes.extend(
            name for name, (_, run) in self._known.items() if self._runs - run < self._keeps
        )
        asked.widget_states.widgets.extend(states)
        self._runs += 1
        start = time.perf_counter()
        self._is_answered = False
        await self.socket.send(message.SerializeToString())
        async with asyncio.timeout(_PATIENCE):
            answer = await self._listen(start, fragment)
        self._is_answered = True
        return answer

    async def _listen(self, start: float, fragment: str) -> Answer:
        size = largest = 0
        seen = 0.0
        drawn: dict[str, Element] = {}
        complaints: list[str] = []
        said: list[str] = []
        while True:
            raw = await self.socket.recv(decode=False)
            size += len(raw)
            if len(raw) > largest:
                largest, seen = len(raw), time.perf_counter() - start
            received = ForwardMsg.FromString(raw)
            kind = received.WhichOneof("type")
            if kind == "delta":
                if received.metadata.cacheable:
                    self._known[received.hash] = (received.delta, self._runs)
                _note(received.delta, drawn, complaints, said)
            elif kind == "ref_hash" and received.ref_hash in self._known:
                delta = self._known[received.ref_hash][0]
                self._known[received.ref_hash] = (delta, self._runs)
                _note(delta, drawn, complaints, said)
            elif kind == "new_session":
                self.session = received.new_session.initialize.session_id
                self._script = received.new_session.page_script_hash
                self._keeps = received.new_session.config.max_cached_message_age
                drawn.clear()  # a run that ended early for this one is not seen
                if not fragment:
                    self.waiting, self._asks_when_back = {}, False
            elif kind == "navigation":  # which page that is, once the menu is known
                self._script = received.navigation.page_script_hash
            elif kind == "page_info_changed":
                self._query = received.page_info_changed.query_string
            elif kind == "auto_rerun" and received.auto_rerun.fragment_id == ASKS_WHEN_BACK:
                self._asks_when_back = True
            elif kind == "auto_rerun":
                self.waiting[received.auto_rerun.fragment_id] = received.auto_rerun.interval
            elif kind == "script_finished":
                if received.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    fragment = ""  # what follows is the whole page
                    continue
                of_page = received.script_finished != ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY
                self._take(drawn, None if of_page else fragment)
                ended = time.perf_counter() - start
                return Answer(seen, ended, size, tuple(complaints), tuple(said))

    def _take(self, drawn: dict[str, Element], fragment: str | None) -> None:
        """Put what was drawn in the place of what the same fragment, or the page, had drawn."""
        kept = {
            name: element
            for name, element in self.elements.items()
            if fragment is not None and element.fragment != fragment
        }
        self.elements = kept | drawn


def _note(delta: Delta, drawn: dict[str, Element], complaints: list[str], said: list[str]) -> None:
    if delta.WhichOneof("type") != "new_element":
        return
    kind = delta.new_element.WhichOneof("type") or "empty"
    element: Any = getattr(delta.new_element, kind, None)
    if kind == "exception":
        complaints.append(f"{element.type} {element.message}".strip())
    elif kind == "alert" and element.body == SENTENCE:
        complaints.append(element.body)
    elif kind in ("alert", "markdown"):
        said.append(element.body)
    elif kind == "progress":
        said.append(element.text)
    elif name := getattr(element, "id", ""):
        drawn[name] = Element(kind, element, delta.fragment_id)


def _shown(component: Any) -> object:
    """Give what a component was sent, but for what only its session knows.

    That is the number of the last edit, which nobody sees, and which of its tools, such as undo,
    have something to do.
    """
    message: bytes = component.bytes
    end = 4 + int.from_bytes(message[:4], "little")
    header = json.loads(message[4:end] or "{}")
    for name in ("serial", "tools"):
        header.get("settings", {}).pop(name, None)
    return header, message[end:], component.json


@asynccontextmanager
async def visitor(address: str) -> AsyncIterator[Visitor]:
    """Come to the app at this address, such as "http://127.0.0.1:8501", and leave it again."""
    cookies: dict[str, str] = {}
    async with asyncio.timeout(_PATIENCE):
        connected = await connect_as_browser(address, cookies, Random())
    one = Visitor(address, connected.socket, cookies)
    try:
        yield one
    finally:
        await one.socket.close()
