"""Learners that take weights from a parameter server and hand gradients back: who reads and updates what, and when.

Times are whole ticks, so that two gradients arrive at the same moment or do not, with no rounding in between.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.kit.arrays import Numbers
from core.kit.results import read_only

TIES = {"first": "learner 1 first", "last": "learner 1 last", "together": "all at once"}
SYNCS = {"async": "asynchronous", "bounded": "bounded staleness", "sync": "synchronous"}


@dataclass(frozen=True)
class Timeline:
    """Every gradient that the server takes up to a horizon, in the order in which it does.

    Attributes
    ----------
    cycles : tuple of int
        Ticks from reading the weights to the arrival of the gradient, for each learner.
    horizon : int
        Last tick.
    learner : ndarray of int, shape (n,)
        Who computed it, counted from 0.
    read, done : ndarray of int, shape (n,)
        Ticks at which its weights were read and at which they are updated with it.
    seen, version : ndarray of int, shape (n,)
        Updates before it was read, and before it is applied; the difference is its staleness.
    waited : ndarray of bool, shape (n,)
        Whether its learner had to wait for others before it read.
    pending : ndarray of int, shape (learners,)
        Tick at which each learner read the weights for a gradient that has not been applied; −1 for one that waits.
    updates : ndarray of int, shape (u,)
        Tick of each update: one for a gradient, or one for a whole round.
    sources : ndarray of int, shape (u,)
        Version of the weights that each update's gradient was computed with.
    """

    cycles: tuple[int, ...]
    horizon: int
    learner: Numbers
    read: Numbers
    done: Numbers
    seen: Numbers
    version: Numbers
    waited: Numbers
    pending: Numbers
    updates: Numbers
    sources: Numbers

    @property
    def stale(self) -> Numbers:
        """Updates between reading and updating, shape (n,)."""
        stale: Numbers = self.version - self.seen
        return stale

    def reads(self, learner: int) -> Numbers:
        """Ticks at which a learner reads the weights, the last one for a gradient that is not applied any more."""
        reads = self.read[self.learner == learner]
        last = self.pending[learner]
        return reads if last < 0 else np.append(reads, last)

    def waits(self, learner: int) -> Numbers:
        """Return (begin, end) of each time that a learner waits, shape (k, 2)."""
        reads = self.reads(learner)
        begins = np.minimum(reads + self.cycles[learner], self.horizon)
        spans = np.column_stack([begins, np.append(reads[1:], self.horizon)])
        found: Numbers = spans[spans[:, 1] > spans[:, 0]]
        return found

    @property
    def waiting(self) -> float:
        """Share of the time of all learners that is spent waiting."""
        lost = sum(int((w[:, 1] - w[:, 0]).sum()) for w in map(self.waits, range(len(self.cycles))))
        return lost / (len(self.cycles) * self.horizon)


def simulate(
    cycles: Sequence[int], horizon: int, *, sync: str = "async", bound: int = 0, tie: str = "first"
) -> Timeline:
    """Let learners work up to a horizon, with an event queue and a counter of versions.

    Parameters
    ----------
    cycles : sequence of int
        Ticks that each learner takes from reading the weights to the arrival of its gradient.
    horizon : int
        Gradients that arrive at this tick still count.
    sync : str
        "async" (nobody waits), "bounded" (a learner reads only if it is at most `bound` gradients ahead of the
        slowest; Ho et al. 2013), or "sync" (one update with the mean of a gradient from each learner).
    tie : str
        Who comes first of those that arrive at one tick: lower numbers ("first"), higher ones ("last"), or nobody:
        all are applied, none counts the others, and all read what results ("together").
    """
    if sync == "sync":
        return _rounds(tuple(cycles), horizon)
    n, version = len(cycles), 0
    limit = bound if sync == "bounded" else math.inf
    order = range(n)[::-1] if tie == "last" else range(n)
    due: list[float] = list(cycles)
    read, seen, made, waited = [0] * n, [0] * n, [0] * n, [False] * n
    rows: list[tuple[int, int, int, int, int, bool]] = []
    while (now := int(min(due))) <= horizon:
        before = version
        arrived = [i for i in order if due[i] == now]
        for i in arrived:
            rows.append((i, read[i], now, seen[i], before if tie == "together" else version, waited[i]))
            version += 1
            made[i] += 1
            waited[i] = made[i] - min(made) > limit
            read[i], seen[i] = now, version
            due[i] = math.inf if waited[i] else now + cycles[i]
        least = min(made)
        for i in range(n):
            if due[i] == math.inf and made[i] - least <= limit:
                read[i], seen[i], due[i] = now, version, now + cycles[i]
            elif tie == "together" and i in arrived:
                seen[i] = version
    columns = [np.array(column) for column in zip(*rows, strict=True)] if rows else [np.zeros(0, int)] * 6
    pending = np.array([-1 if d == math.inf else r for d, r in zip(due, read, strict=True)])
    learner, begun, done, known, counted, late = columns
    return read_only(
        Timeline(tuple(cycles), horizon, learner, begun, done, known, counted, late.astype(bool), pending, done, known)
    )


def _rounds(cycles: tuple[int, ...], horizon: int) -> Timeline:
    n, length = len(cycles), max(cycles)
    rounds = np.arange(horizon // length)
    number = np.repeat(rounds, n)
    return read_only(
        Timeline(
            cycles=cycles,
            horizon=horizon,
            learner=np.tile(np.arange(n), len(rounds)),
            read=number * length,
            done=(number + 1) * length,
            seen=number,
            version=number,
            waited=np.repeat(rounds > 0, n),
            pending=np.full(n, len(rounds) * length),
            updates=(rounds + 1) * length,
            sources=rounds,
        )
    )


def stale_again(timeline: Timeline, tie: str) -> Numbers:
    """Count the updates of others between reading and updating by their times alone, without the counter of versions.

    Those at the very tick of reading or updating count by the tie rule: who comes later in it has not been read, who
    comes earlier has been applied.
    """
    n = len(timeline.cycles)
    rank = timeline.learner if tie == "first" else n - 1 - timeline.learner
    apart = tie == "together" or len(timeline.updates) < len(timeline.done)
    width = n + 2
    moments = np.sort(timeline.done * width + 1 + rank)
    after = np.where(timeline.waited | apart, n + 1, 1 + rank)
    begin = np.searchsorted(moments, timeline.read * width + after, "right")
    end = np.searchsorted(moments, timeline.done * width + (0 if apart else 1 + rank), "left")
    counted: Numbers = np.maximum(end - begin, 0)
    return counted


def weights(timeline: Timeline, rate: float) -> list[float]:
    """Return the weight after each update of gradient descent on w²/2 from w = 1, with the gradients that it gets."""
    path = [1.0]
    for source in timeline.sources.tolist():
        path.append(path[-1] - rate * path[source])
    return path
