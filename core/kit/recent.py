"""Results remembered for a while: the most recent ones, up to a number of entries and of bytes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import RLock
from typing import Any

from core.kit.results import nbytes as nbytes_of


class Recent:
    """Results by key, shared by all visitors; the least recently requested one goes first.

    Parameters
    ----------
    entries
        The most that are kept.
    nbytes
        Bytes they may take together (see `core.kit.results.nbytes`). A single result larger than that is not
        kept.
    """

    def __init__(self, *, entries: int, nbytes: int) -> None:
        self._entries, self._nbytes = entries, nbytes
        self._held: OrderedDict[Hashable, Any] = OrderedDict()
        self._sizes: dict[Hashable, int] = {}  # measured when last requested: results cache parts
        self._lock = RLock()

    def __contains__(self, key: Hashable) -> bool:
        return key in self._held

    def recall(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """Return the result under `key`, made if it is missing; two visitors who ask at once may both make it."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                self._sizes.pop(key, None)
                return self._held[key]
        result = make()
        with self._lock:
            self._held[key] = result
            self._sizes.pop(key, None)
            while len(self._held) > self._entries or self._size() > self._nbytes:
                gone, _ = self._held.popitem(last=False)
                self._sizes.pop(gone, None)
            self._sizes.pop(key, None)  # it is just being drawn
        return result

    def _size(self) -> int:
        for key in self._held.keys() - self._sizes.keys():
            self._sizes[key] = nbytes_of(self._held[key])
        return sum(self._sizes.values())
