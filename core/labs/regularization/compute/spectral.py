"""Linear fits that weigh singular directions: their exact errors, and Monte Carlo estimates of them.

With centered features A = U S V' and a free intercept, ridge, gradient descent stopped early, and minimum-norm least
squares all predict

    mean(y) + sum over k of phi_k (u_k . y) a_k,

where a_k is the function of the features that takes the values u_k at the training points, and they differ only in the
filter phi_k: 1 for least squares, s_k^2 / (s_k^2 + alpha) for ridge. One decomposition therefore serves all penalties
and all data sets (Hastie, Tibshirani, Friedman, "The Elements of Statistical Learning", section 3.4.1).
"""

from dataclasses import dataclass

import numpy as np

from core.kit.arrays import Array
from core.regression.designs import Experiment
from core.regression.polynomials import UNDETERMINED, complement
from core.regression.sweeps import gaussian_standard_errors

# Singular values below this fraction of the largest are rounding in features that are given as plain numbers.
RANK_TOLERANCE = 1e-12


@dataclass(frozen=True)
class Spectrum:
    """Singular directions of centered features on one design, preceded by the constant.

    Attributes
    ----------
    train : ndarray (r + 1, n)
        Orthonormal rows: the constant 1 / sqrt(n), then the left singular vectors u_k.
    at : ndarray (r + 1, E)
        The functions that take these values at the training points, at E other points.
    sizes : ndarray (r,)
        Singular values s_k, decreasing.
    directions : ndarray (r, d)
        Right singular vectors: feature weights of norm 1.
    """

    train: Array
    at: Array
    sizes: Array
    directions: Array

    def part(self, points: slice) -> "Spectrum":
        """Keep some of the E points."""
        return Spectrum(self.train, self.at[:, points], self.sizes, self.directions)


@dataclass(frozen=True, kw_only=True)
class FilterErrors:
    """Errors of P filters at T test points, in squared units of y.

    "Exact" means: the expectation over all noise, for the given training and test inputs.

    Attributes
    ----------
    df : ndarray (P,)
        Effective degrees of freedom: trace of the matrix that maps the training targets to their fits, the intercept
        included.
    bias2, variance, risk : ndarray (P,)
        Exact squared bias and variance, averaged over the test points, and their sum with the noise variance: the
        expected squared error against new targets at the test points.
    test_bias2, test_variance : ndarray (P, T)
        `bias2` and `variance` before averaging over the test points.
    train_error : ndarray (P,)
        Exact expected mean squared error of a fit on its own training set.
    train_mse_first : ndarray (P,)
        Mean squared error of the first fit on its own training set.
    loo_error_first : ndarray (P,)
        Mean squared leave-one-out residual of the first data set, centering and scaling of the features held fixed; nan
        where a point's leverage is 1.
    mc_bias2, mc_variance : ndarray (P,)
        Monte Carlo estimates from the M fits: variance over the fits (ddof = 1), and squared difference between mean
        fit and truth minus `mc_variance / M`. Unbiased, so `mc_bias2` can fall below 0.
    mc_bias2_raw : ndarray (P,)
        The same without that correction.
    mc_error : ndarray (P,)
        Mean squared error of the M fits, each on a new noisy test set of its own: estimates `risk`.
    one_test_error : ndarray (P,)
        Mean squared error of the M fits on one noisy test set that all share.
    mean_fit_error : ndarray (P,)
        Squared error of the mean of the M fits on that test set. The variance of the fits does not enter it.
    mc_bias2_se, mc_variance_se, mc_error_se : ndarray (P,)
        Standard errors of the Monte Carlo estimates, exact for Gaussian noise.
    """

    df: Array
    bias2: Array
    variance: Array
    risk: Array
    test_bias2: Array
    test_variance: Array
    train_error: Array
    train_mse_first: Array
    loo_error_first: Array
    mc_bias2: Array
    mc_bias2_raw: Array
    mc_variance: Array
    mc_error: Array
    one_test_error: Array
    mean_fit_error: Array
    mc_bias2_se: Array
    mc_variance_se: Array
    mc_error_se: Array


def decompose_features(train: Array, points: Array) -> Spectrum:
    """Return singular directions of given features; directions that are only rounding are dropped (minimum norm).

    Parameters
    ----------
    train : ndarray (n, d)
        Features of the training points; they are centered here.
    points : ndarray (E, d)
        Features of other points.
    """
    n = len(train)
    mean = train.mean(axis=0)
    left, sizes, right = np.linalg.svd(train - mean, full_matrices=False)
    kept = sizes > RANK_TOLERANCE * sizes[0]
    left, sizes, right = left[:, kept], sizes[kept], right[kept]
    at = right @ (points - mean).T / sizes[:, np.newaxis]
    return Spectrum(with_constant(left.T, n), with_constant(at, n), sizes, right)


def with_constant(rows: Array, n: int) -> Array:
    """Put the constant 1 / sqrt(n), which carries the intercept, in front of rows (r, E)."""
    return np.concatenate([np.full((1, rows.shape[1]), 1 / np.sqrt(n)), rows])


def ridge_filters(sizes: Array, alphas: Array) -> Array:
    """Return filters (P, r + 1) of ridge with penalties (P,) for singular values (r,); the intercept has 1.

    Penalty 0 has filter 1 even where a singular value is 0: the limit of small penalties.
    """
    squares, penalties = sizes**2, alphas[:, np.newaxis]
    kept = np.divide(squares, squares + penalties, where=penalties > 0, out=np.ones((len(alphas), len(sizes))))
    return np.concatenate([np.ones((len(alphas), 1)), kept], axis=1)


