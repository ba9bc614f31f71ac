"""Ridge against the homework's published numbers, scikit-learn, explicit smoother matrices and 80-digit arithmetic."""

import mpmath
import numpy as np
import pytest
from numpy.polynomial import Chebyshev
from numpy.polynomial.chebyshev import chebvander
from sklearn.linear_model import Ridge
from sklearn.preprocessing import StandardScaler

from core.kit.controls import LogSlider
from core.labs.regularization.compute.ridge import (
    ALPHAS,
    BASES,
    columns,
    polynomial_spectrum,
    ridge_path,
    ridge_weights,
)
from core.labs.regularization.compute.spectral import RANK_TOLERANCE, FilterErrors, decompose_features, ridge_filters
from core.regression.designs import LIMITS, Settings, draw
from core.regression.truths import TRUTHS
from tests.experiments import on

HOMEWORK = {"generator": "legacy"}
TEN = int(np.flatnonzero(ALPHAS == 10)[0])
CASES = [
    {},
    {"basis": "chebyshev", "degree": 15, "seed": 3},
    {"degree": 4, "truth": "step", "n_train": 12, "n_test": 30, "noise_std": 2.0, "n_sets": 7, "seed": 3},
    {"degree": 6, "inputs": "normal", "low": -2, "high": 2, "n_train": 60, "test_at": "train", "seed": 9},
    {"degree": 5, "low": 15, "high": 20, "truth": "sine", "test_at": "beyond", "n_train": 30, "n_sets": 2},
    {"degree": 9, "basis": "chebyshev", "low": -10, "high": -2, "truth": "runge", "test_at": "inside", **HOMEWORK},
    {"degree": 8, "n_train": 6, "n_test": 20, "basis": "chebyshev", "test_at": "inside", "seed": 1},
]


def raw_columns(x, points, degree, basis):
    """Unscaled columns of the basis, computed from scratch."""
    if basis == "monomial":
        return (np.stack([z**k for k in range(1, degree + 1)], axis=1) for z in (x, points))
    u, v = ((2 * z - x.min() - x.max()) / (x.max() - x.min()) for z in (x, points))
    return (chebvander(z, degree)[:, 1:] for z in (u, v))


def standardised(x, points, degree, basis):
    train, others = raw_columns(x, points, degree, basis)
    scaler = StandardScaler().fit(train)
    return scaler.transform(train), scaler.transform(others)


def smoother(x, points, degree, basis, alpha):
    """The matrix that turns targets into ridge fits, by least squares on rows extended by sqrt(alpha) times unity."""
    train, others = standardised(x, points, degree, basis)
    n = x.size
    rows = np.vstack([train, np.sqrt(alpha) * np.eye(degree)])
    right = np.vstack([np.eye(n) - 1 / n, np.zeros((degree, n))])
    return 1 / n + others @ np.linalg.lstsq(rows, right, rcond=None)[0]


def tolerance(path, alpha):
    """Relative error that rounding in the columns makes: at worst eps s_0 / sqrt(alpha)."""
    return 1e-11 + 1e-14 * path.sizes[0] / np.sqrt(alpha)


def path_and_data(settings):
    plain = {name: value for name, value in settings.items() if name not in ("degree", "basis")}
    return (
        on(ridge_path, **settings),
        draw(Settings(**plain)),
        settings.get("degree", 10),
        settings.get("basis", "monomial"),
    )


# ---- the homework ----------------------------------------------------------------------------------------------------


def test_homework_with_penalty_ten() -> None:
    got = on(ridge_path, **HOMEWORK)
    assert got.mean_fit_error[TEN] == pytest.approx(0.7165949941987974, rel=1e-12)
    assert got.mc_bias2_raw[TEN] == pytest.approx(0.4530506596924119, rel=1e-12)
    assert got.mc_variance[TEN] * 99 / 100 == pytest.approx(0.023127435785269216, rel=1e-12)
    assert got.one_test_error[TEN] == pytest.approx(0.7397, abs=5e-5)
    assert got.mc_bias2_raw[TEN] + got.mc_variance[TEN] * 99 / 100 + got.noise == pytest.approx(0.7762, abs=5e-5)


