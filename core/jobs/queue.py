"""Runs that wait, and what can be asked of a run. All of it goes under one lock for all processes."""

from __future__ import annotations

import contextlib
import json
import shutil
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from core.jobs import files
from core.jobs.folder import ENDED, JobFolder, all_folders, folder_of
from core.jobs.identity import canonical, identity
from core.jobs.kinds import kind_named
from core.jobs.limits import Settings, settings
from core.jobs.start import start

LONGEST_QUEUE = 20
# Of these, how many one owner may have.
LONGEST_OF_OWNER = 6
BUSY_S = 10.0
LONGEST_NAME = 80
NOT_STARTED = "The process of the run could not be started; its log says more."


def submit(kind: str, specification: Mapping[str, Any], *, owner: str = "") -> str:
    """Ask for a run and get its name; who asks for the same gets the same, whatever has become of it.

    Parameters
    ----------
    kind
        Key of `core.jobs.kinds.KINDS`.
    specification
        JSON values that say all; see `core.jobs.kinds`.
    owner
        Any text that stands for who asks, such as a digest of a session; "" for the one user of a private machine. It
        is no part of the run's identity. An owner may have `LONGEST_OF_OWNER` runs waiting, and when runs must be
        removed, the owner who keeps most loses them.

    Raises
    ------
    ValueError
        If nothing is trained here, the queue or the disk is full, or the specification is not one.
    """
    limits = settings()
    version = kind_named(kind).version
    job = identity(kind, version, specification)
    if (limits.folder / job / "spec.json").is_file():
        return job
    limits.require_training()
    with _alone(limits.folder):
        folder = JobFolder(limits.folder / job)
        if not folder.path.exists():
            _make_room(limits, owner)
            plain = json.loads(canonical(specification))
            order = {"kind": kind, "version": version, "specification": plain, "created": time.time()}
            place = {"queued": _ticket(limits.folder), "owner": owner}
            folder.create(order | {"owner": owner}, {"state": "queued", "message": "", **place})
            _dispatch(limits)
    return job


def pause(job: str) -> None:
    """Ask a run to stop after a checkpoint; `resume` lets it go on. A run that has ended stays as it is."""
    _ask(job, "pause", "paused")


def cancel(job: str) -> None:
    """Ask a run to stop for good; what it has computed is kept. A run that has ended stays as it is."""
    _ask(job, "cancel", "cancelled")


def resume(job: str, *, owner: str = "") -> None:
    """Queue a run that ended without a result, to continue from its last checkpoint; `owner` as in `submit`."""
    _again(job, owner, from_start=False)


def restart(job: str, *, owner: str = "") -> None:
    """Forget what a run has computed and queue it again; `owner` as in `submit`."""
    _again(job, owner, from_start=True)


def rename(job: str, name: str) -> None:
    """Give a run a name to be read; no part of it becomes the name of a file."""
    text = " ".join("".join(each if each.isprintable() else " " for each in name).split())[:LONGEST_NAME]
    with _alone(settings().folder) as root:
        files.write(folder_of(root, job).path / "name.json", {"name": text})


def delete(job: str) -> None:
    """Remove a run with all its files.

    Raises
    ------
    ValueError
        If there is none, or its process has not ended.
    """
    with _alone(settings().folder) as root:
        folder = folder_of(root, job)
        if folder.state() in ("running", "stopping"):
            raise ValueError("The run is still going on; cancel it first.")
        _remove(folder)


def waiting(root: Path) -> list[JobFolder]:
    """Runs that wait, the next one first."""
    tickets = [(folder.status(), folder) for folder in all_folders(root)]
    queued = [(status["queued"], folder) for status, folder in tickets if status.get("state") == "queued"]
    return [folder for _, folder in sorted(queued, key=lambda pair: (pair[0], pair[1].path))]


def advance(busy_s: float = BUSY_S) -> None:
    """Start what waits as far as there is room; if others are at it, leave it to them after `busy_s` seconds."""
    limits = settings()
    if limits.training != "off":
        with contextlib.suppress(ValueError), _alone(limits.folder, busy_s):
            _dispatch(limits)


