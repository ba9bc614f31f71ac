"""The position of a numerical answer in a picture, as plain data."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.exercises.kinds import Kind, Pick
from core.exercises.reading import read_numbers

_NUMBER = re.compile(r"[-−]?\d[\d,]*(\.\d+)?")


@dataclass(frozen=True)
class Mark:
    """The position of an answer in a picture.

    Attributes
    ----------
    panel : int
        Number of the panel, counted from 0, or backward from −1.
    axis : str
        The axis on which the answer is a number, "x" or "y"; "xy" for an answer that is a point.
    at : float, optional
        Position on the other axis: the answer is a point there, or a bar if the panel has bars. Without it, a line.
    place : callable
        Maps the answer to the units of the axis, such as percent to a fraction.
    """

    panel: int
    axis: str = "x"
    at: float | None = None
    place: Callable[[float], float] = float

    def __post_init__(self) -> None:
        """Check the axis."""
        if self.axis not in ("x", "y", "xy"):
            raise ValueError(f"`axis` must be x, y, or xy; got {self.axis}.")


def fraction(percent: float) -> float:
    """Return a percentage as a fraction, for an axis that ends at 1."""
    return percent / 100


def answered(kind: Kind, text: str) -> float | None:
    """Return the number in an answer, or in the name of its option; None if there is none."""
    try:
        reading: Any = kind.read(text)[0]
        if isinstance(kind, Pick):
            found = _NUMBER.search(reading)
            return float(read_numbers(found.group())[0].value) if found else None
        return float(reading.value)
    except (ValueError, AttributeError, OverflowError):
        return None