def test_homework_without_penalty() -> None:
    got = on(ridge_path, **HOMEWORK)
    assert got.alphas[0] == 0
    assert got.mean_fit_error[0] == pytest.approx(0.2252215788, rel=1e-9)
    assert got.mc_bias2_raw[0] == pytest.approx(0.0057293152, rel=1e-8)
    assert got.mc_variance[0] * 99 / 100 == pytest.approx(0.412001638532399, rel=1e-8)
    assert got.one_test_error[0] == pytest.approx(0.6372, abs=5e-5)
    assert got.mc_bias2_raw[0] + got.mc_variance[0] * 99 / 100 + got.noise == pytest.approx(0.7177, abs=5e-5)


def test_homework_condition_number() -> None:
    sizes = on(ridge_path, **HOMEWORK).sizes
    assert sizes.shape == (10,)
    assert sizes[0] / sizes[-1] == pytest.approx(1.4e7, rel=0.05)
    assert sizes[-1] ** 2 == pytest.approx(2e-12, rel=0.2)


def test_homework_point_at_zero_extrapolates() -> None:
    got = on(ridge_path, **HOMEWORK)
    assert got.x_test[~got.inside].tolist() == [0.0]
    change = got.test_bias2 + got.test_variance - (got.test_bias2 + got.test_variance)[0]
    assert got.risk[TEN] < got.risk[0]  # with all ten points the penalty helps
    assert change[TEN, got.inside].mean() > 0  # without that one it hurts


# ---- exact numbers ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("settings", CASES)
@pytest.mark.parametrize("alpha", [1e-6, 1e-2, 1.0, 10.0, 1e4])
def test_everything_against_a_smoother_matrix(settings, alpha) -> None:
    got, data, degree, basis = path_and_data(settings)
    p = int(np.flatnonzero(got.alphas == alpha)[0])
    x, sigma, (m, t) = data.x_train[0], data.noise_std, data.fresh_noise.shape
    n, f, y = x.size, data.f_train[0], data.f_train + data.noise
    at_test, at_train, at_grid = (smoother(x, z, degree, basis, alpha) for z in (data.x_test, x, got.grid))
    tol = tolerance(got, alpha)
    scale = np.abs(at_test).sum(axis=1).max() * np.abs(y).max()
    close = {"rtol": 30 * tol, "atol": tol * scale**2}
    bias, covariance = at_test @ f - data.f_test, sigma**2 * at_test @ at_test.T
    np.testing.assert_allclose(got.df[p], np.trace(at_train), rtol=30 * tol)
    np.testing.assert_allclose(got.test_bias2[p], bias**2, **close)
    np.testing.assert_allclose(got.test_variance[p], np.diag(covariance), **close)
    np.testing.assert_allclose(got.bias2[p], (bias**2).mean(), **close)
    np.testing.assert_allclose(got.variance[p], np.trace(covariance) / t, **close)
    np.testing.assert_allclose(got.risk[p], (bias**2).mean() + np.trace(covariance) / t + sigma**2, **close)
    left = np.eye(n) - at_train
    train_error = (np.sum((left @ f) ** 2) + sigma**2 * np.trace(left.T @ left)) / n
    np.testing.assert_allclose(got.train_error[p], train_error, **close)
    np.testing.assert_allclose(got.train_mse_first[p], ((left @ y[0]) ** 2).mean(), **close)
    # Monte Carlo, from the fits themselves
    fit = y @ at_test.T
    variance, raw = fit.var(axis=0, ddof=1).mean(), ((fit.mean(axis=0) - data.f_test) ** 2).mean()
    np.testing.assert_allclose(got.mc_variance[p], variance, **close)
    np.testing.assert_allclose(got.mc_bias2_raw[p], raw, **close)
    np.testing.assert_allclose(got.mc_bias2[p], raw - variance / m, **close)
    np.testing.assert_allclose(got.mc_error[p], ((data.f_test + data.fresh_noise - fit) ** 2).mean(), **close)
    np.testing.assert_allclose(got.one_test_error[p], ((got.y_test - fit) ** 2).mean(), **close)
    np.testing.assert_allclose(got.mean_fit_error[p], ((got.y_test - fit.mean(axis=0)) ** 2).mean(), **close)
    # Standard errors: the usual Gaussian moments
    size2, along = np.sum(covariance**2), bias @ covariance @ bias
    np.testing.assert_allclose(got.mc_variance_se[p], np.sqrt(2 * size2 / (m - 1)) / t, **close)
    bias2_se = np.sqrt(4 * along / m + 2 * size2 / m**2 + 2 * size2 / (m - 1) / m**2) / t
    np.testing.assert_allclose(got.mc_bias2_se[p], bias2_se, **close)
    total = covariance + sigma**2 * np.eye(t)
    error_se = np.sqrt((2 * np.sum(total**2) + 4 * bias @ total @ bias) / m) / t
    np.testing.assert_allclose(got.mc_error_se[p], error_se, **close)
    # Curves
    wide = {"rtol": 30 * tol, "atol": tol * np.abs(at_grid).sum(axis=1).max() * np.abs(y).max()}
    np.testing.assert_allclose(got.mean_grid[p], at_grid @ f, **wide)
    np.testing.assert_allclose(got.fit_grid[p], at_grid @ y[0], **wide)
    np.testing.assert_allclose(got.sd_grid[p], sigma * np.linalg.norm(at_grid, axis=1), **wide)
    curves = min(m, 15)
    assert got.scores.shape[0] == curves
    np.testing.assert_allclose((got.filters[p] * got.scores) @ got.modes, y[:curves] @ at_grid.T, **wide)


