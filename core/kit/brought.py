"""Controls for what a visitor brings: a file, or what a button fetches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.kit.controls import Control
from core.kit.memo import Memo


@dataclass(frozen=True, kw_only=True)
class File(Control):
    """A file of the visitor's, read by `read(name, content)` into frozen data; none of it goes into a link.

    Any file may be chosen, and `read` says why it cannot be read.
    """

    default: None = None
    read: Callable[[str, bytes], Any]

    @property
    def values(self) -> tuple[None]:
        """Return the only value possible without a visitor: nothing."""
        return (None,)

    def parse(self, text: str) -> None:
        raise ValueError("a link cannot contain a file")

    def format(self, value: Any) -> str:
        return ""

    def show(self, value: Any) -> str:
        return str(value) if value else "no file"


@dataclass(frozen=True)
class Fetched(Memo):
    """Something named by a visitor and, once requested, the work that fetches it."""

    text: str = ""
    task: Any = None

    def __bool__(self) -> bool:
        """Return whether it has been requested."""
        return self.task is not None


@dataclass(frozen=True, kw_only=True)
class Fetch(Control):
    """Something that is fetched by name from elsewhere, only on a click; a link holds the name alone.

    `begin` starts the work that fetches it, or raises `ValueError` with a sentence.
    """

    default: Fetched = Fetched()
    begin: Callable[[str], Any]
    button: str

    @property
    def values(self) -> tuple[Fetched]:
        """Return the only value possible without a click: nothing."""
        return (self.default,)

    def parse(self, text: str) -> Fetched:
        if not text.isprintable() or len(text) > 60:
            raise ValueError("it is not a valid name")
        return Fetched(text.strip())

    def format(self, value: Fetched) -> str:
        return value.text

    def show(self, value: Fetched) -> str:
        return value.text or "nothing"
