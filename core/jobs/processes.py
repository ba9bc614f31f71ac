"""Identity of the process that works on a run, so that none is mistaken for it, and its end by force."""

from __future__ import annotations

import contextlib
import os
import platform
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

# Where Linux describes a process.
PROCESSES = Path("/proc")


def mark() -> dict[str, Any]:
    """Return what identifies this process: its number, its machine, and its start time where that is known."""
    return {"pid": os.getpid(), "host": platform.node(), "began": _began(os.getpid())}


def end(marked: Mapping[str, Any]) -> bool:
    """Kill the process identified by `mark`, with the processes it has started, and return whether that was tried.

    The caller has seen that the process still holds the lock of its run, so its number does not belong to another
    one; and neither a number on another machine nor that of a later process is mistaken for it.
    """
    pid = marked.get("pid", 0)
    if pid in (0, os.getpid()) or {**marked, "host": platform.node(), "began": _began(pid)} != marked:
        return False
    with contextlib.suppress(OSError):
        if os.name == "posix" and os.getpgid(pid) == pid:
            os.killpg(pid, signal.SIGKILL)
        else:
            os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))
        return True
    return False


def _began(pid: int) -> str:
    """Return when a process began, in the machine's own ticks; "" where it is unknown."""
    try:
        told = (PROCESSES / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return told.rpartition(")")[2].split()[19]
