"""Fewer points for the same pixels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.kit.arrays import Array


def decimate(x: Array, y: Array, width: int, *, low: float = 0.0, high: float = 1.0) -> NDArray[np.intp]:
    """Choose points of a curve that paint the same pixels as all of them, for lines without smoothing.

    Of each run of points in one pixel column, the first, the last, the lowest, and the highest are kept; for a curve
    that goes up and right, these are the first and the last. What lies left or right of the picture counts as one
    column on each side. Exact for this range of x only: call it again after a zoom.

    Parameters
    ----------
    x, y : ndarray (n,)
        Points in the order of drawing, without nan; y may be infinite.
    width : int
        Pixel columns.
    low, high : float
        Ends of the x axis.

    Returns
    -------
    ndarray (m,) of int
        Indices, rising.

    References
    ----------
    Jugel, Jerzak, Hackenbroich, Markl, "M4: A visualization-oriented time series data aggregation", VLDB 2014.
    """
    column = np.floor(np.clip((x - low) * (width / (high - low)), -1, width))
    first = np.flatnonzero(np.diff(column, prepend=-2))
    last = np.append(first[1:], len(x)) - 1
    size = last - first + 1
    lowest = np.flatnonzero(y == np.repeat(np.minimum.reduceat(y, first), size))
    highest = np.flatnonzero(y == np.repeat(np.maximum.reduceat(y, first), size))
    # Of several lowest ones the first, of several highest ones the last.
    lowest = lowest[np.searchsorted(lowest, first)]
    highest = highest[np.searchsorted(highest, last, side="right") - 1]
    return np.unique(np.concatenate([first, lowest, highest, last]))
