"""Ridge on a visitor's own points: what the points alone can tell, since nobody knows the truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.kit.arrays import Array, check_integer
from core.kit.results import read_only
from core.labs.regularization.compute.ridge import ALPHAS, at_zero, check_columns, polynomial_spectrum, ridge_weights
from core.labs.regularization.compute.spectral import Spectrum, residuals, ridge_filters
from core.regression.decomposition import GRID_SIZE
from core.regression.designs import LIMITS
from core.regression.resampling import Resampled, resamples, summarized
from core.regression.validation_rules import determined_fits, without_dust

COARSE = slice(None, None, 2)  # of the grid, for the fits to resamples


@dataclass(frozen=True, kw_only=True)
class OwnRidge:
    """Ridge at P penalties on n given points; all arrays are read-only.

    Attributes
    ----------
    degree, basis
        See `core.labs.regularization.compute.ridge.ridge_path`, as for `alphas`, `at_zero`, `filters`, and `weights`.
    x, y : ndarray (n,)
        The points.
    df : ndarray (P,)
        Effective degrees of freedom, the intercept included.
    leverage : ndarray (P, n)
        Diagonal of the matrix that maps targets to fits.
    train_mse : ndarray (P,)
        Mean squared residual.
    left_out : ndarray (P,)
        Mean squared leave-one-out residual r / (1 - h), with the columns as they are; nan where a leverage is 1.
    grid : ndarray (G,)
        Even inputs that span the points.
    curves : ndarray (P, G)
        Fits on the grid.
    resampled : Resampled
        Fits to resampled points on every second point of the grid, with the columns as they are.
    """

    degree: int
    basis: str
    x: Array
    y: Array
    alphas: Array
    at_zero: str
    filters: Array
    weights: Array
    df: Array
    leverage: Array
    train_mse: Array
    left_out: Array
    grid: Array
    curves: Array
    resampled: Resampled

    @property
    def best(self) -> float:
        """Return the penalty with the smallest leave-one-out error."""
        return float(self.alphas[np.nanargmin(self.left_out)])


def ridge_own(x: Array, y: Array, *, degree: int, basis: str, seed: int) -> OwnRidge:
    """Fit points (n,) by ridge at every penalty of `ALPHAS`; `seed` is that of the resamples.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    check_columns(degree, basis)
    check_integer("seed", seed, *LIMITS["seed"])
    grid, signal = np.linspace(x.min(), x.max(), GRID_SIZE), y - y.mean()
    spectrum = polynomial_spectrum(x, grid, degree, basis)
    filters = ridge_filters(spectrum.sizes, ALPHAS)
    own, left_out = residuals(spectrum, filters, y)
    found = OwnRidge(
        degree=degree,
        basis=basis,
        x=x,
        y=y,
        alphas=ALPHAS,
        at_zero=at_zero(x, degree),
        filters=filters,
        weights=ridge_weights(spectrum, ALPHAS, y),
        df=filters.sum(axis=1),
        leverage=filters @ spectrum.train**2,
        train_mse=without_dust((own**2).mean(axis=1), signal),
        left_out=without_dust((left_out**2).mean(axis=1), signal),
        grid=grid,
        curves=(filters * (spectrum.train @ y)) @ spectrum.at,
        resampled=read_only(_resample(x, y, grid[COARSE], spectrum, degree, seed)),
    )
    return read_only(found)


def _resample(x: Array, y: Array, grid: Array, spectrum: Spectrum, degree: int, seed: int) -> Resampled:
    """Fit every penalty to resamples; penalty 0 is nan where some resample does not determine the degree.

    In the singular directions the penalty is the same for all of them. Directions that rounding spoils here are far
    smaller than the root of any penalty but 0, which has fits of its own.
    """
    rows = resamples(x.size, seed)
    columns, at = spectrum.train[1:].T * spectrum.sizes, spectrum.at[1:, COARSE].T * spectrum.sizes
    fits = np.empty((len(rows), ALPHAS.size, grid.size))
    fits[:, 0] = determined_fits(x[rows], y[rows], grid, degree)[:, -1]
    for fit, row in zip(fits, rows, strict=True):
        center, mean = columns[row].mean(axis=0), y[row].mean()
        left, sizes, right = np.linalg.svd(columns[row] - center, full_matrices=False)
        gains = sizes / (sizes**2 + ALPHAS[1:, np.newaxis]) * (left.T @ (y[row] - mean))
        fit[1:] = mean + gains @ (right @ (at - center).T)
    return summarized(fits)
