"""The decomposition against published numbers, hat matrices, loops over refits, and its own Monte Carlo."""

from itertools import pairwise

import numpy as np
import pytest
from numpy.polynomial import Chebyshev
from numpy.polynomial.chebyshev import chebvander

from core.regression.decomposition import COST_LIMIT, decompose, degree_range
from core.regression.designs import LIMITS, Settings, draw
from core.regression.truths import TRUTHS

HOMEWORK = {"generator": "legacy"}
FIELDS = {
    "degrees",
    "degree_limit",
    "noise",
    "x_train",
    "y_train",
    "x_test",
    "f_test",
    "y_test",
    "bias2",
    "variance",
    "risk",
    "train_error",
    "risk_se",
    "median_bias2",
    "median_variance",
    "median_risk",
    "mc_bias2",
    "mc_bias2_raw",
    "mc_variance",
    "mc_error",
    "mc_bias2_se",
    "mc_variance_se",
    "mc_error_se",
    "mc_gap_se",
    "one_test_error",
    "train_mse_first",
    "test_bias2",
    "test_variance",
    "grid",
    "f_grid",
    "mean_grid",
    "sd_grid",
    "basis",
    "coefs",
}


def f(x):
    return x + np.sin(1.5 * x)


def smoother(x, points, degree):
    """The matrix that turns targets at x into a fit at the points, by the pseudo-inverse of Chebyshev columns."""
    low, high = x.min(), x.max()
    u, v = ((2 * z - low - high) / (high - low) for z in (x, points))
    return chebvander(v, degree) @ np.linalg.pinv(chebvander(u, degree), rcond=1e-15)


# ---- the homework ----------------------------------------------------------------------------------------------------


def test_homework_variance_of_degree_10() -> None:
    assert decompose(Settings(**HOMEWORK)).mc_variance[9] * 99 / 100 == pytest.approx(0.412001638532399, rel=1e-8)


def test_homework_test_error_curve() -> None:
    got = decompose(Settings(**HOMEWORK))
    printed = [
        0.885,
        0.687,
        0.717,
        0.981,
        0.841,
        0.45763,
        0.45758,
        0.688,
        0.633,
        0.637,
        0.921,
        1.141,
        1.993,
        3.534,
        7.512,
    ]
    half_a_unit = [0.0005] * 5 + [0.000005] * 2 + [0.0005] * 8
    assert (np.abs(got.one_test_error - printed) < half_a_unit).all()
    assert got.one_test_best == 7


def test_homework_exact_optimum() -> None:
    got = decompose(Settings(**HOMEWORK))
    assert got.best == 8
    assert round(got.risk[7], 4) == 0.5947
    assert [round(got.bias2[d - 1], 3) for d in (3, 4, 8)] == [0.333, 0.516, 0.065]
    assert [round(got.variance[d - 1], 3) for d in (3, 8)] == [0.045, 0.229]
    assert [round(got.risk[d - 1], 3) for d in (2, 3)] == [0.641, 0.679]
    assert got.noise == pytest.approx(0.3, rel=1e-15)


def test_homework_point_at_zero_carries_the_variance() -> None:
    got = decompose(Settings(**HOMEWORK))
    share = got.test_variance[9] / got.test_variance[9].sum()
    assert got.x_test[np.argmax(share)] == 0
    assert round(share.max(), 2) == 0.78


def test_homework_bias_of_the_mean_fit() -> None:
    got = decompose(Settings(**HOMEWORK))
    assert got.mc_bias2_raw[9] == pytest.approx(0.0057293152, rel=1e-6)
    assert got.mc_bias2_raw[9] + got.mc_variance[9] * 99 / 100 + got.noise == pytest.approx(0.7177, abs=5e-5)


def test_twenty_points_degree_10_beats_degree_3() -> None:
    got = decompose(Settings(n_train=20, test_at="train", max_degree=10))
    np.testing.assert_array_equal(got.x_train, [np.linspace(0, 10, 20)])
    assert got.risk[9] < got.risk[2] < got.risk[0]


