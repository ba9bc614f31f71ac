"""A first question about a flower, dragged, and the tree that grows from it.

Nodes are in heap order: 0 is the root, the children of node k are 2k + 1 (yes, at most the threshold) and 2k + 2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.kit.arrays import Array, Numbers, check_choice, check_integer
from core.kit.results import read_only
from core.labs.trees.compute.data import FEATURES, LABELS, TENTHS
from core.labs.trees.compute.gains import BASES, CRITERIA, TIE, gain, gain_again, impurity

DEEPEST = 3
NODES = 2 ** (DEEPEST + 1) - 1


@dataclass(frozen=True)
class Splits:
    """Each threshold on one feature and the tree below it.

    Attributes
    ----------
    feature, criterion, base : str
    depth : int
        Questions from the root to a leaf, at most.
    thresholds : ndarray of shape (t,)
        In centimeters, between the values of the feature.
    children : ndarray of shape (t, 2, 2)
        Flowers of each kind at or below the threshold, and above it.
    counts : ndarray of shape (t, 15, 2)
        Flowers of each kind in each node; nan where there is no node.
    asked : ndarray of shape (t, 7)
        Position in `FEATURES` of the feature that a node asks about; -1 for a leaf.
    cuts : ndarray of shape (t, 7)
        Its threshold in centimeters; nan for a leaf.
    """

    feature: str
    criterion: str
    base: str
    depth: int
    thresholds: Array
    children: Array
    counts: Array
    asked: Numbers
    cuts: Array

    def gains(self, criterion: str) -> Array:
        """Return the gain at each threshold, shape (t,)."""
        return gain(self.children, criterion, self.base)

    @property
    def again(self) -> Array:
        """Return the gain by the criterion, computed differently."""
        return gain_again(self.children, self.criterion, self.base)

    @property
    def best(self) -> int:
        """Return the position of the lowest threshold with the largest gain."""
        gains = self.gains(self.criterion)
        return int(np.flatnonzero(gains > gains.max() - TIE)[0])

    @property
    def leaves(self) -> Numbers:
        """Return which nodes are leaves at each threshold, shape (t, 15)."""
        there: Numbers = np.isfinite(self.counts[..., 0])
        there[:, : self.asked.shape[1]] &= self.asked < 0
        return there

    @property
    def wrong(self) -> Numbers:
        """Count flowers that the majorities of the leaves get wrong at each threshold, shape (t,)."""
        wrong: Numbers = np.where(self.leaves, self.counts.min(axis=2), 0).sum(axis=1).astype(int)
        return wrong

    @property
    def nbytes(self) -> int:
        """Return the bytes of the arrays."""
        arrays = (self.thresholds, self.children, self.counts, self.asked, self.cuts)
        return sum(array.nbytes for array in arrays)


def explore(*, feature: str = "petal_length", criterion: str = "entropy", base: str = "2", depth: int = 2) -> Splits:
    """Try each threshold on a feature of 100 flowers as the first question of a tree.

    Parameters
    ----------
    feature : str
        A key of `FEATURES`.
    criterion : str
        A key of `CRITERIA`, by which the questions below the first one are chosen.
    base : str
        Of the logarithm in the entropy, a key of `BASES`.
    depth : int
        Questions from the root to a leaf, in [1, 3].

    Raises
    ------
    ValueError
        If a value is invalid.
    """
    check_choice("feature", feature, tuple(FEATURES))
    check_choice("criterion", criterion, tuple(CRITERIA))
    check_choice("base", base, tuple(BASES))
    check_integer("depth", depth, 1, DEEPEST)
    position = list(FEATURES).index(feature)
    values = TENTHS[position]
    tenths = np.arange(values.min(), values.max()) + 0.5
    steps = len(tenths)
    counts = np.full((steps, NODES, 2), np.nan)
    asked = np.full((steps, NODES // 2), -1)
    cuts = np.full((steps, NODES // 2), np.nan)
    grown = _Grown(criterion)
    for step, cut in enumerate(tenths):
        flowers = {0: np.ones(len(LABELS), bool)}
        for node in range(2 ** (depth + 1) - 1):
            if node not in flowers:
                continue
            inside = flowers[node]
            counts[step, node] = np.bincount(LABELS[inside], minlength=2)
            question = (position, cut) if node == 0 else grown.question(inside)
            if node >= 2**depth - 1 or question is None:
                continue
            asked[step, node], cuts[step, node] = question[0], question[1] / 10
            low = TENTHS[question[0]] <= question[1]
            flowers[2 * node + 1], flowers[2 * node + 2] = inside & low, inside & ~low
    children = counts[:, 1:3].copy()
    return read_only(Splits(feature, criterion, base, int(depth), tenths / 10, children, counts, asked, cuts))


class _Grown:
    """The best question for each set of flowers, computed once."""

    def __init__(self, criterion: str) -> None:
        self.criterion = criterion
        self.known: dict[bytes, tuple[int, float] | None] = {}

    def question(self, inside: Numbers) -> tuple[int, float] | None:
        """Return feature and threshold in tenths with the largest gain, the first of equal ones; None for no gain."""
        key = inside.tobytes()
        if key not in self.known:
            self.known[key] = best_question(inside, self.criterion)
        return self.known[key]


def best_question(inside: Numbers, criterion: str) -> tuple[int, float] | None:
    """Return position of the feature and threshold in tenths with the largest gain over a set of flowers.

    Thresholds lie halfway between values that occur; of equal gains the first feature and the lowest threshold count.

    Parameters
    ----------
    inside : ndarray of bool, shape (100,)
    criterion : str
        A key of `CRITERIA`.

    Returns
    -------
    (int, float), or None where no question gains anything.
    """
    labels = LABELS[inside]
    if impurity(np.bincount(labels, minlength=2), criterion) <= TIE:
        return None
    top, found = TIE, None
    for position, column in enumerate(TENTHS[:, inside]):
        values, places = np.unique(column, return_inverse=True)
        if len(values) < 2:
            continue
        table = np.zeros((len(values), 2))
        np.add.at(table, (places, labels), 1)
        low = table.cumsum(axis=0)[:-1]
        gains = gain(np.stack([low, table.sum(axis=0) - low], axis=1), criterion)
        at = int(np.flatnonzero(gains > gains.max() - TIE)[0])
        if gains[at] > top + TIE:
            top, found = float(gains[at]), (position, (values[at] + values[at + 1]) / 2)
    return found


def tables(result: Splits, values: Mapping[str, Any]) -> dict[str, dict[str, Array]]:
    """Return the columns of the files that can be downloaded."""
    columns = {"threshold": result.thresholds} | {f"gain_{name}": result.gains(name) for name in CRITERIA}
    return {"gains.csv": columns | {"wrong_in_tree": result.wrong.astype(float)}}
