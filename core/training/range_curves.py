"""The loss of a learning-rate range test: smoothed, and where the test stops."""

from __future__ import annotations

from itertools import accumulate

import numpy as np
from numpy.typing import ArrayLike

from core.kit.arrays import Array

STOP_FACTOR = 4.0
EARLIEST_STOP = 10


def default_beta(steps: int) -> float:
    """Return the weight of the past in the smoothed loss of a test with `steps` steps: 0.98 for 200."""
    return max(0.0, 1 - 4 / steps)


def smooth(losses: ArrayLike, beta: float) -> Array:
    """Return the exponential moving average without the bias of its first values toward 0.

    e_t = β e_(t-1) + (1 - β) L_t from e_(-1) = 0, s_t = e_t / (1 - β^(t+1)). After a value that is not finite, nothing
    is finite.

    Raises
    ------
    ValueError
        If `beta` is not in [0, 1).
    """
    if not 0 <= beta < 1:
        raise ValueError(f"`beta` must be in [0, 1); got {beta:g}.")
    values = np.asarray(losses, dtype=float).tolist()
    averages = list(accumulate(values, lambda e, loss: beta * e + (1 - beta) * loss, initial=0.0))[1:]
    return np.array(averages) / (1 - beta ** np.arange(1.0, len(values) + 1))


def stop_of(losses: ArrayLike, *, beta: float, factor: float = STOP_FACTOR) -> tuple[int, str]:
    """Return where and why a range test stops.

    Parameters
    ----------
    losses : array_like (n,)
        As far as they are known.
    beta : float
        Of `smooth`.
    factor : float
        It has diverged when, after step 10, the smoothed loss exceeds `factor` times its smallest value so far;
        if that is negative, when it is higher by `factor` - 1 times the range of the values before.

    Returns
    -------
    int
        Steps whose loss counts: those before one that is not finite, those up to the divergence, or all.
    str
        "nonfinite", "diverged" or, if nothing stops it, "".
    """
    values = np.asarray(losses, dtype=float)
    finite = int(np.argmin(np.isfinite(values))) if not np.isfinite(values).all() else len(values)
    smoothed = smooth(values[:finite], beta)
    best = np.minimum.accumulate(smoothed)
    scale = np.where(best < 0, np.maximum.accumulate(smoothed) - best, best)
    over = np.flatnonzero(smoothed - best > (factor - 1) * _before(scale))
    over = over[over > EARLIEST_STOP]
    if over.size:
        return int(over[0]) + 1, "diverged"
    return finite, "nonfinite" if finite < len(values) else ""


def _before(values: Array) -> Array:
    """Return each value's predecessor; for the first, itself."""
    return np.concatenate([values[:1], values[:-1]])
