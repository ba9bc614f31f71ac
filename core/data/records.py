"""Records of a training that visitors bring, as columns of numbers: text in many forms, and event files."""

from __future__ import annotations

import codecs
import csv
import json
import re
from collections.abc import Callable
from typing import Any

from core.data.events import is_events, read_scalars

MAX_BYTES = 8 * 2**20
Columns = list[tuple[str, list[float | None]]]

_PRINTED = re.compile(
    r"(?:torch\.)?\b(?:tensor|array|np\.float\d+|float\d+)\(\s*(\[[^()]*?\]|[^(),]*?)\s*(?:,\s*\w+=[^()]*)?\)"
)
_WORDS = ((r"\bnan\b", "NaN"), (r"\binf\b", "Infinity"), (r"\bNone\b", "null"), ("'", '"'))
_TUPLES = str.maketrans("()", "[]")
_LIST = re.compile(r"(?:([A-Za-z_][\w.]*)\s*[=:]\s*)?\[([^\[\]]*)\]")


def columns_of(content: bytes, how: str, strict: Callable[[str], bool]) -> Columns:
    """Return the columns of a record: CSV, JSON, what Python prints of lists and dictionaries, or an event file.

    Parameters
    ----------
    content
        Of the file, or what was pasted.
    how
        Sentence that says what to bring; it ends the refusals.
    strict
        Whether a column with this name, in lower case, holds nothing but numbers and empty cells.

    Raises
    ------
    ValueError
        If it is too large or nothing that can be read; the sentence names the line.
    """
    if len(content) > MAX_BYTES:
        raise ValueError(f"The file has {len(content) / 2**20:.1f} MB; at most {MAX_BYTES // 2**20} MB are read.")
    if is_events(content):
        return _scalars(content, how)
    text = _text(content, how).strip()
    if not text:
        raise ValueError(f"There is nothing to read. {how}")
    return _lists(text) or _rows(text, strict)


def _scalars(content: bytes, how: str) -> Columns:
    """Columns of an event file: a row for each step that has a scalar."""
    found = read_scalars(content)
    if not found:
        raise ValueError(f"The event file holds no scalars. {how}")
    every = sorted({step for steps, _ in found.values() for step in steps})
    columns: Columns = [("step", list(map(float, every)))]
    for tag, (steps, values) in found.items():
        known = dict(zip(steps, values, strict=True))
        columns.append((tag, [known.get(step) for step in every]))
    return columns


def _text(content: bytes, how: str) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", "replace")
    text = content.decode("utf-8-sig", "replace")
    if "\0" in text:
        raise ValueError(f"This is not a text file. {how}")
    return text


def _lists(text: str) -> Columns:
    """Columns of JSON or of printed Python lists; [] if the text holds rows."""
    if "[" not in text and "{" not in text:
        return []
    plain = _PRINTED.sub(r"\1", text)
    for pattern, word in _WORDS:
        plain = re.sub(pattern, word, plain)
    plain = plain.translate(_TUPLES)
    for whole in (plain, f"[{','.join(plain.splitlines())}]"):  # one value, or one a line
        try:
            return _columns_of(json.loads(whole))
        except (ValueError, RecursionError):
            continue
    found = [(name, _numbers(numbers)) for name, numbers in _LIST.findall(plain)]
    return [(name, values) for name, values in found if len(values) > 1]


def _numbers(text: str) -> list[float | None]:
    """Read numbers between commas or blanks; none if one of them is no number."""
    try:
        return [float(part) for part in re.split(r"[,\s]+", text.strip().strip(",")) if part]
    except ValueError:
        return []


def _columns_of(value: Any) -> Columns:
    """Columns of a JSON value: lists by name, records, pairs, or two lists."""
    if isinstance(value, dict):
        columns: Columns = []
        for name, some in value.items():
            if isinstance(some, list) and len(some) > 1 and not any(isinstance(each, list | dict) for each in some):
                columns.append((str(name), list(map(_number, some))))
            elif isinstance(some, list | dict):
                columns += _columns_of(some)
        return columns
    if not isinstance(value, list) or not value:
        return []
    if all(isinstance(each, dict) for each in value):
        names = dict.fromkeys(str(name) for each in value for name in each)
        return [(name, [_number(each.get(name)) for each in value]) for name in names]
    if not all(isinstance(each, list) for each in value):
        return []
    rows = value if len(value) > 3 else list(zip(*value, strict=False))  # two or three long lists, or many short rows
    width = min(map(len, rows), default=0)
    return [("", [_number(row[place]) for row in rows]) for place in range(width)]


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _rows(text: str, strict: Callable[[str], bool]) -> Columns:
    """Columns of rows that tabs, semicolons, commas, or blanks separate, with or without a header."""
    lines = [(k, line.strip()) for k, line in enumerate(text.splitlines(), 1)]
    lines = [(k, line) for k, line in lines if line and not (line.startswith("#") and "," not in line)]
    lines = [(k, line.lstrip("# ")) for k, line in lines]
    first = lines[0][1] if lines else ""
    mark = next((mark for mark in "\t;," if mark in first), "")
    rows = [(k, next(csv.reader([line], delimiter=mark)) if mark else line.split()) for k, line in lines]
    cells = [cell.strip() for cell in rows[0][1]] if rows else []
    header = any(cell and _cell(cell, mark) is None for cell in cells)
    width = len(cells)
    columns: Columns = [(name if header else "", []) for name in cells]
    for line, row in rows[header:]:
        if len(row) != width:
            raise ValueError(f"Line {line} has {len(row)} values instead of {width}.")
        for (name, values), cell in zip(columns, row, strict=True):
            value = _cell(cell.strip(), mark)
            if value is None and cell.strip() and strict(name.casefold()):
                raise ValueError(f"“{cell.strip()[:40]}” in line {line} is not a number.")
            values.append(value)
    return columns


def _cell(text: str, mark: str) -> float | None:
    """Value of a cell; `None` if it is empty or a word."""
    plain = _PRINTED.sub(r"\1", text)
    try:
        return float(plain.replace(",", ".") if mark != "," else plain)
    except ValueError:
        return None
