"""Exercises on regularization against scikit-learn's fits and SciPy's minimizers."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.stats import ortho_group
from sklearn.linear_model import Lasso, LinearRegression, Ridge

from core.labs.regularization.exercises import FREEDOM, HELD, RESIDUALS, RIDGE, THRESHOLD
from tests.drawn import chosen, some, truths


def test_ridge_in_scikit_learn():
    for drawn in some(RIDGE):
        p = drawn.parameters
        x, y = np.array(p.x, float)[:, None], np.array(p.y, float)
        plain = LinearRegression(fit_intercept=False).fit(x, y).coef_[0]
        held = Ridge(alpha=p.alpha, fit_intercept=False).fit(x, y)
        hat = np.array([held.fit(x, unit).predict(x) for unit in np.eye(len(y))])
        slope = Ridge(alpha=p.alpha, fit_intercept=False).fit(x, y).coef_[0]
        assert truths(drawn) == pytest.approx([plain, slope, np.trace(hat)])


def test_degrees_of_freedom_by_the_trace():
    for drawn in some(FREEDOM):
        p = drawn.parameters
        left, right = ortho_group.rvs(6, random_state=0)[:, :3], ortho_group.rvs(3, random_state=1)
        x = left * np.array(p.singular, float) @ right
        hat = x @ np.linalg.solve(x.T @ x + p.alpha * np.eye(3), x.T)
        assert truths(drawn) == pytest.approx([np.trace(hat), left[:, 2] @ hat @ left[:, 2]])


def test_thresholds_in_scikit_learn():
    for drawn in some(THRESHOLD):
        p = drawn.parameters
        x, alpha = ortho_group.rvs(5, random_state=2)[:, :3], float(p.alpha)
        y = x @ np.array(p.weights, float)
        lasso = Lasso(alpha=alpha / 5, fit_intercept=False, tol=1e-12).fit(x, y).coef_
        ridge = Ridge(alpha=alpha, fit_intercept=False).fit(x, y).coef_
        for truth, found in zip(truths(drawn), (lasso, ridge), strict=True):
            assert truth == pytest.approx(tuple(found), abs=1e-9)


def test_constants_by_minimizing():
    for drawn in some(RESIDUALS):
        y = np.array([*drawn.parameters.values, drawn.parameters.outlier], float)
        bounds = (y.min(), y.max())
        squared = minimize_scalar(lambda c, y=y: ((y - c) ** 2).sum(), bounds=bounds, method="bounded").x
        absolute = min(y, key=lambda c, y=y: np.abs(y - c).sum())
        assert truths(drawn) == pytest.approx([squared, absolute], abs=1e-4)


def test_errors_of_a_penalty_by_simulation():
    generator = np.random.default_rng(0)
    for drawn in some(HELD, 4):
        p = drawn.parameters
        found = []
        for bias, variance in zip(p.bias, p.variance, strict=True):
            fits = np.sqrt(float(bias)) + generator.normal(0, np.sqrt(float(variance)), 400_000)
            found.append(np.mean((fits - generator.normal(0, np.sqrt(float(p.noise)), 400_000)) ** 2))
        assert truths(drawn) == pytest.approx([*found, found[1] / found[0]], rel=0.01)
        assert chosen(drawn) == ["it falls" if found[1] < found[0] else "it rises"]
    assert truths(HELD.variant(0)) == pytest.approx([0.71773, 0.77618, 1.08144], abs=1e-5)
