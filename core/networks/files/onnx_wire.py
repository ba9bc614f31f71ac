"""ONNX files without their numbers: large tensors are skipped, so that a file of 200 MB takes little memory.

An ONNX file is a protocol buffer: fields, each with a number, a wire type, and a value. Only the fields that lead to
tensors are examined; all others are copied unchanged.

Source: onnx/onnx.proto; https://protobuf.dev/programming-guides/encoding.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

KEPT = 16_384  # bytes of a tensor whose numbers are kept: sizes, axes, scales
MAX_SLIM = 32_000_000  # bytes of the slimmed file
FILLER, FIXED, GRID = "lectern: one value", "lectern: steps of one half", "lectern: a grid"
_DEEPEST = 12
_SAMPLE = 1024
_MOST_POINTS, _MOST_COORDINATES = 1 << 20, 1024  # of a grid
# Message -> number of a field -> the message in it.
_INSIDE = {
    "model": {7: "graph", 25: "function"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "function": {7: "node", 11: "attribute"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
}
# Fields that are not needed here: notes, metadata, training graphs.
_DROPPED = {
    "model": (6, 14, 20, 26),
    "graph": (10, 14, 16),
    "function": (8, 14),
    "node": (6, 9),
    "tensor": (12, 16),
    "attribute": (13,),
}
_FLOAT_DATA, _RAW_DATA, _DATA_TYPE = 4, 9, 2
_NUMBERS = (_FLOAT_DATA, 5, 6, 7, _RAW_DATA, 10, 11)
_CLOSE = 2.5e-7  # relative difference of two 32-bit numbers that mean the same
_KNOWN = (0.044715, 0.7978845608, 3.14159265, 2.718281828, 0.6931471806, 1.4426950409, 2.302585093, 0.4342944819)
_NUMPY = {1: "<f4", 10: "<f2", 11: "<f8", 16: "<u2"}


def slim(content: bytes) -> bytes:
    """Copy an ONNX file without the numbers of its large tensors.

    The doc_string of a large tensor records what is known about its numbers: `FILLER` if all are equal, `FIXED` if
    all are multiples of one half, like those of masks and grids, `GRID` if they are other coordinates of a grid.

    Raises
    ------
    ValueError
        If it is not a protocol buffer, or its graph alone is too large.
    """
    left = _message("model", memoryview(content), 0)
    if len(left) > MAX_SLIM:
        raise ValueError(f"The network takes {len(left):,} bytes without its weights; at most {MAX_SLIM:,} are read.")
    return left


def _message(kind: str, view: memoryview, depth: int) -> bytes:
    if depth > _DEEPEST:
        raise ValueError("The file is nested too deep.")
    if kind == "tensor":
        return _tensor(view)
    inside, dropped = _INSIDE[kind], _DROPPED.get(kind, ())
    parts: list[bytes | memoryview] = []
    at = 0
    while at < len(view):
        start = at
        number, wire, begin, at = _field(view, at)
        if number in dropped:
            continue
        if number in inside and wire == 2 and at - begin > KEPT:
            part = _message(inside[number], view[begin:at], depth + 1)
            parts += [_varint(number << 3 | 2), _varint(len(part)), part]
        else:
            parts.append(view[start:at])
    return b"".join(parts)


def _tensor(view: memoryview) -> bytes:
    """Encode a tensor; a large one without its numbers, but with what is known about them."""
    large = len(view) > KEPT
    parts: list[bytes | memoryview] = []
    numbers, kind, at = memoryview(b""), 0, 0
    while at < len(view):
        start = at
        number, wire, begin, at = _field(view, at)
        if number == _DATA_TYPE and wire == 0:
            kind = _number(view, begin)[0]
        if large and number in _NUMBERS:
            numbers = view[begin:at] if number in (_FLOAT_DATA, _RAW_DATA) and wire == 2 else numbers
        elif number not in _DROPPED["tensor"]:
            parts.append(view[start:at])
    if large and kind in _NUMPY and len(numbers) > KEPT // 2:
        width = np.dtype(_NUMPY[kind]).itemsize
        said = told(np.frombuffer(numbers[: len(numbers) // width * width], _NUMPY[kind]), exact=kind != 16).encode()
        parts += [_varint(12 << 3 | 2), _varint(len(said)), said]
    return b"".join(parts)


def told(numbers: NDArray[np.generic], *, exact: bool = True) -> str:
    """Describe real numbers: `FILLER`, `FIXED`, `GRID`, or "". Bits of bfloat16 are not exact."""
    if not numbers.size:
        return ""
    for part in (numbers.ravel()[:_SAMPLE], numbers.ravel()):
        if not np.all(part == part[0]):
            break
    else:
        return FILLER
    if not exact:
        return ""
    with np.errstate(all="ignore"):
        for part in (numbers.ravel()[:_SAMPLE], numbers.ravel()):
            twice = part.astype(np.float64) * 2
            if not np.all(np.rint(twice) == twice):
                return GRID if _gridded(numbers.ravel()) else ""
    return FIXED


def _gridded(numbers: NDArray[np.generic]) -> bool:
    """Return whether numbers are evenly spaced, or repeat as the coordinates of a grid of points do."""
    if not 3 < numbers.size <= _MOST_POINTS:
        return False
    steps = np.diff(numbers.astype(np.float64))
    if np.ptp(steps) <= 1e-5 * np.abs(steps).max():
        return True
    sample = numbers[:: max(1, numbers.size // _SAMPLE)]
    if np.unique(sample).size > sample.size * 0.75:
        return False
    return bool(np.unique(numbers).size <= min(numbers.size // 3, _MOST_COORDINATES))


def learned(value: NDArray[np.generic]) -> bool:
    """Return whether a single number looks learned, like 1.0398, rather than chosen, like 0.2 or √(1/15).

    Chosen are numbers with at most four digits, fractions of small numbers, and square and fourth roots of these.
    """
    x = abs(float(value.ravel()[0])) if value.dtype.kind == "f" else 0.0
    if not 1e-30 < x < 1e30 or any(abs(x / known - 1) < _CLOSE for known in _KNOWN):
        return False
    powers = [(x, 1), (1 / x, 1), (x * x, 2), (1 / x / x, 2), (x**4, 4), (x**-4, 4)]
    return not any(_short(number, _CLOSE * power) for number, power in powers)


def _short(x: float, close: float) -> bool:
    if abs(float(f"{x:.3e}") / x - 1) < close:
        return True
    return x < 64 and any(abs(round(x * q) / q / x - 1) < close for q in range(3, 64) if round(x * q))


def _field(view: memoryview, at: int) -> tuple[int, int, int, int]:
    """Return the number and wire type of the field at a position, and where its value begins and ends."""
    tag, at = _number(view, at)
    wire = tag & 7
    if wire == 0:
        end = _number(view, at)[1]
    elif wire == 2:
        length, at = _number(view, at)
        end = at + length
    else:
        end = at + {1: 8, 5: 4}.get(wire, len(view) + 1)
    if end > len(view) or not tag >> 3:
        raise ValueError("The file is damaged or no ONNX file.")
    return tag >> 3, wire, at, end


def _number(view: memoryview, at: int) -> tuple[int, int]:
    """Return a number of variable length, and where it ends."""
    value = shift = 0
    while shift < 70:
        if at >= len(view):
            break
        byte = view[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7
    raise ValueError("The file is damaged or no ONNX file.")


def _varint(value: int) -> bytes:
    parts = []
    while value > 127:
        parts.append(value & 127 | 128)
        value >>= 7
    return bytes([*parts, value])
