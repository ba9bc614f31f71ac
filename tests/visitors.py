"""Visitors without a browser: sessions of a running app that open pages and move sliders over Streamlit's websocket."""

from __future__ import annotations

import urllib.request
import uuid
from contextlib import ExitStack
from types import TracebackType

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.Slider_pb2 import Slider
from websockets.sync.client import connect

PATIENCE_S = 300.0
FINISHED = (0, 3)  # the whole page, or a part of it; a run that another one has replaced continues


class Visitor:
    """One session.

    Attributes
    ----------
    sliders : dict of str to Slider
        Those of the page, by their labels, as they were last sent.
    exceptions : list of str
        What was shown in red.
    """

    def __init__(self, url: str) -> None:
        address = f"{url.replace('http', 'ws', 1)}/_stcore/stream"
        self._open = ExitStack()
        self._socket = self._open.enter_context(
            connect(address, subprotocols=["streamlit"], max_size=None, open_timeout=PATIENCE_S, ping_interval=None)
        )
        self._url, self._page, self._session = url, "", ""
        self._fragments: dict[str, str] = {}
        self._uploader = ""
        self.sliders: dict[str, Slider] = {}
        self.exceptions: list[str] = []

    def open(self, page: str, query: str = "", *, wait: bool = True) -> None:
        """Follow a link to a page."""
        message = BackMsg()
        message.rerun_script.page_name, message.rerun_script.query_string = page, query
        self._socket.send(message.SerializeToString())
        if wait:
            self.wait()

    def move(self, label: str, value: float) -> None:
        """Move a plain slider and wait for the result."""
        message = BackMsg()
        message.rerun_script.page_script_hash = self._page
        message.rerun_script.fragment_id = self._fragments[label]
        moved = message.rerun_script.widget_states.widgets.add()
        moved.id = self.sliders[label].id
        moved.double_array_value.data.append(value)
        self._socket.send(message.SerializeToString())
        self.wait()

    def put(self, name: str, content: bytes) -> str:
        """Send a file and return its name on the server; `urllib.error.HTTPError` if it is refused."""
        file = str(uuid.uuid4())
        head = f'Content-Disposition: form-data; name="{file}"; filename="{name}"'
        body = f"--{file}\r\n{head}\r\n\r\n".encode() + content + f"\r\n--{file}--\r\n".encode()
        kind = {"Content-Type": f"multipart/form-data; boundary={file}"}
        address = f"{self._url}/_stcore/upload_file/{self._session}/{file}"
        with urllib.request.urlopen(urllib.request.Request(address, body, kind, method="PUT"), timeout=PATIENCE_S):
            return file

    def bring(self, name: str, content: bytes) -> None:
        """Choose a file in the uploader of the page and wait for the result."""
        message = BackMsg()
        message.rerun_script.page_script_hash = self._page
        given = message.rerun_script.widget_states.widgets.add()
        given.id = self._uploader
        info = given.file_uploader_state_value.uploaded_file_info.add()
        info.file_id, info.name, info.size = self.put(name, content), name, len(content)
        self._socket.send(message.SerializeToString())
        self.wait()

    def wait(self) -> None:
        """Wait until the run has finished."""
        while True:
            message = ForwardMsg()
            raw = self._socket.recv(PATIENCE_S)
            assert isinstance(raw, bytes)
            message.ParseFromString(raw)
            match message.WhichOneof("type"):
                case "new_session":
                    self._session = message.new_session.initialize.session_id or self._session
                    self._page = message.new_session.page_script_hash
                case "navigation":
                    self._page = message.navigation.page_script_hash or self._page
                case "delta":
                    self._take(message)
                case "script_finished" if message.script_finished in FINISHED:
                    return

    def _take(self, message: ForwardMsg) -> None:
        element = message.delta.new_element
        if element.WhichOneof("type") == "slider":
            self.sliders[element.slider.label] = element.slider
            self._fragments[element.slider.label] = message.delta.fragment_id
        elif element.WhichOneof("type") == "file_uploader":
            self._uploader = element.file_uploader.id
        elif element.WhichOneof("type") == "exception":
            self.exceptions.append(f"{element.exception.type}: {element.exception.message}")

    def close(self) -> None:
        """Go away."""
        self._open.close()

    def __enter__(self) -> Visitor:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
