"""A visitor's own range test: rates and losses from a file or from pasted lines, read as data."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

from core.data.records import Columns, columns_of
from core.kit.arrays import Array
from core.kit.memo import Memo
from core.kit.words import number
from core.worker import confined

MAX_STEPS = 10_000
LONGEST_NAME = 60
SPAN = 2.0  # the largest rate is at least so many times the smallest
LOWEST, HIGHEST = 1e-9, 100.0  # rates that can be a bound

_RATE = re.compile(r"(.*[^a-z])?lrs?([^a-z].*)?|.*learning ?_?rates?|rates?|eta|η")
# The loss of each batch is better than one that is smoothed already.
_LOSSES = tuple(
    map(
        re.compile,
        ("loss(es)?", "(train|training|batch)[_ /]?loss(es)?(_step)?", "(?!.*(val|test|smooth)).*loss.*", ".*loss.*"),
    )
)
_ACCURACY = re.compile(r"(?!.*(val|test)).*acc(uracy)?(_step)?")
_STEP = re.compile(r"(global_?)?step|iteration|batch")
HOW = (
    "Bring a line “lr,loss” and a row for each step, the lists of torch-lr-finder, Lightning, fastai, or Keras, or a "
    "TensorBoard event file."
)

# The recorded test of the MLP in 40 steps.
EXAMPLE = (
    "lr,loss\n1e-05,2.317\n1.43e-05,2.323\n2.03e-05,2.340\n2.89e-05,2.327\n4.12e-05,2.345\n5.88e-05,2.337\n"
    "8.38e-05,2.301\n0.000119,2.316\n0.00017,2.346\n0.000242,2.305\n0.000346,2.359\n0.000492,2.295\n"
    "0.000702,2.333\n0.001,2.316\n0.00143,2.310\n0.00203,2.297\n0.00289,2.295\n0.00412,2.281\n0.00588,2.282\n"
    "0.00838,2.242\n0.0119,2.215\n0.017,2.194\n0.0242,2.134\n0.0346,2.066\n0.0492,1.966\n0.0702,1.756\n"
    "0.1,1.613\n0.143,1.459\n0.203,1.965\n0.289,4.057\n0.412,9.133\n0.588,9.100\n0.838,2.821\n1.19,81.094"
)


@dataclass(frozen=True)
class OwnCurve(Memo):
    """A range test that a visitor has recorded; equal if name and content are equal.

    Attributes
    ----------
    name : str
        Of the file.
    digest : str
        SHA-256 of its content.
    columns : tuple of str
        Names of the rate and of the loss in it, and of the accuracy if there is one.
    rates, losses, accuracies : ndarray (n,)
        Rates rise. Losses may be nan or infinite, and so are accuracies if there are none.
    """

    name: str
    digest: str = field(repr=False)
    columns: tuple[str, ...] = field(compare=False)
    rates: Array = field(compare=False, repr=False)
    losses: Array = field(compare=False, repr=False)
    accuracies: Array = field(compare=False, repr=False)

    def __post_init__(self) -> None:
        for array in (self.rates, self.losses, self.accuracies):
            array.flags.writeable = False

    def __str__(self) -> str:
        listed = ", ".join(f"“{name}”" for name in self.columns if name)
        return f"{self.name}: {self.steps:,} steps, rates {number(self.low, 2)} to {number(self.high, 2)}" + (
            f"; read: {listed}" if listed else ""
        )

    @property
    def has_accuracies(self) -> bool:
        """Return whether the record has an accuracy for every step."""
        return bool(np.isfinite(self.accuracies).all())

    @property
    def low(self) -> float:
        """First rate."""
        return float(self.rates[0])

    @property
    def high(self) -> float:
        """Last rate."""
        return float(self.rates[-1])

    @property
    def steps(self) -> int:
        """Steps of the record."""
        return len(self.rates)


def read_curve(name: str, content: bytes) -> OwnCurve:
    """Read a range test from a file, in a confined process.

    Parameters
    ----------
    name
        Of the file, for the reader.
    content
        CSV, JSON, what Python prints of lists and dictionaries, or an event file of TensorBoard.

    Raises
    ------
    ValueError
        If it cannot be read or understood; the sentence names the step or the line.
    """
    values = confined.call("core.labs.lr_range.compute.own.curve_values", content)
    return _curve("".join(filter(str.isprintable, name))[:LONGEST_NAME], content, values)


@lru_cache(maxsize=8)
def pasted_curve(text: str) -> OwnCurve:
    """Read a range test from pasted lines; see `read_curve`."""
    content = text.encode()
    return _curve("Your lines", content, curve_values(content))


def _curve(name: str, content: bytes, values: dict[str, Any]) -> OwnCurve:
    arrays = (values["rates"], values["losses"], values["accuracies"])
    return OwnCurve(name, hashlib.sha256(content).hexdigest(), tuple(values["columns"]), *arrays)


def curve_values(content: bytes) -> dict[str, Any]:
    """Read the fields of `OwnCurve` that do not concern the file itself.

    Raises
    ------
    ValueError
        As `read_curve` does.
    """
    columns = columns_of(content, HOW, lambda name: bool(_RATE.fullmatch(name)) or name == "loss")
    rate, loss, accuracy = _chosen(columns)
    rates, losses, accuracies = _aligned(columns, rate, loss, accuracy)
    _check(rates, losses)
    names = [columns[place][0] for place in (rate, loss, accuracy) if place is not None]
    return {"columns": names, "rates": rates, "losses": losses, "accuracies": accuracies}


def _chosen(columns: Columns) -> tuple[int, int, int | None]:
    """Places of the rate, the loss, and the accuracy: by their names, else the rate is what rises by the most."""
    known = [k for k, (_, values) in enumerate(columns) if any(value is not None for value in values)]
    names = {k: columns[k][0].strip().casefold() for k in known}
    rate = next((k for k in known if _RATE.fullmatch(names[k])), None)
    if rate is None:
        rising = {k: _rise(columns[k][1]) for k in known if not names[k]}
        rate = max((k for k in rising if rising[k] > 1), key=rising.__getitem__, default=None)
    if rate is None:
        raise ValueError(f"No column is called “lr” or rises like a learning rate. {HOW}")
    named = (k for pattern in _LOSSES for k in known if k != rate and pattern.fullmatch(names[k]))
    loss = next(named, next((k for k in known if k != rate and not names[k] and not _counts(columns[k][1])), None))
    if loss is None:
        raise ValueError(f"No column is called “loss”. {HOW}")
    accuracy = next((k for k in known if k not in (rate, loss) and _ACCURACY.fullmatch(names[k])), None)
    return rate, loss, accuracy


def _counts(values: Sequence[float | None]) -> bool:
    """Return whether a column numbers its rows."""
    return all(value is not None and value - k == values[0] for k, value in enumerate(values))


def _rise(values: Sequence[float | None]) -> float:
    """Last value divided by the first, where all are positive and rise; else 0."""
    known = [value for value in values if value is not None]
    rises = len(known) > 1 and known[0] > 0 and all(a < b for a, b in zip(known, known[1:], strict=False))
    return known[-1] / known[0] if rises else 0.0


def _aligned(columns: Columns, rate: int, loss: int, accuracy: int | None) -> tuple[Array, Array, Array]:
    """Rates, losses, and accuracies of the same steps.

    Lightning logs rates and losses in rows of their own: there each loss gets the last rate up to its step. Otherwise a
    missing loss is NaN, as pandas writes it.
    """
    count = max(len(values) for _, values in columns)
    table = [[*columns[k][1], *[None] * (count - len(columns[k][1]))] for k in (rate, loss)]
    acc = columns[accuracy][1] if accuracy is not None else [None] * count
    rows = list(zip(*table, [*acc, *[None] * (count - len(acc))], strict=True))
    if not any(a is not None and b is not None for a, b, _ in rows):
        step = next((values for name, values in columns if _STEP.fullmatch(name.casefold())), list(range(count)))
        order = sorted((k for k in range(count) if step[k] is not None), key=lambda k: (step[k], rows[k][0] is None))
        last, rows = None, [rows[k] for k in order]
        filled = []
        for a, b, c in rows:
            last = last if a is None else a
            if b is not None:
                filled.append((last, b, c))
        rows = filled
    rows = [row for row in rows if row[0] is not None]
    values = np.array([[math.nan if cell is None else cell for cell in row] for row in rows], float).reshape(-1, 3)
    return values[:, 0].copy(), values[:, 1].copy(), values[:, 2].copy()


def _check(rates: Array, losses: Array) -> None:
    if len(rates) < 2:
        raise ValueError(f"The record has {len(rates)} steps with a rate. {HOW}")
    if len(rates) > MAX_STEPS:
        raise ValueError(f"The record has {len(rates):,} steps; at most {MAX_STEPS:,} are read.")
    wrong = np.flatnonzero(~(np.isfinite(rates) & (rates > 0)))
    if wrong.size:
        raise ValueError(f"The rate at step {wrong[0]} is {rates[wrong[0]]:g}; rates must be positive.")
    falls = np.flatnonzero(np.diff(rates) <= 0)
    if falls.size:
        k = int(falls[0])
        raise ValueError(f"Rates must rise at every step; step {k + 1} has {rates[k + 1]:g} after {rates[k]:g}.")
    if min(rates[-1], HIGHEST) < SPAN * max(rates[0], LOWEST):
        raise ValueError(
            f"The rates go from {rates[0]:g} to {rates[-1]:g}; they must span a factor of {SPAN:g} "
            f"between {LOWEST:g} and {HIGHEST:g}."
        )
    if not np.isfinite(losses[0]):
        raise ValueError("The loss of the first step is not a finite number, so there is nothing to read.")
