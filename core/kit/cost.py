"""The cost of a state of a page, estimated from its settings, and which computation waits for which."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from core.host import Limits

LARGE_BYTES = 20 * 2**20
PATIENCE_S = 30.0

_turn = threading.Semaphore()


@dataclass(frozen=True)
class Cost:
    """Estimated processor seconds and peak bytes to compute and draw a state, rather too high than too low."""

    seconds: float = 0.0
    nbytes: float = 0.0

    def within(self, limits: Limits) -> bool:
        """Return whether a host allows it."""
        return self.seconds <= limits.state_seconds and self.nbytes <= limits.state_bytes

    def __str__(self) -> str:
        return f"about {self.seconds:.1f} s and {self.nbytes / 1e6:.0f} MB"


@contextmanager
def in_turn(cost: Cost) -> Iterator[None]:
    """Let one large state at a time be computed; after half a minute of waiting, its turn comes in any case."""
    mine = cost.nbytes >= LARGE_BYTES and _turn.acquire(timeout=PATIENCE_S)
    try:
        yield
    finally:
        if mine:
            _turn.release()
