"""Visitors' files: read once, forgotten at once, and limited before they arrive."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.host import MB
from core.kit.brought import File
from core.process import ROOT
from pages.ui import shell
from pages.ui.server import uploads
from pages.ui.server.uploads import BoundedUploads
from tests.asgi import finish

NewApp = Callable[..., AppTest]
PATIENCE_S = 120  # until the models of a fresh visit have been fitted
GOOD = b"label,score\nham,0.25\nspam,0.75\nspam,-3\nham,1\n"


def open_upload(new_app: NewApp) -> AppTest:
    app = new_app(source="upload")
    app.switch_page("pages/ranking_curves.py")
    return app.run(timeout=PATIENCE_S)


def send(app: AppTest, name: str, content: bytes) -> AppTest:
    app.file_uploader[0].set_value((name, content, "text/csv"))
    app.run(timeout=PATIENCE_S)
    assert not app.exception
    return app


def words(app: AppTest) -> str:
    return " ".join(each.value for kind in (app.caption, app.warning, app.markdown) for each in kind)


def test_a_file_is_forgotten_once_it_has_been_read(new_app: NewApp, monkeypatch: pytest.MonkeyPatch) -> None:
    forgotten = []
    real = uploads.forget

    def forget(file: str) -> None:
        real(file)
        context = uploads.get_script_run_ctx()
        assert context is not None
        forgotten.append(context.uploaded_file_mgr.get_files(context.session_id, [file]))

    monkeypatch.setattr(uploads, "forget", forget)
    app = send(open_upload(new_app), "own.csv", GOOD)
    app.run(timeout=PATIENCE_S)
    assert forgotten == [[]]
    assert "own.csv: 4 rows, 2 columns" in words(app)
    for _ in range(2):  # later runs find its name without its bytes, and change nothing
        app.run(timeout=PATIENCE_S)
        assert "own.csv: 4 rows, 2 columns" in words(app) and not app.exception
    send(app, "bad.csv", b"nonsense").run()
    assert forgotten == [[], []]
    assert "Line 1 has 1 value" in words(app)


class Server:
    """A stand-in for Streamlit behind the layer; counts what reaches it."""

    def __init__(self) -> None:
        self.passed: list[str] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.passed.append(scope["path"])
        await send({"type": "http.response.start", "status": 204, "headers": []})


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    monkeypatch.setenv("LECTERN_HOST", "public")
    uploads._unread.clear()
    return Server()


def put(layer: BoundedUploads, path: str, length: int | None, method: str = "PUT") -> int:
    """Return the status of the answer to a request."""
    statuses = []

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    headers = [] if length is None else [(b"content-length", b"%d" % length)]
    scope = {"type": "http", "method": method, "path": path, "headers": headers}
    finish(layer(scope, None, send))
    return statuses[0]


def file(session: str, name: str, base: str = "") -> str:
    return f"{base}/_stcore/upload_file/{session}/{name}"


def test_large_files_are_refused_before_they_arrive(server: Server) -> None:
    layer = BoundedUploads(server)
    assert put(layer, file("a", "1"), 8 * MB) == 204
    assert put(layer, file("b", "2"), 9 * MB) == 413
    assert put(layer, file("b", "3"), None) == 411
    assert put(layer, "/_stcore/health", None, "GET") == 204
    assert put(layer, file("b", "3"), None, "OPTIONS") == 204
    assert server.passed == [file("a", "1"), "/_stcore/health", file("b", "3")]


def test_the_base_path_is_part_of_the_address(server: Server) -> None:
    layer = BoundedUploads(server, base="/course")
    assert put(layer, file("a", "1", "/course"), 9 * MB) == 413


def test_unread_files_of_a_session_and_of_all_are_bounded(server: Server) -> None:
    layer = BoundedUploads(server)
    assert [put(layer, file("a", str(k)), 8 * MB) for k in range(4)] == [204, 204, 429, 429]
    others = [put(layer, file(session, str(k)), 8 * MB) for session in "bcde" for k in range(2)]
    assert others == [204] * 6 + [429] * 2
    assert sum(each.nbytes for each in uploads._unread.values()) == 64 * MB


def test_a_file_that_nobody_reads_goes(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    layer, now = BoundedUploads(server), [1000.0]
    monkeypatch.setattr(uploads.time, "monotonic", lambda: now[0])
    dropped = []
    monkeypatch.setattr(uploads, "_drop", lambda *which: (dropped.append(which), uploads._unread.pop(which)))
    assert [put(layer, file("a", str(k)), 8 * MB) for k in range(3)] == [204, 204, 429]
    now[0] += uploads.UNREAD_S + 1
    assert put(layer, file("a", "9"), 8 * MB) == 204
    assert dropped == [("a", "0"), ("a", "1")]


class Brought:
    """Content read from a file of several megabytes."""

    def __init__(self, megabytes: int) -> None:
        self.numbers = np.zeros(megabytes * MB, np.uint8)


def test_what_all_visitors_have_brought_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "_brought", [])
    monkeypatch.setenv("LECTERN_HOST", "public")
    held = [uploads.admit(Brought(20)) for _ in range(3)]
    with pytest.raises(ValueError, match=r"^This server holds too many files of other visitors; try again in a few"):
        uploads.admit(Brought(20))
    uploads.admit(Brought(3))  # a small one has room, and is gone at once
    held.pop()
    assert uploads.admit(Brought(20)).numbers.size == 20 * MB
    monkeypatch.setenv("LECTERN_HOST", "private")
    assert len([uploads.admit(Brought(20)) for _ in range(5)]) == 5


def test_the_server_takes_the_largest_file_that_a_page_allows() -> None:
    settings = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
    limits = {each.limit for lab in shell.labs().values() for each in lab.controls if isinstance(each, File)}
    assert limits == {1, 8, 32, 200} and max(limits) == settings["server"]["maxUploadSize"]