# ---- fixed inputs ----------------------------------------------------------------------------------------------------

FIXED = [
    {},
    {"truth": "step", "n_train": 12, "n_test": 30, "noise_std": 2.0, "n_sets": 7, "max_degree": 6, "seed": 3},
    {"inputs": "normal", "low": -2, "high": 2, "n_train": 60, "max_degree": 8, "test_at": "train", "seed": 9},
    {"low": 15, "high": 20, "truth": "sine", "test_at": "beyond", "n_train": 30, "max_degree": 5, "n_sets": 2},
    {"low": -10, "high": -9.5, "truth": "runge", "test_at": "inside", "max_degree": 9, "generator": "legacy"},
]


@pytest.mark.parametrize("settings", FIXED)
def test_fixed_inputs_against_hat_matrices(settings) -> None:
    got, data = decompose(Settings(**settings)), draw(Settings(**settings))
    sigma, x = data.noise_std, got.x_train[0]
    truth = TRUTHS[settings.get("truth", "x_sin")].function
    fx, n, m = truth(x), x.size, len(data.noise)
    close = {"rtol": 1e-9, "atol": 1e-9 * sigma**2}
    for i, d in enumerate(got.degrees):
        at_test, at_train = smoother(x, got.x_test, d), smoother(x, x, d)
        bias = at_test @ fx - truth(got.x_test)
        covariance = sigma**2 * at_test @ at_test.T
        np.testing.assert_allclose(got.test_bias2[i], bias**2, **close)
        np.testing.assert_allclose(got.test_variance[i], np.diag(covariance), rtol=1e-9)
        np.testing.assert_allclose(got.bias2[i], (bias**2).mean(), **close)
        np.testing.assert_allclose(got.variance[i], np.trace(covariance) / bias.size, rtol=1e-9)
        np.testing.assert_allclose(got.risk[i], got.bias2[i] + got.variance[i] + sigma**2, rtol=1e-14)
        left = np.eye(n) - at_train
        train = (np.sum((left @ fx) ** 2) + sigma**2 * np.trace(left.T @ left)) / n
        np.testing.assert_allclose(got.train_error[i], train, **close)
        # Monte Carlo, from the fits themselves
        fit = got.y_train @ at_test.T
        np.testing.assert_allclose(got.mc_variance[i], fit.var(axis=0, ddof=1).mean(), rtol=1e-9)
        raw = ((fit.mean(axis=0) - got.f_test) ** 2).mean()
        np.testing.assert_allclose(got.mc_bias2_raw[i], raw, **close)
        np.testing.assert_allclose(got.mc_bias2[i], raw - fit.var(axis=0, ddof=1).mean() / m, **close)
        fresh = got.f_test + data.fresh_noise
        np.testing.assert_allclose(got.mc_error[i], ((fresh - fit) ** 2).mean(), rtol=1e-9)
        np.testing.assert_allclose(got.one_test_error[i], ((got.y_test - fit) ** 2).mean(), rtol=1e-9)
        np.testing.assert_allclose(got.train_mse_first[i], ((left @ got.y_train[0]) ** 2).mean(), rtol=1e-9, atol=1e-12)
        # Standard errors: section 3.3 of the usual Gaussian moments
        t, size2, along = bias.size, np.sum(covariance**2), bias @ covariance @ bias
        np.testing.assert_allclose(got.mc_variance_se[i], np.sqrt(2 * size2 / (m - 1)) / t, rtol=1e-9)
        bias2_se = np.sqrt(4 * along / m + 2 * size2 / m**2 + 2 * size2 / (m - 1) / m**2) / t
        np.testing.assert_allclose(got.mc_bias2_se[i], bias2_se, rtol=1e-9)
        total = covariance + sigma**2 * np.eye(t)
        error_se = np.sqrt((2 * np.sum(total**2) + 4 * bias @ total @ bias) / m) / t
        np.testing.assert_allclose(got.mc_error_se[i], error_se, rtol=1e-9)
        np.testing.assert_allclose(got.mc_gap_se[i], error_se, rtol=1e-9)
        # Curves
        at_grid = smoother(x, got.grid, d)
        scale = np.abs(at_grid).sum(axis=1) * np.abs(fx).max()
        assert (np.abs(got.mean_grid[i] - at_grid @ fx) <= 1e-9 * scale).all()
        np.testing.assert_allclose(got.sd_grid[i], sigma * np.linalg.norm(at_grid, axis=1), rtol=1e-8)
    for name in ("bias2", "variance", "risk"):
        assert np.array_equal(getattr(got, f"median_{name}"), getattr(got, name))
    assert not got.risk_se.any()


