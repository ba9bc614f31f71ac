"""k nearest neighbors and kernel ridge against scikit-learn, explicit matrices, refits, and their own Monte Carlo."""

import numpy as np
import pytest
from sklearn.kernel_ridge import KernelRidge
from sklearn.neighbors import KNeighborsRegressor

from core.labs.regularization.learners.linear_errors import SmootherSweep
from core.labs.regularization.learners.smoothers import (
    LIMITS,
    PENALTIES,
    WIDTHS,
    kernel_ridge,
    neighbour_order,
    neighbours,
)
from core.regression.designs import LIMITS as SETTINGS
from core.regression.designs import Settings, draw
from core.regression.truths import TRUTHS
from tests.experiments import on

CASES = [
    {},
    {"n_train": 15, "n_test": 7, "noise_std": 1.5, "n_sets": 9, "truth": "step", "seed": 3},
    {"inputs": "normal", "truth": "quadratic", "n_train": 25, "n_sets": 20, "test_at": "train", "low": -3, "high": 3},
    {"n_train": 30, "test_at": "beyond", "truth": "sine", "n_sets": 2, "generator": "legacy"},
    {"n_train": 35, "test_at": "inside", "truth": "runge", "n_sets": 30},
]


def width_sweep(settings):
    return kernel_ridge(settings, swept="width")


LEARNERS = {"neighbours": neighbours, "penalties": kernel_ridge, "widths": width_sweep}


def neighbour_matrix(x, points, k):
    """Weights of the k nearest inputs; nearer means by a millionth part of the range at least, then first come."""
    out = np.zeros((len(points), len(x)))
    for i, point in enumerate(points):
        distance = [round(abs(u - point) / np.ptp(x) * 1e9) for u in x]
        for j in sorted(range(len(x)), key=lambda j: (distance[j], j))[:k]:
            out[i, j] = 1 / k
    return out


def kernel_matrix(x, points, width, penalty):
    near = lambda a, b: np.exp(-((a[:, None] - b) ** 2) / (2 * width**2))  # noqa: E731
    return np.linalg.solve(near(x, x) + penalty * np.eye(len(x)), near(x, points)).T


def matrices(learner, x, points, settings):
    if learner == "neighbours":
        return [neighbour_matrix(x, points, k) for k in range(1, len(x) + 1)]
    if learner == "penalties":
        return [kernel_matrix(x, points, 1.0, p) for p in PENALTIES]
    return [kernel_matrix(x, points, w, 0.1) for w in WIDTHS]


