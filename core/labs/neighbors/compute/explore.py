"""K nearest neighbors in numbers: the vote at every point of a plane, and its errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.tables import Labeled, read_labeled
from core.kit.arrays import Array, check_choice, check_integer, check_number
from core.kit.results import read_only
from core.labs.neighbors.compute.distances import METRICS, again, nearest
from core.labs.neighbors.compute.points import (
    CELLS,
    DATA,
    EXAMPLE,
    GRID,
    MIDDLES,
    Whole,
    corners,
    draw,
    own,
    spread,
)
from core.labs.neighbors.compute.votes import LARGEST, TIES, WEIGHTS, errors, refits, vote

SHOWN = 16  # distances in order
_CHOICES = {"data": DATA, "metric": METRICS, "weights": WEIGHTS, "tie": TIES}


@dataclass(frozen=True)
class Neighbors:
    """The vote at every point of the plane, and related results.

    Attributes
    ----------
    points : ndarray of shape (n, d)
    labels : ndarray of shape (n,)
        Classes, as positions in `CLASSES`.
    scale : ndarray of shape (d,)
        Factor of each coordinate before distances are taken.
    k : int
    data, metric, weights, tie : str
    names : tuple of str
        Of the classes.
    axes : tuple of str
        Of the two coordinates of the map.
    low, high : ndarray of shape (2,)
        Ends of the map.
    queries : ndarray of shape (961, d)
        The places of the query, row by row; coordinates after the second are 0.
    order, near : ndarray of shape (961, min(n, 16))
        The nearest points of each query, row by row of `GRID`, and their distances.
    shares : ndarray of shape (961, classes)
    winner : ndarray of shape (961,)
    regions : ndarray of shape (61, 61)
        Class of each cell of the map, row by row from below.
    training, left_out : ndarray
        See `errors`.
    refitted : float
        Leave-one-out error at K from n fits; nan where all points vote.
    """

    points: Array
    labels: Whole
    scale: Array
    k: int
    data: str
    names: tuple[str, ...]
    axes: tuple[str, ...]
    low: Array
    high: Array
    queries: Array
    metric: str
    weights: str
    tie: str
    order: Whole
    near: Array
    shares: Array
    winner: Whole
    regions: Whole
    training: Array
    left_out: Array
    refitted: float

    @property
    def classes(self) -> int:
        """Count the classes."""
        return int(self.shares.shape[1])

    @property
    def directed(self) -> NDArray[np.bool_]:
        """Return whether each query has a direction, if the metric needs one."""
        there: NDArray[np.bool_] = (self.queries != 0).any(axis=1) | (self.metric != "cosine")
        return there

    @cached_property
    def second(self) -> Array:
        """Return the distance of the K-th neighbor of each query computed differently, shape (961,)."""
        out = again(self.queries * self.scale, (self.points * self.scale)[self.order[:, self.k - 1]], self.metric)
        out.setflags(write=False)
        return out


def explore(
    *,
    data: str = "homework",
    k: int = 3,
    metric: str = "euclid",
    stretch: float = 1.0,
    standardize: bool = False,
    weights: str = "equal",
    tie: str = "nearest",
    n: int = 60,
    noise: float = 0.3,
    seed: int = 0,
    pasted: str = EXAMPLE,
    upload: Labeled | None = None,
    columns: str = "1, 2",
) -> Neighbors:
    """Let the K nearest points vote at every point of a plane.

    Parameters
    ----------
    data : str
        Key of `DATA`.
    k : int
        Neighbors that vote, in [1, 15] and at most as many as there are points.
    metric, weights, tie : str
        Keys of `METRICS`, `WEIGHTS`, and `TIES`.
    stretch : float
        Factor of the first coordinate, in [0.1, 10]: its unit.
    standardize : bool
        Whether each coordinate is divided by its standard deviation.
    n, noise, seed : int, float, int
        Number of points drawn, in [10, 200], their scatter, in [0, 1], and the seed.
    pasted, upload, columns : str, Labeled or None, str
        "own": a table as `read_labeled` takes it, or the one from a file instead, and the two columns to take.

    Raises
    ------
    ValueError
        If a value is out of range, or the table cannot be read.
    """
    for name, value in (("data", data), ("metric", metric), ("weights", weights), ("tie", tie)):
        check_choice(name, value, tuple(_CHOICES[name]))
    check_integer("k", k, 1, LARGEST)
    check_number("stretch", stretch, 0.1, 10)
    check_integer("n", n, 10, 200)
    check_number("noise", noise, 0, 1)
    check_integer("seed", seed, 0, 99_999)
    drawn = own(upload or read_labeled(pasted), columns) if data == "own" else draw(data, n, noise, seed)
    points, labels, names, axes = drawn
    if k > len(points):
        raise ValueError(f"`k` must be at most {len(points)}, the number of points; got {k}.")
    scale = 1 / points.std(axis=0) if standardize else np.array([stretch] + [1.0] * (points.shape[1] - 1))
    rule: dict[str, Any] = {"k": k, "metric": metric, "weights": weights, "tie": tie}
    return _voted(points, labels, scale, **rule, data=data, names=names, axes=axes)


def _voted(
    points: Array, labels: Whole, scale: Array, *, k: int, metric: str, weights: str, tie: str, **settings: Any
) -> Neighbors:
    """Let the points vote at each place of the map, and on one another."""
    rule: dict[str, Any] = {"metric": metric, "weights": weights, "tie": tie}
    scaled, classes = points * scale, int(labels.max()) + 1
    low, high = corners(points, settings["data"])
    queries = spread(low, high, GRID, points.shape[1])
    order, near = nearest(queries * scale, scaled, metric, min(len(points), SHOWN))
    shares, winner = vote(near[:, :k], labels[order[:, :k]], classes, weights, tie)
    cells, far = nearest(spread(low, high, MIDDLES, points.shape[1]) * scale, scaled, metric, k)
    regions = vote(far, labels[cells], classes, weights, tie)[1].reshape(CELLS, CELLS)
    training, left_out = errors(scaled, labels, **rule)
    return read_only(
        Neighbors(
            points=points,
            labels=labels,
            scale=scale,
            k=k,
            low=low,
            high=high,
            queries=queries,
            order=order,
            near=near,
            shares=shares,
            winner=winner,
            regions=regions,
            training=training,
            left_out=left_out,
            refitted=refits(scaled, labels, k, **rule) if k < len(points) else float("nan"),
            **rule,
            **settings,
        )
    )


def tables(result: Neighbors, values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the columns of the files that can be downloaded."""
    coordinates = {f"x{j + 1}": column for j, column in enumerate(result.points.T)}
    count = len(result.left_out)
    return {
        "points.csv": coordinates | {"class": np.array(result.names)[result.labels]},
        "errors.csv": {
            "k": np.arange(1, count + 1),
            "training": result.training[:count],
            "leave_one_out": result.left_out,
        },
    }
