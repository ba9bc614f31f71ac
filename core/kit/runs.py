"""Past runs, as a page lists them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


class ListedRun(Protocol):
    """A past run in a list."""

    @property
    def id(self) -> str:
        """Its identity among the jobs."""

    @property
    def name(self) -> str:
        """The name that a visitor gave it, or an empty string."""

    @property
    def title(self) -> str:
        """The run in a few words."""

    @property
    def spec(self) -> Any:
        """Its specification."""

    @property
    def state(self) -> str:
        """Its state; "recorded" for a run that comes with Lectern."""

    @property
    def created(self) -> float:
        """Seconds since 1970; 0 for what comes with Lectern."""

    @property
    def seconds(self) -> float:
        """Seconds that it has run."""


@dataclass(frozen=True)
class RunList:
    """Past runs, to be opened, renamed, deleted and taken home; `compare` draws those that are chosen."""

    runs: Callable[[], Sequence[ListedRun]]
    compare: Callable[[Sequence[Any]], Any]
    settings: Callable[[Any], Mapping[str, Any] | None]
