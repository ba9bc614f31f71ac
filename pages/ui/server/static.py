"""Static files as they should be served: compressed once, and kept by browsers that know their version."""

from __future__ import annotations

import gzip
from functools import lru_cache
from pathlib import Path
from urllib.parse import parse_qs

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import file_util

YEAR_S = 31_536_000
TEXT = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".json": "application/json"}
OURS = Path(__file__).parents[3] / "static"
HEADERS = {"Content-Encoding": "gzip", "Vary": "Accept-Encoding", "X-Content-Type-Options": "nosniff"}


class SmallStatic:
    """Serves text files of Streamlit's bundle and of ours as Streamlit would, but compressed.

    Streamlit leaves its bundle uncompressed (3.2 MB a visit; compressed 1.2 MB), and does not tell browsers how long
    to keep an app's own files; ours have a digest of their content in their address.
    """

    def __init__(self, app: ASGIApp, base: str = "") -> None:
        self.app = app
        self.folders = {f"{base}/static/": Path(file_util.get_static_dir()) / "static", f"{base}/app/static/": OURS}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or let Streamlit answer what is not among the files."""
        found = self._find(scope) if scope["type"] == "http" else None
        await (found or self.app)(scope, receive, send)

    def _find(self, scope: Scope) -> Response | None:
        headers = dict(scope["headers"])
        if scope["method"] != "GET" or b"gzip" not in headers.get(b"accept-encoding", b"") or b"range" in headers:
            return None
        for prefix, folder in self.folders.items():
            if scope["path"].startswith(prefix):
                path = _text_file(folder, scope["path"].removeprefix(prefix))
                if path is None:
                    return None
                lasting = folder != OURS or "v" in parse_qs(scope["query_string"].decode("latin-1"))
                more = {"Cache-Control": f"public, immutable, max-age={YEAR_S}" if lasting else "no-cache"}
                if folder == OURS:
                    more["Access-Control-Allow-Origin"] = "*"  # as from Streamlit: the page may be in a sandboxed frame
                body = compressed(path, path.stat().st_mtime_ns)
                return Response(body, media_type=TEXT[path.suffix], headers=HEADERS | more)
        return None


def _text_file(folder: Path, name: str) -> Path | None:
    """Return the path of a text file in a folder; `None` if there is none of that name."""
    if "\0" in name or Path(name).suffix not in TEXT:
        return None
    path = (folder / name).resolve()
    return path if path.is_relative_to(folder.resolve()) and path.is_file() else None


@lru_cache(maxsize=256)
def compressed(path: Path, changed_ns: int) -> bytes:
    """Return the content of a file as gzip, computed once for each change of the file."""
    return gzip.compress(path.read_bytes(), 6, mtime=0)
