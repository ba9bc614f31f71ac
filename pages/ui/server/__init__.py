"""Additions to Streamlit's own server: pictures by a websocket, small static files, an early start."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import WebSocketRoute

from pages.ui import net, sessions, shell
from pages.ui.server import live
from pages.ui.server.static import SmallStatic
from pages.ui.server.uploads import BoundedUploads


def parts() -> dict[str, Any]:
    """Return options of `st.App`: our own route, a layer around Streamlit's, and what runs at first and at worst."""
    path = str(st.get_option("server.baseUrlPath") or "").strip("/")
    base = f"/{path}" if path else ""  # Streamlit does not prepend it to the addresses of others
    live.open_for_drags()
    return {
        "routes": [WebSocketRoute(f"{base}/{live.PATH}", live.answer)],
        "middleware": [Middleware(BoundedUploads, base=base), Middleware(SmallStatic, base=base)],
        "lifespan": lifespan,
        "on_script_error": net.last,
    }


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Import all pages before the first visitor comes, and close sessions whose browser has gone."""
    shell.labs()
    closing = asyncio.create_task(sessions.close_gone())
    yield
    closing.cancel()