@pytest.mark.parametrize("settings", FIXED)
def test_data_and_grid_of_the_result(settings) -> None:
    got, data = decompose(Settings(**settings)), draw(Settings(**settings))
    for name in ("x_train", "x_test", "f_test"):
        assert np.array_equal(getattr(got, name), getattr(data, name))
    assert np.array_equal(got.y_train, data.f_train + data.noise)
    assert np.array_equal(got.y_test, data.f_test + data.test_noise)
    assert got.noise == data.noise_std**2
    all_x = [*got.x_train.ravel(), *got.x_test, settings.get("low", 0), settings.get("high", 10)]
    assert got.grid[0] == min(all_x)
    assert got.grid[-1] == max(all_x)
    np.testing.assert_allclose(np.diff(got.grid), (max(all_x) - min(all_x)) / 80, rtol=1e-6)
    assert np.array_equal(got.f_grid, TRUTHS[settings.get("truth", "x_sin")].function(got.grid))


@pytest.mark.parametrize("protocol", ["fixed", "subset", "random"])
@pytest.mark.parametrize(("n_sets", "curves"), [(2, 2), (15, 15), (16, 15)])
def test_coefficients_draw_the_fits(protocol, n_sets, curves) -> None:
    got = decompose(Settings(n_sets=n_sets, protocol=protocol, max_degree=8))
    assert got.coefs.shape == (curves, 8, 9)
    low, high = got.x_train.min(), got.x_train.max()
    np.testing.assert_allclose(got.basis, chebvander((2 * got.grid - low - high) / (high - low), 8).T, atol=1e-10)
    for k in range(curves):
        x = got.x_train[k if protocol != "fixed" else 0]
        for d in (1, 2, 5, 8):
            assert not got.coefs[k, d - 1, d + 1 :].any()
            expected = Chebyshev.fit(x, got.y_train[k], d)(got.grid)
            np.testing.assert_allclose(got.coefs[k, d - 1] @ got.basis, expected, rtol=1e-9, atol=1e-8)


def test_monte_carlo_agrees_with_the_exact_curves_for_every_seed() -> None:
    # z-scores of 100 independent experiments: each bounded, their mean near 0 and their standard deviation near 1,
    # both to within 4 standard errors. Where one test point dominates, the bias is a shifted chi-squared with one
    # degree of freedom (kurtosis 15), far from normal; the others are averages of many squares (kurtosis about 3).
    scores = {"bias2": [], "variance": [], "error": []}
    for seed in range(100):
        got = decompose(Settings(seed=seed, n_sets=200))
        for name, values in scores.items():
            exact = got.risk if name == "error" else getattr(got, name)
            values.append((getattr(got, f"mc_{name}") - exact) / getattr(got, f"mc_{name}_se"))
    for name, values in scores.items():
        z, kurtosis = np.array(values), 15 if name == "bias2" else 3
        assert np.abs(z).max() < (7 if name == "bias2" else 4)
        assert np.abs(z.mean(axis=0)).max() < 4 / np.sqrt(100)
        assert np.abs(z.std(axis=0) - 1).max() < 4 * np.sqrt((kurtosis - 1) / 4 / 100)


def test_bias_of_the_plug_in_estimate_is_the_variance_over_m() -> None:
    excess = [
        d.mc_bias2_raw - d.bias2 - d.variance / 10 for d in (decompose(Settings(seed=s, n_sets=10)) for s in range(100))
    ]
    assert (np.abs(np.mean(excess, axis=0)) < 4 * np.std(excess, axis=0, ddof=1) / 10).all()


