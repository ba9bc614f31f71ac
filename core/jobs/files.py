"""Files that are complete or absent, and locks that end with the process that holds them."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import shutil
import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, TypeVar

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

T = TypeVar("T")
_TRY_S, _TRIES = 0.005, 200
# Windows has no shared locks: others hold it for an instant when they look.
_LOOK_S = 0.05 if sys.platform == "win32" else 0.0
_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
_FULL_ON_WINDOWS = {39, 112}  # ERROR_HANDLE_DISK_FULL, ERROR_DISK_FULL
_GONE = {errno.ENOENT, errno.ENOTDIR, getattr(errno, "ESTALE", errno.ENOENT)}
_OF_FILES = (PermissionError, FileNotFoundError, FileExistsError, IsADirectoryError, NotADirectoryError)
_OF_DISKS = _FULL | {errno.EROFS, errno.EIO, errno.ELOOP, errno.EMFILE, errno.ENFILE, errno.ENOTEMPTY, *_GONE}


def disk_error(error: BaseException) -> OSError | None:
    """Find the disk's error behind another error; None if it was something else.

    Libraries written in Rust, such as safetensors, raise their own exception and put the code in its text.
    """
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, _OF_FILES) or (isinstance(seen, OSError) and seen.errno in _OF_DISKS):
            return seen
        if told := re.search(r"\(os error (\d{1,5})\)", str(seen)):
            number = int(told[1])
            return OSError(errno.ENOSPC if sys.platform == "win32" and number in _FULL_ON_WINDOWS else number, "")
        seen = seen.__cause__
    return None


def is_full(error: OSError) -> bool:
    """Return whether there was no room to write."""
    return error.errno in _FULL


def reason(error: OSError) -> str:
    """Return the operating system's reason in a few words, without any path."""
    return "the disk is full" if is_full(error) else os.strerror(error.errno or errno.EIO).lower()


def checksum(data: bytes) -> str:
    """Return 8 hexadecimal digits that change when a byte does."""
    return f"{zlib.crc32(data):08x}"


def file_checksum(path: Path) -> str:
    """Return `checksum` of the bytes of a file."""
    total = 0
    with path.open("rb") as file:
        while part := file.read(2**20):
            total = zlib.crc32(part, total)
    return f"{total:08x}"


def write(path: Path, value: Any, *, durable: bool = True) -> None:
    """Replace a file by JSON; after a crash, or during a read, it has the old content or the new one.

    Parameters
    ----------
    durable
        Whether it must survive a loss of power.
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
    """Read a JSON object; an empty one if it is missing or unreadable."""
    try:
        value = json.loads(_patiently(lambda: path.read_text(encoding="utf-8")))
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def replace(old: Path, new: Path) -> None:
    """Rename a file, replacing any file of the new name, or a folder."""
    _patiently(lambda: old.replace(new))


def sync(path: Path) -> None:
    """Force a file, or the names in a folder, to the disk; Windows cannot do this for folders."""
    if sys.platform == "win32" and path.is_dir():
        return
    descriptor = os.open(path, os.O_RDWR if path.is_file() else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_tree(folder: Path) -> None:
    """Force a folder and everything in it to the disk."""
    for path in (*folder.rglob("*"), folder):
        sync(path)


def size(folder: Path) -> int:
    """Return the bytes of the files in a folder; some may vanish meanwhile, and some may be unreadable."""
    total = 0
    for path, folders, names in os.walk(folder):
        for name in (*folders, *names):
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(path, name)).st_size
    return total


def remove(path: Path) -> None:
    """Remove a file, a link, or a folder and everything in it, if it exists and may be removed."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            path.unlink()


class Lock:
    """A lock between processes (and threads): the operating system frees it when its holder ends for any reason.

    So there are no stale locks, even after kill -9 or a loss of power, and no process numbers to compare.
    (A child made by fork without exec would hold it too; nothing here makes such children.)

    Parameters
    ----------
    path
        A file that exists only for this; created if necessary.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] | None = None

    def acquire(self, timeout_s: float = 0.0, *, shared: bool = False) -> bool:
        """Take the lock and return whether that worked; on POSIX systems, several may share it.

        A shared lock requires no write permission, but the file must exist.
        """
        file = self._path.open("rb" if shared else "ab")
        end = time.monotonic() + timeout_s
        while not _try(file, shared):
            if time.monotonic() >= end:
                file.close()
                return False
            time.sleep(_TRY_S)
        self._file = file
        return True

    def in_place(self) -> bool:
        """Return whether the file of the held lock is still there, neither deleted nor replaced."""
        assert self._file is not None
        try:
            return os.path.samestat(os.fstat(self._file.fileno()), self._path.stat())
        except OSError as error:
            return error.errno not in _GONE

    def release(self) -> None:
        """Free the lock."""
        if self._file is not None:
            self._file.close()
            self._file = None


def held(path: Path) -> bool:
    """Return whether a process holds the lock of that file; one that cannot be opened counts as free."""
    lock = Lock(path)
    try:
        taken = not lock.acquire(_LOOK_S, shared=True)
    except OSError:
        taken = False
    lock.release()
    return taken


def _patiently(act: Callable[[], T]) -> T:
    """Retry what Windows refuses while somebody else reads or replaces the same file."""
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
