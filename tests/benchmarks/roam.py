"""The explorer's count: actions at random in a browser, and how many broke something."""

from __future__ import annotations

from tests.benchmarks.measure import Row
from tests.roam.__main__ import explore

MINUTES = 17


def rows() -> list[Row]:
    """Roam, from the same seed each time."""
    count = explore(60 * MINUTES, seed=100, actions=40)
    what = f"random actions in a browser, {MINUTES} minutes: actions, walks; properties that broke"
    return [Row(what, f"{count.actions:,}; {count.walks}", result=str(count.faults), target="0")]