# ---- redrawn inputs --------------------------------------------------------------------------------------------------

REDRAWN = [
    {"protocol": "subset", "n_train": 15, "n_test": 6, "n_sets": 12, "max_degree": 5},
    {"protocol": "subset", "n_train": 10, "n_sets": 30, "max_degree": 3, "test_at": "train", "truth": "abs"},
    {"protocol": "random", "n_train": 20, "n_test": 3, "n_sets": 9, "max_degree": 4, "noise_std": 1.5, "seed": 8},
    {"protocol": "random", "n_train": 25, "n_sets": 5, "max_degree": 3, "inputs": "normal", "test_at": "beyond"},
]


@pytest.mark.parametrize("settings", REDRAWN)
def test_redrawn_inputs_against_a_loop_over_data_sets(settings) -> None:
    got, data = decompose(Settings(**settings)), draw(Settings(**settings))
    noise = data.noise_std**2
    truth = TRUTHS[settings.get("truth", "x_sin")].function
    close = {"rtol": 1e-8, "atol": 1e-9}
    for i, d in enumerate(got.degrees):
        bias, variance, fit, train, grid_mean, grid_variance = [], [], [], [], [], []
        for x, y in zip(got.x_train, got.y_train, strict=True):
            at_test, at_grid = smoother(x, got.x_test, d), smoother(x, got.grid, d)
            bias.append(at_test @ truth(x) - got.f_test)
            variance.append(noise * (at_test**2).sum(axis=1))
            fit.append(Chebyshev.fit(x, y, d)(got.x_test))
            left = truth(x) - Chebyshev.fit(x, truth(x), d)(x)
            train.append(((left**2).sum() + noise * (x.size - d - 1)) / x.size)
            grid_mean.append(Chebyshev.fit(x, truth(x), d)(got.grid))
            grid_variance.append(noise * (at_grid**2).sum(axis=1))
        bias, variance, fit = np.array(bias), np.array(variance), np.array(fit)
        designs = len(bias)
        between = bias.var(axis=0, ddof=1)
        np.testing.assert_allclose(got.test_variance[i], variance.mean(axis=0) + between, **close)
        np.testing.assert_allclose(got.test_bias2[i], bias.mean(axis=0) ** 2 - between / designs, **close)
        np.testing.assert_allclose(got.variance[i], got.test_variance[i].mean(), rtol=1e-12)
        np.testing.assert_allclose(got.bias2[i], got.test_bias2[i].mean(), rtol=1e-9, atol=1e-14)
        own = (bias**2 + variance).mean(axis=1) + noise
        np.testing.assert_allclose(got.risk[i], own.mean(), **close)
        np.testing.assert_allclose(got.risk[i], got.bias2[i] + got.variance[i] + noise, rtol=1e-12)
        np.testing.assert_allclose(got.risk_se[i], own.std(ddof=1) / np.sqrt(designs), **close)
        np.testing.assert_allclose(got.median_bias2[i], np.median((bias**2).mean(axis=1)), **close)
        np.testing.assert_allclose(got.median_variance[i], np.median(variance.mean(axis=1)), **close)
        np.testing.assert_allclose(got.median_risk[i], np.median(own), **close)
        np.testing.assert_allclose(got.train_error[i], np.mean(train), **close)
        first = Chebyshev.fit(got.x_train[0], got.y_train[0], d)(got.x_train[0])
        np.testing.assert_allclose(got.train_mse_first[i], ((got.y_train[0] - first) ** 2).mean(), **close)
        np.testing.assert_allclose(got.mc_variance[i], fit.var(axis=0, ddof=1).mean(), **close)
        raw = ((fit.mean(axis=0) - got.f_test) ** 2).mean()
        np.testing.assert_allclose(got.mc_bias2_raw[i], raw, **close)
        np.testing.assert_allclose(got.mc_bias2[i], raw - fit.var(axis=0, ddof=1).mean() / designs, **close)
        # Bias at first order from the covariance of the fits, less its own noise; at second order its square norm.
        points, mean = got.x_test.size, fit.mean(axis=0) - got.f_test
        covariance = np.cov(fit.T)
        size2 = (covariance**2).sum()
        along = max(mean @ covariance @ mean - size2 / designs, 0)
        bias2_se = np.sqrt(4 * along / designs + 2 * size2 / designs / (designs - 1)) / points
        np.testing.assert_allclose(got.mc_bias2_se[i], bias2_se, **close)
        spread = ((fit - fit.mean(axis=0)) ** 2).mean(axis=1) * designs / (designs - 1)
        np.testing.assert_allclose(got.mc_variance_se[i], spread.std(ddof=1) / np.sqrt(designs), **close)
        errors = ((got.f_test + data.fresh_noise - fit) ** 2).mean(axis=1)
        np.testing.assert_allclose(got.mc_error[i], errors.mean(), **close)
        np.testing.assert_allclose(got.mc_error_se[i], errors.std(ddof=1) / np.sqrt(designs), **close)
        np.testing.assert_allclose(got.one_test_error[i], ((got.y_test - fit) ** 2).mean(), **close)
        np.testing.assert_allclose(got.mean_grid[i], np.mean(grid_mean, axis=0), rtol=1e-8, atol=1e-8)
        spread = np.mean(grid_variance, axis=0) + np.var(grid_mean, axis=0, ddof=1)
        np.testing.assert_allclose(got.sd_grid[i], np.sqrt(spread), rtol=1e-7)


