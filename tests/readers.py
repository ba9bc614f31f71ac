"""Readers of files that misbehave, for a confined process."""

from __future__ import annotations

import os
import signal
from typing import Any

import numpy as np


def give(content: bytes, **arguments: Any) -> Any:
    """Return everything, after noise on the standard output."""
    print("noise")
    os.write(1, b"more noise\n")
    array = np.frombuffer(content, np.uint8)
    return {"array": array, "sum": float(array.sum()), "pair": (1, 2), "pid": os.getpid(), **arguments}


def fail(content: bytes, *, kind: str) -> None:
    """Fail in one of many ways."""
    FAILURES[kind]()


def _raise(error: Exception) -> None:
    raise error


def _deeper() -> None:
    _deeper()


def _for_ever() -> None:
    while True:
        pass


FAILURES = {
    "value": lambda: _raise(ValueError("A calm sentence.")),
    "key": lambda: _raise(KeyError("/secret/path")),
    "deep": _deeper,
    "memory": lambda: [bytes(2**20) for _ in range(4000)],
    "numbers": lambda: np.ones((4000, 2**17)),
    "time": _for_ever,
    "wait": signal.pause,
    "killed": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "exit": lambda: os._exit(0),
}


def long(content: bytes) -> str:
    """Return more than anybody asked for."""
    return content.decode() * 100
