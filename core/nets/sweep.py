"""Sweep: one run for each of several learning rates, here or on other machines."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from core.data.images import Images
from core.jobs.sweep import SEQUENTIAL, sweep
from core.nets.data import Resident
from core.nets.learner import Learner, Plan
from core.nets.saved import load_learner, read_state, save_learner, write_state
from core.networks.grammar import write
from core.networks.parser import parse
from core.training.experiments import Sweep

Record = dict[str, Any]

# The random state of torch and its number of threads belong to the whole process.
_ALONE = threading.Lock()


class SweepRun:
    """Runs from the same initial weights and with the same batches, a chunk of steps at a time.

    On a GPU, all candidates are trained at once, each as a graph on its own stream, and all with the same
    micro-batches; on a CPU, one after the other, which is faster there for all but the smallest networks. Other
    backends train them elsewhere, as many at once as there are processes.

    Parameters
    ----------
    spec : Sweep
    images : Images, optional
        Instead of those that the specification names; only for runs in this process.
    backend : str
        See `core.jobs.sweep`.

    Raises
    ------
    ValueError
        If the run cannot be made.
    """

    def __init__(self, spec: Sweep, images: Images | None = None, *, backend: str = SEQUENTIAL) -> None:
        self.spec, self._backend = spec, backend
        self._images = images
        self._data: Resident | None = None
        self._over: dict[int, Record] = {}  # last records of candidates that have ended
        self._group: list[_Candidate] = []  # candidates being trained
        self._results: Iterator[list[Record]] | None = None  # of other processes

    @property
    def ended(self) -> bool:
        """Return whether all candidates have ended."""
        return not self._waiting

    @property
    def _waiting(self) -> list[int]:
        return [number for number in range(self.spec.candidates) if number not in self._over]

    @property
    def progress(self) -> float:
        """Return the fraction of the candidates that have ended; those in progress count by their steps."""
        steps = sum(candidate.learner.step for candidate in self._group)
        return (len(self._over) + steps / self.spec.updates) / self.spec.candidates

    def advance(self) -> list[Record]:
        """Take some steps; with another backend, wait for the next candidate.

        Returns
        -------
        list of dict
            Of some steps of one candidate: candidate, rate, step, losses, accuracies. When it has ended: candidate,
            rate, loss (mean over the last epoch, or over the second half if that is shorter; None if it has diverged),
            untrained (loss of the first batch before any step), diverged (the step at which the loss stopped being
            finite, or None), note (a sentence about micro-batches, or "").
        """
        records = self._train() if self._backend == SEQUENTIAL else self._fetch()
        self._over |= {record["candidate"]: record for record in records if "loss" in record}
        return records

    def _train(self) -> list[Record]:
        if not self._group:
            waiting = self._waiting
            self._group = [self._candidate(number) for number in (waiting if _at_once(self.spec) else waiting[:1])]
            if len(self._group) > 1:
                _agree([candidate.learner for candidate in self._group])
        for candidate in self._group:
            candidate.learner.begin()
        records = [record for candidate in self._group for record in candidate.finish()]
        self._group = [candidate for candidate in self._group if not candidate.ended]
        return records

    def _candidate(self, number: int) -> _Candidate:
        candidate = _Candidate(self.spec, number, self._images, self._data)
        self._images, self._data = candidate.learner.images, candidate.learner.data
        return candidate

    def _fetch(self) -> list[Record]:
        if self._results is None:
            spec = self.spec.as_json()
            orders = [{"sweep": spec, "candidate": number} for number in self._waiting]
            self._results = sweep(train_candidate, orders, backend=self._backend)
        return next(self._results)

    def summary(self) -> Record:
        """Return the last record of every candidate."""
        return {"candidates": [self._over[number] for number in sorted(self._over)]}

    def save(self, path: Path) -> None:
        """Write what is needed to resume: which candidates have ended and, if one is trained alone, how far it is.

        Candidates that are trained at once start over.
        """
        over = list(self._over.values())
        if len(self._group) == 1:
            (candidate,) = self._group
            save_learner(path, candidate.learner, ended=over, losses=candidate.losses)
        else:
            write_state(path, self.spec, {}, ended=over)

    def load(self, path: Path) -> None:
        """Resume from what `save` wrote before the end, even with another backend.

        Raises
        ------
        ValueError
            If the file is damaged, or from another run or version.
        """
        tensors, note = read_state(path, self.spec)
        self._over = {record["candidate"]: record for record in note["ended"]}
        if tensors and self._backend == SEQUENTIAL:
            candidate = self._candidate(self._waiting[0])
            candidate.losses = load_learner(path, candidate.learner)["losses"]
            self._group = [candidate]


def train_candidate(order: Mapping[str, Any]) -> list[Record]:
    """Train one candidate; return all its records.

    Parameters
    ----------
    order
        sweep (from `Sweep.as_json`) and candidate (number).

    Raises
    ------
    ValueError
        If it cannot be trained on this machine.
    """
    with _ALONE:
        candidate = _Candidate(Sweep.from_json(order["sweep"]), order["candidate"])
        records = []
        while not candidate.ended:
            candidate.learner.begin()
            records += candidate.finish()
        return records


def _at_once(spec: Sweep) -> bool:
    """Return whether candidates are trained together: dropout in graphs that run at once would share a random state."""
    return spec.device == "cuda" and "dropout" not in write(parse(text=spec.text))


def _agree(learners: Sequence[Learner]) -> None:
    """Give all learners the largest micro-batch with which all of them fit into memory together.

    With batch normalization, other micro-batches would compute another function, and the sweep would not be fair.
    """
    while True:
        for learner in learners:
            learner.prepare()
        sizes = [learner.steps.micro_batch for learner in learners]
        if len(set(sizes)) == 1:
            return
        for learner in learners:
            learner.steps.take_parts(min(sizes))


class _Candidate:
    """One run of a sweep."""

    def __init__(self, spec: Sweep, number: int, images: Images | None = None, data: Resident | None = None) -> None:
        count, self.rate = spec.updates, float(spec.candidate_rates()[number])
        plan = Plan([spec.batch] * count, np.full(count, self.rate), np.full(count, spec.momentum))
        self.learner = Learner(spec, plan, images, data=data)
        self.spec, self.number = spec, number
        self.losses: list[float] = []
        self.ended = False

    def finish(self) -> list[Record]:
        """Wait for the steps that were started."""
        own = {"candidate": self.number, "rate": self.rate}
        first = self.learner.step
        found = self.learner.finish()
        finite = np.isfinite(found[:, 0])
        if not finite.all():
            found = found[: int(np.argmin(finite))]
        losses, accuracies = found.T.tolist()
        self.losses.extend(losses)
        self.ended = self.learner.done or not finite.all()
        records = [own | {"step": first, "losses": losses, "accuracies": accuracies}]
        if self.ended:
            diverged = None if finite.all() else len(self.losses)
            untrained = self.losses[0] if self.losses else None
            loss = _last_epoch(self.losses, self.spec, len(self.learner.data)) if diverged is None else None
            note = self.learner.steps.note
            records.append(own | {"loss": loss, "untrained": untrained, "diverged": diverged, "note": note})
        return records


def _last_epoch(losses: list[float], spec: Sweep, images: int) -> float:
    """Return the mean over the last steps, as many as in an epoch, but at most over the second half of the run."""
    epoch = images // min(spec.batch, images)
    return float(np.mean(losses[-min(epoch, max(spec.updates // 2, 1)) :]))
