"""Results so far, over the seeds, of the trainings with the schedules on screen."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from core.kit.arrays import Array
from core.kit.recent import Recent
from core.labs.schedules.compute.explore import Schedules
from core.labs.schedules.compute.runs import Arm, Asked, arms
from core.training.range_curves import smooth
from core.training.runs import Seen, known, look

BETA = 0.9  # weight of the past in the smoothed loss
EPOCH_CURVES = ("loss", "accuracy", "validation_loss", "validation_accuracy")
# Shared by all visitors: a run in progress is read again each time, the others are not.
_TRAINED = Recent(entries=120, nbytes=60_000_000)


@dataclass(frozen=True, eq=False)
class Trained:
    """A training as far as it has come.

    Attributes
    ----------
    seed : int
    rates, momenta, losses, smoothed : ndarray (updates,)
        Of each update; the loss from before it.
    batches : ndarray (updates,)
    ends : ndarray (epochs,)
        Updates after each epoch.
    epochs : dict of str to ndarray (epochs,)
        Keys of `EPOCH_CURVES`: means of an epoch while its images were learned, and at its end on validation images.
    end : str
        "" while it has not ended, else "end", or "nonfinite" if the loss was no number any more.
    test_accuracy : float
        On images that were not looked at before; nan until the end.
    """

    seed: int
    rates: Array
    momenta: Array
    losses: Array
    smoothed: Array
    batches: Array
    ends: Array
    epochs: dict[str, Array]
    end: str
    test_accuracy: float

    @property
    def last_loss(self) -> float:
        """Mean training loss of the last whole epoch once more, from its updates; nan before there is one."""
        if not len(self.ends):
            return float("nan")
        first = int(self.ends[-2]) if len(self.ends) > 1 else 0
        part = slice(first, int(self.ends[-1]))
        return float(np.average(self.losses[part], weights=self.batches[part]))


def trained(arm: Arm, seed: int, seen: Seen) -> Trained:
    """Read what a training has recorded; those that come with Lectern leave out the rates and momenta of the plan."""
    found: Trained = _TRAINED.recall((seed, seen.stamp), lambda: _trained(arm, seed, seen))
    return found


def _trained(arm: Arm, seed: int, seen: Seen) -> Trained:
    # After a resume the same steps may be there twice.
    steps = {int(record["step"]): record for record in seen.records if "losses" in record}
    ends = {int(record["epoch"]): record for record in seen.records if "epoch" in record}

    def every(name: str) -> Array:
        return np.array([value for step in sorted(steps) for value in steps[step].get(name, ())], dtype=np.float64)

    losses, rates, momenta = every("losses"), every("rates"), every("momenta")
    if len(rates) < len(losses):
        rates, momenta = arm.planned(len(losses))
    result: Any = seen.result
    return Trained(
        seed=seed,
        rates=rates,
        momenta=momenta,
        losses=losses,
        smoothed=smooth(losses, BETA),
        batches=np.array([steps[step]["batch"] for step in sorted(steps) for _ in steps[step]["losses"]], float),
        ends=np.array([ends[epoch]["step"] for epoch in sorted(ends)], dtype=np.float64),
        epochs={name: np.array([ends[epoch][name] for epoch in sorted(ends)], float) for name in EPOCH_CURVES},
        end=str(result.get("end", "")),
        test_accuracy=float(result.get("test_accuracy", np.nan)),
    )


@dataclass(frozen=True, eq=False)
class Strategy:
    """A strategy of one length as far as its trainings have come.

    Attributes
    ----------
    arm : Arm
    every : tuple of Trained
        Those that have taken an update.
    going : bool
        Whether one of them goes on or waits.
    """

    arm: Arm
    every: tuple[Trained, ...] = ()
    going: bool = False

    @cached_property
    def counted(self) -> tuple[Trained, ...]:
        """Those that means are taken of: the ones that have ended, or while there is none, all."""
        return tuple(one for one in self.every if one.end) or self.every

    @property
    def ended(self) -> bool:
        """Return whether all seeds have ended."""
        return sum(bool(one.end) for one in self.every) == len(self.arm.ids)

    @property
    def epochs(self) -> int:
        """Whole epochs that all counted ones have."""
        return min((len(one.ends) for one in self.counted), default=0)

    @property
    def updates(self) -> int:
        """Updates that all counted ones have taken."""
        return min((len(one.losses) for one in self.counted), default=0)

    def last(self, name: str) -> Array:
        """Values of the counted ones after the last epoch that all of them have; "test_accuracy" is that of the end."""
        if name == "test_accuracy":
            values = np.array([one.test_accuracy for one in self.counted], dtype=np.float64)
            return values if np.isfinite(values).all() else values[:0]
        if not self.epochs:
            return np.zeros(0)
        return np.array([one.epochs[name][self.epochs - 1] for one in self.counted])

    def mean(self, name: str) -> Array:
        """Mean over the counted ones, after each epoch or, of "smoothed", at each update."""
        if not self.counted:
            return np.zeros(0)
        if name == "smoothed":
            return np.asarray(np.mean([one.smoothed[: self.updates] for one in self.counted], axis=0))
        return np.asarray(np.mean([one.epochs[name][: self.epochs] for one in self.counted], axis=0))


def moment(result: Schedules, asked: Asked) -> tuple[tuple[Strategy, ...], ...]:
    """Return what is known now about the trainings of each length; runs go on by themselves."""
    names = known()
    return tuple(tuple(_strategy(arm, names) for arm in row) for row in arms(result, asked))


def _strategy(arm: Arm, names: frozenset[str]) -> Strategy:
    jobs = zip(arm.ids, arm.shown or arm.ids, strict=True)
    seen = [(seed, look(arm.spec(seed))) for seed, both in enumerate(jobs) if not names.isdisjoint(both)]
    every = tuple(trained(arm, seed, each) for seed, each in seen if each.records)
    return Strategy(arm, tuple(one for one in every if len(one.losses)), any(each.going for _, each in seen))
