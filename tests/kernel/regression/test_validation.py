"""Rules for choosing a degree on one data set: against refits, scikit-learn, published numbers and expectations."""

import numpy as np
import pytest
from numpy.polynomial import Chebyshev
from numpy.polynomial.chebyshev import chebvander
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import LeaveOneOut, PredefinedSplit, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

from core.regression.decomposition import decompose
from core.regression.designs import Settings, draw
from core.regression.polynomials import nested_basis
from core.regression.truths import TRUTHS
from core.regression.validation import RULES, validate
from core.regression.validation_rules import (
    SPLIT_LIMITS,
    criteria,
    determined_fits,
    divisions,
    fold_errors,
    held_out,
    lowest,
    mean_square,
    pooled,
    refits,
    within_one_se,
    without_dust,
)
from tests.experiments import on

HOMEWORK = {
    "truth": "quadratic",
    "inputs": "normal",
    "n_train": 100,
    "noise_std": 1.0,
    "test_at": "train",
    "generator": "legacy",
}
CASES = [
    {"folds": 5, "repeats": 3, "max_degree": 8},
    {"folds": 4, "repeats": 2, "n_train": 18, "max_degree": 5, "protocol": "random", "seed": 3, "split_seed": 7},
    {"folds": 10, "repeats": 4, "max_degree": 4} | HOMEWORK,
    {"folds": 3, "repeats": 1, "n_train": 25, "max_degree": 6, "truth": "step", "held_out_share": 0.37},
]


def least_squares(x, y, degree, points):
    return Chebyshev.fit(x, y, degree)(points)


# ---- published numbers -----------------------------------------------------------------------------------------------


def test_leave_one_out_of_the_homework() -> None:
    got = on(validate, max_degree=12, **HOMEWORK)
    rmse = np.sqrt(got.scores[RULES.index("leave-one-out")])
    published = [2.981309415774586, 1.056481513788703, 1.0780658052226322, 1.0710499255446229]
    np.testing.assert_allclose(rmse[:4], published, rtol=1e-12)
    assert round(rmse[7], 2) == 3.96
    assert round(rmse[11]) == 64
    assert np.sqrt(np.mean(got.refitted[:4] ** 2, axis=1)) == pytest.approx(published, rel=1e-12)
    assert got.picks[RULES.index("leave-one-out")] == got.best == 2


def test_homework_against_scikit_learn() -> None:
    got = on(validate, max_degree=4, repeats=2, **HOMEWORK)
    for degree in (2, 4):
        model = make_pipeline(PolynomialFeatures(degree), StandardScaler(), LinearRegression(tol=1e-15))
        scores = cross_val_score(model, got.x[:, None], got.y, cv=LeaveOneOut(), scoring="neg_mean_squared_error")
        np.testing.assert_allclose(got.left_out[degree - 1] ** 2, -scores, rtol=1e-8, atol=1e-12)
        for fold, errors in zip(got.fold, got.fold_errors, strict=True):
            scores = cross_val_score(
                model, got.x[:, None], got.y, cv=PredefinedSplit(fold), scoring="neg_mean_squared_error"
            )
            np.testing.assert_allclose(errors[:, degree - 1], -scores, rtol=1e-8)