@pytest.mark.parametrize("settings", CASES)
def test_against_scikit_learn(settings) -> None:
    got, data, degree, basis = path_and_data(settings)
    x, y = data.x_train[0], data.f_train + data.noise
    train, on_grid = standardised(x, got.grid, degree, basis)
    for p in range(1, len(got.alphas), 8):
        alpha = got.alphas[p]
        model = Ridge(alpha=alpha, solver="svd").fit(train, y[0])
        tol = tolerance(got, alpha)
        size = np.abs(model.coef_).sum()
        np.testing.assert_allclose(got.weights[p], model.coef_, rtol=0, atol=30 * tol * (size + 1e-300))
        reach = size * np.abs(on_grid).max() + np.abs(y).max()
        np.testing.assert_allclose(got.fit_grid[p], model.predict(on_grid), rtol=0, atol=30 * tol * reach)
        model.fit(train, data.f_train[0])
        reach = np.abs(model.coef_).sum() * np.abs(on_grid).max() + np.abs(data.f_train).max()
        for mean_fit in (got.mean_grid[p], (got.filters[p] * got.mean_scores) @ got.modes):
            np.testing.assert_allclose(mean_fit, model.predict(on_grid), rtol=0, atol=30 * tol * reach)


@pytest.mark.parametrize("degree", range(1, 21))
@pytest.mark.parametrize("basis", BASES)
def test_penalty_zero_is_least_squares(degree, basis) -> None:
    got = ridge_path(Settings(), degree=degree, basis=basis)
    expected = Chebyshev.fit(got.x_train, got.y_train[0], degree)(got.grid)
    np.testing.assert_allclose(got.fit_grid[0], expected, rtol=1e-9, atol=1e-9)
    assert got.at_zero == ""
    assert got.df[0] == pytest.approx(degree + 1, rel=1e-14)


