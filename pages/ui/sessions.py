"""Sessions whose browser has gone, which Streamlit drops only when another visitor leaves."""

from __future__ import annotations

import asyncio
import time

from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

EVERY_S = 20.0
# A browser that comes back sooner finds its session again. Shorter than `server.disconnectedSessionTTL` by two looks:
# anything older than that can no longer be closed.
GONE_S = 80.0

_last_open: dict[str, float] = {}


def note() -> None:
    """Note the session that is running the script."""
    context = get_script_run_ctx()
    if context is not None:
        _last_open[context.session_id] = time.monotonic()


async def close_gone() -> None:
    """Close sessions that have been without a browser for a while, again and again."""
    while True:
        await asyncio.sleep(EVERY_S)
        look(time.monotonic())


def look(now: float) -> None:
    """Close the sessions that are gone at a time of the monotonic clock; in the thread of the server."""
    if not runtime.exists():
        return
    server = runtime.get_instance()
    for session, last in list(_last_open.items()):
        if server.is_active_session(session):
            _last_open[session] = now
        elif now - last > GONE_S:
            del _last_open[session]
            server.close_session(session)
