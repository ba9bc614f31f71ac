"""Files that are whole or not there at all, and locks that end with the process that holds them."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, TypeVar

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

T = TypeVar("T")
_TRY_S, _TRIES = 0.005, 200
_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}


def is_full(error: OSError) -> bool:
    """Whether there was no room to write."""
    return error.errno in _FULL


def write(path: Path, value: Any, *, durable: bool = True) -> None:
    """Write JSON in place of a file; a reader, or a crash, finds the old content or the new one.

    Parameters
    ----------
    durable
        Whether it must be there after a loss of power.
    """
    new = path.with_name(f"{path.name}.new")
    with new.open("w", encoding="utf-8") as file:
        json.dump(value, file, allow_nan=False)
        if durable:
            file.flush()
            os.fsync(file.fileno())
    replace(new, path)
    if durable:
        sync(path.parent)


def read(path: Path) -> dict[str, Any]:
    """Read a JSON object; an empty one if there is none or it cannot be read."""
    try:
        value = json.loads(_patiently(lambda: path.read_text(encoding="utf-8")))
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def replace(old: Path, new: Path) -> None:
    """Rename a file, in place of the one that has the new name, or a folder."""
    _patiently(lambda: old.replace(new))


def sync(path: Path) -> None:
    """Force a file, or the names in a folder, to the disk; Windows has no such thing for folders."""
    if sys.platform == "win32" and path.is_dir():
        return
    descriptor = os.open(path, os.O_RDWR if path.is_file() else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_tree(folder: Path) -> None:
    """Force a folder with all it holds to the disk."""
    for path in (*folder.rglob("*"), folder):
        sync(path)


def size(folder: Path) -> int:
    """Bytes of the files in a folder; some may vanish meanwhile."""
    total = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):
            total += path.lstat().st_size
    return total


class Lock:
    """A lock between processes (and threads): the operating system frees it when its holder ends, however it ends.

    So there are no stale locks, neither after kill -9 nor after a loss of power, and no process numbers to compare.
    (A child made by fork without exec would hold it too; nothing here makes such children.)

    Parameters
    ----------
    path
        A file that is there for this alone; made if necessary.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] | None = None

    def acquire(self, timeout_s: float = 0.0, *, shared: bool = False) -> bool:
        """Whether the lock is now held; several may share it on POSIX systems."""
        file = self._path.open("ab")
        end = time.monotonic() + timeout_s
        while not _try(file, shared):
            if time.monotonic() >= end:
                file.close()
                return False
            time.sleep(_TRY_S)
        self._file = file
        return True

    def release(self) -> None:
        """Free the lock."""
        if self._file is not None:
            self._file.close()
            self._file = None


def held(path: Path) -> bool:
    """Whether a process holds the lock of that file."""
    lock = Lock(path)
    try:
        taken = path.exists() and not lock.acquire(shared=True)
    except FileNotFoundError:  # deleted in this moment
        taken = False
    lock.release()
    return taken


def _patiently(act: Callable[[], T]) -> T:
    """Do what Windows refuses for as long as somebody else reads or replaces the same file."""
    for _ in range(_TRIES if sys.platform == "win32" else 0):
        with contextlib.suppress(PermissionError):
            return act()
        time.sleep(_TRY_S)
    return act()


def _try(file: IO[bytes], shared: bool) -> bool:
    try:
        if sys.platform == "win32":
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EAGAIN, errno.EDEADLK):
            return False
        raise
    return True
