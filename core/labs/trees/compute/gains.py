"""Impurity of class counts, and the gain of a question: the impurity that it removes."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from core.kit.arrays import Array
from core.labs.trees.compute.data import Rows

CRITERIA = {"entropy": "entropy", "gini": "Gini impurity", "error": "error"}
BASES = {"2": 2.0, "e": math.e}
TIE = 1e-12  # gains this close are equal


def impurity(counts: ArrayLike, criterion: str, base: str = "2") -> Array:
    """Return the impurity of class counts of shape (..., classes); that of no samples is 0.

    The entropy is -Σ p log p with 0 log 0 = 0, the Gini impurity 1 - Σ p², the error 1 - max p.
    """
    counts = np.asarray(counts, float)
    total = counts.sum(axis=-1, keepdims=True)
    shares = counts / np.maximum(total, 1)
    if criterion == "entropy":
        logs = np.log(np.where(shares > 0, shares, 1))
        value = -(shares * logs).sum(axis=-1) / math.log(BASES[base])
    elif criterion == "gini":
        value = 1 - (shares**2).sum(axis=-1)
    else:
        value = 1 - shares.max(axis=-1)
    return np.asarray(np.where(total[..., 0] > 0, value, 0.0) + 0.0)


def remainder(children: ArrayLike, criterion: str, base: str = "2") -> Array:
    """Return the mean impurity of children of shape (..., children, classes), weighted by their sizes."""
    children = np.asarray(children, float)
    sizes = children.sum(axis=-1)
    weights = sizes / sizes.sum(axis=-1, keepdims=True)
    return np.asarray((weights * impurity(children, criterion, base)).sum(axis=-1))


def gain(children: ArrayLike, criterion: str, base: str = "2") -> Array:
    """Return the impurity of the parent minus the `remainder` of its children."""
    children = np.asarray(children, float)
    return np.asarray(impurity(children.sum(axis=-2), criterion, base) - remainder(children, criterion, base))


def gain_again(children: ArrayLike, criterion: str, base: str = "2") -> Array:
    """Return the gain computed differently, from the contingency table.

    With entropy it is the mutual information Σ p(x, y) log(p(x, y) / p(x) p(y)), with the Gini impurity how far the
    fractions of the children lie from those of the parent, Σ w Σ (p - p₀)², and with the error the samples that the
    majorities of the children get right beyond that of the parent, over all samples.
    """
    joint = np.asarray(children, float)
    n = joint.sum(axis=(-2, -1))
    sizes, labels = joint.sum(axis=-1, keepdims=True), joint.sum(axis=-2, keepdims=True)
    if criterion == "entropy":
        independent = sizes * labels
        ratio = joint * n[..., None, None] / np.where(joint > 0, independent, 1)
        terms = joint * np.log(np.where(joint > 0, ratio, 1))
        return np.asarray(terms.sum(axis=(-2, -1)) / n / math.log(BASES[base]))
    if criterion == "gini":
        apart = joint / np.maximum(sizes, 1) - labels / n[..., None, None]
        return np.asarray((sizes * apart**2).sum(axis=(-2, -1)) / n)
    return np.asarray((joint.max(axis=-1).sum(axis=-1) - labels.max(axis=(-2, -1))) / n)


@dataclass(frozen=True)
class Asked:
    """A question about one feature of a table, and its gain.

    Attributes
    ----------
    feature : str
    levels : tuple of str
        Values of the feature, in order of appearance; each is a child.
    children : tuple of tuple of int
        Class counts of each child.
    """

    feature: str
    levels: tuple[str, ...]
    children: tuple[tuple[int, ...], ...]

    def gain(self, criterion: str, base: str = "2") -> float:
        """Return the gain of the question."""
        return float(gain(self.children, criterion, base))

    def again(self, criterion: str, base: str = "2") -> float:
        """Return the gain computed differently, as `gain_again` does."""
        return float(gain_again(self.children, criterion, base))

    @property
    def ratio(self) -> float:
        """Return the gain over the entropy of the sizes of the children; nan for a feature with one value."""
        if len(self.levels) < 2:
            return math.nan
        return self.gain("entropy") / float(impurity([sum(child) for child in self.children], "entropy"))

    @property
    def cuts(self) -> int:
        """Count the ways to split the levels in two, 2^(q-1) - 1."""
        return (1 << (len(self.levels) - 1)) - 1


def questions(rows: Rows) -> tuple[Asked, ...]:
    """Return the question about each feature of a table."""
    classes = tuple(dict.fromkeys(rows.labels))
    found = []
    for position, feature in enumerate(rows.features):
        column = [cells[position] for cells in rows.cells]
        levels = tuple(dict.fromkeys(column))
        children = tuple(
            tuple(sum(pair == (level, label) for pair in zip(column, rows.labels, strict=True)) for label in classes)
            for level in levels
        )
        found.append(Asked(feature, levels, children))
    return tuple(found)


def best(asked: tuple[Asked, ...], criterion: str, base: str = "2") -> tuple[str, ...]:
    """Return the features with the largest gain, several if they tie; none if no question gains anything."""
    gains = [one.gain(criterion, base) for one in asked]
    top = max(gains)
    if top <= TIE:
        return ()
    return tuple(one.feature for one, value in zip(asked, gains, strict=True) if value > top - TIE)


def branch(rows: Rows, feature: str, level: str) -> Rows:
    """Return the samples with one value of a feature."""
    position = rows.features.index(feature)
    kept = [k for k, cells in enumerate(rows.cells) if cells[position] == level]
    return Rows(rows.features, tuple(rows.cells[k] for k in kept), tuple(rows.labels[k] for k in kept))
