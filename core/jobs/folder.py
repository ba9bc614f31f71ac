"""The folder of a run: who writes which file, and what follows from it.

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

import contextlib
import functools
import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.jobs.files import checksum, file_checksum, held, read, remove, replace, sync, sync_tree, write
from core.jobs.identity import DIGITS, identity

ID = re.compile(rf"[0-9a-f]{{{DIGITS}}}")
# The process has ended, or has never existed.
ENDED = ("paused", "done", "failed", "cancelled", "interrupted")
AFTER_REQUEST = {"pause": "paused", "cancel": "cancelled"}
SPARE_BYTES = 8192
# What stays when a run starts over.
_LASTING = ("spec.json", "status.json", "name.json", "lock", "log.txt")
_LATEST = 4e9  # no run is begun after the year 2096


def _is_number(value: Any, high: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= high


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value < 2**63


# Required form of a value in status.json or progress.json; any others were not written by us, and are left out.
_VALID: dict[str, Callable[[Any], bool]] = {
    "state": lambda value: value in ("queued", "running", *ENDED),
    "message": lambda value: isinstance(value, str) and len(value) <= 2000,
    "progress": lambda value: value is None or _is_number(value, 1),
    "seconds": lambda value: _is_number(value, 1e10),
    "queued": _is_count,
    "starts": _is_count,
    "owner": lambda value: isinstance(value, str),
    "note": lambda value: isinstance(value, dict),
    "pid": _is_count,
    "host": lambda value: isinstance(value, str),
    "gpu": lambda value: isinstance(value, str),
    "began": lambda value: isinstance(value, str),
}


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
        """Create the folder with its order (kind, version, specification) under its name atomically, or not at all.

        An existing folder with a damaged order gets its order back and keeps everything else.
        """
        if self.path.is_dir() and not self.path.is_symlink():
            if (self.path / "spec.json").is_dir():
                remove(self.path / "spec.json")
            write(self.path / "spec.json", order)
            return
        remove(self.path)
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
        """Reserve some room on the disk for the last status."""
        (self.path / "spare").write_bytes(os.urandom(SPARE_BYTES))

    def give_reserve(self) -> None:
        """Free that room."""
        (self.path / "spare").unlink(missing_ok=True)

    def order(self) -> dict[str, Any]:
        """Return kind, version, specification, time, and owner of the run; empty if they are gone or damaged."""
        try:
            found = (self.path / "spec.json").stat()
            return {} if self.path.is_symlink() else _order(self.path, found.st_mtime_ns, found.st_size)
        except OSError:
            return {}

    def status(self) -> dict[str, Any]:
        """Return what was last written about the run; `state` gives the current state.

        Without a "state", the file is damaged.
        """
        return _valid(read(self.path / "status.json"))

    def progress(self) -> dict[str, Any]:
        """Return what the process last reported about itself."""
        return _valid(read(self.path / "progress.json"))

    def result(self) -> dict[str, Any] | None:
        """Return what the run has returned; None before, or if that, its records, or its files are damaged."""
        found = read(self.path / "result.json")
        result = found.get("result")
        return result if isinstance(result, dict) and found.get("sums") == self._left(result) else None

    def set_result(self, result: dict[str, Any]) -> None:
        """Write down what the run has returned, and checksums of everything that it leaves."""
        write(self.path / "result.json", {"sums": self._left(result), "result": result})

    def _left(self, result: dict[str, Any]) -> dict[str, str]:
        """Return checksums of what a run leaves when it is done: its result, records, and files."""
        sums = {"": checksum(json.dumps(result).encode())}
        for path in (self.metrics, *sorted(self.files.glob("*"))):
            with contextlib.suppress(OSError):
                found = path.stat()
                sums[path.name] = _known_checksum(path, found.st_mtime_ns, found.st_size)
        return sums

    def set_status(self, **values: Any) -> None:
        """Replace some values of the status."""
        write(self.path / "status.json", self.status() | values)

    def changed(self) -> float:
        """Return when the status was last written, in seconds since 1970."""
        try:
            return (self.path / "status.json").stat().st_mtime
        except OSError:
            return 0.0

    def request(self) -> str:
        """Return what the process was last asked to do: "pause", "cancel", or nothing."""
        try:
            return self.request_file.read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError):
            return ""

    def asked_s(self) -> float:
        """Return the seconds since that request; 0 if there is none."""
        try:
            return time.time() - self.request_file.stat().st_mtime
        except OSError:
            return 0.0

    def state(self) -> str:
        """Return the state of the run; the lock of its process says whether it is alive, whatever the files say."""
        if held(self.lock):
            return "stopping" if self.request() else "running"
        state = str(self.status().get("state", "failed"))
        if state == "running":
            return AFTER_REQUEST.get(self.request(), "interrupted")
        return "failed" if state == "done" and self.result() is None else state

    def checkpoints(self) -> list[Path]:
        """Return the folders of complete checkpoints, the last one at the end; after a normal end there is one."""
        try:
            names = sorted(name for name in os.listdir(self.path) if re.fullmatch(r"checkpoint-\d{8}", name))
        except OSError:
            return []
        return [self.path / name for name in names]

    def add_checkpoint(self, save: Callable[[Path], None], point: dict[str, Any]) -> None:
        """Write a checkpoint, and then remove the earlier ones.

        The folder of a run that was deleted does not come back.
        """
        new, old = self.path / "new-checkpoint", self.checkpoints()
        remove(new)
        try:
            new.mkdir()
            (new / "state").mkdir()
            save(new / "state")
            write(new / "point.json", {**point, "id": self.path.name, "sums": _sums(new / "state")})
            sync_tree(new)
        except BaseException:
            shutil.rmtree(new, ignore_errors=True)
            raise
        number = int(old[-1].name.partition("-")[2]) + 1 if old else 1
        replace(new, self.path / f"checkpoint-{number:08}")
        sync(self.path)
        for each in old:
            remove(each)

    def last_checkpoint(self) -> tuple[Path | None, dict[str, Any]]:
        """Return the folder for `resume`, and what was true at that point: bytes of metrics, seconds.

        Raises
        ------
        ValueError
            If there are checkpoints, but none that is undamaged, belongs to this run, and has its records.
        """
        for path in reversed(self.checkpoints()):
            point = read(path / "point.json")
            told = point.get("metrics", -1)
            if point.get("id") == self.path.name and _is_count(told) and _undamaged(path / "state", point.get("sums")):
                if self.records(0, told)[1] != told:
                    raise ValueError("The records of the run are damaged; start over.")
                return path / "state", {"metrics": told} | _valid(point)
        if self.checkpoints():
            raise ValueError("The checkpoint of the run is damaged; start over.")
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
        """List what the processes of the run have computed with, in order."""
        machines = read(self.path / "machines.json").get("machines", [])
        return [each for each in machines if isinstance(each, dict)] if isinstance(machines, list) else []

    def clear(self) -> None:
        """Delete everything that has been computed, and whatever else should not be there."""
        for path in self.path.iterdir():
            if path.name not in _LASTING or not path.is_file() or path.is_symlink():
                remove(path)

    def records(self, start: int = 0, most: int = 2**24) -> tuple[list[dict[str, Any]], int]:
        """Return records from a byte of the metrics on, and the byte after the last complete one.

        They stop at a line that is torn or was changed.

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
            text, _, digits = line.rpartition(b"\t")
            if digits.decode("latin-1") != checksum(text):  # damaged by a loss of power, or edited by hand
                break
            records.append(json.loads(text))
            end += len(line) + 1
        return records, end


