"""Double descent against pseudo-inverses, exact interpolation and repeated draws of the noise."""

import mpmath
import numpy as np
import pytest

from core.kit.controls import LogSlider
from core.labs.regularization.descent.double_descent import ALPHAS, FEATURES, LIMITS, double_descent
from core.regression.designs import Settings
from core.regression.truths import TRUTHS
from tests.experiments import on

SIGMA = np.sqrt(0.3)
SMALL = {"n_train": 8, "max_width": 30, "n_draws": 5}


def features_at(x, kind, count, low=0.0, high=10.0):
    v = (x - low) / (high - low)
    if kind == "cosine":
        return np.stack([np.cos(k * np.pi * v) / k for k in range(1, count + 1)], axis=1)
    return np.stack([np.polynomial.Legendre.basis(k)(2 * v - 1) / k for k in range(1, count + 1)], axis=1)


def drawn(n_draws, n_train, noise_std=SIGMA, seed=0, low=0.0, high=10.0, truth="x_sin"):
    """Inputs of all draws, and targets of the first."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(low, high, (n_draws, n_train))
    return x, TRUTHS[truth].function(x[0]) + noise_std * rng.standard_normal(n_train)


def smoother(x, points, kind, width, alpha, **ends):
    """The matrix that turns targets into fits, and the one that turns them into weights."""
    train, others = (features_at(z, kind, width - 1, **ends) for z in (x, points))
    n, mean = x.size, train.mean(axis=0)
    centred = train - mean
    if alpha:
        rows = np.vstack([centred, np.sqrt(alpha) * np.eye(width - 1)])
        to_weights = np.linalg.pinv(rows)[:, :n] @ (np.eye(n) - 1 / n)
    else:
        to_weights = np.linalg.pinv(centred, rcond=1e-12)
    return 1 / n + (others - mean) @ to_weights, to_weights


@pytest.mark.parametrize("kind", FEATURES)
@pytest.mark.parametrize("settings", [{}, {"low": -3.0, "high": 4.0, "truth": "runge", "noise_std": 2.0, "seed": 5}])
def test_errors_against_pseudo_inverses(kind, settings) -> None:
    got = on(double_descent, features=kind, **SMALL, **settings)
    x, y = drawn(5, 8, **settings)
    ends = {"low": settings.get("low", 0.0), "high": settings.get("high", 10.0)}
    f, sigma2 = TRUTHS[settings.get("truth", "x_sin")].function, settings.get("noise_std", SIGMA) ** 2
    test = ends["low"] + (ends["high"] - ends["low"]) * (np.arange(50) + 0.5) / 50
    assert np.array_equal(got.x_train, x[0]) and np.array_equal(got.y_train, y)
    for p in (0, 13, 19, 25):
        for w, width in enumerate(got.widths):
            rows = []
            for one in x:
                at_test, to_weights = smoother(one, test, kind, width, ALPHAS[p], **ends)
                at_train, _ = smoother(one, one, kind, width, ALPHAS[p], **ends)
                bias2, variance = ((at_test @ f(one) - f(test)) ** 2).mean(), sigma2 * (at_test**2).sum() / 50
                left = np.eye(8) - at_train
                train = (((left @ f(one)) ** 2).sum() + sigma2 * (left**2).sum()) / 8
                norm = np.sqrt(((to_weights @ f(one)) ** 2).sum() + sigma2 * (to_weights**2).sum())
                centred = features_at(one, kind, width - 1, **ends)
                sizes = np.linalg.svd(centred - centred.mean(axis=0), compute_uv=False)
                smallest = sizes[sizes > 1e-12 * sizes[0]][-1]
                rows.append([bias2, variance, bias2 + variance + sigma2, train, np.trace(at_train), norm, smallest])
            low, median, high = np.quantile(rows, [0.25, 0.5, 0.75], axis=0)
            found = [got.bias2, got.variance, got.risk, got.train_error, got.df, got.norm]
            for name, array, expected in zip("bvrtdn", found, median, strict=False):
                assert array[p, w] == pytest.approx(expected, rel=1e-5, abs=1e-9), (name, width)
            assert got.smallest[w] == pytest.approx(median[-1], rel=1e-5)
            assert got.risk_low[p, w] == pytest.approx(low[2], rel=1e-5)
            assert got.risk_high[p, w] == pytest.approx(high[2], rel=1e-5)
            at_grid, _ = smoother(x[0], got.grid, kind, width, ALPHAS[p], **ends)
            size = np.abs(at_grid).sum(axis=1).max() * np.abs(y).max()
            np.testing.assert_allclose(got.fit_grid[p, w], at_grid @ y, atol=1e-6 * size)


def test_interpolation_at_the_threshold_with_60_digits() -> None:
    got = double_descent(Settings(n_train=8, seed=3), max_width=10, n_draws=2)
    w = int(np.flatnonzero(got.widths == 8)[0])
    with mpmath.workdps(60):
        cosine = lambda k, z: mpmath.cos(k * mpmath.pi * mpmath.mpf(float(z)) / 10)  # noqa: E731
        matrix = mpmath.matrix(8, 8)
        for i in range(8):
            for k in range(8):
                matrix[i, k] = cosine(k, got.x_train[i])
        coefs = mpmath.lu_solve(matrix, mpmath.matrix([mpmath.mpf(float(z)) for z in got.y_train]))
        exact = [float(mpmath.fsum(coefs[k] * cosine(k, z) for k in range(8))) for z in got.grid]
    np.testing.assert_allclose(got.fit_grid[0, w], exact, atol=1e-10 * np.abs(exact).max())


def test_risk_agrees_with_repeated_noise_for_every_seed() -> None:
    z = []
    for seed in range(100):
        got = double_descent(Settings(seed=seed, n_train=8), max_width=16, n_draws=2)
        x, _ = drawn(2, 8, seed=seed)
        rng = np.random.default_rng(seed + 1000)
        test = 10 * (np.arange(50) + 0.5) / 50
        f = TRUTHS["x_sin"].function
        for width in (4, 16):
            errors = np.zeros(300)
            for one in x:  # the median of two draws is their mean
                matrix, _ = smoother(one, test, "cosine", width, 0)
                fits = (f(one) + SIGMA * rng.standard_normal((300, 8))) @ matrix.T
                errors += ((fits - f(test) - SIGMA * rng.standard_normal((300, 50))) ** 2).mean(axis=1) / 2
            w = int(np.flatnonzero(got.widths == width)[0])
            z.append((errors.mean() - got.risk[0, w]) / (errors.std(ddof=1) / np.sqrt(300)))
    z = np.array(z)
    assert np.abs(z).max() < 5  # the errors are skewed
    assert abs(z.mean()) < 4 / np.sqrt(z.size)
    assert abs(z.std() - 1) < 0.25


@pytest.mark.parametrize("kind", FEATURES)
def test_the_peak_is_at_the_threshold_and_a_penalty_removes_it(kind) -> None:
    for seed in range(100):
        got = double_descent(Settings(n_train=8, seed=seed), features=kind, max_width=18, n_draws=5)
        top = got.widths[np.argmax(got.risk[0])]
        assert 7 <= top <= 9
        assert got.peak[0] > 10
        assert 0 < got.calm_alpha < 100
        p = int(np.flatnonzero(got.alphas == got.calm_alpha)[0])
        at = int(np.flatnonzero(got.widths == 8)[0])
        assert got.risk[p, at] <= got.risk[p, -1] and got.risk[p - 1, at] > got.risk[p - 1, -1]
        np.testing.assert_allclose(got.peak, got.risk[:, at] / got.risk[:, -1])


@pytest.mark.parametrize("kind", FEATURES)
def test_identities(kind) -> None:
    got = double_descent(Settings(n_train=10), features=kind, max_width=60, n_draws=2)
    assert np.array_equal(got.widths[:19], np.arange(2, 21)) and got.widths[-1] == 60
    assert (np.diff(got.widths) > 0).all()
    few = got.widths <= 10
    np.testing.assert_allclose(got.df[0], np.minimum(got.widths, 10), rtol=1e-12)
    assert not got.train_error[0, got.widths >= 10].any()  # it passes through all points
    assert (got.train_error[0, got.widths < 10] > 0).all()
    # Below the threshold the noise leaves sigma^2 (1 - N / n), and the truth what the features do not reach.
    assert (got.train_error[0, few] >= 0.3 * (1 - got.widths[few] / 10) - 1e-12).all()
    for falling in (got.df, got.norm, got.variance):
        assert (np.diff(falling, axis=0) <= 1e-9 * falling[:-1]).all()
    assert (np.diff(got.train_error, axis=0) >= -1e-12).all()


def test_bias_variance_and_noise_add_up_for_two_draws() -> None:
    got = double_descent(Settings(n_train=10), max_width=30, n_draws=2)  # medians of two are means
    np.testing.assert_allclose(got.bias2 + got.variance + 0.3, got.risk, rtol=1e-12)
    assert (got.risk_low <= got.risk).all() and (got.risk <= got.risk_high).all()


def test_no_noise_has_no_variance() -> None:
    got = double_descent(Settings(n_train=10, noise_std=0), max_width=30, n_draws=2)
    assert not got.variance.any()
    np.testing.assert_allclose(got.risk, got.bias2, rtol=1e-15)


def test_widths_that_stop_before_the_threshold() -> None:
    got = double_descent(Settings(n_train=30), max_width=10, n_draws=2)
    assert got.widths.tolist() == list(range(2, 11))
    assert got.peak == pytest.approx(np.ones(26)) and got.calm_alpha == 0


def test_nan_where_no_penalty_is_calm() -> None:
    got = double_descent(Settings(n_train=8), max_width=12, n_draws=2)
    above = type(got)(**{**vars(got), "risk": got.risk[:1], "alphas": got.alphas[:1]})
    assert np.isnan(above.calm_alpha)


def test_penalties_are_those_of_a_slider() -> None:
    slider = LogSlider(name="alpha", label="", help="", default=0.0, low=1e-10, high=1e2, per_decade=2, zero=True)
    assert tuple(ALPHAS) == slider.values


def test_arrays_are_finite_read_only_and_the_same_again() -> None:
    got, again = on(double_descent, **SMALL, seed=4), on(double_descent, **SMALL, seed=4)
    w = got.widths.size
    for name, value in vars(got).items():
        if isinstance(value, np.ndarray):
            assert np.isfinite(value).all() and not value.flags.writeable, name
            assert np.array_equal(value, getattr(again, name)), name
    assert got.fit_grid.shape == (26, w, 81) and got.risk.shape == (26, w) and got.n_train == 8
    assert np.array_equal(got.grid, np.linspace(0, 10, 81))
    assert np.array_equal(got.f_grid, got.grid + np.sin(1.5 * got.grid))


@pytest.mark.parametrize("name", LIMITS)
@pytest.mark.parametrize("value", [float("nan"), -100, 10**6, True])
def test_arguments_are_checked(name, value) -> None:
    with pytest.raises(ValueError, match=rf"^`{name}` must be .*in \[.*\]; got {value}\.$"):
        on(double_descent, **{name: value})


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"features": "fourier"}, r"^`features` must be one of cosine, legendre; got 'fourier'\.$"),
        ({"truth": "x"}, r"^`truth` must be one of .*; got 'x'\.$"),
        ({"low": 10.0}, r"^`low` must be less than `high`; got 10\.0 and 10\.0\.$"),
    ],
)
def test_choices_are_checked(settings, message) -> None:
    with pytest.raises(ValueError, match=message):
        on(double_descent, **settings)
