"""Costs case by case, cost curves by all lines, calibration and reliability by scikit-learn and SciPy."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.calibration import calibration_curve
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import brier_score_loss

from core.ranking.costs import (
    brier,
    calibrated,
    cheapest,
    cost_curve,
    expected_cost,
    normalised_cost,
    probability_cost,
    reliability,
)
from core.ranking.curves import rank
from tests.kernel.ranking import oracle as oracle

ratios = st.sampled_from([0.1, 0.5, 1, 2, 5, 30])
shares = st.none() | st.sampled_from([0.01, 0.3, 0.5, 0.97])


@st.composite
def cases(draw):
    labels = [1, 0, *draw(st.lists(st.integers(0, 1), max_size=20))]
    return labels, draw(st.lists(st.integers(-3, 3), min_size=len(labels), max_size=len(labels)))


def probabilities(n=500, digits=3, seed=0):
    rng = np.random.default_rng(seed)
    scores = rng.random(n).round(digits)
    return (rng.random(n) < scores**2).astype(int), scores


@given(cases(), ratios)
def test_expected_cost_is_the_mean_over_cases(data, ratio) -> None:
    ranking = rank(*data)
    found = expected_cost(ranking, ranking.tp, ranking.fp, cost_ratio=ratio)
    for threshold, cost in zip(ranking.thresholds, found, strict=True):
        each = [
            {(1, False): 1, (0, True): ratio}.get((label, score >= threshold), 0) / (1 + ratio)
            for label, score in zip(*data, strict=True)
        ]
        assert cost == pytest.approx(np.mean(each), rel=1e-12, abs=1e-15)


@given(cases(), ratios, shares)
def test_cheapest_threshold_of_all(data, ratio, share) -> None:
    ranking = rank(*data)
    known = {"cost_ratio": ratio, "prevalence": share}
    tp, fp = cheapest(ranking, **known)
    everywhere = np.append(0, ranking.tp), np.append(0, ranking.fp)
    costs = expected_cost(ranking, *everywhere, **known)
    assert expected_cost(ranking, tp, fp, **known) == pytest.approx(costs.min(), rel=1e-12)
    assert (tp, fp) in set(zip(*(counts.tolist() for counts in everywhere), strict=True))


def test_cheapest_points_of_extreme_costs() -> None:
    ranking = rank(*oracle.EXAMPLE)
    assert cheapest(ranking, cost_ratio=1e9) == (3, 0)
    assert cheapest(ranking, cost_ratio=1e-9) == (16, 9)
    assert cheapest(rank([0, 0, 1], [2, 2, 1]), cost_ratio=1e9) == (0, 0)
    assert cheapest(rank([1, 0], [1, 1]), cost_ratio=1) == (0, 0)  # both ends cost the same: the first


def test_german_credit_costs() -> None:
    """To call a bad loan good costs 5, a good one bad 1."""
    labels, logistic, _ = oracle.credit()
    ranking = rank(labels, logistic)
    costs = [5 * np.sum((logistic >= t) & (labels == 0)) + np.sum((logistic < t) & (labels == 1)) for t in logistic]
    tp, fp = cheapest(ranking, cost_ratio=5)
    assert 5 * fp + 210 - tp == min(costs) == round(300 * 6 * float(expected_cost(ranking, tp, fp, cost_ratio=5)))


@pytest.mark.parametrize("ratio", [0, -1, np.inf, np.nan])
def test_cost_ratio_is_checked(ratio) -> None:
    with pytest.raises(ValueError, match=rf"^`cost_ratio` must be positive and finite; got {ratio:g}\.$"):
        expected_cost(rank(*oracle.EXAMPLE), 1, 1, cost_ratio=ratio)


@given(cases(), ratios, shares)
def test_normalised_cost_is_cost_over_the_greatest_possible(data, ratio, share) -> None:
    ranking = rank(*data)
    x = probability_cost(ranking, cost_ratio=ratio, prevalence=share)
    pi = ranking.prevalence if share is None else share
    worst = pi * 1 / (1 + ratio) + (1 - pi) * ratio / (1 + ratio)
    assert x == pytest.approx(pi / (1 + ratio) / worst, rel=1e-12)
    cost = expected_cost(ranking, ranking.tp, ranking.fp, cost_ratio=ratio, prevalence=share)
    assert normalised_cost(ranking, ranking.tp, ranking.fp, x) == pytest.approx(cost / worst, rel=1e-12, abs=1e-15)


@given(cases())
def test_cost_curve_is_the_lower_envelope_of_all_lines(data) -> None:
    ranking = rank(*data)
    x, y = cost_curve(ranking)
    assert (x[0], y[0], x[-1], y[-1]) == (0, 0, 1, 0)
    assert (np.diff(x) >= 0).all()
    grid = np.linspace(0, 1, 101)
    lines = [grid]
    for tp, fp in oracle.points(*data):
        fpr, tpr = float(fp / ranking.negatives), float(tp / ranking.positives)
        lines.append((1 - tpr) * grid + fpr * (1 - grid))
    assert np.interp(grid, x, y) == pytest.approx(np.min(lines, axis=0), abs=1e-12)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("weighted", [False, True])
def test_calibrated_is_isotonic_regression(seed, weighted) -> None:
    labels, scores = probabilities(300, 2, seed)
    weights = np.random.default_rng(seed).integers(1, 4, 300) if weighted else None
    ranking = rank(labels, scores, weights=weights)
    expected = IsotonicRegression().fit(scores, labels, sample_weight=weights).predict(ranking.thresholds)
    np.testing.assert_allclose(calibrated(ranking), expected, rtol=1e-12, atol=1e-15)


@given(cases())
def test_calibrated_is_pool_adjacent_violators(data) -> None:
    blocks = []
    for label, score in sorted(zip(*data, strict=True), key=lambda case: -case[1]):
        if blocks and blocks[-1][0] == score:
            blocks[-1][1] += label
            blocks[-1][2] += 1
        else:
            blocks.append([score, label, 1, 1])
    pooled = []
    for _, positives, count, _ in blocks:
        pooled.append([Fraction(positives), count, 1])
        while len(pooled) > 1 and pooled[-1][0] / pooled[-1][1] >= pooled[-2][0] / pooled[-2][1]:
            last = pooled.pop()
            pooled[-1] = [a + b for a, b in zip(pooled[-1], last, strict=True)]
    expected = [float(positives / count) for positives, count, scores in pooled for _ in range(scores)]
    assert calibrated(rank(*data)) == pytest.approx(expected, rel=1e-14)


def test_calibrated_at_another_prevalence_shifts_the_odds() -> None:
    labels, scores = probabilities()
    ranking = rank(labels, scores)
    here, there = calibrated(ranking), calibrated(ranking, 0.05)
    inside = (here > 0) & (here < 1)
    factor = 0.05 / 0.95 / (labels.mean() / (1 - labels.mean()))
    odds = here[inside] / (1 - here[inside]) * factor
    assert inside.sum() > 100 and there[inside] == pytest.approx(odds / (1 + odds), rel=1e-10)
    assert np.array_equal(there[~inside], here[~inside])


@pytest.mark.parametrize("bins", [1, 5, 10])
def test_reliability(bins) -> None:
    labels, scores = probabilities()
    scores[scores > 0.9] = 0.2  # an empty bin
    found = reliability(rank(labels, scores), bins)
    share, mean_score = calibration_curve(labels, scores, n_bins=bins)
    np.testing.assert_allclose(found.share, share, rtol=1e-12)
    np.testing.assert_allclose(found.mean_score, mean_score, rtol=1e-12)
    assert found.count.sum() == len(labels) and len(found.count) == {1: 1, 5: 5, 10: 9}[bins]
    for count, one, low, high in zip(found.count, found.share, found.low, found.high, strict=True):
        exact = binomtest(round(count * one), int(count)).proportion_ci(method="wilson")
        assert (low, high) == pytest.approx((exact.low, exact.high), abs=1e-12)


def test_reliability_counts_the_borders_of_bins_to_the_left() -> None:
    found = reliability(rank([0, 0, 1, 1, 1], [0, 0.5, 0.5, 0.75, 1]), 2)
    assert found.count.tolist() == [3, 2]
    assert found.mean_score.tolist() == pytest.approx([1 / 3, 0.875])
    assert found.share.tolist() == pytest.approx([1 / 3, 1])


def test_level_of_the_wilson_interval() -> None:
    found = reliability(rank([1, 0, 1, 1], [0.5] * 4), 1, level=0.8)
    exact = binomtest(3, 4).proportion_ci(confidence_level=0.8, method="wilson")
    assert (found.low[0], found.high[0]) == pytest.approx((exact.low, exact.high))


@pytest.mark.parametrize("weighted", [False, True])
def test_brier(weighted) -> None:
    labels, scores = probabilities()
    weights = np.random.default_rng(2).random(len(labels)) if weighted else None
    exact = brier_score_loss(labels, scores, sample_weight=weights)
    assert brier(rank(labels, scores, weights=weights)) == pytest.approx(exact, rel=1e-12)


@pytest.mark.parametrize(("low", "high"), [(-0.1, 0.5), (0.5, 1.1)])
def test_probabilities_are_needed(low, high) -> None:
    ranking = rank([0, 1], [low, high])
    for function in (reliability, brier):
        with pytest.raises(
            ValueError, match=rf"^Probabilities must be in \[0, 1\]; the scores go from {low:g} to {high:g}\.$"
        ):
            function(ranking)
    assert brier(rank([0, 1], [0, 1])) == 0
