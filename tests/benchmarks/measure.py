"""Rows of the table, and timing in turns."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """One line of the table: what was measured, ours, the peer's, their relation, and what was aimed at."""

    what: str
    ours: str
    peer: str = ""
    result: str = ""
    target: str = ""


def table(rows: list[Row]) -> str:
    """Markdown."""
    lines = ["| measured | Lectern | peer | result | target |", "|---|---|---|---|---|"]
    lines += [f"| {row.what} | {row.ours} | {row.peer} | {row.result} | {row.target} |" for row in rows]
    return "\n".join(lines)


def in_turns(jobs: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Median seconds of each job; the jobs take turns, so that all meet the same conditions.

    A job much faster than the slowest one runs several times in its turn (and each run counts).
    """
    taken: dict[str, list[float]] = {name: [] for name in jobs}
    first = {name: _seconds(job) for name, job in jobs.items()}
    repeats = {name: max(1, min(20, int(0.1 * max(first.values()) / first[name]))) for name in jobs}
    for _ in range(rounds):
        for name, job in jobs.items():
            taken[name] += [_seconds(job) for _ in range(repeats[name])]
    return {name: statistics.median(seconds) for name, seconds in taken.items()}


def _seconds(job: Callable[[], object]) -> float:
    start = time.perf_counter()
    job()
    return time.perf_counter() - start


def milliseconds(seconds: float) -> str:
    """Three significant digits."""
    return f"{float(f'{seconds * 1000:.3g}'):,g} ms"


def resident(pid: int) -> str:
    """Resident memory of a process, and which of the heavy libraries it has loaded (Linux only)."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return "not measured on this system"
    kilobytes = next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmRSS"))
    maps = Path(f"/proc/{pid}/maps").read_text()
    loaded = [name for name in ("torch", "sklearn") if f"/site-packages/{name}/" in maps]
    return f"{kilobytes / 1000:.0f} MB; {', '.join(loaded) or 'none'}"
