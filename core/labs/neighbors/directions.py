"""Typed vectors: their directions compared with their distances."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from core.kit.arrays import Array

LETTERS = "ABCDEF"
_NUMBER = re.compile(r"[+-]?(\d{1,3}(\.\d{1,6})?|\.\d{1,6})", re.ASCII)


@dataclass(frozen=True)
class Directions:
    """A vector X and others.

    Attributes
    ----------
    x : ndarray of shape (d,)
    others : ndarray of shape (n, d)
    """

    x: Array
    others: Array

    @property
    def names(self) -> str:
        """Return the letters of the others."""
        return LETTERS[: len(self.others)]

    @property
    def dots(self) -> Array:
        """Return the dot product of X with each of the others, shape (n,)."""
        return self.others @ self.x

    @property
    def cosines(self) -> Array:
        """Return the cosine of the angle between X and each of the others, shape (n,)."""
        lengths = np.linalg.norm(self.others, axis=1) * np.linalg.norm(self.x)
        cosines: Array = np.clip(self.dots / lengths, -1, 1)
        return cosines

    def far(self, factor: float = 1.0) -> Array:
        """Return the Euclidean distance of `factor` times X from each of the others, shape (n,)."""
        far: Array = np.linalg.norm(self.others - factor * self.x, axis=1)
        return far

    def order(self, values: Array) -> str:
        """Return the letters in increasing order of the values; ties in alphabetical order."""
        return "".join(self.names[i] for i in np.argsort(np.round(values, 9), kind="stable"))


def read_vectors(text: str) -> Directions:
    """Read vectors such as "-1 1, 1 0, 0 1": X first, then one to six others.

    Raises
    ------
    ValueError
        If an entry is not a vector, differs in length from X, or is zero.
    """
    entries = [entry for entry in re.split(r"[,;\n]+", text.replace("−", "-")) if entry.strip()]
    if not 2 <= len(entries) <= 1 + len(LETTERS):
        raise ValueError(f"Type X and one to six other vectors, such as −1 1, 1 0, 0 1; got {len(entries)}.")
    rows: list[list[float]] = []
    for name, entry in zip("X" + LETTERS, entries, strict=False):
        parts = entry.split()
        wrong = next((part for part in parts if not _NUMBER.fullmatch(part)), None)
        if wrong is not None:
            raise ValueError(f"Vector {name} has “{wrong[:20]}”, which is not a number below 1,000.")
        if not 2 <= len(parts) <= 6:
            raise ValueError(f"Vector {name} must have two to six numbers; it has {len(parts)}.")
        if rows and len(parts) != len(rows[0]):
            raise ValueError(f"Vector {name} has {len(parts)} numbers and X has {len(rows[0])}.")
        row = [float(part) for part in parts]
        if not any(row):
            raise ValueError(f"Vector {name} is 0 and has no direction.")
        rows.append(row)
    return Directions(np.array(rows[0]), np.array(rows[1:]))
