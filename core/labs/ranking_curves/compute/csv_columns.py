"""The columns of a CSV file in whatever dialect: encoding, separator, header, decimal comma, quotes, line ends."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from itertools import chain, islice

import numpy as np
from numpy.typing import NDArray

from core.labs.ranking_curves.compute.classes import as_number

MAX_BYTES = 32 * 2**20
MAX_ROWS = 1_000_000
MAX_COLUMNS = 20
# More different texts than this in a column are not counted further.
FEW = 20
CHUNK = 500  # rows turned into arrays at once; more at a time are slower: they leave the cache and wake the collector
MISSING = frozenset(["", "na", "n/a", "#n/a", "nan", "null", "?"])

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


class Column:
    """One column.

    Attributes
    ----------
    few : bool
        Whether its different texts are at most `FEW`; only then the first three of the following mean something.
    codes : dict of str to int
        Its different texts, numbered in the order of their appearance.
    first_lines : list of int
        Line on which each of these appears first.
    places : ndarray (n,) of uint8
        Number of the text of each row.
    fault : str
        Why this is no column of numbers, as the end of a sentence; empty if it is one.
    numbers : ndarray (n,)
        If there is no fault: values, nan where missing.
    """

    def __init__(self) -> None:
        self.few = True
        self.codes: dict[str, int] = {}
        self.first_lines: list[int] = []
        self.fault = ""
        self._places: list[NDArray[np.uint8]] = []
        self._numbers: list[NDArray[np.float64]] = []
        self._marks: set[str] = set()

    @property
    def places(self) -> NDArray[np.uint8]:
        return np.concatenate(self._places)

    @property
    def numbers(self) -> NDArray[np.float64]:
        return np.concatenate(self._numbers)

    @property
    def texts(self) -> list[str]:
        """Its different texts, without what means that a value is missing."""
        return [text for text in self.codes if not is_missing(text)]

    def add(self, texts: list[str], lines: Sequence[int], decimal_comma: bool) -> None:
        """Take some more rows, with their line numbers."""
        if self.few:
            self._count(texts, lines)
        if not self.fault:
            self._read(texts, lines, decimal_comma)

    def _count(self, texts: list[str], lines: Sequence[int]) -> None:
        new = set(texts) - self.codes.keys()
        self.few = len(self.codes) + len(new) <= FEW
        if self.few:
            for text in sorted(new, key=texts.index):
                self.codes[text] = len(self.codes)
                self.first_lines.append(lines[texts.index(text)])
            self._places.append(np.fromiter(map(self.codes.__getitem__, texts), np.uint8, len(texts)))

    def _read(self, texts: list[str], lines: Sequence[int], decimal_comma: bool) -> None:
        joined = "".join(texts)
        if decimal_comma:
            self._marks |= set(",.") & set(joined)
            texts = [text.replace(",", ".") for text in texts]
        try:
            numbers = np.array(list(map(float, texts)))
        except ValueError:
            numbers = np.array([np.nan])
        # `float` takes more than a program writes into a file: these chunks, and those with gaps, are read one by one.
        if "_" in joined or not joined.isascii() or not np.isfinite(numbers).all():
            numbers = np.array([as_number(text) for text in texts])
            for place in np.flatnonzero(np.isnan(numbers)).tolist():
                if not is_missing(texts[place]):
                    self.fault = f"“{shown(texts[place])}” in line {lines[place]} is not a finite number"
                    return
        if len(self._marks) > 1:
            self.fault = "it has decimal commas and decimal points"
        self._numbers.append(numbers)


def is_missing(text: str) -> bool:
    """Whether a text stands for a value that is not there."""
    return text.casefold() in MISSING


def shown(text: str) -> str:
    """Write a text from the file for a reader."""
    short = "".join(mark if mark.isprintable() else "\N{REPLACEMENT CHARACTER}" for mark in " ".join(text.split()))
    return short if len(short) <= 40 else f"{short[:39]}…"


def counted(number: int, noun: str) -> str:
    """Write a number of things, such as "1 value" or "1,200 values"."""
    return f"{number:,} {noun}{'s' if number != 1 else ''}"


def read_columns(content: bytes) -> tuple[list[str], list[Column]]:
    """Read a CSV file whose values are separated by tabs, semicolons or commas, whichever its first line has.

    The first line is a header if it holds neither a number nor a word for a missing value. A number may have a decimal
    comma where the separator is none. Missing are empty values, NA, N/A, #N/A, nan, null and ?.

    Returns
    -------
    names : list of str
        From the header; empty if there is none.
    columns : list of Column

    Raises
    ------
    ValueError
        If it is no such file; the sentence names the line.
    """
    text, separator = _separator(_as_utf8(content))
    rows = _rows(text, separator)
    line, first = next(rows, (1, []))
    if not 2 <= len(first) <= MAX_COLUMNS:
        raise ValueError(
            f"Line {line} has {counted(len(first), 'value')}; it needs a label and one or two scores, "
            "separated by commas, semicolons, or tabs."
        )
    names = [name.strip() for name in first]
    if any(_is_value(name, separator != ",") for name in names):
        names, rows = [], chain([(line, first)], rows)
    columns = [Column() for _ in first]
    total = 0
    while chunk := list(islice(rows, CHUNK)):
        total += len(chunk)
        if total > MAX_ROWS:
            raise ValueError(f"The file has more than {MAX_ROWS:,} rows, the limit.")
        lines, cells = zip(*chunk, strict=True)
        for column, texts in zip(columns, zip(*cells, strict=True), strict=True):
            column.add(list(map(str.strip, texts)), lines, separator != ",")
    if not total:
        raise ValueError("The file has a header but no data.")
    return names, columns


def _is_value(text: str, decimal_comma: bool) -> bool:
    number = text.replace(",", ".") if decimal_comma else text
    return not np.isnan(as_number(number)) or bool(text and is_missing(text))


def _as_utf8(content: bytes) -> bytes:
    """Content as UTF-8 without a byte order mark."""
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
    """The text without a line that only names the separator, and the separator."""
    if named := _SEPARATOR_LINE.match(text):
        return named[2] + text[named.end() :], named[1].decode()  # the empty line keeps the line numbers right
    start = re.sub(rb'"[^"]*"', b"", text[:100_000].lstrip())
    line = re.split(rb"[\r\n]", start, maxsplit=1)[0].decode(errors="ignore")
    return text, next((mark for mark in "\t;" if mark in line), ",")


def _rows(text: bytes, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Line number and values of each row that is not empty; all have as many values as the first."""
    reader = csv.reader(
        io.TextIOWrapper(io.BytesIO(text), "utf-8", newline=""), delimiter=separator, skipinitialspace=True, strict=True
    )
    width = 0
    try:
        for row in reader:
            if not "".join(row).strip():
                continue
            width = width or len(row)
            if len(row) != width:
                raise ValueError(f"Line {reader.line_num} has {counted(len(row), 'value')} instead of {width}.")
            yield reader.line_num, row
    except csv.Error as error:
        raise ValueError(
            f"Line {reader.line_num} cannot be read: its quotes do not match, or a value is far too long."
        ) from error
