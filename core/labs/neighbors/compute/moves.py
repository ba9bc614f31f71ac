"""One training point moved over the map: what its neighbors say there, and the leave-one-out error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.kit.arrays import Array
from core.kit.results import read_only
from core.labs.neighbors.compute.distances import distances, nearest
from core.labs.neighbors.compute.explore import Neighbors
from core.labs.neighbors.compute.points import GRID, Whole, at_grid
from core.labs.neighbors.compute.votes import vote


@dataclass(frozen=True)
class Moves:
    """A training point at each of its places.

    Attributes
    ----------
    point : int
        Position of the point.
    across, up : ndarray
        Its coordinates, in steps of the map's grid from where it is.
    told : ndarray of shape (places,)
        Class that its K nearest other points vote for, row by row of `up`.
    wrong : ndarray of shape (places,)
        Points that the others do not give their own class.
    """

    point: int
    across: Array
    up: Array
    told: Whole
    wrong: Whole


def moves(result: Neighbors, point: int) -> Moves:
    """Move a point over the map.

    Without it the neighbors of all other points are the same at every place. It changes the vote of a point only where
    it comes nearer than the last of that point's K nearest.

    Raises
    ------
    ValueError
        If all points vote, so that none can be left out.
    """
    if result.k >= len(result.points):
        raise ValueError(f"`k` must be below {len(result.points)}, the number of points, to leave one out.")
    home = result.points[point]
    across, up = (_steps(home[j], result.low[j], result.high[j]) for j in range(2))
    places = np.tile(home, (len(across) * len(up), 1))
    places[:, :2] = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
    rest = np.delete(np.arange(len(result.points)), point)
    others, labels = result.points[rest] * result.scale, result.labels[rest]
    order, near = nearest(places * result.scale, others, result.metric, result.k)
    told = vote(near, labels[order], result.classes, result.weights, result.tie)[1]
    wrong = (told != result.labels[point]) + _wrong(result, point, others, rest, places * result.scale)
    return read_only(Moves(point, across, up, told, wrong))


def _steps(home: float, low: float, high: float) -> Array:
    """Return the coordinates on the map that whole steps of its grid lead to from a place."""
    step = float(np.diff(at_grid(low, high, GRID[:2]))[0])
    first, last = np.ceil((low - home) / step - 1e-9), np.floor((high - home) / step + 1e-9)
    return home + step * np.arange(first, last + 1)


def _wrong(result: Neighbors, point: int, others: Array, rest: Whole, places: Array) -> Whole:
    """Count the other points that are given a wrong class while `point` is at each place."""
    labels, rule = result.labels, (result.classes, result.weights, result.tie)
    order, near = nearest(others, others, result.metric, min(result.k + 1, len(others)))
    apart = order != np.arange(len(others))[:, None]
    apart[apart.all(axis=1), -1] = False  # among many equal points, one may not be in its own list
    order, near = order[apart].reshape(len(others), -1), near[apart].reshape(len(others), -1)
    away = distances(places, others, result.metric)
    margin = 1e-9 * float(away.max())
    if near.shape[1] < result.k:  # all of them vote, the moved one, too
        place, other = (axis.ravel() for axis in np.indices(away.shape))
        before = np.zeros(len(others), bool)
    else:
        place, other = np.nonzero(away <= near[:, -1] + margin)
        before = vote(near, labels[rest[order]], *rule)[1] != labels[rest]
    numbers = np.column_stack([rest[order[other]], np.full(len(other), point)])
    far = np.column_stack([near[other], away[place, other]])
    ranked = np.lexsort((numbers, np.rint(far / (margin or 1))))[:, : result.k]
    numbers, far = np.take_along_axis(numbers, ranked, axis=1), np.take_along_axis(far, ranked, axis=1)
    after = vote(far, labels[numbers], *rule)[1] != labels[rest[other]]
    change = after.astype(np.int64) - before[other]
    wrong: Whole = before.sum() + np.bincount(place, change, len(places)).astype(np.int64)
    return wrong
