"""Address of the lab on staleness."""

from __future__ import annotations

from core.labs.staleness.lab import LAB
from pages.ui import frame, shell


def render() -> None:
    """Draw the page."""
    frame.show(LAB)


if __name__ == "__main__":
    shell.run_page(render)