def exact_ridge(x, y, points, degree, basis, alpha):
    """Fit with 80 digits, in the dual form, which also serves more columns than points."""
    with mpmath.workdps(80):
        xs, ps = [mpmath.mpf(float(z)) for z in x], [mpmath.mpf(float(z)) for z in points]
        low, high, n = min(xs), max(xs), len(xs)
        if basis == "chebyshev":
            xs, ps = ([(2 * z - low - high) / (high - low) for z in zs] for zs in (xs, ps))
        value = (lambda k, z: z**k) if basis == "monomial" else (lambda k, z: mpmath.chebyt(k, z))
        train, others = mpmath.matrix(n, degree), mpmath.matrix(len(ps), degree)
        for k in range(degree):
            column = [value(k + 1, z) for z in xs]
            mean = mpmath.fsum(column) / n
            sd = mpmath.sqrt(mpmath.fsum((z - mean) ** 2 for z in column) / n)
            for i, z in enumerate(column):
                train[i, k] = (z - mean) / sd
            for i, z in enumerate(ps):
                others[i, k] = (value(k + 1, z) - mean) / sd
        mean = mpmath.fsum(map(float, y)) / n
        # The constant direction is not in the range of the columns: adding it makes the matrix regular at once.
        gram = train * train.T + mpmath.mpf(alpha) * mpmath.eye(n) + mpmath.ones(n, n)
        dual = mpmath.lu_solve(gram, mpmath.matrix([mpmath.mpf(float(z)) - mean for z in y]))
        fit = others * (train.T * dual)
        return np.array([float(z + mean) for z in fit])


@pytest.mark.parametrize("basis", BASES)
@pytest.mark.parametrize(
    ("settings", "alphas"),
    [
        ({"degree": 10, "n_train": 12}, ["1e-12", "1e-6", "10"]),
        ({"degree": 20, "n_train": 22}, ["1e-12", "1e-4"]),
        ({"degree": 12, "n_train": 8}, ["1e-40", "1e-12", "1"]),
        ({"degree": 20, "n_train": 5}, ["1e-40", "1e-12", "1"]),
    ],
)
def test_against_80_digits(settings, alphas, basis) -> None:
    got = on(ridge_path, basis=basis, test_at="inside", n_test=40, **settings)
    points = np.linspace(got.x_train.min(), got.x_train.max(), 7)
    spectrum = polynomial_spectrum(got.x_train, points, settings["degree"], basis)
    for alpha in alphas:  # 1e-40 stands for the limit 0
        expected = exact_ridge(got.x_train, got.y_train[0], points, settings["degree"], basis, alpha)
        filters = ridge_filters(spectrum.sizes, np.array([0.0 if alpha == "1e-40" else float(alpha)]))
        fit = (filters * (spectrum.train @ got.y_train[0])) @ spectrum.at
        np.testing.assert_allclose(fit[0], expected, rtol=0, atol=1e-7 * np.abs(expected).max())


@pytest.mark.parametrize("settings", CASES)
def test_leave_one_out_against_refits(settings) -> None:
    got, _, degree, basis = path_and_data(settings)
    x, y = got.x_train, got.y_train[0]
    train, _ = standardised(x, x, degree, basis)
    for p in range(40, len(got.alphas), 14):
        missed = []
        for i in range(x.size):
            rest = np.arange(x.size) != i
            model = Ridge(alpha=got.alphas[p], solver="svd").fit(train[rest], y[rest])
            missed.append(y[i] - model.predict(train[i : i + 1])[0])
        assert got.loo_error_first[p] == pytest.approx(np.mean(np.square(missed)), rel=1e-7)


def test_identities() -> None:
    got = ridge_path(Settings())
    np.testing.assert_allclose(got.bias2 + got.variance + got.noise, got.risk, rtol=1e-15)
    np.testing.assert_allclose(got.test_bias2.mean(axis=1), got.bias2, rtol=1e-14)
    np.testing.assert_allclose(got.test_variance.mean(axis=1), got.variance, rtol=1e-14)
    np.testing.assert_allclose(got.filters.sum(axis=1), got.df, rtol=1e-14)
    sizes2 = got.sizes**2
    np.testing.assert_allclose(got.filters[1:, 1:], sizes2 / (sizes2 + got.alphas[1:, None]), rtol=1e-14)
    assert (got.filters[:, 0] == 1).all() and (got.filters[0] == 1).all()
    np.testing.assert_allclose((sizes2).sum(), 40 * 10, rtol=1e-12)  # ten columns of variance 1
    assert got.best == got.alphas[np.argmin(got.risk)]


