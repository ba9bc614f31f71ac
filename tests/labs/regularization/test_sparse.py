"""Lasso and elastic net against scikit-learn, the optimality conditions, and Monte Carlo by other means."""

import warnings

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import ElasticNet, Lasso, Ridge, lars_path
from sklearn.preprocessing import StandardScaler

from core.labs.regularization.compute.active_set import minimise
from core.labs.regularization.compute.ridge import ALPHAS, BASES, polynomial_spectrum, ridge_path
from core.labs.regularization.compute.sparse import LIMITS, path_weights, sparse_errors, sparse_path
from core.labs.regularization.compute.spectral import decompose_features
from core.regression.designs import Settings, draw
from tests.experiments import on

CASES = [
    {},
    {"degree": 15, "basis": "chebyshev", "seed": 3},
    {"degree": 20},
    {"degree": 20, "n_train": 6},
    {"degree": 20, "n_train": 2, "basis": "chebyshev"},
    {"degree": 15, "n_train": 10, "basis": "chebyshev", "seed": 8},
    {"degree": 4, "truth": "step", "n_train": 12, "n_test": 30, "noise_std": 2.0, "n_sets": 7, "seed": 3},
    {"degree": 6, "inputs": "normal", "low": -2, "high": 2, "n_train": 200, "test_at": "train", "seed": 9},
    {"degree": 12, "low": 19.5, "high": 20, "test_at": "beyond"},
    {"degree": 10, "noise_std": 0, "truth": "quadratic", "test_at": "inside"},
    {"degree": 4, "low": -5, "high": 5, "n_train": 2, "seed": 1},
]


def standardised(x, points, degree, basis="monomial"):
    if basis == "chebyshev":
        u, v = ((2 * z - x.min() - x.max()) / (x.max() - x.min()) for z in (x, points))
        train, others = (np.polynomial.chebyshev.chebvander(z, degree)[:, 1:] for z in (u, v))
    else:
        train, others = (np.stack([z**k for k in range(1, degree + 1)], axis=1) for z in (x, points))
    scaler = StandardScaler().fit(train)
    return scaler.transform(train), scaler.transform(others)


@pytest.mark.parametrize("settings", CASES)
@pytest.mark.parametrize("l1_ratio", [1.0, 0.5, 0.01])
def test_optimality_conditions(settings, l1_ratio) -> None:
    got = on(sparse_path, l1_ratio=l1_ratio, **settings)
    train, _ = standardised(got.x_train, got.x_train, settings.get("degree", 10), settings.get("basis", "monomial"))
    y, w, alpha = got.y_train - got.y_train.mean(), got.weights[1:], got.alphas[1:, None]
    slope = (y - w @ train.T) @ train - alpha * (1 - l1_ratio) * w
    wrong = np.where(w != 0, np.abs(slope - alpha * l1_ratio * np.sign(w)), np.abs(slope) - alpha * l1_ratio)
    norms = np.linalg.norm(train, axis=0)
    rounding = norms.max() * (np.linalg.norm(y) + np.abs(w) @ norms)
    assert (wrong.max(axis=1) <= 1e-13 * rounding).all()


@pytest.mark.parametrize("basis", BASES)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_lasso_at_the_knots_of_lars(basis, seed) -> None:
    data = draw(Settings(seed=seed))
    x, y = data.x_train[0], data.f_train[0] + data.noise[0]
    train, _ = standardised(x, x, 10, basis)
    knots, _, weights = lars_path(train, y - y.mean(), method="lasso")
    alphas, weights = 40 * knots[::-1], weights.T[::-1]  # lars_path divides the squared error by 2 n
    between = (alphas[1:] + alphas[:-1]) / 2
    spectrum = polynomial_spectrum(x, x[:0], 10, basis)
    kept, mid = alphas > 1e-3, between > 1e-3
    got = path_weights(spectrum, alphas, 1.0, y)
    np.testing.assert_allclose(got[kept], weights[kept], rtol=0, atol=1e-6 * np.abs(weights[kept]).max())
    got = path_weights(spectrum, between, 1.0, y)
    linear = (weights[1:] + weights[:-1]) / 2
    np.testing.assert_allclose(got[mid], linear[mid], rtol=0, atol=1e-6 * np.abs(linear[mid]).max())
    assert kept.sum() > 6


