"""Bias, variance, and error of the fits of all degrees: closed forms, and their Monte Carlo estimates.

For given inputs the fit of degree d is linear in the targets, so its mean and variance over the noise need no
simulation (Hastie, Tibshirani, Friedman, "The Elements of Statistical Learning", sections 3.2 and 7.3). Where
every training set has its own inputs, the noise is still integrated exactly and only the designs are averaged.
"""

from dataclasses import dataclass

import numpy as np

from core.kit.arrays import Array
from core.regression.designs import Experiment
from core.regression.polynomials import NestedBasis, fits, project

_ROUNDING = 64 * np.finfo(np.float64).eps


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """Errors of the fits of degrees 1 to D at T test points, in squared units of y.

    "Exact" means: the expectation over all noise. With redrawn inputs the expectation over the inputs is an
    average over the M designs, combined by the law of total variance.

    Attributes
    ----------
    bias2, variance, risk : ndarray (D,)
        Exact squared bias and variance, averaged over the test points, and their sum with the noise variance: the
        expected squared error at the test points against new targets. With redrawn inputs `bias2` is corrected
        for the scatter of a mean of M designs and can then fall slightly below 0.
    risk_se : ndarray (D,)
        Standard error of `risk` from the finite number of designs; 0 where all share one.
    median_bias2, median_variance, median_risk : ndarray (D,)
        Medians over designs of the same quantities given the design. With redrawn inputs a few designs can
        dominate the averages.
    test_bias2, test_variance : ndarray (D, T)
        `bias2` and `variance` before averaging over the test points.
    mc_bias2, mc_variance : ndarray (D,)
        Monte Carlo estimates from the M fits: variance over the fits (ddof = 1), and squared difference between
        mean fit and truth minus `mc_variance / M`. Unbiased, so `mc_bias2` can fall below 0.
    mc_bias2_raw : ndarray (D,)
        The same without that correction.
    mc_error : ndarray (D,)
        Mean squared error of the M fits, each on a new noisy test set of its own: estimates `risk`.
    one_test_error : ndarray (D,)
        Mean squared error of the M fits on one noisy test set that all share.
    """

    bias2: Array
    variance: Array
    risk: Array
    risk_se: Array
    median_bias2: Array
    median_variance: Array
    median_risk: Array
    test_bias2: Array
    test_variance: Array
    mc_bias2: Array
    mc_bias2_raw: Array
    mc_variance: Array
    mc_error: Array
    one_test_error: Array


def sweep(experiment: Experiment, basis: NestedBasis) -> Sweep:
    """Return the errors of the fits of all degrees, from a basis evaluated at the test points.

    Parameters
    ----------
    experiment : Experiment
        With M training sets on B designs, T test points.
    basis : NestedBasis
        Of these designs, at these test points.
    """
    if experiment.x_train.shape[0] == 1:
        return _fixed_sweep(experiment, basis)
    return _redrawn_sweep(experiment, basis)


def exact_fits(experiment: Experiment, basis: NestedBasis) -> tuple[Array, Array]:
    """Return the bias (B, D, T) of the fits given the design, and their variance in units of the noise's."""
    size = np.sqrt((experiment.f_train**2).sum(axis=1))[:, np.newaxis, np.newaxis]
    gain = (basis.at**2).cumsum(axis=1)[:, 1:]
    bias = fits(project(basis.train, experiment.f_train), basis.at) - experiment.f_test
    return _no_dust(bias, np.sqrt(gain) * size, experiment.f_test), gain


def _fixed_sweep(experiment: Experiment, basis: NestedBasis) -> Sweep:
    """Compute a sweep with shared training inputs: every quantity is a cumulative sum over the columns of the basis."""
    at = basis.at[0]
    n_sets, n_test = experiment.fresh_noise.shape
    noise = experiment.noise_std**2
    biases, gains = exact_fits(experiment, basis)
    bias = biases[0]
    test_bias2, test_variance = bias**2, noise * gains[0]
    bias2, variance = test_bias2.sum(axis=1) / n_test, test_variance.sum(axis=1) / n_test
    risk = bias2 + variance + noise

    # Monte Carlo, in coefficients: what the noise adds to a fit is its coefficients times the columns.
    coefs = project(basis.train, experiment.noise)
    mean_coefs = coefs.sum(axis=0) / n_sets
    centred = coefs - mean_coefs
    mc_variance = _leading_sums(centred.T @ centred * (at @ at.T)) / (n_test * (n_sets - 1))
    mean_fit = bias + fits(mean_coefs[np.newaxis], basis.at)[0]
    mc_bias2_raw = (mean_fit**2).sum(axis=1) / n_test
    spread = mc_bias2_raw + mc_variance * ((n_sets - 1) / n_sets)  # mean of (fit - truth)^2
    fresh, shared = experiment.fresh_noise, experiment.test_noise
    cross = bias @ fresh.sum(axis=0) + ((coefs.T @ fresh) * at).sum(axis=1).cumsum()[1:]
    return Sweep(
        bias2=bias2,
        variance=variance,
        risk=risk,
        risk_se=np.zeros_like(risk),
        median_bias2=bias2,
        median_variance=variance,
        median_risk=risk,
        test_bias2=test_bias2,
        test_variance=test_variance,
        mc_bias2=mc_bias2_raw - mc_variance / n_sets,
        mc_bias2_raw=mc_bias2_raw,
        mc_variance=mc_variance,
        mc_error=(np.vdot(fresh, fresh) - 2 * cross) / fresh.size + spread,
        one_test_error=(shared @ shared - 2 * (mean_fit @ shared)) / n_test + spread,
    )


