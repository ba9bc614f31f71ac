"""Runs that wait, and requests to runs. All of it happens under one lock for all processes."""

from __future__ import annotations

import contextlib
import json
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from core import host
from core.jobs import files, processes
from core.jobs.folder import ENDED, JobFolder, all_folders, folder_of, run_of
from core.jobs.gpus import slots
from core.jobs.identity import canonical, identity
from core.jobs.kinds import kind_named
from core.jobs.limits import FROZEN_S, Settings, settings
from core.jobs.start import start

LONGEST_QUEUE = 20
BUSY_S = 10.0
LONGEST_NAME = 80
NOT_STARTED = "The run could not be started. Start over; if that fails too, see log.txt in its folder on the server."


def submit(kind: str, specification: Mapping[str, Any], *, owner: str = "") -> str:
    """Request a run and return its name; the same request gives the same run, whatever its state.

    Parameters
    ----------
    kind
        Key of `core.jobs.kinds.KINDS`.
    specification
        JSON values that specify the run completely; see `core.jobs.kinds`.
    owner
        Any text that identifies the requester, such as a digest of a session; "" for the user of a private machine. It
        is not part of the run's identity. An owner may have as many runs waiting as `core.host` says; when runs must
        be removed, the owner who keeps the most loses them.

    Raises
    ------
    ValueError
        If nothing is trained here, the queue or the disk is full, or the specification is invalid.
    """
    limits = settings()
    version = kind_named(kind).version
    job = identity(kind, version, specification)
    folder = JobFolder(limits.folder / job)
    if folder.order():
        return job
    limits.require_training()
    with _alone(limits.folder):
        if not folder.order():
            _make_room(limits, owner)
            plain = json.loads(canonical(specification))
            order = {"kind": kind, "version": version, "specification": plain, "created": time.time()}
            place = {"queued": _ticket(limits.folder), "owner": owner}
            folder.create(order | {"owner": owner}, {"state": "queued", "message": "", **place})
            _dispatch(limits)
    return job


def pause(job: str) -> None:
    """Ask a run to stop after a checkpoint; `resume` continues it. A run that has ended is left alone."""
    _ask(job, "pause", "paused")


def cancel(job: str) -> None:
    """Ask a run to stop for good; what it has computed is kept. A run that has ended is left alone."""
    _ask(job, "cancel", "cancelled")


def resume(job: str, *, owner: str = "") -> None:
    """Queue a run that ended without a result, to continue from its last checkpoint; `owner` as in `submit`."""
    _again(job, owner, from_start=False)


def restart(job: str, *, owner: str = "") -> None:
    """Forget what a run has computed and queue it again; `owner` as in `submit`."""
    _again(job, owner, from_start=True)


def rename(job: str, name: str) -> None:
    """Give a run a display name; no part of it becomes the name of a file."""
    text = " ".join("".join(each if each.isprintable() else " " for each in name).split())[:LONGEST_NAME]
    with _alone(settings().folder) as root:
        files.write(folder_of(root, job).path / "name.json", {"name": text})


def delete(job: str) -> None:
    """Remove a run and all its files.

    Raises
    ------
    ValueError
        If there is none, or its process has not ended.
    """
    with _alone(settings().folder) as root:
        folder = folder_of(root, job)
        if folder.state() in ("running", "stopping"):
            raise ValueError("The run is still in progress; cancel it first.")
        _remove(folder)


def waiting(root: Path) -> list[JobFolder]:
    """Return the waiting runs, the next one first."""
    queued = [folder for folder in all_folders(root) if folder.state() == "queued"]
    return sorted(queued, key=lambda folder: (folder.status().get("queued", 0), folder.path))


def advance(busy_s: float = BUSY_S) -> None:
    """Start waiting runs as far as there is room, and end those that do not stop.

    If another process is doing so, leave it to that one after `busy_s` seconds.
    """
    limits = settings()
    with contextlib.suppress(ValueError), _alone(limits.folder, busy_s):
        _dispatch(limits)


@contextlib.contextmanager
def _alone(root: Path, busy_s: float = BUSY_S) -> Iterator[Path]:
    """Keep all others from changing states; an error of the disk becomes a sentence."""
    try:
        root.mkdir(parents=True, exist_ok=True)
        lock = files.Lock(root / "lock")
        if not lock.acquire(busy_s):
            raise ValueError("The run folder is busy; try again.")
        try:
            yield root
        finally:
            lock.release()
    except OSError as error:
        todo = "free some space" if files.is_full(error) else "make it writable, or set LECTERN_JOBS_FOLDER to another"
        raise ValueError(f"Cannot write to the run folder ({files.reason(error)}); {todo}.") from error


