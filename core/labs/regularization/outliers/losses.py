"""Straight lines through points under squared, absolute, and Huber loss, and the effect of a single point on them."""

from dataclasses import dataclass

import numpy as np

from core.kit.arrays import Array, check_integer, check_number
from core.kit.results import read_only
from core.labs.regularization.outliers.lines import all_lines, cooks_distances, huber_lines, leverage_of, residuals_of

LOSSES = ("squared", "absolute", "huber")
LIMITS: dict[str, tuple[float, float]] = {
    "n_points": (2, 40),
    "noise_std": (0, 5),
    "delta": (0.01, 100),
    "position": (-1000, 1000),
    "seed": (0, 99999),
}
# The line that example points scatter around, and the range of their x.
TRUTH = (1.0, 0.5)
X_RANGE = (0.0, 10.0)
DELTAS: Array = 10 ** np.linspace(-2, 2, 81)
DELTAS.flags.writeable = False
# Huber's tuning constant: 95 percent efficient under Gaussian noise.
EFFICIENT = 1.345

Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True, kw_only=True)
class LineFits:
    """Lines through n points under three losses, in the order of `LOSSES`; all arrays are read-only.

    Attributes
    ----------
    x, y : ndarray (n,)
        The points.
    lines : ndarray (3, 2)
        Intercept and slope.
    residuals : ndarray (3, n)
        y minus the line.
    objectives : ndarray (3, 3)
        Total loss (row) of each line (column); the smallest of a row is on the diagonal.
    huber_weights : ndarray (n,)
        min(1, delta / |r|): least squares with these weights gives the Huber line.
    unique : bool
        Whether only one line has the smallest absolute loss. If not, the one given is the mean of the best lines
        that pass through two points.
    leverage : ndarray (n,)
        Diagonal h of the hat matrix of least squares.
    cooks : ndarray (n,)
        Cook's distance; nan where h = 1 or where the least-squares line passes through all points.
    without : ndarray (3, n, 2)
        Lines when one point is left out; nan where the others all have the same x.
    shift : ndarray (3, n)
        Root mean squared distance, over the n points' x, between the lines with and without the point.
    robust_scale : float
        1.4826 times the median absolute residual of the absolute-loss line: estimates the standard deviation of
        Gaussian noise.
    usual_delta : float
        1.345 times `robust_scale`, the customary threshold of Huber's loss.
    deltas : ndarray (K,)
        Thresholds 0.01 to 100 of Huber's loss.
    huber_path : ndarray (K, 2)
        Huber lines at these thresholds.
    errors : ndarray (G,)
        Residuals at which the losses are drawn, symmetric about 0.
    loss_curves, score_curves : ndarray (3, G)
        Each loss and its derivative there; squared loss is r² / 2.
    """

    x: Array
    y: Array
    lines: Array
    residuals: Array
    objectives: Array
    huber_weights: Array
    unique: bool
    leverage: Array
    cooks: Array
    without: Array
    shift: Array
    robust_scale: float
    usual_delta: float
    deltas: Array
    huber_path: Array
    errors: Array
    loss_curves: Array
    score_curves: Array


def example_points(*, n_points: int = 20, noise_std: float = 1.0, seed: int = 0) -> Points:
    """Return points with even x in [0, 10] around the line 1 + 0.5 x, rounded to two decimals.

    Raises
    ------
    ValueError
        If an argument is outside `LIMITS`.
    """
    check_integer("n_points", n_points, *_whole("n_points"))
    check_number("noise_std", noise_std, *LIMITS["noise_std"])
    check_integer("seed", seed, *_whole("seed"))
    x = np.linspace(*X_RANGE, n_points)
    y = TRUTH[0] + TRUTH[1] * x + noise_std * np.random.default_rng(seed).standard_normal(n_points)
    return tuple((round(float(u), 2), round(float(v), 2)) for u, v in zip(x, y, strict=True))


def fit_lines(*, points: Points, delta: float = EFFICIENT) -> LineFits:
    """Fit lines under squared, absolute, and Huber loss, and measure the effect of each point on them.

    Parameters
    ----------
    points : tuple of (x, y)
        2 to 40 points with at least two different x.
    delta : float
        Threshold of Huber's loss in units of y: residuals up to it are squared, larger ones count linearly.

    Raises
    ------
    ValueError
        If a number is not finite or out of range, or all points have the same x.

    References
    ----------
    Huber, "Robust estimation of a location parameter", Annals of Mathematical Statistics 35, 1964.
    """
    x, y = checked_points(points)
    check_number("delta", delta, *LIMITS["delta"])
    lines, unique = all_lines(x[np.newaxis], y[np.newaxis], np.array([delta]))
    line = lines[:, 0]
    residuals = residuals_of(line, x, y)
    without = _without(x, y, delta)
    moved = without - line[:, np.newaxis]
    scale = 1.4826 * float(np.median(np.abs(residuals[1])))
    leverage = leverage_of(x)
    path = huber_lines(np.tile(x, (DELTAS.size, 1)), np.tile(y, (DELTAS.size, 1)), DELTAS)
    errors = np.linspace(-4, 4, 161) * delta
    return read_only(
        LineFits(
            x=x,
            y=y,
            lines=line,
            residuals=residuals,
            objectives=losses(residuals, delta).sum(axis=2),
            huber_weights=delta / np.maximum(np.abs(residuals[2]), delta),
            unique=bool(unique[0]),
            leverage=leverage,
            cooks=cooks_distances(residuals[0], leverage),
            without=without,
            shift=np.sqrt((residuals_of(moved, x, np.zeros_like(x)) ** 2).mean(axis=2)),
            robust_scale=scale,
            usual_delta=EFFICIENT * scale,
            deltas=DELTAS,
            huber_path=path,
            errors=errors,
            loss_curves=losses(errors, delta),
            score_curves=np.stack([errors, np.sign(errors), np.clip(errors, -delta, delta)]),
        )
    )


def losses(residual: Array, delta: float) -> Array:
    """Return squared (r² / 2), absolute, and Huber loss (3, ...) of residuals."""
    size = np.abs(residual)
    inner = np.minimum(size, delta)
    return np.stack([size**2 / 2, size, inner * (size - inner / 2)])


def checked_points(points: Points) -> tuple[Array, Array]:
    """Return coordinates (n,) of points; ValueError if there are too few or too many, or all have the same x."""
    low, high = _whole("n_points")
    if not low <= len(points) <= high or any(len(point) != 2 for point in points):
        raise ValueError(f"`points` must be {low} to {high} pairs (x, y).")
    for point in points:
        for value in point:
            check_number("points", value, *LIMITS["position"])
    x, y = np.array(points, dtype=np.float64).T
    if all_equal(x):
        raise ValueError("All points have the same x; a line needs two different ones.")
    return x, y


def _whole(name: str) -> tuple[int, int]:
    low, high = LIMITS[name]
    return int(low), int(high)


def all_equal(x: Array) -> bool:
    """Return whether the numbers are the same to nine digits."""
    return bool(np.ptp(x) <= 1e-9 * np.abs(x).max())


def _without(x: Array, y: Array, delta: float) -> Array:
    """Return lines (3, n, 2) with one point left out; nan where the others all have the same x."""
    lines = np.full((len(LOSSES), x.size, 2), np.nan)
    rest = np.array([np.delete(np.arange(x.size), i) for i in range(x.size)])
    fit = np.array([not all_equal(x[others]) for others in rest])
    if fit.any():
        rest = rest[fit]
        lines[:, fit] = all_lines(x[rest], y[rest], np.full(len(rest), delta))[0]
    return lines
