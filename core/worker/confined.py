"""Readers of visitors' files, with each call in its own process and limits on memory and time.

A file of a few kilobytes can become a gigabyte once it is read, and what reads it may be C++. Only plain data come
back: JSON values and arrays. One file is read at a time; the others wait in a short line.

>>> from core.worker import confined
>>> confined.call("core.worker.confined.size", b"abc")
3
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
import traceback
from importlib import import_module
from pathlib import Path
from typing import Any

from core.host import limits
from core.kit.refusal import reason
from core.process import ONE_THREAD, ROOT
from core.worker import wire

COMMAND = (sys.executable, "-m", "core.worker.confined")
CPU_S = 5
WALL_S = 30.0
MAX_ANSWER = 64 * 2**20
LONGEST_LINE = 8  # files being read or waiting

TOO_SLOW = "Reading the file takes too long; bring a smaller one."
TOO_LARGE = "Reading the file takes too much memory; bring a smaller one."
UNREADABLE = "The file is damaged, or something else than its name says."
BUSY = "Too many files are being read right now; try again in a minute."

_line = threading.BoundedSemaphore(LONGEST_LINE)
_turn = threading.Lock()
_PAGES = Path("/proc/self/statm")  # what a process occupies; Linux alone has it, and a limit that counts


def call(function: str, content: bytes, **arguments: Any) -> Any:
    """Call a function on the content of a file in its own process, and wait for what it returns.

    Parameters
    ----------
    function
        Dotted name of a function that takes the content and `arguments`. It returns JSON values and arrays of float64,
        int64 or uint8; tuples come back as lists.
    content
        Content of the file.
    arguments
        JSON values.

    Raises
    ------
    ValueError
        With the sentence of the function's own ValueError, or one about too much memory, too much time, too many files
        at once, or a file that made the function fail in another way.
    """
    if not _line.acquire(blocking=False):
        raise ValueError(BUSY)
    try:
        with _turn:
            line, failure = _run({"function": function, "arguments": arguments}, content)
    finally:
        _line.release()
    if not line.endswith(b"\n"):
        raise ValueError(failure)
    answered = wire.load(line)
    if "error" in answered:
        raise ValueError(answered["error"])
    return answered["value"]


def _run(request: dict[str, Any], content: bytes) -> tuple[bytes, str]:
    """Return the answer of a new process, and why there is none if it is not a line."""
    begun = time.monotonic()
    request |= {"size": len(content), "seconds": CPU_S, "memory": limits().reader_bytes + 2 * len(content)}
    with subprocess.Popen(
        COMMAND,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, **ONE_THREAD},
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        limit = threading.Timer(WALL_S, process.kill)
        limit.start()
        try:
            with contextlib.suppress(OSError), process.stdin as requests:  # it may end before it has read everything
                requests.write(wire.dump(request))
                requests.write(content)
            line = process.stdout.read(MAX_ANSWER)
        finally:
            limit.cancel()
            process.kill()
    if time.monotonic() - begun >= WALL_S or process.returncode == -getattr(signal, "SIGXCPU", 0):
        return line, TOO_SLOW
    return line, UNREADABLE if process.returncode >= 0 and not line else TOO_LARGE


def size(content: bytes) -> int:
    """Count the bytes of a file."""
    return len(content)


def answer(function: str, content: bytes, arguments: dict[str, Any]) -> bytes:
    """Call a function in this process and return a message with its `value`, or with an `error` in words."""
    module, _, name = function.rpartition(".")
    try:
        return wire.dump({"value": getattr(import_module(module), name)(content, **arguments)})
    except MemoryError:
        return wire.dump({"error": TOO_LARGE})
    except Exception as error:  # noqa: BLE001  what no reader has foreseen is answered by a sentence, too
        if words := reason(error):
            return wire.dump({"error": words})
        traceback.print_exc(file=sys.stderr)
        return wire.dump({"error": UNREADABLE})


def main() -> None:
    """Answer the one request on the standard input."""
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is not an answer
    request = wire.load(requests.readline())
    import_module(request["function"].rpartition(".")[0])
    _limit(request["seconds"], request["memory"])
    content = requests.read(request["size"])
    answers.write(answer(request["function"], content, request["arguments"]))
    answers.flush()


def _limit(seconds: int, memory: int) -> None:
    """Limit the memory and time that this process may still use; elsewhere, only the clock of `call` ends it."""
    try:
        import resource
    except ImportError:
        return
    limits = {resource.RLIMIT_CPU: int(time.process_time()) + 1 + seconds}
    if _PAGES.exists():
        occupied = int(_PAGES.read_text().split()[0]) * resource.getpagesize()
        limits[resource.RLIMIT_AS] = occupied + memory
    for kind, limit in limits.items():
        highest = resource.getrlimit(kind)[1]
        if highest == resource.RLIM_INFINITY or limit < highest:
            resource.setrlimit(kind, (limit, highest))


if __name__ == "__main__":
    main()
