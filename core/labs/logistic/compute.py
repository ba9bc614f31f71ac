"""Logistic regression in numbers: probabilities, four losses with their gradients, and fits to a few points.

Everything follows from the score z = b0 + b1 x1 + b2 x2: the probability is σ(z) = 1 / (1 + e^-z). Losses follow
scikit-learn's `log_loss` and PyTorch's `binary_cross_entropy_with_logits`; fits minimize the sum of the losses plus
half the penalty times the squared weight, as scikit-learn does with C = 1 / penalty.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from core.kit.arrays import Array, check_choice, check_number

HOURS = np.arange(0.0, 121.0)  # values of x1
SCORES = np.linspace(-8.0, 8.0, 161)  # of the curves of losses and gradients
LOSSES = {"bce": "cross-entropy", "squared": "squared error", "absolute": "absolute error", "hinge": "hinge"}
BASES = {"e": math.e, "2": 2.0, "10": 10.0}
PLACES = np.linspace(0.0, 8.0, 81)  # of the point that is dragged in the fit
LABELS = (0, 0, 1, 0, 1, 1)  # of the points of the fit
POINTS = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0)
RUNAWAY = 25.0  # a weight from which on the fit is said to run away


def sigmoid(z: Array) -> Array:
    """Return 1 / (1 + e^-z) without overflow, elementwise."""
    z = np.asarray(z, float)
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1 / (1 + small), small / (1 + small))


def losses(z: Array, y: int, base: str = "e") -> dict[str, Array]:
    """Return each loss of `LOSSES` at the scores `z` for the label `y` in {0, 1}.

    The cross-entropy is log(1 + e^-t) with t = z for y = 1 and -z for y = 0, in units of the logarithm's base; the
    squared and the absolute error are those of the probability; the hinge loss is max(0, 1 - t).
    """
    t = np.asarray(z, float) * (2 * y - 1)
    miss = sigmoid(-t)
    return {
        "bce": np.logaddexp(0, -t) / math.log(BASES[base]),
        "squared": miss**2,
        "absolute": miss,
        "hinge": np.maximum(0, 1 - t),
    }


def gradients(z: Array, y: int, base: str = "e") -> dict[str, Array]:
    """Return the derivative of each loss with respect to the score; that of the hinge at its corner is 0."""
    sign = 2 * y - 1
    t = np.asarray(z, float) * sign
    miss = sigmoid(-t)
    slope = miss * (1 - miss)
    return {
        "bce": -sign * miss / math.log(BASES[base]),
        "squared": -sign * 2 * miss * slope,
        "absolute": -sign * slope,
        "hinge": np.where(t < 1, -float(sign), 0.0),
    }


@dataclass(frozen=True)
class Logistic:
    """Probabilities along x1 and what belongs to each.

    Attributes
    ----------
    b0, b1, b2, x2, target : float
    y : int
    base : str
    """

    b0: float
    b1: float
    b2: float
    x2: float
    target: float
    y: int
    base: str

    @cached_property
    def scores(self) -> Array:
        """Score at each of `HOURS`, shape (121,)."""
        return _frozen(self.b0 + self.b1 * HOURS + self.b2 * self.x2)

    @cached_property
    def probabilities(self) -> Array:
        """Probability at each of `HOURS`, shape (121,)."""
        return _frozen(sigmoid(self.scores))

    @cached_property
    def second(self) -> Array:
        """The probabilities in another way: odds over one plus odds, in exact hyperbolic form (1 + tanh(z/2)) / 2."""
        return _frozen((1 + np.tanh(self.scores / 2)) / 2)

    @property
    def slopes(self) -> Array:
        """Change of the probability for one more hour, dP/dx1 = b1 P (1 - P)."""
        return self.b1 * self.probabilities * (1 - self.probabilities)

    @cached_property
    def hours(self) -> float:
        """The x1 at which the probability is the target; nan if x1 changes nothing."""
        return hours_for(self.target, self.b0, self.b1, self.b2, self.x2)

    def loss(self, y: int) -> dict[str, Array]:
        """Each loss at each of `HOURS` for the label `y`."""
        return losses(self.scores, y, self.base)

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays that are kept."""
        return self.scores.nbytes + self.probabilities.nbytes + self.second.nbytes


