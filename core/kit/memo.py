"""Results that must die with the object they were computed from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Memo:
    """An object that remembers the last result computed from it; this takes no part in comparisons."""

    def __bool__(self) -> bool:
        """Return whether there is anything to compute from yet."""
        return True

    def recall(self, function: Callable[..., Any], settings: tuple[tuple[str, Any], ...]) -> Any:
        """Call `function` with `settings` as keyword arguments, unless the last call here was the same.

        The object itself may be among the settings; any other mutable value must not.
        """
        # The object does not hold itself, so that it goes as soon as nobody else holds it.
        key = (function, tuple((name, None if value is self else value) for name, value in settings))
        last = vars(self).get("_last")
        if last is None or last[0] != key:
            last = key, function(**dict(settings))
            vars(self)["_last"] = last  # bypasses the guard of a frozen dataclass
        return last[1]