@contextlib.contextmanager
def _alone(root: Path, busy_s: float = BUSY_S) -> Iterator[Path]:
    """Keep all others from changing states; what the disk refuses becomes a sentence."""
    try:
        root.mkdir(parents=True, exist_ok=True)
        lock = files.Lock(root / "lock")
        if not lock.acquire(busy_s):
            raise ValueError("The folder of runs is in use; try again.")
        try:
            yield root
        finally:
            lock.release()
    except OSError as error:
        reason = "the disk is full" if files.is_full(error) else type(error).__name__
        raise ValueError(f"The folder of runs cannot be written ({reason}).") from error


def _ask(job: str, request: str, state: str) -> None:
    with _alone(settings().folder) as root:
        folder = folder_of(root, job)
        match folder.state():
            case "running" | "stopping":
                folder.request_file.write_text(request, encoding="ascii")
            case "queued":
                folder.set_status(state=state)
            case "paused" | "interrupted" if state == "cancelled":
                folder.set_status(state=state)


def _again(job: str, owner: str, *, from_start: bool) -> None:
    limits = settings()
    limits.require_training()
    with _alone(limits.folder) as root:
        folder = folder_of(root, job)
        state, order = folder.state(), folder.order()
        if state not in ENDED or (state == "done" and not from_start):
            return
        kind_named(order["kind"], order["version"])
        _check_queue(root, owner)
        if from_start:
            folder.clear()
            folder.set_status(seconds=0.0, progress=None)
        folder.request_file.unlink(missing_ok=True)
        folder.set_status(state="queued", message="", queued=_ticket(root), owner=owner)
        _dispatch(limits)


def _dispatch(limits: Settings) -> None:
    """Start the next runs; the lock must be held."""
    root = limits.folder
    running = sum(folder.state() in ("running", "stopping") for folder in all_folders(root))
    for folder in waiting(root)[: max(limits.workers - running, 0)]:
        try:
            started = start(folder)
        except OSError:
            started = False
        if not started and folder.status().get("state") == "queued" and not files.held(folder.lock):
            folder.set_status(state="failed", message=NOT_STARTED)


def _ticket(root: Path) -> int:
    """Number behind those of all who wait, also if the clock has been set back."""
    return max([time.time_ns(), *(int(folder.status()["queued"]) + 1 for folder in waiting(root))])


def _check_queue(root: Path, owner: str) -> None:
    queue = waiting(root)
    own = sum(folder.status().get("owner", "") == owner for folder in queue) if owner else 0
    if own >= LONGEST_OF_OWNER:
        raise ValueError(f"{own} of your runs are already waiting; cancel one, or try again when one has started.")
    if len(queue) >= LONGEST_QUEUE:
        raise ValueError(f"{LONGEST_QUEUE} runs are already waiting; try again later.")


def _make_room(limits: Settings, owner: str) -> None:
    """Remove ended runs until a further one of `owner` is allowed; the lock must be held.

    The owner who keeps most, in number or in bytes, loses the run that ended first: so nobody can push out the runs of
    others by asking for many.
    """
    root = limits.folder
    _check_queue(root, owner)
    for leftover in (*root.glob(".new-*"), *root.glob(".deleted-*")):
        shutil.rmtree(leftover, ignore_errors=True)
    sizes = {folder: files.size(folder.path) for folder in all_folders(root)}
    owners = {folder: folder.order().get("owner", "") for folder in sizes}
    ended = sorted((folder for folder in sizes if folder.state() in ENDED), key=JobFolder.changed)
    while (many := len(sizes) >= limits.runs) or sum(sizes.values()) > limits.megabytes * 2**20:
        if not ended:
            raise ValueError("There is no room for another run; wait until one has finished.")
        kept = Counter({owner: 1})
        for folder, nbytes in sizes.items():
            kept[owners[folder]] += 1 if many else nbytes
        gone = max(ended, key=lambda folder: kept[owners[folder]])  # the first of them, so the one that ended first
        _remove(gone)
        ended.remove(gone)
        del sizes[gone]


def _remove(folder: JobFolder) -> None:
    """Make a run vanish at once, then its files."""
    gone = folder.path.with_name(f".deleted-{time.time_ns()}")
    folder.path.rename(gone)
    shutil.rmtree(gone, ignore_errors=True)
