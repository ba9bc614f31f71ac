"""Permission to act on a run: for everybody on a private host; on a public one for the session that began it."""

from __future__ import annotations

import secrets

import streamlit as st

from core import jobs
from core.host import limits

THEIRS = "Another visitor began this run: you can watch it, and only they can stop or change it."


def owner() -> str:
    """Return a text that identifies this session on a public host; "" on a private one, whose runs belong to all."""
    if not limits().public:
        return ""
    if "owner" not in st.session_state:
        st.session_state["owner"] = secrets.token_hex(16)
    return str(st.session_state["owner"])


def may_change(run_owner: str) -> bool:
    """Return whether this session may pause, cancel, restart, rename or delete a run of `run_owner`."""
    return not limits().public or run_owner == owner()


def may_change_run(job: str) -> bool:
    """Return the same for a run by its name; False if there is none."""
    try:
        return may_change(jobs.run_info(job).owner)
    except ValueError:
        return False
