"""Pieces of work for the helper process, and visitors' holds on them."""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar

# A failed request is not retried for this long.
FAILURE_S = 10.0
# Overhead of a kept result beyond its arrays, with room to spare.
OVERHEAD_BYTES = 2048


class Result(Protocol):
    """The result of a task: anything that knows its size."""

    @property
    def nbytes(self) -> int:
        """Return the bytes of its arrays."""


R = TypeVar("R", bound=Result)


class Job:
    """A request and its outcome; shared by all tasks that ask for the same.

    Attributes
    ----------
    key, title, message, read
        What distinguishes it, what is being done, what is sent, and what converts the answer to the result.
    holders : set of Task
        Weak references: a visitor who has gone holds nothing.
    finished : Event
        Set once there is a `value` or an `error`.
    cancelled : bool
    started, ended : float
        On the monotonic clock; 0 before.
    """

    def __init__(self, key: str, title: str, message: dict[str, Any], read: Callable[[Any], Any]) -> None:
        self.key, self.title, self.message, self.read = key, title, message, read
        self.holders: weakref.WeakSet[Task[Any]] = weakref.WeakSet()
        self.finished = threading.Event()
        self.cancelled = False
        self.value: Any = None
        self.error = ""
        self.started = self.ended = 0.0

    def end(self, value: Any = None, error: str = "") -> None:
        """Record the outcome."""
        self.value, self.error, self.ended = value, error, time.monotonic()
        self.message = {}  # it may hold a table
        self.finished.set()

    @property
    def stale(self) -> bool:
        """Return whether it failed long enough ago to be retried."""
        return bool(self.error) and time.monotonic() - self.ended > FAILURE_S

    @property
    def nbytes(self) -> int:
        """Return the bytes that it takes to keep it."""
        return OVERHEAD_BYTES + len(self.key) + (self.value.nbytes if self.value is not None else 0)


class Task(Generic[R]):
    """One visitor's hold on a piece of work; work that nobody holds anymore is not begun.

    Attributes
    ----------
    title : str
        What is being done, such as "Fitting AdaBoost".
    """

    def __init__(self, job: Job, leave: Callable[[Task[Any], Job], None]) -> None:
        self._job, self._leave, self._cancelled = job, leave, False
        self.title = job.title
        job.holders.add(self)

    @property
    def done(self) -> bool:
        """Return whether `result` answers at once."""
        return self._cancelled or self._job.finished.is_set()

    @property
    def seconds(self) -> float:
        """Return how long the work has been or was running; 0 while it waits for its turn."""
        job = self._job
        if not job.started:
            return 0.0
        return (job.ended if job.finished.is_set() else time.monotonic()) - job.started

    def wait(self, timeout: float) -> bool:
        """Wait for at most this many seconds; return whether the result is there."""
        return self._cancelled or self._job.finished.wait(timeout)

    def result(self) -> R:
        """Wait for the result.

        Raises
        ------
        ValueError
            If there is none: the work was canceled, was refused, failed, or took too long.
        """
        if not self._cancelled:
            self._job.finished.wait()
        if self._cancelled:
            raise ValueError(f"{self.title} was canceled.")
        if self._job.error:
            raise ValueError(self._job.error)
        value: R = self._job.value
        return value

    def cancel(self) -> None:
        """Let go of the work; it is dropped, or its process killed, unless another task holds it too."""
        self._cancelled = True
        self._leave(self, self._job)
