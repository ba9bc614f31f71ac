"""Stand-alone scripts that a visitor can take home; they compute the numbers on screen without Lectern."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable
from pathlib import Path

_CELL = re.compile(r"^(?=# settings$|# --- \w)|(?<=^# end of settings\n)", re.MULTILINE)
_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
_PART = re.compile(r"^# --- (\w+)", re.MULTILINE)


def parts_of(path: Path) -> tuple[str, dict[str, str]]:
    """Return the common head of a script and its parts, each of which begins with a line `# --- name`."""
    head, *rest = _PART.split(path.read_text("utf-8"))
    parts = {key: f"# --- {key}{text}" for key, text in zip(rest[::2], rest[1::2], strict=True)}
    return head, parts


def notebook_of(script: str, tables: Iterable[str]) -> str:
    """Write a script as a Jupyter notebook (format 4.5): its docstring as text, and a cell for each of its parts.

    Parameters
    ----------
    script
        Begins with a docstring.
    tables
        Names of files that may belong to it; the text names those that the script reads.
    """
    said = ast.get_docstring(ast.parse(script)) or ""
    code = script[script.index('"""', 3) + 3 :]
    read = [name for name in tables if f'"{name}"' in code]
    if read:
        said += f"\n\nBefore running it, download {' and '.join(read)} from the same page into this folder."
    cells: list[dict[str, object]] = [{"cell_type": "markdown", "id": "about", "metadata": {}, "source": said}]
    for number, part in enumerate(filter(str.strip, _CELL.split(code)), 1):
        cells.append(
            {
                "cell_type": "code",
                "execution_count": None,
                "id": f"part-{number}",
                "metadata": {},
                "outputs": [],
                "source": part.strip(),
            }
        )
    about = {"kernelspec": _KERNEL, "language_info": {"name": "python"}}
    return json.dumps({"cells": cells, "metadata": about, "nbformat": 4, "nbformat_minor": 5}, indent=1) + "\n"
