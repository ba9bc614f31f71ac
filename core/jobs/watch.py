"""A page's view of runs: a few small files are read for it, so that two hundred visitors may ask every second."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.jobs.files import read
from core.jobs.folder import ENDED, JobFolder, all_folders, folder_of, run_of
from core.jobs.limits import FROZEN_S, settings
from core.jobs.queue import advance, waiting

DIED = (
    "The run stopped unexpectedly, perhaps because memory ran out or its folder could not be written. Resume to "
    "continue from the last checkpoint."
)
DAMAGED = "Files of this run are damaged. Start over."
STUCK = "The process of the run does not stop; whoever runs this server must end process {pid}."
# The most that `metrics` reads at once.
PART_BYTES = 2**20
LOOK_S = 0.02
# The order of the queue is looked up at most once in this many seconds, for all visitors of the app together.
QUEUE_S = 0.5


@dataclass(frozen=True)
class Status:
    """State of a run.

    Attributes
    ----------
    state : str
        queued, running, stopping, paused, done, failed, cancelled, or interrupted.
    progress : float
        Fraction of the work that is done, in [0, 1].
    position : int
        Position in the queue, from 1 on; 0 if it is not waiting.
    seconds : float
        How long it has run.
    message : str
        A sentence, if there is something to say.
    note : dict
        What its process last reported about how it computes, while it runs.
    """

    state: str
    progress: float = 0.0
    position: int = 0
    seconds: float = 0.0
    message: str = ""
    note: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ended(self) -> bool:
        """Return whether no process works on it or will."""
        return self.state in ENDED


@dataclass(frozen=True)
class Metrics:
    """Records of a run since the last look.

    Attributes
    ----------
    records : tuple of dict
    cursor : str
        Pass this to `metrics` the next time.
    restarted : bool
        Whether the run has restarted at a checkpoint or from the beginning, so that `records` are all there are and
        those of earlier looks are void.
    """

    records: tuple[dict[str, Any], ...]
    cursor: str
    restarted: bool


@dataclass(frozen=True)
class RunInfo:
    """A run in the list of runs.

    Attributes
    ----------
    id, kind, name : str
        `name` is empty unless the run was given one.
    owner : str
        Who began it, as passed to `core.jobs.submit`.
    specification : dict
    created : float
        Seconds since 1970.
    machines : sequence of dict
        What its processes have computed with; see `core.jobs.machine`.
    status : Status
    """

    id: str
    kind: str
    name: str
    owner: str
    specification: dict[str, Any]
    created: float
    machines: Sequence[Mapping[str, Any]]
    status: Status


def status(job: str) -> Status:
    """Return the current state of a run.

    Raises
    ------
    ValueError
        If there is no such run.
    """
    return _status(folder_of(settings().folder, job))


def metrics(job: str, cursor: str = "") -> Metrics:
    """Return records since `cursor` (all without one), at most a megabyte of them; a half-written one comes later.

    Raises
    ------
    ValueError
        If there is no such run.
    """
    folder = folder_of(settings().folder, job)
    starts = str(folder.status().get("starts", 0))
    before, _, start = cursor.partition(":")
    restarted = before != starts
    records, end = folder.records(0 if restarted else int(start), PART_BYTES)
    return Metrics(tuple(records), f"{starts}:{end}", restarted)


def result(job: str) -> dict[str, Any]:
    """Return the result of a run that is done; empty before."""
    return folder_of(settings().folder, job).result() or {}


def published(job: str) -> dict[str, Path]:
    """Return files that a run has left for visitors, by their names."""
    folder = folder_of(settings().folder, job).files
    return {path.name: path for path in sorted(folder.glob("*")) if path.is_file()}


def runs() -> list[RunInfo]:
    """List every run, the newest first."""
    found = [(folder, folder.order()) for folder in all_folders(settings().folder)]
    listed = [_info(folder, order) for folder, order in found if order]
    return sorted(listed, key=lambda run: run.created, reverse=True)


def names() -> frozenset[str]:
    """Return the name of every run without looking at any."""
    return frozenset(folder.path.name for folder in all_folders(settings().folder))


def wait(job: str, states: Collection[str] = ENDED, timeout_s: float = 60.0) -> Status:
    """Wait until a run is in one of several states.

    Raises
    ------
    TimeoutError
        If that takes longer.
    """
    end = time.monotonic() + timeout_s
    while (now := status(job)).state not in states:
        if time.monotonic() > end:
            raise TimeoutError(f"The run is {now.state} after {timeout_s:.0f} seconds.")
        time.sleep(LOOK_S)
    return now


def run_info(job: str) -> RunInfo:
    """Return one entry of `runs`.

    Raises
    ------
    ValueError
        If there is no such run.
    """
    return _info(*run_of(settings().folder, job))


def _status(folder: JobFolder) -> Status:
    state, position = folder.state(), 0
    if state == "queued":
        position = _queue.position(folder)
        state = folder.state()  # this may have started it
    if state == "stopping" and folder.asked_s() > FROZEN_S:
        advance(0.0)
    written = folder.status()
    if state != "queued":
        position = 0
    now = written | (folder.progress() if written.get("state") == "running" else {})
    progress = 1.0 if state == "done" else now.get("progress") or 0.0
    message = _message(folder, state, position, written)
    return Status(state, progress, position, now.get("seconds", 0.0), message, now.get("note", {}))


def _message(folder: JobFolder, state: str, position: int, written: dict[str, Any]) -> str:
    """Say what there is to say about a run in a state, which may differ from the one in the file."""
    if state == "queued":
        return "Next in the queue." if position == 1 else f"Runs ahead of this one: {position - 1}."
    if state == "stopping":
        return STUCK.format(pid=written.get("pid", "?")) if folder.asked_s() > 2 * FROZEN_S else ""
    if state in ("interrupted", "failed") and state != written.get("state"):
        return DIED if state == "interrupted" else DAMAGED
    return str(written.get("message", ""))


def _info(folder: JobFolder, order: dict[str, Any]) -> RunInfo:
    name = read(folder.path / "name.json").get("name")
    return RunInfo(
        id=folder.path.name,
        kind=order["kind"],
        name=name if isinstance(name, str) else "",
        owner=order["owner"],
        specification=order["specification"],
        created=order["created"],
        machines=folder.machines(),
        status=_status(folder),
    )


class _Queue:
    """Order of the waiting runs, as it was a moment ago."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._order: list[Path] = []
        self._until = 0.0

    def position(self, folder: JobFolder) -> int:
        """Return the position of a waiting run; also start it if the process that should have done so has died."""
        with self._lock:
            if time.monotonic() >= self._until or folder.path not in self._order:
                advance(0.0)
                self._order = [each.path for each in waiting(folder.path.parent)]
                self._until = time.monotonic() + QUEUE_S
            return self._order.index(folder.path) + 1 if folder.path in self._order else 1


_queue = _Queue()
