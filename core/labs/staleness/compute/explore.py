"""Timelines for each period of learner 2, and gradient descent with the gradients that arrive in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from core.kit.arrays import Array, Numbers, check_choice, check_integer, check_number
from core.kit.results import nbytes
from core.labs.staleness.compute.timelines import SYNCS, TIES, Timeline, simulate, weights

TICKS = 10  # in a unit of time
PERIODS = np.arange(5, 61) / TICKS  # values of the dragged control
MOST = 200  # gradients that are drawn


@dataclass(frozen=True)
class Staleness:
    """Learners at work, for each period of learner 2.

    Attributes
    ----------
    learners : int
    others, delay, horizon : float
        Period of all learners but the second, time that a message takes, and the time up to which is looked.
    sync, tie : str
    bound : int
    eta : float
        Learning rate; the curvature is 1.
    timelines : tuple of Timeline
        One for each of `PERIODS`.
    paths : tuple of ndarray
        Weight after each update, from 1.
    """

    learners: int
    others: float
    delay: float
    horizon: float
    sync: str
    bound: int
    tie: str
    eta: float
    timelines: tuple[Timeline, ...]
    paths: tuple[Array, ...]

    @cached_property
    def means(self) -> Array:
        """Mean staleness at each period; nan if no gradient arrives."""
        return np.array([line.stale.mean() if len(line.stale) else np.nan for line in self.timelines])

    @cached_property
    def waiting(self) -> Array:
        """Share of the time of all learners that is spent waiting, for each period."""
        nobody = self.sync == "async"
        return np.array([0.0 if nobody else line.waiting for line in self.timelines])

    @property
    def ends(self) -> Array:
        """Distance of the weight from the minimum at the horizon, for each period."""
        return np.array([abs(path[-1]) for path in self.paths])

    def stale(self, step: int, second: bool) -> Numbers:
        """Staleness of the gradients of learner 2, or of all others, at a step of the axis."""
        line = self.timelines[step]
        found: Numbers = line.stale[(line.learner == 1) == second]
        return found

    def step(self, period: float) -> int:
        """Return the step of the axis at a period."""
        return int(np.abs(PERIODS - period).argmin())

    @property
    def nbytes(self) -> int:
        """Bytes that a shared result keeps."""
        return nbytes(vars(self))


def explore(
    *,
    learners: int = 2,
    others: float = 1.0,
    sync: str = "async",
    bound: int = 2,
    tie: str = "first",
    eta: float = 0.4,
    delay: float = 0.0,
    horizon: int = 10,
) -> Staleness:
    """Let learners work for each of `PERIODS` of learner 2.

    Parameters
    ----------
    learners : int
        2 to 8.
    others : float
        Period of all learners but the second, in [0.5, 6].
    sync, bound, tie
        See `core.labs.staleness.compute.timelines.simulate`.
    eta : float
        Learning rate in [0, 2], for a curvature of 1.
    delay : float
        Time that weights take to a learner, and a gradient back, in [0, 5].
    horizon : int
        Time up to which is looked, in [5, 20].

    Raises
    ------
    ValueError
        If an argument is out of range, or more than `MOST` gradients would arrive.
    """
    check_integer("learners", learners, 2, 8)
    check_number("others", others, 0.5, 6)
    check_choice("sync", sync, list(SYNCS))
    check_integer("bound", bound, 0, 10)
    check_choice("tie", tie, list(TIES))
    check_number("eta", eta, 0, 2)
    check_number("delay", delay, 0, 5)
    check_integer("horizon", horizon, 5, 20)
    trips, end = round(2 * TICKS * delay), TICKS * horizon
    cycle = round(TICKS * others) + trips
    possible = end // (round(TICKS * PERIODS[0]) + trips) + (learners - 1) * (end // cycle)
    if possible > MOST:
        raise ValueError(
            f"Up to {possible} gradients arrive by `horizon` {horizon}; at most {MOST} can be drawn. Lower it, or "
            "choose fewer learners."
        )
    timelines, paths = [], []
    for period in PERIODS:
        cycles = [cycle] * learners
        cycles[1] = round(TICKS * period) + trips
        line = simulate(cycles, end, sync=sync, bound=bound, tie=tie)
        timelines.append(line)
        path = np.array(weights(line, eta))
        path.setflags(write=False)
        paths.append(path)
    return Staleness(learners, others, delay, horizon, sync, bound, tie, eta, tuple(timelines), tuple(paths))


def tables(result: Staleness, values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the columns of the files that can be downloaded."""
    step = result.step(values["period"])
    line = result.timelines[step]
    return {
        "gradients.csv": {
            "learner": line.learner + 1,
            "read_at": line.read / TICKS,
            "updated_at": line.done / TICKS,
            "version_read": line.seen,
            "version_updated": line.version,
            "staleness": line.stale,
        },
        "periods.csv": {
            "period": PERIODS,
            "mean_staleness": result.means,
            "updates": np.array([len(line.updates) for line in result.timelines]),
            "waiting": result.waiting,
            "distance": result.ends,
        },
        "weights.csv": {"time": np.append(0, line.updates) / TICKS, "weight": result.paths[step]},
    }
