"""Counts, coordinates and areas of a ranking against exact fractions, scikit-learn and published values."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score, roc_curve

from core.ranking import areas as ranking_areas
from core.ranking.curves import (
    Ranking,
    crossing,
    f_gain,
    f_score,
    pr_curve,
    prg_curve,
    rank,
)
from tests.kernel.ranking import oracle as oracle
from tests.words import numbers_in

NAMES = ("auroc", "average_precision", "davis_goadrich", "trapezoid", "auprg")


@st.composite
def cases(draw, largest=14, weighted=False):
    """Labels with both classes, scores with many ties, and weights."""
    n = draw(st.integers(2, largest))
    labels = draw(st.lists(st.integers(0, 1), min_size=n, max_size=n))
    first = draw(st.integers(0, n - 1))
    labels[first], labels[first - 1] = 1, 0
    scores = draw(st.lists(st.sampled_from([-3.5, -1, -0.0, 0, 0.25, 0.5, 1, 7]), min_size=n, max_size=n))
    if not weighted:
        return labels, scores
    weights = draw(st.lists(st.integers(0, 4), min_size=n, max_size=n))
    weights[first], weights[first - 1] = 1, 2
    return labels, scores, weights


shares = st.none() | st.fractions(Fraction(1, 1000), Fraction(999, 1000), max_denominator=1000)


def counts(ranking: Ranking) -> list[tuple[float, float]]:
    return list(zip(ranking.tp.tolist(), ranking.fp.tolist(), strict=True))


def sample(n, seed=0, shift=1.0):
    rng = np.random.default_rng(seed)
    labels = (rng.random(n) < 0.3).astype(np.int8)
    return labels, rng.normal(size=n) + shift * labels


# Published and closed-form values


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (oracle.EXAMPLE, (0.743056, 0.845782, 0.838401, 0.838067, 0.432462)),
        (oracle.R_DOC, (0.833333, 0.866667, 0.875902, 0.877778, 0.708333)),
        (([1, 0, 1, 0, 0], [2.0] * 5), (0.5, 0.4, 0.4, 0.7, 0)),
        (([1, 1, 0, 0, 0], [5, 4, 3, 2, 1]), (1, 1, 1, 1, 1)),
        (([1, 1, 0, 0, 0], [1, 1, 0, 0, 0]), (1, 1, 1, 1, 1)),
    ],
    ids=["authors' example", "R package", "constant", "perfect", "perfect with ties"],
)
def test_published_areas(data, expected) -> None:
    assert tuple(vars(rank(*data).areas())) == NAMES
    assert tuple(vars(rank(*data).areas()).values()) == pytest.approx(expected, abs=5e-7)


def test_areas_that_are_exact_numbers() -> None:
    constant, perfect = rank([1, 0, 1, 0, 0], [2] * 5).areas(), rank([1, 1, 0, 0, 0], [5, 4, 3, 2, 1]).areas()
    assert (constant.auroc, constant.average_precision, constant.auprg) == (0.5, 0.4, 0)
    assert set(vars(perfect).values()) == {1}


def test_areas_of_the_credit_models() -> None:
    labels, logistic, adaboost = oracle.credit()
    found = rank(labels, logistic).areas()
    assert tuple(vars(found).values()) == pytest.approx((0.754868, 0.877383, 0.876918, 0.876917, 0.319316), abs=6e-7)
    found = rank(labels, adaboost).areas()
    published = (found.auroc, found.average_precision, found.trapezoid)
    assert published == pytest.approx((0.740529, 0.865435, 0.864841), abs=6e-7)


def test_points_of_the_r_package() -> None:
    ranking = rank(*oracle.R_DOC)
    assert crossing(ranking) == (1.5, 0)
    recall_gain, precision_gain = prg_curve(ranking)
    assert recall_gain == pytest.approx([0, 0.5, 0.5, 1, 1], abs=1e-15)
    assert precision_gain == pytest.approx([1, 1, 0.5, 1 / 3, 0], abs=1e-15)


@pytest.mark.parametrize(("positives", "negatives"), [(1, 1), (2, 3), (40, 7), (3, 900)])
def test_worst_ranking(positives, negatives) -> None:
    labels = [0] * negatives + [1] * positives
    share = positives / (positives + negatives)
    for scores in (range(len(labels), 0, -1), [2] * negatives + [1] * positives):
        found = rank(labels, list(scores)).areas()
        assert found.auroc == 0
        assert found.davis_goadrich == pytest.approx(1 + (1 - share) / share * np.log1p(-share), rel=1e-12)
        assert found.auprg == pytest.approx(-(1 - share) / (2 * share), rel=1e-12)


# Exact fractions


@given(cases())
def test_counts_are_those_of_every_case(data) -> None:
    ranking = rank(*data)
    assert counts(ranking) == oracle.points(*data)
    assert ranking.thresholds.tolist() == sorted(set(data[1]), reverse=True)
    assert (ranking.positives, ranking.negatives) == (sum(data[0]), len(data[0]) - sum(data[0]))
    assert ranking.prevalence == sum(data[0]) / len(data[0])
    assert ranking.tp.dtype == ranking.fp.dtype == np.int64


@given(cases(), shares)
@example(([1, 0], [0, 0]), Fraction(1, 1000))
def test_areas_at_any_prevalence(data, share) -> None:
    found = vars(rank(*data).areas(None if share is None else float(share)))
    exact = oracle.areas(*data, share)
    for name in NAMES:
        assert found[name] == pytest.approx(float(exact[name]), rel=1e-11, abs=1e-11), name


@given(cases(weighted=True), shares)
def test_weighted_areas(data, share) -> None:
    labels, scores, weights = data
    ranking = rank(labels, scores, weights=weights)
    assert counts(ranking) == oracle.points(labels, scores, weights)
    assert ranking.tp.dtype == np.float64
    found = vars(ranking.areas(None if share is None else float(share)))
    exact = oracle.areas(labels, scores, share, weights)
    for name in NAMES:
        assert found[name] == pytest.approx(float(exact[name]), rel=1e-11, abs=1e-11), name


@given(cases(weighted=True))
def test_weights_are_repetition(data) -> None:
    labels, scores, weights = data
    weighted = rank(labels, scores, weights=weights)
    repeated = rank(np.repeat(labels, weights), np.repeat(scores, weights))
    assert np.array_equal(weighted.thresholds, repeated.thresholds)
    assert counts(weighted) == counts(repeated)
    for one, other in zip((*weighted.corners, *weighted.hull), (*repeated.corners, *repeated.hull), strict=True):
        assert np.array_equal(one, other)
    assert weighted.areas(0.2) == repeated.areas(0.2)


@given(cases(), shares)
def test_coordinates(data, share) -> None:
    ranking = rank(*data)
    points = oracle.points(*data, oracle.at_prevalence(data[0], share))
    positives, negatives = points[-1]
    share = None if share is None else float(share)
    fpr, tpr = ranking.roc(ranking.tp, ranking.fp)
    recall, precision = ranking.pr(ranking.tp, ranking.fp, share)
    recall_gain, precision_gain = ranking.prg(ranking.tp, ranking.fp, share)
    for i, (tp, fp) in enumerate(points):
        assert (tpr[i], fpr[i]) == pytest.approx((float(tp / positives), float(fp / negatives)), rel=1e-14)
        assert (recall[i], precision[i]) == pytest.approx((float(tp / positives), float(tp / (tp + fp))), rel=1e-14)
        if tp:
            exact = [float(gain) for gain in oracle.gains(tp, fp, positives, negatives)]
            assert (recall_gain[i], precision_gain[i]) == pytest.approx(exact, rel=1e-12, abs=1e-12)
            assert precision_gain[i] == pytest.approx(1 - fpr[i] / tpr[i], rel=1e-12, abs=1e-12)
        else:
            assert recall_gain[i] == precision_gain[i] == -np.inf


def test_coordinates_where_no_case_is_called_positive() -> None:
    ranking = rank(*oracle.R_DOC)
    assert ranking.roc(0, 0) == (0, 0)
    recall, precision = ranking.pr(np.array([0]), np.array([0]))
    assert recall == 0 and np.isnan(precision)
    recall_gain, precision_gain = ranking.prg(0, 0)
    assert recall_gain == -np.inf and np.isnan(precision_gain)


@given(cases(), shares)
def test_gain_curve_starts_at_the_crossing_and_holds_the_corners(data, share) -> None:
    ranking = rank(*data)
    share = None if share is None else float(share)
    tp0, fp0 = crossing(ranking, share)
    recall_gain, precision_gain = prg_curve(ranking, share)
    assert recall_gain[0] == 0
    assert precision_gain[0] == ranking.prg(tp0, fp0, share)[1]
    assert tp0 == pytest.approx(ranking.positives * (ranking.prevalence if share is None else share), rel=1e-14)
    assert (recall_gain[-1], precision_gain[-1]) == (1, pytest.approx(0, abs=1e-15))
    assert (np.diff(recall_gain) >= 0).all() and np.isfinite(precision_gain).all()
    tp, fp = ranking.corners
    inside = tp >= tp0
    assert recall_gain[1:] == pytest.approx(ranking.prg(tp[inside], fp[inside], share)[0], abs=1e-12)
    assert precision_gain[1:] == pytest.approx(ranking.prg(tp[inside], fp[inside], share)[1], abs=1e-12)
    assert np.trapezoid(precision_gain, recall_gain) == pytest.approx(ranking.areas(share).auprg, abs=1e-12)


@given(cases(), shares)
def test_drawn_precision_recall_curve(data, share) -> None:
    ranking = rank(*data)
    share = None if share is None else float(share)
    recall, precision = pr_curve(ranking, share, longest=1e-9)
    drawn = {(round(r, 12), round(p, 12)) for r, p in zip(recall, precision, strict=True)}
    tp, fp = ranking.corners
    for r, p in zip(*ranking.pr(tp[1:], fp[1:], share), strict=True):
        assert (round(r, 12), round(p, 12)) in drawn
    pieces = np.where(np.diff(tp) > 0, 8, 1)
    assert len(recall) == 1 + pieces.sum()
    assert recall[0] == 0 and precision[0] == precision[1]
    assert (np.diff(recall) >= 0).all() and recall[-1] == 1
    if tp[1]:  # constant along the line from the origin
        assert precision[:9] == pytest.approx(precision[0], rel=1e-12)
    fp_drawn = np.interp(np.arange(len(recall)), np.cumsum([0, *pieces]), fp)
    ratio = ranking.sizes(share).ratio
    right, wrong = recall[1:] * ranking.positives, ratio * fp_drawn[1:]
    assert precision[1:] == pytest.approx(right / (right + wrong), rel=1e-12)


def test_only_long_segments_are_drawn_with_more_points() -> None:
    ranking = rank([1] * 100 + [0] * 100, [3] * 2 + [2] * 98 + [2] * 50 + [1] * 50)
    assert len(ranking.corners[0]) == 4
    assert len(pr_curve(ranking, longest=0.02)[0]) == 1 + 1 + 8 + 1
    assert len(pr_curve(ranking, longest=0.019)[0]) == 1 + 8 + 8 + 1


# Properties


@given(cases(), st.floats(0.001, 0.999), st.sampled_from([0.5, 1, 2]))
def test_f_gain_is_the_gain_of_the_f_score(data, share, beta) -> None:
    ranking = rank(*data)
    tp, fp = ranking.tp[ranking.tp > 0], ranking.fp[ranking.tp > 0]
    recall, precision = ranking.pr(tp, fp, share)
    recall_gain, precision_gain = ranking.prg(tp, fp, share)
    f = f_score(precision, recall, beta)
    harmonic = (1 + beta**2) / (beta**2 / recall + 1 / precision)
    assert f == pytest.approx(harmonic, rel=1e-12)
    scaled = (f - share) / ((1 - share) * f)
    assert f_gain(precision_gain, recall_gain, beta) == pytest.approx(scaled, rel=1e-9, abs=1e-9)
    assert f_gain(precision_gain[-1], recall_gain[-1], beta) == pytest.approx(beta**2 / (1 + beta**2), abs=1e-12)


def test_f_score_without_any_true_positive_is_0() -> None:
    assert f_score([np.nan, 0.0, 1.0], [0.0, 0.0, 1.0]).tolist() == [0, 0, 1]


@given(cases())
def test_strictly_rising_functions_of_the_scores_change_no_area(data) -> None:
    labels, scores = data
    areas = rank(labels, scores).areas()
    for change in (np.exp, np.arctan, lambda s: 1e300 * s, lambda s: s**3 - 1e3, lambda s: 1e-300 * s + 0.0):
        assert rank(labels, change(np.array(scores))).areas() == areas


@given(cases())
def test_the_other_class_has_one_minus_the_area(data) -> None:
    labels, scores = data
    other = rank(labels, scores, positive=0)
    assert other.areas().auroc == pytest.approx(1 - rank(labels, scores).areas().auroc, abs=1e-15)


@given(cases(), st.floats(0.001, 0.999))
def test_bounds_of_the_areas(data, share) -> None:
    found = rank(*data).areas(share)
    assert -(1 - share) / (2 * share) * (1 + 1e-12) <= found.auprg <= 1
    worst = 1 + (1 - share) / share * np.log1p(-share)
    assert worst - 1e-12 <= found.davis_goadrich <= 1 + 1e-12


@pytest.mark.parametrize(("share", "clamped"), [(0, 0.001), (-3, 0.001), (1, 0.999), (5, 0.999), (0.001, 0.001)])
def test_prevalence_is_clamped(share, clamped) -> None:
    ranking = rank(*oracle.EXAMPLE)
    assert ranking.areas(share) == ranking.areas(clamped)
    assert ranking.sizes(share).prevalence == pytest.approx(clamped, rel=1e-12)
    assert ranking.areas(0.002) != ranking.areas(0.001)
    assert ranking.areas(0.998) != ranking.areas(0.999)


def test_the_prevalence_of_the_data_is_not_clamped() -> None:
    labels = [1] + [0] * 4999
    ranking = rank(labels, [0.5] * 5000)
    assert ranking.areas().average_precision == pytest.approx(1 / 5000)


@given(cases(), st.floats(-5, 8) | st.sampled_from([-3.5, -1, 0, 0.25, 0.5, 1, 7, np.inf, -np.inf]))
def test_threshold_lookup_counts_directly(data, threshold) -> None:
    labels, scores = map(np.array, data)
    ranking = rank(labels, scores)
    called = scores >= threshold
    assert ranking.at(threshold) == (np.sum(called & (labels == 1)), np.sum(called & (labels == 0)))
    assert ranking.called(threshold) == len(set(scores[called]))


def test_threshold_lookup_of_many_at_once() -> None:
    labels, scores = sample(300)
    thresholds = np.append(np.random.default_rng(1).normal(size=500), [np.inf, scores.max(), scores.min()])
    tp, fp = rank(labels, scores).at(thresholds)
    called = scores >= thresholds[:, np.newaxis]
    assert np.array_equal(tp, (called & (labels == 1)).sum(axis=1))
    assert np.array_equal(fp, (called & (labels == 0)).sum(axis=1))


# scikit-learn

LARGE = {
    "normal": lambda s: s,
    "all positive": lambda s: 1 / (1 + np.exp(-s)),
    "all negative": lambda s: -1 / (1 + np.exp(-s)),
    "crowded near 0 and 1": lambda s: 1 / (1 + np.exp(-20 * s)),
    "one far outlier": lambda s: np.append(s[:-1], 1e9),
    "ties": lambda s: s.round(2),
    "subnormal": lambda s: s * 5e-310,
    "float32": lambda s: s.astype(np.float32),
    "integers": lambda s: (s * 50).astype(np.int16),
}


@pytest.mark.parametrize("kind", LARGE)
@pytest.mark.parametrize("weighted", [False, True])
def test_scikit_learn_agrees(kind, weighted, monkeypatch) -> None:
    monkeypatch.setattr(ranking_areas, "_BLOCK", 1000)  # several blocks, the last one not full
    labels, scores = sample(20_001, seed=3)
    scores = LARGE[kind](scores)
    weights = np.random.default_rng(4).random(len(labels)).round(1) if weighted else None
    ranking = rank(labels, scores, weights=weights)
    kept = np.ones(len(labels), bool) if weights is None else weights > 0
    data = {"y_true": labels[kept], "y_score": scores[kept].astype(np.float64)}
    more = {"sample_weight": None if weights is None else weights[kept]}
    fpr, tpr, thresholds = roc_curve(**data, **more, drop_intermediate=False)
    assert np.array_equal(ranking.thresholds, thresholds[1:])
    np.testing.assert_allclose(ranking.roc(ranking.tp, ranking.fp), (fpr[1:], tpr[1:]), rtol=1e-12, atol=1e-13)
    precision, recall, _ = precision_recall_curve(**data, **more)
    here = ranking.pr(ranking.tp[::-1], ranking.fp[::-1])
    np.testing.assert_allclose(here, (recall[:-1], precision[:-1]), rtol=1e-12, atol=1e-13)
    areas = ranking.areas()
    assert areas.auroc == pytest.approx(roc_auc_score(**data, **more), abs=1e-12)
    assert areas.average_precision == pytest.approx(average_precision_score(**data, **more), abs=1e-12)
    assert areas.trapezoid == pytest.approx(-np.trapezoid(precision, recall), abs=1e-12)


@pytest.mark.parametrize("kind", ["normal", "ties"])
def test_areas_at_a_prevalence_are_those_of_class_weights(kind) -> None:
    labels, scores = sample(5000, seed=5)
    scores = LARGE[kind](scores)
    ranking = rank(labels, scores)
    for share in (0.01, 0.3, 0.9):
        weights = np.where(labels == 1, share / labels.mean(), (1 - share) / (1 - labels.mean()))
        data = {"y_true": labels, "y_score": scores, "sample_weight": weights}
        precision, recall, _ = precision_recall_curve(**data)
        found = ranking.areas(share)
        assert found.auroc == ranking.areas().auroc
        assert found.average_precision == pytest.approx(average_precision_score(**data), abs=1e-12)
        assert found.trapezoid == pytest.approx(-np.trapezoid(precision, recall), abs=1e-12)
        weighted = rank(labels, scores, weights=weights).areas()
        assert found.davis_goadrich == pytest.approx(weighted.davis_goadrich, abs=1e-11)
        assert found.auprg == pytest.approx(weighted.auprg, abs=1e-11)


def test_areas_of_many_cases_against_slow_sums(monkeypatch) -> None:
    monkeypatch.setattr(ranking_areas, "_BLOCK", 100)
    labels, scores = sample(4000, seed=6)
    exact = oracle.points_sorted(labels.tolist(), scores.tolist())
    found = rank(labels, scores).areas()
    assert found.auprg == pytest.approx(float(oracle.auprg(exact)), abs=1e-14)
    assert found.davis_goadrich == pytest.approx(oracle.quadrature(exact), abs=1e-12)


# Inputs


@given(st.lists(st.tuples(st.booleans(), st.floats(allow_nan=False, allow_infinity=False)), min_size=2, max_size=40))
def test_any_finite_scores_are_sorted_exactly(rows) -> None:
    labels, scores = [True, *(y for y, _ in rows), False], [0.5, *(s for _, s in rows), -0.0]
    ranking = rank(labels, scores)
    assert ranking.thresholds.tolist() == sorted(set(scores), reverse=True)
    assert counts(ranking) == [
        tuple(sum(s >= t and y == label for y, s in zip(labels, scores, strict=True)) for label in (True, False))
        for t in ranking.thresholds
    ]


@pytest.mark.parametrize(
    "scores",
    [
        np.array([3, 1, 2, 2], dtype=np.float32),
        np.array([3, 1, 2, 2], dtype=np.float16),
        np.array([3, 1, 2, 2], dtype=">f8"),
        np.array([3, 1, 2, 2], dtype=np.uint8),
        np.array([3, 1, 2, 2], dtype=object),
        [3, 1, 2, 2],
        (3.0, 1, 2, 2),
        np.array([[3, 0], [1, 0], [2, 0], [2, 0]], dtype=float)[:, 0],
        np.array([2, 2, 1, 3.0])[::-1],
    ],
    ids=["float32", "float16", "big-endian", "uint8", "object", "list", "tuple", "strided", "reversed"],
)
def test_forms_of_scores(scores) -> None:
    ranking = rank([1, 0, 0, 1], scores)
    assert ranking.thresholds.tolist() == [3, 2, 1] and ranking.thresholds.dtype == np.float64
    assert counts(ranking) == [(1, 0), (2, 1), (2, 2)]


def test_inputs_are_left_alone() -> None:
    labels, scores = sample(200)
    weights = np.arange(200.0)
    before = labels.copy(), scores.copy(), weights.copy()
    for array in (labels, scores, weights):
        array.flags.writeable = False
    rank(labels, scores).areas()
    rank(labels, scores, weights=weights).areas()
    assert all(np.array_equal(*pair) for pair in zip(before, (labels, scores, weights), strict=True))


def test_results_are_read_only() -> None:
    for weights in (None, np.ones(25)):
        ranking = rank(*oracle.EXAMPLE, weights=weights)
        arrays = (ranking.thresholds, ranking.tp, ranking.fp, *ranking.corners, *ranking.hull)
        assert not any(array.flags.writeable for array in arrays)


def test_cautions() -> None:
    calm = rank([1] * 20 + [0] * 20, range(40))
    assert calm.cautions() == ()
    few = rank([1] * 19 + [0] * 20, range(39)).cautions()
    assert few == ("Only 19 positives: all areas are uncertain.",)
    few = rank([1] * 20 + [0], range(21)).cautions()
    assert few == ("Only 1 negative: all areas are uncertain.",)
    # recall gain is 0 where recall is the prevalence: at 20 * 0.4 = 8 positives
    assert calm.cautions(0.4) == ()
    assert [numbers_in(words) for words in calm.cautions(0.39)] == [[7.8]]
    equal = rank([1] * 20 + [0] * 20, [0] * 40).cautions()
    assert equal == ("All scores are equal: nothing is ranked.",)
    assert len(rank([1] + [0] * 99, [0] * 100).cautions()) == 3


@pytest.mark.parametrize(("positives", "negatives"), [(2, 2), (20, 980), (15, 15)])
def test_the_caution_about_auprg_names_the_positives_where_it_starts(positives, negatives) -> None:
    # Few positives at a prevalence of one half, or many cases of which few are positive.
    labels = np.repeat([1, 0], [positives, negatives])
    words = rank(labels, np.arange(positives + negatives)).cautions()[-1]
    assert numbers_in(words) == pytest.approx([positives**2 / (positives + negatives)], rel=0.05)
    assert "prevalence" not in words
