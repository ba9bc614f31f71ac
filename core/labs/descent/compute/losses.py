"""Functions to be minimized, with their gradients: a few of one or three numbers, and two losses on real data.

Each maps positions (n, d) to values (n,) and gradients (n, d), so many runs of gradient descent step at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

import numpy as np

from core.kit.arrays import Array

Both = Callable[[Array], tuple[Array, Array]]

LOSSES = {
    "bowl": "parabola",
    "valley": "valley",
    "quartic": "x⁴",
    "absolute": "|x|",
    "two": "two minima",
    "squares": "squared error, real data",
    "logistic": "cross-entropy, real data",
}
REAL = ("squares", "logistic")  # they start at weights of 0, without noise
CURVATURES = {"bowl": (1.0,), "valley": (1.0, 10.0, 100.0)}
WIDE, TOP, SHARP = -1.5, 1 / 6, 1.0  # the minima of `two`, and the hill between them
WIDE_CURVATURE, SHARP_CURVATURE = 1.0, 16.0
CANCER = Path(__file__).parents[3] / "data" / "breast-cancer.csv"


@dataclass(frozen=True)
class Cancer:
    """Wisconsin breast cancer: 569 tumors with 30 measurements each.

    Attributes
    ----------
    raw : ndarray of shape (569, 31)
        Measurements and, last, 1 for a benign tumor.
    names : tuple of str
        Names of the columns.
    x : ndarray of shape (569, 30)
        Standardized measurements.
    signs : ndarray of shape (569,)
        1 for a benign tumor, -1 for a malignant one.
    signed : ndarray of shape (569, 30)
        Each row of `x` times its sign.
    gram, pull : ndarray of shape (30, 30) and (30,)
        X'X/n and X's/n, s being the signs: all that squared error depends on.
    curvatures, directions : ndarray of shape (30,) and (30, 30)
        Eigenvalues of `gram` in rising order, and their eigenvectors as columns, toward the benign tumors.
    """

    raw: Array
    names: tuple[str, ...]
    x: Array
    signs: Array
    signed: Array
    gram: Array
    pull: Array
    curvatures: Array
    directions: Array


@lru_cache(maxsize=1)
def cancer() -> Cancer:
    """Read the data."""
    with CANCER.open(encoding="utf-8") as file:
        names = tuple(file.readline().strip().split(","))
        raw = np.loadtxt(file, delimiter=",")
    x = raw[:, :-1]
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    signs = 2 * raw[:, -1] - 1
    signed = x * signs[:, None]
    gram, pull = x.T @ x / len(x), signed.mean(axis=0)
    curvatures, directions = np.linalg.eigh(gram)
    directions = directions * np.where(directions.T @ pull < 0, -1, 1)
    for array in (raw, x, signs, signed, gram, pull, curvatures, directions):
        array.setflags(write=False)
    return Cancer(raw, names, x, signs, signed, gram, pull, curvatures, directions)


def quadratic(curvatures: tuple[float, ...], x: Array) -> tuple[Array, Array]:
    """Half the sum of the squares, each times its curvature."""
    slopes = x * np.array(curvatures)
    return (x * slopes).sum(axis=1) / 2, slopes


def quartic(x: Array) -> tuple[Array, Array]:
    """The fourth power."""
    return x[:, 0] ** 4, 4 * x**3


def absolute(x: Array) -> tuple[Array, Array]:
    """The absolute value; its slope at 0 is taken to be 0."""
    return np.abs(x[:, 0]), np.sign(x)


def two(x: Array) -> tuple[Array, Array]:
    """A wide valley and a sharp one, both parabolas with their minimum at 0, joined by an upside-down parabola."""
    left, right = x <= -TOP, x >= 5 * TOP
    value = np.where(left, (x - WIDE) ** 2 / 2, np.where(right, 8 * (x - SHARP) ** 2, 10 / 9 - 2 * (x - TOP) ** 2))
    slope = np.where(left, x - WIDE, np.where(right, 16 * (x - SHARP), -4 * (x - TOP)))
    return value[:, 0], slope


def squares(w: Array) -> tuple[Array, Array]:
    """Half the mean squared error of a linear model of the signs of `cancer`, without an intercept."""
    data = cancer()
    curved = w @ data.gram
    return 0.5 + (w * (curved / 2 - data.pull)).sum(axis=1), curved - data.pull


def logistic(w: Array) -> tuple[Array, Array]:
    """Mean cross-entropy of a logistic regression of the signs of `cancer`, without an intercept."""
    data = cancer()
    margin = w @ data.signed.T  # above 0 where the model is right
    ahead = margin > 0
    small = np.exp(-np.abs(margin))
    n, one = len(data.x), small + 1
    # Each factor is at most 2: their product is far below the largest number, and one logarithm does for all.
    value = (np.log(np.prod(one, axis=1)) - np.minimum(margin, 0, out=margin).sum(axis=1)) / n
    np.copyto(small, 1, where=~ahead)
    miss = np.divide(small, one, out=small)
    return value, -(miss @ data.signed) / n


BOTH: dict[str, Both] = {
    "bowl": partial(quadratic, CURVATURES["bowl"]),
    "valley": partial(quadratic, CURVATURES["valley"]),
    "quartic": quartic,
    "absolute": absolute,
    "two": two,
    "squares": squares,
    "logistic": logistic,
}


def begin(loss: str, start: float) -> Array:
    """Position (d,) in which descent begins."""
    if loss in REAL:
        return np.zeros(30)
    return np.full(3 if loss == "valley" else 1, float(start))


def steepest(loss: str) -> Array:
    """Unit vector (d,) in which the loss curves most."""
    if loss in REAL:
        return cancer().directions[:, -1]
    return np.array([0.0, 0.0, 1.0]) if loss == "valley" else np.ones(1)


def spectrum(loss: str, start: float) -> tuple[Array, Array, float]:
    """Curvatures (d,) of a quadratic loss, distances (d,) from its minimum at the start, and its value there.

    Empty for a loss that is not quadratic.
    """
    if loss in CURVATURES:
        return np.array(CURVATURES[loss]), begin(loss, start), 0.0
    if loss != "squares":
        return np.zeros(0), np.zeros(0), 0.0
    data = cancer()
    away = -(data.directions.T @ data.pull) / data.curvatures
    return data.curvatures, away, 0.5 - float((data.curvatures * away**2).sum()) / 2


def largest_curvature(loss: str, start: float) -> float:
    """The L of the limit 2/L: the largest curvature.

    That of x⁴ is counted from the start, slope over distance, and that of `two` is of the valley in which the start
    lies; nan for |x|, which has none.
    """
    if loss in CURVATURES:
        return max(CURVATURES[loss])
    if loss in REAL:
        return float(cancer().curvatures[-1]) / (4 if loss == "logistic" else 1)
    if loss == "two":
        return SHARP_CURVATURE if start >= TOP else WIDE_CURVATURE
    return 4 * start**2 if loss == "quartic" else np.nan


@lru_cache(maxsize=64)
def largest_again(loss: str, start: float) -> float:
    """The same from gradients alone: their differences, by power iteration; for x⁴ slope over distance."""
    both = BOTH[loss]
    if loss == "quartic":
        return float(both(np.array([[start]]))[1][0, 0] / start) if start else 0.0
    at = begin(loss, 0.0) + (0.0 if loss != "two" else SHARP if start >= TOP else WIDE)
    along, found, small = np.ones_like(at), 0.0, 1e-4
    for _ in range(100):
        along = along / np.linalg.norm(along)
        ahead, behind = both(np.array([at + small * along, at - small * along]))[1]
        change = (ahead - behind) / (2 * small)
        found, along = float(np.linalg.norm(change)), change
    return found


def sharpness(loss: str, positions: Array) -> Array:
    """Largest curvature at positions (n, d), shape (n,); that of |x| is 0 away from its minimum."""
    x = positions[:, 0]
    if loss in CURVATURES:
        return np.full(len(x), max(CURVATURES[loss]))
    if loss == "quartic":
        return 12 * x**2
    if loss == "absolute":
        return np.zeros(len(x))
    if loss == "two":
        return np.where(x <= -TOP, WIDE_CURVATURE, np.where(x >= 5 * TOP, SHARP_CURVATURE, -4.0))
    data = cancer()
    if loss == "squares":
        return np.full(len(x), data.curvatures[-1])
    small = np.exp(-np.abs(positions @ data.x.T))
    each = small / (1 + small) ** 2 / len(data.x)
    outer = (data.x[:, :, None] * data.x[:, None, :]).reshape(len(data.x), -1)
    found: Array = np.linalg.eigvalsh((each @ outer).reshape(-1, 30, 30))[:, -1]
    return found
