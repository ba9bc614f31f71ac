"""The rows of a text file of scores: encoding, separator, header, comments, and the formats of R and Weka."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np

from core.labs.ranking_curves.compute import weka
from core.labs.ranking_curves.compute.classes import as_number
from core.labs.ranking_curves.compute.csv_numbers import is_missing, looks_like_number

MAX_BYTES = 32 * 2**20
MAX_COLUMNS = 20

# First bytes of files that are something else, whatever their name says; blanks in front apart.
_KINDS = {
    rb"PK(\x03\x04|\x05\x06)": "a ZIP archive or an Excel workbook",
    rb"\xd0\xcf\x11\xe0": "an old Excel workbook",
    rb"\x80[\x02-\x05]": "a Python pickle",
    rb"\x93NUMPY": "a NumPy array",
    rb"PAR1|ARROW1|\x89HDF|SQLite format 3": "a database or a binary table",
    rb"\x1f\x8b|BZh\d|\xfd7zXZ|7z\xbc\xaf|\x28\xb5\x2f\xfd|Rar!": "a compressed file",
    rb"%PDF|\x89PNG|\xff\xd8\xff|GIF8": "a document or a picture",
    rb'\{\s*["}]|\[\s*["\[{\d\]-]': "a JSON file",
    rb"(?i:<(!doctype|html|head|table|\?xml|!--))": "an HTML or XML file",
}
_BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32-le",  # before UTF-16, which begins in the same way
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
_CONTROL = bytes(set(range(32)) - set(b"\t\n\r")) + b"\x7f"
# The line with which Excel is told the separator.
_SEPARATOR_LINE = re.compile(rb'"?sep=([,;\t])"?(\r\n|\r|\n)', re.IGNORECASE)
_COMMENT = re.compile(r"[ \t]*#(?!n/a\b)", re.IGNORECASE)
_COMMENTS = re.compile(rb"(?:^|[\r\n])[ \t]*#")
_RULE = re.compile(r"[\s|:+=-]+")  # the line under the header of a table in Markdown
# The third line of the header of Orange; the second one has types.
_ROLES = frozenset(["", "class", "meta", "ignore", "c", "m", "i"])
# R leaves out the name of the first column, which holds names of rows, in quotes.
_ROW_NAMES = re.compile(rb'(?:[ \t]*#[^\r\n]*[\r\n]+)*\s*"[^"\r\n]*"(,"[^"\r\n]*")*[ \t]*[\r\n]+"')
# Two numbers in one cell, as Spark and NumPy write both probabilities.
_PAIR = re.compile(r"[\[(]\s*([^\[\](),\s]+)(?:\s*,\s*|\s+)([^\[\](),\s]+)\s*[\])]")


@dataclass(frozen=True)
class Sheet:
    """A text file of rows.

    Attributes
    ----------
    names : list of str
        From the header; empty if there is none.
    width : int
        Values per row.
    decimal_comma : bool
        Whether a comma can be a decimal mark because it does not separate the values.
    """

    names: list[str]
    width: int
    decimal_comma: bool
    _text: bytes
    _separator: str
    _skip: int
    _pairs: tuple[int, ...]

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield line number and values of each row that is neither empty nor a repeated header.

        Raises
        ------
        ValueError
            If a row has more or fewer values than the first; the sentence names the line.
        """
        header = [name for name in self.names if name]
        for line, row in islice(_cells(self._text, self._separator), self._skip, None):
            if header and row[0].strip() in self.names[:2] and [cell.strip() for cell in row if cell.strip()] == header:
                continue
            if self._pairs:
                row = _apart(row, self._pairs)
            if len(row) != self.width:
                raise ValueError(f"Line {line} has {counted(len(row), 'value')} instead of {self.width}.")
            yield line, row


def counted(number: int, noun: str) -> str:
    """Write a count, such as "1 value" or "1,200 values"."""
    return f"{number:,} {noun}{'s' if number != 1 else ''}"


def sheet(content: bytes) -> Sheet:
    """Detect how a text file of rows is written.

    Raises
    ------
    ValueError
        If it is not such a file; the sentence names the line.
    """
    text = _as_utf8(content)
    names, text = weka.as_csv(text)
    text, separator = (text, ",") if names else _separator(text)
    head = list(islice(_cells(text, separator), 3))
    line, first = head[0] if head else (1, [])
    if not 2 <= len(first) <= MAX_COLUMNS:
        raise ValueError(
            f"Line {line} has {counted(len(first), 'value')}; it needs a label and one or two scores, "
            "separated by commas, semicolons, tabs, bars, or blanks."
        )
    skip = 0
    if not names and not any(_is_value(cell.strip()) for cell in first):
        names, skip = [cell.strip() for cell in first], 1
        row_names = separator != "," or _ROW_NAMES.match(text)
        if len(head) > 1 and len(head[1][1]) == len(names) + 1 and row_names:
            names = ["", *names]
        if len(head) > 2 and "class" in head[2][1] and {cell.strip() for cell in head[2][1]} <= _ROLES:
            skip = 3
    elif not names:
        names = _commented_names(text, separator, first)
    row = head[skip][1] if len(head) > skip else []
    pairs = tuple(k for k, cell in enumerate(row) if _pair(cell))
    width = len(names or first)
    for place in reversed(pairs):
        width += 1
        if names:
            names[place : place + 1] = [f"{names[place]} [{k}]" for k in (0, 1)]
    return Sheet(names, width, separator != ",", text, separator, skip, pairs)