@pytest.mark.parametrize("protocol", ["subset", "random"])
def test_redrawn_estimates_and_their_errors_against_a_long_run(protocol) -> None:
    # With the test points on the even grid, all seeds estimate the same numbers: those of 20,000 other data sets.
    # Heavy tails make single ratios wild; what must hold is that the squared errors are right on average.
    n, degree, runs = 40, 3, 20_000
    rng = np.random.default_rng(12345)
    if protocol == "random":
        x, points = rng.uniform(0, 10, (runs, n)), np.linspace(0, 10, n)
    else:
        points = np.linspace(0, 10, 2 * n)
        x = points[rng.random((runs, 2 * n)).argsort(axis=1)[:, :n]]
    rows = np.linalg.pinv(chebvander(x / 5 - 1, degree))
    fit = np.einsum("tk,bkn,bn->bt", chebvander(points / 5 - 1, degree), rows, f(x) + rng.normal(0, 1, x.shape))
    bias2, variance = ((fit.mean(axis=0) - f(points)) ** 2).mean(), fit.var(axis=0).mean()
    expected = {"bias2": bias2 - variance / runs, "variance": variance, "error": bias2 + variance + 1}
    results = [
        decompose(
            Settings(protocol=protocol, n_train=n, test_at="train", max_degree=degree, noise_std=1, seed=s, n_sets=60)
        )
        for s in range(100)
    ]
    exact_names = {"bias2": "bias2", "variance": "variance", "error": "risk"}
    for name, value in expected.items():
        estimates = np.array([getattr(r, f"mc_{name}")[-1] for r in results])
        errors = np.array([getattr(r, f"mc_{name}_se")[-1] for r in results])
        assert np.sqrt((errors**2).mean()) == pytest.approx(estimates.std(ddof=1), rel=0.3)
        assert abs(estimates.mean() - value) < 4 * estimates.std(ddof=1) / 10
        exact = np.array([getattr(r, exact_names[name])[-1] for r in results])
        assert abs(exact.mean() - value) < 4 * exact.std(ddof=1) / 10 + 4 * estimates.std(ddof=1) * np.sqrt(60 / runs)
    risks, errors = (np.array([getattr(r, name)[-1] for r in results]) for name in ("risk", "risk_se"))
    assert np.sqrt((errors**2).mean()) == pytest.approx(risks.std(ddof=1), rel=0.3)


