"""Bias-variance decomposition of least-squares polynomials: the numbers behind the page."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.kit.arrays import Array
from core.regression import truths
from core.regression.designs import LIMITS, Experiment, Settings, draw
from core.regression.polynomials import NestedBasis, fits, nested_basis, project, scaled, usable_degree
from core.regression.sweeps import Sweep, standard_errors, sweep, train_errors

GRID_SIZE = 81
CURVES = 15
# Numbers held at once for redrawn inputs; about a quarter of a second of work on one core.
COST_LIMIT = 4_000_000


@dataclass(frozen=True, kw_only=True)
class Decomposition(Sweep):
    """A sweep with its data and its curves; all arrays are read-only.

    Attributes
    ----------
    degrees : ndarray (D,) of int
        1 to D.
    degree_limit : str
        Why the degrees stop before `max_degree`; empty if they do not.
    noise : float
        Variance of the noise, in squared units of y.
    x_train : ndarray (B, n)
        Training inputs; B is 1 if all training sets share them, else M.
    y_train : ndarray (M, n)
        Training targets.
    x_test, f_test, y_test : ndarray (T,)
        Test inputs, the truth there, and the one noisy test set.
    mc_bias2_se, mc_variance_se, mc_error_se, mc_gap_se : ndarray (D,)
        Standard errors of the Monte Carlo estimates. Fixed inputs: exact for Gaussian noise, so not
        estimates themselves. Redrawn inputs: estimated from the M fits, too small where these have heavy tails.
        `mc_gap_se` is that of `mc_error - risk`, which with redrawn inputs share their designs.
    train_error : ndarray (D,)
        Exact expected mean squared error of a fit on its own training set.
    train_mse_first : ndarray (D,)
        Mean squared error of the first fit on its own training set.
    grid, f_grid : ndarray (G,)
        Even inputs that span training inputs, test inputs, and [low, high], and the truth there.
    mean_grid, sd_grid : ndarray (D, G)
        Exact mean and standard deviation of the fits on the grid.
    basis : ndarray (D + 1, G)
        Chebyshev polynomials on the grid, orthogonal on the range of all training inputs.
    coefs : ndarray (K, D, D + 1)
        Coefficients in that basis of the fits of the first K = min(M, 15) training sets; row d - 1 is the fit of
        degree d and 0 beyond d.
    """

    degrees: NDArray[np.int64]
    degree_limit: str
    noise: float
    x_train: Array
    y_train: Array
    x_test: Array
    f_test: Array
    y_test: Array
    mc_bias2_se: Array
    mc_variance_se: Array
    mc_error_se: Array
    mc_gap_se: Array
    train_error: Array
    train_mse_first: Array
    grid: Array
    f_grid: Array
    mean_grid: Array
    sd_grid: Array
    basis: Array
    coefs: Array

    @property
    def best(self) -> int:
        """Return the degree with the smallest expected error."""
        return int(self.degrees[np.argmin(self.risk)])

    @property
    def one_test_best(self) -> int:
        """Return the degree with the smallest mean error on the one test set."""
        return int(self.degrees[np.argmin(self.one_test_error)])


def decompose(
    settings: Settings,
) -> Decomposition:
    """Decompose the expected error of polynomials of degrees 1 to `settings.max_degree`.

    Returns
    -------
    Decomposition
        Equal for equal settings.

    Raises
    ------
    ValueError
        If no test point is inside, all training inputs are equal, or there is too much work.
    """
    check_cost(settings, "data sets", GRID_SIZE)
    experiment = draw(settings)
    degree, limit = degree_range(experiment.x_train, settings.max_degree)
    grid = _grid(settings, experiment)
    span = experiment.x_train.min(), experiment.x_train.max()
    nodes = np.cos(np.pi * (np.arange(degree + 1) + 0.5) / (degree + 1))
    points = [experiment.x_test, grid, (span[0] + span[1] + nodes * (span[1] - span[0])) / 2]
    basis = nested_basis(experiment.x_train, np.concatenate(points), degree)
    at_test, at_grid, at_nodes = np.split(basis.at, [points[0].size, points[0].size + GRID_SIZE], axis=2)
    mean_grid, sd_grid = _grid_curves(experiment, basis, at_grid)
    train_error, train_mse_first = train_errors(experiment, basis)
    tested = NestedBasis(basis.train, at_test)
    y_train = experiment.f_train + experiment.noise
    result = Decomposition(
        **vars(sweep(experiment, tested)),
        **standard_errors(experiment, tested),
        degrees=np.arange(1, degree + 1),
        degree_limit=limit,
        noise=experiment.noise_std**2,
        x_train=experiment.x_train,
        y_train=y_train,
        x_test=experiment.x_test,
        f_test=experiment.f_test,
        y_test=experiment.f_test + experiment.test_noise,
        grid=grid,
        f_grid=truths.find(settings.truth).function(grid),
        train_error=train_error,
        train_mse_first=train_mse_first,
        mean_grid=mean_grid,
        sd_grid=sd_grid,
        basis=np.asarray(np.polynomial.chebyshev.chebvander(scaled(grid, *span), degree).T, dtype=np.float64),
        coefs=_chebyshev_coefs(basis, at_nodes, nodes, y_train),
    )
    for value in vars(result).values():
        if isinstance(value, np.ndarray):
            value.flags.writeable = False
    return result


def degree_range(x_train: Array, max_degree: int) -> tuple[int, str]:
    """Return the largest usable degree, at most `max_degree`, and the reason if it is smaller (otherwise "").

    Raises
    ------
    ValueError
        If not even degree 1 is usable.
    """
    usable = usable_degree(x_train)
    if usable < 1:
        raise ValueError("All training inputs are equal; `low` and `high` must lie further apart.")
    if usable >= max_degree:
        return max_degree, ""
    return usable, (
        f"Degrees stop at {usable}: {usable + 1} distinct training inputs do not determine a polynomial of a "
        "higher degree."
    )


def check_cost(settings: Settings, name: str, extra: int) -> None:
    """Raise ValueError if redrawn inputs make too much work, and name the largest number of data sets that works.

    Parameters
    ----------
    settings : Settings
    name : str
        Name of the data sets, used in the sentence.
    extra : int
        Points at which the caller evaluates fits, per data set, besides the training and test points.
    """
    largest = most_data_sets(settings, extra)
    if settings.n_sets > largest:
        raise ValueError(
            f"{settings.n_sets} {name} with redrawn inputs of {settings.n_train} points and degrees to "
            f"{settings.max_degree} would take too long; the largest number of {name} that works here is {largest}."
        )


def most_data_sets(settings: Settings, extra: int) -> int:
    """Return the largest number of data sets that is not too much work; `extra` as for `check_cost`."""
    if settings.protocol == "fixed":
        return LIMITS["n_sets"][1]
    n_pool = settings.n_train * (2 if settings.protocol == "subset" else 1)
    n_test = n_pool if settings.test_at == "train" else settings.n_test
    points = 2 * settings.n_train + n_test + extra
    return COST_LIMIT // (points * (settings.max_degree + 1))


def _grid(settings: Settings, experiment: Experiment) -> Array:
    known = np.concatenate([experiment.x_train.ravel(), experiment.x_test, [settings.low, settings.high]])
    return np.linspace(known.min(), known.max(), GRID_SIZE)


def _grid_curves(experiment: Experiment, basis: NestedBasis, at_grid: Array) -> tuple[Array, Array]:
    """Return exact mean and standard deviation (D, G) of the fits on the grid."""
    variance = experiment.noise_std**2 * np.cumsum(at_grid**2, axis=1)[:, 1:].mean(axis=0)
    own = fits(project(basis.train, experiment.f_train), at_grid)
    if len(own) > 1:
        variance += own.var(axis=0, ddof=1)
    return own.mean(axis=0), np.sqrt(variance)


def _chebyshev_coefs(basis: NestedBasis, at_nodes: Array, nodes: Array, y_train: Array) -> Array:
    """Return Chebyshev coefficients (K, D, D + 1) of the first fits, from the basis at Chebyshev nodes."""
    curves = min(CURVES, len(y_train))
    train = basis.train[:curves]
    size = nodes.size
    to_coefs = np.polynomial.chebyshev.chebvander(nodes, size - 1) * (2 / size)
    to_coefs[:, 0] /= 2
    # p_k has degree k: anything beyond is rounding.
    per_column = np.tril(at_nodes[:curves] @ to_coefs)
    return fits(project(train, y_train[:curves]), per_column)