def _apart(row: list[str], pairs: tuple[int, ...]) -> list[str]:
    """Split each cell that holds two numbers into two cells."""
    out = list(row)
    for place in reversed(pairs):
        if place < len(out):
            out[place : place + 1] = _pair(out[place]) or (out[place], out[place])
    return out


def _pair(cell: str) -> tuple[str, str] | None:
    """Return the two numbers of a cell that holds two."""
    found = _PAIR.fullmatch(cell.strip())
    return (found[1], found[2]) if found and not np.isnan(as_number(found[1]) + as_number(found[2])) else None


def _is_value(text: str) -> bool:
    return looks_like_number(text) or bool(text and is_missing(text)) or _pair(text) is not None


def _commented_names(text: bytes, separator: str, first: list[str]) -> list[str]:
    """Return names from the comment above the first row, as NumPy writes them; [] if there are none."""
    last = ""
    for line in io.TextIOWrapper(io.BytesIO(text), "utf-8"):
        if not _COMMENT.match(line):
            break
        last = line.strip().lstrip("#")
    (names,) = list(csv.reader([last], delimiter=separator, skipinitialspace=True)) or [[]]
    names = [name.strip() for name in names]
    return names if len(names) == len(first) and not any(_is_value(name) for name in names) else []


def _as_utf8(content: bytes) -> bytes:
    """Return the content as UTF-8 without a byte order mark."""
    if len(content) > MAX_BYTES:
        raise ValueError(f"The file has {len(content) / 2**20:.1f} MB; at most {MAX_BYTES // 2**20} MB are read.")
    start = content[:1000].lstrip()
    if not start and not content.strip():
        raise ValueError("The file is empty.")
    for pattern, kind in _KINDS.items():
        if re.match(pattern, start):
            raise ValueError(f"The file is {kind}, not a CSV file.")
    encoding = _encoding(content)
    if encoding != "utf-8":
        try:
            content = content.decode(encoding).encode()
        except UnicodeError as error:
            raise ValueError(
                f"The file begins like {encoding.removesuffix('-sig').upper()} text, but is not."
            ) from error
    content = content.removeprefix(codecs.BOM_UTF8)
    if len(content.translate(None, _CONTROL)) < len(content):
        raise ValueError("The file is not a text file: it has control characters.")
    return content


def _encoding(content: bytes) -> str:
    for mark, encoding in _BOMS.items():
        if content.startswith(mark):
            return encoding
    start = content[:200]
    if len(start) > 1 and 0 not in start[::2] and not any(start[1::2]):
        return "utf-16-le"
    if len(start) > 1 and 0 not in start[1::2] and not any(start[::2]):
        return "utf-16-be"
    try:
        content.decode()
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8"


def _separator(text: bytes) -> tuple[bytes, str]:
    """Return the text without a line that only names the separator, and the separator."""
    if named := _SEPARATOR_LINE.match(text):
        return named[2] + text[named.end() :], named[1].decode()  # the empty line keeps the line numbers right
    start = re.sub(rb'"[^"]*"', b'""', text[:100_000].lstrip()).decode(errors="ignore")
    lines = [line for line in re.split(r"[\r\n]+", start) if line.strip() and not _COMMENT.match(line)]
    line = lines[0] if lines else ""
    if mark := next((mark for mark in "\t;" if mark in line), ""):
        return text, mark
    for mark in "| ":
        cells = [cell.strip() for row in lines[:2] for cell in (row.split(mark) if mark == "|" else row.split())]
        if mark in line.strip() and _are_cells(cells, mark):
            return text, mark
    return text, ","


def _are_cells(cells: list[str], mark: str) -> bool:
    """Return whether a bar or blanks, not commas, separate these texts: commas are only inside numbers."""
    commas = all(looks_like_number(cell) and cell[-1] != "," for cell in cells if "," in cell)
    return commas and (mark == "|" or any(cell == '""' or looks_like_number(cell) for cell in cells))


def _cells(text: bytes, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Yield line number and values of each row that is not empty."""
    lines: Iterator[str] = io.TextIOWrapper(io.BytesIO(text), "utf-8", newline="")
    if separator in " |" or _COMMENTS.search(text):
        lines = (_bare(line, separator) for line in lines)
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=True, strict=True)
    try:
        for row in reader:
            if "".join(row).strip():
                yield reader.line_num, row
    except csv.Error as error:
        raise ValueError(
            f"Line {reader.line_num} cannot be read: its quotes do not match, or a value is far too long."
        ) from error


def _bare(line: str, separator: str) -> str:
    """Return a line without its frame; an empty line in place of a comment, so that line numbers stay correct."""
    if _COMMENT.match(line):
        return "\n"
    if separator == "|":
        return "\n" if _RULE.fullmatch(line) else f"{line.strip().removeprefix('|').removesuffix('|')}\n"
    return f"{line.strip()}\n" if separator == " " else line
