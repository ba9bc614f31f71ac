"""Data of the lab on trees: two kinds of iris, tables of a visitor, and small tables of categories."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from core.data.tables import Labeled
from core.kit.arrays import Array, Numbers, check_choice

FEATURES = {
    "petal_length": "petal length",
    "petal_width": "petal width",
    "sepal_length": "sepal length",
    "sepal_width": "sepal width",
}
KINDS = ("versicolor", "virginica")  # 50 flowers each, in this order

# Fisher (1936), in tenths of a centimeter.
_TENTHS = {
    "petal_length": (
        "47 45 49 40 46 45 47 33 46 39 35 42 40 47 36 44 45 41 45 39 48 40 49 47 43 44 48 50 45 35 38 37 39 51 45 "
        "45 47 44 41 40 44 46 40 33 42 42 42 43 30 41 60 51 59 56 58 66 45 63 58 61 51 53 55 50 51 53 55 67 69 50 "
        "57 49 67 49 57 60 48 49 56 58 61 64 56 51 56 61 56 55 48 54 56 51 51 59 57 52 50 52 54 51"
    ),
    "petal_width": (
        "14 15 15 13 15 13 16 10 13 14 10 15 10 14 13 14 15 10 15 11 18 13 15 12 13 14 14 17 15 10 11 10 12 16 15 "
        "16 15 13 13 13 12 14 12 10 13 12 13 13 11 13 25 19 21 18 22 21 17 18 18 25 20 19 21 20 24 23 18 22 23 15 "
        "23 20 20 18 21 18 18 18 21 16 19 20 22 15 14 23 24 18 18 21 24 23 19 23 25 23 19 20 23 18"
    ),
    "sepal_length": (
        "70 64 69 55 65 57 63 49 66 52 50 59 60 61 56 67 56 58 62 56 59 61 63 61 64 66 68 67 60 57 55 55 58 60 54 "
        "60 67 63 56 55 55 61 58 50 56 57 57 62 51 57 63 58 71 63 65 76 49 73 67 72 65 64 68 57 58 64 65 77 77 60 "
        "69 56 77 63 67 72 62 61 64 72 74 79 64 63 61 77 63 64 60 69 67 69 58 68 67 67 63 65 62 59"
    ),
    "sepal_width": (
        "32 32 31 23 28 28 33 24 29 27 20 30 22 29 29 31 30 27 22 25 32 28 25 28 29 30 28 30 29 26 24 24 27 27 30 "
        "34 31 23 30 25 26 30 26 23 27 30 29 29 25 28 33 27 30 29 30 30 25 29 25 36 32 27 30 25 28 32 30 38 26 22 "
        "32 28 28 27 33 32 28 30 28 30 28 38 28 28 26 30 34 31 30 31 31 31 27 32 33 30 25 30 34 30"
    ),
}
TENTHS = np.array([[int(v) for v in _TENTHS[name].split()] for name in FEATURES])  # (4, 100), whole tenths of a cm
TENTHS.setflags(write=False)
LABELS = np.repeat([0, 1], 50)  # position in `KINDS`
LABELS.setflags(write=False)
MOST_KINDS = 5  # of a table


@dataclass(frozen=True)
class Samples:
    """Numbers of samples of two to five kinds.

    Attributes
    ----------
    features : tuple of str
        Names of the columns, at most four.
    values : ndarray of shape (features, n)
    labels : ndarray of shape (n,)
        Position in `kinds`.
    kinds : tuple of str
    per : int
        How many of `values` make one unit: thresholds are shown in units.
    unit, noun : str
        What the numbers are in, and what the samples are.
    """

    features: tuple[str, ...]
    values: Numbers
    labels: Numbers
    kinds: tuple[str, ...]
    per: int
    unit: str
    noun: str

    def written(self, threshold: float) -> str:
        """Write a threshold with its unit."""
        return f"{threshold:.6g} {self.unit}".rstrip()


IRIS = Samples(tuple(FEATURES.values()), TENTHS, LABELS, KINDS, 10, "cm", "flowers")
EXAMPLE = """petal length, petal width, species
4.7, 1.4, versicolor
4.5, 1.5, versicolor
4.9, 1.5, versicolor
4.7, 1.6, versicolor
5.0, 1.7, versicolor
5.1, 1.6, versicolor
4.5, 1.7, virginica
4.8, 1.8, virginica
4.9, 1.8, virginica
5.1, 1.9, virginica
5.0, 1.5, virginica
5.8, 2.2, virginica"""


def own_samples(table: Labeled, columns: str) -> Samples:
    """Return one to four columns of a table with two to five classes; the first one must not be constant."""
    table.need(2, MOST_KINDS)
    chosen = list(table.choose(columns, 1, len(FEATURES)))
    values: Array = np.ascontiguousarray(table.numbers[:, chosen].T)
    values.setflags(write=False)
    names = tuple(table.columns[k] for k in chosen)
    if np.ptp(values[0]) == 0:
        raise ValueError(f"Column “{names[0]}” has one value everywhere; choose another.")
    return Samples(names, values, table.labels, table.classes, 1, "", "rows")


MOST_ROWS, MOST_FEATURES = 24, 5
FIVE = "1 0 0 0, 1 0 1 0, 0 1 0 0, 1 1 1 1, 1 1 0 1"
TABLES = {
    "rows": "my rows",
    "tennis": "tennis",
    "day": "tennis, with the day",
    "xor": "XOR",
    "errors": "same errors",
}
_NAMES = {
    "tennis": ("outlook", "temperature", "humidity", "wind"),
    "day": ("day", "outlook", "temperature", "humidity", "wind"),
    "xor": ("A1", "A2"),
    "errors": ("A1", "A2"),
}
_TENNIS = (
    "sunny hot high weak no, sunny hot high strong no, overcast hot high weak yes, rain mild high weak yes, "
    "rain cool normal weak yes, rain cool normal strong no, overcast cool normal strong yes, sunny mild high weak no, "
    "sunny cool normal weak yes, rain mild normal weak yes, sunny mild normal strong yes, "
    "overcast mild high strong yes, overcast hot normal weak yes, rain mild high strong no"
)
_ROWS = {
    "tennis": _TENNIS,
    "day": ", ".join(f"{day} {row}" for day, row in enumerate(_TENNIS.split(", "), 1)),
    "xor": "0 0 0, 0 1 1, 1 0 1, 1 1 0",
    "errors": "0 0 0, 0 0 0, 0 1 0, 1 1 0, 0 0 1, 1 0 1, 1 0 1, 1 0 1",
}


@dataclass(frozen=True)
class Rows:
    """A table of categories.

    Attributes
    ----------
    features : tuple of str
        Names of the features.
    cells : tuple of tuple of str
        One row a sample, one entry a feature.
    labels : tuple of str
        What is to be predicted, one a sample.
    """

    features: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]
    labels: tuple[str, ...]


def read_rows(text: str) -> Rows:
    """Read samples such as "1 0 yes, 0 0 no": the features of each, and its label as the last word.

    Raises
    ------
    ValueError
        If there are no samples or too many, or they differ in the number of features.
    """
    entries = [entry.split() for entry in re.split(r"[,;\n]+", text) if entry.strip()]
    if not 1 <= len(entries) <= MOST_ROWS:
        raise ValueError(f"Type 1 to {MOST_ROWS} samples, such as 1 0 yes, 0 0 no; got {len(entries)}.")
    width = len(entries[0])
    for number, entry in enumerate(entries, 1):
        if not 2 <= len(entry) <= MOST_FEATURES + 1:
            raise ValueError(f"Sample {number} must have 1 to {MOST_FEATURES} features and a label, such as 1 0 yes.")
        if len(entry) != width:
            raise ValueError(f"Sample {number} has {len(entry)} entries and the first one {width}; give all the same.")
        for word in entry:
            if not re.fullmatch(r"\w{1,12}", word):
                raise ValueError(f"Entries are words of up to 12 letters or digits; sample {number} has another.")
    features = tuple(f"A{k}" for k in range(1, width))
    return Rows(features, tuple(tuple(entry[:-1]) for entry in entries), tuple(entry[-1] for entry in entries))


def table(name: str, rows: str = FIVE) -> Rows:
    """Return a table of `TABLES`; "rows" is the one that is typed."""
    check_choice("table", name, tuple(TABLES))
    if name == "rows":
        return read_rows(rows)
    found = read_rows(_ROWS[name])
    return Rows(_NAMES[name], found.cells, found.labels)