@pytest.mark.parametrize(("degree", "basis"), [(8, "chebyshev"), (3, "monomial")])
@pytest.mark.parametrize("l1_ratio", [1.0, 0.7, 0.2])
def test_against_coordinate_descent(degree, basis, l1_ratio) -> None:
    got = sparse_path(Settings(), l1_ratio=l1_ratio, degree=degree, basis=basis)
    train, on_grid = standardised(got.x_train, got.grid, degree, basis)
    for p in range(49, len(got.alphas), 6):
        alpha = got.alphas[p] / 40
        options = {"tol": 1e-15, "max_iter": 1_000_000}
        model = Lasso(alpha, **options) if l1_ratio == 1 else ElasticNet(alpha, l1_ratio=l1_ratio, **options)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # 1e-15 is not always reached
            model.fit(train, got.y_train)
        np.testing.assert_allclose(got.weights[p], model.coef_, rtol=0, atol=1e-7)
        np.testing.assert_allclose(got.fit_grid[p], model.predict(on_grid), rtol=0, atol=1e-6)


@pytest.mark.parametrize("settings", CASES)
def test_without_absolute_values_it_is_ridge(settings) -> None:
    got, ridge = on(sparse_path, l1_ratio=0, **settings), on(ridge_path, **settings)
    np.testing.assert_allclose(
        got.weights[40:], ridge.weights[40:], rtol=1e-9, atol=1e-9 * np.abs(ridge.weights[40:]).max()
    )
    assert got.l1_ratio == 0
    train, _ = standardised(got.x_train, got.x_train, settings.get("degree", 10), settings.get("basis", "monomial"))
    for p in range(40, len(got.alphas), 8):
        expected = Ridge(alpha=got.alphas[p], solver="svd").fit(train, got.y_train).coef_
        np.testing.assert_allclose(got.weights[p], expected, rtol=0, atol=1e-8 * (np.abs(expected).max() + 1e-9))


def test_nearly_without_absolute_values_it_is_nearly_ridge() -> None:
    got, ridge = sparse_path(Settings(), l1_ratio=1e-9), sparse_path(Settings(), l1_ratio=0)
    np.testing.assert_allclose(got.weights[40:], ridge.weights[40:], rtol=1e-3, atol=1e-6)


def test_orthogonal_columns_are_shrunk_one_by_one() -> None:
    rng = np.random.default_rng(3)
    columns, _ = np.linalg.qr(rng.standard_normal((30, 7)))
    columns, _ = np.linalg.qr(columns - columns.mean(axis=0))
    y = 3 * rng.standard_normal(30)
    z = columns.T @ y
    alphas = np.array([0.1, 0.5, 1.0, 2.0, 5.0])
    for a in (1.0, 0.4):
        soft = np.sign(z) * np.maximum(np.abs(z) - a * alphas[:, None], 0) / (1 + (1 - a) * alphas[:, None])
        got = path_weights(decompose_features(columns, columns[:0]), alphas, a, y)
        np.testing.assert_allclose(got, soft, atol=1e-13)
        assert ((got == 0) == (soft == 0)).all()


@pytest.mark.parametrize("seed", range(20))
def test_elastic_net_is_a_lasso_with_more_rows(seed) -> None:
    rng = np.random.default_rng(seed)
    factor, target = rng.standard_normal((12, 6)), rng.standard_normal(12)
    rows = np.vstack([factor, np.sqrt(0.8) * np.eye(6)])
    one = minimise(factor, target, 1.5, 0.8, np.zeros(6))
    other = minimise(rows, np.append(target, np.zeros(6)), 1.5, 0.0, np.zeros(6))
    np.testing.assert_allclose(one, other, atol=1e-13)
    elsewhere = minimise(factor, target, 1.5, 0.8, rng.standard_normal(6))
    np.testing.assert_allclose(one, elsewhere, atol=1e-13)


