"""Small tables with labels that visitors bring: a line for each example, its numbers, and its class."""

from __future__ import annotations

import csv
import hashlib
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from core.kit.arrays import Array
from core.kit.memo import Memo
from core.worker import confined

MOST_ROWS, MOST_COLUMNS, MOST_BYTES = 500, 20, 2**18
PASTED = 2_000  # characters of a pasted table, which travels in the link
LARGEST = 1e9
_CLASS = ("class", "label", "target", "species", "y")  # names of the column of classes
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,3})?", re.ASCII | re.IGNORECASE)
_WORD = re.compile(r"\w[\w .:/()%+-]{0,29}")  # shown as it stands, also in Markdown, in plots, and in spreadsheets
_MINUS = str.maketrans("\N{MINUS SIGN}\N{EN DASH}", "--")


@dataclass(frozen=True)
class Labeled(Memo):
    """A table of numbers with a class for each row; equal if name and content are.

    Attributes
    ----------
    name : str
        Of the file; empty for a pasted table.
    digest : str
        SHA-256 of the content.
    columns : tuple of str
        Names of the numeric columns.
    numbers : ndarray of shape (n, columns)
    label : str
        Name of the column of classes.
    classes : tuple of str
        In alphabetical order.
    labels : ndarray of shape (n,) of int64
        Position in `classes`.
    """

    name: str
    digest: str = field(repr=False)
    columns: tuple[str, ...] = field(compare=False)
    numbers: Array = field(compare=False, repr=False)
    label: str = field(compare=False)
    classes: tuple[str, ...] = field(compare=False)
    labels: np.ndarray[Any, np.dtype[np.int64]] = field(compare=False, repr=False)

    def __post_init__(self) -> None:
        self.numbers.setflags(write=False)
        self.labels.setflags(write=False)

    def __str__(self) -> str:
        return f"{self.name}: {len(self.labels)} rows, {len(self.columns)} columns of numbers"

    def choose(self, text: str, fewest: int, most: int) -> tuple[int, ...]:
        """Return the positions of the numeric columns that a text names, such as "width, height" or "1, 3".

        Raises
        ------
        ValueError
            If a column does not exist, appears twice, or there are fewer or more of them than wanted.
        """
        known = {name.casefold(): k for k, name in enumerate(self.columns)}
        numbered = {str(k + 1): k for k in range(len(self.columns))}
        have = ", ".join(f"{k}: {name}" for k, name in enumerate(self.columns, 1))
        found = []
        for part in filter(None, (part.strip() for part in re.split(r"[,;\n]", text))):
            place = known.get(part.casefold(), numbered.get(part))
            if place is None:
                raise ValueError(f"“{part[:30]}” is not a column of numbers; this table has {have}.")
            found.append(place)
        wanted = f"{fewest}" if fewest == most else f"{fewest} to {most}"
        if not fewest <= len(found) <= most or len(set(found)) < len(found):
            raise ValueError(f"Name {wanted} different columns; this table has {have}.")
        return tuple(found)

    def need(self, fewest: int, most: int) -> None:
        """Raise `ValueError` unless the number of classes is in this range."""
        if not fewest <= len(self.classes) <= most:
            named = ", ".join(f"“{name}”" for name in self.classes[:5]) + ", …" * (len(self.classes) > 5)
            wanted = f"{fewest}" if fewest == most else f"{fewest} to {most}"
            raise ValueError(f"Column “{self.label}” must have {wanted} classes; it has {len(self.classes)}: {named}.")


def read_labeled(text: str, name: str = "") -> Labeled:
    """Read a table: a line for each row, with commas, semicolons, tabs, or blanks between the values.

    A first line without numbers has the names of the columns. The class stands in the column named class, label,
    target, species, or y; else in the only column that is not numeric; else in the last one. A decimal comma is read
    where commas do not separate the values.

    Raises
    ------
    ValueError
        If it is not such a table; the sentence names line and column.
    """
    separator = _separator(text)
    rows = _rows(text, separator)
    width = len(rows[0][1])
    if not 2 <= width <= MOST_COLUMNS:
        raise ValueError(f"Line {rows[0][0]} has {width} values; give 2 to {MOST_COLUMNS}, such as 1.5, 2, yes.")
    for line, row in rows:
        if len(row) != width:
            raise ValueError(f"Line {line} has {len(row)} values, and line {rows[0][0]} has {width}.")
    comma = separator != ","
    named = all(_number(cell, comma) is None for cell in rows[0][1])
    if named and len(rows) > 1 and all(_number(cell, comma) is None for cell in rows[1][1]):
        raise ValueError(f"Line {rows[1][0]} has no number; give each row numbers and a class, such as 1.5, 2, yes.")
    names, body = (rows[0][1], rows[1:]) if named else ([f"x{k + 1}" for k in range(width)], rows)
    if not 2 <= len(body) <= MOST_ROWS:
        raise ValueError(f"The table must have 2 to {MOST_ROWS} rows; it has {len(body)}.")
    _check_words([(rows[0][0], cell, "column name") for cell in names])
    if len({cell.casefold() for cell in names}) < width:
        raise ValueError("Two columns have the same name; give each its own.")
    place = _class_column(names if named else [], body, comma)
    label = names[place] if named else "class"
    numeric = [k for k in range(width) if k != place]
    words = [row[place] for _, row in body]
    _check_words([(line, row[place], "class") for line, row in body])
    classes = tuple(sorted(set(words)))
    numbers = np.array([[_cell(row[k], comma, line, names[k]) for k in numeric] for line, row in body])
    digest = hashlib.sha256(text.encode()).hexdigest()
    labels = np.array([classes.index(word) for word in words], np.int64)
    return Labeled(name, digest, tuple(names[k] for k in numeric), numbers, label, classes, labels)


