"""A schedule as a curve: its rate and momentum at any step, and the steps between which it can be drawn as lines."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from core.kit.arrays import Array
from core.training.schedules import SCHEDULES, rates, warm_up

CYCLIC = ("triangular", "triangular2", "exp_range")
ONE_CYCLE = ("one_cycle", "three_phase")
CURVED = (*ONE_CYCLE, "cosine", "restarts", "polynomial")
WITH_LOW = (*CYCLIC, "cosine", "restarts")
SMOOTH = (*WITH_LOW, *ONE_CYCLE, "polynomial")  # their rate is made of rises and falls
# Highest and lowest momentum that torch's CyclicLR and OneCycleLR set, whatever the optimizer was made with.
CYCLED = dict.fromkeys(CYCLIC, (0.9, 0.8)) | dict.fromkeys(ONE_CYCLE, (0.95, 0.85))
# Nine lengths below ten, and ten round ones in each power of ten.
_ROUND = (10, 12, 15, 20, 25, 30, 40, 50, 60, 80)
LENGTHS = (*range(1, 10), *(tenth * 10**power for power in range(7) for tenth in _ROUND))
POINTS = 150  # of a curve, at most about so many


@dataclass(frozen=True, kw_only=True)
class Shape:
    """The course of the rate and the momentum with the steps of a scheduler.

    Attributes
    ----------
    kind : str
        "triangular", "triangular2", "exp_range", "one_cycle", "three_phase", "cosine", "restarts", "step",
        "multi_step", "polynomial", "grow" (a constant rate with a growing batch) or "constant".
    length : int
        Steps of its pattern; see `period`.
    high, low : float
        Rates.
    gamma : float
        Of "exp_range".
    factor : int
        That the rate of "step" and "multi_step" is divided by.
    multiplier : int
        Of "restarts".
    warm : float
        Fraction of the length in which the rate of "one_cycle" and "three_phase" rises.
    milestones : tuple of float
        Where the rate of "multi_step" drops, in lengths.
    power : float
        Of "polynomial".
    warm_up : int
        Steps of linear warm-up.
    momentum : float
    cycled : bool
        Whether the schedules that change the momentum in torch do so.
    """

    kind: str
    length: int = 2_000
    high: float
    low: float = 0.0
    gamma: float = 1.0
    factor: int = 2
    multiplier: int = 1
    warm: float = 0.3
    milestones: tuple[float, ...] = (1.0, 1.5)
    power: float = 1.0
    warm_up: int = 0
    momentum: float = 0.9
    cycled: bool = True

    def check(self) -> None:
        """Raise ValueError, with a sentence, if the rates make no sense."""
        rates(self.name, 1, **self.settings)

    @property
    def name(self) -> str:
        """Key of `core.training.schedules.SCHEDULES`."""
        if self.kind in CYCLIC:
            return "cyclical"
        names = {"restarts": "cosine_restarts", "grow": "constant", "three_phase": "one_cycle"}
        return names.get(self.kind, self.kind)

    @property
    def settings(self) -> dict[str, Any]:
        """Arguments of that schedule."""
        return {"high": self.high} | self._form | ({"low": self.low} if self.kind in WITH_LOW else {})

    @property
    def _form(self) -> dict[str, Any]:
        """The arguments that are about steps, not about rates."""
        if self.kind in CYCLIC:
            gamma = {"gamma": self.gamma} if self.kind == "exp_range" else {}
            return {"up": self.length, "shape": self.kind} | gamma
        if self.kind in ONE_CYCLE:
            warm = {"warm": self.warm} if self.warm != 0.3 else {}  # recorded runs are named without it
            return {"total": self.length} | warm | ({"three_phase": 1} if self.kind == "three_phase" else {})
        forms: dict[str, dict[str, Any]] = {
            "cosine": {"period": self.length},
            "restarts": {"period": self.length, "multiplier": self.multiplier},
            "step": {"every": self.length, "gamma": 1 / self.factor},
            "multi_step": {"milestones": " ".join(map(str, self.drops)), "gamma": 1 / self.factor},
            "polynomial": {"total": self.length, "power": self.power},
        }
        return forms.get(self.kind, {})

    @property
    def period(self) -> int:
        """Steps of a whole cycle, a cosine, or from one drop or growth to the next."""
        return 2 * self.length if self.kind in CYCLIC else self.length

    @property
    def drops(self) -> tuple[int, ...]:
        """Steps at which the rate of "multi_step" drops."""
        return tuple(max(floor(place * self.length + 0.5), 1) for place in self.milestones)

    @property
    def least(self) -> int:
        """Smallest length that makes sense: the rise of one cycle lasts more than one step."""
        return floor(1 / self.warm + 1e-9) + 1 if self.kind in ONE_CYCLE and self.warm else 1

    @property
    def sets_momentum(self) -> bool:
        """Return whether the momentum differs from what the optimizer was made with."""
        return self.cycled and self.kind in CYCLED

    def rate(self, t: ArrayLike) -> Array:
        """Rate at steps t."""
        found = SCHEDULES[self.name](np.asarray(t), **self.settings)
        return found * warm_up(t, steps=self.warm_up) if self.warm_up else found

    def momenta(self, t: ArrayLike) -> Array:
        """Momentum at steps t: where the scheduler cycles it, the mirror image of a rate of the same form."""
        if not self.sets_momentum:
            return np.full(np.shape(t), self.momentum)
        most, least = CYCLED[self.kind]
        ends = {"start_factor": most / least, "end_factor": 1.0} if self.kind in ONE_CYCLE else {"low": least}
        mirrored = SCHEDULES[self.name](np.asarray(t), high=most, **self._form, **ends)
        return most + least - mirrored

    def knots(self, end: float) -> Array:
        """Steps from 0 to `end` between which the rate is nearly a line; of a staircase, those at which it changes."""
        inside = [float(corner) for corner in self._corners(end) if 0 < corner < end]
        corners = np.array([0.0, *inside, float(end)])
        most = 24 if self.kind in CURVED else 10 if self.kind in CYCLIC else 1
        pieces = max(1, min(most, POINTS // len(corners)))
        grid = np.linspace(corners[:-1], corners[1:], pieces, endpoint=False).T
        parts = grid[np.diff(corners) > 1].ravel()  # a jump is one step
        rise = np.linspace(0, self.warm_up - 1, 9) if self.warm_up else np.zeros(1)
        return np.unique(np.concatenate([parts, corners, rise[rise < end]]))

    def _corners(self, end: float) -> list[float]:
        """Return where the rate turns; of a jump, the steps before and after it."""
        if self.kind in ONE_CYCLE:
            turns = [self.warm * self.length - 1, self.length - 1.0]
            return [turns[0], 2 * turns[0], turns[1]] if self.kind == "three_phase" else turns
        if self.kind == "multi_step":
            return [step for drop in self.drops for step in (drop - 1.0, float(drop))]
        if self.kind == "polynomial":
            return [float(self.length)]
        if self.kind == "restarts":
            return _jumps(self.length, self.multiplier, end)
        if self.kind == "step":
            return _jumps(self.length, 1, end)
        if self.kind in (*CYCLIC, "cosine"):
            peaks: list[float] = (np.arange(1, end // self.length + 1) * self.length).tolist()
            return peaks
        return []


def _jumps(length: int, multiplier: int, end: float) -> list[float]:
    found, at = [], float(length)
    while at <= end:
        found += [at - 1, at]
        length *= multiplier
        at += length
    return found
