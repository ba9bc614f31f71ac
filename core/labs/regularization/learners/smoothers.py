"""Bias, variance, and error of learners that are linear in the targets: k nearest neighbors and kernel ridge.

For given inputs such a learner predicts L y with a matrix L that does not depend on the targets y, so its mean
and its variance over the noise are known exactly (Hastie, Tibshirani, Friedman, "The Elements of Statistical
Learning", sections 5.8 and 7.3). All data sets share their inputs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.kit.arrays import Array, check_choice, check_number
from core.kit.results import read_only
from core.labs.regularization.compute.spectral import Spectrum
from core.labs.regularization.learners.linear_errors import SmootherSweep, sweep_smoothers
from core.regression.designs import Settings


def _log_grid(low: float, high: float, per_decade: int) -> Array:
    """Return powers of ten to six digits, so that a page's slider over them has exactly the same numbers."""
    count = round(np.log10(high / low) * per_decade)
    return np.array([float(f"{low * 10 ** (k / per_decade):.6g}") for k in range(count + 1)])


# Below a penalty of 1e-6 a kernel matrix of smooth functions loses more than half of its digits.
LIMITS: dict[str, tuple[float, float]] = {"width": (0.1, 10), "penalty": (1e-6, 1e3)}
WIDTHS = _log_grid(*LIMITS["width"], per_decade=12)
PENALTIES = _log_grid(*LIMITS["penalty"], per_decade=4)
WIDTHS.flags.writeable = PENALTIES.flags.writeable = False
# Distances that differ by less than this fraction of the range of the inputs are equal.
_TIE = 2.0**-32


def neighbours(
    settings: Settings,
) -> SmootherSweep:
    """Average the k nearest neighbors, for every k from 1 to n; the protocol must be "fixed".

    Of training points that are equally close, the one that comes first in the training set counts as nearer.

    Returns
    -------
    SmootherSweep
        `values` is k. `loo_error_first` is nan at k = n.

    Raises
    ------
    ValueError
        If no test point is inside.
    """
    sweep = sweep_smoothers(settings, np.arange(1.0, settings.n_train + 1), _nearest_matrices)
    left_out = np.append(sweep.loo_error_first[1:], np.nan)  # r / (1 - 1/k) leaves out one point and a neighbor
    return read_only(replace(sweep, loo_error_first=left_out))


def kernel_ridge(
    settings: Settings,
    *,
    width: float = 1.0,
    penalty: float = 0.1,
    swept: str = "penalty",
) -> SmootherSweep:
    """Fit kernel ridge with the kernel exp(-(x - x')² / (2 width²)), for all widths or for all penalties.

    The fit minimizes the sum of squared residuals plus penalty times the squared norm of the function, without an
    intercept: large penalties pull it to 0.

    Parameters
    ----------
    settings : Settings
        With protocol "fixed".
    width : float
        Width of the kernel in units of x, 0.1 to 10; not used if it is swept.
    penalty : float
        1e-6 to 1e3; not used if it is swept.
    swept : {"penalty", "width"}
        Parameter that takes all values of `PENALTIES` or `WIDTHS`.

    Returns
    -------
    SmootherSweep
        `values` are the penalties or the widths.

    Raises
    ------
    ValueError
        If an argument is invalid or no test point is inside.
    """
    check_number("width", width, *LIMITS["width"])
    check_number("penalty", penalty, *LIMITS["penalty"])
    check_choice("swept", swept, ("penalty", "width"))
    pairs = [(width, PENALTIES)] if swept == "penalty" else [(w, np.array([penalty])) for w in WIDTHS]
    values = PENALTIES if swept == "penalty" else WIDTHS

    def matrices(x: Array, points: Array) -> Iterator[Array]:
        for w, penalties in pairs:
            spectrum = kernel_spectrum(x, points, w)
            for kept in kernel_filters(spectrum.sizes, penalties):
                yield (spectrum.at.T * kept) @ spectrum.train

    return read_only(sweep_smoothers(settings, values, matrices))


def neighbour_order(x: Array, points: Array) -> NDArray[np.int64]:
    """Return indices (E, n) of training inputs (n,) by distance from each point (E,), nearest first; ties in order."""
    unit = _TIE * max(float(np.ptp(x)), np.finfo(np.float64).tiny)
    return np.asarray(np.rint(np.abs(points[:, np.newaxis] - x) / unit).argsort(axis=1, kind="stable"))


def kernel_spectrum(x: Array, points: Array, width: float) -> Spectrum:
    """Return eigenvectors of the Gaussian kernel matrix at inputs (n,), and the functions extending them to (E,).

    `sizes` are the eigenvalues; there is no column for an intercept.
    """
    sizes, vectors = np.linalg.eigh(_kernel(x, x, width))
    # Eigenvalues that are only rounding may come out negative; what they carry is divided by the penalty later.
    sizes = np.maximum(sizes, 1e-18 * sizes[-1])
    at = (_kernel(points, x, width) @ vectors / sizes).T
    return Spectrum(vectors.T, at, sizes, vectors.T)


def kernel_filters(sizes: Array, penalties: Array) -> Array:
    """Return filters (P, n) of kernel ridge for eigenvalues (n,)."""
    return np.asarray(sizes / (sizes + penalties[:, np.newaxis]))


def _kernel(x: Array, y: Array, width: float) -> Array:
    return np.asarray(np.exp(-(((x[:, np.newaxis] - y) / width) ** 2) / 2))


def _nearest_matrices(x: Array, points: Array) -> Iterator[Array]:
    """Yield matrices (E, n) that average the k nearest neighbors of the points, for k = 1 to n."""
    chosen = np.zeros((points.size, x.size))
    rows = np.arange(points.size)
    for k, column in enumerate(neighbour_order(x, points).T, start=1):
        chosen[rows, column] = 1
        yield chosen / k