# ---- against explicit refits -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("settings", CASES)
def test_every_rule_against_refits(settings) -> None:
    got = on(validate, **settings)
    x, y, n = got.x, got.y, got.x.size
    for i, d in enumerate(got.degrees):
        close = {"rel": 1e-8, "abs": 1e-10}
        left = y - least_squares(x, y, d, x)
        np.testing.assert_allclose(got.residuals[i], left, atol=1e-9)
        assert got.train_mse[i] == pytest.approx(np.mean(left**2), **close)
        missed = [y[k] - least_squares(np.delete(x, k), np.delete(y, k), d, x[k]) for k in range(n)]
        np.testing.assert_allclose(got.left_out[i], missed, rtol=1e-8, atol=1e-10)
        np.testing.assert_allclose(got.refitted[i], missed, rtol=1e-8, atol=1e-10)
        squares = np.square(missed)
        assert got.scores[3, i] == pytest.approx(squares.mean(), **close)
        assert got.score_ses[3, i] == pytest.approx(squares.std(ddof=1) / np.sqrt(n), **close)
        rest = ~got.held
        squares = (y[got.held] - least_squares(x[rest], y[rest], d, x[got.held])) ** 2
        assert got.scores[0, i] == pytest.approx(squares.mean(), **close)
        assert got.score_ses[0, i] == pytest.approx(squares.std(ddof=1) / np.sqrt(squares.size), **close)
        scores, ses = [], []
        for r, fold in enumerate(got.fold):
            total, means = 0.0, []
            for k in range(settings["folds"]):
                held = fold == k
                squares = (y[held] - least_squares(x[~held], y[~held], d, x[held])) ** 2
                means.append(squares.mean())
                total += squares.sum()
            np.testing.assert_allclose(got.fold_errors[r, :, i], means, rtol=1e-8)
            scores.append(total / n)
            ses.append(np.std(means, ddof=1) / np.sqrt(len(means)))
        assert got.scores[1, i] == pytest.approx(scores[0], **close)
        assert got.score_ses[1, i] == pytest.approx(ses[0], **close)
        assert got.scores[2, i] == pytest.approx(np.mean(scores), **close)
        assert got.score_ses[2, i] == pytest.approx(np.sqrt(np.mean(np.square(ses))), **close)
        assert (
            np.isnan(got.split_sd[i]) if len(scores) == 1 else got.split_sd[i] == pytest.approx(np.std(scores, ddof=1))
        )
        rss = np.sum(left**2)
        assert got.scores[4, i] == pytest.approx(n * rss / (n - d - 1) ** 2, **close)
        assert got.scores[5, i] == pytest.approx(n * np.log(rss / n) + 2 * (d + 1), rel=1e-8, abs=1e-8)
        assert got.scores[6, i] == pytest.approx(n * np.log(rss / n) + np.log(n) * (d + 1), rel=1e-8, abs=1e-8)
        assert np.isnan(got.score_ses[4:]).all()


