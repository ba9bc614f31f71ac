"""Regression trees on one input, grown for many data sets at once.

A node of such a tree is a run of neighboring training points. So a tree of any depth divides the sorted
points into runs, and depth d + 1 follows from depth d by cutting every run once: one pass gives all depths.
"""

import numpy as np
from numpy.typing import NDArray

from core.kit.arrays import Array

# Cuts whose gains agree to this fraction are equally good.
_TIE = 1e-10
# Inputs that differ by less than this fraction of their range are equal.
_SAME = 2.0**-32


def grow(x: Array, y: Array, max_depth: int) -> tuple[Array, NDArray[np.int64]]:
    """Fit trees of depths 1 to `max_depth` that cut each node where the squared error falls most.

    Of equally good cuts the leftmost is made; a node is not cut if its targets or its inputs are all equal.

    Parameters
    ----------
    x : ndarray (R, n)
        Training inputs of R trees, rising in each row; equal inputs stay together.
    y : ndarray (R, n)
        Their targets.
    max_depth : int
        Largest number of cuts from the root to a leaf.

    Returns
    -------
    fits : ndarray (max_depth, R, n)
        Fits at the training points.
    leaves : ndarray (max_depth, R) of int
        Number of leaves.

    References
    ----------
    Breiman, Friedman, Olshen, Stone, "Classification and Regression Trees", 1984, chapter 8.
    """
    begins = np.zeros(y.shape, dtype=bool)
    begins[:, 0] = True
    divisible = np.zeros(y.shape, dtype=bool)  # whether a cut right of the point leaves its equals together
    divisible[:, :-1] = x[:, :-1] < x[:, 1:]
    fits = np.empty((max_depth, *y.shape))
    leaves = np.empty((max_depth, len(y)), dtype=np.int64)
    for depth in range(max_depth):
        cuts = _best_cuts(y, begins, divisible)
        begins.ravel()[cuts + 1] = True
        fits[depth] = _node_means(y, begins)
        leaves[depth] = begins.sum(axis=1)
    return fits, leaves


def nearest_cells(x: Array, points: Array) -> NDArray[np.int64]:
    """Return the index (R, E) of the training point whose fit a tree gives at each point (E,).

    Cuts lie halfway between neighboring training points of the sorted rows (R, n); a point on a cut belongs to its
    left.
    """
    halfway = (x[:, :-1] + x[:, 1:]) / 2 + _SAME * float(np.ptp(x))
    return np.asarray((points[:, np.newaxis] > halfway[:, np.newaxis]).sum(axis=2))


def _nodes(begins: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return the first point of each node in the flattened rows, its number of points, and the node of each point."""
    first = np.flatnonzero(begins)
    return first, np.diff(first, append=begins.size), np.cumsum(begins.ravel()) - 1


def _node_means(y: Array, begins: NDArray[np.bool_]) -> Array:
    first, size, node = _nodes(begins)
    return np.asarray((np.add.reduceat(y.ravel(), first) / size)[node].reshape(y.shape))


def _best_cuts(y: Array, begins: NDArray[np.bool_], divisible: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the points, in the flattened rows, to the right of which their node is cut."""
    first, size, node = _nodes(begins)
    flat = y.ravel()
    # Sums of the deviations from the node's mean, left of a cut; those of whole nodes are 0.
    left_sum = (y - _node_means(y, begins)).cumsum(axis=1).ravel()
    left = np.arange(flat.size) - first[node] + 1
    right = size[node] - left
    mixed = np.maximum.reduceat(flat, first) > np.minimum.reduceat(flat, first)
    possible = (right > 0) & divisible.ravel() & mixed[node]
    gain = np.where(possible, left_sum**2 * (1 / left + 1 / np.maximum(right, 1)), -1.0)
    best = np.maximum.reduceat(gain, first)
    good = np.flatnonzero(possible & (gain >= best[node] * (1 - _TIE)))
    return good[np.diff(node[good], prepend=-1) > 0]
