"""Exercises on bias and variance against NumPy's projections, scikit-learn's refits, and simulation."""

import numpy as np
import pytest
from scipy.stats import sem
from sklearn.dummy import DummyRegressor
from sklearn.model_selection import LeaveOneOut, cross_val_predict

from core.labs.bias_variance.exercises import CROSS, CURVES, LEFT, NOISE, PARAMETERS, POINT, RANK, SIMULATION
from core.labs.bias_variance.exercises.claims import CLAIMS
from tests.drawn import chosen, some, truths


def test_a_point_in_numpy():
    for drawn in some(POINT):
        p = drawn.parameters
        predictions, truth, noise = np.array(p.predictions, float), float(p.truth), float(p.noise)
        bias2, variance = (predictions.mean() - truth) ** 2, predictions.var(ddof=1)
        assert truths(drawn) == pytest.approx([bias2, variance, bias2 + variance + noise**2])


def test_parameters_by_the_trace_of_the_projection():
    for drawn in some(PARAMETERS):
        p = drawn.parameters
        basis = np.polynomial.legendre.legvander(np.linspace(-1, 1, p.n), p.degree)
        hat = basis @ np.linalg.pinv(basis)
        noise = float(p.noise)
        variance = noise * np.mean((hat**2).sum(1))
        training = noise * np.trace((np.eye(p.n) - hat) @ (np.eye(p.n) - hat)) / p.n
        assert truths(drawn) == pytest.approx([variance, training, noise + variance])


def test_the_mean_of_a_simulation_scatters_as_scipy_says():
    for drawn in some(SIMULATION):
        p = drawn.parameters
        fits = np.random.default_rng(0).normal(size=p.sets)
        fits *= np.sqrt(float(p.variance)) / fits.std(ddof=1)
        own = sem(fits) ** 2
        assert truths(drawn) == pytest.approx([own, float(p.raw) - own])


def test_leaving_one_out_by_refits():
    for drawn in some(LEFT):
        y = np.array(drawn.parameters.values, float)
        predicted = cross_val_predict(DummyRegressor(), np.zeros((len(y), 1)), y, cv=LeaveOneOut())
        assert truths(drawn) == pytest.approx([predicted[0], np.sqrt(np.mean((y - predicted) ** 2))])
        assert chosen(drawn) == ["it is the same"]


def test_cross_terms_by_simulation():
    generator, n, sigma = np.random.default_rng(0), 20, 0.5
    basis = np.polynomial.legendre.legvander(np.linspace(-1, 1, n), 2)
    hat = basis @ np.linalg.pinv(basis)
    noise, new = generator.normal(0, sigma, (2, 20_000, n))
    scatter = noise @ hat.T  # E g − g, with its sign turned
    assert np.mean(2 * new * -scatter) == pytest.approx(0, abs=0.005)
    assert np.mean(2 * noise * -scatter) == pytest.approx(-2 * sigma**2 * 3 / n, rel=0.02)
    answers = {drawn.parameters.term: chosen(drawn) for drawn in some(CROSS, 12)}
    assert answers[2][0] == "the test noise is independent of the training set"
    assert {each[1] for each in answers.values()} == {"it does not vanish"}


def test_noise_in_numpy():
    for drawn in some(NOISE, 3):
        p = drawn.parameters
        scale, total = truths(drawn)
        noise = np.random.default_rng(0).normal(0, scale, (20_000, p.n))
        assert noise.var() == pytest.approx(float(p.variance), rel=0.02)
        assert (noise**2).sum(1).mean() == pytest.approx(total, rel=0.02)
    assert truths(NOISE.variant(0))[0] == pytest.approx(0.5477226, abs=1e-7)


def test_ranks_by_projections():
    x = np.linspace(0, 10, 20)
    f, basis = x + np.sin(1.5 * x), np.polynomial.legendre.legvander(x / 5 - 1, 10)
    hats = [basis[:, :k] @ np.linalg.pinv(basis[:, :k]) for k in (2, 4, 11)]
    bias = [np.mean((hat @ f - f) ** 2) for hat in hats]
    published = RANK.variant(0)
    assert [float(b) for b in published.parameters.bias] == pytest.approx(bias, abs=6e-5)
    errors = [b + 0.3 * np.mean((hat**2).sum(1)) + 0.3 for b, hat in zip(bias, hats, strict=True)]
    assert truths(published)[0] == pytest.approx(tuple(errors), abs=1e-4)
    assert chosen(published) == ["CBA"]
    for drawn in some(RANK):
        assert chosen(drawn) == ["".join("ABC"[k] for k in np.argsort(truths(drawn)[0]))]


def test_claims_about_curves_by_simulation():
    generator, x, sigma = np.random.default_rng(0), np.linspace(-1, 1, 20), 0.5
    f, sets = np.sin(4 * x), 4000
    seen, new = f + generator.normal(0, sigma, (2, sets, 20))
    bias, variance, training, test = [], [], [], []
    for degree in range(1, 9):
        basis = np.polynomial.legendre.legvander(x, degree)
        fits = seen @ (basis @ np.linalg.pinv(basis)).T
        bias.append((fits.mean(0) - f) ** 2)
        variance.append(fits.var(0, ddof=1).mean())
        training.append(((fits - seen) ** 2).mean(1))
        test.append(((fits - new) ** 2).mean(1))
    pointwise, training, test = np.array(bias), np.array(training), np.array(test)
    expected = test.mean(1)
    basis = np.polynomial.legendre.legvander(np.linspace(-1, 1, 40), 8)
    found = (
        bool((expected < sigma**2).any()),
        bool((np.diff(training, axis=0) <= 1e-9).all()),
        bool((test > training).all()),
        variance[0] > sigma**2,  # a stiff fit would have it, too
        bool((np.diff(pointwise, axis=0) <= 1e-9).all()),
        True,  # the noise of `new` was drawn before any degree was chosen
        len(set(test.argmin(0))) == 1,
        sigma**2 * np.mean(((basis @ np.linalg.pinv(basis)) ** 2).sum(1)) < variance[-1],
    )
    assert found == tuple(right for _, right, _ in CLAIMS)
    for drawn in some(CURVES):
        answers = ["true" if CLAIMS[place][1] else "false" for place in drawn.parameters.places]
        assert chosen(drawn) == answers
