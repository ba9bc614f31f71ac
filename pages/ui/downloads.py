"""Downloads of images or weights that a run needs and this machine lacks: a button, and the progress."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core import jobs
from core.training.downloads import DOWNLOADS, begin, cancel, look, needed, offered
from core.training.offers import too_long
from core.training.runs import GOING
from pages.ui import net, state
from pages.ui.asking import button, refused
from pages.ui.owner import owner

EVERY_S = 1.0
SHARED = "This download is shared: canceling it stops it for everyone."
WORDS = {"cancelled": "The download was canceled.", "interrupted": "The download was interrupted."}


def offer(specs: Sequence[Any], key: str) -> None:
    """Draw the row if the runs need something that can be downloaded; nothing is fetched without a click."""
    data = needed(specs[0])
    if offered(data) and not too_long(specs[0]):
        (_live_row if _going(look(data)) else _still_row)(data, f"{key}:download")


def _going(status: jobs.Status | None) -> bool:
    return status is not None and status.state in GOING


def _still_row(data: str, key: str) -> None:
    """Say what can be had from where, and how an earlier attempt ended."""
    found, status = DOWNLOADS[data], look(data)
    past = WORDS.get(status.state, status.message) if status else ""
    size = f"{found.nbytes / 1e6:.0f} MB"
    with _row():
        button(
            f"Download {found.title} ({size})",
            "download",
            lambda: begin(data, owner=owner()),
            key,
            name="begin",
            type="primary",
        )
        words = (
            f"{past} From {found.host.removeprefix('www.')}; downloaded once and stored for all users of this server."
        )
        st.caption(words.strip(), width="stretch")
        refused(key)


def _progress_row(data: str, key: str) -> None:
    """Show the progress; when it has ended, redraw the page with what can be done then."""
    found, status = DOWNLOADS[data], look(data)
    if status is None or not _going(status):
        state.again()
    done, size = (share * found.nbytes / 1e6 for share in (status.progress, 1.0))
    words = status.message if status.state == "queued" else f"{found.title}: {done:.1f} of {size:.1f} MB"
    with _row():
        st.progress(status.progress, text=words, width=320)
        button("Cancel", "close", lambda: cancel(data), key)
        st.caption(SHARED, width="stretch")


_live_row = st.fragment(net.guarded(_progress_row), run_every=EVERY_S)


def _row() -> Any:
    return st.container(horizontal=True, vertical_alignment="center", key="download")
