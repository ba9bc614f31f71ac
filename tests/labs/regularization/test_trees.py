"""Trees against scikit-learn at each depth, bagging against its own variance formula and against loops."""

import numpy as np
import pytest
from sklearn.tree import DecisionTreeRegressor

from core.labs.regularization.learners import bagging as bags
from core.labs.regularization.learners.bagging import Bagging, bagging
from core.labs.regularization.learners.tree_growth import grow, nearest_cells
from core.labs.regularization.learners.trees import LIMITS, DepthSweep, tree_depths
from core.regression.designs import Settings, draw
from core.regression.truths import TRUTHS
from tests.experiments import on


def sixty_fourths(rng, size, low=0, high=640):
    """Inputs that single precision holds exactly: scikit-learn rounds to it."""
    return rng.integers(low, high, size) / 64


def f(x):
    return x + np.sin(1.5 * x)


# ---- growing ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(25))
def test_every_depth_equals_scikit_learn(seed) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 70))
    x = np.sort(sixty_fourths(rng, (3, n)), axis=1)  # with duplicates
    y = f(x) + rng.standard_normal((3, n))
    points = sixty_fourths(rng, 40, -50, 700)
    fits, leaves = grow(x, y, 12)
    cells = nearest_cells(x, points)
    for depth in range(1, 13):
        for r in range(3):
            peer = DecisionTreeRegressor(max_depth=depth).fit(x[r][:, None], y[r])
            np.testing.assert_allclose(fits[depth - 1, r], peer.predict(x[r][:, None]), rtol=1e-12, atol=1e-12)
            got = fits[depth - 1, r, cells[r]]
            np.testing.assert_allclose(got, peer.predict(points[:, None]), rtol=1e-12, atol=1e-12)
            assert leaves[depth - 1, r] == peer.get_n_leaves()


def best_cut_by_hand(x, y):
    """Leftmost cut with the smallest sum of squared errors, trying all."""
    best = None
    for i in range(1, len(x)):
        if x[i - 1] < x[i]:
            loss = sum(((part - part.mean()) ** 2).sum() for part in (y[:i], y[i:]))
            if best is None or loss < best[0] - 1e-9:
                best = loss, i
    return best[1]


@pytest.mark.parametrize("seed", range(100))
def test_of_equally_good_cuts_the_leftmost_is_made(seed) -> None:
    rng = np.random.default_rng(seed)
    x, y = np.arange(9.0), rng.integers(0, 3, 9).astype(float)
    if np.ptp(y) == 0:
        y[0] += 1
    y = y + 0.1  # sums that are not exact in binary
    cut = best_cut_by_hand(x, y)
    fits, leaves = grow(x[None], y[None], 1)
    assert leaves[0, 0] == 2
    np.testing.assert_allclose(fits[0, 0], np.r_[[y[:cut].mean()] * cut, [y[cut:].mean()] * (9 - cut)], rtol=1e-12)


def test_nodes_that_are_not_cut() -> None:
    x, y = np.array([[0.0, 1.0, 2.0, 3.0]]), np.array([[0.1, 0.1, 0.1, 0.4]])
    fits, leaves = grow(x, y, 3)
    assert leaves[:, 0].tolist() == [2, 2, 2]  # equal targets
    np.testing.assert_allclose(fits[2], y)
    fits, leaves = grow(np.array([[0.0, 0.0, 1.0, 1.0]]), np.array([[1.0, 2.0, 5.0, 9.0]]), 3)
    assert leaves[:, 0].tolist() == [2, 2, 2]  # equal inputs
    np.testing.assert_allclose(fits[2, 0], [1.5, 1.5, 7, 7])
    assert grow(np.array([[2.0]]), np.array([[7.0]]), 2)[0].ravel().tolist() == [7, 7]


def test_a_point_on_a_cut_belongs_to_its_left() -> None:
    x = np.array([[0.1, 0.3, 0.5, 0.7]])
    assert nearest_cells(x, np.array([-1, 0.1, 0.2, 0.21, 0.4, 0.6, 0.61, 9]))[0].tolist() == [0, 0, 0, 1, 1, 2, 3, 3]


# ---- single trees ----------------------------------------------------------------------------------------------------

CASES = [
    {"n_sets": 12},
    {"n_train": 15, "n_test": 7, "noise_std": 1.5, "n_sets": 9, "truth": "step", "seed": 3},
    {"inputs": "normal", "truth": "quadratic", "n_train": 25, "n_sets": 20, "test_at": "train", "low": -3, "high": 3},
    {"n_train": 30, "test_at": "beyond", "truth": "sine", "n_sets": 5, "generator": "legacy"},
]


