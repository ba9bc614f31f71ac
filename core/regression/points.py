"""Points (x, y) that a visitor brings, typed or in a file; the function behind them is unknown."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from core.kit.arrays import Array
from core.kit.memo import Memo
from core.worker import confined

POINTS = "points"  # stands for points of the visitor's own among the true functions
UNKNOWN = "This needs new data from a known function; nobody knows the one behind your points."
FEWEST, MOST = 4, 2000
MAX_TEXT = 20_000  # characters that are typed; more come in a file
LARGEST = 1e9
_MAX_BYTES = 2**20
_FINEST = 1e-6  # smallest range of a coordinate, and its smallest fraction of the coordinate's size
_NEAR = 0.02  # of the range that is shown: so near, a click means a point
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_MINUS = str.maketrans("−–", "--")

# Speed (mph) and stopping distance (ft) of 50 cars: M. Ezekiel, "Methods of Correlation Analysis", 1930; R's `cars`.
CARS = """speed, distance
4,2\n4,10\n7,4\n7,22\n8,16\n9,10\n10,18\n10,26\n10,34\n11,17\n11,28\n12,14\n12,20\n12,24\n12,28\n13,26\n13,34
13,34\n13,46\n14,26\n14,36\n14,60\n14,80\n15,20\n15,26\n15,54\n16,32\n16,40\n17,32\n17,40\n17,50\n18,42\n18,56
18,76\n18,84\n19,36\n19,46\n19,68\n20,32\n20,48\n20,52\n20,56\n20,64\n22,66\n23,54\n24,70\n24,92\n24,93\n24,120
25,85"""


@dataclass(frozen=True)
class Points(Memo):
    """Points read from a file; equal if name and content of the file are equal.

    Attributes
    ----------
    name : str
        Of the file.
    digest : str
        SHA-256 of its content.
    x, y : ndarray (n,)
        Finite; read-only.
    """

    name: str
    digest: str = field(repr=False)
    x: Array = field(compare=False, repr=False)
    y: Array = field(compare=False, repr=False)

    def __post_init__(self) -> None:
        for array in (self.x, self.y):
            array.flags.writeable = False

    def __str__(self) -> str:
        return f"{self.name}: {self.x.size:,} points"


def chosen(pasted: str, upload: Points | None) -> tuple[Array, Array]:
    """Return x and y (n,) of a file or, if there is none, of a text; raises what `read_text` does."""
    return (upload.x, upload.y) if upload else read_text(pasted)


def read_file(name: str, content: bytes) -> Points:
    """Read points from a text file, in a confined process; `read_text` says in which notations.

    Raises
    ------
    ValueError
        If it cannot be read; the sentence names the line.
    """
    found = confined.call("core.regression.points.file_values", content)
    short = "".join(filter(str.isprintable, name))[:60]
    return Points(short, hashlib.sha256(content).hexdigest(), found["x"], found["y"])


def file_values(content: bytes) -> dict[str, Any]:
    """Return x and y of a file's content.

    Raises
    ------
    ValueError
        As `read_file` does.
    """
    if len(content) > _MAX_BYTES:
        raise ValueError(f"The file has {len(content) / 2**20:.1f} MB; at most 1 MB is read.")
    try:
        text = content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError("The file is not a text file; save the two columns as CSV.") from error
    x, y = read_text(text)
    return {"x": x, "y": y}


def read_text(text: str) -> tuple[Array, Array]:
    """Read one point a line: x and y, separated by a comma, a semicolon, a tab, or blanks.

    Unless commas separate the two, a number may have a decimal comma. A first line without numbers is a header; empty
    lines and those that begin with # are left out.

    Returns
    -------
    x, y : ndarray (n,)

    Raises
    ------
    ValueError
        If a line is not a point, there are fewer than `FEWEST` or more than `MOST`, or no curve can be fitted to them.
    """
    rows = _point_rows(text)
    points = []
    for line, cells in rows[: MOST + 1]:
        if len(cells) != 2:
            values = f"{len(cells)} value{'s' if len(cells) > 1 else ''}"
            raise ValueError(f"Line {line} has {values}; write two, x and y, separated by a comma or a blank.")
        points.append([_number(cell, line) for cell in cells])
    if not FEWEST <= len(rows) <= MOST:
        count = f"{len(rows):,} point{'' if len(rows) == 1 else 's'}"
        raise ValueError(f"There are {count}; bring between {FEWEST} and {MOST:,}.")
    x, y = np.array(points).T.copy()
    _check_range("x", x)
    _check_range("y", y)
    if np.unique(x).size < 3:
        raise ValueError("There are only two different x; a choice of degree needs at least three.")
    return x, y


def clicked(text: str, place: tuple[float, float], across: float, up: float) -> str:
    """Return a text of points without the one at a place, or if there is none, with a point added there.

    Parameters
    ----------
    text : str
        As for `read_text`.
    place : (float, float)
        In the units of x and y.
    across, up : float
        Widths of the ranges of x and y that are shown: a point within 2% of both is meant.

    Raises
    ------
    ValueError
        As `read_text` does, also for the new text; or if that is too long.
    """
    x, y = read_text(text)
    away = np.maximum(np.abs(x - place[0]) / across, np.abs(y - place[1]) / up)
    lines = text.splitlines()
    if away.min() < _NEAR:
        del lines[_point_rows(text)[int(away.argmin())][0] - 1]
    else:
        lines.append(" ".join(_rounded(at, width) for at, width in zip(place, (across, up), strict=True)))
    changed = "\n".join(lines)
    if len(changed) > MAX_TEXT:
        raise ValueError(f"The points take more than {MAX_TEXT:,} characters; bring so many in a file.")
    read_text(changed)
    return changed


def _rounded(value: float, width: float) -> str:
    """Write a number to about a thousandth of a range."""
    decimals = max(0, 3 - math.floor(math.log10(width)))
    return f"{round(value, decimals) + 0.0:.{decimals}f}" if decimals < 15 else f"{value:.12g}"


def _point_rows(text: str) -> list[tuple[int, list[str]]]:
    """Return line number and cells of each point; a first line without numbers is a header."""
    rows = list(_rows(text))
    return rows if not rows or any(map(_is_number, rows[0][1])) else rows[1:]


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield line number and cells of each line that holds something."""
    for line, row in enumerate(text.splitlines(), 1):
        row = row.strip().strip("()[]").strip()
        if not row or row.startswith("#"):
            continue
        mark = next((mark for mark in "\t;" if mark in row), "")
        apart = row.split()
        if mark:
            cells = row.split(mark)
        elif len(apart) > 1 and not any(cell[0] == "," or cell[-1] == "," for cell in apart):
            cells = apart
        else:
            cells = row.split(",")
        yield line, [cell.strip().strip('"').translate(_MINUS) for cell in cells]


def _is_number(cell: str) -> bool:
    return bool(_NUMBER.fullmatch(cell.replace(",", ".", 1))) or cell.casefold() in ("nan", "inf", "-inf", "na")


def _number(cell: str, line: int) -> float:
    plain = cell.replace(",", ".", 1)
    shown = "".join(filter(str.isprintable, cell))[:20]
    if len(cell) > 40 or not _NUMBER.fullmatch(plain):
        raise ValueError(f"“{shown}” in line {line} is not a number; correct it or leave out the line.")
    if not abs(float(plain)) <= LARGEST:
        raise ValueError(f"“{shown}” in line {line} is beyond ±{LARGEST:,.0f}; use a larger unit.")
    return float(plain)


def _check_range(name: str, values: Array) -> None:
    """Refuse a coordinate whose values are equal, or nearly so for their size."""
    spread = float(np.ptp(values))
    if spread == 0:
        raise ValueError(f"All {name} are equal, {values[0]:.6g}; they must differ.")
    if spread < _FINEST:
        raise ValueError(f"All {name} lie within {spread:.2g}; use a smaller unit.")
    if spread < _FINEST * float(np.abs(values).max()):
        raise ValueError(f"The {name} differ by too little for their size; subtract {values[0]:.6g} from them.")
