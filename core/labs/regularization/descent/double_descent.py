"""Double descent: minimum-norm least squares as features are added past the number of training points.

With a free intercept, N - 1 features and the constant make N parameters; at N = n the fit just passes through all n
points. Convention of the penalty: |y - b - A w|^2 + alpha |w|^2, a sum over the points, with features that are centered
on the training points but not scaled: how fast their size falls is what the smallest norm prefers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.kit.arrays import Array, check_choice, check_integer
from core.kit.results import read_only
from core.labs.regularization.compute.spectral import (
    decompose_features,
    exact_fits,
    expected_train_error,
    ridge_filters,
)
from core.regression import truths
from core.regression.decomposition import GRID_SIZE
from core.regression.designs import Settings
from core.regression.polynomials import scaled

FEATURES = ("cosine", "legendre")
LIMITS: dict[str, tuple[int, int]] = {"n_train": (5, 40), "max_width": (10, 400), "n_draws": (2, 50)}
# 0, then 1e-10 to 1e2; six digits, so that a page's slider over them has the very same numbers.
ALPHAS: Array = np.array([0.0, *(float(f"{10 ** (k / 2):.6g}") for k in range(-20, 5))])
ALPHAS.flags.writeable = False
_TEST_POINTS = 50
_WIDE = 24  # widths above twice the number of training points


@dataclass(frozen=True, kw_only=True)
class DoubleDescent:
    """Errors over W widths and P penalties; medians over D draws of the training inputs; all arrays are read-only.

    For given inputs everything is exact: the expectation over all noise, in squared units of y. The draws are reduced
    to medians, since near N = n a few of them dominate any mean.

    Attributes
    ----------
    widths : ndarray (W,) of int
        Numbers N of parameters, including the intercept.
    alphas : ndarray (P,)
        Penalties, 0 (minimum norm) first.
    n_train : int
        Number n of training points, where the peak is.
    bias2, variance, risk : ndarray (P, W)
        Squared bias and variance averaged over 50 even test inputs, and the expected squared error against new targets.
    risk_low, risk_high : ndarray (P, W)
        Lower and upper quartile over the draws.
    train_error : ndarray (P, W)
        Expected mean squared error on the training set.
    df : ndarray (P, W)
        Effective degrees of freedom, including the intercept.
    norm : ndarray (P, W)
        Root of the expected sum of the squared weights.
    smallest : ndarray (W,)
        Smallest singular value of the centered features that is not rounding.
    x_train, y_train : ndarray (n,)
        Data set of the first draw.
    grid, f_grid : ndarray (G,)
        Even inputs on [low, high], and the truth there.
    fit_grid : ndarray (P, W, G)
        Fits to the first draw.
    """

    widths: NDArray[np.int64]
    alphas: Array
    n_train: int
    bias2: Array
    variance: Array
    risk: Array
    risk_low: Array
    risk_high: Array
    train_error: Array
    df: Array
    norm: Array
    smallest: Array
    x_train: Array
    y_train: Array
    grid: Array
    f_grid: Array
    fit_grid: Array

    @property
    def peak(self) -> Array:
        """Return the risk at N = n (or the nearest width) as a multiple (P,) of that at the largest width."""
        at = np.argmin(np.abs(self.widths - self.n_train))
        return self.risk[:, at] / self.risk[:, -1]

    @property
    def calm_alpha(self) -> float:
        """Return the smallest penalty whose risk at N = n is at most that at the largest width; nan if none."""
        calm = self.alphas[self.peak <= 1]
        return float(calm[0]) if calm.size else float("nan")


def double_descent(
    settings: Settings,
    *,
    features: str = "cosine",
    max_width: int = 400,
    n_draws: int = 20,
) -> DoubleDescent:
    """Fit ever more features to few points, by minimum-norm least squares and by ridge; about 10 ms per draw.

    Parameters
    ----------
    settings : Settings
        Truth, range of the inputs, which are drawn uniformly, number of training points in [5, 40], noise, and seed.
    features : {"cosine", "legendre"}
        Feature k = 1, 2, ... is cos(k pi v) / k with v in [0, 1], or the Legendre polynomial of degree k, divided by k.
    max_width : int
        Largest number of parameters, in [10, 400].
    n_draws : int
        Number D of draws of the training inputs, in [2, 50].

    Raises
    ------
    ValueError
        If an argument is invalid.

    References
    ----------
    Belkin, Hsu, Ma, Mandal, "Reconciling modern machine-learning practice and the classical bias-variance trade-off",
    PNAS 116, 2019; Schaeffer et al., "Double descent demystified", 2023.
    """
    check_choice("features", features, FEATURES)
    low, high, n_train, noise_std = settings.low, settings.high, settings.n_train, settings.noise_std
    for name, value in {"n_train": n_train, "max_width": max_width, "n_draws": n_draws}.items():
        check_integer(name, value, *LIMITS[name])
    f = truths.find(settings.truth).function
    rng = np.random.default_rng(settings.seed)
    x = rng.uniform(low, high, (n_draws, n_train))
    y_first = f(x[0]) + noise_std * rng.standard_normal(n_train)
    test = low + (high - low) * (np.arange(_TEST_POINTS) + 0.5) / _TEST_POINTS
    grid = np.linspace(low, high, GRID_SIZE)
    widths = _widths_to(n_train, max_width)
    at_train, at_test, at_grid = (_features(points, low, high, features, max_width) for points in (x, test, grid))
    draws = [
        _errors(one, f(one_x), at_test, f(test), widths, noise_std) for one, one_x in zip(at_train, x, strict=True)
    ]
    quartiles = {name: np.quantile([draw[name] for draw in draws], [0.25, 0.5, 0.75], axis=0) for name in draws[0]}
    result = DoubleDescent(
        widths=widths,
        alphas=ALPHAS,
        n_train=n_train,
        **{name: median for name, (_, median, _) in quartiles.items()},
        risk_low=quartiles["risk"][0],
        risk_high=quartiles["risk"][2],
        x_train=x[0],
        y_train=y_first,
        grid=grid,
        f_grid=f(grid),
        fit_grid=_fits(at_train[0], y_first, at_grid, widths),
    )
    return read_only(result)


def _widths_to(n_train: int, max_width: int) -> NDArray[np.int64]:
    """Return every width from 2 to 2 n, then ever fewer, up to the largest."""
    near = np.arange(2, min(2 * n_train, max_width) + 1)
    far = np.round(np.geomspace(near[-1], max_width, _WIDE)).astype(np.int64)
    return np.unique(np.concatenate([near, far]))


def _features(x: Array, low: float, high: float, kind: str, width: int) -> Array:
    """Return features (..., width - 1) at points (...)."""
    u = scaled(x, np.array(low), np.array(high))
    order = np.arange(1, width)
    if kind == "cosine":
        return np.asarray(np.cos(np.pi * order * (u[..., np.newaxis] + 1) / 2) / order)
    return np.asarray(np.polynomial.legendre.legvander(u, width - 1)[..., 1:] / order)


def _errors(
    train: Array, f_train: Array, test: Array, f_test: Array, widths: NDArray[np.int64], noise_std: float
) -> dict[str, Array]:
    """Return exact errors (P, W) of one draw, and the smallest singular values (W,)."""
    noise = noise_std**2
    by_width = []
    for width in widths:
        spectrum = decompose_features(train[:, : width - 1], test[:, : width - 1])
        filters = ridge_filters(spectrum.sizes, ALPHAS)
        bias, gain = exact_fits(spectrum, filters, f_train, f_test)
        bias2, variance = (bias**2).mean(axis=1), noise * gain.mean(axis=1)
        signal2 = (spectrum.train[1:] @ f_train) ** 2
        numbers = {
            "bias2": bias2,
            "variance": variance,
            "risk": bias2 + variance + noise,
            "train_error": expected_train_error(spectrum, filters, f_train, noise),
            "df": filters.sum(axis=1),
            "norm": np.sqrt((filters[:, 1:] / spectrum.sizes) ** 2 @ (signal2 + noise)),
            "smallest": spectrum.sizes[-1],
        }
        by_width.append(numbers)
    return {name: np.stack([numbers[name] for numbers in by_width], axis=-1) for name in by_width[0]}


def _fits(train: Array, y: Array, grid: Array, widths: NDArray[np.int64]) -> Array:
    """Return fits (P, W, G) to one data set."""
    fits = np.empty((len(ALPHAS), widths.size, len(grid)))
    for index, width in enumerate(widths):
        spectrum = decompose_features(train[:, : width - 1], grid[:, : width - 1])
        fits[:, index] = (ridge_filters(spectrum.sizes, ALPHAS) * (spectrum.train @ y)) @ spectrum.at
    return fits
