"""Error against the number of training points, against hat matrices, loops over designs, and Monte Carlo."""

import numpy as np
import pytest
from numpy.polynomial.chebyshev import chebvander
from scipy.stats import norm

from core.labs.model_selection.compute.learning_curves import SIZES, LearningCurves, learning_curves
from core.regression.designs import LIMITS, Settings, draw
from core.regression.truths import TRUTHS


def smoother(x, points, degree):
    u, v = ((2 * z - x.min() - x.max()) / np.ptp(x) for z in (x, points))
    return chebvander(v, degree) @ np.linalg.pinv(chebvander(u, degree), rcond=1e-15)


CASES = [
    {"max_degree": 6},
    {"max_degree": 3, "truth": "abs", "noise_std": 1.5, "n_test": 33, "low": 2, "high": 9},
    {"max_degree": 3, "inputs": "normal", "truth": "quadratic", "seed": 4},
]


@pytest.mark.parametrize("settings", CASES)
def test_fixed_inputs_against_hat_matrices(settings) -> None:
    got = learning_curves(Settings(**settings))
    f, noise = TRUTHS[settings.get("truth", "x_sin")].function, settings.get("noise_std", np.sqrt(0.3)) ** 2
    low, high, points = settings.get("low", 0), settings.get("high", 10), settings.get("n_test", 10)
    shares = (np.arange(points) + 0.5) / points
    expected = norm.ppf(shares) if settings.get("inputs") == "normal" else low + (high - low) * shares
    np.testing.assert_allclose(got.x_test, expected, rtol=1e-12, atol=1e-15)
    assert got.sizes.tolist() == list(SIZES)
    for i, n in enumerate(SIZES):
        x = draw(Settings(**settings, n_train=n, test_at="train")).x_train[0]
        if settings.get("inputs") != "normal":
            np.testing.assert_allclose(x, np.linspace(low, high, n), rtol=1e-12)
        for j, d in enumerate(got.degrees):
            if n <= d:
                for name in ("bias2", "variance", "risk", "train_error", "ideal_variance", "mc_error"):
                    assert np.isnan(getattr(got, name)[i, j])
                continue
            rows, hat = smoother(x, got.x_test, d), smoother(x, x, d)
            bias2 = np.mean((rows @ f(x) - f(got.x_test)) ** 2)
            variance = noise * np.mean(np.sum(rows**2, axis=1))
            close = {"rel": 1e-6, "abs": 1e-9 * noise}
            assert got.bias2[i, j] == pytest.approx(bias2, **close)
            assert got.variance[i, j] == pytest.approx(variance, **close)
            assert got.risk[i, j] == pytest.approx(got.bias2[i, j] + got.variance[i, j] + noise, rel=1e-12)
            train = (np.sum((f(x) - hat @ f(x)) ** 2) + noise * (n - d - 1)) / n
            assert got.train_error[i, j] == pytest.approx(train, **close)
            assert got.ideal_variance[i, j] == pytest.approx(noise * np.trace(hat) / n, rel=1e-9)
            for name in ("bias2", "variance", "risk"):
                assert getattr(got, f"median_{name}")[i, j] == getattr(got, name)[i, j]
            assert got.risk_se[i, j] == 0


@pytest.mark.parametrize("protocol", ["random", "subset"])
def test_redrawn_inputs_against_a_loop_over_designs(protocol) -> None:
    settings = {"protocol": protocol, "n_sets": 12, "max_degree": 2, "noise_std": 1.0, "seed": 3}
    got = learning_curves(Settings(**settings))
    f = TRUTHS["x_sin"].function
    for i, n in enumerate(SIZES):
        data = draw(Settings(**settings, n_train=n, test_at="train"))
        for j, d in enumerate(got.degrees):
            own = []
            for x in data.x_train:
                rows = smoother(x, got.x_test, d)
                own.append(np.mean((rows @ f(x) - f(got.x_test)) ** 2 + np.sum(rows**2, axis=1)) + 1)
            assert got.risk[i, j] == pytest.approx(np.mean(own), rel=1e-6)
            assert got.median_risk[i, j] == pytest.approx(np.median(own), rel=1e-6)
            assert got.risk_se[i, j] == pytest.approx(np.std(own, ddof=1) / np.sqrt(12), rel=1e-6)


