"""Rules: what a trace shows, computed in the browser from a few numbers, where frames would take megabytes.

Each rule has a twin of the same name in `static/live_rules.js`; `tests/browser/test_rules.py` compares the two.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from core.kit.arrays import Array, Numbers, single


class Rule(ABC):
    """A frozen dataclass whose fields are sent along, arrays as float32; `drawn` is what the browser computes, too."""

    name: ClassVar[str]  # of the function in live_rules.js
    shape: ClassVar[tuple[int | None, ...]]  # of the numbers of one step; None for any length

    @abstractmethod
    def drawn(self, values: Numbers) -> Sequence[Numbers]:
        """Return an array for each part of the rule from the numbers of one step."""


@dataclass(frozen=True)
class Recurrence(Rule):
    """Sequences w_k = p w_(k-1) - q w_(k-2) from w_0 = 1: three numbers per curve, w_1, p, and q.

    The first `length` terms are drawn, or the root mean square of several sequences, clipped to `low` and `high`.
    """

    length: int
    low: float
    high: float
    name: ClassVar[str] = "recurrence"
    shape: ClassVar[tuple[int | None, ...]] = (None, 3)

    def drawn(self, values: Numbers) -> Sequence[Numbers]:
        """Return the terms of the sequences whose w_1, p and q are the rows of (curves, 3)."""
        second, p, q = np.asarray(values, float).T
        terms = [np.ones_like(second), second]
        while len(terms) < self.length:
            terms.append(p * terms[-1] - q * terms[-2])
        rows = np.stack(terms, axis=1)
        together = rows[0] if len(rows) == 1 else np.sqrt((rows**2).mean(axis=0))
        return (np.clip(together, self.low, self.high),)


@dataclass(frozen=True, eq=False)
class Nearest(Rule):
    """Regions of the classes of the nearest points while one of the points is moved to the two numbers of a step.

    Its parts are x and y of the outline of each class in turn: a rectangle for each run of cells in a row. Where the
    vote is undecided there is no region.

    Attributes
    ----------
    x, y : ndarray of shape (n,)
        Places of the points.
    rest : ndarray of shape (n,)
        What their other coordinates add before the root is taken: squares, or for other metrics absolute values.
    labels : ndarray of shape (n,)
        Classes, below `classes`.
    moved, k : int
        Position of the point that is moved, and how many of the nearest vote.
    metric, weights, tie : str
        "euclid", "manhattan", "chebyshev", or "cosine"; "equal", "inverse", or "square"; "nearest", "first", or
        "undecided".
    scale : (float, float)
        Factors of both coordinates before distances are taken.
    unit : float
        Distances that agree to so much are equal; the point with the lower position is then nearer.
    across, up : ndarray
        Middles of the cells, evenly spaced.
    """

    x: Array
    y: Array
    rest: Array
    labels: Numbers
    classes: int
    moved: int
    k: int
    metric: str
    weights: str
    tie: str
    scale: tuple[float, float]
    unit: float
    across: Array
    up: Array
    name: ClassVar[str] = "nearest"
    shape: ClassVar[tuple[int | None, ...]] = (2,)

    def _keys(self, values: Numbers) -> Array:
        """Return how far the points are from the cells, in whole units, shape (up, across, n)."""
        x, y, rest, across, up = (single(v).astype(float) for v in (self.x, self.y, self.rest, self.across, self.up))
        x[self.moved], y[self.moved] = single(values).tolist()
        (sx, sy), u, v = self.scale, across[None, :, None], up[:, None, None]
        a, b = (x - u) * sx, (y - v) * sy
        if self.metric == "euclid":
            away = np.sqrt(a * a + b * b + rest)
        elif self.metric == "manhattan":
            away = np.abs(a) + np.abs(b) + rest
        elif self.metric == "chebyshev":
            away = np.maximum(np.maximum(np.abs(a), np.abs(b)), rest)
        else:
            a, b, c, d = u * sx, v * sy, x * sx, y * sy
            lengths = np.sqrt(a * a + b * b) * np.sqrt(c * c + d * d + rest)
            away = 1 - (a * c + b * d) / np.where(lengths == 0, 1, lengths)
        return np.asarray(np.floor(away / self.unit + 0.5))

    def winners(self, values: Numbers) -> Numbers:
        """Return the class that wins at each cell, shape (up, across); -1 where the vote is undecided."""
        keys = self._keys(values)
        order = np.argsort(keys, axis=2, kind="stable")[..., : self.k]
        near, voters = np.take_along_axis(keys, order, axis=2), np.asarray(self.labels)[order]
        each = np.ones_like(near)
        if self.weights != "equal":
            with np.errstate(divide="ignore"):
                d = near * self.unit
                each = 1 / (d if self.weights == "inverse" else d * d)
            each = np.where(near[..., :1] == 0, near == 0, each)
        votes = np.zeros((*near.shape[:2], self.classes))
        first = np.full(votes.shape, self.k)
        for j in range(self.k):  # one after another, as the browser adds them up
            mine = np.arange(self.classes) == voters[..., j : j + 1]
            votes += np.where(mine, each[..., j : j + 1], 0)
            first = np.where(mine & (first == self.k), j, first)
        tied = votes >= votes.max(axis=2, keepdims=True) * (1 - 1e-9)
        winner: Numbers = (np.where(tied, first, self.k).argmin if self.tie == "nearest" else tied.argmax)(axis=2)
        return np.where(tied.sum(axis=2) > 1, -1, winner) if self.tie == "undecided" else winner

    def drawn(self, values: Numbers) -> Sequence[Numbers]:
        """Return the outlines with the point moved to `values`, shape (2,)."""
        across, up = single(self.across).astype(float), single(self.up).astype(float)
        right, high = (across[1] - across[0]) / 2, (up[1] - up[0]) / 2
        out: list[list[float]] = [[] for _ in range(2 * self.classes)]
        for v, row in zip(up, self.winners(values), strict=True):
            starts = np.flatnonzero(np.diff(row, prepend=-2))
            for start, end in zip(starts, [*starts[1:], len(row)], strict=True):
                if row[start] < 0:
                    continue
                a, b, c = across[start] - right, across[end - 1] + right, 2 * row[start]
                out[c] += [a, b, b, a, a, np.nan]
                out[c + 1] += [v - high, v - high, v + high, v + high, v - high, np.nan]
        corner = (across[0] - right, up[0] - high)  # a lone point keeps the place of a class without a region
        return [np.array(numbers or [corner[part % 2]], np.float32) for part, numbers in enumerate(out)]
