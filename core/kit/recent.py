"""Results remembered for a while: the most recent ones, within a number of entries and of bytes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import RLock
from typing import Any


class Recent:
    """Results by key, shared by all visitors; the one that was asked for longest ago goes first.

    Parameters
    ----------
    entries
        How many are kept at most.
    nbytes
        How many bytes they may take together, counted by the attribute `nbytes` of a result (none counts as 0). A
        single result beyond that is not kept.
    """

    def __init__(self, *, entries: int, nbytes: int) -> None:
        self._entries, self._nbytes = entries, nbytes
        self._held: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = RLock()

    def __contains__(self, key: Hashable) -> bool:
        return key in self._held

    def recall(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """Result under `key`, made if it is not there; two visitors who ask at once may both make it."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
        result = make()
        with self._lock:
            self._held[key] = result
            while len(self._held) > self._entries or self._size() > self._nbytes:
                self._held.popitem(last=False)
        return result

    def _size(self) -> int:
        return sum(getattr(result, "nbytes", 0) for result in self._held.values())