def _ask(job: str, request: str, state: str) -> None:
    with _alone(settings().folder) as root:
        folder = folder_of(root, job)
        match folder.state():
            case "running" | "stopping" if folder.request() != request:
                folder.request_file.write_text(request, encoding="ascii")
            case "queued":
                folder.set_status(state=state)
            case "paused" | "interrupted" if state == "cancelled":
                folder.set_status(state=state)


def _again(job: str, owner: str, *, from_start: bool) -> None:
    limits = settings()
    limits.require_training()
    with _alone(limits.folder) as root:
        folder, order = run_of(root, job)
        state = folder.state()
        if state == "stopping":
            raise ValueError("The run is still stopping; try again in a moment.")
        if state not in ENDED or (state == "done" and not from_start):
            return
        kind_named(order["kind"], order["version"])
        _check_queue(root, owner)
        if from_start:
            folder.clear()
            folder.set_status(seconds=0.0, progress=None)
        files.remove(folder.request_file)
        folder.set_status(state="queued", message="", queued=_ticket(root), owner=owner)
        _dispatch(limits)


def _dispatch(limits: Settings) -> None:
    """Start the next runs, and end processes that do not stop; the lock must be held.

    A run that cannot be started leaves its turn to the next.
    """
    root = limits.folder
    states = {folder: folder.state() for folder in all_folders(root)}
    for folder, state in states.items():
        if state == "stopping" and folder.asked_s() > FROZEN_S:
            processes.end(folder.status())
    free = limits.workers - sum(state in ("running", "stopping") for state in states.values())
    for folder in waiting(root) if limits.training != "off" else ():
        if free > 0 and _started(folder):
            free -= 1


def _started(folder: JobFolder) -> bool:
    try:
        gpu = _free_gpu(folder)
        if gpu:
            folder.set_status(gpu=gpu)
        started = start(folder, gpu)
    except OSError:
        started = False
    if not started and folder.state() == "queued":
        with contextlib.suppress(OSError):
            folder.set_status(state="failed", message=NOT_STARTED)
    return started


def _free_gpu(folder: JobFolder) -> str:
    """Name the GPU with the fewest runs, if there are several and this run uses one; "" otherwise."""
    if folder.order().get("specification", {}).get("device") != "cuda" or len(found := slots()) < 2:
        return ""
    every = [each for each in all_folders(folder.path.parent) if each.state() in ("running", "stopping")]
    taken = Counter(each.status().get("gpu") for each in every)
    return min(found, key=lambda gpu: taken[gpu])


def _ticket(root: Path) -> int:
    """Return a number behind those of all waiting runs, even if the clock has been set back."""
    return max([time.time_ns(), *(int(folder.status().get("queued", 0)) + 1 for folder in waiting(root))])


def _check_queue(root: Path, owner: str) -> None:
    queue = waiting(root)
    own = sum(folder.status().get("owner", "") == owner for folder in queue) if owner else 0
    if own >= host.limits().waiting:
        raise ValueError(f"{own} of your runs are already waiting; cancel one, or try again when one has started.")
    if len(queue) >= LONGEST_QUEUE:
        raise ValueError(f"{LONGEST_QUEUE} runs are already waiting; try again later.")


def _make_room(limits: Settings, owner: str) -> None:
    """Remove ended runs until another one of `owner` is allowed; the lock must be held.

    The owner who keeps the most, in number or in bytes, loses the run that ended first: so nobody can push out the runs
    of others by requesting many.
    """
    root = limits.folder
    _check_queue(root, owner)
    for leftover in (*root.glob(".new-*"), *root.glob(".deleted-*")):
        files.remove(leftover)
    sizes = {folder: files.size(folder.path) for folder in all_folders(root)}
    owners = {folder: folder.order().get("owner", "") for folder in sizes}
    ended = sorted((folder for folder in sizes if folder.state() in ENDED), key=JobFolder.changed)
    while (many := len(sizes) >= limits.runs) or sum(sizes.values()) > limits.megabytes * 2**20:
        if not ended:
            raise ValueError("The queue is full; wait until a run has finished.")
        kept = Counter({owner: 1})
        for folder, nbytes in sizes.items():
            kept[owners[folder]] += 1 if many else nbytes
        gone = max(ended, key=lambda folder: kept[owners[folder]])  # max takes the first, so the one that ended first
        ended.remove(gone)
        with contextlib.suppress(OSError):  # it may belong to another user, for example
            _remove(gone)
            del sizes[gone]


def _remove(folder: JobFolder) -> None:
    """Make a run vanish atomically, then delete its files."""
    gone = folder.path.with_name(f".deleted-{time.time_ns()}")
    folder.path.rename(gone)
    files.remove(gone)
