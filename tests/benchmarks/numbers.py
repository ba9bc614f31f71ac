"""The sweep over degrees and data sets against the ways it is usually computed."""

from __future__ import annotations

import warnings

import numpy as np
from mlxtend.evaluate import bias_variance_decomp
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures
from threadpoolctl import threadpool_limits

from core.regression.decomposition import decompose
from core.regression.designs import Settings, draw
from core.regression.polynomials import nested_basis
from core.regression.sweeps import sweep
from tests.benchmarks.measure import Row, in_turns, milliseconds


def moments(fits, f_test):
    """Squared bias and variance of fits (sets, test points) of one degree."""
    return np.mean((fits.mean(axis=0) - f_test) ** 2), fits.var(axis=0, ddof=1).mean()


def polyfit_loop(x, y, x_test, f_test, degrees):
    """Do what the homework does: one fit for each data set and degree, evaluated at the test points."""
    return [
        moments(np.array([np.polyval(np.polyfit(x, one, degree), x_test) for one in y]), f_test) for degree in degrees
    ]


def polyfit_together(x, y, x_test, f_test, degrees):
    """All data sets of a degree in one call (possible only where they share their inputs)."""
    return [moments((np.vander(x_test, degree + 1) @ np.polyfit(x, y.T, degree)).T, f_test) for degree in degrees]


def mlxtend_loop(x, y, x_test, y_test, degrees):
    """A bootstrap of one data set, refitted by scikit-learn, for each degree."""
    for degree in degrees:
        model = make_pipeline(PolynomialFeatures(degree), LinearRegression())
        bias_variance_decomp(
            model, x[:, None], y[0], x_test[:, None], y_test, loss="mse", num_rounds=len(y), random_seed=0
        )


def compare(n_sets: int, n: int, max_degree: int, rounds: int, target: str, bootstrap: bool) -> list[Row]:
    """Measure one size; four fifths of the n points are trained on, one fifth tested on."""
    settings = {"n_train": n * 4 // 5, "n_test": n // 5, "n_sets": n_sets, "max_degree": max_degree}
    drawn = draw(Settings(**settings))
    x, y, x_test, f_test = drawn.x_train[0], drawn.f_train + drawn.noise, drawn.x_test, drawn.f_test
    degrees = range(1, max_degree + 1)
    jobs = {
        "sweep": lambda: sweep(drawn, nested_basis(drawn.x_train, x_test, max_degree)),
        "decompose": lambda: decompose(Settings(**settings)),
        "loop": lambda: polyfit_loop(x, y, x_test, f_test, degrees),
        "together": lambda: polyfit_together(x, y, x_test, f_test, degrees),
    }
    if bootstrap:
        jobs["mlxtend"] = lambda: mlxtend_loop(x, y, x_test, f_test + drawn.test_noise, degrees)
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore", np.exceptions.RankWarning)  # polyfit's own trouble at high degrees
        seconds = in_turns(jobs, rounds)

    size = f"{n_sets} data sets × {n} points × degrees 1–{max_degree}"

    def row(ours: str, peer: str, what: str, called: str, target: str = "") -> Row:
        ratio = f"{float(f'{seconds[peer] / seconds[ours]:.3g}'):,g}×"
        return Row(
            f"{what}, {size}",
            milliseconds(seconds[ours]),
            f"{called}: {milliseconds(seconds[peer])}",
            ratio,
            target,
        )

    errors = "errors of all degrees, exact and Monte Carlo"
    page = "everything on the page (`decompose`)"
    loop = "loop over `numpy.polyfit`, Monte Carlo only"
    found = [
        row("sweep", "loop", errors, loop, target),
        row("sweep", "together", errors, "`numpy.polyfit` with two-dimensional y, Monte Carlo only"),
        row("decompose", "loop", page, loop),
    ]
    if bootstrap:
        found.append(
            row(
                "sweep",
                "mlxtend",
                errors,
                "mlxtend `bias_variance_decomp`, scikit-learn (bootstraps one data set)",
            )
        )
    return found


def rows() -> list[Row]:
    """All rows about numbers."""
    small = compare(100, 50, 15, rounds=5, target="≥ 300×", bootstrap=True)
    return small + compare(1000, 200, 20, rounds=3, target="≥ 500×", bootstrap=False)
