"""The process of a job: it runs one function and records the outcome."""

from __future__ import annotations

import contextlib
import importlib
import math
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from core.jobs import processes
from core.jobs.files import Lock, disk_error, is_full, reason, remove, size, write
from core.jobs.folder import AFTER_REQUEST, JobFolder, record_line
from core.jobs.kinds import LostDevice, Run, kind_named
from core.jobs.limits import GRACE_S, Settings, settings
from core.jobs.machine import machine
from core.jobs.queue import advance

POLL_S = 0.1
# Others who check the lock hold it for an instant.
LOCK_S = 5.0
# Checkpoints take at most 1 / CHECKPOINT_SHARE of the time.
CHECKPOINT_SHARE = 20
RECORD_BYTES, METRICS_BYTES = 2**16, 2**24
RUN_BYTES = 2**29
LOG_BYTES = 2**18
# Set when the system asks the process to end.
TERMINATED = threading.Event()

FULL = "The disk is full. Free some space, then resume to continue from the last checkpoint."
UNWRITABLE = "A file of the run cannot be read or written ({reason}). Fix the run folder, then resume."
UNEXPECTED = (
    "The run failed with an unexpected error ({name}). Resume or start over; if it fails again, see log.txt in its "
    "folder on the server."
)
LOST = "The GPU became unavailable. Resume to continue from the last checkpoint."
NO_MEMORY = "There is not enough memory for the run; choose a smaller network or smaller batches."
TERM = "The system ended the process. Resume to continue from the last checkpoint."


class Work:
    """The context of a job, and the thread that watches for requests to it.

    If the folder of the run or its lock is deleted while it runs, the job stops and nothing more is written:
    at the same path there may already be another run.
    """

    def __init__(self, folder: JobFolder, limits: Settings, lock: Lock) -> None:
        self._folder, self._limits, self._lock = folder, limits, lock
        self.resume, point = folder.last_checkpoint()
        self._offset, self._seconds = int(point["metrics"]), float(point.get("seconds", 0.0))
        self._began = time.monotonic()
        self._due = self._began + limits.checkpoint_seconds
        self._progress: float | None = point.get("progress")
        self._reason = ""
        self._note: dict[str, Any] = {}
        self._stop, self._over, self._ending = threading.Event(), threading.Event(), threading.Lock()
        self._metrics = folder.metrics.open("ab", buffering=0)
        self._metrics.truncate(self._offset)
        self._thread = threading.Thread(target=self._watch, name="core.jobs", daemon=True)
        self._thread.start()

    def report(self, record: Mapping[str, Any], progress: float | None = None) -> None:
        if self._is_gone():
            return
        line = memoryview(record_line(_finite(record)))
        if len(line) > RECORD_BYTES or self._offset + len(line) > METRICS_BYTES:
            raise ValueError(f"A run may record at most {METRICS_BYTES // 2**20} MB.")
        self._offset += len(line)
        while line:
            line = line[self._metrics.write(line) :]
        if progress is not None:
            self._progress = min(max(float(progress), 0.0), 1.0)

    def checkpoint(self, save: Callable[[Path], None]) -> None:
        began = time.monotonic()
        if (began < self._due and not self.should_stop()) or self._is_gone():
            return
        os.fsync(self._metrics.fileno())
        point = {"metrics": self._offset, "seconds": self.seconds, "progress": self._progress}
        self._folder.add_checkpoint(save, point)
        self._check_size()
        ended = time.monotonic()
        self._due = ended + max(self._limits.checkpoint_seconds, CHECKPOINT_SHARE * (ended - began))

    def publish(self, name: str, save: Callable[[Path], None]) -> None:
        if self._is_gone():
            return
        self._folder.add_file(name, save)
        self._check_size()

    def note(self, values: Mapping[str, Any] | None) -> None:
        if values is not None:
            self._note = _finite(values)

    def should_stop(self) -> bool:
        return self._stop.is_set()

    @property
    def seconds(self) -> float:
        """Return the time spent, including earlier processes up to the checkpoint."""
        return self._seconds + time.monotonic() - self._began

    def finish(self, result: Any) -> None:
        """Record what the function has returned."""
        if self._is_gone():
            self._end("", "")
        elif result is not None:
            self._folder.set_result(_finite(result))
            self._end("done", "")
        elif self.should_stop():
            self._end(*self._stopped())
        else:
            self._end("failed", "The run ended without a result.")

    def fail(self, error: BaseException) -> None:
        """Record why there is no result."""
        self._end("failed", sentence(error))
        _log(error)

    def _end(self, state: str, message: str) -> bool:
        """Write the last status; only the first caller, the job or its watch, does so, and the second gets False."""
        if not self._ending.acquire(blocking=False):
            return False
        self._over.set()
        with contextlib.suppress(OSError):
            self._metrics.close()
        if not self._is_gone():
            self._keep_note()
            end(self._folder, state, message, seconds=self.seconds, progress=self._progress)
        return True

    def _keep_note(self) -> None:
        """Write the last note to the entry of this machine."""
        machines = self._folder.machines()
        if machines and self._note:
            with contextlib.suppress(OSError):  # it is the least of a full disk's problems
                machines[-1]["note"] = self._note
                write(self._folder.path / "machines.json", {"machines": machines})

    def _is_gone(self) -> bool:
        return not self._lock.in_place()

    def _stopped(self) -> tuple[str, str]:
        request = self._folder.request()
        if request in AFTER_REQUEST:
            return AFTER_REQUEST[request], ""
        if self._reason == "term":
            return "interrupted", TERM
        limit = f"{self._limits.seconds:g} s"
        return "failed", f"Stopped at this server's limit of {limit}; partial results are shown."

    def _watch(self) -> None:
        """Pass requests on, report the progress of the job, and end the process if the job does not stop by itself."""
        asked = told = -math.inf
        while not self._over.wait(POLL_S):
            now = time.monotonic()
            if not self._stop.is_set() and (reason := self._reason_to_stop()):
                self._reason, asked = reason, now
                self._stop.set()
            if self._stop.is_set() and now - asked > GRACE_S and self._end(*self._stopped()):
                os._exit(1)
            if now - told >= 1:
                told = now
                self._tell()

    def _reason_to_stop(self) -> str:
        if self._is_gone():
            return "gone"
        if self._folder.request() in AFTER_REQUEST:
            return "asked"
        if TERMINATED.is_set():
            return "term"
        return "limit" if self.seconds > self._limits.seconds else ""

    def _tell(self) -> None:
        if self._is_gone():
            return
        with contextlib.suppress(OSError):  # a full disk stops the job where it matters
            values = {"progress": self._progress, "seconds": self.seconds, "note": self._note}
            write(self._folder.path / "progress.json", values, durable=False)
            if self._folder.log.stat().st_size > LOG_BYTES:
                os.truncate(self._folder.log, 0)

    def _check_size(self) -> None:
        if size(self._folder.path) > RUN_BYTES:
            raise ValueError(f"A run may take at most {RUN_BYTES // 2**20} MB on disk.")


