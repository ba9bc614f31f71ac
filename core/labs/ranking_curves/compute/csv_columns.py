"""The columns of a CSV file in any dialect."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from core.kit.arrays import Array
from core.labs.ranking_curves.compute.classes import as_number
from core.labs.ranking_curves.compute.csv_numbers import is_missing, looks_like_number, read_numbers, shown
from core.labs.ranking_curves.compute.csv_rows import Sheet, sheet

MAX_ROWS = 1_000_000
# More different texts than this in a column are not counted further.
FEW = 20
SAMPLE = 3  # rows that are shown
CHUNK = 500  # rows turned into arrays at once; more at a time are slower: they leave the cache and wake the collector


class Column:
    """One column.

    Attributes
    ----------
    few : bool
        Whether it has at most `FEW` different texts; only then the next three attributes are meaningful.
    codes : dict of str to int
        Its different texts, numbered in order of appearance.
    first_lines : list of int
        Line on which each of these first appears.
    places : ndarray (n,) of uint8
        Number of the text of each row.
    fault : str
        Why this is not a column of numbers, as the end of a sentence; empty if it is one.
    numbers : ndarray (n,)
        If there is no fault: values, nan where missing.
    rows : int
    sample : list of str
        The texts of the first rows.
    note : str
        How a number that is not written plainly was read, as a sentence; or empty.
    """

    def __init__(self) -> None:
        self.few = True
        self.codes: dict[str, int] = {}
        self.first_lines: list[int] = []
        self.fault = ""
        self.note = ""
        self.rows = 0
        self.sample: list[str] = []
        self._first = ""
        self._places: list[NDArray[np.uint8]] = []
        self._numbers: list[Array] = []
        self._marks: set[str] = set()

    @property
    def places(self) -> NDArray[np.uint8]:
        return np.concatenate(self._places)

    @property
    def numbers(self) -> NDArray[np.float64]:
        return np.concatenate(self._numbers)

    @property
    def wordy(self) -> bool:
        """Return whether none of its values (of many, none of the first) is a number in any notation."""
        return bool(self.fault) and not any(map(looks_like_number, self.texts if self.few else [self._first]))

    @property
    def texts(self) -> list[str]:
        """Return its different texts, without those that stand for a missing value."""
        return [text for text in self.codes if not is_missing(text)]

    def add(self, texts: list[str], lines: Sequence[int], decimal_comma: bool) -> None:
        """Add some more rows, with their line numbers."""
        self.rows += len(texts)
        self.sample += texts[: SAMPLE - len(self.sample)]
        if self.few:
            self._count(texts, lines)
        self._first = self._first or next((text for text in texts if not is_missing(text)), "")
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
        joined, given = "".join(texts), texts
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
                    self.fault = f"“{shown(given[place])}” in line {lines[place]} is not a finite number"
                    return
        if len(self._marks) > 1:
            self.fault = "it has decimal commas and decimal points"
        self._numbers.append(numbers)

    def read_again(self, texts: Sequence[str], lines: Sequence[int], between_commas: bool) -> None:
        """Reread all values as numbers in another notation; if that fails, keep the fault or describe it better."""
        try:
            numbers, self.note = read_numbers(texts, lines, between_commas)
            self._numbers, self.fault = [numbers], ""
        except ValueError as error:
            self.fault = str(error)


def read_columns(content: bytes) -> tuple[list[str], list[Column]]:
    """Read a text file whose values are separated by tabs, semicolons, commas, bars, or blanks.

    The first line is a header if it holds neither a number nor a word for a missing value. A number may have a decimal
    comma unless commas separate the values or it is in quotes; see `core.labs.ranking_curves.compute.csv_numbers`.

    Returns
    -------
    names : list of str
        From the header; empty if there is none.
    columns : list of Column

    Raises
    ------
    ValueError
        If it is not such a file; the sentence names the line.
    """
    found = sheet(content)
    columns = [Column() for _ in range(found.width)]
    rows = found.rows()
    total = 0
    while chunk := list(islice(rows, CHUNK)):
        total += len(chunk)
        if total > MAX_ROWS:
            raise ValueError(f"The file has more than {MAX_ROWS:,} rows, the limit.")
        lines, cells = zip(*chunk, strict=True)
        for column, texts in zip(columns, zip(*cells, strict=True), strict=True):
            column.add(list(map(str.strip, texts)), lines, found.decimal_comma)
    if not total:
        raise ValueError("The file has a header but no data.")
    _read_again(found, columns)
    return found.names, columns


def _read_again(found: Sheet, columns: list[Column]) -> None:
    """Reread the columns without plain numbers, each as a whole."""
    for place, column in enumerate(columns):
        if column.fault and not column.wordy:
            lines, texts = zip(*((line, row[place].strip()) for line, row in found.rows()), strict=True)
            column.read_again(texts, lines, not found.decimal_comma)
