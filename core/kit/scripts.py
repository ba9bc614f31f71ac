"""Stand-alone scripts that a visitor can take home; they compute the numbers on screen without Lectern."""

from __future__ import annotations

import re
from pathlib import Path

_PART = re.compile(r"^# --- (\w+)", re.MULTILINE)


def parts_of(path: Path) -> tuple[str, dict[str, str]]:
    """Return the common head of a script and its parts, each of which begins with a line `# --- name`."""
    head, *rest = _PART.split(path.read_text("utf-8"))
    parts = {key: f"# --- {key}{text}" for key, text in zip(rest[::2], rest[1::2], strict=True)}
    return head, parts
