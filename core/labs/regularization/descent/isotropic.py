"""Double descent where it has a closed form: independent standard normal features, no intercept, no penalty."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.kit.arrays import Array, check_number
from core.kit.results import read_only
from core.labs.regularization.descent.double_descent import check_numbers, widths_to

SIGNAL_LIMITS = (0, 10)


@dataclass(frozen=True, kw_only=True)
class IsotropicDescent:
    """Excess error of minimum-norm least squares on p independent standard normal features; arrays are read-only.

    Attributes
    ----------
    widths : ndarray (W,) of int
        Numbers p of features; there is no intercept.
    exact : ndarray (W,)
        Expectation over features and noise: noise p / (n - p - 1) for p <= n - 2, and
        signal^2 (1 - n / p) + noise n / (p - n - 1) for p >= n + 2; infinite between.
    limit : ndarray (W,)
        What the same becomes for large n and p with p / n held fixed (Hastie et al. 2022, theorem 1); nan at p = n.
    mc : ndarray (W,)
        Mean over D draws of features of the expectation over the noise.
    mc_se : ndarray (W,)
        Its standard error, estimated from the draws; of no use within a few features of n.
    mc_median : ndarray (W,)
        Median over the draws.
    """

    widths: NDArray[np.int64]
    exact: Array
    limit: Array
    mc: Array
    mc_se: Array
    mc_median: Array


def isotropic_descent(
    *,
    n_train: int = 20,
    max_width: int = 100,
    noise_std: float = 0.5,
    signal: float = 1.0,
    n_draws: int = 50,
    seed: int = 0,
) -> IsotropicDescent:
    """Compare the closed form for independent normal features with random draws of them.

    Parameters
    ----------
    n_train : int
        Number n of training points, in [5, 40].
    max_width : int
        Largest number of features, in [10, 400].
    noise_std : float
        Standard deviation of the noise.
    signal : float
        Norm of the true weights, whatever their number.
    n_draws : int
        Number D of draws, in [2, 50].
    seed : int
        Seed of the generator.

    Raises
    ------
    ValueError
        If an argument is invalid.

    References
    ----------
    Hastie, Montanari, Rosset, Tibshirani, "Surprises in high-dimensional ridgeless least squares interpolation", Annals
    of Statistics 50, 2022; Belkin, Hsu, Xu, "Two models of double descent for weak features", SIMODS 2, 2020.
    """
    check_numbers(locals())
    check_number("signal", signal, *SIGNAL_LIMITS)
    noise, widths = noise_std**2, widths_to(n_train, max_width)
    features = np.random.default_rng(seed).standard_normal((n_draws, n_train, max_width))
    draws = np.empty((n_draws, widths.size))
    for index, p in enumerate(widths):
        _, sizes, directions = np.linalg.svd(features[:, :, :p], full_matrices=False)
        fitted = directions.sum(axis=2) * signal / np.sqrt(p)  # true weights: all equal
        missed = signal**2 - (fitted**2).sum(axis=1) if p > n_train else 0.0
        draws[:, index] = missed + noise * (1 / sizes**2).sum(axis=1)
    exact, limit = (_isotropic(widths.astype(np.float64), n_train, noise, signal, spare) for spare in (1, 0))
    result = IsotropicDescent(
        widths=widths,
        exact=exact,
        limit=limit,
        mc=draws.mean(axis=0),
        mc_se=draws.std(axis=0, ddof=1) / np.sqrt(n_draws),
        mc_median=np.median(draws, axis=0),
    )
    return read_only(result)


def _isotropic(p: Array, n: int, noise: float, signal: float, spare: int) -> Array:
    """Excess error (W,) for p features; `spare` is 1 for n points and 0 in the limit of many."""
    under, over = n - p - spare, p - n - spare
    few, many = under > 0, over > 0
    risk = np.full(p.size, np.inf if spare else np.nan)
    risk[few] = noise * p[few] / under[few]
    risk[many] = signal**2 * (1 - n / p[many]) + noise * n / over[many]
    return risk
