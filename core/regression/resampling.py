"""How much a polynomial fit moves when the points are drawn again from themselves (the bootstrap of pairs)."""

from __future__ import annotations

import numpy as np

from core.kit.arrays import Array
from core.regression.validation_rules import determined_fits

RESAMPLES = 200
# Percentiles between which the middle 68% of the fits lie: of a normal distribution, one standard deviation each way.
MIDDLE = (16, 84)


def bootstrap_band(x: Array, y: Array, grid: Array, degree: int, seed: int) -> Array:
    """Return between which values the middle 68% of the fits to resampled points lie.

    Each of `RESAMPLES` resamples draws n of the n points with replacement. Percentiles are used since the fits of high
    degrees have no useful standard deviation: a resample without the last points says nothing about them.

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

    Returns
    -------
    ndarray (2, D, G)
        nan for a degree that some resample does not determine.

    References
    ----------
    Efron, Tibshirani, "An Introduction to the Bootstrap", sections 9.5 and 13.3.
    """
    rows = np.random.default_rng([seed, 2]).integers(x.size, size=(RESAMPLES, x.size))
    return np.asarray(np.percentile(determined_fits(x[rows], y[rows], grid, degree), MIDDLE, axis=0))
