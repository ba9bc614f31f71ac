"""A visitor's own training log: losses and accuracies of epochs or updates, read as data, beside the plan."""

from __future__ import annotations

import hashlib
import math
import re
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import numpy as np

from core.data.records import Columns, columns_of
from core.kit.arrays import Array
from core.kit.memo import Memo
from core.labs.schedules.compute.bookkeeping import Run
from core.labs.schedules.compute.plan import Plan
from core.worker import confined

MAX_ROWS = 100_000
LONGEST_NAME = 60
MOST_EPOCHS = 500  # a log that counts nothing is one of epochs up to so many rows
ROLES = ("loss", "validation_loss", "accuracy", "validation_accuracy", "rate")
HOW = (
    "Bring Keras's CSVLogger or history, Lightning's metrics.csv, a TensorBoard event file, or columns such as "
    "epoch,loss,val_loss,accuracy."
)

_RATE = re.compile(r"(.*[^a-z])?lrs?([^a-z].*)?|.*learning ?_?rates?|rates?|eta|η")
_UPDATES = re.compile(r"(global_?|train_?)?(step|iteration|iter|update|batch)s?(_idx)?")
_EPOCHS = re.compile(r"epochs?")
_HELD = re.compile(r"(.*[^a-z])?(val|valid|validation|test|eval|dev)([^a-z].*)?")
_LOSS, _ACCURACY = re.compile(r".*loss(es)?.*|.*nll.*"), re.compile(r".*acc([^a-z].*|uracy.*)?|.*top_?1.*")
_WORSE = re.compile(r".*(smooth|top_?[k5]|_step).*")  # taken only if there is nothing else

# The first seed of the recorded runs with step decay, as Keras's CSVLogger would have written it.
EXAMPLE = (
    "epoch,accuracy,learning_rate,loss,val_accuracy,val_loss\n0,0.7122,0.1,0.8758,0.8067,0.5371\n"
    "1,0.8337,0.1,0.4663,0.8117,0.4791\n2,0.8586,0.1,0.3863,0.8267,0.5415\n3,0.8789,0.1,0.3316,0.8383,0.4514\n"
    "4,0.8943,0.1,0.2868,0.8433,0.4198\n5,0.9163,0.025,0.2294,0.8517,0.4192\n6,0.9293,0.025,0.1967,0.8517,0.4061\n"
    "7,0.9377,0.025,0.1803,0.8533,0.4102\n8,0.9435,0.025,0.1650,0.8583,0.4115\n9,0.9488,0.025,0.1527,0.8633,0.4162"
)


@dataclass(frozen=True)
class OwnLog(Memo):
    """A log of a training; equal if name, content, and unit are equal.

    Attributes
    ----------
    name : str
        Of the file.
    digest : str
        SHA-256 of its content.
    unit : str
        "epochs" or "updates": what `at` counts.
    columns : tuple of str
        Names of the columns that were read.
    at : ndarray (rows,)
        Number of the epoch or of the update, as the log counts; rising.
    curves : dict of str to ndarray (rows,)
        Keys of `ROLES` that the log has; nan where a row has no such number.
    diverged : float
        The first place at which the loss is NaN or infinite; nan if there is none.
    """

    name: str
    digest: str = field(repr=False)
    unit: str
    columns: tuple[str, ...] = field(compare=False)
    at: Array = field(compare=False, repr=False)
    curves: dict[str, Array] = field(compare=False, repr=False)
    diverged: float = field(compare=False)

    def __post_init__(self) -> None:
        for array in (self.at, *self.curves.values()):
            array.flags.writeable = False

    def __str__(self) -> str:
        return f"{self.name}: {len(self.at):,} rows; read: {', '.join(f'“{name}”' for name in self.columns)}"

    @property
    def ends(self) -> Array:
        """Epochs or updates after which each row was written; epochs that are counted from 0 end one later."""
        return self.at + 1 if self.unit == "epochs" and self.at[0] == 0 else self.at

    def as_unit(self, unit: str) -> OwnLog:
        """Return the log with its rows counted otherwise; "auto" leaves it as it is."""
        return self if unit == "auto" else replace(self, unit=unit)


def read_log(name: str, content: bytes) -> OwnLog:
    """Read a log from a file, in a confined process.

    Raises
    ------
    ValueError
        If it cannot be read or understood; the sentence is for the reader.
    """
    values = confined.call("core.labs.schedules.compute.own.log_values", content)
    return _log("".join(filter(str.isprintable, name))[:LONGEST_NAME], content, values)


@lru_cache(maxsize=8)
def pasted_log(text: str) -> OwnLog:
    """Read a log from pasted lines; see `read_log`."""
    content = text.encode()
    return _log("Your lines", content, log_values(content))


def _log(name: str, content: bytes, values: dict[str, Any]) -> OwnLog:
    return OwnLog(
        name,
        hashlib.sha256(content).hexdigest(),
        values["unit"],
        tuple(values["columns"]),
        values["at"],
        values["curves"],
        values["diverged"],
    )


