"""The points of a map: six of them, drawn ones, or a table; and the places of a map between two corners."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.data.tables import Labeled
from core.kit.arrays import Array

Whole = NDArray[np.int64]

DATA = {
    "homework": "six points",
    "moons": "two moons",
    "clouds": "two clouds",
    "three": "three clouds",
    "own": "your table",
}
CLASSES = ("blue", "orange", "purple")

LOW, HIGH = -2.0, 4.0  # ends of the plane, in both directions
GRID = np.round(np.linspace(LOW, HIGH, 31), 10)  # places of the query in one direction
CELLS = 61  # of the map of regions, in one direction
MIDDLES = LOW + (np.arange(CELLS) + 0.5) * (HIGH - LOW) / CELLS  # of these cells

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

Drawn = tuple[Array, Whole, tuple[str, ...], tuple[str, ...]]


def draw(data: str, n: int, noise: float, seed: int) -> Drawn:
    """Return points (n, d), their classes, and the names of the classes and of the two coordinates of the map.

    The six points are always the same.
    """
    if data == "homework":
        return SIX.copy(), SIX_LABELS.copy(), CLASSES[:2], ("x₁", "x₂")
    rng = np.random.default_rng(seed)
    classes = 3 if data == "three" else 2
    labels = np.arange(n) % classes
    if data == "moons":
        angle = rng.uniform(0, np.pi, n)
        x = np.where(labels == 0, np.cos(angle), 1 - np.cos(angle))
        y = np.where(labels == 0, np.sin(angle), 0.5 - np.sin(angle))
        points = np.column_stack([1.3 * x + 0.35, 1.3 * y + 0.7])
        scatter = noise
    else:
        centers = np.array([[0.0, 0.2], [2.0, 1.8], [-0.2, 2.8]])[:classes]
        points, scatter = centers[labels], 0.3 + noise
    points = points + scatter * rng.standard_normal((n, 2))
    shown: Array = np.round(np.clip(points, LOW, HIGH), 3).astype(np.float64)
    return shown, labels.astype(np.int64), CLASSES[:classes], ("x₁", "x₂")


def places(dimensions: int = 2) -> Array:
    """Return the positions (961, dimensions) of the query, row by row; coordinates after the second are 0."""
    return spread(np.full(2, LOW), np.full(2, HIGH), GRID, dimensions)


def corners(points: Array, data: str) -> tuple[Array, Array]:
    """Return the lower left and the upper right end of the map; around the points of a table there is a margin."""
    if data != "own":
        return np.full(2, LOW), np.full(2, HIGH)
    low, high = points.min(axis=0), points.max(axis=0)
    return low - MARGIN * (high - low), high + MARGIN * (high - low)


def spread(low: Array, high: Array, grid: Array, dimensions: int) -> Array:
    """Return the places of a map between two corners, row by row, from a grid between `LOW` and `HIGH`."""
    across, up = np.meshgrid(*(at_grid(a, b, grid) for a, b in zip(low, high, strict=True)))
    flat = np.column_stack([across.ravel(), up.ravel()])
    return np.pad(flat, ((0, 0), (0, dimensions - 2)))


def at_grid(low: float, high: float, grid: Array) -> Array:
    """Return where the values of a grid between `LOW` and `HIGH` lie between two other ends."""
    return grid if (low, high) == (LOW, HIGH) else low + (grid - LOW) / (HIGH - LOW) * (high - low)


def own(table: Labeled, columns: str) -> Drawn:
    """Return what `draw` does for two columns of a table."""
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
