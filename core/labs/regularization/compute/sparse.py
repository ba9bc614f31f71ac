"""Lasso and elastic net on polynomials, along with ridge: weights and fits at every penalty.

Convention. With the standardized columns and the free intercept of `compute.ridge`, the objective is

    (1/2) sum over i of (y_i - b - a_i . w)^2  +  alpha * (l1_ratio * |w|_1 + (1 - l1_ratio) / 2 * |w|^2),

a sum over the n training points, so that `l1_ratio` 0 is ridge with the same alpha. scikit-learn's `Lasso` and
`ElasticNet` take the mean over the points instead: their alpha is this one divided by n.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.kit.arrays import Array, check_integer, check_number
from core.kit.results import read_only
from core.labs.regularization.compute.active_set import minimise
from core.labs.regularization.compute.ridge import ALPHAS, check_columns, columns, polynomial_spectrum, ridge_weights
from core.labs.regularization.compute.spectral import Spectrum
from core.regression import truths
from core.regression.decomposition import GRID_SIZE
from core.regression.designs import Experiment, Settings, draw

LIMITS: dict[str, tuple[int, int]] = {"l1_ratio": (0, 1), "n_sets": (3, 200)}


@dataclass(frozen=True, kw_only=True)
class SparsePath:
    """Penalized fits to the first data set at P penalties; all arrays are read-only.

    Attributes
    ----------
    l1_ratio : float
        1 is the lasso, 0 is ridge.
    alphas : ndarray (P,)
        Penalties, 0 first: there the weights are those of least squares (minimum-norm where these are not unique).
    weights : ndarray (P, d)
        Weights of the standardized columns; weights that the penalty removes are exactly 0.
    l1, l2 : ndarray (P,)
        Sum of the absolute weights, and square root of the sum of their squares.
    nonzero : ndarray (P,) of int
        Number of weights that are not 0.
    train_mse : ndarray (P,)
        Mean squared error on the training set itself.
    error : ndarray (P,)
        Expected squared error of this fit against new targets at the test points.
    x_train, y_train : ndarray (n,)
        The data set.
    grid, f_grid : ndarray (G,)
        Even inputs that span training inputs, test inputs, and [low, high], and the truth there.
    fit_grid : ndarray (P, G)
        The fits on the grid.
    """

    l1_ratio: float
    alphas: Array
    weights: Array
    l1: Array
    l2: Array
    nonzero: NDArray[np.int64]
    train_mse: Array
    error: Array
    x_train: Array
    y_train: Array
    grid: Array
    f_grid: Array
    fit_grid: Array


@dataclass(frozen=True, kw_only=True)
class SparseErrors:
    """Monte Carlo errors of penalized fits to M data sets at P penalties, in squared units of y.

    The lasso is not linear in the targets, so there is no closed form; the standard errors are jackknife estimates.

    Attributes
    ----------
    l1_ratio : float
        1 is the lasso, 0 is ridge.
    alphas : ndarray (P,)
        Penalties, 0 first.
    mc_bias2, mc_variance, mc_risk : ndarray (P,)
        Squared bias (minus the variance over M, so that it can fall below 0), variance (ddof = 1), and their sum
        with the exact variance of the noise.
    mc_bias2_se, mc_variance_se, mc_risk_se : ndarray (P,)
        Their standard errors.
    nonzero : ndarray (P,)
        Mean number of nonzero weights: for the lasso this, plus 1 for the intercept, estimates the effective
        degrees of freedom (Zou, Hastie, Tibshirani, Annals of Statistics 35, 2007).
    """

    l1_ratio: float
    alphas: Array
    mc_bias2: Array
    mc_variance: Array
    mc_risk: Array
    mc_bias2_se: Array
    mc_variance_se: Array
    mc_risk_se: Array
    nonzero: Array


def sparse_path(
    settings: Settings,
    *,
    l1_ratio: float = 1.0,
    degree: int = 10,
    basis: str = "monomial",
) -> SparsePath:
    """Fit the first data set of `ridge.ridge_path` with the same settings, at the same penalties.

    Parameters
    ----------
    l1_ratio : float
        Fraction of the absolute values in the penalty, in [0, 1].
    settings, degree, basis
        See `core.labs.regularization.compute.ridge.ridge_path`.

    Raises
    ------
    ValueError
        If an argument is invalid, no test point is inside, or all training inputs are equal.

    References
    ----------
    Tibshirani, "Regression shrinkage and selection via the lasso", JRSS B 58, 1996; Zou, Hastie, "Regularization and
    variable selection via the elastic net", JRSS B 67, 2005.
    """
    experiment = _experiment(settings, l1_ratio, degree, basis)
    x, y = experiment.x_train[0], experiment.f_train[0] + experiment.noise[0]
    known = np.concatenate([x, experiment.x_test, [settings.low, settings.high]])
    grid = np.linspace(known.min(), known.max(), GRID_SIZE)
    spectrum = polynomial_spectrum(x, x[:0], degree, basis)
    weights = path_weights(spectrum, ALPHAS, l1_ratio, y)
    train, points = columns(x, np.concatenate([experiment.x_test, grid]), degree, basis)
    test_fit, fit_grid = np.split(y.mean() + weights @ points.T, [experiment.x_test.size], axis=1)
    result = SparsePath(
        l1_ratio=float(l1_ratio),
        alphas=ALPHAS,
        weights=weights,
        l1=np.abs(weights).sum(axis=1),
        l2=np.sqrt((weights**2).sum(axis=1)),
        nonzero=np.count_nonzero(weights, axis=1),
        train_mse=((y - y.mean() - weights @ train.T) ** 2).mean(axis=1),
        error=((test_fit - experiment.f_test) ** 2).mean(axis=1) + experiment.noise_std**2,
        x_train=x,
        y_train=y,
        grid=grid,
        f_grid=truths.find(settings.truth).function(grid),
        fit_grid=fit_grid,
    )
    return read_only(result)


def sparse_errors(
    settings: Settings,
    *,
    l1_ratio: float = 1.0,
    degree: int = 10,
    basis: str = "monomial",
) -> SparseErrors:
    """Estimate bias and variance from fits to all M data sets, at most 200; about 10 ms of work for each.

    Parameters
    ----------
    settings, l1_ratio, degree, basis
        See `sparse_path`, whose data set is the first of these.

    Raises
    ------
    ValueError
        If an argument is invalid, no test point is inside, or all training inputs are equal.
    """
    check_integer("n_sets", settings.n_sets, *LIMITS["n_sets"])
    experiment = _experiment(settings, l1_ratio, degree, basis)
    x = experiment.x_train[0]
    spectrum = polynomial_spectrum(x, x[:0], degree, basis)
    _, points = columns(x, experiment.x_test, degree, basis)
    errors = np.empty((settings.n_sets, len(ALPHAS), experiment.x_test.size))
    nonzero = np.zeros(len(ALPHAS))
    for error, noise in zip(errors, experiment.noise, strict=True):
        y = experiment.f_train[0] + noise
        weights = path_weights(spectrum, ALPHAS, l1_ratio, y)
        error[:] = y.mean() + weights @ points.T - experiment.f_test
        nonzero += np.count_nonzero(weights, axis=1) / settings.n_sets
    return read_only(
        SparseErrors(
            l1_ratio=float(l1_ratio),
            alphas=ALPHAS,
            nonzero=nonzero,
            **_moments(errors, experiment.noise_std**2),
        )
    )


def _experiment(settings: Settings, l1_ratio: float, degree: int, basis: str) -> Experiment:
    check_number("l1_ratio", l1_ratio, *LIMITS["l1_ratio"])
    check_columns(degree, basis)
    return draw(settings)


def _moments(errors: Array, noise: float) -> dict[str, Array]:
    """Return bias and variance of fits minus truth (M, P, T), each with a jackknife standard error over the M sets."""
    n_sets = len(errors)
    total, squares = errors.sum(axis=0), (errors**2).sum(axis=0)

    def estimates(total: Array, squares: Array, count: int) -> Array:
        mean = total / count
        variance = ((squares - count * mean**2) / (count - 1)).mean(axis=-1)
        bias2 = (mean**2).mean(axis=-1) - variance / count
        return np.array([bias2, variance, bias2 + variance + noise])

    values = estimates(total, squares, n_sets)
    without = estimates(total - errors, squares - errors**2, n_sets - 1)
    spread = np.sqrt((n_sets - 1) * without.var(axis=1))
    names = ("mc_bias2", "mc_variance", "mc_risk")
    return {
        **dict(zip(names, values, strict=True)),
        **{f"{name}_se": se for name, se in zip(names, spread, strict=True)},
    }


def path_weights(spectrum: Spectrum, alphas: Array, l1_ratio: float, y: Array) -> Array:
    """Return weights (P, d) of the columns for targets (n,) at rising penalties (P,)."""
    weights = ridge_weights(spectrum, alphas, y)
    if l1_ratio == 0:
        return weights
    factor = spectrum.sizes[:, np.newaxis] * spectrum.directions
    target = spectrum.train[1:] @ y
    current = np.zeros(weights.shape[1])  # the minimum at a large penalty; each smaller one starts from the last
    for index in range(len(alphas) - 1, -1, -1):
        if alphas[index] > 0:
            current = minimise(factor, target, alphas[index] * l1_ratio, alphas[index] * (1 - l1_ratio), current)
            weights[index] = current
    return weights
