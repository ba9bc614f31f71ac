"""Distances of queries to points in four metrics, computed in two ways, and the nearest points in order.

Equal distances are ordered by the number of the point.
"""

from __future__ import annotations

import numpy as np

from core.kit.arrays import Array
from core.labs.neighbors.compute.points import Whole

METRICS = {"euclid": "Euclidean", "manhattan": "Manhattan", "chebyshev": "Chebyshev", "cosine": "cosine"}
_EQUAL = 1e-10  # of the largest distance: those that agree to so much are equal
BLOCK = 32_000  # distances that are worked out together, to stay in cache
_ZERO = 1e-12  # a distance below comes from rounding: the point is the query itself


def distances(queries: Array, points: Array, metric: str) -> Array:
    """Return the distances (m, n) of queries (m, d) to points (n, d).

    The cosine distance is 1 - cos, which is 1 for a vector without a direction, as in scikit-learn.
    """
    if metric == "cosine":
        lengths = np.linalg.norm(queries, axis=1)[:, None] * np.linalg.norm(points, axis=1)
        out: Array = queries @ points.T
        out /= np.where(lengths == 0, 1, lengths)
        return np.subtract(1, out, out=out)
    # Coordinate by coordinate and in place: several times as fast as one array of all differences.
    join = np.maximum if metric == "chebyshev" else np.add
    for j in range(points.shape[1]):
        gap = queries[:, j, None] - points[:, j]
        gap = np.square(gap, out=gap) if metric == "euclid" else np.abs(gap, out=gap)
        out = join(out, gap, out=out) if j else gap
    return np.sqrt(out, out=out) if metric == "euclid" else out


def again(queries: Array, points: Array, metric: str) -> Array:
    """Return the distances (m,) of queries (m, d) to points (m, d), computed differently.

    Euclidean from norms and the dot product, Manhattan as the largest signed sum, Chebyshev by pairs,
    max(a, b) = (a + b + |a - b|) / 2, and cosine as half the squared distance of the unit vectors.
    """
    if metric == "euclid":
        squared = (queries**2).sum(axis=1) + (points**2).sum(axis=1) - 2 * (queries * points).sum(axis=1)
        root: Array = np.sqrt(np.maximum(squared, 0))
        return root
    gaps = queries - points
    if metric == "manhattan":
        signs = np.stack(np.meshgrid(*[[-1.0, 1.0]] * gaps.shape[1]), axis=-1).reshape(-1, gaps.shape[1])
        largest: Array = (gaps @ signs.T).max(axis=1)
        return largest
    if metric == "chebyshev":
        most = np.abs(gaps[:, 0])
        for column in np.abs(gaps.T[1:]):
            most = (most + column + np.abs(most - column)) / 2
        return most
    there = np.linalg.norm(queries, axis=1) > 0
    units = [v / np.maximum(np.linalg.norm(v, axis=1), 1e-300)[:, None] for v in (queries, points)]
    return np.where(there, ((units[0] - units[1]) ** 2).sum(axis=1) / 2, 1.0)


def ordered(table: Array, count: int) -> tuple[Whole, Array]:
    """Return the numbers and distances (m, count) of the nearest points, equal distances in the points' order."""
    farthest = table.max(axis=1, keepdims=True)
    width = table.shape[1]
    # Whole numbers of a distance and, behind it, the point, below 2^53: floats hold them, and are sorted fastest.
    keys = table * (1 / (_EQUAL * np.where(farthest > 0, farthest, 1)))
    np.rint(keys, out=keys)
    keys *= width
    keys += np.arange(width)
    if count < width:
        keys.partition(count - 1, axis=1)
    order = (np.sort(keys[:, :count], axis=1) % width).astype(np.int64)
    near = np.take_along_axis(table, order, axis=1)
    near[near < _ZERO] = 0
    return order, near


def nearest(queries: Array, points: Array, metric: str, count: int) -> tuple[Whole, Array]:
    """Return what `ordered` does for the distances of queries to points, a few queries at a time."""
    rows = BLOCK // len(points)
    parts = [ordered(distances(queries[i : i + rows], points, metric), count) for i in range(0, len(queries), rows)]
    return np.concatenate([order for order, _ in parts]), np.concatenate([near for _, near in parts])