# ---- extremes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("truth", ["quadratic", "cubic"])
@pytest.mark.parametrize("test_at", ["held_out", "train", "beyond"])
@pytest.mark.parametrize("protocol", ["fixed", "subset", "random"])
def test_no_noise_and_a_polynomial_truth_give_exact_zeros(truth, test_at, protocol) -> None:
    got = decompose(
        Settings(
            truth=truth, noise_std=0, test_at=test_at, protocol=protocol, low=-3, high=12, n_sets=10, max_degree=20
        )
    )
    start = 1 if truth == "quadratic" else 2
    for name in ("bias2", "variance", "risk", "mc_variance", "train_error", "train_mse_first", "mc_variance_se"):
        assert (getattr(got, name)[:start] > 0).any() or (protocol == "fixed" and "variance" in name)
        if not name.startswith("mc") or protocol == "fixed":
            assert not getattr(got, name)[start:].any(), name
    assert got.best == start + 1


def test_no_noise_has_no_variance() -> None:
    got = decompose(Settings(noise_std=0))
    for name in ("variance", "test_variance", "mc_variance", "mc_variance_se", "mc_bias2_se", "mc_error_se", "sd_grid"):
        assert not getattr(got, name).any(), name
    for name in ("risk", "mc_bias2", "mc_bias2_raw", "mc_error", "one_test_error"):
        np.testing.assert_allclose(getattr(got, name), got.bias2, rtol=1e-12)


def test_variance_is_linear_in_the_noise_variance() -> None:
    small, large = decompose(Settings(noise_std=0.01)), decompose(Settings(noise_std=5))
    np.testing.assert_allclose(large.variance, small.variance * 250_000, rtol=1e-12)
    np.testing.assert_allclose(large.mc_variance, small.mc_variance * 250_000, rtol=1e-12)
    np.testing.assert_allclose(large.bias2, small.bias2, rtol=1e-12)


@pytest.mark.parametrize("protocol", ["fixed", "subset", "random"])
def test_as_many_coefficients_as_points(protocol) -> None:
    got = decompose(Settings(n_train=6, max_degree=20, protocol=protocol, n_sets=30))
    assert got.degrees.tolist() == [1, 2, 3, 4, 5]
    assert got.degree_limit == (
        "Degrees stop at 5: 6 distinct training inputs do not determine a polynomial of a higher degree."
    )
    assert got.train_error[-1] == 0
    assert got.train_mse_first[-1] == 0
    assert (got.train_error[:-1] > 0).all()
    assert (got.train_mse_first[:-1] > 0).all()
    assert np.isfinite(got.risk).all()


@pytest.mark.parametrize("truth", TRUTHS)
def test_fits_through_all_points_leave_no_rounding_dust(truth) -> None:
    for n_train in range(3, 22, 3):
        for inputs in ("even", "normal"):
            got = decompose(
                Settings(
                    truth=truth, n_train=n_train, inputs=inputs, protocol="random", n_sets=200, max_degree=20, n_test=1
                )
            )
            assert got.degrees[-1] == n_train - 1
            assert got.train_error[-1] == 0
            assert got.train_mse_first[-1] == 0


def test_degrees_are_not_limited_without_need() -> None:
    got = decompose(Settings(n_train=6, max_degree=5))
    assert got.degrees.tolist() == [1, 2, 3, 4, 5]
    assert got.degree_limit == ""


def test_two_points_have_one_degree() -> None:
    got = decompose(Settings(n_train=2, n_test=1))
    assert got.degrees.tolist() == [1]
    assert got.train_error.tolist() == [0]


def test_degree_range_counts_distinct_inputs() -> None:
    assert degree_range(np.array([[0.0, 1, 1, 2]]), 5)[0] == 2
    assert degree_range(np.array([[0.0, 1, 1, 2]]), 2) == (2, "")
    with pytest.raises(ValueError, match=r"^All training inputs are equal; `low` and `high` must lie further apart\.$"):
        degree_range(np.array([[1.0, 1, 1]]), 5)


def test_range_of_two_neighbouring_numbers() -> None:
    got = decompose(Settings(low=1.0, high=np.nextafter(1.0, 2), n_train=9, n_test=3))
    assert got.degrees.tolist() == [1]
    assert np.isfinite(got.risk).all()


