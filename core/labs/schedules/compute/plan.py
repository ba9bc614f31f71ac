"""A training with one schedule: what its last update has, and the curves that are drawn of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import ceil, inf
from typing import Any

import numpy as np

from core.kit.arrays import Array
from core.labs.schedules.compute.bookkeeping import Run
from core.labs.schedules.compute.shapes import Shape

TREADS = 60  # epochs; of more, the treads of a staircase are narrower than can be seen
Curve = Array  # of shape (4, points)


@dataclass(frozen=True)
class Plan:
    """A training with one schedule.

    Attributes
    ----------
    shape : Shape
    by_epoch : bool
        Whether the scheduler steps after each epoch, rather than after each update.
    run : Run
        What is trained.
    further : Run
        The same, going on for a while.
    """

    shape: Shape
    by_epoch: bool
    run: Run
    further: Run

    @property
    def n_train(self) -> int:
        """Training images."""
        return self.run.n_train

    @property
    def last_step(self) -> int:
        """Step of the scheduler whose rate the last update has."""
        if not self.by_epoch:
            return self.run.updates - 1
        return ceil(self.run.epochs_at(self.run.updates)) - 1

    @property
    def next_step(self) -> int:
        """Step of the scheduler after the training: its rate is set, and not used any more."""
        return self.run.epochs if self.by_epoch else self.run.updates

    @property
    def last_rate(self) -> float:
        """Rate of the last update."""
        return float(self.shape.rate(self.last_step))

    @property
    def next_rate(self) -> float:
        """Rate that is set after the last update."""
        return float(self.shape.rate(self.next_step))

    @property
    def last_noise(self) -> float:
        """Noise scale at the last update, see `noise_scale`."""
        momentum = float(self.shape.momenta(self.last_step))
        return float(noise_scale(self.last_rate, self.n_train, self.run.stages[-1].batch, momentum))

    @property
    def patterns(self) -> float:
        """Count the cycles, cosines, or lengths of the training."""
        return self.next_step / self.shape.period

    def update_of(self, step: int) -> float:
        """Updates before a step of the scheduler; infinite where it lies beyond `further`."""
        if step > (self.further.epochs if self.by_epoch else self.further.updates):
            return inf
        return float(self.further.updates_at(step)) if self.by_epoch else float(step)

    @cached_property
    def curve(self) -> tuple[Curve, Curve]:
        """Updates, rates, momenta and noise scales between which lines can be drawn: in the training, and after it."""
        treads = self.by_epoch and self.further.epochs <= TREADS
        at, steps, seen = self._treads() if treads else self._knots()
        rates, momenta = self.shape.rate(steps), self.shape.momenta(steps)
        noise = noise_scale(rates, self.n_train, self.further.batches_at(seen), momenta)
        whole = np.stack([at, rates, momenta, noise])
        if treads:  # at the end of the training one tread ends and another begins
            last = 2 * (self.last_step + 1)
            whole[0, last - 1] = self.run.updates
            return whole[:, :last], whole[:, last:]
        end = int(np.searchsorted(at, self.run.updates))
        return whole[:, : end + 1], whole[:, end:]

    def _treads(self) -> tuple[Array, Array, Array]:
        """Both ends of every epoch, its number, and where it starts."""
        epochs = np.arange(ceil(self.further.epochs_at(self.further.updates)), dtype=np.float64)
        starts = self.further.updates_at(epochs)
        ends = np.append(starts, self.further.updates).repeat(2)[1:-1]
        return np.asarray(ends, dtype=np.float64), epochs.repeat(2), starts.repeat(2)

    def _knots(self) -> tuple[Array, Array, Array]:
        """Return where the rate bends, where the batch size jumps, and the end of the training."""
        growths = self.further.growths()
        jumps = np.concatenate([growths - 1e-6, growths, [self.run.updates]])
        if not self.by_epoch:
            at = np.union1d(self.shape.knots(float(self.further.updates)), jumps)
            return at, at, at
        knots = np.floor(self.shape.knots(float(self.further.epochs)))
        at = np.union1d(self.further.updates_at(knots), jumps)
        return at, np.floor(self.further.epochs_at(at) + 1e-9), at


def noise_scale(rate: Any, n_train: int, batch: Any, momentum: Any) -> Any:
    """Noise scale of stochastic gradient descent, rate N / (B (1 - momentum)), for batches much smaller than N.

    Smith and Le, arXiv 1710.06451, have N / B - 1 in the place of N / B; Smith et al., arXiv 1711.00489, section 3.
    """
    return rate * n_train / (batch * (1 - momentum))
