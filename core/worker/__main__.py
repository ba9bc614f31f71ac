"""The helper process: reads requests, answers them, and ends with the app."""

from __future__ import annotations

import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from importlib import import_module
from queue import SimpleQueue
from typing import Any, BinaryIO

from core.kit.refusal import reason
from core.worker import wire


def main() -> None:
    """Answer until the standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the app; this process ends with it
    # Both pipes get private descriptors: what a library prints must not look like an answer, and on Windows importing a
    # library can hang while a thread waits at the standard input.
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    lines: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_listen, args=(requests, lines), daemon=True).start()
    while True:
        answers.write(wire.dump(_answer(wire.load(lines.get()))))
        answers.flush()


def _listen(requests: BinaryIO, lines: SimpleQueue[bytes]) -> None:
    """Pass requests on; when the app is gone, end the process in the middle of whatever it is doing."""
    try:
        for line in requests:
            lines.put(line)
    finally:
        os._exit(0)


def _answer(message: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"value": _function(message["kind"])(**message["request"])}
    except Exception as error:  # noqa: BLE001  one request must not end the process
        if words := reason(error):
            return {"error": words}
        traceback.print_exc(file=sys.stderr)
        return {"error": f"The work failed with an unexpected error ({type(error).__name__}); try other settings."}


def _function(kind: str) -> Callable[..., dict[str, Any]]:
    """Return the function of a dotted name; names come from the code of the app, never from a visitor."""
    module, _, name = kind.rpartition(".")
    function: Callable[..., dict[str, Any]] = getattr(import_module(module), name)
    return function


if __name__ == "__main__":
    main()
