"""The course homework on ridge regression, recomputed: what its "MSE" measures, and where its conclusion comes from.

The homework compares polynomials of degree 10 without penalty and with alpha = 10 (convention:
`compute.ridge`) on one split of 50 points, 100 data sets, and concludes from the squared error of the mean
fit on one noisy test set. Here the same conclusion is drawn from three definitions of the error, and on many splits.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from core.kit.arrays import Array, check_integer
from core.kit.results import read_only
from core.labs.regularization.compute.ridge import ALPHAS, RidgePath, check_columns, polynomial_spectrum, ridge_path
from core.labs.regularization.compute.spectral import exact_fits, ridge_filters
from core.regression.designs import Settings, draw

DEGREE = 10
ALPHA = 10.0
SETTINGS = Settings(generator="legacy")
LIMITS: dict[str, tuple[int, int]] = {"repetitions": (2, 1000)}


@dataclass(frozen=True)
class Replicates:
    """Frequency with which each definition of the error finds a penalty worse than none, on the homework's own split.

    A repetition draws 100 new data sets and one new noisy test set.

    Attributes
    ----------
    alphas : ndarray (P,)
        Penalties, 0 first; there nothing is worse than itself, and the fractions are 0.
    by_mean_fit : ndarray (P,)
        Fraction of the repetitions in which the squared error of the mean fit on the noisy test set is larger than at
        penalty 0.
    by_one_test : ndarray (P,)
        The same for the mean over the fits of their squared error on that test set.
    by_truth : ndarray (P,)
        The same for the mean squared distance of the fits from the truth (estimated bias^2 plus variance).
    exact : ndarray (P,) of bool
        Whether the expected error is larger.
    """

    alphas: Array
    by_mean_fit: Array
    by_one_test: Array
    by_truth: Array
    exact: NDArray[np.bool_]


@dataclass(frozen=True)
class Splits:
    """Exact change of the expected error by every penalty, on R random splits into training and test points.

    Attributes
    ----------
    alphas : ndarray (P,)
        Penalties, 0 first.
    change : ndarray (R, P)
        Expected error at the penalty minus expected error at penalty 0; row s is the split of seed s.
    extrapolates : ndarray (R,) of bool
        Whether a test point lies outside the range of the training points.
    raised, raised_inside, raised_outside : ndarray (P,)
        Fraction of the splits in which the change is above 0: of all, of those whose test points all lie inside, of the
        ones that extrapolate; nan where there are none of a kind.
    """

    alphas: Array
    change: Array
    extrapolates: NDArray[np.bool_]
    raised: Array
    raised_inside: Array
    raised_outside: Array


@lru_cache(maxsize=1)
def hundred_sets() -> RidgePath:
    """Compute ridge on the homework's own 100 data sets at all penalties; 0 and `ALPHA` are among them."""
    return ridge_path(SETTINGS, degree=DEGREE)


@lru_cache(maxsize=1)
def replicates(repetitions: int = 4000, seed: int = 1) -> Replicates:
    """Repeat the homework's 100 data sets and its noisy test set on the same split.

    For Gaussian noise, the coefficients of the fits in orthonormal directions are independent normal numbers, so they
    are drawn directly.
    """
    rng = np.random.default_rng(seed)
    experiment = draw(SETTINGS)
    spectrum = polynomial_spectrum(experiment.x_train[0], experiment.x_test, DEGREE, "monomial")
    filters, at = ridge_filters(spectrum.sizes, ALPHAS), spectrum.at
    bias, gain = exact_fits(spectrum, filters, experiment.f_train[0], experiment.f_test)
    risk = (bias**2 + experiment.noise_std**2 * gain).mean(axis=1)
    counts = np.zeros((3, len(ALPHAS)))
    for _ in range(repetitions):
        coefs = experiment.noise_std * rng.standard_normal((SETTINGS.n_sets, len(at)))
        test_noise = experiment.noise_std * rng.standard_normal(at.shape[1])
        mean = coefs.mean(axis=0)
        between = (coefs - mean).T @ (coefs - mean) * (at @ at.T)
        variance = ((filters @ between) * filters).sum(axis=1) / (SETTINGS.n_sets * at.shape[1])
        mean_fit = bias + (filters * mean) @ at
        errors = np.array(
            [
                ((mean_fit - test_noise) ** 2).mean(axis=1),
                ((mean_fit - test_noise) ** 2).mean(axis=1) + variance,
                (mean_fit**2).mean(axis=1) + variance,
            ]
        )
        counts += errors > errors[:, :1]
    by_mean_fit, by_one_test, by_truth = counts / repetitions
    return read_only(Replicates(ALPHAS, by_mean_fit, by_one_test, by_truth, exact=risk > risk[0]))


def splits(
    settings: Settings,
    *,
    degree: int = DEGREE,
    basis: str = "monomial",
    repetitions: int = 200,
) -> Splits:
    """Split the points repeatedly into training and held-out test points, with seeds 0, 1, 2, ...

    Parameters
    ----------
    settings
        With held-out test points; `seed` and `n_sets` do not matter. The homework's split is that of seed 0.
    degree, basis
        See `core.labs.regularization.compute.ridge.ridge_path`.
    repetitions : int
        Number R of splits.

    Returns
    -------
    Splits
        Exact: only the split is random.

    Raises
    ------
    ValueError
        If an argument is invalid or all training inputs are equal.
    """
    settings = replace(settings, n_sets=2)  # the split comes first in the draw; the data sets are not used
    check_columns(degree, basis)
    check_integer("repetitions", repetitions, *LIMITS["repetitions"])
    change = np.empty((repetitions, len(ALPHAS)))
    extrapolates = np.empty(repetitions, dtype=bool)
    for seed in range(repetitions):
        experiment = draw(replace(settings, seed=seed))
        x, x_test = experiment.x_train[0], experiment.x_test
        spectrum = polynomial_spectrum(x, x_test, degree, basis)
        filters = ridge_filters(spectrum.sizes, ALPHAS)
        bias, gain = exact_fits(spectrum, filters, experiment.f_train[0], experiment.f_test)
        risk = (bias**2 + settings.noise_std**2 * gain).mean(axis=1)
        change[seed] = risk - risk[0]
        extrapolates[seed] = x_test.min() < x.min() or x_test.max() > x.max()
    raised = change > 0
    groups = [raised, raised[~extrapolates], raised[extrapolates]]
    shares = [group.mean(axis=0) if len(group) else np.full(len(ALPHAS), np.nan) for group in groups]
    return read_only(Splits(ALPHAS, change, extrapolates, *shares))
