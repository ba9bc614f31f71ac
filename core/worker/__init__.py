"""One helper process for long work; it can be killed without harm, and nothing else waits for it.

It keeps its imports from one request to the next, takes one request at a time, and ends with the app, or after
a few minutes without work. Results are kept here, in the app, as long as there is room.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from core.process import ONE_THREAD, ROOT
from core.worker import wire
from core.worker.tasks import Job, R, Task

COMMAND = (sys.executable, "-m", "core.worker")
IDLE_S = 300.0
LIMIT_S = 120.0
CACHE_BYTES = 32 * 2**20
LONGEST_QUEUE = 20

_nothing_new = ContextVar("nothing_new", default=False)


@contextmanager
def nothing_new() -> Iterator[None]:
    """Begin no work inside the block: `submit` raises `ValueError` for anything new."""
    token = _nothing_new.set(True)
    try:
        yield
    finally:
        _nothing_new.reset(token)


class Worker:
    """A process that answers requests, one at a time, and the queue in front of it.

    Parameters
    ----------
    command
        Starts the process; it reads messages from its standard input and answers on its standard output.
    idle_s, limit_s
        Seconds without work after which the process ends; seconds after which a request is abandoned.
    cache_bytes
        Size of the results that are kept.
    """

    def __init__(
        self,
        command: Sequence[str] = COMMAND,
        *,
        idle_s: float = IDLE_S,
        limit_s: float = LIMIT_S,
        cache_bytes: int = CACHE_BYTES,
    ) -> None:
        self._command, self._idle_s, self._limit_s, self._cache_bytes = tuple(command), idle_s, limit_s, cache_bytes
        self._lock = threading.Condition()
        self._jobs: OrderedDict[str, Job] = OrderedDict()  # waiting, running and kept; the last used at the end
        self._waiting: deque[Job] = deque()
        self._running: Job | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._thread: threading.Thread | None = None
        atexit.register(self.close)

    def submit(
        self,
        kind: str,
        request: Mapping[str, Any],
        *,
        title: str,
        read: Callable[[Any], R],
        attached: Mapping[str, Any] | None = None,
    ) -> Task[R]:
        """Request a piece of work; anyone who requests the same while it is known shares it.

        Parameters
        ----------
        kind, request
            Dotted name of a function, and its keyword arguments; JSON values.
        title
            What is being done, for the reader.
        read
            Converts the answer to the result; ValueError, KeyError, or TypeError if it cannot be right.
        attached
            Further keyword arguments, which may hold arrays and do not distinguish requests: `request` names them
            by their digest.

        Raises
        ------
        ValueError
            If this would begin work inside `nothing_new`, or too much work is waiting already.
        """
        key = json.dumps([kind, request], sort_keys=True)
        with self._lock:
            job = self._jobs.get(key)
            if job is None or job.stale:
                if _nothing_new.get():
                    raise ValueError(f"{title} has not been asked for.")
                self._drop_abandoned()
                if len(self._waiting) >= LONGEST_QUEUE:
                    raise ValueError("Too many visitors are waiting for a computation; try again in a minute.")
                message = {"kind": kind, "request": {**request, **(attached or {})}}
                job = self._jobs[key] = Job(key, title, message, read)
                self._waiting.append(job)
                self._lock.notify()
                if self._thread is None:
                    self._thread = threading.Thread(target=self._serve, name="core.worker", daemon=True)
                    self._thread.start()
            self._jobs.move_to_end(key)
            return Task(job, self._leave)

    def _drop_abandoned(self) -> None:
        """Remove from the queue what nobody waits for anymore."""
        for job in [job for job in self._waiting if not job.holders]:
            self._waiting.remove(job)
            self._forget(job)

    def _leave(self, task: Task[Any], job: Job) -> None:
        """Remove a task from the holders of a job, and end the job if it was the last."""
        with self._lock:
            job.holders.discard(task)
            if job.holders or job.finished.is_set():
                return
            self._forget(job)
            job.cancelled = True
            job.end(error=f"{job.title} was canceled.")
            if self._running is job and self._process is not None:
                self._process.kill()

    def close(self) -> None:
        """End the process; whatever it was working on fails, and so does everything that was waiting."""
        with self._lock:
            while self._waiting:
                job = self._waiting.popleft()
                self._forget(job)
                job.end(error=f"{job.title} was canceled.")
            if self._running is None:
                self._stop()
            elif self._process is not None:  # the thread that waits for its answer cleans up
                self._process.kill()
                self._process.wait()

    def _serve(self) -> None:
        """Hand one request after another to the process; ends when there has been none for a while."""
        while (job := self._next()) is not None:
            try:
                value, error, usable = self._ask(job)
            except Exception as failure:  # noqa: BLE001  such as no memory for a process: who waits must hear of it
                value, error, usable = None, f"{job.title} failed ({type(failure).__name__}); try again.", False
            with self._lock:
                self._running = None
                if not job.cancelled:
                    job.end(value, error)
                    self._make_room()
                if job.cancelled or not usable:
                    self._stop()

    def _next(self) -> Job | None:
        with self._lock:
            while True:
                while self._waiting:
                    job = self._waiting.popleft()
                    if job.holders:
                        self._running, job.started = job, time.monotonic()
                        return job
                    self._forget(job)
                if not self._lock.wait(self._idle_s) and not self._waiting:
                    self._stop()
                    self._thread = None
                    return None

    def _ask(self, job: Job) -> tuple[Any, str, bool]:
        """Return the value, or a sentence about why there is none, and whether the process can go on."""
        with self._lock:
            if job.cancelled:
                return None, "", True
            process = self._process = self._living()
        assert process.stdin is not None and process.stdout is not None
        limit = threading.Timer(self._limit_s, process.kill)
        limit.start()
        try:
            process.stdin.write(wire.dump(job.message))
            process.stdin.flush()
            line = process.stdout.readline()
        except OSError:
            line = b""
        finally:
            limit.cancel()
        if not line:
            slow = time.monotonic() - job.started >= self._limit_s
            reason = f"was stopped after {self._limit_s:.0f} seconds" if slow else "ended without a result"
            return None, f"{job.title} {reason}; try other settings or less data.", False
        try:
            answer = wire.load(line)
            if "error" in answer:
                return None, str(answer["error"]), True
            return job.read(answer["value"]), "", True
        except (ValueError, KeyError, TypeError):
            return None, f"{job.title} returned an unreadable result; try again.", False

    def _living(self) -> subprocess.Popen[bytes]:
        """Return the process; a new one if it has not been started or has died since its last answer."""
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._stop()
        return subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env={**os.environ, **ONE_THREAD},
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )

    def _stop(self) -> None:
        if self._process is not None:
            process, self._process = self._process, None
            process.kill()
            process.communicate()

    def _forget(self, job: Job) -> None:
        if self._jobs.get(job.key) is job:
            del self._jobs[job.key]

    def _make_room(self) -> None:
        kept = [job for job in self._jobs.values() if job.finished.is_set()]
        excess = sum(job.nbytes for job in kept) - self._cache_bytes
        for job in kept[:-1]:
            if excess <= 0:
                return
            self._forget(job)
            excess -= job.nbytes


submit = Worker().submit