def test_monte_carlo_agrees_with_the_exact_curves_for_every_seed() -> None:
    scores = []
    for seed in range(100):
        got = learning_curves(Settings(seed=seed, max_degree=4, n_sets=100))
        scores.append(((got.mc_error - got.risk) / got.mc_error_se)[2:])  # all degrees from n = 5 on
    z = np.array(scores)
    assert np.abs(z).max() < 5.5  # at n = degree + 1 the error is dominated by few squares
    assert np.abs(z.mean(axis=0)).max() < 4.2 / np.sqrt(100)
    assert np.abs(z.std(axis=0) - 1).max() < 4 * np.sqrt((4 - 1) / 4 / 100)


def test_more_data_lower_the_variance_like_one_over_n_and_leave_the_bias() -> None:
    got = learning_curves(Settings(max_degree=3, n_test=100))
    large = got.sizes >= 50
    for j in range(3):
        slope = np.polyfit(np.log(got.sizes[large]), np.log(got.variance[large, j]), 1)[0]
        assert slope == pytest.approx(-1, abs=0.04)
        assert got.bias2[large, j] == pytest.approx(got.bias2[-1, j], rel=0.05)
        assert (got.train_error[large, j] < got.risk[large, j]).all()
    assert (np.diff(got.train_error[3:], axis=0) > 0).all()
    np.testing.assert_allclose(got.variance[-1], got.ideal_variance[-1], rtol=0.05)


def test_crossing_is_where_the_flexible_fit_stays_better() -> None:
    got = learning_curves(Settings(max_degree=10))
    for simple, flexible in ((1, 3), (1, 10), (3, 10), (5, 6)):
        n = got.crossing(simple, flexible)
        gap = got.risk[:, flexible - 1] - got.risk[:, simple - 1]
        at = got.sizes.tolist().index(n)
        assert (gap[at:] < 0).all() and not gap[at - 1] < 0
    assert got.crossing(3, 4) is None or got.crossing(4, 3) is None
    assert learning_curves(Settings(truth="quadratic", max_degree=2)).crossing(1, 2) == 3  # from the first size on
    worse = learning_curves(Settings(truth="quadratic", max_degree=3))
    assert worse.crossing(2, 3) is None and worse.crossing(3, 2) == 4  # n = 3: no degree 3


def test_no_noise() -> None:
    got = learning_curves(Settings(truth="cubic", noise_std=0, max_degree=5))
    usable = got.sizes[:, None] > got.degrees
    assert not got.risk[:, 2:][usable[:, 2:]].any() and not got.train_error[:, 2:][usable[:, 2:]].any()
    assert (got.risk[:, :2][usable[:, :2]] > 0).all() and not got.variance[usable].any()


def test_shapes_and_read_only() -> None:
    got, again = learning_curves(Settings()), learning_curves(Settings())
    assert isinstance(got, LearningCurves) and got.noise == Settings.noise_std**2
    shapes = {"sizes": (24,), "degrees": (15,), "x_test": (10,)}
    for name, value in vars(got).items():
        if isinstance(value, np.ndarray):
            assert value.shape == shapes.get(name, (24, 15)), name
            assert not value.flags.writeable, name
            assert np.array_equal(value, getattr(again, name), equal_nan=True), name
            if name not in shapes:
                assert np.array_equal(np.isnan(value), got.sizes[:, None] <= got.degrees), name


@pytest.mark.parametrize("name", sorted({*LIMITS, "truth", "inputs", "protocol", "generator"} - {"n_train"}))
def test_settings_are_checked(name) -> None:
    with pytest.raises(ValueError, match=rf"^`{name}` must be .*; got nan\.$"):
        learning_curves(Settings(**{name: float("nan")}))


def test_cost_is_refused_with_a_number_that_works() -> None:
    settings = {"protocol": "random", "max_degree": 20, "n_test": 100}
    with pytest.raises(ValueError, match=r"^1000 data sets with redrawn inputs and degrees to 20 would take") as error:
        learning_curves(Settings(n_sets=1000, **settings))
    largest = int(str(error.value).removesuffix(".").rpartition(" ")[2])
    assert largest == 20_000_000 // (21 * (1258 + 24 * 100))
    assert learning_curves(Settings(n_sets=largest, **settings)).degrees.size == 20
    with pytest.raises(ValueError, match=f"is {largest}.$"):
        learning_curves(Settings(n_sets=largest + 1, **settings))
    assert learning_curves(Settings(n_sets=1000, max_degree=20, n_test=100)).degrees.size == 20