@pytest.mark.parametrize("settings", CASES)
def test_curves_are_fits(settings) -> None:
    got = on(validate, **settings)
    assert (got.grid[0], got.grid[-1]) == (got.x.min(), got.x.max())
    assert np.array_equal(got.f_grid, TRUTHS[settings.get("truth", "x_sin")].function(got.grid))
    for i, d in enumerate(got.degrees):
        np.testing.assert_allclose(got.curves[i], least_squares(got.x, got.y, d, got.grid), rtol=1e-7, atol=1e-7)
        for k in range(settings["folds"]):
            rest = got.fold[0] != k
            expected = least_squares(got.x[rest], got.y[rest], d, got.grid)
            np.testing.assert_allclose(got.fold_curves[k, i], expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("settings", CASES)
def test_picks_are_what_the_scores_say(settings) -> None:
    got = on(validate, **settings)
    assert got.rules == RULES
    for scores, ses, pick, simple in zip(got.scores, got.score_ses, got.picks, got.one_se_picks, strict=True):
        assert scores[pick - 1] == min(scores)
        se = 0 if np.isnan(ses[pick - 1]) else ses[pick - 1]
        assert simple == next(d for d in got.degrees if scores[d - 1] <= min(scores) + se)
    assert (got.one_se_picks <= got.picks).all()


@pytest.mark.parametrize("seed", range(100))
def test_shortcut_equals_refits_for_every_seed(seed) -> None:
    got = validate(Settings(seed=seed, n_train=30, max_degree=10), repeats=1)
    scale = np.abs(got.refitted).max(axis=1)
    assert (got.loo_difference < 1e-10 * np.maximum(scale, 1)).all()
    np.testing.assert_allclose(got.left_out, got.residuals / (1 - got.leverage), rtol=1e-7, atol=1e-12)
    np.testing.assert_allclose(got.leverage.sum(axis=1), got.degrees + 1, rtol=1e-12)


@pytest.mark.parametrize("settings", CASES[:3])
def test_k_fold_equals_the_block_formula(settings) -> None:
    # Held-out residuals without refitting: (I - H_BB)^-1 r_B.
    got = on(validate, **settings)
    u = (2 * got.x - got.x.min() - got.x.max()) / np.ptp(got.x)
    for i, d in enumerate(got.degrees):
        columns, _ = np.linalg.qr(chebvander(u, d))
        hat = columns @ columns.T
        for k in range(settings["folds"]):
            b = np.flatnonzero(got.fold[0] == k)
            missed = np.linalg.solve(np.eye(b.size) - hat[np.ix_(b, b)], got.residuals[i, b])
            assert got.fold_errors[0, k, i] == pytest.approx(np.mean(missed**2), rel=1e-8)


# ---- expectations ----------------------------------------------------------------------------------------------------


def test_scores_of_all_seeds_scatter_about_their_expectations() -> None:
    # On a fixed design leave-one-out and GCV have closed expectations; so has the error of the fit to the data.
    settings = {"n_train": 25, "test_at": "train", "max_degree": 7, "repeats": 1}
    results = [on(validate, seed=seed, **settings) for seed in range(100)]
    x = np.linspace(0, 10, 25)
    f, noise = x + np.sin(1.5 * x), 0.3
    for i in range(7):
        columns, _ = np.linalg.qr(chebvander(x / 5 - 1, i + 1))
        left = np.eye(25) - columns @ columns.T
        slack = np.diag(left)
        expected = {
            "leave-one-out": np.mean(((left @ f) ** 2 + noise * slack) / slack**2),
            "GCV": 25 * (np.sum((left @ f) ** 2) + noise * (25 - i - 2)) / (25 - i - 2) ** 2,
        }
        for rule, value in expected.items():
            scores = np.array([r.scores[RULES.index(rule), i] for r in results])
            z = (scores - value) / scores.std(ddof=1)
            assert abs(z.mean()) < 4 / 10
            assert np.abs(z).max() < 6
        own = np.array([r.own_risk[i] for r in results])
        assert abs(own.mean() - results[0].risk[i]) < 4 * own.std(ddof=1) / 10


@pytest.mark.parametrize("settings", CASES)
def test_risk_is_that_of_the_decomposition(settings) -> None:
    own = ("folds", "repeats", "split_seed", "held_out_share")
    plain = {name: value for name, value in settings.items() if name not in own}
    got, data = on(validate, **settings), draw(Settings(**plain, n_sets=2))
    if plain.get("protocol", "fixed") == "fixed":
        np.testing.assert_allclose(got.risk, decompose(Settings(**plain, n_sets=2)).risk, rtol=1e-10)
        assert got.best == decompose(Settings(**plain, n_sets=2)).best
    for i, d in enumerate(got.degrees):
        distance = least_squares(got.x, got.y, d, data.x_test) - data.f_test
        assert got.own_risk[i] == pytest.approx(np.mean(distance**2) + got.noise, rel=1e-7)
        u, v = ((2 * z - got.x.min() - got.x.max()) / np.ptp(got.x) for z in (got.x, data.x_test))
        rows = chebvander(v, d) @ np.linalg.pinv(chebvander(u, d), rcond=1e-15)
        bias = rows @ data.f_train[0] - data.f_test
        assert got.risk[i] == pytest.approx(np.mean(bias**2) + got.noise * (1 + np.mean(np.sum(rows**2, 1))), rel=1e-7)
    assert np.array_equal(got.x, data.x_train[0])
    assert np.array_equal(got.y, data.f_train[0] + data.noise[0])
    assert got.noise == data.noise_std**2


# ---- who is held out -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("n", "folds"), [(10, 5), (11, 3), (7, 7), (40, 20)])
def test_divisions_are_fair_and_reproducible(n, folds) -> None:
    fold = divisions(n, folds, 6, 5)
    for one in fold:
        sizes = np.bincount(one, minlength=folds)
        assert sizes.size == folds and np.ptp(sizes) <= 1
    assert len({tuple(one) for one in fold}) == 6
    assert np.array_equal(divisions(n, folds, 2, 5), fold[:2])
    assert not np.array_equal(divisions(n, folds, 2, 6), fold[:2])


@pytest.mark.parametrize(
    ("n", "share", "count"), [(40, 0.2, 8), (10, 0.05, 1), (10, 0.95, 8), (3, 0.5, 1), (7, 0.5, 4)]
)
def test_number_of_held_out_points(n, share, count) -> None:
    held = held_out(n, share, 50, 0)
    assert (held.sum(axis=1) == count).all()
    assert held.any(axis=0).all()  # any point can be
    assert np.array_equal(held_out(n, share, 3, 0), held[:3])


def test_only_the_splitters_seed_changes_the_split() -> None:
    one, other, data = validate(Settings()), validate(Settings(), split_seed=1), validate(Settings(seed=1))
    assert np.array_equal(one.y, other.y) and not np.array_equal(one.fold, other.fold)
    assert not np.array_equal(one.held, other.held)
    assert np.array_equal(one.fold, data.fold) and not np.array_equal(one.y, data.y)
    loo = RULES.index("leave-one-out")
    assert np.array_equal(one.scores[loo], other.scores[loo])
    assert not np.array_equal(one.scores[1], other.scores[1])


# ---- the pieces ------------------------------------------------------------------------------------------------------


def test_refits_of_several_sizes() -> None:
    rng = np.random.default_rng(4)
    x, y, points = rng.uniform(0, 5, 12), rng.standard_normal(12), np.array([0.5, 2.5, 6.0])
    held = np.zeros((4, 12), dtype=bool)
    held[0, 3], held[1, [1, 7]], held[3, :8] = True, True, True  # row 2 holds none out; row 3 leaves four
    got = refits(x, y, held, points, 4)
    for h in range(4):
        for d in range(1, 5):
            rest = ~held[h]
            if rest.sum() > d:
                np.testing.assert_allclose(got[h, d - 1], least_squares(x[rest], y[rest], d, points), rtol=1e-7)
            else:
                assert np.isnan(got[h, d - 1]).all()
    assert np.isnan(determined_fits(np.ones((1, 3)), np.ones((2, 3)), points, 2)).all()
    assert determined_fits(np.ones((1, 3)), np.ones((2, 3)), points, 2).shape == (2, 2, 3)


def test_pooled_and_mean_square() -> None:
    errors = np.array([[1.0, 4.0], [2.0, 8.0], [6.0, 0.0]])
    score, se = pooled(errors, np.array([2, 2, 1]))
    np.testing.assert_allclose(score, [12 / 5, 24 / 5])
    np.testing.assert_allclose(se, [np.sqrt(7 / 3), np.sqrt(16 / 3)])
    score, se = mean_square(np.array([[1.0, -2.0, 3.0]]))
    assert score[0] == pytest.approx(14 / 3) and se[0] == pytest.approx(np.std([1, 4, 9], ddof=1) / np.sqrt(3))
    assert np.isnan(mean_square(np.array([[2.0]]))[1]).all()


def test_criteria_at_their_limits() -> None:
    got = criteria(np.array([4.0, 0.0, 0.0]), 4)
    assert got["GCV"][:2].tolist() == [4, 0] and np.isnan(got["GCV"][2])
    assert got["AIC"][0] == 4 and got["BIC"][0] == pytest.approx(2 * np.log(4))
    for rule in ("AIC", "BIC"):
        assert got[rule][1] == -np.inf and np.isnan(got[rule][2])


def test_lowest_and_one_standard_error() -> None:
    scores = np.array([[3.0, 1.5, 1.0, 2.0], [np.nan, 5.0, 5.0, -np.inf]])
    best = lowest(scores, "k-fold", 9)
    assert best.tolist() == [2, 3]
    assert within_one_se(scores, np.array([[9, 9, 0.5, 9], [0.0, 0, 0, 0]]), best).tolist() == [1, 3]
    assert within_one_se(scores, np.array([[9, 9, 0.49, 9], [0.0, 0, 0, np.nan]]), best).tolist() == [2, 3]
    with pytest.raises(ValueError, match=r"^9 training points are too few to choose a degree by k-fold; use more tr"):
        lowest(np.array([[1.0], [np.nan]]), "k-fold", 9)
    assert without_dust(np.array([1e-19, 1e-17]), np.array([1.0, -1.0])).tolist() == [0, 1e-17]


# ---- extremes and bad input ------------------------------------------------------------------------------------------


def test_no_noise_makes_every_rule_find_the_truth() -> None:
    got = validate(Settings(truth="cubic", noise_std=0))
    assert got.picks.tolist() == got.one_se_picks.tolist() == [3] * 7
    assert got.best == 3
    assert not got.scores[:5, 2:].any() and (got.scores[5:, 2:] == -np.inf).all()


def test_as_many_coefficients_as_points() -> None:
    got = validate(Settings(n_train=6, max_degree=20), folds=6, repeats=2)
    assert got.degrees.tolist() == [1, 2, 3, 4, 5]
    assert got.degree_limit.startswith("Degrees stop at 5: 6 distinct training inputs")
    assert np.isnan(got.scores[:, 4]).all()  # no rule can judge a fit through all points
    assert np.isnan(got.left_out[4]).all() and np.isnan(got.refitted[4]).all() and np.isnan(got.loo_difference[4])
    assert np.isnan(got.fold_curves[:, 4]).all() and np.isfinite(got.fold_curves[:, :4]).all()
    assert np.isfinite(got.scores[1:, :4]).all()
    assert got.picks.max() <= 4
    assert validate(Settings(max_degree=8)).degree_limit == ""


@pytest.mark.parametrize(("n_train", "rule"), [(2, "hold-out"), (3, "k-fold")])
def test_too_few_points_for_a_rule_is_a_sentence(n_train, rule) -> None:
    sentence = rf"^{n_train} training points are too few to choose a degree by {rule}; use more training points\.$"
    with pytest.raises(ValueError, match=sentence):
        validate(Settings(n_train=n_train), folds=2, held_out_share=0.05)


def test_smallest_and_largest_experiments() -> None:
    assert validate(Settings(n_train=4), folds=2).picks.tolist()
    large = validate(Settings(n_train=200, max_degree=20), folds=20, repeats=50)
    assert np.isfinite(large.scores).all() and large.fold.shape == (50, 200)


@pytest.mark.parametrize("name", ["folds", "repeats", "split_seed"])
def test_both_sides_of_the_bounds(name) -> None:
    low, high = SPLIT_LIMITS[name]
    assert (low, high) == {"folds": (2, 20), "repeats": (1, 50), "split_seed": (0, 99999)}[name]
    for end in (low, high):
        assert on(validate, **{name: end}).rules == RULES
    for value in (low - 1, high + 1, 5.0, True, "5", np.nan):
        with pytest.raises(ValueError, match=rf"^`{name}` must be an integer in \[{low}, {high}\]; got "):
            on(validate, **{name: value})


def test_bad_shares_and_too_many_folds() -> None:
    assert SPLIT_LIMITS["held_out_share"] == (0.05, 0.95)
    for end in SPLIT_LIMITS["held_out_share"]:
        assert validate(Settings(max_degree=1), held_out_share=end).rules == RULES
    for value in (0, 1, 0.049, 0.951, np.nan, "0.2"):
        with pytest.raises(ValueError, match=r"^`held_out_share` must be in \[0\.05, 0\.95\]; got "):
            validate(Settings(), held_out_share=value)
    validate(Settings(n_train=6), folds=6)
    with pytest.raises(ValueError, match=r"^`folds` must be at most `n_train`, 6; got 7\.$"):
        validate(Settings(n_train=6), folds=7)
    with pytest.raises(ValueError, match=r"^`noise_std` must be in \[0, 5\]; got nan\.$"):
        validate(Settings(noise_std=np.nan))


def test_shapes_and_read_only() -> None:
    got, again = validate(Settings(), folds=5, repeats=3), validate(Settings(), folds=5, repeats=3)
    shapes = {
        "x": (40,),
        "y": (40,),
        "signal": (40,),
        "held": (40,),
        "fold": (3, 40),
        "fold_errors": (3, 5, 15),
        "fold_curves": (5, 15, 81),
        "residuals": (15, 40),
        "leverage": (15, 40),
        "left_out": (15, 40),
        "refitted": (15, 40),
        "scores": (7, 15),
        "score_ses": (7, 15),
        "picks": (7,),
        "one_se_picks": (7,),
        "grid": (81,),
        "f_grid": (81,),
        "curves": (15, 81),
    }
    for name, value in vars(got).items():
        if isinstance(value, np.ndarray):
            assert value.shape == shapes.get(name, (15,)), name
            assert not value.flags.writeable, name
            assert np.array_equal(value, getattr(again, name), equal_nan=True), name


@pytest.mark.parametrize(
    ("n", "folds", "repeats", "degree"), [(40, 5, 3, 6), (43, 10, 2, 9), (200, 10, 3, 15), (30, 30, 1, 5)]
)
def test_the_short_way_to_the_errors_of_folds_is_that_of_refits(n: int, folds: int, repeats: int, degree: int) -> None:
    rng = np.random.default_rng(n)
    x = np.sort(rng.uniform(-1, 1, n))
    y = np.sin(3 * x) + 0.3 * rng.normal(size=n)
    fold = divisions(n, folds, repeats, 0)
    found = fold_errors(nested_basis(x[np.newaxis], x[:0], degree).train[0], y, fold)
    assert found is not None
    for division, errors in zip(fold, found, strict=True):
        for k in range(folds):
            kept = division != k
            for d in range(1, degree + 1):
                fitted = np.polynomial.Chebyshev.fit(x[kept], y[kept], d)
                assert errors[k, d - 1] == pytest.approx(np.mean((y[~kept] - fitted(x[~kept])) ** 2), rel=1e-7)


def test_folds_that_nearly_determine_their_own_fit_are_refitted() -> None:
    x = np.linspace(-1, 1, 12)
    fold = divisions(12, 3, 1, 0)
    assert fold_errors(nested_basis(x[np.newaxis], x[:0], 8).train[0], np.cos(x), fold) is None