def check_estimates(got, i, fit, settings):
    """Bias, variance and error of fits (M, T), with their standard errors, by their definitions."""
    data = draw(Settings(**settings))
    m, points = fit.shape
    mean, spread = fit.mean(axis=0), fit.var(axis=0, ddof=1)
    close = {"rtol": 1e-10, "atol": 1e-12}
    np.testing.assert_allclose(got.test_variance[i], spread, **close)
    np.testing.assert_allclose(got.test_bias2[i], (mean - got.f_test) ** 2 - spread / m, **close)
    np.testing.assert_allclose(got.mc_variance[i], spread.mean(), **close)
    np.testing.assert_allclose(got.mc_bias2_raw[i], ((mean - got.f_test) ** 2).mean(), **close)
    np.testing.assert_allclose(got.mc_bias2[i], got.test_bias2[i].mean(), **close)
    errors = ((got.f_test + data.fresh_noise - fit) ** 2).mean(axis=1)
    np.testing.assert_allclose(got.mc_error[i], errors.mean(), **close)
    np.testing.assert_allclose(got.mc_error_se[i], errors.std(ddof=1) / np.sqrt(m), **close)
    np.testing.assert_allclose(got.one_test_error[i], ((got.y_test - fit) ** 2).mean(), **close)
    np.testing.assert_allclose(got.mean_fit_error[i], ((got.y_test - mean) ** 2).mean(), **close)
    own = ((fit - mean) ** 2).mean(axis=1) * m / (m - 1)
    np.testing.assert_allclose(got.mc_variance_se[i], own.std(ddof=1) / np.sqrt(m), **close)
    covariance = np.cov(fit.T).reshape(points, points)
    size2 = (covariance**2).sum()
    along = max((mean - got.f_test) @ covariance @ (mean - got.f_test) - size2 / m, 0)
    expected = np.sqrt(4 * along / m + 2 * size2 / m / (m - 1)) / points
    np.testing.assert_allclose(got.mc_bias2_se[i], expected, rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("settings", CASES)
def test_depth_sweep_against_a_loop_over_scikit_learn(settings) -> None:
    got, data = on(tree_depths, **settings, max_depth=8), draw(Settings(**settings))
    assert isinstance(got, DepthSweep) and got.values.tolist() == list(range(1, 9))
    x, m = data.x_train[0], len(data.noise)
    # scikit-learn rounds inputs to single precision; as ranks, cuts between them stay what they are
    halfway = (np.sort(x)[1:] + np.sort(x)[:-1]) / 2 + 1e-9
    ranks = lambda points: np.array([float(np.sum(point > halfway)) for point in points])  # noqa: E731
    for i, depth in enumerate(got.values):
        fit, drawn, leaves, missed = [], [], [], []
        for y in data.f_train + data.noise:
            peer = DecisionTreeRegressor(max_depth=depth).fit(ranks(x)[:, None], y)
            fit.append(peer.predict(ranks(got.x_test)[:, None]))
            drawn.append(peer.predict(ranks(got.grid)[:, None]))
            leaves.append(peer.get_n_leaves())
            missed.append(((peer.predict(ranks(x)[:, None]) - y) ** 2).mean())
        fit, drawn = np.array(fit), np.array(drawn)
        check_estimates(got, i, fit, settings)
        assert got.leaves[i] == np.mean(leaves)
        assert got.train_error[i] == pytest.approx(np.mean(missed), rel=1e-9, abs=1e-20)
        np.testing.assert_allclose(got.mean_grid[i], drawn.mean(axis=0), rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(got.sd_grid[i], drawn.std(axis=0, ddof=1), rtol=1e-8, atol=1e-12)
        np.testing.assert_allclose(got.fits_grid[:, i], drawn[:15], rtol=1e-10, atol=1e-12)
    assert got.best == got.values[np.argmin(got.mc_bias2 + got.mc_variance)]
    assert got.y_train.shape == (m, x.size)


def test_standard_errors_are_right_on_average_over_the_seeds() -> None:
    results = [
        tree_depths(Settings(seed=seed, n_sets=60, test_at="train", n_train=30), max_depth=4) for seed in range(100)
    ]
    for name in ("bias2", "variance", "error"):
        estimates = np.array([getattr(r, f"mc_{name}") for r in results])
        errors = np.array([getattr(r, f"mc_{name}_se") for r in results])
        np.testing.assert_allclose(np.sqrt((errors**2).mean(axis=0)), estimates.std(axis=0, ddof=1), rtol=0.3)
        z = (estimates - estimates.mean(axis=0)) / errors
        assert np.abs(z).max() < 5
    # what is estimated: the same numbers from 20,000 other data sets
    x, rng = np.linspace(0, 10, 30), np.random.default_rng(77)
    y = f(x) + np.sqrt(0.3) * rng.standard_normal((20_000, 30))
    fits, _ = grow(np.broadcast_to(x, y.shape), y, 4)
    for i in range(4):
        variance = fits[i].var(axis=0, ddof=1).mean()
        bias2 = ((fits[i].mean(axis=0) - f(x)) ** 2).mean() - variance / 20_000
        for name, value in (("bias2", bias2), ("variance", variance), ("error", bias2 + variance + 0.3)):
            estimates = np.array([getattr(r, f"mc_{name}")[i] for r in results])
            assert abs(estimates.mean() - value) < 4.5 * estimates.std(ddof=1) * np.sqrt(1 / 100 + 60 / 20_000)


# ---- bagging ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("settings", CASES)
def test_bagging_against_a_loop_over_scikit_learn(settings) -> None:
    got, data = on(bagging, **settings, depth=4, n_trees=6), draw(Settings(**settings))
    assert isinstance(got, Bagging) and got.values.tolist() == [1, 2, 3, 4, 5, 6]
    order = data.x_train[0].argsort()
    x, y = data.x_train[0, order], (data.f_train + data.noise)[:, order]
    rng = np.random.default_rng([settings.get("seed", 0), 1])
    points = np.concatenate([got.x_test, got.grid])
    single = []
    for _ in range(6):
        chosen = np.sort(rng.integers(x.size, size=y.shape), axis=1)
        fits = []
        for one, rows in zip(y, chosen, strict=True):
            drawn = np.sort(x[rows])
            cells = np.array([np.sum(point > (drawn[1:] + drawn[:-1]) / 2 + 1e-9) for point in points])
            # equal inputs share a rank
            rank = np.searchsorted(drawn, drawn).astype(float)
            peer = DecisionTreeRegressor(max_depth=4).fit(rank[:, None], one[rows])
            fits.append(peer.predict(rank[cells][:, None]))
        single.append(fits)
    single = np.array(single)
    for i in range(6):
        mean = single[: i + 1].mean(axis=0)
        check_estimates(got, i, mean[:, : got.x_test.size], settings)
        np.testing.assert_allclose(got.fits_grid[:, i], mean[:15, got.x_test.size :], rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(got.mean_grid[i], mean[:, got.x_test.size :].mean(axis=0), rtol=1e-10, atol=1e-12)
    single = single[:, :, : got.x_test.size]
    within = single.var(axis=0, ddof=1).mean()
    shared = single.mean(axis=0).var(axis=0, ddof=1).mean() - within / 6
    assert got.tree_variance == pytest.approx(shared + within, rel=1e-9)
    assert got.correlation == pytest.approx(shared / (shared + within), rel=1e-9)
    assert got.limit == pytest.approx(shared, rel=1e-9)
    np.testing.assert_allclose(got.predicted_variance, shared + within / np.arange(1, 7), rtol=1e-9)
    plain = on(tree_depths, **settings, max_depth=4)
    assert got.plain_variance == pytest.approx(plain.mc_variance[-1], rel=1e-12)
    assert got.plain_error == pytest.approx(plain.mc_error[-1], rel=1e-12)


def test_variance_formula_holds_for_every_seed() -> None:
    # Predicted from all trees against measured with the first b: the same expectation.
    results = [bagging(Settings(seed=seed, n_sets=40, n_train=20), n_trees=12, depth=5) for seed in range(100)]
    for b in (1, 2, 5):
        gap = np.array([r.mc_variance[b - 1] - r.predicted_variance[b - 1] for r in results])
        assert abs(gap.mean()) < 4 * gap.std(ddof=1) / 10
    for r in results:
        assert r.predicted_variance[-1] == pytest.approx(r.mc_variance[-1], rel=1e-9)  # all trees: an identity
        assert r.correlation * r.tree_variance == pytest.approx(r.limit, rel=1e-12)
        assert r.predicted_variance[0] == pytest.approx(r.tree_variance, rel=1e-12)
        assert 0 < r.correlation < 1
    variances = np.array([r.tree_variance for r in results])
    errors = np.array([r.tree_variance_se for r in results])
    # With other test points for each seed the estimates scatter more than their standard errors say.
    assert np.sqrt((errors**2).mean()) < variances.std(ddof=1)


def test_standard_error_of_the_tree_variance() -> None:
    results = [
        bagging(Settings(seed=seed, n_sets=40, n_train=20, test_at="train"), n_trees=8, depth=4) for seed in range(100)
    ]
    variances = np.array([r.tree_variance for r in results])
    errors = np.array([r.tree_variance_se for r in results])
    assert np.sqrt((errors**2).mean()) == pytest.approx(variances.std(ddof=1), rel=0.3)


def test_bagging_lowers_the_error_of_deep_trees() -> None:
    got = bagging(Settings(n_test=50), depth=10, n_trees=40)
    assert got.mc_error[-1] < got.plain_error < got.mc_error[0]


# ---- extremes and bad input ------------------------------------------------------------------------------------------


def test_no_noise() -> None:
    got = tree_depths(Settings(noise_std=0, test_at="train"), max_depth=12)
    assert np.abs(got.mc_variance).max() < 1e-25
    assert got.mc_bias2[-1] < 1e-25 and got.train_error[-1] < 1e-25  # grown out: every point is its own leaf
    step = tree_depths(Settings(noise_std=0, truth="step", test_at="train"), max_depth=3)
    assert step.leaves.tolist() == [2, 2, 2]
    constant = bagging(Settings(noise_std=0, truth="step", n_train=2, low=6, n_sets=2, test_at="train"), n_trees=2)
    assert constant.tree_variance == 0 and np.isnan(constant.correlation)


def test_smallest_and_largest_experiments() -> None:
    for got in (
        tree_depths(Settings(n_train=2, n_test=1, n_sets=2)),
        tree_depths(Settings(n_train=200, n_test=100, n_sets=1000), max_depth=20),
        bagging(Settings(n_train=2, n_test=1, n_sets=2), n_trees=2),
    ):
        for name, value in vars(got).items():
            if isinstance(value, np.ndarray):
                assert np.isfinite(value).all(), name


def test_shapes_data_and_read_only() -> None:
    settings = {"n_sets": 20, "seed": 2}
    data = draw(Settings(**settings))
    for size, make in (
        (5, lambda: on(tree_depths, **settings, max_depth=5)),
        (3, lambda: on(bagging, **settings, n_trees=3)),
    ):
        got, again = make(), make()
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
                assert np.array_equal(value, getattr(again, name)), name
        assert np.array_equal(got.x_train, data.x_train[0])
        assert np.array_equal(got.y_train, data.f_train + data.noise)
        assert np.array_equal(got.y_test, data.f_test + data.test_noise)
        assert np.array_equal(got.f_grid, TRUTHS["x_sin"].function(got.grid))
        assert got.noise == data.noise_std**2


@pytest.mark.parametrize(
    ("make", "name", "ends"),
    [(tree_depths, "max_depth", LIMITS["max_depth"]), *((bagging, n, bags.LIMITS[n]) for n in ("depth", "n_trees"))],
)
def test_both_sides_of_the_bounds(make, name, ends) -> None:
    assert ends == ((2, 200) if name == "n_trees" else (1, 20))
    small = {"n_train": 10, "n_sets": 4, "n_trees": 3} if make is bagging else {"n_train": 10, "n_sets": 4}
    for end in ends:
        assert on(make, **small | {name: end}).mc_error.size >= 1
    for value in (ends[0] - 1, ends[1] + 1, 5.0, True, "5", np.nan):
        with pytest.raises(ValueError, match=rf"^`{name}` must be an integer in \[{ends[0]}, {ends[1]}\]; got "):
            on(make, **small | {name: value})
    with pytest.raises(ValueError, match=r"^`n_sets` must be an integer in \[2, 1000\]; got 1\.$"):
        make(Settings(n_sets=1))


def test_cost_is_refused_with_a_number_that_works(monkeypatch) -> None:
    monkeypatch.setattr("core.labs.regularization.learners.bagging.COST_LIMIT", 1_000_000)
    settings = {"n_train": 200, "n_test": 100, "n_trees": 200, "depth": 1}
    with pytest.raises(ValueError, match=r"^1000 data sets with 200 trees of 200 points would take too long;") as error:
        on(bagging, n_sets=1000, **settings)
    largest = int(str(error.value).removesuffix(".").rpartition(" ")[2])
    assert largest == 16
    assert on(bagging, n_sets=largest, **settings).values.size == 200
    with pytest.raises(ValueError, match=f"is {largest}.$"):
        on(bagging, n_sets=largest + 1, **settings)