@pytest.mark.parametrize("l1_ratio", [1.0, 0.3])
def test_the_penalty_at_which_the_last_weight_goes(l1_ratio) -> None:
    data = draw(Settings())
    x, y = data.x_train[0], data.f_train[0] + data.noise[0]
    train, _ = standardised(x, x, 10)
    largest = np.abs(train.T @ (y - y.mean())).max() / l1_ratio
    alphas = largest * np.array([0.999, 1.001])
    got = path_weights(polynomial_spectrum(x, x[:0], 10, "monomial"), alphas, l1_ratio, y)
    assert got[0].any() and not got[1].any()


@pytest.mark.parametrize("settings", CASES)
def test_fields_follow_from_the_weights(settings) -> None:
    got = on(sparse_path, **settings)
    data = draw(Settings(**{k: v for k, v in settings.items() if k not in ("degree", "basis")}))
    degree, basis = settings.get("degree", 10), settings.get("basis", "monomial")
    y = data.f_train[0] + data.noise[0]
    assert np.array_equal(got.x_train, data.x_train[0]) and np.array_equal(got.y_train, y)
    train, on_grid = standardised(got.x_train, got.grid, degree, basis)
    _, on_test = standardised(got.x_train, data.x_test, degree, basis)
    size = np.abs(got.weights).sum(axis=1)[1:, None]
    w = got.weights[1:]
    reach = 1e-9 * (1 + size * max(np.abs(on_grid).max(), np.abs(on_test).max()))
    assert (np.abs(got.fit_grid[1:] - y.mean() - w @ on_grid.T) <= reach).all()
    mse = ((y - y.mean() - w @ train.T) ** 2).mean(axis=1)
    np.testing.assert_allclose(got.train_mse[1:], mse, rtol=1e-6, atol=1e-12)
    error = ((y.mean() + w @ on_test.T - data.f_test) ** 2).mean(axis=1) + data.noise_std**2
    np.testing.assert_allclose(got.error[1:], error, rtol=1e-4, atol=1e-12)
    assert np.array_equal(got.l1, np.abs(got.weights).sum(axis=1))
    np.testing.assert_allclose(got.l2, np.linalg.norm(got.weights, axis=1), rtol=1e-14)
    assert got.nonzero.tolist() == [np.count_nonzero(row) for row in got.weights]
    ridge = on(ridge_path, **settings)
    assert np.array_equal(got.alphas, ALPHAS) and np.array_equal(got.grid, ridge.grid)
    assert np.array_equal(got.f_grid, ridge.f_grid) and got.l1_ratio == 1
    for value in vars(got).values():
        if isinstance(value, np.ndarray):
            assert not value.flags.writeable and np.isfinite(value).all()


@pytest.mark.parametrize("l1_ratio", [1.0, 0.5])
def test_the_penalised_size_falls_and_the_training_error_rises(l1_ratio) -> None:
    got = sparse_path(Settings(), l1_ratio=l1_ratio, basis="chebyshev")
    size = l1_ratio * got.l1 + (1 - l1_ratio) / 2 * got.l2**2
    assert (np.diff(size) <= 1e-12).all()
    assert (np.diff(got.train_mse) >= -1e-12).all()
    assert got.nonzero[0] == 10 and got.nonzero[-1] == 0


# ---- Monte Carlo -----------------------------------------------------------------------------------------------------


