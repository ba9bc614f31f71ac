"""A first question about a flower or a row of a table, dragged, and the tree that grows from it.

Nodes are in heap order: 0 is the root, the children of node k are 2k + 1 (yes, at most the threshold) and 2k + 2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.data.tables import Labeled, read_labeled
from core.kit.arrays import Array, Numbers, check_choice, check_integer
from core.kit.results import read_only
from core.labs.trees.compute.data import EXAMPLE, FEATURES, IRIS, Samples, own_samples
from core.labs.trees.compute.gains import BASES, CRITERIA, TIE, gain, gain_again

DEEPEST = 3
NODES = 2 ** (DEEPEST + 1) - 1
PLACES = 69  # of the threshold; a table with more of them shows so many
DATA = {"iris": "iris flowers", "own": "your table"}


@dataclass(frozen=True)
class Splits:
    """Each threshold on one feature and the tree below it.

    Attributes
    ----------
    samples : Samples
    position : int
        Of the feature that the first question asks about.
    criterion, base : str
    depth : int
        Questions from the root to a leaf, at most.
    thresholds : ndarray of shape (t,)
        In units, between the values of the feature.
    children : ndarray of shape (t, 2, kinds)
        Samples of each kind at or below the threshold, and above it.
    counts : ndarray of shape (t, 15, kinds)
        Samples of each kind in each node; nan where there is no node.
    asked : ndarray of shape (t, 7)
        Position in `samples.features` of the feature that a node asks about; -1 for a leaf.
    cuts : ndarray of shape (t, 7)
        Its threshold in units; nan for a leaf.
    """

    samples: Samples
    position: int
    criterion: str
    base: str
    depth: int
    thresholds: Array
    children: Array
    counts: Array
    asked: Numbers
    cuts: Array

    @property
    def feature(self) -> str:
        """Return the name of the feature that the first question asks about."""
        return self.samples.features[self.position]

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
        """Count samples that the majorities of the leaves get wrong at each threshold, shape (t,)."""
        others = self.counts.sum(axis=2) - self.counts.max(axis=2)
        wrong: Numbers = np.where(self.leaves, others, 0).sum(axis=1).astype(int)
        return wrong

    @property
    def nbytes(self) -> int:
        """Return the bytes of the arrays."""
        arrays = (self.thresholds, self.children, self.counts, self.asked, self.cuts)
        return sum(array.nbytes for array in arrays)


def explore(
    *,
    data: str = "iris",
    feature: str = "petal_length",
    criterion: str = "entropy",
    base: str = "2",
    depth: int = 2,
    pasted: str = EXAMPLE,
    upload: Labeled | None = None,
    columns: str = "1, 2",
) -> Splits:
    """Try each threshold on a feature of 100 flowers, or of a table, as the first question of a tree.

    Parameters
    ----------
    data : str
        A key of `DATA`.
    feature : str
        "iris": a key of `FEATURES`.
    criterion : str
        A key of `CRITERIA`, by which the questions below the first one are chosen.
    base : str
        Of the logarithm in the entropy, a key of `BASES`.
    depth : int
        Questions from the root to a leaf, in [1, 3].
    pasted, upload, columns : str, Labeled or None, str
        "own": a table as `read_labeled` takes it, or the one from a file instead, and the columns to ask about; the
        first question asks about the first one.

    Raises
    ------
    ValueError
        If a value is invalid, or the table cannot be read.
    """
    check_choice("data", data, tuple(DATA))
    check_choice("feature", feature, tuple(FEATURES))
    check_choice("criterion", criterion, tuple(CRITERIA))
    check_choice("base", base, tuple(BASES))
    check_integer("depth", depth, 1, DEEPEST)
    if data == "iris":
        samples, position = IRIS, list(FEATURES).index(feature)
        values = samples.values[position]
        first = np.arange(values.min(), values.max()) + 0.5
    else:
        samples, position = own_samples(upload or read_labeled(pasted), columns), 0
        first = _some(_between(samples.values[0]), samples, criterion)
    steps = len(first)
    counts = np.full((steps, NODES, len(samples.kinds)), np.nan)
    asked = np.full((steps, NODES // 2), -1)
    cuts = np.full((steps, NODES // 2), np.nan)
    grown = Questions(samples, criterion)
    for step, cut in enumerate(first):
        there = {0: np.ones(len(samples.labels), bool)}
        for node in range(2 ** (depth + 1) - 1):
            if node not in there:
                continue
            inside = there[node]
            counts[step, node] = np.bincount(samples.labels[inside], minlength=len(samples.kinds))
            question = (position, cut) if node == 0 else None if node >= 2**depth - 1 else grown.best(inside)
            if question is None:
                continue
            asked[step, node], cuts[step, node] = question[0], question[1] / samples.per
            low = samples.values[question[0]] <= question[1]
            there[2 * node + 1], there[2 * node + 2] = inside & low, inside & ~low
    children = counts[:, 1:3].copy()
    thresholds = first / samples.per
    return read_only(Splits(samples, position, criterion, base, int(depth), thresholds, children, counts, asked, cuts))


def _between(values: Numbers) -> Array:
    levels = np.unique(values)
    return np.asarray((levels[1:] + levels[:-1]) / 2)


def _some(cuts: Array, samples: Samples, criterion: str) -> Array:
    """Return at most `PLACES` cuts of the first feature, evenly spaced in their order, with the best one among them."""
    if len(cuts) <= PLACES:
        return cuts
    one = Samples(samples.features[:1], samples.values[:1], samples.labels, samples.kinds, 1, "", "")
    kept = np.linspace(0, len(cuts) - 1, PLACES).round().astype(int)
    if best := Questions(one, criterion).best(np.ones(len(samples.labels), bool)):
        at = int(np.abs(cuts - best[1]).argmin())
        kept[np.abs(kept - at).argmin()] = at
    return np.asarray(cuts[kept])


class Questions:
    """The best question for subsets of samples; each is found once.

    Thresholds lie halfway between values that occur; of equal gains the first feature and the lowest threshold count.
    """

    def __init__(self, samples: Samples, criterion: str) -> None:
        self.labels, self.criterion, self.kinds = samples.labels, criterion, len(samples.kinds)
        found = [np.unique(column, return_inverse=True) for column in samples.values]
        sizes = [len(levels) for levels, _ in found]
        starts = np.cumsum([0, *sizes[:-1]])
        self.levels = np.concatenate([levels for levels, _ in found])
        self.features = np.repeat(np.arange(len(found)), sizes)
        codes = np.stack([start + places for start, (_, places) in zip(starts, found, strict=True)])
        self.cells = codes + len(self.levels) * samples.labels
        whole = np.arange(len(samples.labels) + 1)
        self.logs = whole * np.log(np.maximum(whole, 1))
        self.known: dict[bytes, tuple[int, float] | None] = {}

    def best(self, inside: Numbers) -> tuple[int, float] | None:
        """Return feature and threshold with the largest gain over a mask of samples; None where nothing gains."""
        key = inside.tobytes()
        if key not in self.known:
            self.known[key] = self._best(inside)
        return self.known[key]

    def _best(self, inside: Numbers) -> tuple[int, float] | None:
        table = np.bincount(self.cells[:, inside].ravel(), minlength=self.kinds * len(self.levels))
        table = table.reshape(self.kinds, -1)
        there = np.flatnonzero(table.any(axis=0))
        features, levels = self.features[there], self.levels[there]
        total = np.bincount(self.labels[inside], minlength=self.kinds)[:, None]
        # Every feature has all samples once, so that one running sum serves them all.
        low = table.take(there, axis=1).cumsum(axis=1) - features * total
        at = np.flatnonzero(features[1:] == features[:-1])
        if not len(at) or total.max() == total.sum():
            return None
        low = low.take(at, axis=1)
        gains = self._mixed(total) - self._mixed(low) - self._mixed(total - low)
        first = int(np.flatnonzero(gains > gains.max() - TIE * total.sum())[0])
        if gains[first] <= 2 * TIE * total.sum():
            return None
        k = at[first]
        return int(features[k]), (levels[k] + levels[k + 1]) / 2

    def _mixed(self, counts: Numbers) -> Array:
        """Return size times impurity of counts (kinds, ...), entropy in nats; by look-up, since it is needed often."""
        sizes = counts.sum(axis=0)
        if self.criterion == "entropy":
            return np.asarray(self.logs.take(sizes) - self.logs.take(counts).sum(axis=0))
        if self.criterion == "gini":
            return np.asarray(sizes - (counts**2).sum(axis=0) / sizes)
        return np.asarray(sizes - counts.max(axis=0), float)


def tables(result: Splits, values: Mapping[str, Any]) -> dict[str, dict[str, Array]]:
    """Return the columns of the files that can be downloaded."""
    columns = {"threshold": result.thresholds} | {f"gain_{name}": result.gains(name) for name in CRITERIA}
    files = {"gains.csv": columns | {"wrong_in_tree": result.wrong.astype(float)}}
    samples = result.samples
    if samples.noun == "rows":
        files["samples.csv"] = dict(zip(samples.features, samples.values, strict=True)) | {"class": samples.labels}
    return files
