"""What a single outlier does to a straight line, for every position that it can take."""

from dataclasses import dataclass

import numpy as np

from core.generalization.designs import Array, check_choice, check_integer, check_number
from core.regularization.lines import all_lines, cooks_distances, leverage_of, residuals_of
from core.regularization.losses import EFFICIENT, LIMITS, Points, all_equal, checked_points
from core.results import read_only

SWEEP_SIZE = 81


@dataclass(frozen=True, kw_only=True)
class OutlierSweep:
    """The three lines while one point moves and the others stay; all arrays are read-only.

    Attributes
    ----------
    positions : ndarray (S,)
        Positions of the moved coordinate.
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
    """

    positions: Array
    lines: Array
    rest: Array
    shift: Array
    residual: Array
    leverage: Array
    cooks: Array


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
        Coordinate that changes; the other one stays.
    low, high : float
        First and last position, low < high.

    Raises
    ------
    ValueError
        As `fit_lines`, and if the points that stay have all the same x, or `moved` names no point.
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
    lines, _ = all_lines(xs, ys, np.full(SWEEP_SIZE, delta))
    rest = all_lines(x[np.newaxis, others], y[np.newaxis, others], np.array([delta]))[0][:, 0]
    away = residuals_of(lines - rest[:, np.newaxis], x[others], np.zeros_like(x[others]))
    leverage = leverage_of(xs)
    return read_only(
        OutlierSweep(
            positions=positions,
            lines=lines,
            rest=rest,
            shift=np.sqrt((away**2).mean(axis=2)),
            residual=residuals_of(lines, xs, ys)[:, :, moved],
            leverage=leverage[:, moved],
            cooks=cooks_distances(residuals_of(lines[0], xs, ys), leverage)[:, moved],
        )
    )
