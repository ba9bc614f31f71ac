"""The spread of a fit over resamples of its points (the bootstrap of pairs)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.kit.arrays import Array
from core.regression.validation_rules import determined_fits

RESAMPLES = 200
SHOWN = 10  # fits that are drawn
# Percentiles between which the middle 68% of the fits lie: of a normal distribution, one standard deviation each way.
MIDDLE = (16, 84)


@dataclass(frozen=True)
class Resampled:
    """Fits of K models to resampled points, on a grid; nan for a model that some resample does not determine.

    Attributes
    ----------
    fits : ndarray (SHOWN, K, G)
        The first of them.
    band : ndarray (2, K, G)
        Values between which the middle 68% of the fits lie. Percentiles, since a resample without the last points
        says nothing about high degrees there, and a few such fits make any standard deviation.
    variance : ndarray (K,)
        Variance of the fits (ddof = 1), as its median over the grid for the same reason; in squared units of y.

    References
    ----------
    Efron, Tibshirani, "An Introduction to the Bootstrap", sections 9.5 and 13.3.
    """

    fits: Array
    band: Array
    variance: Array


def resample(x: Array, y: Array, grid: Array, degree: int, seed: int) -> Resampled:
    """Fit polynomials of degrees 1 to D to resamples, each of which draws n of the n points with replacement.

    Parameters
    ----------
    x, y : ndarray (n,)
        The points.
    grid : ndarray (G,)
        Where the fits are evaluated.
    degree : int
        Largest degree D.
    seed : int
        Seed of the resamples.
    """
    rows = resamples(x.size, seed)
    return summarized(determined_fits(x[rows], y[rows], grid, degree))


def resamples(n: int, seed: int) -> NDArray[np.int64]:
    """Return the points (RESAMPLES, n) of each resample of n points."""
    return np.random.default_rng([seed, 2]).integers(n, size=(RESAMPLES, n))


def summarized(fits: Array) -> Resampled:
    """Return the middle and the variance of fits (RESAMPLES, K, G)."""
    band: Array = np.percentile(fits, MIDDLE, axis=0)
    variance: Array = np.median(fits.var(axis=0, ddof=1), axis=1)
    return Resampled(fits[:SHOWN].copy(), band, variance)
