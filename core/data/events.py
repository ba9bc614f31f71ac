"""TensorBoard's event files: scalars read from one, and written into one.

A file is a sequence of records: length, checksum of the length, data, checksum of the data. The data are a protocol
buffer; of its fields, the step and the scalars are read, and everything else is skipped.

Sources: tensorflow/core/lib/io/record_writer.cc; tensorflow/core/util/event.proto and framework/summary.proto;
https://protobuf.dev/programming-guides/encoding; CRC-32C of RFC 3720, appendix B.

>>> content = write_scalars({"loss": ([0, 1], [2.5, 2.0])})
>>> is_events(content), read_scalars(content)
(True, {'loss': ([0, 1], [2.5, 2.0])})
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

MAX_SCALARS = 500_000
MAX_TAGS = 1_000
Scalars = dict[str, tuple[list[int], list[float]]]  # steps and values by tag

_VERSION = b"brain.Event:2"
_FLOAT, _DOUBLE, _INT32, _INT64 = 1, 2, 3, 9  # of tensorflow/core/framework/types.proto
_PACKED = {_FLOAT: "<f", _DOUBLE: "<d", _INT32: "<i", _INT64: "<q"}
_DAMAGED = "The event file is damaged after {:,} of its {:,} bytes."
_POLYNOMIAL = 0x82F63B78


def _table() -> tuple[int, ...]:
    found = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (_POLYNOMIAL if byte & 1 else 0)
        found.append(byte)
    return tuple(found)


_TABLE = _table()


def crc32c(data: bytes | memoryview) -> int:
    """Return the CRC-32C checksum of some bytes."""
    crc, table = 0xFFFFFFFF, _TABLE
    for byte in data:
        crc = table[(crc ^ byte) & 255] ^ crc >> 8
    return crc ^ 0xFFFFFFFF


def _masked(data: bytes | memoryview) -> int:
    """Return the checksum as it is stored: rotated and shifted, so that a checksum of checksums means something."""
    crc = crc32c(data)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def is_events(content: bytes) -> bool:
    """Return whether a file begins like one with records: the first length has its checksum."""
    return len(content) >= 12 and struct.unpack("<I", content[8:12])[0] == _masked(content[:8])


def read_scalars(content: bytes) -> Scalars:
    """Read steps and values by tag, in the order of the file; of several values at a step, the last one counts.

    A last record that is incomplete is left out: the run may be writing it.

    Raises
    ------
    ValueError
        If a checksum is wrong, or there are too many scalars; the sentence is for the reader.
    """
    found: dict[str, dict[int, float]] = {}
    count = 0
    for record in _records(memoryview(content)):
        step, values = _event(record)
        for tag, value in values:
            found.setdefault(tag, {})[step] = value
            count += 1
        if count > MAX_SCALARS or len(found) > MAX_TAGS:
            raise ValueError(f"The event file has more than {MAX_SCALARS:,} scalars or {MAX_TAGS:,} names of them.")
    return {tag: (list(values), list(values.values())) for tag, values in found.items()}


def _records(view: memoryview) -> Iterator[memoryview]:
    at = 0
    while at < len(view):
        head = view[at : at + 12]
        if len(head) < 12:
            return
        if struct.unpack("<I", head[8:])[0] != _masked(head[:8]):
            raise ValueError(_DAMAGED.format(at, len(view)))
        end = at + 12 + struct.unpack("<Q", head[:8])[0]
        data, tail = view[at + 12 : end], view[end : end + 4]
        if len(tail) < 4:
            return
        if struct.unpack("<I", tail)[0] != _masked(data):
            raise ValueError(_DAMAGED.format(at, len(view)))
        yield data
        at = end + 4


def _fields(view: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Yield number and value of each field of a message: whole numbers, or bytes."""
    at = 0
    while at < len(view):
        key, at = _varint(view, at)
        number, wire = key >> 3, key & 7
        if wire == 0:
            value, at = _varint(view, at)
            yield number, value
            continue
        if wire == 2:
            size, at = _varint(view, at)
        else:
            size = {1: 8, 5: 4}.get(wire, len(view))  # groups are not in use any more
        if at + size > len(view):
            raise ValueError("A record of the event file is not an event.")
        yield number, view[at : at + size]
        at += size


def _varint(view: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(view) and shift < 70:
        byte = view[at]
        value, at, shift = value | (byte & 127) << shift, at + 1, shift + 7
        if byte < 128:
            return value, at
    raise ValueError("A record of the event file is not an event.")


def _event(view: memoryview) -> tuple[int, list[tuple[str, float]]]:
    step, values = 0, []
    for number, value in _fields(view):
        if number == 2 and isinstance(value, int):
            step = value - (value >> 63 << 64)
        elif number == 5 and isinstance(value, memoryview):
            values += [_value(part) for name, part in _fields(value) if name == 1 and isinstance(part, memoryview)]
    return step, [(tag, scalar) for tag, scalar in values if scalar is not None]


def _value(view: memoryview) -> tuple[str, float | None]:
    """Return tag and scalar of a value; None if it is something else, such as an image."""
    tag, scalar = "", None
    for number, value in _fields(view):
        if isinstance(value, int):
            continue
        if number == 1:
            tag = bytes(value).decode("utf-8", "replace")
        elif number == 2 and len(value) == 4:
            scalar = _short(value)
        elif number == 8:
            scalar = _tensor(value)
    return tag, scalar


def _tensor(view: memoryview) -> float | None:
    """Return the number in a tensor that has exactly one, as TensorFlow 2 and Keras write scalars."""
    kind, content, packed = 0, b"", b""
    for number, value in _fields(view):
        if number == 1 and isinstance(value, int):
            kind = value
        elif number == 4 and isinstance(value, memoryview):
            content = bytes(value)
        elif number in (5, 6) and isinstance(value, memoryview):
            packed += bytes(value)
    form = _PACKED.get(kind)
    data = content or packed
    if form is None or len(data) != struct.calcsize(form):
        return None
    return _short(data) if form == "<f" else float(struct.unpack(form, data)[0])


def _short(data: bytes | memoryview) -> float:
    """Return a 32-bit number as the shortest decimal that means it: 0.1, not 0.10000000149."""
    return float(str(np.frombuffer(data, "<f4")[0]))


def write_scalars(scalars: Mapping[str, tuple[Any, Any]]) -> bytes:
    """Write steps and values by tag as an event file.

    Steps are whole numbers; values become 32-bit numbers, as TensorBoard keeps them. Times are seconds from 0, one for
    each step.
    """
    events = [_record(struct.pack("<Bd", 1 << 3 | 1, 0.0) + _sized(3, _VERSION))]
    for tag, (steps, values) in scalars.items():
        with np.errstate(over="ignore"):
            numbers = np.asarray(values, "<f4")
        for step, value in zip(steps, numbers, strict=True):
            summary = _sized(1, _sized(1, tag.encode()) + bytes([2 << 3 | 5]) + value.tobytes())
            head = struct.pack("<Bd", 1 << 3 | 1, float(step))
            events.append(_record(head + bytes([2 << 3]) + _written(int(step)) + _sized(5, summary)))
    return b"".join(events)


def _record(data: bytes) -> bytes:
    length = struct.pack("<Q", len(data))
    return length + struct.pack("<I", _masked(length)) + data + struct.pack("<I", _masked(data))


def _sized(number: int, data: bytes) -> bytes:
    return bytes([number << 3 | 2]) + _written(len(data)) + data


def _written(value: int) -> bytes:
    """Write a whole number of at least 0, seven bits a byte."""
    found = bytearray()
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    return bytes([*found, value])
