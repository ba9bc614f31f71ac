"""The homework's verdicts on ridge: published shares, and replays with explicit smoother matrices."""

import numpy as np
import pytest

from core.labs.regularization.compute.ridge import ALPHAS
from core.labs.regularization.homework import splits as ridge_homework
from core.labs.regularization.homework.splits import SETTINGS, hundred_sets, replicates, splits
from core.regression.designs import Settings
from tests.experiments import on

TEN = int(np.flatnonzero(ALPHAS == 10)[0])
SIGMA2 = 0.3


def f(x):
    return x + np.sin(1.5 * x)


def smoother(x, points, alpha):
    """Ridge on standardized monomials of degree 10, by least squares on extended rows."""
    train, others = (np.stack([z**k for k in range(1, 11)], axis=1) for z in (x, points))
    mean, sd, n = train.mean(axis=0), train.std(axis=0), x.size
    rows = np.vstack([(train - mean) / sd, np.sqrt(alpha) * np.eye(10)])
    right = np.vstack([np.eye(n) - 1 / n, np.zeros((10, n))])
    return 1 / n + (others - mean) / sd @ np.linalg.lstsq(rows, right, rcond=1e-15)[0]


def split(seed):
    x = np.random.RandomState(seed).permutation(np.linspace(0, 10, 50))
    return x[:40], x[40:]


def risk(x, points, alpha):
    matrix = smoother(x, points, alpha)
    return ((matrix @ f(x) - f(points)) ** 2).mean() + SIGMA2 * (matrix**2).sum() / points.size + SIGMA2


def test_three_definitions_on_the_homeworks_data() -> None:
    got = hundred_sets()
    assert ALPHAS[TEN] == ridge_homework.ALPHA
    assert [round(float(got.mean_fit_error[k]), 4) for k in (0, TEN)] == [0.2252, 0.7166]
    assert [round(float(got.one_test_error[k]), 4) for k in (0, TEN)] == [0.6372, 0.7397]
    x, points = split(0)
    assert [got.risk[k] for k in (0, TEN)] == pytest.approx([risk(x, points, a) for a in (0, 10)], rel=1e-7)
    assert got.risk[TEN] < got.risk[0]  # the expectation says the opposite of the other two


def test_published_shares_of_200_splits() -> None:
    got = splits(SETTINGS)
    assert got.alphas is ALPHAS
    assert got.change.shape == (200, len(ALPHAS))
    assert got.raised[TEN] == pytest.approx(0.835)
    assert np.count_nonzero(~got.extrapolates) == 117
    assert got.raised_inside[TEN] == 1
    assert got.raised_outside[TEN] == pytest.approx(50 / 83)


@pytest.mark.parametrize("seed", [0, 1, 2, 50, 123, 199])
def test_change_of_a_split_against_smoother_matrices(seed) -> None:
    (x, points), got = split(seed), splits(SETTINGS)
    for alpha in (1e-4, 1.0, 10.0, 1e4):
        expected = risk(x, points, alpha) - risk(x, points, 0)
        change = got.change[seed, np.flatnonzero(alpha == ALPHAS)[0]]
        assert change == pytest.approx(expected, rel=1e-6, abs=1e-8)
    assert got.extrapolates[seed] == (points.min() < x.min() or points.max() > x.max())


def test_shares_are_counted() -> None:
    got = on(
        splits, generator="legacy", repetitions=30, degree=6, basis="chebyshev", n_train=15, n_test=5, truth="sine"
    )
    up = got.change > 0
    assert got.change.shape == (30, len(ALPHAS))
    assert not got.change[:, 0].any() and not got.raised[0]
    np.testing.assert_allclose(got.raised, up.sum(axis=0) / 30)
    np.testing.assert_allclose(got.raised_inside, up[~got.extrapolates].mean(axis=0))
    np.testing.assert_allclose(got.raised_outside, up[got.extrapolates].mean(axis=0))


def test_splits_of_one_kind_only_have_no_share_of_the_other() -> None:
    # Two of 102 points are trained on: that these are the two ends does not happen in five splits.
    got = splits(Settings(generator="legacy", n_train=2, n_test=100), repetitions=5, degree=1)
    assert got.extrapolates.all()
    assert np.isnan(got.raised_inside).all()
    np.testing.assert_array_equal(got.raised_outside, got.raised)


def test_replicates_against_published_shares() -> None:
    got = replicates()
    fall = 1 - got.by_truth[TEN]  # 82.6 % of 1,000 published replicates
    assert abs(fall - 0.826) < 4 * np.sqrt(0.826 * 0.174 * (1 / 1000 + 1 / 4000))
    assert not got.exact[TEN] and got.exact[-1]
    assert not got.by_mean_fit[0] and not got.by_one_test[0] and not got.by_truth[0]
    assert got.by_mean_fit[-1] == got.by_one_test[-1] == got.by_truth[-1] == 1


@pytest.mark.parametrize("alpha", [1e-6, 1e-2, 10.0])
def test_replicates_against_own_data_sets(alpha) -> None:
    got, rng, (x, points) = replicates(), np.random.default_rng(12), split(0)
    count, p = 1000, int(np.flatnonzero(alpha == ALPHAS)[0])
    matrices = [smoother(x, points, a) for a in (0, alpha)]
    worse = np.zeros(3)
    for _ in range(count):
        y = f(x) + np.sqrt(SIGMA2) * rng.standard_normal((100, 40))
        y_test = f(points) + np.sqrt(SIGMA2) * rng.standard_normal(10)
        none, some = (
            np.array(
                [
                    ((fit.mean(axis=0) - y_test) ** 2).mean(),
                    ((fit - y_test) ** 2).mean(),
                    ((fit - f(points)) ** 2).mean(),
                ]
            )
            for fit in (y @ matrix.T for matrix in matrices)
        )
        worse += (some > none) / count
    for share, expected in zip((got.by_mean_fit, got.by_one_test, got.by_truth), worse, strict=True):
        spread = np.sqrt(max(expected * (1 - expected), 0.003) * (1 / count + 1 / 4000))
        assert abs(share[p] - expected) < 4 * spread
    assert got.exact[p] == (risk(x, points, alpha) > risk(x, points, 0))


def test_results_are_read_only() -> None:
    for result in (splits(SETTINGS, repetitions=2), replicates()):
        for array in vars(result).values():
            assert not array.flags.writeable


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"repetitions": 1}, r"^`repetitions` must be an integer in \[2, 1000\]; got 1\.$"),
        ({"degree": 0}, r"^`degree` must be an integer in \[1, 20\]; got 0\.$"),
        ({"basis": "x"}, r"^`basis` must be one of monomial, chebyshev; got 'x'\.$"),
        ({"noise_std": float("nan")}, r"^`noise_std` must be in \[0, 5\]; got nan\.$"),
    ],
)
def test_splits_check_their_settings(settings, message) -> None:
    with pytest.raises(ValueError, match=message):
        on(splits, **settings)
