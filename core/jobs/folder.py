"""The folder of a run: who writes which file, and what follows from them.

| file | written by |
|---|---|
| `spec.json` | whoever submits, once |
| `status.json` | the process of the job while it holds `lock`; else whoever holds the lock of all runs |
| `progress.json`, `metrics.jsonl`, `machines.json`, `result.json`, `checkpoint-*`, `files` | the process of the job |
| `request`, `name.json` | whoever holds the lock of all runs |
| `log.txt` | what the process and its libraries print |
| `spare` | nobody: it is removed when the disk is full, so that there is room to say so |
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.jobs.files import held, read, replace, sync, sync_tree, write
from core.jobs.identity import DIGITS

ID = re.compile(rf"[0-9a-f]{{{DIGITS}}}")
# The process has ended, or there has never been one.
ENDED = ("paused", "done", "failed", "cancelled", "interrupted")
AFTER_REQUEST = {"pause": "paused", "cancel": "cancelled"}
SPARE_BYTES = 8192


@dataclass(frozen=True)
class JobFolder:
    """One run on the disk."""

    path: Path

    @property
    def lock(self) -> Path:
        return self.path / "lock"

    @property
    def log(self) -> Path:
        return self.path / "log.txt"

    @property
    def metrics(self) -> Path:
        return self.path / "metrics.jsonl"

    @property
    def files(self) -> Path:
        return self.path / "files"

    @property
    def request_file(self) -> Path:
        return self.path / "request"

    def create(self, order: dict[str, Any], status: dict[str, Any]) -> None:
        """Make the folder with its order (kind, version, specification) under its name at once, or not at all."""
        new = self.path.with_name(f".new-{self.path.name}")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir()
        try:
            JobFolder(new).reserve()
            write(new / "spec.json", order)
            write(new / "status.json", status)
            new.rename(self.path)
            sync(self.path.parent)
        except OSError:
            shutil.rmtree(new, ignore_errors=True)
            raise

    def reserve(self) -> None:
        """Keep some room on the disk for the last status."""
        (self.path / "spare").write_bytes(os.urandom(SPARE_BYTES))

    def give_reserve(self) -> None:
        """Give that room back."""
        (self.path / "spare").unlink(missing_ok=True)

    def order(self) -> dict[str, Any]:
        return read(self.path / "spec.json")

    def status(self) -> dict[str, Any]:
        """What was last written about the run; `state` says what is so now."""
        return read(self.path / "status.json")

    def set_status(self, **values: Any) -> None:
        """Replace some values of the status."""
        write(self.path / "status.json", self.status() | values)

    def changed(self) -> float:
        """When the status was last written, in seconds since 1970."""
        try:
            return (self.path / "status.json").stat().st_mtime
        except OSError:
            return 0.0

    def request(self) -> str:
        """What the process has been asked for: "pause", "cancel" or nothing."""
        try:
            return self.request_file.read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError):
            return ""

    def state(self) -> str:
        """State of the run; the lock of its process says whether that is alive."""
        state = str(self.status().get("state", "interrupted"))
        if state != "running":
            return state
        if held(self.lock):
            return "stopping" if self.request() else "running"
        state = str(self.status().get("state", "interrupted"))  # it may have ended between the two looks
        return AFTER_REQUEST.get(self.request(), "interrupted") if state == "running" else state

    def checkpoints(self) -> list[Path]:
        """Folders of whole checkpoints, the last one at the end; one is left behind unless something has gone wrong."""
        return sorted(self.path.glob("checkpoint-*"))

    def add_checkpoint(self, save: Callable[[Path], None], point: dict[str, Any]) -> None:
        """Write a checkpoint, and then remove those before it."""
        new, old = self.path / "new-checkpoint", self.checkpoints()
        shutil.rmtree(new, ignore_errors=True)
        try:
            (new / "state").mkdir(parents=True)
            save(new / "state")
            write(new / "point.json", {**point, "id": self.path.name})
            sync_tree(new)
        except BaseException:
            shutil.rmtree(new, ignore_errors=True)
            raise
        number = int(old[-1].name.partition("-")[2]) + 1 if old else 1
        replace(new, self.path / f"checkpoint-{number:08}")
        sync(self.path)
        for each in old:
            shutil.rmtree(each, ignore_errors=True)

    def last_checkpoint(self) -> tuple[Path | None, dict[str, Any]]:
        """Folder for `resume`, and what stood at that point: bytes of metrics, seconds.

        Raises
        ------
        ValueError
            If there are checkpoints, but none that can be read and belongs to this run.
        """
        for path in reversed(self.checkpoints()):
            point = read(path / "point.json")
            if point.get("id") == self.path.name and type(point.get("metrics")) is int:
                return path / "state", point
        if self.checkpoints():
            raise ValueError("The checkpoint of the run cannot be read; restart the run from the beginning.")
        return None, {"metrics": 0, "seconds": 0.0}

    def add_file(self, name: str, save: Callable[[Path], None]) -> None:
        """Write a file for visitors."""
        if not re.fullmatch(r"[a-z0-9_-]{1,40}\.[a-z0-9]{1,12}", name):
            raise ValueError(f"A file of a run cannot be called {name!r}.")
        self.files.mkdir(exist_ok=True)
        new = self.path / "new-file"
        try:
            save(new)
            sync(new)
        except BaseException:
            new.unlink(missing_ok=True)
            raise
        replace(new, self.files / name)
        sync(self.files)

    def machines(self) -> list[dict[str, Any]]:
        """What the processes of the run have computed with, in their order."""
        machines = read(self.path / "machines.json").get("machines", [])
        return machines if isinstance(machines, list) else []

    def clear(self) -> None:
        """Forget all that has been computed."""
        for path in (*self.checkpoints(), self.files):
            shutil.rmtree(path, ignore_errors=True)
        for name in ("metrics.jsonl", "progress.json", "result.json", "machines.json"):
            (self.path / name).unlink(missing_ok=True)

    def records(self, start: int = 0, most: int = 2**24) -> tuple[list[dict[str, Any]], int]:
        """Records from a byte of the metrics on, and the byte after the last whole one; a torn line ends them.

        Parameters
        ----------
        start, most
            Where to begin; how many bytes to read at most.
        """
        try:
            with self.metrics.open("rb") as file:
                file.seek(start)
                whole = file.read(most).rpartition(b"\n")
        except OSError:
            return [], start
        records, end = [], start
        for line in whole[0].split(b"\n") if whole[1] else []:
            try:
                records.append(json.loads(line))
            except ValueError:  # what a loss of power has left
                break
            end += len(line) + 1
        return records, end


def folder_of(root: Path, job: str) -> JobFolder:
    """Folder of a run that exists.

    Raises
    ------
    ValueError
        If there is no such run; what is no run's name never becomes a path.
    """
    path = root / job if ID.fullmatch(job) else None
    if path is None or path.is_symlink() or not (path / "spec.json").is_file():
        raise ValueError("There is no such run; perhaps it has been deleted.")
    return JobFolder(path)


def all_folders(root: Path) -> list[JobFolder]:
    """Every run."""
    try:
        names = sorted(name for name in os.listdir(root) if ID.fullmatch(name))
    except OSError:
        return []
    return [JobFolder(root / name) for name in names if not (root / name).is_symlink()]
