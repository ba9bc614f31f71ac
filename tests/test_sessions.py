"""Sessions whose browser has gone are closed with all they hold; those that are open or come back are not."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit import config

from pages.ui import sessions
from tests.browser.server import running
from tests.visitors import Visitor


class Server:
    """A stand-in for Streamlit's runtime."""

    def __init__(self) -> None:
        self.open: set[str] = set()
        self.closed: list[str] = []

    def is_active_session(self, session: str) -> bool:
        return session in self.open

    def close_session(self, session: str) -> None:
        self.closed.append(session)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    found = Server()
    monkeypatch.setattr(sessions.runtime, "exists", lambda: True)
    monkeypatch.setattr(sessions.runtime, "get_instance", lambda: found)
    monkeypatch.setattr(sessions, "_last_open", {})
    return found


def test_what_is_gone_is_closed_once(server: Server) -> None:
    sessions._last_open |= {"stays": 0.0, "goes": 0.0, "returns": 0.0}
    server.open = {"stays", "goes", "returns"}
    for now in range(0, 1000, 20):
        if now == 100:
            server.open = {"stays"}
        if now == 160:
            server.open = {"stays", "returns"}
        sessions.look(float(now))
        if server.closed:
            break
    assert server.closed == ["goes"] and now == 180  # 100 s after it was last seen
    for later in range(now + 20, 1000, 20):
        sessions.look(float(later))
    assert server.closed == ["goes"] and set(sessions._last_open) == {"stays", "returns"}


def test_a_session_is_closed_while_streamlit_still_knows_it() -> None:
    assert config.get_option("server.disconnectedSessionTTL") >= sessions.GONE_S + 2 * sessions.EVERY_S


def test_a_real_server_closes_what_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "app.py"
    root = Path(__file__).parents[1]
    script.write_text(
        f"import sys\nsys.path.insert(0, {str(root)!r})\n"
        "import streamlit as st\nfrom pages.ui import server, sessions, shell\n"
        "sessions.EVERY_S, sessions.GONE_S = 0.1, 0.2\n"
        "close = sessions.look\n"
        "def look(now):\n"
        "    before = set(sessions._last_open)\n"
        "    close(now)\n"
        "    if before - set(sessions._last_open):\n"
        f"        open({str(tmp_path / 'closed')!r}, 'w').close()\n"
        "sessions.look = look\n"
        f"app = st.App({str(root / 'lectern.py')!r}, **server.parts())\n"
    )
    with running(script, tmp_path / "log") as server:
        with Visitor(server.url) as visitor:
            visitor.open("momentum")
            assert not (tmp_path / "closed").exists()
        for _ in range(600):
            if (tmp_path / "closed").exists():
                break
            with Visitor(server.url) as other:  # gives the server something to do meanwhile
                other.open("")
        assert (tmp_path / "closed").exists(), (tmp_path / "log").read_text()