def hours_for(target: float, b0: float, b1: float, b2: float, x2: float) -> float:
    """Return the x1 with P = `target`, (log(target / (1 - target)) - b0 - b2 x2) / b1; nan for b1 = 0."""
    if b1 == 0:
        return math.nan
    return (math.log(target / (1 - target)) - b0 - b2 * x2) / b1


def explore(
    *,
    b0: float = -6.0,
    b1: float = 0.05,
    b2: float = 1.0,
    x2: float = 3.5,
    target: float = 0.5,
    y: str = "1",
    base: str = "e",
) -> Logistic:
    """Compute the probability along x1 and what belongs to it.

    Parameters
    ----------
    b0, b1, b2 : float
        Intercept and weights, in [-20, 20].
    x2 : float
        The second input, in [0, 10].
    target : float
        Probability to be reached, in (0, 1).
    y : str
        The true label, "1" or "0".
    base : str
        Base of the logarithm of the cross-entropy, a key of `BASES`.

    Raises
    ------
    ValueError
        If a value is out of range.
    """
    for name, value in (("b0", b0), ("b1", b1), ("b2", b2)):
        check_number(name, value, -20, 20)
    check_number("x2", x2, 0, 10)
    check_number("target", target, 0.001, 0.999)
    check_choice("y", y, ("0", "1"))
    check_choice("base", base, tuple(BASES))
    return Logistic(float(b0), float(b1), float(b2), float(x2), float(target), int(y), base)


@dataclass(frozen=True)
class Fits:
    """Fits of P = σ(b0 + w x) to six points, the third of which is moved.

    Attributes
    ----------
    weights : ndarray of shape (81, 2)
        Intercept and weight for each of `PLACES`; nan where no fit exists.
    loss : ndarray of shape (81,)
        Mean loss without the penalty.
    total : ndarray of shape (81,)
        Sum of the fitted probabilities; without a penalty it equals the number of positive labels.
    penalty : float
    """

    weights: Array
    loss: Array
    total: Array
    penalty: float

    @property
    def border(self) -> Array:
        """The x at which the probability is one half, -b0 / w."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return -self.weights[:, 0] / self.weights[:, 1]

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays."""
        return self.weights.nbytes + self.loss.nbytes + self.total.nbytes


def fits(*, penalty: float = 0.0, moved: int = 2) -> Fits:
    """Fit the points with point `moved` at each of `PLACES`.

    Parameters
    ----------
    penalty : float
        λ of λ w² / 2 beside the sum of the losses, at least 0; without one, separable points have no fit.
    moved : int
        Index of the point that is dragged.
    """
    check_number("penalty", penalty, 0, 1e6)
    rows = []
    for place in PLACES:
        x = np.array(POINTS)
        x[moved] = place
        found = fit(x, np.array(LABELS), penalty=penalty)
        if found is None:
            rows.append((math.nan,) * 4)
            continue
        p = sigmoid(found[0] + found[1] * x)
        z = found[0] + found[1] * x
        rows.append((*found, float(np.mean(np.logaddexp(0, -z * (2 * np.array(LABELS) - 1)))), float(p.sum())))
    table = np.array(rows)
    return Fits(_frozen(table[:, :2]), _frozen(table[:, 2]), _frozen(table[:, 3]), float(penalty))


def fit(x: Array, y: Array, *, penalty: float = 0.0, intercept: bool = True) -> tuple[float, float] | None:
    """Fit P = σ(b + w x) by Newton's method.

    Parameters
    ----------
    x, y : ndarray of shape (n,)
        Inputs and labels 0 and 1.
    penalty : float
        λ of λ w² / 2 beside the sum of the losses; the intercept is not penalized.
    intercept : bool
        Whether b is fitted; otherwise it is 0.

    Returns
    -------
    (b, w), or None where there is no finite best fit: the points are separable and nothing holds the weight, or all
    labels are equal.
    """
    x, y = np.asarray(x, float), np.asarray(y, float)
    if not 0 < y.sum() < len(y) and intercept:
        return None
    if penalty == 0 and separable(x, y):
        return None
    columns = np.column_stack([np.ones_like(x) if intercept else np.zeros_like(x), x])
    b = newton(columns, y, np.array([0.0 if intercept else 1.0, penalty]))
    return float(b[0]), float(b[1])


