"""Fits of every degree to a visitor's own points: what the points alone can tell, since nobody knows the truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.kit.arrays import Array, check_integer
from core.kit.results import read_only
from core.regression.decomposition import GRID_SIZE, degree_range
from core.regression.designs import LIMITS
from core.regression.resampling import Resampled, resample
from core.regression.validation import MOST_REFITTED, fits_to_all
from core.regression.validation_rules import lowest, without_dust


@dataclass(frozen=True, kw_only=True)
class OwnFits:
    """Polynomials of degrees 1 to D on n given points; all arrays are read-only.

    Attributes
    ----------
    degrees : ndarray (D,) of int
        1 to D.
    degree_limit : str
        Why the degrees stop before the largest one asked for; empty if they do not.
    x, y : ndarray (n,)
        The points.
    grid : ndarray (G,)
        Even inputs that span them.
    curves : ndarray (D, G)
        Fits to all points.
    leverage : ndarray (D, n)
        Diagonal of the hat matrix.
    train_mse : ndarray (D,)
        Mean squared residual.
    left_out : ndarray (D,)
        Mean squared leave-one-out residual r / (1 - h), by refits where h is 1; nan where some point determines the
        fit alone.
    refitted : ndarray (D,)
        The same by n refits; nan with more than `core.regression.validation.MOST_REFITTED` points.
    resampled : Resampled
        Fits to resampled points.
    best : int
        Degree with the smallest leave-one-out error.
    """

    degrees: NDArray[np.int64]
    degree_limit: str
    x: Array
    y: Array
    grid: Array
    curves: Array
    leverage: Array
    train_mse: Array
    left_out: Array
    refitted: Array
    resampled: Resampled
    best: int

    @property
    def is_refitted(self) -> bool:
        """Return whether leave-one-out was also computed with as many fits as points."""
        return self.x.size <= MOST_REFITTED


def fit_own(x: Array, y: Array, *, max_degree: int, seed: int) -> OwnFits:
    """Fit points (n,) with polynomials of degrees 1 to `max_degree`; `seed` is that of the resamples.

    Raises
    ------
    ValueError
        If an argument is out of range, or leave-one-out cannot judge any degree.
    """
    for name, value in (("max_degree", max_degree), ("seed", seed)):
        check_integer(name, value, *LIMITS[name])
    degree, limit = degree_range(x[np.newaxis], max_degree)
    grid = np.linspace(x.min(), x.max(), GRID_SIZE)
    whole, signal = fits_to_all(x, y, grid, degree), y - y.mean()
    refitted, left_out = whole["refitted"], whole["left_out"]
    missed = np.where(np.isnan(left_out), refitted, left_out)
    errors = without_dust((missed**2).mean(axis=1), signal)
    found = OwnFits(
        degrees=np.arange(1, degree + 1),
        degree_limit=limit,
        x=x,
        y=y,
        grid=grid,
        curves=whole["curves"],
        leverage=whole["leverage"],
        train_mse=without_dust(whole["train_mse"], signal),
        left_out=errors,
        refitted=without_dust((refitted**2).mean(axis=1), signal),
        resampled=read_only(resample(x, y, grid, degree, seed)),
        best=int(lowest(errors, "leave-one-out", x.size)) + 1,
    )
    return read_only(found)
