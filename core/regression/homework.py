"""The course homework on bias and variance, recomputed: how much of its conclusions is chance.

The experiments are the homework's own (including its random number calls); the additions are the repetition that the
homework left out, and the exact value next to each estimate.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from core.kit.arrays import Array
from core.regression.decomposition import Decomposition, decompose
from core.regression.designs import Settings, draw
from core.regression.polynomials import nested_basis
from core.regression.validation_choices import reseed

THREE_FITS = Settings(generator="legacy", n_train=20, test_at="train")
HUNDRED_SETS = Settings(generator="legacy")
LEAVE_ONE_OUT = Settings(
    generator="legacy",
    truth="quadratic",
    inputs="normal",
    n_train=100,
    noise_std=1.0,
    test_at="train",
    max_degree=4,
)


@dataclass(frozen=True)
class ByEye:
    """Fits of degree 1, 3, and 10 to the 20 points.

    Attributes
    ----------
    decomposition
        Of the 20-point design, tested at the training points with fresh noise.
    ten_beats_three
        Fraction of 1,000 noise draws in which the fit of degree 10 is closer to the truth than that of degree 3.
    """

    decomposition: Decomposition
    ten_beats_three: float


@dataclass(frozen=True)
class TestSetChoice:
    """Best degrees, chosen in many repetitions of the homework's experiment on its own split.

    Attributes
    ----------
    degrees
        (D,)
    by_test_set
        (D,) fraction of the repetitions in which the mean error on one noisy test set of 10 points is smallest there.
    by_truth
        (D,) the same for the mean squared distance from the truth.
    """

    degrees: NDArray[np.int64]
    by_test_set: Array
    by_truth: Array


@dataclass(frozen=True)
class Redraws:
    """Leave-one-out error of the quadratic for many draws of its 100 points.

    Attributes
    ----------
    rmse
        (R, 4) root mean squared leave-one-out residual of degrees 1 to 4; row 0 is the homework's draw.
    winners
        (4,) fraction of the draws in which each degree has the smallest one.
    """

    rmse: Array
    winners: Array


@lru_cache(maxsize=1)
def by_eye() -> ByEye:
    """Judge the three fits by their expected error instead of by eye."""
    settings = replace(THREE_FITS, n_sets=1000)
    experiment = draw(settings)
    basis = nested_basis(experiment.x_train, experiment.x_test, 10)
    columns, at = basis.train[0], basis.at[0]
    coefs = (experiment.f_train + experiment.noise) @ columns.T
    distance = {k: ((coefs[:, : k + 1] @ at[: k + 1] - experiment.f_test) ** 2).mean(axis=1) for k in (3, 10)}
    return ByEye(decompose(THREE_FITS), float((distance[10] < distance[3]).mean()))


@lru_cache(maxsize=1)
def hundred_sets() -> Decomposition:
    """Decompose the homework's own 100 data sets."""
    return decompose(HUNDRED_SETS)


@lru_cache(maxsize=1)
def test_set_choice(repetitions: int = 1000, seed: int = 1) -> TestSetChoice:
    """Repeat the homework's 100 data sets and its noisy test set on the same split.

    For Gaussian noise, the coefficients of the fits in an orthonormal basis are independent normal numbers, so they
    are drawn directly.
    """
    rng = np.random.default_rng(seed)
    experiment = draw(HUNDRED_SETS)
    sigma, sets = HUNDRED_SETS.noise_std, HUNDRED_SETS.n_sets
    basis = nested_basis(experiment.x_train, experiment.x_test, HUNDRED_SETS.max_degree)
    at, signal = basis.at[0], basis.train[0] @ experiment.f_train[0]
    by_test_set = np.zeros((repetitions, HUNDRED_SETS.max_degree))
    by_truth = np.zeros_like(by_test_set)
    for r in range(repetitions):
        coefs = signal + sigma * rng.standard_normal((sets, len(signal)))
        y_test = experiment.f_test + sigma * rng.standard_normal(len(experiment.f_test))
        fit = coefs[:, :1] * at[0]
        for k in range(1, len(signal)):
            fit = fit + coefs[:, k : k + 1] * at[k]
            by_test_set[r, k - 1] = ((fit - y_test) ** 2).mean()
            by_truth[r, k - 1] = ((fit - experiment.f_test) ** 2).mean()
    degrees = np.arange(1, HUNDRED_SETS.max_degree + 1)
    return TestSetChoice(degrees, _winners(by_test_set), _winners(by_truth))


@lru_cache(maxsize=1)
def redraws(repetitions: int = 200) -> Redraws:
    """Draw the 100 points of the quadratic repeatedly; the first draw is the homework's."""
    rmse = np.sqrt(reseed(LEAVE_ONE_OUT, redraws=repetitions).data_left_out)
    return Redraws(rmse, _winners(rmse))


def _winners(errors: Array) -> Array:
    """Return the fraction of rows (R, D) whose smallest entry is in each column."""
    shares: Array = np.bincount(errors.argmin(axis=1), minlength=errors.shape[1]) / len(errors)
    return shares
