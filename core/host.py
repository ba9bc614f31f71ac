"""Limits that this host sets to a visitor: hardly any on one's own machine, narrow ones on a public host.

LECTERN_HOST=public sets the limits below, LECTERN_HOST=private lifts them. Without it a host is private, except for
Streamlit Community Cloud, which is told by the folder that it puts repositories into.
"""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from pathlib import Path

CLOUD = Path("/mount/src")
MB = 2**20


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Limits of one kind of host.

    Attributes
    ----------
    public : bool
        Whether anybody may come. Then only the session that began a run may stop, rename or delete it.
    state_seconds, state_bytes : float
        Processor time and memory that computing and drawing one state of a page may take, as foreseen.
    kept_bytes : int
        Size of the results that are kept in memory for all visitors.
    upload_mb : int or None
        Size of a file in megabytes; None leaves it to Streamlit's server.maxUploadSize.
    brought_bytes : float
        What has been read from visitors' files and is still shown to them, together.
    session_bytes : int
        Uploads of one session that wait to be read, together.
    reader_bytes : int
        Memory for reading a file, beside the interpreter and the file itself.
    waiting : int
        Runs that one session may have waiting.
    """

    public: bool
    state_seconds: float
    state_bytes: float
    kept_bytes: int
    upload_mb: int | None
    brought_bytes: float
    session_bytes: int
    reader_bytes: int
    waiting: int


PRIVATE = Limits(
    public=False,
    state_seconds=math.inf,
    state_bytes=math.inf,
    kept_bytes=200 * MB,
    upload_mb=None,
    brought_bytes=math.inf,
    session_bytes=1024 * MB,
    reader_bytes=300 * MB,
    waiting=6,
)
PUBLIC = Limits(
    public=True,
    state_seconds=1.0,
    state_bytes=80 * MB,
    kept_bytes=48 * MB,
    upload_mb=8,
    brought_bytes=64 * MB,
    session_bytes=16 * MB,
    reader_bytes=160 * MB,
    waiting=2,
)


def limits() -> Limits:
    """Return the limits of this host.

    Raises
    ------
    ValueError
        If LECTERN_HOST is neither public nor private.
    """
    kind = os.environ.get("LECTERN_HOST") or ("public" if Path(__file__).is_relative_to(CLOUD) else "private")
    if kind not in ("public", "private"):
        raise ValueError(f"LECTERN_HOST must be public or private; got {kind!r}.")
    return PUBLIC if kind == "public" else PRIVATE
