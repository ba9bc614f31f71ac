"""Controls for what a visitor brings: a file, or what a button fetches."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.kit.controls import Control
from core.kit.memo import Memo


@dataclass(frozen=True, kw_only=True)
class File(Control):
    """A file of the visitor's, read by `read(name, content)` into frozen data; none of it goes into a link.

    Any file may be chosen, and `read` says why it cannot be read. `sample` gives the columns of its first rows, `limit`
    the megabytes it may have.
    """

    default: None = None
    read: Callable[[str, bytes], Any]
    sample: Callable[[Any], Sequence[tuple[str, Sequence[str]]]] | None = None
    limit: int = 32

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


@dataclass(frozen=True, kw_only=True)
class Pick(Control):
    """Columns of a visitor's file, or whatever else `offered` says of it, by their numbers; 2.3 in a link.

    () leaves the choice to the lab. `of` names the controls that decide what there is to choose: first that of the
    file, without which the control is not shown. A change of any of them forgets the choice. `offered` maps the values
    of all controls to what can be chosen and what the lab would choose; `limit` is how many may be chosen.
    """

    default: tuple[int, ...] = ()
    of: tuple[str, ...]
    offered: Callable[[Mapping[str, Any]], tuple[Mapping[int, str], tuple[int, ...]]]
    limit: int = 1

    @property
    def values(self) -> tuple[tuple[int, ...]]:
        """Return the only value possible without a file: no choice."""
        return ((),)

    def parse(self, text: str) -> tuple[int, ...]:
        if not text:
            return ()
        if not re.fullmatch(r"[1-9]\d?(\.[1-9]\d?)*", text, re.ASCII):
            raise ValueError(f"{text[:40]!r} must be numbers from 1 on, with points between them")
        return tuple(dict.fromkeys(map(int, text.split("."))))[: self.limit]

    def format(self, value: tuple[int, ...]) -> str:
        return ".".join(map(str, value))

    def show(self, value: tuple[int, ...]) -> str:
        return self.format(value) or "what the lab recognizes"

    def shown(self, values: Mapping[str, Any]) -> bool:
        return super().shown(values) and values[self.of[0]] is not None


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