def read_file(name: str, content: bytes) -> Labeled:
    """Read a table from a file, in a confined process; see `read_labeled`."""
    values = confined.call("core.data.tables.file_values", content)
    shown = "".join(filter(str.isprintable, name))[:60]
    return Labeled(
        shown,
        values["digest"],
        tuple(values["columns"]),
        values["numbers"],
        values["label"],
        tuple(values["classes"]),
        values["labels"],
    )


def file_values(content: bytes) -> dict[str, Any]:
    """Return the fields of `Labeled` from the content of a file, its name apart."""
    if len(content) > MOST_BYTES:
        raise ValueError(f"The file has {len(content) / 2**10:,.0f} KiB; at most {MOST_BYTES // 2**10} KiB are read.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    if any(ord(mark) < 32 and mark not in "\t\n\r" for mark in text):
        raise ValueError("The file is not a text file: it has control characters.")
    found = read_labeled(text)
    return {key: getattr(found, key) for key in ("digest", "columns", "numbers", "label", "classes", "labels")}


def _separator(text: str) -> str:
    line = next((line for line in text.splitlines() if line.strip()), "")
    return next((mark for mark in "\t;," if mark in line), " ")


def _rows(text: str, separator: str) -> list[tuple[int, list[str]]]:
    """Line number and values of each line that is not empty."""
    lines = text.splitlines()
    if separator == " ":
        lines = [" ".join(line.split()) for line in lines]
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=True, strict=True)
    rows = []
    try:
        for row in reader:
            if "".join(row).strip():
                rows.append((reader.line_num, [cell.strip() for cell in row]))
    except csv.Error as error:
        raise ValueError(f"Line {reader.line_num} cannot be read: its quotes do not match.") from error
    if not rows:
        raise ValueError("The table is empty; give a line for each row, such as 1.5, 2, yes.")
    return rows


def _number(cell: str, comma: bool) -> float | None:
    plain = cell.translate(_MINUS)
    plain = plain.replace(",", ".") if comma and "." not in plain else plain
    return float(plain) if len(plain) <= 40 and _NUMBER.fullmatch(plain) else None


def _cell(cell: str, comma: bool, line: int, column: str) -> float:
    where = f"Line {line}, column “{column}”"
    value = _number(cell, comma)
    if value is None:
        raise ValueError(f"{where}: “{_short(cell)}” is not a number." if cell else f"{where} is empty.")
    if not math.isfinite(value) or abs(value) > LARGEST:
        raise ValueError(f"{where}: {_short(cell)} is not in [−{LARGEST:,.0f}, {LARGEST:,.0f}].")
    return value


def _class_column(names: Sequence[str], body: Sequence[tuple[int, list[str]]], comma: bool) -> int:
    plain = [name.casefold() for name in names]
    called = [plain.index(word) for word in _CLASS if word in plain]
    if called:
        return called[0]
    first = body[0][1]
    wordy = [k for k, cell in enumerate(first) if _number(cell, comma) is None]
    return wordy[0] if len(wordy) == 1 else len(first) - 1


def _check_words(cells: Sequence[tuple[int, str, str]]) -> None:
    for line, cell, kind in cells:
        if not _WORD.fullmatch(cell):
            raise ValueError(
                f"Line {line}: “{_short(cell)}” cannot be a {kind}; use up to 30 letters, digits, blanks, or .:/()%+-."
                if cell
                else f"Line {line} has an empty {kind}."
            )


def _short(cell: str) -> str:
    plain = "".join(mark if mark.isprintable() else "\N{REPLACEMENT CHARACTER}" for mark in cell)
    return plain if len(plain) <= 30 else f"{plain[:29]}…"
