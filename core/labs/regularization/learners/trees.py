"""Bias, variance, and error of regression trees of all depths, by simulation.

A tree is not linear in the targets, so there is no closed form. All data sets share their inputs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.kit.arrays import Array, check_integer
from core.kit.results import read_only
from core.labs.regularization.learners.linear_errors import data_of, monte_carlo, span_grid
from core.labs.regularization.learners.tree_growth import grow, nearest_cells
from core.regression import truths
from core.regression.decomposition import CURVES
from core.regression.designs import Experiment, Settings, draw
from core.regression.sweeps import estimated_standard_errors

LIMITS: dict[str, tuple[int, int]] = {"max_depth": (1, 20)}


@dataclass(frozen=True, kw_only=True)
class TreeErrors:
    """Errors of a learner at S values of one parameter, from M data sets, in squared units of y.

    Attributes
    ----------
    values : ndarray (S,) of int
        Values of the parameter.
    mc_bias2, mc_variance : ndarray (S,)
        Estimates, averaged over the test points: variance over the fits (ddof = 1), and squared difference between
        mean fit and truth minus `mc_variance / M`. Unbiased, so `mc_bias2` can fall below 0.
    mc_bias2_raw : ndarray (S,)
        The same without that correction.
    mc_error : ndarray (S,)
        Mean squared error of the M fits, each on a new noisy test set of its own.
    mc_bias2_se, mc_variance_se, mc_error_se : ndarray (S,)
        Standard errors, estimated from the M fits.
    one_test_error : ndarray (S,)
        Mean squared error of the M fits on one noisy test set that all share.
    mean_fit_error : ndarray (S,)
        Squared error of the mean of the M fits on that test set.
    test_bias2, test_variance : ndarray (S, T)
        `mc_bias2` and `mc_variance` before averaging over the test points.
    noise : float
        Variance of the noise.
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
        Mean and standard deviation (ddof = 1) of the fits on the grid.
    """

    values: NDArray[np.int64]
    mc_bias2: Array
    mc_bias2_raw: Array
    mc_variance: Array
    mc_error: Array
    mc_bias2_se: Array
    mc_variance_se: Array
    mc_error_se: Array
    one_test_error: Array
    mean_fit_error: Array
    test_bias2: Array
    test_variance: Array
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
    def best(self) -> int:
        """Return the value of the parameter with the smallest sum of estimated squared bias and variance."""
        return int(self.values[np.argmin(self.mc_bias2 + self.mc_variance)])


@dataclass(frozen=True, kw_only=True)
class DepthSweep(TreeErrors):
    """Single trees of depths 1 to S; all arrays are read-only.

    Attributes
    ----------
    leaves : ndarray (S,)
        Mean number of leaves.
    train_error : ndarray (S,)
        Mean squared error of the trees on their own training sets.
    """

    leaves: Array
    train_error: Array


def tree_depths(
    settings: Settings,
    *,
    max_depth: int = 10,
) -> DepthSweep:
    """Fit regression trees of all depths from 1 to `max_depth` to every data set.

    Parameters
    ----------
    settings : Settings
        With protocol "fixed".
    max_depth : int
        1 to 20.

    Returns
    -------
    DepthSweep
        `values` is the depth.

    Raises
    ------
    ValueError
        If an argument is invalid or no test point is inside.
    """
    check_integer("max_depth", max_depth, *LIMITS["max_depth"])
    experiment = draw(settings)
    data = TreeData(settings, experiment)
    fits, leaves = grow(*data.rows(np.arange(settings.n_train)), max_depth)
    missed = fits - data.y
    return read_only(
        DepthSweep(
            **data.errors(list(fits[:, :, data.cells])),
            values=np.arange(1, max_depth + 1),
            leaves=leaves.mean(axis=1),
            train_error=(missed**2).mean(axis=(1, 2)),
        )
    )


class TreeData:
    """The data of an experiment in increasing order of its inputs, and the errors of predictions at its points."""

    def __init__(self, settings: Settings, experiment: Experiment) -> None:
        order = experiment.x_train[0].argsort()
        self.experiment = experiment
        self.x = experiment.x_train[0, order]
        self.y = (experiment.f_train + experiment.noise)[:, order]
        self.grid = span_grid(settings, experiment)
        self.f_grid = truths.find(settings.truth).function(self.grid)
        self.points = np.concatenate([experiment.x_test, self.grid])
        self.cells = nearest_cells(self.x[np.newaxis], self.points)[0]

    def rows(self, chosen: NDArray[np.int64]) -> tuple[Array, Array]:
        """Return inputs and targets (M, n) of the chosen training points, (n,) or (M, n) indices."""
        chosen = np.broadcast_to(chosen, self.y.shape)
        return self.x[chosen], np.take_along_axis(self.y, chosen, axis=1)

    def errors(self, fits: list[Array]) -> dict[str, Any]:
        """Compute the attributes of `TreeErrors` except `values`, from fits (M, E) at the points for each value."""
        experiment, tested = self.experiment, self.experiment.x_test.size
        rows = []
        for fit in fits:
            error, drawn = fit[:, :tested] - experiment.f_test, fit[:, tested:]
            spread = error.var(axis=0, ddof=1)
            rows.append(
                monte_carlo(error, experiment)
                | estimated_standard_errors(error, experiment.fresh_noise, np.zeros(len(error)))
                | {"test_variance": spread, "test_bias2": error.mean(axis=0) ** 2 - spread / len(error)}
                | {"mean_grid": drawn.mean(axis=0), "sd_grid": drawn.std(axis=0, ddof=1)}
            )
            rows[-1].pop("mc_gap_se")
        errors: dict[str, Any] = {name: np.array([row[name] for row in rows]) for name in rows[0]}
        curves = np.stack([fit[:CURVES, tested:] for fit in fits], axis=1)
        return errors | data_of(experiment) | {"grid": self.grid, "f_grid": self.f_grid, "fits_grid": curves}
