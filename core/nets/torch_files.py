"""Tensors from files of `torch.save`, read as data: their pickles are inspected, and never run.

Such a file is a zip archive with a pickle and the numbers next to it or, up to torch 1.5, five pickles followed by
the numbers.

Source: torch/serialization.py of torch 2, `_save` and `_legacy_save`.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from math import prod
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from core.networks.files.torch_pickles import FLOAT, Refused, Shape, Tensor, values_of

MAX_PICKLE = 1 << 19  # bytes of all pickles in a file; those of VGG19 take a few thousand
_MAGIC = 0x1950A86A20F9469CFC6C
# Errors from a damaged file: positions beyond any disk are errors of the system.
_DAMAGED = (ValueError, LookupError, TypeError, AttributeError, EOFError, RuntimeError, OSError, zipfile.BadZipFile)


def read_tensors(path: Path, wanted: Mapping[str, Shape]) -> dict[str, NDArray[np.float32]]:
    """Read some tensors of 32-bit numbers from a saved dict of tensors.

    Parameters
    ----------
    path : Path
    wanted : mapping of str to tuple of int
        Names, and the shape that each must have; nothing else is read.

    Raises
    ------
    ValueError
        If the file is damaged, or holds anything other than the expected tensors.
    """
    try:
        with path.open("rb") as file:
            packed = zipfile.is_zipfile(file)
            file.seek(0)
            return (_of_zip if packed else _of_pickles)(file, wanted)
    except Refused as error:
        raise ValueError(f"The file of weights is not one that is expected: {error}.") from error
    except _DAMAGED as error:
        raise ValueError("The file of weights is damaged.") from error


def _of_zip(file: BinaryIO, wanted: Mapping[str, Shape]) -> dict[str, NDArray[np.float32]]:
    with zipfile.ZipFile(file) as archive:
        pickles = [name for name in archive.namelist() if name.endswith("/data.pkl")]
        if len(pickles) != 1:
            raise Refused("it has no pickle of its own, or several")
        folder = pickles[0].removesuffix("data.pkl")
        tensors = _checked(values_of(io.BytesIO(_entry(archive, pickles[0], MAX_PICKLE))), wanted)
        raw: dict[str, bytes] = {}
        room = file.seek(0, io.SEEK_END)  # parts that overlap would add up to more than the file
        for storage in {tensor.storage.key: tensor.storage for tensor in tensors.values()}.values():
            raw[storage.key] = _entry(archive, f"{folder}data/{storage.key}", min(storage.size, room))
            room -= len(raw[storage.key])
        return {name: _numbers(raw[tensor.storage.key], tensor) for name, tensor in tensors.items()}


def _entry(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """Return the content of an entry of an archive: torch does not compress, so nothing grows as it is read."""
    entry = archive.getinfo(name)
    if entry.compress_type != zipfile.ZIP_STORED or entry.file_size > most:
        raise Refused("a part of it is compressed or too large")
    return archive.read(entry)


def _of_pickles(file: BinaryIO, wanted: Mapping[str, Shape]) -> dict[str, NDArray[np.float32]]:
    head = io.BytesIO(file.read(MAX_PICKLE))
    magic, _, _, tensors, keys = (values_of(head) for _ in range(5))  # with the version, and the machine's sizes
    if magic != _MAGIC:
        raise Refused("it does not begin as one")
    if not all(isinstance(key, str) for key in keys):
        raise Refused("its numbers have no name")
    chosen, storages = _checked(tensors, wanted), {t.storage.key: t.storage for t in tensors.values()}
    needed = {tensor.storage.key for tensor in chosen.values()}
    size = file.seek(0, io.SEEK_END)
    file.seek(head.tell())
    raw = {}
    for key in keys:
        storage = storages[key]
        if int.from_bytes(file.read(8), "little") != storage.count:
            raise Refused("a part of it has another size")
        if storage.size > size - file.tell():
            raise Refused("it is cut short")
        if key in needed:
            raw[key] = file.read(storage.size)
        else:
            file.seek(storage.size, io.SEEK_CUR)
    return {name: _numbers(raw[tensor.storage.key], tensor) for name, tensor in chosen.items()}


def _checked(values: Any, wanted: Mapping[str, Shape]) -> dict[str, Tensor]:
    """Return the wanted tensors of a dict."""
    if not isinstance(values, dict):
        raise Refused("it holds no dict of tensors")
    if not all(isinstance(value, Tensor) for value in values.values()):
        raise Refused("it holds more than tensors")
    for name, shape in wanted.items():
        tensor = values.get(name)
        if tensor is None or tensor.shape != shape or tensor.storage.kind != FLOAT:
            raise Refused(f"{name} is missing or has another shape")
        steps = [prod(shape[place + 1 :]) for place in range(len(shape))]
        if any(size > 1 and a != b for size, a, b in zip(shape, steps, tensor.stride, strict=True)):
            raise Refused(f"the numbers of {name} are in another order")
    return {name: values[name] for name in wanted}


def _numbers(content: bytes, tensor: Tensor) -> NDArray[np.float32]:
    count = prod(tensor.shape)
    if not 0 <= tensor.offset <= len(content) // 4 - count:
        raise Refused("it is cut short")
    return np.frombuffer(content, "<f4", count, 4 * tensor.offset).reshape(tensor.shape)
