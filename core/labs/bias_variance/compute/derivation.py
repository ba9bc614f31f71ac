"""The decomposition of the squared error, term by term, on simulated data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.kit.arrays import Array
from core.regression.designs import Experiment
from core.regression.polynomials import nested_basis, project


@dataclass(frozen=True)
class Term:
    """One term of the expanded square, averaged over data sets and test points.

    Attributes
    ----------
    exact
        Its expectation over the noise.
    simulated, se
        Its mean over the data sets and the standard error of that mean; units of y².
    """

    exact: float
    simulated: float
    se: float


@dataclass(frozen=True)
class Expansion:
    """Squared error of the fits of one degree: y − g = (f − Eg) + (Eg − g) + ε, squared.

    `bias2`, `variance`, and `noise` are the squares; `bias_variance` is 2 (f − Eg)(Eg − g), `noise_bias` is
    2 ε (f − Eg), and `noise_variance` is 2 ε (Eg − g). `train_noise` is what the last one would be at the training
    points, with ε the noise that the fit has seen. The six terms add up to `total`.
    """

    bias2: Term
    variance: Term
    noise: Term
    bias_variance: Term
    noise_bias: Term
    noise_variance: Term
    train_noise: Term
    total: Term


def expand(experiment: Experiment, degree: int) -> Expansion:
    """Expand the squared error at the test points into its six terms.

    With redrawn inputs, Eg is the mean over the designs of the fits to noise-free data; the exact bias² is corrected
    for the part of the scatter between designs that remains in a mean of M.

    Parameters
    ----------
    experiment
        M training sets with their designs, T test points and fresh test noise.
    degree
        Degree of the fitted polynomials.

    References
    ----------
    Geman, Bienenstock, Doursat, "Neural networks and the bias/variance dilemma", Neural Computation 4, 1992.
    """
    basis = nested_basis(experiment.x_train, experiment.x_test, degree)
    signal, scatter = project(basis.train, experiment.f_train), project(basis.train, experiment.noise)
    clean = np.einsum("bk,bkt->bt", signal, np.broadcast_to(basis.at, (len(signal), *basis.at.shape[1:])))
    noisy = np.einsum("mk,mkt->mt", scatter, np.broadcast_to(basis.at, (len(scatter), *basis.at.shape[1:])))
    mean = clean.mean(axis=0)
    bias, swing, noise = experiment.f_test - mean, mean - (clean + noisy), experiment.fresh_noise
    sigma2 = experiment.noise_std**2
    between = clean.var(axis=0, ddof=1).mean() if len(clean) > 1 else 0.0
    variance = sigma2 * float((basis.at**2).sum(axis=1).mean()) + between
    raw = float((bias**2).mean())
    bias2 = raw - between / len(clean)
    fitted_noise = np.einsum(
        "mk,mkn->mn", scatter, np.broadcast_to(basis.train, (len(scatter), *basis.train.shape[1:]))
    )
    n = experiment.x_train.shape[1]
    return Expansion(
        bias2=Term(bias2, raw, 0.0),
        variance=_term(variance, swing**2),
        noise=_term(sigma2, noise**2),
        bias_variance=_term(0.0, 2 * bias * swing),
        noise_bias=_term(0.0, 2 * noise * bias),
        noise_variance=_term(0.0, 2 * noise * swing),
        train_noise=_term(-2 * sigma2 * (degree + 1) / n, -2 * experiment.noise * fitted_noise),
        total=_term(bias2 + variance + sigma2, (noise + bias + swing) ** 2),
    )


def _term(exact: float, values: Array) -> Term:
    own = values.mean(axis=1)
    se = float(own.std(ddof=1) / np.sqrt(len(own)))
    scale = float(np.abs(own).max())
    return Term(exact + 0.0, float(own.mean()), se if se > 1e-12 * scale else 0.0)  # less is rounding