def exact_fits(spectrum: Spectrum, filters: Array, f_train: Array, f_at: Array) -> tuple[Array, Array]:
    """Return the bias (P, E) of the fits and their variance as a multiple (P, E) of that of the noise."""
    bias = (filters * (spectrum.train @ f_train)) @ spectrum.at - f_at
    return bias, filters**2 @ spectrum.at**2


def filter_errors(experiment: Experiment, spectrum: Spectrum, filters: Array) -> FilterErrors:
    """Compute the errors of all filters at once.

    Parameters
    ----------
    experiment : Experiment
        With M training sets on one design, T test points.
    spectrum : Spectrum
        Of that design, at these test points.
    filters : ndarray (P, r + 1)
        The column of the intercept first.
    """
    noise = experiment.noise_std**2
    bias, gain = exact_fits(spectrum, filters, experiment.f_train[0], experiment.f_test)
    test_bias2, test_variance = bias**2, noise * gain
    bias2, variance = test_bias2.mean(axis=1), test_variance.mean(axis=1)
    return FilterErrors(
        df=filters.sum(axis=1),
        bias2=bias2,
        variance=variance,
        risk=bias2 + variance + noise,
        test_bias2=test_bias2,
        test_variance=test_variance,
        **_train_errors(experiment, spectrum, filters),
        **_monte_carlo(experiment, spectrum, filters, bias),
        **_standard_errors(experiment, spectrum, filters, bias, gain),
    )


def expected_train_error(spectrum: Spectrum, filters: Array, f_train: Array, noise: float) -> Array:
    """Return the expected mean squared error (P,) of fits on their own training sets; `noise` is its variance."""
    train, lost = spectrum.train, 1 - filters
    rank, n = train.shape
    missed = (_beyond(train, f_train) ** 2).sum() + lost**2 @ (train @ f_train) ** 2
    return np.asarray((missed + noise * (n - rank + (lost**2).sum(axis=1))) / n)


def _beyond(train: Array, y: Array) -> Array:
    """Return the part of y (n,) that no fit reaches: exactly 0 where the fits reach everything."""
    return np.zeros_like(y) if len(train) == y.size else y - train.T @ (train @ y)


def residuals(spectrum: Spectrum, filters: Array, y: Array) -> tuple[Array, Array]:
    """Return residuals r (P, n) of fits to y (n,), and r / (1 - h), without each point; nan where its leverage h is 1.

    The latter are those of refits that keep the center and the scale of the features.
    """
    train, lost = spectrum.train, 1 - filters
    own = _beyond(train, y) + (lost * (train @ y)) @ train
    slack = (1 - (train**2).sum(axis=0)) + lost @ train**2
    exact = own
    if slack.min() < 1e-8:  # the difference has lost half of its digits: sum what the fit leaves out instead
        beyond = complement(train)
        exact = (beyond @ y) @ beyond + (lost * (train @ y)) @ train
        slack = (beyond**2).sum(axis=0) + lost @ train**2
    return own, exact / np.where(slack < UNDETERMINED, np.nan, slack)


def _train_errors(experiment: Experiment, spectrum: Spectrum, filters: Array) -> dict[str, Array]:
    f = experiment.f_train[0]
    own, left_out = residuals(spectrum, filters, f + experiment.noise[0])
    return {
        "train_error": expected_train_error(spectrum, filters, f, experiment.noise_std**2),
        "train_mse_first": (own**2).mean(axis=1),
        "loo_error_first": (left_out**2).mean(axis=1),
    }


def _monte_carlo(experiment: Experiment, spectrum: Spectrum, filters: Array, bias: Array) -> dict[str, Array]:
    """Estimate in coefficients: what the noise adds to a fit is its filtered coefficients times the functions."""
    at, fresh, shared = spectrum.at, experiment.fresh_noise, experiment.test_noise
    n_sets, n_test = fresh.shape
    coefs = experiment.noise @ spectrum.train.T
    mean_coefs = coefs.mean(axis=0)
    centred = coefs - mean_coefs
    between = centred.T @ centred * (at @ at.T)
    variance = ((filters @ between) * filters).sum(axis=1) / (n_test * (n_sets - 1))
    mean_fit = bias + (filters * mean_coefs) @ at
    raw = (mean_fit**2).mean(axis=1)
    spread = raw + variance * ((n_sets - 1) / n_sets)  # mean of (fit - truth)^2
    cross = bias @ fresh.sum(axis=0) + filters @ ((coefs.T @ fresh) * at).sum(axis=1)
    return {
        "mc_bias2": raw - variance / n_sets,
        "mc_bias2_raw": raw,
        "mc_variance": variance,
        "mc_error": (np.vdot(fresh, fresh) - 2 * cross) / fresh.size + spread,
        "one_test_error": (shared @ shared - 2 * (mean_fit @ shared)) / n_test + spread,
        "mean_fit_error": ((mean_fit - shared) ** 2).mean(axis=1),
    }


def _standard_errors(
    experiment: Experiment, spectrum: Spectrum, filters: Array, bias: Array, gain: Array
) -> dict[str, Array]:
    """Use the covariance of a fit at the test points, noise * at' filters^2 at, and moments of Gaussians."""
    at, squares, noise = spectrum.at, filters**2, experiment.noise_std**2
    n_test = experiment.fresh_noise.shape[1]
    covariance2 = (noise / n_test) ** 2 * ((squares @ (at @ at.T) ** 2) * squares).sum(axis=1)  # squared norm / T^2
    along_bias = noise / n_test**2 * ((bias @ at.T) ** 2 * squares).sum(axis=1)  # bias' covariance bias / T^2
    return gaussian_standard_errors(experiment, covariance2, along_bias, (bias**2 + noise * gain).mean(axis=1))