@pytest.mark.parametrize("basis", BASES)
def test_a_larger_penalty_shrinks_more(basis) -> None:
    got = ridge_path(Settings(), basis=basis)
    for falling in (got.df, got.test_variance, (got.weights**2).sum(axis=1)):
        assert (np.diff(falling, axis=0) <= 1e-9 * np.abs(falling[:-1])).all()
    assert (np.diff(got.train_mse_first) >= -1e-12).all()
    assert got.df[-1] < 1.3


def test_the_two_bases_are_different_priors_but_the_same_least_squares() -> None:
    one, other = (ridge_path(Settings(), basis=basis) for basis in BASES)
    np.testing.assert_allclose(one.fit_grid[0], other.fit_grid[0], atol=1e-9)
    assert np.abs(one.fit_grid[TEN] - other.fit_grid[TEN]).max() > 1


def test_penalties_are_those_of_a_slider() -> None:
    slider = LogSlider(name="alpha", label="", help="", default=10.0, low=1e-12, high=1e4, per_decade=4, zero=True)
    assert tuple(ALPHAS) == slider.values
    assert (ALPHAS[0], ALPHAS[1], ALPHAS[-1], ALPHAS[TEN]) == (0, 1e-12, 1e4, 10)


# ---- Monte Carlo -----------------------------------------------------------------------------------------------------


def test_monte_carlo_agrees_with_the_exact_curves_for_every_seed() -> None:
    # z-scores of 100 independent experiments: each bounded, their mean near 0 and their standard deviation near 1, both
    # to within 4 standard errors. Where one test point dominates, the bias is a shifted chi-squared with one degree of
    # freedom (kurtosis 15), far from normal; the others are averages of many squares (kurtosis about 3).
    scores = {"bias2": [], "variance": [], "error": []}
    for seed in range(100):
        got = ridge_path(Settings(seed=seed, n_sets=200))
        for name, values in scores.items():
            exact = got.risk if name == "error" else getattr(got, name)
            values.append((getattr(got, f"mc_{name}") - exact) / getattr(got, f"mc_{name}_se"))
    for name, values in scores.items():
        z, kurtosis = np.array(values), 15 if name == "bias2" else 3
        assert np.abs(z).max() < (7 if name == "bias2" else 4.5)
        assert np.abs(z.mean(axis=0)).max() < 4 / np.sqrt(100)
        assert np.abs(z.std(axis=0) - 1).max() < 4 * np.sqrt((kurtosis - 1) / 4 / 100)


# ---- extremes and bad input ------------------------------------------------------------------------------------------


def test_no_noise_has_no_variance() -> None:
    got = ridge_path(Settings(noise_std=0))
    for name in ("variance", "test_variance", "mc_variance", "mc_variance_se", "mc_bias2_se", "mc_error_se", "sd_grid"):
        assert not getattr(got, name).any(), name
    for name in ("risk", "mc_bias2", "mc_bias2_raw", "mc_error", "one_test_error", "mean_fit_error"):
        np.testing.assert_allclose(getattr(got, name), got.bias2, rtol=1e-12)


def test_variance_is_linear_in_the_noise_variance() -> None:
    small, large = ridge_path(Settings(noise_std=0.01)), ridge_path(Settings(noise_std=5))
    np.testing.assert_allclose(large.variance, small.variance * 250_000, rtol=1e-12)
    np.testing.assert_allclose(large.mc_variance, small.mc_variance * 250_000, rtol=1e-12)
    np.testing.assert_allclose(large.bias2, small.bias2, rtol=1e-12)


