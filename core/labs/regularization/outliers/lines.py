"""Best straight lines of many sets of points at once: least squares, least absolute deviations, Huber's loss.

All functions take x and y of S sets of n points, not all x of a set equal, and return intercepts and slopes (S, 2).
"""

import numpy as np
from numpy.typing import NDArray

from core.kit.arrays import Array

# Sets of points are treated in groups for which about this many residuals are held at once.
_GROUP = 300_000
_MAX_TURNS = 300


def residuals_of(lines: Array, x: Array, y: Array) -> Array:
    """Return residuals (..., n) of points x, y (..., n) from lines (..., 2)."""
    return np.asarray(y - lines[..., :1] - lines[..., 1:] * x)


def squared_lines(x: Array, y: Array) -> Array:
    """Return the lines with the smallest sum of squared residuals."""
    x_mean, y_mean = x.mean(axis=1, keepdims=True), y.mean(axis=1, keepdims=True)
    u = x - x_mean
    slope = (u * (y - y_mean)).sum(axis=1, keepdims=True) / (u**2).sum(axis=1, keepdims=True)
    return np.concatenate([y_mean - slope * x_mean, slope], axis=1)


def absolute_lines(x: Array, y: Array) -> tuple[Array, NDArray[np.bool_]]:
    """Return the lines with the smallest sum of absolute residuals, and whether each is the only one.

    A best line passes through two of the points, so all pairs are tried. If there are several best lines, their mean
    is returned, which is as good, since the loss is convex.

    References
    ----------
    Bloomfield, Steiger, "Least Absolute Deviations", 1983, section 1.3.
    """
    sets, n = x.shape
    group = max(1, _GROUP // (n * n * n))
    lines, unique = np.empty((sets, 2)), np.empty(sets, dtype=bool)
    for start in range(0, sets, group):
        part = slice(start, start + group)
        lines[part], unique[part] = _best_of_pairs(x[part], y[part])
    return lines, unique


def _best_of_pairs(x: Array, y: Array) -> tuple[Array, NDArray[np.bool_]]:
    slopes, first = _pair_slopes(x, y)
    pairs = np.stack([y[:, first] - slopes * x[:, first], slopes], axis=2)
    x, y = x[:, np.newaxis], y[:, np.newaxis]
    loss = np.abs(residuals_of(pairs, x, y)).sum(axis=2)
    least = np.nanmin(loss, axis=1, keepdims=True)
    size = np.ptp(y, axis=2)
    best = loss <= least + 1e-12 * (least + size)
    lines = (np.where(best[:, :, np.newaxis], pairs, 0)).sum(axis=1) / best.sum(axis=1, keepdims=True)
    apart = np.abs(residuals_of(pairs - lines[:, np.newaxis], x, np.zeros_like(y))).max(axis=2)
    return lines, (np.where(best, apart, 0) <= 1e-9 * size).all(axis=1)


def huber_lines(x: Array, y: Array, delta: Array) -> Array:
    """Return the lines with the smallest sum of Huber's loss with thresholds `delta` (S,).

    For a given slope, the best intercept is found by sorting. What then remains is the derivative of a convex
    function of the slope: a decreasing, piecewise linear function, whose zero lies among the slopes of pairs of points.
    Newton's method finds it as soon as it knows which residuals exceed the threshold; bisection makes sure that it
    does. Of several best lines, one is returned.
    """
    centre = x.mean(axis=1, keepdims=True)
    x = x - centre
    slopes = _pair_slopes(x, y)[0]
    low, high = np.nanmin(slopes, axis=1), np.nanmax(slopes, axis=1)
    lines = squared_lines(x, y)
    active = np.arange(len(x))
    for turn in range(_MAX_TURNS):
        u, v, limit = x[active], y[active], delta[active, np.newaxis]
        lines[active, 0] = _huber_intercepts(v - lines[active, 1:] * u, limit)
        residual = residuals_of(lines[active], u, v)
        score = np.clip(residual, -limit, limit)
        pull = (score * u).sum(axis=1)  # minus the derivative of the loss
        slope = lines[active, 1]
        low[active] = np.where(pull >= 0, slope, low[active])
        high[active] = np.where(pull <= 0, slope, high[active])
        newton = _newton_lines(lines[active], u, score, np.abs(residual) <= limit)
        landed = _same_side(residual, residuals_of(newton, u, v), limit)
        middle = (low[active] + high[active]) / 2
        inside = (low[active] < newton[:, 1]) & (newton[:, 1] < high[active]) & (turn % 2 == 0)
        at_rest = np.abs(pull) <= 1e-14 * np.abs(score * u).sum(axis=1)
        exhausted = (middle == low[active]) | (middle == high[active])
        done = landed | at_rest | exhausted
        lines[active, 1] = np.where(done, slope, np.where(inside, newton[:, 1], middle))
        lines[active[landed]] = newton[landed]
        active = active[~done]
        if not active.size:
            break
    lines[:, 0] -= lines[:, 1] * centre[:, 0]
    return lines


def _pair_slopes(x: Array, y: Array) -> tuple[Array, NDArray[np.int64]]:
    """Return slopes (S, P) of lines through all pairs of points, nan if these have the same x, and each first point."""
    first, second = np.triu_indices(x.shape[1], 1)
    run = x[:, second] - x[:, first]
    sloped = np.abs(run) > 1e-12 * np.ptp(x, axis=1, keepdims=True)
    return (y[:, second] - y[:, first]) / np.where(sloped, run, np.nan), first


def _huber_intercepts(residual: Array, limit: Array) -> Array:
    """Return where the clipped distances to residuals (S, n) sum to 0: a decreasing, piecewise linear function."""
    n = residual.shape[1]
    knots = np.concatenate([residual - limit, residual + limit], axis=1)
    order = knots.argsort(axis=1)
    knots = np.take_along_axis(knots, order, axis=1)
    fall = np.where(order < n, 1, -1).cumsum(axis=1)[:, :-1]  # minus the slope between two knots
    value = n * limit - (fall * np.diff(knots, axis=1)).cumsum(axis=1)
    last = np.minimum((value > 0).sum(axis=1), fall.shape[1] - 1)[:, np.newaxis]  # piece that ends at or below 0
    end, below, steep = (np.take_along_axis(a, last + k, axis=1) for a, k in ((knots, 1), (value, 0), (fall, 0)))
    return np.asarray((end + below / np.maximum(steep, 1))[:, 0])


def _newton_lines(lines: Array, x: Array, score: Array, inside: NDArray[np.bool_]) -> Array:
    """Return lines whose scores sum to 0 if no residual crosses its threshold; nan where too few are inside."""
    count = np.maximum(inside.sum(axis=1), 1)
    centre = (inside * x).sum(axis=1) / count
    u = x - centre[:, np.newaxis]
    spread = (inside * u**2).sum(axis=1)
    slope = (score * u).sum(axis=1) / np.where(spread > 0, spread, np.nan)
    return np.asarray(lines + np.stack([score.sum(axis=1) / count - slope * centre, slope], axis=1))


def _same_side(before: Array, after: Array, limit: Array) -> NDArray[np.bool_]:
    """Return whether the residuals (S, n) above, within, and below the threshold are the same ones."""
    sides = [np.sign(r) * (np.abs(r) > limit) for r in (before, after)]
    return np.asarray((sides[0] == sides[1]).all(axis=1))


def all_lines(x: Array, y: Array, delta: Array) -> tuple[Array, NDArray[np.bool_]]:
    """Return lines (3, S, 2) under squared, absolute, and Huber loss, and whether the absolute-loss line is unique."""
    absolute, unique = absolute_lines(x, y)
    return np.stack([squared_lines(x, y), absolute, huber_lines(x, y, delta)]), unique


def leverage_of(x: Array) -> Array:
    """Return diagonals (..., n) of the hat matrices of least-squares lines at x (..., n)."""
    u = x - x.mean(axis=-1, keepdims=True)
    return np.asarray(1 / x.shape[-1] + u**2 / (u**2).sum(axis=-1, keepdims=True))


def cooks_distances(residual: Array, leverage: Array) -> Array:
    """Return Cook's distances (..., n) from least-squares residuals; nan if the leverage is 1 or all residuals are 0.

    References
    ----------
    Cook, "Detection of influential observation in linear regression", Technometrics 19, 1977.
    """
    noise = (residual**2).sum(axis=-1, keepdims=True) / max(residual.shape[-1] - 2, 1)
    slack = 1 - leverage
    defined = (slack > 1e-10) & (noise > 0)
    return np.asarray(residual**2 * leverage / np.where(defined, 2 * noise * slack**2, np.nan))
