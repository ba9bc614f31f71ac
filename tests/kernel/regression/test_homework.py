"""The homework against its published numbers and against replays by other means."""

import numpy as np
import pytest
from numpy.polynomial import Chebyshev
from numpy.polynomial.chebyshev import chebvander

from core.regression import homework

SIGMA2 = 0.3


def f(x):
    return x + np.sin(1.5 * x)


def hat(x, degree):
    columns, _ = np.linalg.qr(chebvander((2 * x - x.min() - x.max()) / np.ptp(x), degree))
    return columns @ columns.T


def test_three_fits_by_closed_form() -> None:
    x, risk = np.linspace(0, 10, 20), homework.by_eye().decomposition.risk
    for degree in (1, 3, 10):
        bias = hat(x, degree) @ f(x) - f(x)
        assert risk[degree - 1] == pytest.approx((bias**2).mean() + SIGMA2 * (degree + 1) / 20 + SIGMA2, rel=1e-10)
    assert [round(float(risk[k - 1]), 3) for k in (1, 3, 10)] == [0.813, 0.769, 0.465]


def test_ten_beats_three_replayed() -> None:
    x = np.linspace(0, 10, 20)
    y = f(x) + np.sqrt(SIGMA2) * np.random.RandomState(0).standard_normal((1000, 20))
    distance = {k: ((y @ hat(x, k) - f(x)) ** 2).mean(axis=1) for k in (3, 10)}
    assert homework.by_eye().ten_beats_three == np.mean(distance[10] < distance[3]) == 1.0


def test_ten_beats_three_in_general() -> None:
    x = np.linspace(0, 10, 20)
    y = f(x) + np.sqrt(SIGMA2) * np.random.default_rng(8).standard_normal((100_000, 20))
    distance = {k: ((y @ hat(x, k) - f(x)) ** 2).mean(axis=1) for k in (3, 10)}
    assert 0.999 < np.mean(distance[10] < distance[3]) < 1  # nearly, but not always


def test_hundred_sets_are_the_published_ones() -> None:
    d = homework.hundred_sets()
    printed = [0.885, 0.687, 0.717, 0.981, 0.841, 0.458, 0.458, 0.688, 0.633, 0.637, 0.921, 1.141, 1.993, 3.534, 7.512]
    assert np.abs(d.one_test_error - printed).max() < 0.0005
    assert d.one_test_error[5] - d.one_test_error[6] == pytest.approx(5e-5, abs=0.5e-5)
    assert d.mc_variance[9] * 0.99 == pytest.approx(0.412001638532399, rel=1e-8)
    assert d.mc_bias2_raw[9] == pytest.approx(0.0057293152, rel=1e-6)
    assert (d.best, d.one_test_best, round(float(d.risk[7]), 4)) == (8, 7, 0.5947)
    assert d.bias2[14] == pytest.approx(4e-7, rel=0.1)


def test_test_set_choice_against_2000_published_replicas() -> None:
    got = homework.test_set_choice()
    published = {1: 118, 2: 542, 4: 12, 5: 26, 6: 135, 7: 466, 8: 696}
    assert got.degrees.tolist() == list(range(1, 16))
    assert got.by_test_set.sum() == pytest.approx(1) and got.by_truth.sum() == pytest.approx(1)
    for degree, count in published.items():
        p = count / 2000
        assert abs(got.by_test_set[degree - 1] - p) < 4 * np.sqrt(p * (1 - p) * (1 / 1000 + 1 / 2000)), degree
    p = 1881 / 2000
    assert abs(got.by_truth[7] - p) < 4 * np.sqrt(p * (1 - p) * (1 / 1000 + 1 / 2000))


def test_test_set_choice_against_own_data_sets() -> None:
    got, rng = homework.test_set_choice(), np.random.default_rng(17)
    x = np.random.RandomState(0).permutation(np.linspace(0, 10, 50))
    train, test = x[:40], x[40:]
    low, high = train.min(), train.max()
    u, v = ((2 * z - low - high) / (high - low) for z in (train, test))
    smoothers = [chebvander(v, d) @ np.linalg.pinv(chebvander(u, d), rcond=1e-15) for d in range(1, 16)]
    by_test, by_truth = np.zeros(15), np.zeros(15)
    for _ in range(600):
        y = f(train) + np.sqrt(SIGMA2) * rng.standard_normal((100, 40))
        y_test = f(test) + np.sqrt(SIGMA2) * rng.standard_normal(10)
        fit = [y @ s.T for s in smoothers]
        by_test[np.argmin([((g - y_test) ** 2).mean() for g in fit])] += 1 / 600
        by_truth[np.argmin([((g - f(test)) ** 2).mean() for g in fit])] += 1 / 600
    bound = lambda p: 4 * np.sqrt(np.maximum(p * (1 - p), 0.002) * (1 / 600 + 1 / 1000))  # noqa: E731
    assert (np.abs(got.by_test_set - by_test) < bound(by_test)).all()
    assert (np.abs(got.by_truth - by_truth) < bound(by_truth)).all()


def test_redraws_start_with_the_published_errors() -> None:
    published = [2.981309415774586, 1.056481513788703, 1.0780658052226322, 1.0710499255446229]
    got = homework.redraws()
    assert got.rmse.shape == (200, 4)
    np.testing.assert_allclose(got.rmse[0], published, rtol=1e-12)


@pytest.mark.parametrize("seed", [0, 1, 77, 199])
def test_redraws_against_refits(seed: int) -> None:
    rng = np.random.RandomState(seed)
    x = rng.normal(size=100)
    y = x - 2 * x**2 + rng.normal(size=100)
    for degree in range(1, 5):
        left = [y[i] - Chebyshev.fit(np.delete(x, i), np.delete(y, i), degree)(x[i]) for i in range(100)]
        assert homework.redraws().rmse[seed, degree - 1] == pytest.approx(np.sqrt(np.mean(np.square(left))), rel=1e-9)


def test_winners_are_counted() -> None:
    got = homework.redraws()
    wins = [int((got.rmse.argmin(axis=1) == k).sum()) for k in range(4)]
    assert (got.winners * 200).round(9).tolist() == wins
    assert wins[0] == 0 and 0.62 < wins[1] / 200 < 0.87  # 0.749 over 20 000 draws, 4 standard errors of 200