def _redrawn_sweep(experiment: Experiment, basis: NestedBasis) -> Sweep:
    """Compute a sweep in which every training set has its own inputs."""
    noise = experiment.noise_std**2
    bias, gain = exact_fits(experiment, basis)
    error = bias + fits(project(basis.train, experiment.noise), basis.at)
    rows = [
        _exact_row(bias[:, d], noise * gain[:, d], noise) | _monte_carlo_row(error[:, d], experiment)
        for d in range(bias.shape[1])
    ]
    return Sweep(**{name: np.array([row[name] for row in rows]) for name in rows[0]})


def _exact_row(bias: Array, variance: Array, noise: float) -> dict[str, Array]:
    """Compute one degree: bias and variance (M, T) given the design, combined by the law of total variance."""
    designs = len(bias)
    between = bias.var(axis=0, ddof=1)
    test_bias2 = bias.mean(axis=0) ** 2 - between / designs
    test_variance = variance.mean(axis=0) + between
    own_bias2, own_variance = (bias**2).mean(axis=1), variance.mean(axis=1)
    own_risk = own_bias2 + own_variance + noise
    return {
        "test_bias2": test_bias2,
        "test_variance": test_variance,
        "bias2": test_bias2.mean(),
        "variance": test_variance.mean(),
        "risk": own_risk.mean(),
        "risk_se": own_risk.std(ddof=1) / np.sqrt(designs),
        "median_bias2": np.median(own_bias2),
        "median_variance": np.median(own_variance),
        "median_risk": np.median(own_risk),
    }


def _monte_carlo_row(error: Array, experiment: Experiment) -> dict[str, Array]:
    """Estimate one degree from the fits minus the truth (M, T)."""
    raw = (error.mean(axis=0) ** 2).mean()
    variance = error.var(axis=0, ddof=1).mean()
    return {
        "mc_bias2": raw - variance / len(error),
        "mc_bias2_raw": raw,
        "mc_variance": variance,
        "mc_error": ((experiment.fresh_noise - error) ** 2).mean(),
        "one_test_error": ((experiment.test_noise - error) ** 2).mean(),
    }


def standard_errors(experiment: Experiment, basis: NestedBasis) -> dict[str, Array]:
    """Return the standard errors `mc_bias2_se`, `mc_variance_se`, `mc_error_se`, and `mc_gap_se` (D,).

    Fixed inputs: exact for Gaussian noise, so not estimates. Redrawn inputs: estimated from the M fits,
    too small where the fits have heavy tails.
    """
    bias, gain = exact_fits(experiment, basis)
    if len(bias) == 1:
        return _fixed_standard_errors(experiment, basis.at[0], bias[0], gain[0])
    error = bias + fits(project(basis.train, experiment.noise), basis.at)
    noise = experiment.noise_std**2
    risk = (bias**2 + noise * gain).mean(axis=2) + noise
    rows = [estimated_standard_errors(error[:, d], experiment.fresh_noise, risk[:, d]) for d in range(error.shape[1])]
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def _fixed_standard_errors(experiment: Experiment, at: Array, bias: Array, gain: Array) -> dict[str, Array]:
    """Use the covariance of a fit at the test points, noise * at' at (columns to d), and moments of Gaussians."""
    n_test = experiment.fresh_noise.shape[1]
    noise = experiment.noise_std**2
    covariance2 = (noise / n_test) ** 2 * _leading_sums((at @ at.T) ** 2)  # squared Frobenius norm / T^2
    along_bias = noise / n_test**2 * np.cumsum((bias @ at.T) ** 2, axis=1).diagonal(1)  # bias' covariance bias / T^2
    found = gaussian_standard_errors(experiment, covariance2, along_bias, (bias**2 + noise * gain).mean(axis=1))
    return found | {"mc_gap_se": found["mc_error_se"]}


