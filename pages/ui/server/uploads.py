"""Files from visitors: limited as they arrive, and forgotten as soon as they have been read.

Streamlit keeps every file until its session ends, and takes as many from a session as it sends.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Any
from weakref import ref

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.host import MB, limits
from core.kit.results import nbytes

PATH = "/_stcore/upload_file/"
SESSIONS = 4  # all sessions together may have this many times one session's limit waiting to be read
UNREAD_S = 120.0  # seconds after which an unread file goes
AROUND = 10_000  # bytes of a message besides its file


@dataclass(frozen=True)
class Unread:
    """Size of a file that has been sent, and when."""

    nbytes: int
    since: float


_lock = threading.Lock()
_unread: dict[tuple[str, str], Unread] = {}
_brought: list[ref[Any]] = []


class BoundedUploads:
    """Lets files pass as long as they are small enough and few wait to be read."""

    def __init__(self, app: ASGIApp, base: str = "") -> None:
        self.app, self.prefix = app, base + PATH

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on to Streamlit, or refuse the file in it."""
        refusal = None
        if scope["type"] == "http" and scope["method"] == "PUT" and scope["path"].startswith(self.prefix):
            session, _, file = scope["path"].removeprefix(self.prefix).partition("/")
            refusal = _take(session, file, dict(scope["headers"]).get(b"content-length", b""))
        await (refusal or self.app)(scope, receive, send)


def _take(session: str, file: str, length: bytes) -> PlainTextResponse | None:
    """Note a file, or return the answer that refuses it."""
    if not length.isdigit():
        return PlainTextResponse("The request must say how long it is.", 411)
    allowed, nbytes = limits(), int(length)
    if allowed.upload_mb is not None and nbytes > allowed.upload_mb * MB + AROUND:
        return PlainTextResponse(f"At most {allowed.upload_mb} MB are taken.", 413)
    with _lock:
        now = time.monotonic()
        for (of, name), each in list(_unread.items()):
            if now - each.since > UNREAD_S:
                _drop(of, name)
        own = sum(each.nbytes for (of, _), each in _unread.items() if of == session)
        every = sum(each.nbytes for each in _unread.values())
        if own + nbytes > allowed.session_bytes or every + nbytes > SESSIONS * allowed.session_bytes:
            return PlainTextResponse("Too many files wait to be read.", 429)
        _unread[session, file] = Unread(nbytes, now)
    return None


def _drop(session: str, file: str) -> None:
    _unread.pop((session, file), None)
    if runtime.exists():
        runtime.get_instance().uploaded_file_mgr.remove_file(session_id=session, file_id=file)


def admit(read: Any) -> Any:
    """Return what has been read from a file.

    Raises
    ------
    ValueError
        If this and what open sessions have sent already exceed what the host holds.
    """
    with _lock:
        _brought[:] = [each for each in _brought if each() is not None]
        if sum(nbytes(each()) for each in _brought) + nbytes(read) > limits().brought_bytes:
            raise ValueError("This server holds too many files of other visitors; try again in a few minutes.")
        _brought.append(ref(read))
    return read


def forget(file: str) -> None:
    """Remove a file of this session from the server's memory."""
    context = get_script_run_ctx()
    if context is not None:
        context.uploaded_file_mgr.remove_file(session_id=context.session_id, file_id=file)
        with _lock:
            _unread.pop((context.session_id, file), None)
