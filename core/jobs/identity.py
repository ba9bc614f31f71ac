"""Names of runs: equal specifications are the same run."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from typing import Any

# Raise this when the same specification is to be written differently.
FORMAT = 1
DIGITS = 32  # hexadecimal: 128 bits
LARGEST_BYTES = 65536
_EXACT = 2**53


def canonical(value: Any) -> str:
    """Return JSON text that is the same for equal values: sorted keys, no spaces, whole floats as integers.

    Raises
    ------
    ValueError
        If the value is not made of finite numbers, texts, truth values, None, lists, and dicts with texts as keys.

    >>> canonical({"b": [1.0, 0.5, True], "a": None})
    '{"a":null,"b":[1,0.5,true]}'
    """
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), allow_nan=False)


def identity(kind: str, version: int, specification: Mapping[str, Any]) -> str:
    """Return the name of the run of a specification: 32 hexadecimal digits of a SHA-256 sum.

    Raises
    ------
    ValueError
        If the specification cannot be written as JSON, or is longer than 64 KB.
    """
    text = canonical({"format": FORMAT, "kind": kind, "version": version, "specification": specification})
    if len(text) > LARGEST_BYTES:
        raise ValueError(f"The settings of a run may take {LARGEST_BYTES:,} bytes; these take {len(text):,}.")
    return hashlib.sha256(text.encode()).hexdigest()[:DIGITS]


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError("The settings of a run must be finite numbers.")
        return int(value) if value.is_integer() and abs(value) <= _EXACT else value
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return {key: _plain(each) for key, each in value.items()}
    raise ValueError(f"The settings of a run cannot hold a value of type {type(value).__name__}.")
