"""A fit to a visitor's own table: one or two columns of numbers and two classes."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.data.tables import Labeled, read_labeled
from core.kit.arrays import Array
from core.labs.logistic import compute
from core.labs.logistic.compute import Logistic, newton, sigmoid

EXAMPLE = """petal length, petal width, species
4.7, 1.4, versicolor
4.5, 1.5, versicolor
4.9, 1.5, versicolor
4.7, 1.6, versicolor
5.0, 1.7, versicolor
5.1, 1.6, versicolor
4.5, 1.7, virginica
4.8, 1.8, virginica
4.9, 1.8, virginica
5.1, 1.9, virginica
5.0, 1.5, virginica
5.8, 2.2, virginica"""
_ENDLESS = 30.0  # a weight per standard deviation from which on the fit is said to run away


@dataclass(frozen=True)
class Fitted:
    """The fit of P = σ(b + w · x) to a table.

    Attributes
    ----------
    columns : tuple of str
        Names of one or two inputs.
    classes : tuple of str
        The class with label 0 and the one with label 1.
    x : ndarray of shape (n, d)
    y : ndarray of shape (n,)
        Labels 0 and 1.
    weights : ndarray of shape (d + 1,)
        Intercept and weights.
    """

    columns: tuple[str, ...]
    classes: tuple[str, str]
    x: Array
    y: Array
    weights: Array

    @property
    def probabilities(self) -> Array:
        """Return the fitted probability of each row, shape (n,)."""
        return sigmoid(self.weights[0] + self.x @ self.weights[1:])

    @property
    def loss(self) -> float:
        """Return the mean cross-entropy in nats."""
        z = self.weights[0] + self.x @ self.weights[1:]
        return float(np.logaddexp(0, -z * (2 * self.y - 1)).mean())


def fit_table(table: Labeled, columns: str, penalty: float) -> Fitted:
    """Fit the second class of a table, in alphabetical order, to one or two of its columns.

    Parameters
    ----------
    table : Labeled
    columns : str
        As `Labeled.choose` takes them.
    penalty : float
        λ of λ ‖w‖² / 2 beside the sum of the losses, in the units of the columns; the intercept is not penalized.

    Raises
    ------
    ValueError
        If the table has other than two classes, or no finite weights are best.
    """
    table.need(2, 2)
    chosen = list(table.choose(columns, 1, 2))
    x, y = table.numbers[:, chosen], table.labels.astype(float)
    spread = x.std(axis=0)
    for k, width in zip(chosen, spread, strict=True):
        if width < 1e-9:
            raise ValueError(f"Column “{table.columns[k]}” has one value everywhere; choose another.")
    middle = x.mean(axis=0)
    inputs = np.column_stack([np.ones(len(y)), (x - middle) / spread])
    found = newton(inputs, y, np.array([0.0, *(penalty / spread**2)]))
    apart = ((inputs @ found) * (2 * y - 1) > 0).all() or np.abs(found[1:]).max() > _ENDLESS
    if penalty == 0 and apart:
        raise ValueError("A border separates the classes, so no finite weight is best. Raise “Penalty λ” above 0.")
    slopes = found[1:] / spread
    weights = np.array([found[0] - middle @ slopes, *slopes])
    names = tuple(table.columns[k] for k in chosen)
    return Fitted(names, (table.classes[0], table.classes[1]), x, y, weights)


def fit_own(values: Mapping[str, Any]) -> Fitted:
    """Fit the table that the controls of the page bring."""
    return fit_table(values["upload"] or read_labeled(values["pasted"]), values["columns"], float(values["penalty"]))


def tables(result: Logistic, values: Mapping[str, Any]) -> dict[str, dict[str, Array]]:
    """Return the columns of the files that can be downloaded, with the table that is fitted if there is one."""
    files = compute.tables(result, values)
    if values["fitted"] == "own":
        with contextlib.suppress(ValueError):  # the section says what is wrong with the table
            own = fit_own(values)
            files["table.csv"] = dict(zip(own.columns, own.x.T, strict=True)) | {own.classes[1]: own.y.astype(int)}
    return files
