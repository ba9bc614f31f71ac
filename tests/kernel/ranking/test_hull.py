"""Corners and hull against a scan in exact numbers, in ROC and in precision-recall-gain space."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sklearn.isotonic import IsotonicRegression

from core.ranking.curves import f_score, rank
from core.ranking.hull import corners, upper_hull
from tests.kernel.ranking import oracle as oracle

steps = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)).filter(any), min_size=1, max_size=60)


def path(moves):
    tp, fp = np.cumsum(moves, axis=0).T
    return tp, fp


def pairs(tp, fp):
    return list(zip(tp.tolist(), fp.tolist(), strict=True))


def turning_points(points):
    """Ends, and points that are not on the line between their neighbors."""
    kept = [points[0]]
    for here, after in zip(points[1:], points[2:], strict=False):
        before = kept[-1]
        if (here[0] - before[0]) * (after[1] - here[1]) != (after[0] - here[0]) * (here[1] - before[1]):
            kept.append(here)
    return [*kept, points[-1]]


@given(steps)
def test_corners(moves) -> None:
    tp, fp = path(moves)
    assert pairs(*corners(tp, fp)) == turning_points([(0, 0), *pairs(tp, fp)])


@given(steps)
@example([(4, 1), (3, 1), (1, 1), (1, 1), (1, 3), (1, 4)])  # three points equally far above the first chord
def test_hull(moves) -> None:
    tp, fp = path([(0, 0), *moves])
    scanned = [(y, x) for x, y in oracle.upper_hull([(x, y) for y, x in pairs(tp, fp)])]
    found = upper_hull(tp, fp)
    assert pairs(tp[found], fp[found]) == scanned


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("kind", ["tie-free", "ties", "arc", "weights"])
def test_hull_of_many_points(kind, seed) -> None:
    rng = np.random.default_rng(seed)
    n = 30_000
    if kind == "arc":  # every point is a vertex
        slopes = np.unique([Fraction(a, b) for a, b in rng.integers(1, 60, (n, 2))])[::-1]
        moves = np.array([(slope.numerator, slope.denominator) for slope in slopes])
    elif kind == "weights":
        moves = np.where((rng.random(n) < np.linspace(0.9, 0.1, n))[:, None], [1, 0], [0, 1]) * rng.random((n, 1))
    else:
        rises = rng.random(n) < np.linspace(0.9, 0.1, n)
        moves = np.stack([rises, ~rises], axis=1).astype(int)
        if kind == "ties":
            moves = np.add.reduceat(moves, np.unique(rng.integers(0, n, n // 3)))
    tp, fp = path(np.concatenate([[[0, 0]], moves]))
    found = upper_hull(tp, fp)
    scanned = [(y, x) for x, y in oracle.upper_hull([(x, y) for y, x in pairs(tp, fp)])]
    assert pairs(tp[found], fp[found]) == scanned
    assert kind != "arc" or len(found) == len(tp) > 1000


@given(steps.filter(lambda moves: all(map(sum, zip(*moves, strict=True)))))
def test_one_hull_serves_precision_recall_gain(moves) -> None:
    """Its vertices with tp > 0 are those of the upper hull of all points in gain space, which begins flat."""
    tp, fp = path(moves)
    positives, negatives = Fraction(int(tp[-1])), Fraction(int(fp[-1]))
    counted = [(Fraction(a), Fraction(b)) for a, b in pairs(tp, fp) if a]
    places = {oracle.gains(a, b, positives, negatives): (a, b) for a, b in counted}
    best = max(gain for _, gain in places)
    far_left = (min(gain for gain, _ in places) - 1, best)
    hull = oracle.upper_hull([far_left, *places])[1:]
    labels = [1] * int(positives) + [0] * int(negatives)
    scores = np.concatenate([np.repeat(-np.arange(len(tp)), np.diff(counts, prepend=0)) for counts in (tp, fp)])
    ranking = rank(labels, scores)
    assert [places[place] for place in hull] == [point for point in pairs(*ranking.hull) if point[0]]


@given(steps.filter(lambda moves: all(map(sum, zip(*moves, strict=True)))), st.sampled_from([0.5, 1, 2]))
def test_the_best_f_score_is_on_the_hull(moves, beta) -> None:
    tp, fp = path(moves)
    labels = np.repeat([1, 0], [tp[-1], fp[-1]])
    scores = np.concatenate([np.repeat(-np.arange(len(tp)), np.diff(counts, prepend=0)) for counts in (tp, fp)])
    ranking = rank(labels, scores)
    everywhere = f_score(*ranking.pr(ranking.tp, ranking.fp), beta).max()
    assert f_score(*ranking.pr(*(counts[1:] for counts in ranking.hull)), beta).max() == pytest.approx(everywhere)


@pytest.mark.parametrize("scores", [[3, 3, 3, 3], [1, 1, 0, 0], [0, 0, 1, 1]])
def test_hulls_of_extreme_rankings(scores) -> None:
    ranking = rank([1, 1, 0, 0], scores)
    perfect = scores == [1, 1, 0, 0]
    assert pairs(*ranking.hull) == ([(0, 0), (2, 0), (2, 2)] if perfect else [(0, 0), (2, 2)])


def test_slopes_are_isotonic_regression() -> None:
    rng = np.random.default_rng(0)
    scores = rng.random(2000).round(2)
    labels = rng.random(2000) < scores
    ranking = rank(labels, scores)
    tp, fp = ranking.hull
    fitted = IsotonicRegression().fit(scores, labels).predict(ranking.thresholds)
    slopes = np.diff(tp) / (np.diff(tp) + np.diff(fp))
    assert sorted(set(fitted.round(12))) == sorted(set(slopes.round(12)))
