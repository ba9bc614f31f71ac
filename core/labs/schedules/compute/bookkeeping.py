"""The updates, images, and epochs of a training when its batches grow: whole numbers, without going through it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.kit.arrays import Array

FOREVER = 10**12


@dataclass(frozen=True)
class Stage:
    """Updates of one batch size.

    Attributes
    ----------
    batch : int
        At most the number of training images.
    updates, images : int
        Of this stage; the last batch of an epoch can be smaller.
    """

    batch: int
    updates: int
    images: int


@dataclass(frozen=True)
class Run:
    """A training in whole numbers.

    Attributes
    ----------
    n_train : int
    stages : tuple of Stage
        In the order of training, without empty ones.
    knots : tuple of (int, int)
        Updates and images passed by (seen or left out) at places between which both grow evenly.
    """

    n_train: int
    stages: tuple[Stage, ...]
    knots: tuple[tuple[int, int], ...]

    @cached_property
    def updates(self) -> int:
        """All updates."""
        return sum(stage.updates for stage in self.stages)

    @cached_property
    def images(self) -> int:
        """Images seen, each counted as often as it was."""
        return sum(stage.images for stage in self.stages)

    @property
    def epochs(self) -> int:
        """Complete passes over the training images."""
        return self.knots[-1][1] // self.n_train

    @property
    def largest(self) -> int:
        """The largest batch."""
        return max(stage.batch for stage in self.stages)

    @cached_property
    def _places(self) -> Array:
        return np.array(self.knots, dtype=np.float64).T

    def epochs_at(self, updates: ArrayLike) -> Array:
        """Epochs passed after so many updates."""
        return np.asarray(np.interp(np.asarray(updates), *self._places) / self.n_train)

    def updates_at(self, epochs: ArrayLike) -> Array:
        """Updates after so many epochs."""
        return np.asarray(np.interp(np.asarray(epochs) * self.n_train, *self._places[::-1]))

    def growths(self) -> Array:
        """Updates after which the batch size changes."""
        return np.cumsum([stage.updates for stage in self.stages[:-1]], dtype=np.float64)

    def batches_at(self, updates: ArrayLike) -> NDArray[np.int64]:
        """Batch size of the update that follows so many."""
        return np.array([stage.batch for stage in self.stages])[np.searchsorted(self.growths(), updates, side="right")]


def count(
    *,
    n_train: int,
    batches: Iterable[tuple[int, int]],
    by_epoch: bool = False,
    epochs: int = FOREVER,
    updates: int = FOREVER,
    drop: bool = False,
) -> Run:
    """Count a training that goes through its images again and again, in batches.

    Parameters
    ----------
    n_train : int
        Training images.
    batches : iterable of (int, int)
        Batch size of each stage, and how many updates (or epochs) it lasts.
    by_epoch : bool
        Whether stages last epochs rather than updates; a stage of updates can end within an epoch, and the next one
        goes on there.
    epochs, updates : int
        The training ends after so many.
    drop : bool
        Whether the images that fill no batch at the end of an epoch are left out, rather than a smaller batch.
    """
    walk = _Walk(n_train, drop, epochs, updates)
    stages = []
    planned = 0
    for batch, length in batches:
        planned += length
        stage = walk.stage(min(batch, n_train), FOREVER if by_epoch else length, planned if by_epoch else epochs)
        if stage.updates:
            stages.append(stage)
    return Run(n_train, tuple(stages), tuple(walk.knots))


class _Walk:
    """The progress of a training, moved on by as many batches at once as are alike."""

    def __init__(self, n_train: int, drop: bool, epochs: int, updates: int) -> None:
        self._n, self._drop, self._last_epoch, self._last = n_train, drop, epochs, updates
        self._epoch = self._at = self._updates = 0  # `_at`: images of this epoch that were passed by
        self.knots = [(0, 0)]

    def stage(self, batch: int, updates: int, until: int) -> Stage:
        """Take at most so many updates, until an epoch ends."""
        first, images = self._updates, 0
        last, end = min(first + updates, self._last), min(until, self._last_epoch)
        while self._updates < last and self._epoch < end:
            images += self._some(batch, last - self._updates, end - self._epoch)
        return Stage(batch, self._updates - first, images)

    def _some(self, batch: int, updates: int, epochs: int) -> int:
        """Take some equal steps: whole epochs from the beginning of one, else a part of one; images seen in them."""
        left = self._n - self._at
        room = left // batch if self._drop else -(-left // batch)
        whole = min(updates // room, epochs) if self._at == 0 else 0
        if whole:
            self._move(whole * room, whole * self._n)
            return whole * (room * batch if self._drop else self._n)
        taken = min(updates, room)
        seen = min(taken * batch, left)
        self._move(taken, left if taken == room else seen)
        return seen

    def _move(self, updates: int, passed: int) -> None:
        self._updates += updates
        epochs, self._at = divmod(self._at + passed, self._n)
        self._epoch += epochs
        self.knots.append((self._updates, self._epoch * self._n + self._at))