def test_more_columns_than_points() -> None:
    got = ridge_path(Settings(n_train=6), degree=12)
    assert got.at_zero == (
        "6 distinct training inputs do not determine a polynomial of degree 12: "
        "of all that fit best, penalty 0 shows the one whose weights have the smallest norm."
    )
    assert (
        "6 distinct training inputs do not determine a polynomial of degree 6"
        in ridge_path(Settings(n_train=6), degree=6).at_zero
    )
    assert got.sizes.shape == (5,) and got.weights.shape == (66, 12)
    assert got.train_mse_first[0] == got.train_error[0] == 0
    assert np.isnan(got.loo_error_first[0]) and np.isfinite(got.loo_error_first[-1])
    train, on_grid = standardised(got.x_train, got.grid, 12, "monomial")
    least = np.linalg.pinv(train, rcond=1e-12) @ got.y_train[0]
    np.testing.assert_allclose(got.weights[0], least, rtol=1e-6)
    expected = got.y_train[0].mean() + on_grid @ least
    np.testing.assert_allclose(got.fit_grid[0], expected, rtol=1e-6, atol=1e-6)


def test_as_many_coefficients_as_points() -> None:
    got = ridge_path(Settings(n_train=6), degree=5, basis="chebyshev")
    assert got.at_zero == ""
    assert got.train_mse_first[0] == got.train_error[0] == 0
    assert (got.train_mse_first[1:] > 0).all()
    assert np.isnan(got.loo_error_first[0])


def test_a_column_without_variation_is_left_out() -> None:
    train, others = columns(np.array([-2.0, 2.0]), np.array([0.0, 3.0]), 3, "monomial")
    assert train.tolist() == [[-1, 0, -1], [1, 0, 1]]
    assert others.tolist() == [[0, 0, 0], [1.5, 0, 27 / 8]]
    spectrum = polynomial_spectrum(np.array([-2.0, 2.0]), np.array([0.0, 3.0]), 3, "monomial")
    assert spectrum.sizes == pytest.approx([2])  # two equal columns of norm sqrt(2)
    assert ridge_weights(spectrum, np.array([0.0, 4.0]), np.array([0.0, 2.0])) == pytest.approx(
        np.array([[0.5, 0, 0.5], [0.25, 0, 0.25]])
    )


def test_inputs_so_near_that_all_columns_are_constant() -> None:
    got = ridge_path(Settings(low=1.0, high=np.nextafter(1.0, 2), n_train=9, n_test=3))
    for name, value in vars(got).items():
        if isinstance(value, np.ndarray) and name != "loo_error_first":
            assert np.isfinite(value).all(), name
    assert not got.weights.any()


def test_penalties_of_any_size() -> None:
    filters = ridge_filters(np.array([1e3, 1e-3, 0.0]), np.array([0.0, 1e-300, 1.0, 1e300]))
    assert filters[0].tolist() == [1, 1, 1, 1]
    assert filters[1].tolist() == [1, 1, 1, 0]
    assert filters[2].tolist() == [1, pytest.approx(1e6 / (1e6 + 1)), pytest.approx(1e-6 / (1 + 1e-6)), 0]
    assert filters[3] == pytest.approx([1, 0, 0, 0], abs=1e-290)


def test_directions_that_are_rounding_are_dropped() -> None:
    rng = np.random.default_rng(0)
    two = rng.standard_normal((9, 2))
    features = np.column_stack([two, two @ [1.0, 2.0]])
    spectrum = decompose_features(features, features[:4])
    assert spectrum.sizes.size == 2 and RANK_TOLERANCE == 1e-12
    y = rng.standard_normal(9)
    weights = np.linalg.pinv(features - features.mean(axis=0)) @ y
    np.testing.assert_allclose(ridge_weights(spectrum, np.array([0.0]), y)[0], weights, atol=1e-12)
    fit = (spectrum.train @ y) @ spectrum.at
    np.testing.assert_allclose(fit, y.mean() + (features[:4] - features.mean(axis=0)) @ weights, atol=1e-12)
    np.testing.assert_allclose(spectrum.train @ spectrum.train.T, np.eye(3), atol=1e-14)


