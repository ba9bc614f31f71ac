"""The scatter of the mean and variance of a batch: exact densities for standard normal values, and simulated batches.

The mean of n values is normal with variance 1/n, and n times the variance (divided by n) has a χ² distribution with
n - 1 degrees of freedom (Cochran's theorem).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np

from core.kit.arrays import Array

SIZES = (2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256)  # values of a batch
BATCHES = 4000  # that are drawn of each size
WIDTH = 0.1  # of a bin
MEANS = np.round(np.arange(-20, 21) * WIDTH, 10)  # middles of the bins of means
VARIANCES = np.round((np.arange(30) + 0.5) * WIDTH, 10)  # middles of the bins of variances


def spreads(size: int) -> tuple[float, float, float]:
    """Return the standard deviation of the mean, the expected variance, and the standard deviation of the variance."""
    return 1 / math.sqrt(size), (size - 1) / size, math.sqrt(2 * (size - 1)) / size


def density_of_mean(x: Array, size: int) -> Array:
    """Return the density of the mean of `size` values."""
    out: Array = math.sqrt(size / (2 * math.pi)) * np.exp(-size * np.asarray(x) ** 2 / 2)
    return out


def density_of_variance(v: Array, size: int) -> Array:
    """Return the density of the variance of `size` values at `v` > 0."""
    half = (size - 1) / 2
    scale = size / 2
    out: Array = np.exp(half * math.log(scale) + (half - 1) * np.log(v) - scale * np.asarray(v) - math.lgamma(half))
    return out


@dataclass(frozen=True)
class Drawn:
    """Batches drawn by a generator, one row for each of `SIZES`.

    Attributes
    ----------
    means : ndarray of shape (15, 41)
        Fraction of the batches whose mean lies in each bin.
    variances : ndarray of shape (15, 30)
        The same of their variances.
    spreads : ndarray of shape (15, 3)
        Standard deviation of the means, mean of the variances, and their standard deviation.
    errors : ndarray of shape (15, 3)
        Standard errors of `spreads`.
    """

    means: Array
    variances: Array
    spreads: Array
    errors: Array


@cache
def drawn() -> Drawn:
    """Draw `BATCHES` batches of each size; smaller batches are the first values of larger ones."""
    z = np.random.default_rng(0).standard_normal((BATCHES, SIZES[-1]))
    rows: list[tuple[Array, Array, Array, Array]] = []
    for size in SIZES:
        mean, variance = z[:, :size].mean(axis=1), z[:, :size].var(axis=1)
        found = np.array([mean.std(), variance.mean(), variance.std()])
        errors = np.array([_error_of_sd(mean), variance.std() / math.sqrt(BATCHES), _error_of_sd(variance)])
        rows.append((_fractions(mean, MEANS), _fractions(variance, VARIANCES), found, errors))
    return Drawn(*(_frozen(part) for part in zip(*rows, strict=True)))


def _fractions(values: Array, middles: Array) -> Array:
    edges = np.append(middles - WIDTH / 2, middles[-1] + WIDTH / 2)
    counts: Array = np.histogram(values, edges)[0] / len(values)
    return counts


def _error_of_sd(values: Array) -> float:
    """Return the standard error of a standard deviation, from the fourth moment."""
    away = (values - values.mean()) ** 2
    return float(away.std() / (2 * math.sqrt(away.mean() * len(values))))


def _frozen(rows: tuple[Array, ...]) -> Array:
    out = np.array(rows)
    out.setflags(write=False)
    return out
