"""Errors of fits that are given as matrices from the training targets: closed forms and Monte Carlo estimates."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.kit.arrays import Array
from core.labs.regularization.compute.spectral import FilterErrors
from core.regression import truths
from core.regression.decomposition import CURVES, GRID_SIZE
from core.regression.designs import Experiment, Settings, draw
from core.regression.sweeps import gaussian_standard_errors

# A training point with 1 - h below this determines its own fit: leaving it out is not defined.
_DETERMINED_BY_ITSELF = 1e-10


@dataclass(frozen=True, kw_only=True)
class SmootherSweep(FilterErrors):
    """A learner at S values of one parameter (the P of `FilterErrors`), its data and its curves; arrays are read-only.

    Attributes
    ----------
    values : ndarray (S,)
        Values of the parameter.
    noise : float
        Variance of the noise, in squared units of y.
    x_train : ndarray (n,)
        Training inputs, shared by all data sets.
    y_train : ndarray (M, n)
        Training targets.
    x_test, f_test, y_test : ndarray (T,)
        Test inputs, the truth there, and the one noisy test set.
    inside : ndarray (T,) of bool
        Whether the test input lies in the range of the training inputs.
    grid, f_grid : ndarray (G,)
        Even inputs that span training inputs, test inputs, and [low, high], and the truth there.
    fits_grid : ndarray (K, S, G)
        Fits to the first K = min(M, 15) data sets on the grid.
    mean_grid, sd_grid : ndarray (S, G)
        Exact mean and standard deviation of the fits on the grid.
    """

    values: Array
    noise: float
    x_train: Array
    y_train: Array
    x_test: Array
    f_test: Array
    y_test: Array
    inside: NDArray[np.bool_]
    grid: Array
    f_grid: Array
    fits_grid: Array
    mean_grid: Array
    sd_grid: Array

    @property
    def best(self) -> float:
        """Return the value of the parameter with the smallest expected error."""
        return float(self.values[np.argmin(self.risk)])


def sweep_smoothers(
    settings: Settings, values: Array, smoothers: Callable[[Array, Array], Iterable[Array]]
) -> SmootherSweep:
    """Compute errors and curves of a learner for all values of a parameter, on data sets that share their inputs.

    Parameters
    ----------
    settings : Settings
        With protocol "fixed".
    values : ndarray (S,)
        Values of the parameter.
    smoothers : callable
        Returns, from training inputs (n,) and points (E,), the matrices (E, n) from training targets to fits at the
        points, one for each value.
    """
    experiment = draw(settings)
    x, y = experiment.x_train[0], experiment.f_train + experiment.noise
    grid = span_grid(settings, experiment)
    points = [experiment.x_test, x, grid]
    borders = [points[0].size, points[0].size + x.size]
    rows, curves = [], []
    for matrix in smoothers(x, np.concatenate(points)):
        at_test, at_train, at_grid = np.split(matrix, borders)
        rows.append(matrix_errors(experiment, at_test, at_train))
        spread = experiment.noise_std * np.sqrt((at_grid**2).sum(axis=1))
        curves.append((at_grid @ experiment.f_train[0], spread, y[:CURVES] @ at_grid.T))
    mean_grid, sd_grid, fits_grid = (np.stack(curve) for curve in zip(*curves, strict=True))
    errors: dict[str, Any] = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    return SmootherSweep(
        **errors,
        **data_of(experiment),
        values=values,
        grid=grid,
        f_grid=truths.find(settings.truth).function(grid),
        mean_grid=mean_grid,
        sd_grid=sd_grid,
        fits_grid=fits_grid.swapaxes(0, 1),
    )


def span_grid(settings: Settings, experiment: Experiment) -> Array:
    """Return even inputs (G,) that span training inputs, test inputs, and [low, high]."""
    known = np.concatenate([experiment.x_train[0], experiment.x_test, [settings.low, settings.high]])
    return np.linspace(known.min(), known.max(), GRID_SIZE)


def data_of(experiment: Experiment) -> dict[str, Any]:
    """Return what results record of the data of an experiment whose data sets share their inputs."""
    x, x_test = experiment.x_train[0], experiment.x_test
    return {
        "noise": experiment.noise_std**2,
        "x_train": x,
        "y_train": experiment.f_train + experiment.noise,
        "x_test": x_test,
        "f_test": experiment.f_test,
        "y_test": experiment.f_test + experiment.test_noise,
        "inside": (x_test >= x.min()) & (x_test <= x.max()),
    }


def matrix_errors(experiment: Experiment, at_test: Array, at_train: Array) -> dict[str, Array]:
    """Compute the errors of one linear smoother, with the attributes of `spectral.FilterErrors` as keys.

    `loo_error_first` is that of residuals / (1 - h), h the diagonal of `at_train`: exact for kernel ridge and least
    squares; for k nearest neighbors it is the leave-one-out error of k - 1 neighbors.

    Parameters
    ----------
    experiment : Experiment
        With M training sets on one design of n points, T test points.
    at_test : ndarray (T, n)
        Matrix from the training targets to the fits at the test points.
    at_train : ndarray (n, n)
        The same at the training points.
    """
    noise = experiment.noise_std**2
    n, f = len(at_train), experiment.f_train[0]
    bias = at_test @ f - experiment.f_test
    test_bias2, test_variance = bias**2, noise * (at_test**2).sum(axis=1)
    bias2, variance = test_bias2.mean(), test_variance.mean()
    slack = 1 - at_train.diagonal()
    trace = at_train.trace()
    scattered = n - 2 * trace + (at_train**2).sum()
    residual = f + experiment.noise[0] - at_train @ (f + experiment.noise[0])
    return {
        "df": trace,
        "bias2": bias2,
        "variance": variance,
        "risk": bias2 + variance + noise,
        "test_bias2": test_bias2,
        "test_variance": test_variance,
        "train_error": (((f - at_train @ f) ** 2).sum() + noise * scattered) / n,
        "train_mse_first": (residual**2).mean(),
        "loo_error_first": ((residual / np.where(slack < _DETERMINED_BY_ITSELF, np.nan, slack)) ** 2).mean(),
        **monte_carlo(bias + experiment.noise @ at_test.T, experiment),
        **_standard_errors(experiment, bias, noise * at_test @ at_test.T),
    }


def monte_carlo(error: Array, experiment: Experiment) -> dict[str, Array]:
    """Estimate one learner's bias, variance, and error from its fits minus the truth, (M, T).

    The keys are those of `core.labs.regularization.compute.spectral.FilterErrors`.
    """
    mean = error.mean(axis=0)
    variance, raw = error.var(axis=0, ddof=1).mean(), (mean**2).mean()
    return {
        "mc_bias2": raw - variance / len(error),
        "mc_bias2_raw": raw,
        "mc_variance": variance,
        "mc_error": ((experiment.fresh_noise - error) ** 2).mean(),
        "one_test_error": ((experiment.test_noise - error) ** 2).mean(),
        "mean_fit_error": ((experiment.test_noise - mean) ** 2).mean(),
    }


def _standard_errors(experiment: Experiment, bias: Array, covariance: Array) -> dict[str, Array]:
    """Return standard errors of the Monte Carlo estimates for Gaussian noise, from the covariance (T, T) of a fit."""
    n_test = len(bias)
    covariance2 = (covariance**2).sum() / n_test**2
    along_bias = bias @ covariance @ bias / n_test**2
    return gaussian_standard_errors(experiment, covariance2, along_bias, (bias**2 + covariance.diagonal()).mean())
