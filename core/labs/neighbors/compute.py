"""K nearest neighbors in numbers: distances in four metrics, the vote at every point of a plane, and its errors.

Equal distances are ordered by the number of the point. Weights follow scikit-learn's `KNeighborsClassifier`: where
neighbors lie on the query itself, they alone vote.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.tables import Labeled, read_labeled
from core.kit.arrays import Array, check_choice, check_integer, check_number

Whole = NDArray[np.int64]

METRICS = {"euclid": "Euclidean", "manhattan": "Manhattan", "chebyshev": "Chebyshev", "cosine": "cosine"}
WEIGHTS = {"equal": "equal", "inverse": "1/d", "square": "1/d²"}
TIES = {"nearest": "nearest of the tied", "first": "first class", "undecided": "undecided"}
DATA = {
    "homework": "six points",
    "moons": "two moons",
    "clouds": "two clouds",
    "three": "three clouds",
    "own": "your table",
}
CLASSES = ("blue", "orange", "purple")
UNDECIDED = -1

LOW, HIGH = -2.0, 4.0  # ends of the plane, in both directions
GRID = np.round(np.linspace(LOW, HIGH, 31), 10)  # places of the query in one direction
CELLS = 61  # of the map of regions, in one direction
LARGEST = 15  # K
SHOWN = 16  # distances in order

SIX = np.array([[0, 3, 0], [2, 0, 0], [0, 1, 3], [0, 1, 2], [-1, 0, 1], [1, 1, 1]], float)
SIX_LABELS = np.array([1, 1, 1, 0, 0, 1])
EXAMPLE = """petal length, petal width, species
1.4, 0.2, setosa
1.7, 0.4, setosa
1.3, 0.2, setosa
1.5, 0.2, setosa
4.7, 1.4, versicolor
4.5, 1.5, versicolor
3.9, 1.4, versicolor
3.5, 1.0, versicolor
6.0, 2.5, virginica
5.1, 1.9, virginica
4.9, 1.8, virginica
5.6, 1.8, virginica"""
MARGIN = 0.08  # of the spread of a column, on either side of the map
_EQUAL = 1e-10  # of the largest distance: those that agree to so much are equal
_BLOCK = 64  # queries that are worked out together
_ZERO = 1e-12  # a distance below comes from rounding: the point is the query itself


def distances(queries: Array, points: Array, metric: str) -> Array:
    """Return the distances (m, n) of queries (m, d) to points (n, d).

    The cosine distance is 1 - cos, which is 1 for a vector without a direction, as in scikit-learn.
    """
    if metric == "cosine":
        lengths = np.linalg.norm(queries, axis=1)[:, None] * np.linalg.norm(points, axis=1)
        out = 1 - (queries @ points.T) / np.where(lengths == 0, 1, lengths)
    else:
        # Coordinate by coordinate: three times as fast as one array of all differences.
        gaps = (queries[:, j, None] - points[:, j] for j in range(points.shape[1]))
        if metric == "euclid":
            out = np.sqrt(sum(gap * gap for gap in gaps))
        elif metric == "manhattan":
            out = np.asarray(sum(map(np.abs, gaps)))
        else:
            out = reduce(np.maximum, map(np.abs, gaps))
    out[out < _ZERO] = 0
    return out


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
    # Whole numbers of a distance and, behind it, the point: the least of them are found in a fifth of a sort's time.
    scaled = table * (1 / (_EQUAL * np.where(farthest > 0, farthest, 1)))
    scaled += 0.5
    keys = scaled.astype(np.int64)
    keys *= width
    keys += np.arange(width)
    if count < width:
        keys = np.partition(keys, count - 1, axis=1)[:, :count]
    order = np.sort(keys, axis=1) % width
    return order, np.take_along_axis(table, order, axis=1)


def nearest(queries: Array, points: Array, metric: str, count: int) -> tuple[Whole, Array]:
    """Return what `ordered` does for the distances of queries to points, a few queries at a time to stay in cache."""
    parts = [ordered(distances(queries[i : i + _BLOCK], points, metric), count) for i in range(0, len(queries), _BLOCK)]
    return np.concatenate([order for order, _ in parts]), np.concatenate([near for _, near in parts])


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
    if weights == "equal":
        votes = np.ones_like(near)
    else:
        on_it = near == 0
        with np.errstate(divide="ignore"):
            votes = near ** (-1.0 if weights == "inverse" else -2.0)
        votes = np.where(on_it.any(axis=1, keepdims=True), on_it.astype(float), votes)
    shares = np.stack([np.where(labels == c, votes, 0).sum(axis=1) for c in range(classes)], axis=1)
    shares = shares / votes.sum(axis=1, keepdims=True)
    tied = shares >= shares.max(axis=1, keepdims=True) - 1e-9
    if tie == "nearest":
        first = np.take_along_axis(tied, labels, axis=1).argmax(axis=1)
        return shares, np.take_along_axis(labels, first[:, None], axis=1)[:, 0]
    winner = tied.argmax(axis=1)
    if tie == "undecided":
        winner = np.where(tied.sum(axis=1) > 1, UNDECIDED, winner)
    return shares, winner


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
    apart, theirs = (near[others].reshape(count, -1), voters[others].reshape(count, -1))
    found = []
    for close, who, most in ((near, voters, min(largest, count)), (apart, theirs, min(largest, count - 1))):
        wins = [vote(close[:, :k], who[:, :k], classes, weights, tie)[1] for k in range(1, most + 1)]
        found.append(np.array([np.mean(won != labels) for won in wins]))
    return found[0], found[1]


def refits(points: Array, labels: Whole, k: int, metric: str, weights: str, tie: str) -> float:
    """Return the leave-one-out error from n fits, each to the table of distances without one point."""
    count, classes, wrong = len(points), int(labels.max()) + 1, 0
    for first in range(0, count, _BLOCK):
        own = np.arange(first, min(first + _BLOCK, count))[:, None]
        rest = np.arange(count - 1) + (np.arange(count - 1) >= own)
        table = np.take_along_axis(distances(points[own[:, 0]], points, metric), rest, axis=1)
        order, near = ordered(table, k)
        won = vote(near, labels[np.take_along_axis(rest, order, axis=1)], classes, weights, tie)[1]
        wrong += int((won != labels[own[:, 0]]).sum())
    return wrong / count


def draw(data: str, n: int, noise: float, seed: int) -> tuple[Array, Whole]:
    """Return points (n, d) and their classes; the six points are always the same."""
    if data == "homework":
        return SIX.copy(), SIX_LABELS.copy()
    rng = np.random.default_rng(seed)
    classes = 3 if data == "three" else 2
    labels = np.arange(n) % classes
    if data == "moons":
        angle = rng.uniform(0, np.pi, n)
        x = np.where(labels == 0, np.cos(angle), 1 - np.cos(angle))
        y = np.where(labels == 0, np.sin(angle), 0.5 - np.sin(angle))
        points = np.column_stack([1.3 * x + 0.35, 1.3 * y + 0.7])
        spread = noise
    else:
        centers = np.array([[0.0, 0.2], [2.0, 1.8], [-0.2, 2.8]])[:classes]
        points, spread = centers[labels], 0.3 + noise
    points = points + spread * rng.standard_normal((n, 2))
    shown: Array = np.round(np.clip(points, LOW, HIGH), 3).astype(np.float64)
    return shown, labels.astype(np.int64)


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

    @property
    def nbytes(self) -> int:
        """Return the bytes of the arrays that are kept."""
        arrays = (
            self.points,
            self.labels,
            self.scale,
            self.order,
            self.near,
            self.shares,
            self.winner,
            self.regions,
            self.queries,
            self.training,
            self.left_out,
            self.second,
        )
        return sum(a.nbytes for a in arrays)


def places(dimensions: int = 2) -> Array:
    """Return the positions (961, dimensions) of the query, row by row; coordinates after the second are 0."""
    return _spread(np.full(2, LOW), np.full(2, HIGH), GRID, dimensions)


def _spread(low: Array, high: Array, grid: Array, dimensions: int) -> Array:
    """Places of a map between two corners, row by row, from a grid between `LOW` and `HIGH`."""
    across, up = np.meshgrid(*(at_grid(a, b, grid) for a, b in zip(low, high, strict=True)))
    flat = np.column_stack([across.ravel(), up.ravel()])
    return np.pad(flat, ((0, 0), (0, dimensions - 2)))


def at_grid(low: float, high: float, grid: Array) -> Array:
    """Return where the values of a grid between `LOW` and `HIGH` lie between two other ends."""
    return grid if (low, high) == (LOW, HIGH) else low + (grid - LOW) / (HIGH - LOW) * (high - low)


def own(table: Labeled, columns: str) -> tuple[Array, Whole, tuple[str, ...], tuple[str, ...]]:
    """Return points (n, 2), their classes, the names of the classes, and those of two columns of a table."""
    table.need(2, len(CLASSES))
    chosen = table.choose(columns, 2, 2)
    points = table.numbers[:, chosen]
    for k, column in zip(chosen, points.T, strict=True):
        if np.ptp(column) < 1e-9:
            raise ValueError(f"Column “{table.columns[k]}” has one value everywhere; choose another.")
    return points, table.labels, table.classes, tuple(table.columns[k] for k in chosen)


def index_of(x: float, y: float) -> int:
    """Return the index of the one of `places` nearest to (x, y)."""
    return int(np.abs(places() - (x, y)).sum(axis=1).argmin())


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
    for name, value, options in (
        ("data", data, DATA),
        ("metric", metric, METRICS),
        ("weights", weights, WEIGHTS),
        ("tie", tie, TIES),
    ):
        check_choice(name, value, tuple(options))
    check_integer("k", k, 1, LARGEST)
    check_number("stretch", stretch, 0.1, 10)
    check_integer("n", n, 10, 200)
    check_number("noise", noise, 0, 1)
    check_integer("seed", seed, 0, 99_999)
    if data == "own":
        points, labels, names, axes = own(upload or read_labeled(pasted), columns)
        spread = np.ptp(points, axis=0)
        low, high = points.min(axis=0) - MARGIN * spread, points.max(axis=0) + MARGIN * spread
    else:
        points, labels = draw(data, n, noise, seed)
        names, axes = CLASSES[: int(labels.max()) + 1], ("x₁", "x₂")
        low, high = np.full(2, LOW), np.full(2, HIGH)
    if k > len(points):
        raise ValueError(f"`k` must be at most {len(points)}, the number of points; got {k}.")
    dimensions, classes = points.shape[1], int(labels.max()) + 1
    scale = np.array([stretch] + [1.0] * (dimensions - 1))
    if standardize:
        scale = 1 / points.std(axis=0)
    scaled = points * scale
    queries = _spread(low, high, GRID, dimensions)
    order, near = nearest(queries * scale, scaled, metric, min(len(points), SHOWN))
    shares, winner = vote(near[:, :k], labels[order[:, :k]], classes, weights, tie)
    middle = LOW + (np.arange(CELLS) + 0.5) * (HIGH - LOW) / CELLS
    cells, far = nearest(_spread(low, high, middle, dimensions) * scale, scaled, metric, k)
    regions = vote(far, labels[cells], classes, weights, tie)[1].reshape(CELLS, CELLS)
    training, left_out = errors(scaled, labels, metric=metric, weights=weights, tie=tie)
    refitted = refits(scaled, labels, k, metric, weights, tie) if k < len(points) else float("nan")
    return Neighbors(
        points=_kept(points),
        labels=_kept(labels),
        scale=_kept(scale),
        k=k,
        data=data,
        names=names,
        axes=axes,
        low=_kept(low),
        high=_kept(high),
        queries=_kept(queries),
        metric=metric,
        weights=weights,
        tie=tie,
        order=_kept(order),
        near=_kept(near),
        shares=_kept(shares),
        winner=_kept(winner),
        regions=_kept(regions),
        training=_kept(training),
        left_out=_kept(left_out),
        refitted=refitted,
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


def _kept(values: Any) -> Any:
    out = np.array(values)
    out.setflags(write=False)
    return out