def log_values(content: bytes) -> dict[str, Any]:
    """Read the fields of `OwnLog` that do not concern the file itself.

    Raises
    ------
    ValueError
        As `read_log` does.
    """
    columns = columns_of(content, HOW, lambda name: bool(_LOSS.fullmatch(name)))
    rows = max((len(values) for _, values in columns), default=0)
    if rows > MAX_ROWS:
        raise ValueError(f"The log has {rows:,} rows; at most {MAX_ROWS:,} are read.")
    chosen = _chosen(columns)
    if not {"loss", "validation_loss", "accuracy", "validation_accuracy"} & chosen.keys():
        raise ValueError(f"No column is called like a loss or an accuracy. {HOW}")
    counter, unit = _counter(columns, chosen, rows)
    return _merged(counter, {role: columns[place][1] for role, place in chosen.items()}) | {
        "unit": unit,
        "columns": [columns[place][0] for place in chosen.values()],
    }


def _chosen(columns: Columns) -> dict[str, int]:
    """Return the place of each role's column, by its name; smoothed and single-step values are the last choice."""
    names = [name.strip().casefold() if any(v is not None for v in values) else "" for name, values in columns]
    order = sorted(range(len(names)), key=lambda k: bool(_WORSE.fullmatch(names[k])))
    found: dict[str, int] = {}
    for k in order:
        name = names[k]
        if _RATE.fullmatch(name):
            role = "rate"
        elif _LOSS.fullmatch(name) or _ACCURACY.fullmatch(name):
            role = "loss" if _LOSS.fullmatch(name) else "accuracy"
            role = f"validation_{role}" if _HELD.fullmatch(name) else role
        else:
            continue
        found.setdefault(role, k)
    return {role: found[role] for role in ROLES if role in found}


def _counter(columns: Columns, chosen: dict[str, int], rows: int) -> tuple[list[float | None], str]:
    """Return what numbers the rows, and whether it counts updates or epochs."""
    for pattern, unit in ((_UPDATES, "updates"), (_EPOCHS, "epochs")):
        for name, values in columns:
            if pattern.fullmatch(name.strip().casefold()) and any(value is not None for value in values):
                by_epoch = all(columns[place][0].startswith("epoch_") for place in chosen.values())  # Keras's tags
                return values, "epochs" if by_epoch else unit
    return list(map(float, range(rows))), "epochs" if rows <= MOST_EPOCHS else "updates"


def _merged(counter: list[float | None], columns: dict[str, list[float | None]]) -> dict[str, Any]:
    """Return one row for each number of the counter, in its order; of several values, the last one counts."""
    places = [value for value in counter if value is not None and math.isfinite(value) and value >= 0]
    at = np.unique(np.array(places, dtype=np.float64))
    row_of = {value: row for row, value in enumerate(at.tolist())}
    curves, bad = {role: np.full(len(at), np.nan) for role in columns}, [math.nan]
    for role, values in columns.items():
        for place, value in zip(counter, values, strict=False):
            if place is not None and place in row_of and value is not None:
                row = row_of[place]
                curves[role][row] = value if math.isfinite(value) else math.nan
                if not math.isfinite(value) and role == "loss":
                    bad.append(place)
    if not any(np.isfinite(curve).any() for role, curve in curves.items() if role != "rate"):
        raise ValueError(f"No row has a number of its epoch or update and a finite loss or accuracy. {HOW}")
    return {"at": at, "curves": curves, "diverged": float(np.fmin.reduce(bad))}


@dataclass(frozen=True)
class Beside:
    """A log beside a plan: its rows as epochs and as updates of the plan, whose batches are all of one size here.

    Attributes
    ----------
    log : OwnLog
    epochs, updates : ndarray (rows,)
        After which each row was written.
    best : int
        Row with the lowest loss on validation data or, without them, on training data; -1 if the log has no loss.
    """

    log: OwnLog
    epochs: Array
    updates: Array
    best: int

    def planned(self, plan: Plan, base: Run) -> Array:
        """Return the planned rate of the last update before each row; nan where the plan has ended."""
        inside = self.updates <= base.updates + 1e-9
        last = self.epochs if plan.by_epoch else self.updates
        rates = plan.shape.rate(np.maximum(np.ceil(last - 1e-9) - 1, 0))
        return np.where(inside, rates, np.nan)

    @property
    def measured(self) -> str:
        """Return the role of the loss that `best` looks at."""
        return "validation_loss" if "validation_loss" in self.log.curves else "loss"


def beside(log: OwnLog, base: Run) -> Beside:
    """Put a log beside a plan with so many epochs and updates."""
    each = base.updates / base.epochs
    epochs, updates = (log.ends, log.ends * each) if log.unit == "epochs" else (log.ends / each, log.ends)
    losses = log.curves.get("validation_loss", log.curves.get("loss"))
    best = int(np.nanargmin(losses)) if losses is not None and np.isfinite(losses).any() else -1
    return Beside(log, np.asarray(epochs), np.asarray(updates), best)