def run(path: Path, ready: Callable[[], None] = lambda: None) -> None:
    """Run the job in a folder, unless it is not waiting or another process has it; then start waiting jobs.

    Parameters
    ----------
    path
        Folder of the job.
    ready
        Called when the job belongs to this process.
    """
    folder, lock = JobFolder(path), Lock(JobFolder(path).lock)
    if not lock.acquire(LOCK_S):
        return
    try:
        if folder.status().get("state") != "queued":
            return
        _do(folder, lock, ready)
    finally:
        lock.release()
    advance()


def sentence(error: BaseException) -> str:
    """Write one sentence about a failure, for whoever requested the run."""
    first = str(error).partition("\n")[0]
    if isinstance(error, ValueError) and first.endswith((".", "?")):  # those of libraries are seldom sentences
        return first
    if isinstance(error, MemoryError):
        return NO_MEMORY
    if isinstance(error, LostDevice):
        return LOST
    if refused := disk_error(error):
        return FULL if is_full(refused) else UNWRITABLE.format(reason=reason(refused))
    return UNEXPECTED.format(name=type(error).__name__)


def end(folder: JobFolder, state: str, message: str, **values: Any) -> None:
    """Write the last status of a run, even on a full disk; where nothing can be written, the lock shows the end."""
    for make_room in (folder.give_reserve, lambda: None):
        try:
            folder.set_status(state=state, message=message, **values)
            break
        except OSError as error:
            _log(error)
            with contextlib.suppress(OSError):
                make_room()
    if state == "done":
        for each in folder.checkpoints():
            remove(each)


def _do(folder: JobFolder, lock: Lock, ready: Callable[[], None]) -> None:
    try:
        folder.reserve()
        order = folder.order()
        if not order:
            raise ValueError("The settings of the run are damaged; start it again from its page.")
        work = Work(folder, settings(), lock)
        # A new number of starts tells readers to start over: the metrics must be cut by then.
        starts = folder.status().get("starts", 0) + 1
        folder.set_status(state="running", message="", starts=starts, **processes.mark())
        ready()
    except Exception as error:  # noqa: BLE001  whatever it is, the run must say so
        end(folder, "failed", sentence(error))
        _log(error)
        return
    try:
        _note_machine(folder, order["specification"].get("device", "cpu") != "cpu")
        result = _function(order)(order["specification"], work.resume, work)
        work.finish(result)
    except BaseException as error:  # noqa: BLE001  SystemExit too is no end of a run
        work.fail(error)


def _log(error: BaseException) -> None:
    with contextlib.suppress(OSError):
        print("".join(traceback.format_exception(error))[-LOG_BYTES // 4 :], file=sys.stderr, flush=True)


def _function(order: dict[str, Any]) -> Run:
    module, _, name = kind_named(order["kind"], order["version"]).function.rpartition(".")
    function: Run = getattr(importlib.import_module(module), name)
    return function


def _note_machine(folder: JobFolder, with_gpus: bool) -> None:
    """Add this machine to those that have worked on the run."""
    path = folder.path / "machines.json"
    write(path, {"machines": [*folder.machines()[-99:], machine(with_gpus=with_gpus)]})


def _finite(value: Any) -> Any:
    """Return the value with null for numbers that JSON does not have."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _finite(each) for key, each in value.items()}
    return [_finite(each) for each in value] if isinstance(value, list | tuple) else value
