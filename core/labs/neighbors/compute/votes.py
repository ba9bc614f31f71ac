"""The vote of the nearest points, and how often it gives a training point the wrong class.

Weights follow scikit-learn's `KNeighborsClassifier`: where neighbors lie on the query itself, they alone vote.
"""

from __future__ import annotations

import numpy as np

from core.kit.arrays import Array
from core.labs.neighbors.compute.distances import BLOCK, distances, nearest, ordered
from core.labs.neighbors.compute.points import Whole

WEIGHTS = {"equal": "equal", "inverse": "1/d", "square": "1/d²"}
TIES = {"nearest": "nearest of the tied", "first": "first class", "undecided": "undecided"}
UNDECIDED = -1
LARGEST = 15  # K


def vote(near: Array, labels: Whole, classes: int, weights: str, tie: str) -> tuple[Array, Whole]:
    """Let the neighbors vote.

    Parameters
    ----------
    near : ndarray of shape (m, k)
        Distances in rising order.
    labels : ndarray of shape (m, k)
        Classes of these neighbors.
    classes : int
        Number of classes.
    weights, tie : str
        Keys of `WEIGHTS` and `TIES`.

    Returns
    -------
    shares : ndarray of shape (m, classes)
        Fraction of the votes for each class.
    winner : ndarray of shape (m,)
        The winning class; `UNDECIDED` if that is the rule for a tie.
    """
    votes = _votes(near, weights)
    shares = np.stack([np.where(labels == c, votes, 0).sum(axis=1) for c in range(classes)], axis=1)
    shares = shares / votes.sum(axis=1, keepdims=True)
    return shares, _winner(shares, _first(labels, classes), tie)


def _votes(near: Array, weights: str) -> Array:
    """Return the weight (m, k) of each neighbor's vote."""
    if weights == "equal":
        return np.ones_like(near)
    with np.errstate(divide="ignore"):
        votes = near ** (-1.0 if weights == "inverse" else -2.0)
    return np.where(near[:, :1] == 0, (near == 0).astype(float), votes)


def _first(labels: Whole, classes: int) -> Whole:
    """Return the place (m, classes) of the nearest neighbor of each class; k for a class that has none."""
    mine = [labels == c for c in range(classes)]
    return np.stack([np.where(own.any(axis=1), own.argmax(axis=1), labels.shape[1]) for own in mine], axis=1)


def _winner(shares: Array, first: Whole, tie: str) -> Whole:
    """Return the class with the largest share (..., classes), by a rule if several are tied."""
    tied = shares >= shares.max(axis=-1, keepdims=True) - 1e-9
    winner: Whole = (np.where(tied, first, LARGEST + 1).argmin if tie == "nearest" else tied.argmax)(axis=-1)
    return np.where(tied.sum(axis=-1) > 1, UNDECIDED, winner) if tie == "undecided" else winner


def errors(
    points: Array, labels: Whole, *, metric: str, weights: str = "equal", tie: str = "nearest", largest: int = LARGEST
) -> tuple[Array, Array]:
    """Return the fraction of training points that are not given their own class, for K = 1, 2, ...

    Returns
    -------
    training : ndarray of shape (min(largest, n),)
        With each point among its own neighbors.
    left_out : ndarray of shape (min(largest, n - 1),)
        Without it: leave-one-out.
    """
    count, classes = len(points), int(labels.max()) + 1
    order, near = nearest(points, points, metric, min(largest + 1, count))
    others = order != np.arange(count)[:, None]
    others[others.all(axis=1), -1] = False  # among many equal points, one may not be in its own list
    voters = labels[order]
    apart, theirs = near[others].reshape(count, -1), voters[others].reshape(count, -1)
    training = _up_to(near, voters, classes, weights, tie)[:, : min(largest, count)]
    left_out = _up_to(apart, theirs, classes, weights, tie)[:, : min(largest, count - 1)]
    return (training != labels[:, None]).mean(axis=0), (left_out != labels[:, None]).mean(axis=0)


def _up_to(near: Array, labels: Whole, classes: int, weights: str, tie: str) -> Whole:
    """Return the winning class (m, k) with one neighbor, with two, and so on."""
    votes = _votes(near, weights)
    sums = np.cumsum(np.where(labels[..., None] == np.arange(classes), votes[..., None], 0), axis=1)
    shares = sums / np.cumsum(votes, axis=1)[..., None]
    return _winner(shares, _first(labels, classes)[:, None], tie)


def refits(points: Array, labels: Whole, k: int, metric: str, weights: str, tie: str) -> float:
    """Return the leave-one-out error from n fits, each to the table of distances without one point."""
    count, classes, wrong = len(points), int(labels.max()) + 1, 0
    rows = BLOCK // count
    for first in range(0, count, rows):
        own = np.arange(first, min(first + rows, count))[:, None]
        rest = np.arange(count - 1) + (np.arange(count - 1) >= own)
        table = np.take_along_axis(distances(points[own[:, 0]], points, metric), rest, axis=1)
        order, near = ordered(table, k)
        won = vote(near, labels[np.take_along_axis(rest, order, axis=1)], classes, weights, tie)[1]
        wrong += int((won != labels[own[:, 0]]).sum())
    return wrong / count
