"""Visitors without a browser: sessions of a running app that open pages and move sliders over Streamlit's websocket."""

from __future__ import annotations

from contextlib import ExitStack
from types import TracebackType

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.Slider_pb2 import Slider
from websockets.sync.client import connect

PATIENCE_S = 300.0
FINISHED = (0, 3)  # the whole page, or a part of it; a run that another one has replaced goes on


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
            connect(address, subprotocols=["streamlit"], max_size=None, open_timeout=PATIENCE_S)
        )
        self._page = ""
        self._fragments: dict[str, str] = {}
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
        """Move a plain slider and wait for what follows."""
        message = BackMsg()
        message.rerun_script.page_script_hash = self._page
        message.rerun_script.fragment_id = self._fragments[label]
        moved = message.rerun_script.widget_states.widgets.add()
        moved.id = self.sliders[label].id
        moved.double_array_value.data.append(value)
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
        elif element.WhichOneof("type") == "exception":
            self.exceptions.append(f"{element.exception.type}: {element.exception.message}")

    def close(self) -> None:
        """Go away."""
        self._open.close()

    def __enter__(self) -> Visitor:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
