"""Files of `torch.save`, read as data: names and shapes of tensors. Their pickles are inspected, and never run."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

from core.networks.files.torch_pickles import Refused, values_of
from core.networks.files.weights import MAX_TENSORS, Held, weights_table
from core.networks.table import LayerTable

MAX_PICKLE = 1 << 23
DAMAGED = "The file is damaged, or not written by torch.save."
_MAGIC = 0x1950A86A20F9469CFC6C  # files of torch before 1.6 begin with it
_DEEPEST = 40
# Keys under which checkpoints store the tensors of the network.
_KEYS = (
    "state_dict",
    "model_state_dict",
    "model_state",
    "model",
    "net",
    "network",
    "module",
    "weights",
    "params",
    "ema",
    "model_ema",
    "generator",
    "G",
    "backbone",
)
_PARTS = ("_parameters", "_buffers", "_modules")  # of a module that was saved as a whole


def saved_table(title: str, content: bytes) -> LayerTable:
    """Return the rows of a file of `torch.save`: a dict of tensors, a checkpoint with one inside, or a whole module.

    Raises
    ------
    ValueError
        If it is another kind of file, damaged, or too large.
    """
    found = _values(io.BytesIO(_pickle(content)))
    try:
        held = dict(_tensors(_network(found), "", set()))
    except RecursionError as error:
        raise ValueError("The file is nested too deep.") from error
    if not 1 <= len(held) <= MAX_TENSORS:
        raise ValueError(f"The file holds {len(held):,} tensors by name; it must hold 1 to {MAX_TENSORS:,}.")
    return weights_table(title, held, source="state_dict")


def _values(stream: io.BytesIO) -> Any:
    """Return what the pickle in a stream describes."""
    try:
        return values_of(stream, known_only=False)
    except MemoryError:
        raise
    except Refused as error:
        raise ValueError(f"The file is not one of torch.save that can be read as data: {error}.") from error
    except Exception as error:  # a damaged pickle may fail in any way
        raise ValueError(DAMAGED) from error


def _pickle(content: bytes) -> bytes:
    """Return the part of a file that names its tensors."""
    if content[:2] != b"PK":
        return _legacy(content)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [entry for entry in archive.infolist() if entry.filename.endswith("/data.pkl")]
            if len(entries) != 1:
                raise ValueError("The file is an archive, but not one of torch.save.")
            if entries[0].file_size > MAX_PICKLE:
                raise ValueError(f"The names in the file take more than {MAX_PICKLE:,} bytes.")
            with archive.open(entries[0]) as stream:
                return stream.read(MAX_PICKLE)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise ValueError(DAMAGED) from error


def _legacy(content: bytes) -> bytes:
    """Return the pickle with the tensors from a file of torch before 1.6: it follows a number, a version, and sizes."""
    head = io.BytesIO(content[:MAX_PICKLE])
    if _values(head) != _MAGIC:
        raise ValueError("The file is a Python pickle, but not one of torch.save.")
    for _ in range(2):
        _values(head)
    return head.read()


def _network(found: Any) -> Any:
    """Return the part of a checkpoint that is the network."""
    for _ in range(3):
        entries = _entries(found)
        if any(_is_tensor(value) for value in entries.values()):
            return found
        inner = next((entries[key] for key in _KEYS if key in entries and _entries(entries[key])), None)
        if inner is None:
            return found
        found = inner
    return found


def _entries(value: Any) -> Mapping[str, Any]:
    """Return the names and values of a dict, or of the state of an object."""
    state = getattr(value, "state", value)
    return {key: each for key, each in state.items() if isinstance(key, str)} if isinstance(state, dict) else {}


def _is_tensor(value: Any) -> bool:
    return hasattr(value, "storage") and hasattr(value, "shape")


def _tensors(value: Any, path: str, seen: set[object]) -> Iterator[tuple[str, Held]]:
    """Yield tensors of a dict or a module with their dotted names; one that occurs twice is shared and comes once."""
    if id(value) in seen or path.count(".") > _DEEPEST:
        return
    seen.add(id(value))
    for name, each in _entries(value).items():
        inner = path if name in _PARTS else f"{path}.{name}".lstrip(".")
        if _is_tensor(each):
            place = each.storage.key, each.offset, each.shape
            if place not in seen:
                seen.add(place)
                yield inner, Held(each.shape, each.numbers)
        else:
            yield from _tensors(each, inner, seen)
