"""Messages between the app and its helper process: one line of JSON each, arrays as base64 of their bytes."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np

DTYPES = ("<f8", "<i8", "|u1")


def dump(message: Any) -> bytes:
    """Encode a message of JSON values and arrays as one line, with its line end.

    Raises
    ------
    TypeError
        If it holds anything else, or an array of another type than float64, int64 or uint8.
    """
    return json.dumps(message, default=_array).encode() + b"\n"


def load(line: bytes) -> Any:
    """Read a message; its arrays are read-only.

    Raises
    ------
    ValueError
        If the line is not such a message.
    """
    try:
        return json.loads(line, object_hook=_restore)
    except (KeyError, TypeError, OverflowError, RecursionError) as error:
        raise ValueError("The line is not a message.") from error


def _array(value: Any) -> dict[str, Any]:
    if not isinstance(value, np.ndarray):
        raise TypeError(f"{type(value).__name__} has no place in a message")
    plain = np.ascontiguousarray(value, value.dtype.newbyteorder("<"))
    if plain.dtype.str not in DTYPES:
        raise TypeError(f"arrays of {plain.dtype.str} have no place in a message")
    return {"dtype": plain.dtype.str, "shape": plain.shape, "base64": base64.b64encode(plain.tobytes()).decode()}


def _restore(value: dict[str, Any]) -> Any:
    if "base64" not in value:
        return value
    if value["dtype"] not in DTYPES:
        raise ValueError("The line is not a message.")
    content = base64.b64decode(value["base64"], validate=True)
    return np.frombuffer(content, value["dtype"]).reshape(value["shape"])
