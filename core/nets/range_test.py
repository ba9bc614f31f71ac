"""Range test: the loss while the learning rate rises."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from torch import nn

from core.data.images import Images
from core.nets.learner import Learner, Plan
from core.nets.saved import load_learner, save_learner
from core.training.experiments import RangeTest
from core.training.range_curves import stop_of

Record = dict[str, Any]


class RangeTestRun:
    """A run with a rising learning rate (Smith, arXiv 1506.01186, section 3.3), a chunk of steps at a time.

    Nothing outside changes: a given network is copied, and after each chunk the global random state is what it was
    before.

    Parameters
    ----------
    spec : RangeTest
    images : Images, optional
        Instead of those that the specification names.
    start : nn.Module, optional
        A network to start from, instead of a new one.

    Attributes
    ----------
    ended : str
        "" while it can continue, "end" when all steps were taken, "diverged" or "nonfinite" (see
        `core.training.range_curves.stop_of`).

    Raises
    ------
    ValueError
        If the run cannot be made; see `core.nets.learner.Learner`.
    """

    def __init__(self, spec: RangeTest, images: Images | None = None, *, start: nn.Module | None = None) -> None:
        self.spec = spec
        self._rates = spec.ramp_rates()
        plan = Plan([spec.batch] * spec.steps, self._rates, np.full(spec.steps, spec.momentum))
        self._learner = Learner(spec, plan, images, start=start)
        self._losses: list[float] = []
        self.ended = ""

    @property
    def progress(self) -> float:
        """Return the fraction of all steps that were taken and count."""
        return len(self._losses) / self.spec.steps

    def advance(self) -> list[Record]:
        """Take some steps.

        Returns
        -------
        list of dict
            One: step (of the first), rates, losses, accuracies, from before each step, up to the last one that counts.
        """
        first = self._learner.step
        found = self._learner.advance()
        count, self.ended = stop_of([*self._losses, *found[:, 0]], beta=self.spec.weight, factor=self.spec.stop)
        if self._learner.done and not self.ended:
            self.ended = "end"
        found = found[: count - first]
        losses, accuracies = found.T.tolist()
        self._losses.extend(losses)
        rates = self._rates[first:count].tolist()
        return [{"step": first, "rates": rates, "losses": losses, "accuracies": accuracies}]

    def summary(self) -> Record:
        """Return how it ended, after how many steps that count, and a sentence about micro-batches, or ""."""
        return {"end": self.ended, "steps": len(self._losses), "note": self._learner.steps.note}

    def save(self, path: Path) -> None:
        """Write everything needed to resume."""
        save_learner(path, self._learner, losses=self._losses)

    def load(self, path: Path) -> None:
        """Resume from what `save` wrote before the end.

        Raises
        ------
        ValueError
            If the file is damaged, or from another run or version.
        """
        self._losses = load_learner(path, self._learner)["losses"]