def test_features_without_variation_leave_the_mean() -> None:
    spectrum = decompose_features(np.ones((5, 2)), np.zeros((3, 2)))
    assert spectrum.sizes.size == 0
    np.testing.assert_allclose((spectrum.train @ np.arange(5.0)) @ spectrum.at, [2, 2, 2])


@pytest.mark.parametrize("test_at", ["held_out", "inside", "train", "beyond"])
@pytest.mark.parametrize("inputs", ["even", "normal"])
@pytest.mark.parametrize("basis", BASES)
def test_every_array_is_finite_float64_read_only_and_the_same_again(test_at, inputs, basis) -> None:
    settings = {"test_at": test_at, "inputs": inputs, "n_sets": 6, "seed": 1, "degree": 8, "basis": basis}
    got, again = on(ridge_path, **settings), on(ridge_path, **settings)
    t = got.x_test.size
    shapes = {
        "x_train": (40,),
        "y_train": (6, 40),
        "x_test": (t,),
        "f_test": (t,),
        "y_test": (t,),
        "inside": (t,),
        "test_bias2": (66, t),
        "test_variance": (66, t),
        "sizes": (8,),
        "filters": (66, 9),
        "weights": (66, 8),
        "grid": (81,),
        "f_grid": (81,),
        "fit_grid": (66, 81),
        "mean_grid": (66, 81),
        "sd_grid": (66, 81),
        "modes": (9, 81),
        "scores": (6, 9),
        "mean_scores": (9,),
    }
    for name, value in vars(got).items():
        if not isinstance(value, np.ndarray):
            assert name in ("at_zero", "noise")
            continue
        assert value.shape == shapes.get(name, (66,)), name
        assert value.dtype == (np.bool_ if name == "inside" else np.float64), name
        assert not value.flags.writeable, name
        assert np.isfinite(value).all(), name
        assert np.array_equal(value, getattr(again, name)), name
    assert set(FilterErrors.__dataclass_fields__) < set(vars(got))


@pytest.mark.parametrize("settings", CASES)
def test_data_and_grid_of_the_result(settings) -> None:
    got, data, *_ = path_and_data(settings)
    assert np.array_equal(got.x_train, data.x_train[0])
    assert np.array_equal(got.y_train, data.f_train + data.noise)
    assert np.array_equal(got.x_test, data.x_test) and np.array_equal(got.f_test, data.f_test)
    assert np.array_equal(got.y_test, data.f_test + data.test_noise)
    assert got.noise == data.noise_std**2
    assert got.inside.tolist() == [data.x_train.min() <= z <= data.x_train.max() for z in data.x_test]
    all_x = [*got.x_train, *got.x_test, settings.get("low", 0), settings.get("high", 10)]
    assert (got.grid[0], got.grid[-1]) == (min(all_x), max(all_x))
    np.testing.assert_allclose(np.diff(got.grid), (max(all_x) - min(all_x)) / 80, rtol=1e-6)
    assert np.array_equal(got.f_grid, TRUTHS[settings.get("truth", "x_sin")].function(got.grid))


@pytest.mark.parametrize("value", [0, 21, -1, 2.5, True, float("nan"), "3"])
def test_degree_is_checked(value) -> None:
    with pytest.raises(ValueError, match=r"^`degree` must be an integer in \[1, 20\]; got .*\.$"):
        ridge_path(Settings(), degree=value)


def test_basis_is_checked() -> None:
    with pytest.raises(ValueError, match=r"^`basis` must be one of monomial, chebyshev; got 'legendre'\.$"):
        ridge_path(Settings(), basis="legendre")


@pytest.mark.parametrize("name", sorted(set(LIMITS) - {"max_degree"}))
@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1000])
def test_settings_are_checked(name, value) -> None:
    with pytest.raises(ValueError, match=rf"^`{name}` must be .*; got {value}\.$"):
        on(ridge_path, **{name: value})
