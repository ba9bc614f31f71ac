"""Runs as something that a page waits for, like the tasks of `core.worker`."""

from __future__ import annotations

import time
from collections.abc import Sequence

from core import jobs
from core.training.runs import Seen, Spec, look

LOOK_S = 0.05


class RunTask:
    """Some runs that were begun.

    Attributes
    ----------
    title : str
        What is being done.
    refused : str
        Why they could not be begun, as a sentence; empty if they were.
    """

    def __init__(self, specs: Sequence[Spec], title: str, refused: str = "") -> None:
        self.title, self.refused, self._specs = title, refused, specs

    @property
    def done(self) -> bool:
        """Return whether none of them is in progress."""
        return bool(self.refused) or not any(look(spec).going for spec in self._specs)

    @property
    def seconds(self) -> float:
        """Return how long those in progress have run together."""
        return sum(seen.seconds for seen in map(look, self._specs) if seen.going)

    def wait(self, timeout: float) -> bool:
        """Wait for at most `timeout` seconds; return whether they have ended."""
        end = time.monotonic() + timeout
        while not self.done:
            if time.monotonic() > end:
                return False
            time.sleep(LOOK_S)
        return True

    def result(self) -> tuple[Seen, ...]:
        """Wait for them.

        Raises
        ------
        ValueError
            If they were not begun, or one has ended without a result.
        """
        if self.refused:
            raise ValueError(self.refused)
        while not self.wait(60.0):
            pass
        seen = tuple(look(spec) for spec in self._specs)
        for each in seen:
            if each.state not in ("recorded", "done"):
                raise ValueError(each.message or "The training has not been finished.")
        return seen

    def cancel(self) -> None:
        """Stop them, for everybody."""
        for each in map(look, self._specs):
            if each.going:
                jobs.cancel(each.id)