def record_line(record: dict[str, Any]) -> bytes:
    """Write a record as a line of the metrics: JSON, a tab, and the checksum of the JSON."""
    text = json.dumps(record, allow_nan=False).encode()
    return text + b"\t" + checksum(text).encode() + b"\n"


def run_of(root: Path, job: str) -> tuple[JobFolder, dict[str, Any]]:
    """Return the folder and the order of a run that exists.

    Raises
    ------
    ValueError
        If there is no such run, or its order is damaged; a text that is not a run's name never becomes a path.
    """
    folder = JobFolder(root / job) if ID.fullmatch(job) else None
    order = folder.order() if folder else {}
    if folder is None or not order:
        raise ValueError("No such run; it may have been deleted.")
    return folder, order


def folder_of(root: Path, job: str) -> JobFolder:
    """Return the folder of a run that exists; raises as `run_of` does."""
    return run_of(root, job)[0]


def all_folders(root: Path) -> list[JobFolder]:
    """Return every folder with the name of a run, even if its files are damaged."""
    return [JobFolder(root / name) for name in sorted(_folder_names(root))]


def _folder_names(root: Path) -> Iterator[str]:
    try:
        with os.scandir(root) as entries:
            yield from (each.name for each in entries if ID.fullmatch(each.name) and each.is_dir(follow_symlinks=False))
    except OSError:
        return


@functools.lru_cache(maxsize=1024)
def _order(path: Path, mtime_ns: int, size: int) -> dict[str, Any]:
    """Read an order, which stays the same as long as its file does; empty unless its name follows from it."""
    found = read(path / "spec.json")
    try:
        name = identity(found["kind"], found["version"], found["specification"])
    except (KeyError, ValueError, RecursionError):
        return {}
    if name != path.name:
        return {}
    created, owner = found.get("created"), found.get("owner")
    return found | {
        "created": created if _is_number(created, _LATEST) else mtime_ns / 1e9,
        "owner": owner if isinstance(owner, str) else "",
    }


def _valid(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name in _VALID and _VALID[name](value)}


def _undamaged(folder: Path, sums: Any) -> bool:
    try:
        return bool(sums == _sums(folder))
    except OSError:
        return False


@functools.lru_cache(maxsize=1024)
def _known_checksum(path: Path, mtime_ns: int, size: int) -> str:
    return file_checksum(path)


def _sums(folder: Path) -> dict[str, str]:
    """Return the checksum of each file in a folder, by its name."""
    return {each.relative_to(folder).as_posix(): file_checksum(each) for each in folder.rglob("*") if each.is_file()}
