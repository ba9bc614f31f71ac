"""The ridge path with exact bias and variance against the ways it is usually computed."""

from __future__ import annotations

import numpy as np
from sklearn.linear_model import Ridge
from threadpoolctl import threadpool_limits

from core.labs.regularization.compute.ridge import columns, polynomial_spectrum, ridge_path
from core.labs.regularization.compute.spectral import exact_fits, filter_errors, ridge_filters
from core.regression.designs import Settings, draw
from tests.benchmarks.measure import Row, in_turns, milliseconds

DEGREE = 10
ALPHAS = np.concatenate([[0.0], np.geomspace(1e-12, 1e4, 99)])


def exact(experiment):
    """Ours: one decomposition, then bias^2 and variance of all penalties."""
    x = experiment.x_train[0]
    spectrum = polynomial_spectrum(x, experiment.x_test, DEGREE, "monomial")
    filters = ridge_filters(spectrum.sizes, ALPHAS)
    bias, gain = exact_fits(spectrum, filters, experiment.f_train[0], experiment.f_test)
    return (bias**2).mean(axis=1), experiment.noise_std**2 * gain.mean(axis=1)


def everything(experiment):
    """Ours: also the Monte Carlo estimates with their standard errors, degrees of freedom and leave-one-out."""
    x = experiment.x_train[0]
    spectrum = polynomial_spectrum(x, experiment.x_test, DEGREE, "monomial")
    return filter_errors(experiment, spectrum, ridge_filters(spectrum.sizes, ALPHAS))


def moments(fits, f_test):
    """Squared bias and variance of fits (sets, test points)."""
    return np.mean((fits.mean(axis=0) - f_test) ** 2), fits.var(axis=0, ddof=1).mean()


def ridge_loop(experiment):
    """One fit for each penalty and data set; the columns are made and standardized once for all of them."""
    train, test = columns(experiment.x_train[0], experiment.x_test, DEGREE, "monomial")
    found = []
    for alpha in ALPHAS:
        model = Ridge(alpha=alpha, solver="svd")
        fits = [model.fit(train, experiment.f_train[0] + noise).predict(test) for noise in experiment.noise]
        found.append(moments(np.array(fits), experiment.f_test))
    return found


def ridge_together(experiment):
    """All data sets of a penalty in one call, as targets of one fit."""
    train, test = columns(experiment.x_train[0], experiment.x_test, DEGREE, "monomial")
    targets = (experiment.f_train + experiment.noise).T
    return [
        moments(Ridge(alpha=alpha, solver="svd").fit(train, targets).predict(test).T, experiment.f_test)
        for alpha in ALPHAS
    ]


def rows() -> list[Row]:
    """All rows about regularization."""
    experiment = draw(Settings(generator="legacy"))
    jobs = {
        "exact": lambda: exact(experiment),
        "everything": lambda: everything(experiment),
        "page": lambda: ridge_path(Settings(generator="legacy")),
        "loop": lambda: ridge_loop(experiment),
        "together": lambda: ridge_together(experiment),
    }
    with threadpool_limits(1):
        seconds = in_turns(jobs, rounds=3)

    def row(ours: str, peer: str, what: str, called: str, target: str = "") -> Row:
        ratio = f"{float(f'{seconds[peer] / seconds[ours]:.3g}'):,g}×"
        size = f"100 data sets × 40 points × degree {DEGREE} × {len(ALPHAS)} penalties"
        peer_time = f"{called}: {milliseconds(seconds[peer])}"
        return Row(f"{what}, {size}", milliseconds(seconds[ours]), peer_time, ratio, target)

    both = "ridge path, exact bias² and variance"
    loop = "loop over scikit-learn `Ridge` per data set, Monte Carlo only"
    return [
        row("exact", "loop", both, loop, "≥ 10,000×"),
        row("exact", "together", both, "scikit-learn `Ridge` with two-dimensional y, Monte Carlo only"),
        row("everything", "loop", "the same with Monte Carlo, standard errors, df, leave-one-out", loop),
        row("page", "loop", "everything on the page (`ridge_path`, 66 penalties in place of 100)", loop),
    ]
