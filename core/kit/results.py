"""Results shared between visitors: nobody may write into them, and their bytes are limited."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np

OBJECT_BYTES = 400  # approximate cost of an object with attributes

Result = TypeVar("Result")


def read_only(result: Result) -> Result:
    """Make the arrays among the attributes of a result read-only and return the result."""
    for value in vars(result).values():
        if isinstance(value, np.ndarray):
            value.flags.writeable = False
    return result


def nbytes(result: Any) -> int:
    """Return the bytes that a result holds: its arrays, those of its parts, and what it has cached so far.

    Each array counts once, and a view as the array that it keeps alive.
    """
    total, seen, todo = 0, set(), [result]
    while todo:
        value = todo.pop()
        while isinstance(value, np.ndarray) and isinstance(value.base, np.ndarray):
            value = value.base
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, np.ndarray):
            total += value.nbytes
        elif isinstance(value, bytes):
            total += len(value)
        elif isinstance(value, dict):
            todo += list(value.values())
        elif isinstance(value, tuple | list | set | frozenset):
            todo += value
        elif hasattr(value, "__dict__") and not isinstance(value, type) and not callable(value):
            total += OBJECT_BYTES
            todo += list(vars(value).values())  # a copy: another visitor may just be asking for more
    return total
