r"""Tables for reports: columns as Markdown, and as LaTeX.

>>> print(markdown({"layer": ["a|b"], "parameters": [1792]}), end="")
| layer | parameters |
|:--|--:|
| a\|b | 1,792 |
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Columns = Mapping[str, Sequence[Any]]

_MARKS = re.compile(r"([\\`*_{}\[\]<>#|$~&])")
_TEX = {
    "\\": r"\textbackslash{}",
    **{mark: rf"\{mark}" for mark in "&%$#_{}"},
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "[": "{[}",  # after the end of a row, a bracket would be an option
    "×": r"$\times$",
    "−": "$-$",
    "–": "--",
    "…": r"\ldots{}",
}
_LAST = "\u017f"  # of the letters that every LaTeX can print


def markdown(columns: Columns) -> str:
    """Write columns of equal length as a table in Markdown, numbers on the right."""
    names, *rows = _cells(columns, lambda text: _MARKS.sub(r"\\\1", text))
    marks = ["--:" if numeric else ":--" for numeric in _numeric(columns)]
    lines = [f"| {' | '.join(row)} |" for row in (names, *rows)]
    return "\n".join([lines[0], f"|{'|'.join(marks)}|", *lines[1:]]) + "\n"


def latex(columns: Columns) -> str:
    """Write columns of equal length as a LaTeX table that may be longer than a page, numbers on the right."""
    names, *rows = (rf"{' & '.join(row)} \\" for row in _cells(columns, _escaped))
    kinds = "".join("r" if numeric else "l" for numeric in _numeric(columns))
    return "\n".join(
        [
            r"% needs \usepackage{longtable}",
            rf"\begin{{longtable}}{{{kinds}}}",
            r"\hline",
            names,
            r"\hline \endhead",
            *rows,
            r"\hline",
            r"\end{longtable}",
            "",
        ]
    )


def _escaped(text: str) -> str:
    return "".join(_TEX.get(mark, mark if mark <= _LAST else "?") for mark in text)


def _cells(columns: Columns, safe: Callable[[str], str]) -> list[list[str]]:
    """Return the names of the columns and the rows, as texts on one line."""
    rows = [list(columns), *map(list, zip(*columns.values(), strict=True))]
    return [[safe(" ".join(_text(value).split())) for value in row] for row in rows]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else f"{value:,}"


def _numeric(columns: Columns) -> list[bool]:
    return [not any(isinstance(value, str) for value in column) for column in columns.values()]