def test_errors_without_absolute_values_are_those_of_ridge() -> None:
    got, ridge = sparse_errors(Settings(n_sets=30, seed=4), l1_ratio=0), ridge_path(Settings(n_sets=30, seed=4))
    np.testing.assert_allclose(got.mc_bias2[30:], ridge.mc_bias2[30:], rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(got.mc_variance[30:], ridge.mc_variance[30:], rtol=1e-6)
    np.testing.assert_allclose(got.mc_risk, got.mc_bias2 + got.mc_variance + 0.3, rtol=1e-12)
    assert (got.nonzero == 10).all()


def test_errors_against_fits_by_lars() -> None:
    settings = {"degree": 8, "basis": "chebyshev", "seed": 5, "n_sets": 4}
    got, data = on(sparse_errors, **settings), draw(Settings(seed=5, n_sets=4))
    x = data.x_train[0]
    train, on_test = standardised(x, data.x_test, 8, "chebyshev")
    for p in (33, 53, 57, 60):
        fits, counts = [], []
        for y in data.f_train + data.noise:
            knots, _, weights = lars_path(train, y - y.mean(), method="lasso")
            w = [np.interp(got.alphas[p] / 40, knots[::-1], one[::-1]) for one in weights]
            fits.append(y.mean() + on_test @ w)
            counts.append(np.count_nonzero(np.abs(w) > 1e-12))
        error = np.array(fits) - data.f_test

        def estimates(e):
            variance = e.var(axis=0, ddof=1).mean()
            bias2 = (e.mean(axis=0) ** 2).mean() - variance / len(e)
            return np.array([bias2, variance, bias2 + variance + data.noise_std**2])

        found = np.array([got.mc_bias2[p], got.mc_variance[p], got.mc_risk[p]])
        np.testing.assert_allclose(found, estimates(error), rtol=1e-7, atol=1e-9)
        without = np.array([estimates(np.delete(error, i, axis=0)) for i in range(4)])
        jackknife = np.sqrt(3 / 4 * ((without - without.mean(axis=0)) ** 2).sum(axis=0))
        found = np.array([got.mc_bias2_se[p], got.mc_variance_se[p], got.mc_risk_se[p]])
        np.testing.assert_allclose(found, jackknife, rtol=1e-6, atol=1e-9)
        assert got.nonzero[p] == np.mean(counts)


def test_errors_agree_with_exact_ridge_for_every_seed() -> None:
    # z-scores with estimated standard errors from 30 sets: heavier tails than normal, mean near 0, spread near 1.
    scores = {"bias2": [], "variance": [], "risk": []}
    for seed in range(100):
        got = sparse_errors(Settings(n_sets=30, seed=seed, test_at="inside"), l1_ratio=0, basis="chebyshev")
        exact = ridge_path(Settings(seed=seed, test_at="inside"), basis="chebyshev")
        for name, values in scores.items():
            z = (getattr(got, f"mc_{name}") - getattr(exact, name)) / getattr(got, f"mc_{name}_se")
            values.append(z[[0, 40, 52, 56, 60]])
    for values in scores.values():
        z = np.array(values)
        assert np.abs(np.median(z, axis=0)).max() < 0.6  # skewed: a small estimate has a small standard error
        assert (z.std(axis=0) > 0.7).all() and (z.std(axis=0) < 1.7).all()


def test_errors_are_finite_and_read_only() -> None:
    got = sparse_errors(Settings(n_sets=3), degree=4)
    assert got.l1_ratio == 1
    for value in vars(got).values():
        if isinstance(value, np.ndarray):
            assert value.shape == (66,) and np.isfinite(value).all() and not value.flags.writeable


@pytest.mark.parametrize("function", [sparse_path, sparse_errors])
@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"l1_ratio": -0.1}, r"^`l1_ratio` must be in \[0, 1\]; got -0\.1\.$"),
        ({"l1_ratio": 1.1}, r"^`l1_ratio` must be in \[0, 1\]; got 1\.1\.$"),
        ({"l1_ratio": float("nan")}, r"^`l1_ratio` must be in \[0, 1\]; got nan\.$"),
        ({"degree": 0}, r"^`degree` must be an integer in \[1, 20\]; got 0\.$"),
        ({"basis": "x"}, r"^`basis` must be one of monomial, chebyshev; got 'x'\.$"),
        ({"noise_std": -1}, r"^`noise_std` must be in \[0, 5\]; got -1\.$"),
    ],
)
def test_settings_are_checked(function, settings, message) -> None:
    with pytest.raises(ValueError, match=message):
        on(function, **settings)


@pytest.mark.parametrize("n_sets", [2, 201])
def test_errors_check_the_number_of_sets(n_sets) -> None:
    assert LIMITS["n_sets"] == (3, 200)
    with pytest.raises(ValueError, match=rf"^`n_sets` must be an integer in \[3, 200\]; got {n_sets}\.$"):
        sparse_errors(Settings(n_sets=n_sets))
