"""Range tests: the loss while the rate rises, and one training for each of several rates."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from torch import nn

from core.images import Images
from core.nets.data import Resident
from core.nets.learner import Array, Learner, Plan
from core.training.experiments import RangeTest, Sweep
from core.training.range_curves import stop_of

Record = dict[str, Any]


def range_test(spec: RangeTest, images: Images | None = None, *, start: nn.Module | None = None) -> Iterator[Record]:
    """Train with a rising rate (Smith, arXiv 1506.01186, section 3.3), and say what the loss was before each step.

    Nothing outside changes: a network that is given is copied, and the global random state is swapped back before each
    record is given.

    Parameters
    ----------
    spec : RangeTest
    images : Images, optional
        Instead of those that the specification names.
    start : nn.Module, optional
        A network to start from, instead of a new one.

    Yields
    ------
    dict
        step (of the first), rates, losses, accuracies (of some steps); the last one has end: "end" if all steps were
        taken, "diverged" or "nonfinite" (see `core.training.range_curves.stop_of`), and steps: how many count.

    Raises
    ------
    ValueError
        If the run cannot be made; see `core.nets.learner.Learner`.
    """
    rates = spec.ramp_rates()
    plan = Plan([spec.batch] * spec.steps, rates, np.full(spec.steps, spec.momentum))
    learner = Learner(spec, plan, images, start=start)
    losses: list[float] = []
    end = ""
    while not end:
        first = learner.step
        found = learner.advance()
        count, end = stop_of([*losses, *found[:, 0]], beta=spec.weight, factor=spec.stop)
        found = found[: count - first]
        losses.extend(found[:, 0].tolist())
        yield _record(first, rates, found)
        if learner.done and not end:
            end = "end"
    yield {"end": end, "steps": len(losses), "note": learner.steps.note}


def _record(first: int, rates: Array, found: Array) -> Record:
    return {
        "step": first,
        "rates": rates[first : first + len(found)].tolist(),
        "losses": found[:, 0].tolist(),
        "accuracies": found[:, 1].tolist(),
    }


def sweep(spec: Sweep, images: Images | None = None, *, skip: int = 0) -> Iterator[Record]:
    """Train once for each rate, from the same initial weights and with the same batches.

    On a GPU all candidates are trained at once, each as a graph on a stream of its own; on a processor one after the
    other, which is faster there for all but the smallest networks.

    Parameters
    ----------
    spec : Sweep
    images : Images, optional
        Instead of those that the specification names.
    skip : int
        Candidates that are left out, from the first.

    Yields
    ------
    dict
        Of some steps of one candidate: candidate, rate, step, losses, accuracies. When it has ended: candidate, rate,
        loss (mean over the last epoch, or over the second half if that is shorter; None if it has diverged), untrained
        (loss of the first batch before any step), diverged (the step at which the loss was no number any more, or
        None), note (a sentence about micro-batches, or "").

    Raises
    ------
    ValueError
        If the run cannot be made.
    """
    images, data = images, None
    waiting = [(number, float(rate)) for number, rate in enumerate(spec.candidate_rates())][skip:]
    while waiting:
        together = len(waiting) if _at_once(spec) else 1
        group = []
        for number, rate in waiting[:together]:
            candidate = _Candidate(spec, number, rate, images, data)
            images, data = candidate.learner.images, candidate.learner.data
            group.append(candidate)
        del waiting[:together]
        while group:
            for candidate in group:
                candidate.learner.begin()
            for candidate in group:
                yield from candidate.finish()
            group = [candidate for candidate in group if not candidate.ended]


def _at_once(spec: Sweep) -> bool:
    """Whether candidates are trained together: dropout in graphs that run at once would share its random state."""
    return spec.device == "cuda" and "dropout" not in spec.text


class _Candidate:
    """One training of a sweep."""

    def __init__(self, spec: Sweep, number: int, rate: float, images: Images | None, data: Resident | None) -> None:
        count = spec.updates
        plan = Plan([spec.batch] * count, np.full(count, rate), np.full(count, spec.momentum))
        self.learner = Learner(spec, plan, images, data=data)
        self.spec, self.number, self.rate = spec, number, rate
        self.losses: list[float] = []
        self.ended = False

    def finish(self) -> Iterator[Record]:
        """Wait for the steps that were started."""
        own = {"candidate": self.number, "rate": self.rate}
        first = self.learner.step
        found = self.learner.finish()
        finite = np.isfinite(found[:, 0])
        if not finite.all():
            found = found[: int(np.argmin(finite))]
        self.losses.extend(found[:, 0].tolist())
        self.ended = self.learner.done or not finite.all()
        yield own | {"step": first, "losses": found[:, 0].tolist(), "accuracies": found[:, 1].tolist()}
        if self.ended:
            diverged = None if finite.all() else len(self.losses)
            untrained = self.losses[0] if self.losses else None
            loss = _last_epoch(self.losses, self.spec, len(self.learner.data)) if diverged is None else None
            note = self.learner.steps.note
            yield own | {"loss": loss, "untrained": untrained, "diverged": diverged, "note": note}


def _last_epoch(losses: list[float], spec: Sweep, images: int) -> float:
    """Mean over as many steps as an epoch has, from the last, but at most over the second half of the training."""
    epoch = images // min(spec.batch, images)
    return float(np.mean(losses[-min(epoch, max(spec.updates // 2, 1)) :]))