def gaussian_standard_errors(
    experiment: Experiment, covariance2: Array, along_bias: Array, fit_error: Array
) -> dict[str, Array]:
    """Return standard errors of the Monte Carlo estimates of fits that are linear in Gaussian noise, with fixed inputs.

    Parameters
    ----------
    experiment : Experiment
        With M training sets, T test points.
    covariance2 : ndarray
        Squared Frobenius norm of the covariance C of a fit at the test points, divided by T^2.
    along_bias : ndarray
        bias' C bias / T^2.
    fit_error : ndarray
        Mean over the test points of squared bias and variance of a fit.
    """
    n_sets, n_test = experiment.fresh_noise.shape
    noise = experiment.noise_std**2
    one_error = 2 * covariance2 + 4 * along_bias + noise * (2 * noise + 4 * fit_error) / n_test
    return {
        "mc_bias2_se": np.sqrt(4 * along_bias / n_sets + 2 * covariance2 / (n_sets * (n_sets - 1))),
        "mc_variance_se": np.sqrt(2 * covariance2 / (n_sets - 1)),
        "mc_error_se": np.sqrt(one_error / n_sets),
    }


def estimated_standard_errors(error: Array, fresh_noise: Array, risk: Array) -> dict[str, Array]:
    """Return standard errors of the Monte Carlo estimates of one learner, estimated from its M fits.

    Parameters
    ----------
    error : ndarray (M, T)
        Fits minus truth at the test points.
    fresh_noise : ndarray (M, T)
        Noise of the test set of each fit.
    risk : ndarray (M,)
        Expected error of each fit given its design.
    """
    n_sets, n_test = error.shape
    mean = error.mean(axis=0)
    centred = error - mean
    # The squared Frobenius norm of the covariance of the fits is the same from either Gram matrix.
    gram = centred.T @ centred if n_test < n_sets else centred @ centred.T
    covariance2 = (gram**2).sum() / ((n_sets - 1) * n_test) ** 2
    along_mean = (centred @ mean).var(ddof=1) / n_test**2
    along_bias = max(along_mean - covariance2 / n_sets, 0.0)  # minus the noise in `mean` itself
    own_spread = (centred**2).mean(axis=1)
    own_error = ((fresh_noise - error) ** 2).mean(axis=1)
    return {
        "mc_bias2_se": np.sqrt(4 * along_bias / n_sets + 2 * covariance2 / (n_sets * (n_sets - 1))),
        "mc_variance_se": own_spread.std(ddof=1) * np.sqrt(n_sets) / (n_sets - 1),
        "mc_error_se": own_error.std(ddof=1) / np.sqrt(n_sets),
        "mc_gap_se": (own_error - risk).std(ddof=1) / np.sqrt(n_sets),
    }


def _leading_sums(matrix: Array) -> Array:
    """Return the sums of the leading square blocks of sizes 2, 3, ... of a matrix (D + 1, D + 1)."""
    return np.diagonal(matrix.cumsum(axis=0).cumsum(axis=1))[1:]


def _no_dust(difference: Array, size: Array, target: Array) -> Array:
    """Zero the differences between fit and target that are only rounding; `size` bounds the terms of the fit."""
    dust = _ROUNDING * (size + np.abs(target))
    return np.where(np.abs(difference) <= dust, 0.0, difference)


def train_errors(experiment: Experiment, basis: NestedBasis) -> tuple[Array, Array]:
    """Return the expected training error (D,), averaged over designs, and that of the first data set (D,)."""
    mean = _mean_squares(basis.train, experiment.f_train)
    n = experiment.f_train.shape[1]
    left = np.arange(n - 2, n - 2 - mean.shape[1], -1)  # degrees of freedom of the residuals
    first = _mean_squares(basis.train[:1], experiment.f_train[:1] + experiment.noise[:1])
    return mean.mean(axis=0) + experiment.noise_std**2 * left / n, first[0]


def _mean_squares(train: Array, y: Array) -> Array:
    """Return mean squared residuals (B, D) of fits to y (B, n); exactly 0 where a fit passes through all points."""
    targets = y[:, np.newaxis]
    size = np.linalg.norm(targets, axis=2, keepdims=True)
    residual = _no_dust(fits(project(train, y), train) - targets, size, targets)
    return np.asarray((residual**2).mean(axis=2))