@pytest.mark.parametrize("settings", CASES)
@pytest.mark.parametrize("learner", LEARNERS)
def test_all_errors_against_explicit_matrices(learner, settings) -> None:
    got, data = LEARNERS[learner](Settings(**settings)), draw(Settings(**settings))
    x, noise, f = data.x_train[0], data.noise_std**2, TRUTHS[settings.get("truth", "x_sin")].function
    n, m, fx = x.size, len(data.noise), f(data.x_train[0])
    y = fx + data.noise
    close = {"rtol": 1e-7, "atol": 1e-7 * noise}
    points = np.concatenate([got.x_test, x, got.grid])
    for i, matrix in enumerate(matrices(learner, x, points, settings)):
        at_test, at_train, at_grid = np.split(matrix, [got.x_test.size, got.x_test.size + n])
        bias, covariance = at_test @ fx - f(got.x_test), noise * at_test @ at_test.T
        np.testing.assert_allclose(got.df[i], np.trace(at_train), rtol=1e-7)
        np.testing.assert_allclose(got.test_bias2[i], bias**2, **close)
        np.testing.assert_allclose(got.test_variance[i], np.diag(covariance), **close)
        np.testing.assert_allclose(got.bias2[i], np.mean(bias**2), **close)
        np.testing.assert_allclose(got.variance[i], np.trace(covariance) / bias.size, **close)
        np.testing.assert_allclose(got.risk[i], got.bias2[i] + got.variance[i] + noise, rtol=1e-12)
        left = np.eye(n) - at_train
        expected = (np.sum((left @ fx) ** 2) + noise * np.sum(left**2)) / n
        np.testing.assert_allclose(got.train_error[i], expected, **close)
        np.testing.assert_allclose(got.train_mse_first[i], np.mean((left @ y[0]) ** 2), **close)
        fit = y @ at_test.T
        spread = fit.var(axis=0, ddof=1).mean()
        raw = np.mean((fit.mean(axis=0) - got.f_test) ** 2)
        np.testing.assert_allclose(got.mc_variance[i], spread, **close)
        np.testing.assert_allclose(got.mc_bias2_raw[i], raw, **close)
        np.testing.assert_allclose(got.mc_bias2[i], raw - spread / m, **close)
        np.testing.assert_allclose(got.mc_error[i], np.mean((f(got.x_test) + data.fresh_noise - fit) ** 2), **close)
        np.testing.assert_allclose(got.one_test_error[i], np.mean((got.y_test - fit) ** 2), **close)
        # moments of quadratic forms: the mean fit, the spread of the fits, and fit minus fresh target are normal
        points_2, size2, along = bias.size**2, np.sum(covariance**2), bias @ covariance @ bias
        np.testing.assert_allclose(got.mc_variance_se[i] ** 2, 2 * size2 / (m - 1) / points_2, **close)
        np.testing.assert_allclose(
            got.mc_bias2_se[i] ** 2, (4 * along / m + 2 * size2 / m / (m - 1)) / points_2, **close
        )
        missed = covariance + noise * np.eye(bias.size)
        expected = (2 * np.sum(missed**2) + 4 * bias @ missed @ bias) / m / points_2
        np.testing.assert_allclose(got.mc_error_se[i] ** 2, expected, **close)
        np.testing.assert_allclose(got.mean_fit_error[i], np.mean((got.y_test - fit.mean(axis=0)) ** 2), **close)
        np.testing.assert_allclose(got.mean_grid[i], at_grid @ fx, rtol=1e-6, atol=1e-6)
        np.testing.assert_allclose(got.sd_grid[i], data.noise_std * np.linalg.norm(at_grid, axis=1), rtol=1e-6)
        np.testing.assert_allclose(got.fits_grid[:, i], y[:15] @ at_grid.T, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("seed", range(20))
def test_neighbours_against_scikit_learn(seed) -> None:
    # Normal inputs: no two distances are equal.
    settings = {"inputs": "normal", "n_train": 23, "n_sets": 3, "seed": seed, "low": -3, "high": 3, "truth": "cubic"}
    got = neighbours(Settings(**settings))
    for k in range(1, 24):
        for m in range(3):
            peer = KNeighborsRegressor(k).fit(got.x_train[:, None], got.y_train[m])
            np.testing.assert_allclose(got.fits_grid[m, k - 1], peer.predict(got.grid[:, None]), rtol=1e-12, atol=1e-13)


def test_neighbours_in_closed_form() -> None:
    got = neighbours(Settings(n_train=30, noise_std=2.0))
    np.testing.assert_allclose(got.variance, 4 / np.arange(1, 31), rtol=1e-12)
    np.testing.assert_allclose(got.df, 30 / np.arange(1, 31), rtol=1e-12)
    np.testing.assert_allclose(got.sd_grid, np.broadcast_to(2 / np.sqrt(np.arange(1, 31))[:, None], (30, 81)))
    assert got.train_error[0] == 0  # the nearest neighbor of a training point is itself
    np.testing.assert_allclose(
        got.mean_grid[-1], got.y_train[0].size ** -1 * TRUTHS["x_sin"].function(got.x_train).sum()
    )
    assert got.best == got.values[np.argmin(got.risk)]


def test_neighbours_leave_one_out_by_leaving_one_out() -> None:
    for settings in ({"inputs": "normal", "n_train": 14}, {"n_train": 9, "seed": 4}):
        got = neighbours(Settings(**settings))
        x, y = got.x_train, got.y_train[0]
        for k in range(1, x.size):
            missed = [
                y[i] - neighbour_matrix(np.delete(x, i), x[i : i + 1], k)[0] @ np.delete(y, i) for i in range(x.size)
            ]
            assert got.loo_error_first[k - 1] == pytest.approx(np.mean(np.square(missed)), rel=1e-10)
        assert np.isnan(got.loo_error_first[-1])


@pytest.mark.parametrize("swept", ["penalty", "width"])
def test_kernel_ridge_leave_one_out_by_refits(swept) -> None:
    got = kernel_ridge(Settings(n_train=20), width=0.7, penalty=0.3, swept=swept)
    x, y = got.x_train, got.y_train[0]
    for i, value in enumerate(got.values):
        width, penalty = (0.7, value) if swept == "penalty" else (value, 0.3)
        missed = [
            y[j] - kernel_matrix(np.delete(x, j), x[j : j + 1], width, penalty)[0] @ np.delete(y, j) for j in range(20)
        ]
        assert got.loo_error_first[i] == pytest.approx(np.mean(np.square(missed)), rel=1e-6)
        if penalty >= 0.01:  # elsewhere both lose digits to the condition of the kernel matrix
            assert got.loo_error_first[i] == pytest.approx(np.mean(np.square(missed)), rel=1e-10)


@pytest.mark.parametrize("seed", range(5))
def test_kernel_ridge_against_scikit_learn(seed) -> None:
    for swept in ("penalty", "width"):
        got = kernel_ridge(Settings(seed=seed, n_sets=2), width=0.8, penalty=0.05, swept=swept)
        for i, value in enumerate(got.values):
            width, penalty = (0.8, value) if swept == "penalty" else (value, 0.05)
            peer = KernelRidge(alpha=penalty, kernel="rbf", gamma=1 / (2 * width**2))
            peer.fit(got.x_train[:, None], got.y_train[0])
            tolerance = max(1e-10, 1e-13 / penalty)
            np.testing.assert_allclose(got.fits_grid[0, i], peer.predict(got.grid[:, None]), atol=tolerance * 10)


def test_large_penalties_pull_to_zero() -> None:
    got = kernel_ridge(Settings(noise_std=1.0), width=1.0)
    assert np.abs(got.mean_grid[-1]).max() < 0.1
    assert got.df[-1] < 0.1 and got.df[0] > 20
    assert got.bias2[-1] == pytest.approx(np.mean(got.f_test**2), rel=0.05)
    assert (np.diff(got.df) < 0).all()


def test_grids_of_widths_and_penalties() -> None:
    assert (WIDTHS[0], WIDTHS[12], WIDTHS[-1], WIDTHS.size) == (0.1, 1, 10, 25)
    assert (PENALTIES[0], PENALTIES[24], PENALTIES[-1], PENALTIES.size) == (1e-6, 1, 1e3, 37)
    for grid in (WIDTHS, PENALTIES):
        np.testing.assert_allclose(grid[1:] / grid[:-1], (grid[-1] / grid[0]) ** (1 / (grid.size - 1)), rtol=1e-5)
        assert all(float(f"{value:.6g}") == value for value in grid)


@pytest.mark.parametrize("learner", LEARNERS)
def test_monte_carlo_agrees_with_the_exact_curves_for_every_seed(learner) -> None:
    # z-scores of 100 independent experiments; see the same test of the polynomials for the bounds.
    scores = {"bias2": [], "variance": [], "error": []}
    for seed in range(100):
        got = LEARNERS[learner](Settings(seed=seed, n_sets=200, n_test=20))
        chosen = slice(None, None, 6)
        for name, values in scores.items():
            exact = got.risk if name == "error" else getattr(got, name)
            z = (getattr(got, f"mc_{name}") - exact) / getattr(got, f"mc_{name}_se")
            values.append(z[chosen])
    for name, values in scores.items():
        z, kurtosis = np.array(values), 15 if name == "bias2" else 3
        assert np.abs(z).max() < (10 if name == "bias2" else 4.5)  # a chi-squared of 15
        assert np.abs(z.mean(axis=0)).max() < 4 / np.sqrt(100)
        assert np.abs(z.std(axis=0) - 1).max() < 4 * np.sqrt((kurtosis - 1) / 4 / 100)


def test_equally_near_points_come_in_the_order_of_the_training_set() -> None:
    x = np.array([3.0, 1.0, 2.0, 5.0])
    assert neighbour_order(x, np.array([2.0, 4.0])).tolist() == [[2, 0, 1, 3], [0, 3, 2, 1]]
    for scale in (1, 1e-9, 1e9):
        grid = scale * np.linspace(0.1, 0.7, 7)  # distances of 0.2 and 0.2 that differ by rounding
        for line in (grid, grid[::-1]):
            assert neighbour_order(line, grid[3:4])[0].tolist() == [3, 2, 4, 1, 5, 0, 6]
        assert neighbour_order(grid, grid[3:4] * (1 + 1e-7))[0].tolist() == [3, 4, 2, 5, 1, 6, 0]


@pytest.mark.parametrize("learner", LEARNERS)
def test_no_noise(learner) -> None:
    got = LEARNERS[learner](Settings(noise_std=0))
    for name in ("variance", "mc_variance", "mc_variance_se", "mc_bias2_se", "mc_error_se", "sd_grid"):
        assert np.abs(getattr(got, name)).max() < 1e-15, name
    np.testing.assert_array_equal(got.risk, got.bias2)
    np.testing.assert_allclose(got.mc_error, got.bias2, rtol=1e-10)


@pytest.mark.parametrize("learner", LEARNERS)
def test_variance_is_linear_in_the_noise_variance(learner) -> None:
    small, large = LEARNERS[learner](Settings(noise_std=0.01)), LEARNERS[learner](Settings(noise_std=5))
    np.testing.assert_allclose(large.variance, small.variance * 250_000, rtol=1e-10)
    np.testing.assert_allclose(large.bias2, small.bias2, rtol=1e-10)


@pytest.mark.parametrize("learner", LEARNERS)
def test_smallest_and_largest_experiments(learner) -> None:
    tiny = LEARNERS[learner](Settings(n_train=2, n_test=1, n_sets=2))
    large = LEARNERS[learner](Settings(n_train=200, n_test=100, n_sets=1000))
    for got in (tiny, large):
        for name, value in vars(got).items():
            if isinstance(value, np.ndarray) and name != "loo_error_first":
                assert np.isfinite(value).all(), name


@pytest.mark.parametrize("learner", LEARNERS)
def test_shapes_data_and_read_only(learner) -> None:
    got, again = LEARNERS[learner](Settings(n_sets=20)), LEARNERS[learner](Settings(n_sets=20))
    assert isinstance(got, SmootherSweep)
    size = {"neighbours": 40, "penalties": 37, "widths": 25}[learner]
    data = draw(Settings(n_sets=20))
    shapes = {
        "x_train": (40,),
        "y_train": (20, 40),
        "x_test": (10,),
        "f_test": (10,),
        "y_test": (10,),
        "inside": (10,),
        "grid": (81,),
        "f_grid": (81,),
        "fits_grid": (15, size, 81),
        "mean_grid": (size, 81),
        "sd_grid": (size, 81),
        "test_bias2": (size, 10),
        "test_variance": (size, 10),
    }
    for name, value in vars(got).items():
        if isinstance(value, np.ndarray):
            assert value.shape == shapes.get(name, (size,)), name
            assert not value.flags.writeable, name
            assert np.array_equal(value, getattr(again, name), equal_nan=True), name
    assert np.array_equal(got.x_train, data.x_train[0])
    assert np.array_equal(got.y_train, data.f_train + data.noise)
    assert np.array_equal(got.y_test, data.f_test + data.test_noise)
    assert got.noise == data.noise_std**2
    expected = {"neighbours": range(1, 41), "penalties": PENALTIES, "widths": WIDTHS}[learner]
    assert got.values.tolist() == list(expected) and got.best == got.values[np.argmin(got.risk)]
    assert LEARNERS[learner](Settings(n_sets=2, test_at="train")).inside.all()
    low, high = data.x_train.min(), data.x_train.max()
    assert got.inside.tolist() == [low <= u <= high for u in got.x_test] and not got.inside.all()
    assert (got.grid[0], got.grid[-1]) == (0, 10)
    assert np.array_equal(got.f_grid, TRUTHS["x_sin"].function(got.grid))


@pytest.mark.parametrize("name", sorted({*SETTINGS, "truth", "inputs", "test_at", "generator"} - {"max_degree"}))
def test_settings_are_checked(name) -> None:
    for learner in LEARNERS.values():
        with pytest.raises(ValueError, match=rf"^`{name}` must be .*; got nan\.$"):
            learner(Settings(**{name: float("nan")}))


@pytest.mark.parametrize("name", ["width", "penalty"])
def test_width_and_penalty_are_checked(name) -> None:
    low, high = LIMITS[name]
    assert (low, high) == {"width": (0.1, 10), "penalty": (1e-6, 1e3)}[name]
    for end in (low, high):
        assert np.isfinite(on(kernel_ridge, **{name: end}).risk).all()
    for bad in (low / 1.01, high * 1.01, 0, -1, np.inf, np.nan, "1", None):
        with pytest.raises(ValueError, match=rf"^`{name}` must be in \["):
            on(kernel_ridge, **{name: bad})
    with pytest.raises(ValueError, match=r"^`swept` must be one of penalty, width; got 'both'\.$"):
        kernel_ridge(Settings(), swept="both")
