"""Learning curves: the expected error of polynomials against the number of training points."""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.kit.arrays import Array
from core.kit.results import read_only
from core.regression import truths
from core.regression.designs import Experiment, Settings, draw
from core.regression.polynomials import nested_basis, usable_degree
from core.regression.sweeps import standard_errors, sweep, train_errors

SIZES = (3, 4, 5, 6, 7, 8, 10, 12, 14, 17, 20, 24, 29, 35, 42, 50, 60, 72, 86, 104, 125, 150, 175, 200)
# Values of fits held over all sizes; about a second of work on one core.
COST_LIMIT = 20_000_000
_NAMES = ("bias2", "variance", "risk", "risk_se", "median_bias2", "median_variance", "median_risk", "mc_error")


@dataclass(frozen=True, kw_only=True)
class LearningCurves:
    """Errors of polynomials of degrees 1 to D for N sizes of the training set; all arrays are read-only.

    Errors are in squared units of y, averaged over the test points; nan where n <= degree.

    Attributes
    ----------
    sizes : ndarray (N,) of int
        Numbers n of training points.
    degrees : ndarray (D,) of int
        1 to D.
    noise : float
        Variance of the noise, which no amount of data removes.
    x_test : ndarray (T,)
        Test inputs, the same for every n: midpoints of T equal parts of [low, high], or for normal inputs the
        quantiles in the middle of T equal parts of N(0, 1).
    bias2, variance, risk : ndarray (N, D)
        Exact squared bias, variance and expected error; with redrawn inputs averaged over the M designs (see
        `core.regression.sweeps.Sweep`).
    risk_se : ndarray (N, D)
        Standard error of `risk` from the finite number of designs; 0 where all share one.
    median_bias2, median_variance, median_risk : ndarray (N, D)
        Medians over the designs, the same as the means where all share one.
    train_error : ndarray (N, D)
        Exact expected mean squared error on the training set.
    ideal_variance : ndarray (N, D)
        Noise variance times (degree + 1) / n: the exact variance averaged over the training points.
    mc_error, mc_error_se : ndarray (N, D)
        Mean squared error of M simulated fits, each on a new noisy test set, and its standard error.
    """

    sizes: NDArray[np.int64]
    degrees: NDArray[np.int64]
    noise: float
    x_test: Array
    bias2: Array
    variance: Array
    risk: Array
    risk_se: Array
    median_bias2: Array
    median_variance: Array
    median_risk: Array
    train_error: Array
    ideal_variance: Array
    mc_error: Array
    mc_error_se: Array

    def crossing(self, simple: int, flexible: int) -> int | None:
        """Return the fewest points from which on the higher degree has the smaller median error; None if never."""
        better = self.median_risk[:, flexible - 1] < self.median_risk[:, simple - 1]
        since = np.flatnonzero(~better)
        first = int(since[-1]) + 1 if since.size else 0
        return int(self.sizes[first]) if first < self.sizes.size else None


def learning_curves(
    settings: Settings,
) -> LearningCurves:
    """Decompose the expected error of polynomials of all degrees for every training-set size of `SIZES`.

    Each size draws its own data; `settings.n_train` and `settings.test_at` do not matter.

    Raises
    ------
    ValueError
        If there is too much work.
    """
    settings = replace(settings, test_at="train")
    _check_cost(settings)
    x_test = _test_inputs(settings)
    rows = [_row(replace(settings, n_train=n), x_test) for n in SIZES]
    errors: dict[str, Any] = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    degrees, sizes = np.arange(1, settings.max_degree + 1), np.array(SIZES)
    return read_only(
        LearningCurves(
            **errors,
            sizes=sizes,
            degrees=degrees,
            noise=settings.noise_std**2,
            x_test=x_test,
            ideal_variance=np.where(
                np.isnan(errors["risk"]), np.nan, settings.noise_std**2 * (degrees + 1) / sizes[:, np.newaxis]
            ),
        )
    )


def _test_inputs(settings: Settings) -> Array:
    middles = (np.arange(settings.n_test) + 0.5) / settings.n_test
    if settings.inputs == "normal":
        return np.array([NormalDist().inv_cdf(share) for share in middles])
    return settings.low + (settings.high - settings.low) * middles


def _row(settings: Settings, x_test: Array) -> dict[str, Array]:
    """Return errors (D,) for one size."""
    experiment = _tested_at(settings, x_test)
    degree = min(settings.max_degree, usable_degree(experiment.x_train))
    basis = nested_basis(experiment.x_train, x_test, degree)
    found = vars(sweep(experiment, basis))
    row = {name: found[name] for name in _NAMES}
    row["mc_error_se"] = standard_errors(experiment, basis)["mc_error_se"]
    row["train_error"], _ = train_errors(experiment, basis)
    unusable = np.full(settings.max_degree - degree, np.nan)
    return {name: np.concatenate([values, unusable]) for name, values in row.items()}


def _tested_at(settings: Settings, x_test: Array) -> Experiment:
    """Return the training sets that the settings draw, with the given test points."""
    drawn = draw(settings)
    rng = np.random.default_rng([settings.seed, settings.n_train])
    noise = settings.noise_std * rng.standard_normal((settings.n_sets + 1, x_test.size))
    f_test = truths.find(settings.truth).function(x_test)
    return replace(drawn, x_test=x_test, f_test=f_test, test_noise=noise[0], fresh_noise=noise[1:])


def _check_cost(settings: Settings) -> None:
    if settings.protocol == "fixed":
        return
    largest = COST_LIMIT // ((sum(SIZES) + len(SIZES) * settings.n_test) * (settings.max_degree + 1))
    if settings.n_sets > largest:
        raise ValueError(
            f"{settings.n_sets} data sets with redrawn inputs and degrees to {settings.max_degree} would take too "
            f"long; the largest number of data sets that works here is {largest}."
        )