def newton(columns: Array, y: Array, hold: Array) -> Array:
    """Return the weights (d,) that minimize the sum of the cross-entropies plus Σ hold w² / 2, by damped steps.

    Parameters
    ----------
    columns : ndarray of shape (n, d)
        Inputs; a column of ones for an intercept.
    y : ndarray of shape (n,)
        Labels 0 and 1.
    hold : ndarray of shape (d,)
        Penalty of each weight, at least 0.
    """
    b = np.zeros(columns.shape[1])

    def cost(at: Array) -> float:
        return float(np.logaddexp(0, -(columns @ at) * (2 * y - 1)).sum() + hold @ at**2 / 2)

    for _ in range(100):
        p = sigmoid(columns @ b)
        slope = columns.T @ (p - y) + hold * b
        curvature = (columns * (p * (1 - p))[:, None]).T @ columns + np.diag(hold)
        step = np.linalg.solve(curvature + 1e-12 * np.eye(len(b)), slope)
        scale = 1.0
        while cost(b - scale * step) > cost(b) + 1e-12 and scale > 1e-10:
            scale /= 2
        b = b - scale * step
        if np.abs(scale * step).max() < 1e-12 * (1 + np.abs(b).max()):
            break
    return b


def separable(x: Array, y: Array) -> bool:
    """Return whether a border on the line separates the two labels, points on the border included."""
    first, second = x[y == 1], x[y == 0]
    if not len(first) or not len(second):
        return True
    return bool(first.min() >= second.max() or first.max() <= second.min())


@dataclass(frozen=True)
class Scored:
    """Losses of given predictions.

    Attributes
    ----------
    labels : tuple of int
    probabilities : tuple of float
    terms : mapping of str to ndarray of shape (n,)
        Loss of each prediction, by the keys of `LOSSES` except the hinge, which needs a score.
    gradients : mapping of str to ndarray of shape (n,)
        Derivative of the mean loss with respect to each score.
    """

    labels: tuple[int, ...]
    probabilities: tuple[float, ...]
    terms: Mapping[str, Array]
    gradients: Mapping[str, Array]


def scored(labels: Sequence[int], probabilities: Sequence[float], base: str = "e") -> Scored:
    """Compute the losses of predictions.

    A prediction of exactly 0 or 1 that is wrong has an infinite cross-entropy.
    """
    y, p = np.asarray(labels, float), np.asarray(probabilities, float)
    hit = np.where(y == 1, p, 1 - p)
    with np.errstate(divide="ignore"):
        bce = -np.log(hit) / math.log(BASES[base])
    slope = p * (1 - p)
    n = len(y)
    return Scored(
        tuple(int(v) for v in labels),
        tuple(float(v) for v in probabilities),
        {"bce": _frozen(bce + 0.0), "squared": _frozen((y - p) ** 2), "absolute": _frozen(np.abs(y - p))},
        {
            "bce": _frozen((p - y) / n / math.log(BASES[base])),
            "squared": _frozen(2 * (p - y) * slope / n),
            "absolute": _frozen(np.sign(p - y) * slope / n),
        },
    )


def read_predictions(text: str) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """Read predictions such as "1 0.2, 0 0.5, 0 0.1": a label and a probability each.

    Raises
    ------
    ValueError
        If an entry is not a label and a probability, or there are none or more than 12.
    """
    entries = [entry for entry in re.split(r"[,;\n]+", text) if entry.strip()]
    if not 1 <= len(entries) <= 12:
        raise ValueError(f"Type 1 to 12 predictions, such as 1 0.2, 0 0.5; got {len(entries)}.")
    labels, probabilities = [], []
    for entry in entries:
        found = re.fullmatch(r"\s*([01])\s+(\d?\.\d{1,9}|[01])\s*", entry, re.ASCII)
        if found is None or float(found[2]) > 1:
            raise ValueError(f"“{entry.strip()[:20]}” is not a label (0 or 1) and a probability, such as 1 0.2.")
        labels.append(int(found[1]))
        probabilities.append(float(found[2]))
    return tuple(labels), tuple(probabilities)


def tables(result: Logistic, values: Mapping[str, Any]) -> dict[str, dict[str, Array]]:
    """Return the columns of the files that can be downloaded."""
    return {
        "probabilities.csv": {"x1": HOURS, "score": result.scores, "probability": result.probabilities}
        | {f"loss_{name}": values for name, values in result.loss(result.y).items()},
    }


def _frozen(values: Array) -> Array:
    out = np.array(values, float)
    out.setflags(write=False)
    return out
