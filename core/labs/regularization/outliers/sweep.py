"""The effect of a single outlier on a straight line, for every position that it can take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.kit.arrays import Array, check_choice, check_integer, check_number
from core.kit.results import read_only
from core.labs.regularization.outliers.lines import all_lines, cooks_distances, leverage_of, residuals_of
from core.labs.regularization.outliers.losses import EFFICIENT, LIMITS, Points, all_equal, checked_points

SWEEP_SIZE = 81


@dataclass(frozen=True, kw_only=True)
class OutlierSweep:
    """The three lines while one point moves and the others stay; all arrays are read-only.

    Attributes
    ----------
    positions : ndarray (S,) or (S, 2)
        Values of the moved coordinate, or positions (x, y) of a point that is moved in both.
    lines : ndarray (3, S, 2)
        Intercept and slope under each loss, in the order of `LOSSES`.
    rest : ndarray (3, 2)
        The lines without the moved point.
    shift : ndarray (3, S)
        Root mean squared distance, over the x of the points that stay, from the line without the moved point.
    residual : ndarray (3, S)
        Residual of the moved point.
    leverage, cooks : ndarray (S,)
        Of the moved point; Cook's distance is nan where it is undefined.
    parabola : ndarray (S, 3)
        Leverage of a point at any x: c0 + c1 x + c2 x².
    """

    positions: Array
    lines: Array
    rest: Array
    shift: Array
    residual: Array
    leverage: Array
    cooks: Array
    parabola: Array


def sweep_outlier(
    *,
    points: Points,
    delta: float = EFFICIENT,
    moved: int = 0,
    axis: str = "y",
    low: float = -20.0,
    high: float = 20.0,
) -> OutlierSweep:
    """Move one point along one axis and fit all lines at each of 81 even positions.

    Parameters
    ----------
    points, delta
        See `fit_lines`; at least three points.
    moved : int
        Index of the point that moves.
    axis : {"x", "y"}
        Coordinate that changes; the other one stays fixed.
    low, high : float
        First and last position, low < high.

    Raises
    ------
    ValueError
        As `fit_lines`, and if the other points all have the same x, or `moved` is not the index of a point.
    """
    x, y = checked_points(points)
    check_number("delta", delta, *LIMITS["delta"])
    check_integer("moved", moved, 0, x.size - 1)
    check_choice("axis", axis, ("x", "y"))
    for name, value in (("low", low), ("high", high)):
        check_number(name, value, *LIMITS["position"])
    if not low < high:
        raise ValueError(f"`low` must be less than `high`; got {low} and {high}.")
    others = np.arange(x.size) != moved
    if all_equal(x[others]):
        raise ValueError("Without the moved point all points have the same x; a line needs two different ones.")
    positions = np.linspace(low, high, SWEEP_SIZE)
    xs, ys = np.tile(x, (SWEEP_SIZE, 1)), np.tile(y, (SWEEP_SIZE, 1))
    (xs if axis == "x" else ys)[:, moved] = positions
    return read_only(OutlierSweep(positions=positions, **_effects(x[others], y[others], xs, ys, moved, delta)))


def drag_outlier(
    *, points: Points, across: Sequence[float], up: Sequence[float], delta: float = EFFICIENT
) -> OutlierSweep:
    """Add one more point at every position of a grid and fit all lines.

    Parameters
    ----------
    points, delta
        See `fit_lines`; these points stay.
    across, up : sequence of float
        x and y of the positions; they come row by row, x running fastest.

    Raises
    ------
    ValueError
        As `fit_lines`.
    """
    x, y = checked_points(points)
    check_number("delta", delta, *LIMITS["delta"])
    places = np.array([(u, v) for v in up for u in across], dtype=np.float64)
    for name, value in (("across", places[:, 0]), ("up", places[:, 1])):
        for end in (value.min(), value.max()):
            check_number(name, float(end), *LIMITS["position"])
    xs, ys = (
        np.column_stack([np.tile(old, (len(places), 1)), new]) for old, new in ((x, places[:, 0]), (y, places[:, 1]))
    )
    return read_only(OutlierSweep(positions=places, **_effects(x, y, xs, ys, x.size, delta)))


def _effects(x: Array, y: Array, xs: Array, ys: Array, moved: int, delta: float) -> dict[str, Any]:
    """Return lines of sets of points xs, ys (S, n), and the effect of the point in column `moved` on those of x, y."""
    lines, _ = all_lines(xs, ys, np.full(len(xs), delta))
    rest = all_lines(x[np.newaxis], y[np.newaxis], np.array([delta]))[0][:, 0]
    away = residuals_of(lines - rest[:, np.newaxis], x, np.zeros_like(x))
    leverage = leverage_of(xs)
    mean, size = xs.mean(axis=1), xs.shape[1]
    steep = 1 / ((xs - mean[:, np.newaxis]) ** 2).sum(axis=1)
    return {
        "lines": lines,
        "rest": rest,
        "shift": np.sqrt((away**2).mean(axis=2)),
        "residual": residuals_of(lines, xs, ys)[:, :, moved],
        "leverage": leverage[:, moved],
        "cooks": cooks_distances(residuals_of(lines[0], xs, ys), leverage)[:, moved],
        "parabola": np.stack([1 / size + steep * mean**2, -2 * steep * mean, steep], axis=1),
    }
