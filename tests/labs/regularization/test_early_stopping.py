"""Early stopping against gradient descent carried out, explicit matrices, and the published bound."""

import mpmath
import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.preprocessing import StandardScaler

from core.labs.regularization.compute.ridge import BASES, ridge_path
from core.labs.regularization.equivalences.early_stopping import STEPS, early_stopping
from core.regression.designs import Settings, draw
from tests.experiments import on

CASES = [
    {},
    {"basis": "chebyshev", "degree": 15, "seed": 3},
    {"degree": 4, "truth": "step", "n_train": 12, "n_test": 30, "noise_std": 2.0, "seed": 3},
    {"degree": 8, "n_train": 6, "basis": "chebyshev", "n_test": 20, "test_at": "inside", "seed": 1},
]


def standardised(x, points, degree, basis):
    if basis == "chebyshev":
        u, v = ((2 * z - x.min() - x.max()) / (x.max() - x.min()) for z in (x, points))
        train, others = (np.polynomial.chebyshev.chebvander(z, degree)[:, 1:] for z in (u, v))
    else:
        train, others = (np.stack([z**k for k in range(1, degree + 1)], axis=1) for z in (x, points))
    scaler = StandardScaler().fit(train)
    return scaler.transform(train), scaler.transform(others)


@pytest.mark.parametrize("settings", CASES)
def test_against_gradient_descent_on_every_target_at_once(settings) -> None:
    got = on(early_stopping, **settings)
    degree, basis = settings.get("degree", 10), settings.get("basis", "monomial")
    data = draw(Settings(**{k: v for k, v in settings.items() if k not in ("degree", "basis")}))
    x, n, sigma2 = data.x_train[0], data.x_train.size, data.noise_std**2
    f, y = data.f_train[0], data.f_train[0] + data.noise[0]
    train, on_test = standardised(x, data.x_test, degree, basis)
    _, on_grid = standardised(x, got.grid, degree, basis)
    eta = 0.5 / np.linalg.norm(train, 2) ** 2
    assert got.rate == pytest.approx(eta, rel=1e-12)
    np.testing.assert_allclose(got.alphas, 1 / (eta * got.steps), rtol=1e-12)
    centring = np.eye(n) - 1 / n
    weights = np.zeros((degree, n))  # of every unit target: the fit is a matrix times the targets
    for t in range(1, 301):
        weights = weights + eta * train.T @ (centring - train @ weights)
        if t not in got.steps:
            continue
        k = int(np.flatnonzero(got.steps == t)[0])
        at_train, at_test, at_grid = (1 / n + z @ weights for z in (train, on_test, on_grid))
        risk = ((at_test @ f - data.f_test) ** 2).mean() + sigma2 * (at_test**2).sum() / data.f_test.size + sigma2
        distance = (((at_train @ f - f) ** 2).sum() + sigma2 * (at_train**2).sum()) / n
        assert got.stopped_df[k] == pytest.approx(np.trace(at_train), rel=1e-10)
        assert got.stopped_risk[k] == pytest.approx(risk, rel=1e-10)
        assert got.stopped_train[k] == pytest.approx(distance, rel=1e-10)
        np.testing.assert_allclose(got.stopped_grid[k], at_grid @ y, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("settings", CASES)
def test_ridge_side_against_scikit_learn(settings) -> None:
    got = on(early_stopping, **settings)
    degree, basis = settings.get("degree", 10), settings.get("basis", "monomial")
    data = draw(Settings(**{k: v for k, v in settings.items() if k not in ("degree", "basis")}))
    x, n, sigma2 = data.x_train[0], data.x_train.size, data.noise_std**2
    train, on_test = standardised(x, data.x_test, degree, basis)
    _, on_grid = standardised(x, got.grid, degree, basis)
    for k in range(0, 40, 6):
        model = Ridge(alpha=got.alphas[k], solver="svd").fit(train, np.eye(n))
        at_train, at_test, at_grid = (model.predict(z) for z in (train, on_test, on_grid))
        risk = ((at_test @ data.f_train[0] - data.f_test) ** 2).mean()
        risk += sigma2 * (at_test**2).sum() / data.f_test.size + sigma2
        distance = ((at_train @ data.f_train[0] - data.f_train[0]) ** 2).mean() + sigma2 * (at_train**2).sum() / n
        assert got.ridge_df[k] == pytest.approx(np.trace(at_train), rel=1e-9)
        assert got.ridge_risk[k] == pytest.approx(risk, rel=1e-9)
        assert got.ridge_train[k] == pytest.approx(distance, rel=1e-9)
        expected = at_grid @ (data.f_train[0] + data.noise[0])
        np.testing.assert_allclose(got.ridge_grid[k], expected, rtol=1e-9, atol=1e-8)


@pytest.mark.parametrize("settings", CASES)
def test_gradient_descent_carried_out_meets_the_filters(settings) -> None:
    got = on(early_stopping, **settings)
    assert got.walked[-1] == 1000 and np.array_equal(got.walked, STEPS[STEPS <= 1000])
    assert got.walked_gap.shape == got.walked.shape
    assert got.walked_gap.max() < 1e-12


def test_filters_with_50_digits() -> None:
    got = early_stopping(Settings())
    with mpmath.workdps(50):
        for k in range(0, got.steps.size, 10):
            t = int(got.steps[k])
            for j in range(got.sizes.size):
                scaled = mpmath.mpf(float(got.rate)) * mpmath.mpf(float(got.sizes[j])) ** 2
                stopped, flow = 1 - (1 - scaled) ** t, 1 - mpmath.exp(-t * scaled)
                ridge = t * scaled / (t * scaled + 1)
                for filters, exact in (
                    (got.stopped_filters, stopped),
                    (got.flow_filters, flow),
                    (got.ridge_filters, ridge),
                ):
                    assert filters[k, j + 1] == pytest.approx(float(exact), rel=1e-13)
    for filters in (got.stopped_filters, got.flow_filters, got.ridge_filters):
        assert (filters[:, 0] == 1).all()
    np.testing.assert_allclose(got.stopped_filters.sum(axis=1), got.stopped_df, rtol=1e-14)
    np.testing.assert_allclose(got.ridge_filters.sum(axis=1), got.ridge_df, rtol=1e-14)


@pytest.mark.parametrize("basis", BASES)
def test_flow_is_never_much_worse_than_ridge(basis) -> None:
    for seed in range(100):
        got = early_stopping(Settings(seed=seed), basis=basis)
        assert got.flow_ratio.max() <= 1.6862
        distance = got.flow_train / got.ridge_train
        np.testing.assert_allclose(got.flow_ratio, distance, rtol=1e-14)


def test_the_bound_is_nearly_reached_where_there_is_only_noise() -> None:
    # One direction of pure noise: the ratio of the variances is (1 - e^-z)^2 (1 + 1/z)^2.
    z = np.linspace(0.1, 10, 10_001)
    assert 1.685 < ((-np.expm1(-z)) ** 2 * (1 + 1 / z) ** 2).max() < 1.6862
    got = early_stopping(Settings(truth="step", low=5, high=6, noise_std=5, n_train=200), degree=1)
    assert 1.2 < got.flow_ratio.max() < 1.6862  # the intercept dilutes it


def test_both_ends() -> None:
    got = early_stopping(Settings(), basis="chebyshev", degree=6)
    full = ridge_path(Settings(), basis="chebyshev", degree=6)
    np.testing.assert_allclose(got.stopped_risk[-1], full.risk[0], rtol=1e-9)
    np.testing.assert_allclose(got.ridge_risk[-1], full.risk[0], rtol=1e-9)
    np.testing.assert_allclose(got.stopped_grid[-1], full.fit_grid[0], rtol=1e-9)
    assert got.steps[0] == 1 and got.steps[-1] == 10**15 and (np.diff(got.steps) > 0).all()
    assert 1 < got.stopped_df[0] < 3 and got.stopped_df[-1] == pytest.approx(7)


def test_arrays_are_finite_and_read_only() -> None:
    got = early_stopping(Settings(n_train=10), degree=20)
    for name, value in vars(got).items():
        if name != "rate":
            assert np.isfinite(value).all() and not value.flags.writeable, name
    assert np.array_equal(got.f_grid, got.grid + np.sin(1.5 * got.grid))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"degree": 0}, r"^`degree` must be an integer in \[1, 20\]; got 0\.$"),
        ({"basis": "x"}, r"^`basis` must be one of monomial, chebyshev; got 'x'\.$"),
        ({"n_train": 1}, r"^`n_train` must be an integer in \[2, 200\]; got 1\.$"),
    ],
)
def test_settings_are_checked(settings, message) -> None:
    with pytest.raises(ValueError, match=message):
        on(early_stopping, **settings)