def test_beyond_the_training_points_the_variance_explodes() -> None:
    got = decompose(Settings(test_at="beyond"))
    assert (got.x_test > 10).all()
    assert got.x_test.max() == 11
    assert all(a < b for a, b in pairwise(got.variance))


@pytest.mark.parametrize("protocol", ["fixed", "subset", "random"])
@pytest.mark.parametrize("test_at", ["held_out", "inside", "train", "beyond"])
@pytest.mark.parametrize("inputs", ["even", "normal"])
def test_every_array_is_finite_float64_read_only_and_the_same_again(protocol, test_at, inputs) -> None:
    settings = {"protocol": protocol, "test_at": test_at, "inputs": inputs, "n_sets": 6, "seed": 1, "max_degree": 20}
    got, again = decompose(Settings(**settings)), decompose(Settings(**settings))
    assert set(vars(got)) == FIELDS
    shapes = {
        "x_train": (1 if protocol == "fixed" else 6, 40),
        "y_train": (6, 40),
        "coefs": (6, 20, 21),
        "basis": (21, got.grid.size),
        "mean_grid": (20, got.grid.size),
        "sd_grid": (20, got.grid.size),
        "grid": (81,),
        "f_grid": (81,),
        "x_test": (got.x_test.size,),
        "f_test": (got.x_test.size,),
        "y_test": (got.x_test.size,),
        "test_bias2": (20, got.x_test.size),
        "test_variance": (20, got.x_test.size),
    }
    for name, value in vars(got).items():
        if not isinstance(value, np.ndarray):
            continue
        assert value.shape == shapes.get(name, (20,)), name
        assert value.dtype == (np.int64 if name == "degrees" else np.float64), name
        assert not value.flags.writeable, name
        assert np.isfinite(value).all(), name
        assert np.array_equal(value, getattr(again, name)), name


@pytest.mark.parametrize("name", LIMITS)
def test_settings_are_checked(name) -> None:
    with pytest.raises(ValueError, match=rf"^`{name}` must be .*; got nan\.$"):
        decompose(Settings(**{name: float("nan")}))


def test_one_data_set_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^`n_sets` must be an integer in \[2, 1000\]; got 1\.$"):
        decompose(Settings(n_sets=1))


@pytest.mark.parametrize("protocol", ["subset", "random"])
def test_cost_is_refused_with_a_number_that_works(protocol) -> None:
    settings = {"protocol": protocol, "n_train": 200, "max_degree": 20}
    with pytest.raises(ValueError, match="too long") as error:
        decompose(Settings(n_sets=1000, **settings))
    sentence, _, number = str(error.value).removesuffix(".").rpartition(" ")
    assert sentence == (
        "1000 data sets with redrawn inputs of 200 points and degrees to 20 would take too long; "
        "the largest number of data sets that works here is"
    )
    largest = int(number)
    assert decompose(Settings(n_sets=largest, **settings)).y_train.shape == (largest, 200)
    with pytest.raises(ValueError, match=f"is {largest}.$"):
        decompose(Settings(n_sets=largest + 1, **settings))
    assert largest * 21 * (400 + 10 + 81) <= COST_LIMIT


@pytest.mark.parametrize(("protocol", "n_test"), [("subset", 400), ("random", 200)])
def test_cost_counts_the_test_points_that_are_used(protocol, n_test) -> None:
    largest = COST_LIMIT // (21 * (400 + n_test + 81))
    settings = {"protocol": protocol, "n_train": 200, "max_degree": 20, "test_at": "train"}
    assert decompose(Settings(n_sets=largest, **settings)).x_test.size == n_test
    with pytest.raises(ValueError, match=f"is {largest}.$"):
        decompose(Settings(n_sets=largest + 1, **settings))


def test_fixed_inputs_cost_nothing_worth_refusing() -> None:
    assert decompose(Settings(n_sets=1000, n_train=200, n_test=100, max_degree=20)).degrees.size == 20
