"""Gradient descent stopped early compared with ridge: two ways to shrink the same singular directions.

Both start from the standardized columns A of `compute.ridge` and the centered targets y; ridge minimizes
|y - A w|^2 + alpha |w|^2, gradient descent takes steps on |y - A w|^2 / 2 from w = 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.kit.arrays import Array
from core.kit.results import read_only
from core.labs.regularization.compute.ridge import check_columns, columns, polynomial_spectrum
from core.labs.regularization.compute.spectral import Spectrum, exact_fits, ridge_filters
from core.regression import truths
from core.regression.decomposition import GRID_SIZE
from core.regression.designs import Experiment, Settings, draw

# Gradient descent is stable for rates below 2 / s_0^2, and no direction overshoots for rates to 1 / s_0^2.
_RATE = 0.5
STEPS: NDArray[np.int64] = np.unique(np.round(10 ** (np.arange(91) / 6))).astype(np.int64)
_WALKED = 1000  # up to here gradient descent is also carried out


@dataclass(frozen=True, kw_only=True)
class EarlyStopping:
    """Fits after S numbers t of steps, and the corresponding ridge fits; all arrays are read-only.

    Attributes
    ----------
    steps : ndarray (S,) of int
        Numbers of steps t.
    rate : float
        Length eta of a step: 1 / (2 s_0^2).
    alphas : ndarray (S,)
        The corresponding penalty of ridge, 1 / (eta t).
    sizes : ndarray (r,)
        Singular values s of the columns.
    stopped_filters, flow_filters, ridge_filters : ndarray (S, r + 1)
        Fraction of each direction that is fitted, the intercept first: 1 - (1 - eta s^2)^t, its limit of short steps
        1 - exp(-eta t s^2), and s^2 / (s^2 + alpha).
    stopped_df, ridge_df : ndarray (S,)
        Sums of the filters.
    stopped_risk, ridge_risk : ndarray (S,)
        Exact expected squared error against new targets at the test points.
    stopped_train, flow_train, ridge_train : ndarray (S,)
        Exact expected squared distance from the truth at the training points.
    flow_ratio : ndarray (S,)
        `flow_train / ridge_train`; at most 1.6862 everywhere (Ali, Kolter, Tibshirani, 2019).
    walked : ndarray (W,) of int
        Numbers of steps at which gradient descent itself was carried out.
    walked_gap : ndarray (W,)
        Largest difference at a training point between its fit and the one by filters.
    grid, f_grid : ndarray (G,)
        Even inputs that span the training and test inputs, and the truth there.
    stopped_grid, ridge_grid : ndarray (S, G)
        The fits on the grid.
    """

    steps: NDArray[np.int64]
    rate: float
    alphas: Array
    sizes: Array
    stopped_filters: Array
    flow_filters: Array
    ridge_filters: Array
    stopped_df: Array
    ridge_df: Array
    stopped_risk: Array
    ridge_risk: Array
    stopped_train: Array
    flow_train: Array
    ridge_train: Array
    flow_ratio: Array
    walked: NDArray[np.int64]
    walked_gap: Array
    grid: Array
    f_grid: Array
    stopped_grid: Array
    ridge_grid: Array


def early_stopping(
    settings: Settings,
    *,
    degree: int = 10,
    basis: str = "monomial",
) -> EarlyStopping:
    """Compare stopping after t steps of length eta with ridge of penalty 1 / (eta t).

    Parameters
    ----------
    settings, degree, basis
        See `core.labs.regularization.compute.ridge.ridge_path`.

    Raises
    ------
    ValueError
        If an argument is invalid, no test point is inside, or all training inputs are equal.

    References
    ----------
    Ali, Kolter, Tibshirani, "A continuous-time view of early stopping for least squares regression", AISTATS 2019.
    """
    check_columns(degree, basis)
    experiment = draw(settings)
    x, y = experiment.x_train[0], experiment.f_train[0] + experiment.noise[0]
    known = np.concatenate([x, experiment.x_test, [settings.low, settings.high]])
    grid = np.linspace(known.min(), known.max(), GRID_SIZE)
    spectrum = polynomial_spectrum(x, np.concatenate([experiment.x_test, grid]), degree, basis)
    tested, modes = spectrum.part(slice(experiment.x_test.size)), spectrum.at[:, experiment.x_test.size :]
    rate = _RATE / spectrum.sizes[0] ** 2
    alphas = 1 / (rate * STEPS)
    scaled = rate * spectrum.sizes**2
    stopped = _with_intercept(-np.expm1(np.outer(STEPS, np.log1p(-scaled))))
    flow = _with_intercept(-np.expm1(-np.outer(STEPS, scaled)))
    ridge = ridge_filters(spectrum.sizes, alphas)
    flow_train, ridge_train = (_distance_on_train(experiment, spectrum, kept) for kept in (flow, ridge))
    scores = spectrum.train @ y
    walked = STEPS[STEPS <= _WALKED]
    fits = (stopped[: walked.size] * scores) @ spectrum.train
    result = EarlyStopping(
        steps=STEPS,
        rate=float(rate),
        alphas=alphas,
        sizes=spectrum.sizes,
        stopped_filters=stopped,
        flow_filters=flow,
        ridge_filters=ridge,
        stopped_df=stopped.sum(axis=1),
        ridge_df=ridge.sum(axis=1),
        stopped_risk=_risk(experiment, tested, stopped),
        ridge_risk=_risk(experiment, tested, ridge),
        stopped_train=_distance_on_train(experiment, spectrum, stopped),
        flow_train=flow_train,
        ridge_train=ridge_train,
        flow_ratio=flow_train / ridge_train,
        walked=walked,
        walked_gap=np.abs(_walk(columns(x, x[:0], degree, basis)[0], y, rate, walked) - fits).max(axis=1),
        grid=grid,
        f_grid=truths.find(settings.truth).function(grid),
        stopped_grid=(stopped * scores) @ modes,
        ridge_grid=(ridge * scores) @ modes,
    )
    return read_only(result)


def _with_intercept(filters: Array) -> Array:
    return np.concatenate([np.ones((len(filters), 1)), filters], axis=1)


def _risk(experiment: Experiment, spectrum: Spectrum, filters: Array) -> Array:
    noise = experiment.noise_std**2
    bias, gain = exact_fits(spectrum, filters, experiment.f_train[0], experiment.f_test)
    return np.asarray((bias**2 + noise * gain).mean(axis=1) + noise)


def _distance_on_train(experiment: Experiment, spectrum: Spectrum, filters: Array) -> Array:
    """Return the expected mean squared distance (S,) of the fits from the truth at the training points."""
    f, n = experiment.f_train[0], experiment.f_train.shape[1]
    signal = spectrum.train @ f
    beyond = ((f - signal @ spectrum.train) ** 2).sum()
    return np.asarray(
        (beyond + (1 - filters) ** 2 @ signal**2 + experiment.noise_std**2 * (filters**2).sum(axis=1)) / n
    )


def _walk(train: Array, y: Array, rate: float, stops: NDArray[np.int64]) -> Array:
    """Return fits (W, n) at the training points after the given numbers of steps, by descent on the weights."""
    mean = y.mean()
    weights = np.zeros(train.shape[1])
    fits = []
    for step in range(1, int(stops[-1]) + 1):
        weights = weights + rate * (train.T @ (y - mean - train @ weights))
        if step in stops:
            fits.append(mean + train @ weights)
    return np.array(fits)
