"""Which process works on a run, told so that none is mistaken for it, and its end by force."""

from __future__ import annotations

import contextlib
import os
import platform
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

# Where Linux tells about a process.
PROCESSES = Path("/proc")


def mark() -> dict[str, Any]:
    """Return what tells this process from all others: its number, its machine, and when it began where that is told."""
    return {"pid": os.getpid(), "host": platform.node(), "began": _began(os.getpid())}


def end(marked: Mapping[str, Any]) -> bool:
    """Kill the process that has told `mark`, with those it has started, and return whether that was tried.

    Whoever calls this has seen that the process still holds the lock of its run, so its number has not gone to another
    one; and neither the number of another machine nor that of a later process is taken for it.
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
    """When a process began, in the machine's own ticks; "" where it is not told."""
    try:
        told = (PROCESSES / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return told.rpartition(")")[2].split()[19]
