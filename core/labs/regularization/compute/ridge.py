"""Ridge regression on polynomials: fits, weights, and errors at every penalty, from one decomposition.

Convention. The objective is the one of scikit-learn's `Ridge`,

    sum over i of (y_i - b - a_i . w)^2  +  alpha * sum over j of w_j^2,

a sum, not a mean, over the n training points: where a text penalizes the mean squared error with lambda, alpha is
n * lambda. The columns a_1 ... a_d are the chosen basis without its constant, standardized to mean 0 and standard
deviation 1 (ddof = 0) over the training points; the intercept b is not penalized. Which basis is penalized matters:
the same polynomials in another basis are another prior.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.kit.arrays import Array, check_choice, check_integer
from core.kit.results import read_only
from core.labs.regularization.compute.spectral import (
    FilterErrors,
    Spectrum,
    filter_errors,
    ridge_filters,
    with_constant,
)
from core.regression import truths
from core.regression.decomposition import CURVES, GRID_SIZE, degree_range
from core.regression.designs import LIMITS, Settings, draw
from core.regression.polynomials import nested_basis, scaled

BASES = ("monomial", "chebyshev")
PER_DECADE = 4
# 0, then 1e-12 to 1e4; six digits, so that a page's slider over them has the very same numbers.
_POWERS = range(-12 * PER_DECADE, 4 * PER_DECADE + 1)
ALPHAS: Array = np.array([0.0, *(float(f"{10 ** (k / PER_DECADE):.6g}") for k in _POWERS)])
ALPHAS.flags.writeable = False
# A column whose standard deviation is below this fraction of its largest value is constant but for rounding.
_CONSTANT = 1e-12


@dataclass(frozen=True, kw_only=True)
class RidgePath(FilterErrors):
    """Ridge at P penalties, its data and its curves; all arrays are read-only.

    Attributes
    ----------
    alphas : ndarray (P,)
        Penalties, 0 first; the convention is at the top of this module.
    at_zero : str
        Meaning of penalty 0 where least squares has no unique solution; empty where it has one.
    noise : float
        Variance of the noise, in squared units of y.
    x_train : ndarray (n,)
        Training inputs, shared by all data sets.
    y_train : ndarray (M, n)
        Training targets.
    x_test, f_test, y_test : ndarray (T,)
        Test inputs, the truth there, and the one noisy test set.
    inside : ndarray (T,) of bool
        Whether the test input lies in the range of the training inputs; elsewhere the fit extrapolates.
    sizes : ndarray (r,)
        Singular values of the standardized columns.
    filters : ndarray (P, r + 1)
        Fraction of each direction that is kept: 1 for the intercept, then s^2 / (s^2 + alpha).
    weights : ndarray (P, d)
        Weights of the standardized columns in the fit to the first data set. At penalty 0, directions whose singular
        value is only rounding are left out of the weights (though not of the fits).
    grid, f_grid : ndarray (G,)
        Even inputs that span training inputs, test inputs, and [low, high], and the truth there.
    fit_grid, mean_grid, sd_grid : ndarray (P, G)
        Fit to the first data set, and exact mean and standard deviation of the fits, on the grid.
    modes : ndarray (r + 1, G)
        Functions on the grid of which every fit is a sum.
    scores : ndarray (K, r + 1)
        Coefficients, before filtering, of the first K = min(M, 15) data sets: fit k at penalty p is
        `(filters[p] * scores[k]) @ modes`.
    mean_scores : ndarray (r + 1,)
        The same for the mean fit.
    """

    alphas: Array
    at_zero: str
    noise: float
    x_train: Array
    y_train: Array
    x_test: Array
    f_test: Array
    y_test: Array
    inside: NDArray[np.bool_]
    sizes: Array
    filters: Array
    weights: Array
    grid: Array
    f_grid: Array
    fit_grid: Array
    mean_grid: Array
    sd_grid: Array
    modes: Array
    scores: Array
    mean_scores: Array

    @property
    def best(self) -> float:
        """Return the penalty with the smallest expected error."""
        return float(self.alphas[np.argmin(self.risk)])


def ridge_path(
    settings: Settings,
    *,
    degree: int = 10,
    basis: str = "monomial",
) -> RidgePath:
    """Fit polynomials by ridge at every penalty of `ALPHAS`; all data sets share their inputs.

    Parameters
    ----------
    settings : Settings
        With protocol "fixed"; `max_degree` does not matter.
    degree : int
        Degree of the polynomial; it may be at or above the number of training points.
    basis : {"monomial", "chebyshev"}
        Columns that are penalized: x, x^2, ... or the Chebyshev polynomials of the training range.

    Returns
    -------
    RidgePath
        Equal for equal settings.

    Raises
    ------
    ValueError
        If an argument is invalid, no test point is inside, or all training inputs are equal.

    References
    ----------
    Hoerl, Kennard, "Ridge regression: biased estimation for nonorthogonal problems", Technometrics 12, 1970.
    """
    check_columns(degree, basis)
    experiment = draw(settings)
    x, y = experiment.x_train[0], experiment.f_train + experiment.noise
    known = np.concatenate([x, experiment.x_test, [settings.low, settings.high]])
    grid = np.linspace(known.min(), known.max(), GRID_SIZE)
    spectrum = polynomial_spectrum(x, np.concatenate([experiment.x_test, grid]), degree, basis)
    tested, modes = spectrum.part(slice(experiment.x_test.size)), spectrum.at[:, experiment.x_test.size :]
    filters = ridge_filters(spectrum.sizes, ALPHAS)
    signal = spectrum.train @ experiment.f_train[0]
    scores = y[:CURVES] @ spectrum.train.T
    result = RidgePath(
        **vars(filter_errors(experiment, tested, filters)),
        alphas=ALPHAS,
        at_zero=at_zero(x, degree),
        noise=experiment.noise_std**2,
        x_train=x,
        y_train=y,
        x_test=experiment.x_test,
        f_test=experiment.f_test,
        y_test=experiment.f_test + experiment.test_noise,
        inside=(experiment.x_test >= x.min()) & (experiment.x_test <= x.max()),
        sizes=spectrum.sizes,
        filters=filters,
        weights=ridge_weights(spectrum, ALPHAS, y[0]),
        grid=grid,
        f_grid=truths.find(settings.truth).function(grid),
        fit_grid=(filters * scores[0]) @ modes,
        mean_grid=(filters * signal) @ modes,
        sd_grid=experiment.noise_std * np.sqrt(filters**2 @ modes**2),
        modes=modes,
        scores=scores,
        mean_scores=signal,
    )
    return read_only(result)


def check_columns(degree: int, basis: str) -> None:
    """Raise ValueError unless `degree` and `basis` are valid."""
    check_integer("degree", degree, *LIMITS["max_degree"])
    check_choice("basis", basis, BASES)


def columns(x: Array, points: Array, degree: int, basis: str) -> tuple[Array, Array]:
    """Return columns (n, d) of the basis at training inputs (n,) and (E, d) at others, standardized on the former.

    A column that is constant on the training inputs is uninformative and becomes 0 everywhere.
    """
    inputs = np.concatenate([x, points])
    if basis == "monomial":
        # The unit of x does not matter to standardized columns; by a power of two, it changes no digit either.
        unit = np.frexp(np.abs(x).max())[1]
        raw = np.ldexp(inputs, -unit)[:, np.newaxis] ** np.arange(1, degree + 1)
    else:
        raw = np.asarray(np.polynomial.chebyshev.chebvander(scaled(inputs, x.min(), x.max()), degree)[:, 1:])
    known = raw[: x.size]
    spread = known.std(axis=0)
    spread[spread <= _CONSTANT * np.abs(known).max(axis=0)] = np.inf
    standardised = (raw - known.mean(axis=0)) / spread
    return standardised[: x.size], standardised[x.size :]


def polynomial_spectrum(x: Array, points: Array, degree: int, basis: str) -> Spectrum:
    """Return the singular directions of the standardized columns of a polynomial.

    The columns are nearly dependent, and their small singular directions, computed directly, are rounding. So the
    columns A are written as Q R in polynomials Q that are orthonormal on the training points, and the small matrix R is
    decomposed: any errors then rotate Q only within itself, and penalty 0 stays least squares to full precision.

    Parameters
    ----------
    x : ndarray (n,)
        Training inputs.
    points : ndarray (E,)
        Further inputs.
    degree, basis
        See `ridge_path`.

    Raises
    ------
    ValueError
        If all training inputs are equal.
    """
    usable, _ = degree_range(x[np.newaxis], degree)
    nested = nested_basis(x[np.newaxis], points, usable)
    known, at = nested.train[0, 1:], nested.at[0, 1:]
    train_columns, point_columns = columns(x, points, degree, basis)
    small = known @ train_columns
    left, sizes, right = np.linalg.svd(small, full_matrices=False)
    at_points = left.T @ at
    # Columns of degrees that the training inputs do not tell apart from lower ones: what they add elsewhere.
    more = (point_columns - at.T @ small)[:, usable:] @ right[:, usable:].T
    at_points += np.divide(more, sizes, where=sizes > _negligible(sizes), out=np.zeros_like(more)).T
    return Spectrum(with_constant(left.T @ known, x.size), with_constant(at_points, x.size), sizes, right)


def ridge_weights(spectrum: Spectrum, alphas: Array, y: Array) -> Array:
    """Return weights (P, d) of the columns for targets (n,) at penalties (P,)."""
    sizes, penalties = spectrum.sizes, alphas[:, np.newaxis]
    kept = (penalties > 0) | (sizes > _negligible(sizes))
    gains = np.divide(sizes, sizes**2 + penalties, where=kept, out=np.zeros((len(alphas), len(sizes))))
    return np.asarray((gains * (spectrum.train[1:] @ y)) @ spectrum.directions)


def _negligible(sizes: Array) -> float:
    return float(len(sizes) * np.finfo(np.float64).eps * sizes[0])


def at_zero(x: Array, degree: int) -> str:
    """Say what penalty 0 means where the inputs (n,) do not determine the polynomial; an empty text where they do."""
    distinct = np.unique(x).size
    if degree < distinct:
        return ""
    return (
        f"{distinct} distinct training inputs do not determine a polynomial of degree {degree}: "
        "of all that fit best, penalty 0 shows the one whose weights have the smallest norm."
    )
