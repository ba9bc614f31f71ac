"""Intervals against complete enumeration, plain loops over scikit-learn, DeLong's variance and published values."""

from dataclasses import astuple
from itertools import product

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score, roc_curve

from core.ranking import bootstrap as ranking_bootstrap
from core.ranking.bootstrap import RESAMPLES, bootstrap
from core.ranking.curves import pr_curve, prg_curve, rank
from tests.kernel.ranking import oracle as oracle

NAMES = ("auroc", "average_precision", "davis_goadrich", "trapezoid", "auprg")


def sample(n, seed=0, share=0.3, digits=None):
    """Labels and two scores that go together."""
    rng = np.random.default_rng(seed)
    labels = (rng.random(n) < share).astype(int)
    common = rng.normal(size=n) + labels
    scores = [common + rng.normal(size=n) * noise for noise in (0.5, 0.8)]
    return labels, *(score if digits is None else score.round(digits) for score in scores)


def resampled(labels, rng):
    """Rows of one stratified resample."""
    return np.concatenate([rng.choice(np.flatnonzero(labels == label), np.sum(labels == label)) for label in (0, 1)])


def delong(labels, *scores):
    """Covariance of areas under ROC curves (DeLong, DeLong, Clarke-Pearson 1988), from shares of pairs won."""
    by_positive, by_negative = [], []
    for score in scores:
        positive, negative = np.sort(score[labels == 1]), np.sort(score[labels == 0])
        for found, one, other in ((by_positive, 1, negative), (by_negative, 0, positive)):
            here = score[labels == one]
            below = (np.searchsorted(other, here, "left") + np.searchsorted(other, here, "right")) / (2 * len(other))
            found.append(below if one else 1 - below)
    m, n = len(by_positive[0]), len(by_negative[0])
    return np.atleast_2d(np.cov(by_positive)) / m + np.atleast_2d(np.cov(by_negative)) / n


def variances(covariance):
    """Of both areas and of their difference."""
    return [*covariance.diagonal(), covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]]


# Every resample of a tiny set

TINY = ([1, 1, 1, 0, 0, 0], [6, 4, 2, 5, 2, 1], [6, 3, 3, 6, 4, 1])


def enumerated(share=None):
    """All areas (model, resample, area) of the 27 * 27 equally likely resamples, in exact numbers."""
    labels, *scores = map(np.array, TINY)
    found = []
    for first, second in product(product(range(3), repeat=3), repeat=2):
        rows = [*first, *(3 + i for i in second)]
        each = (oracle.areas(labels[rows].tolist(), score[rows].tolist(), share) for score in scores)
        found.append([[float(one[name]) for name in NAMES] for one in each])
    return np.array(found).swapaxes(0, 1)


@pytest.mark.parametrize("share", [None, 0.1])
def test_areas_of_all_resamples(share) -> None:
    labels, *scores = TINY
    exact = enumerated(share)
    for level in (0.95, 0.5):
        found = bootstrap(labels, tuple(scores), resamples=10_000, prevalence=share, level=level)
        gap = exact[0] - exact[1]
        ends = [(model.low, model.high) for model in found.models] + [(found.difference.low, found.difference.high)]
        for values, pair in zip((*exact, gap), ends, strict=True):
            for end, q in zip(pair, ((1 - level) / 2, (1 + level) / 2), strict=True):
                # The right quantile is between those of nearby levels, 4 standard errors away.
                slack = 4 * np.sqrt(q * (1 - q) / 10_000)
                low, high = np.quantile(values, [q - slack, q + slack], axis=0)
                assert (low - 1e-9 <= astuple(end)).all() and (astuple(end) <= high + 1e-9).all()
    larger = ((gap > 1e-12) + 0.5 * (np.abs(gap) <= 1e-12)).mean(axis=0)
    assert astuple(found.difference.first_larger) == pytest.approx(larger, abs=4 * 0.5 / 100)


def test_bands_of_all_resamples() -> None:
    labels, score, _ = map(np.array, TINY)
    roc, pr, prg = [], [], []
    for first, second in product(product(range(3), repeat=3), repeat=2):
        rows = [*first, *(3 + i for i in second)]
        points = [(0.0, 0.0), *((float(t), float(f)) for t, f in oracle.points(labels[rows].tolist(), score[rows]))]
        roc.append([upper_end(points, 3 * x, by=1) / 3 for x in np.linspace(0, 1, 101)])
        at = [3 * max(x, 1e-6) for x in np.linspace(0, 1, 101)]
        pr.append([tp / (tp + lower_end(points, tp, by=0)) for tp in at])
        gained = [3 / (2 - x) for x in np.linspace(0, 1, 101)]  # P odds / (odds + 1 - recall gain), odds = 1
        prg.append([1 - lower_end(points, tp, by=0) / tp for tp in gained])
    found = bootstrap(labels, (score,), resamples=10_000, level=0.5).models[0]
    for band, exact in ((found.roc, roc), (found.pr, pr), (found.prg, prg)):
        assert band.grid == pytest.approx(np.linspace(0, 1, 101))
        for values, q in ((band.low, 0.25), (band.high, 0.75)):
            slack = 4 * np.sqrt(q * (1 - q) / 10_000)
            low, high = np.quantile(exact, [q - slack, q + slack], axis=0)
            assert (low - 1e-7 <= values).all() and (values <= high + 1e-7).all()


def crossings(points, x, by):
    """Other coordinate wherever the polyline has x in coordinate `by`."""
    for a, b in zip(points, points[1:], strict=False):
        if a[by] <= x + 1e-12 and x - 1e-12 <= b[by]:
            if b[by] - a[by] < 1e-12:
                yield from (a[1 - by], b[1 - by])
            else:
                yield a[1 - by] + (b[1 - by] - a[1 - by]) * (x - a[by]) / (b[by] - a[by])


def upper_end(points, x, by):
    return max(crossings(points, x, by))


def lower_end(points, x, by):
    return min(crossings(points, x, by))


# Plain loops


def test_intervals_and_bands_of_a_plain_loop() -> None:
    labels, first, second = sample(250, seed=1, digits=1)
    rng = np.random.default_rng(0)
    grid, areas, curves = np.linspace(0, 1, 101), [], []
    for _ in range(300):
        rows = resampled(labels, rng)
        areas.append(
            [
                [metric(labels[rows], s[rows]) for metric in (roc_auc_score, average_precision_score)]
                for s in (first, second)
            ]
        )
        fpr, tpr, _ = roc_curve(labels[rows], first[rows])
        curves.append(np.interp(grid, fpr, tpr))
    areas, curves = np.array(areas), np.array(curves)
    found = bootstrap(labels, (first, second), resamples=4000, seed=3)
    loops = (areas[:, 0], areas[:, 1], areas[:, 0] - areas[:, 1])
    for pair, loop in zip((*found.models, found.difference), loops, strict=True):
        # Standard error of these percentiles of 300 values: sqrt(.025 * .975 / 300) / .0584 = .155 deviations.
        bound = 4 * 0.16 * loop.std(axis=0)
        for end, expected in zip((pair.low, pair.high), np.quantile(loop, [0.025, 0.975], axis=0), strict=True):
            assert (np.abs(np.array(astuple(end))[:2] - expected) < bound).all()
    assert found.difference.first_larger.auroc == pytest.approx((loops[2][:, 0] > 0).mean(), abs=0.12)
    low, high = np.quantile(curves, [0.025, 0.975], axis=0)
    bound = 0.6 * curves.std(axis=0) + 1 / labels.sum()
    band = found.models[0].roc
    assert (np.abs(band.low - low) < bound).all() and (np.abs(band.high - high) < bound).all()


def test_standard_errors_are_those_of_delong() -> None:
    labels, first, second = sample(1500, seed=2, digits=1)
    found = bootstrap(labels, (first, second), resamples=10_000)
    errors = np.sqrt(variances(delong(labels, first, second)))
    for pair, error in zip((*found.models, found.difference), errors, strict=True):
        # The standard error of this one is 1.5 %.
        assert (pair.high.auroc - pair.low.auroc) / (2 * 1.959964) == pytest.approx(error, rel=0.06)


def test_published_intervals_of_logistic_regression() -> None:
    labels, logistic, _ = oracle.credit()
    found = bootstrap(labels, (logistic,), resamples=10_000).models[0]
    published = {"auroc": (0.696, 0.810), "average_precision": (0.841, 0.912), "auprg": (0.190, 0.460)}
    for name, (low, high) in published.items():
        # Of 2000 resamples; 3 of their standard errors, .06 deviations at each end.
        bound = 3 * 0.066 * (high - low) / 4 + 0.0005
        assert (getattr(found.low, name), getattr(found.high, name)) == (
            pytest.approx(low, abs=bound),
            pytest.approx(high, abs=bound),
        )


# Strips


@pytest.mark.parametrize("share", [0.3, 0.002])
def test_strips_change_the_intervals_little(share, monkeypatch) -> None:
    labels, first, second = sample(20_000, seed=5, share=share)
    found = bootstrap(labels, (first, second), resamples=200)
    monkeypatch.setattr(ranking_bootstrap, "_FINE", 10**9)
    exact = bootstrap(labels, (first, second), resamples=200)  # of the same random numbers
    assert not same(found.models[0], exact.models[0])
    compare(found, exact, areas=0.05, bands=0.1, step=2e-3 + 1 / labels.sum())


@pytest.mark.parametrize("models", [1, 2])
def test_draws_by_strip(models, monkeypatch) -> None:
    labels, *scores = sample(6000, seed=6)
    exact = bootstrap(labels, tuple(scores[:models]), resamples=1000)
    monkeypatch.setattr(ranking_bootstrap, "MANY", 5999)
    found = bootstrap(labels, tuple(scores[:models]), resamples=2000)
    compare(found, exact, areas=0.11, bands=0.3, step=2e-3)  # about 4 standard errors, of hundreds of points


def compare(found, exact, areas, bands, step):
    """Ends of intervals agree to within these parts of their widths; bands are made of steps."""
    pairs = list(zip(found.models, exact.models, strict=True))
    for one, other in pairs + ([(found.difference, exact.difference)] if exact.difference else []):
        low, high = np.array(astuple(other.low)), np.array(astuple(other.high))
        bound = areas * (high - low)
        assert (np.abs(astuple(one.low) - low) < bound).all() and (np.abs(astuple(one.high) - high) < bound).all()
    for one, other in pairs:
        for name in ("roc", "pr", "prg"):
            band, wanted = getattr(one, name), getattr(other, name)
            inside = slice(1, -1)  # a single case may decide about the ends
            bound = (bands * (wanted.high - wanted.low) + step)[inside]
            assert (np.abs(band.low - wanted.low)[inside] < bound).all(), name
            assert (np.abs(band.high - wanted.high)[inside] < bound).all(), name


def test_many_cases_have_the_standard_errors_of_delong() -> None:
    labels, first, second = sample(60_000, seed=7)
    found = bootstrap(labels, (first, second), resamples=1500)
    errors = np.sqrt(variances(delong(labels, first, second)))
    for pair, error in zip((*found.models, found.difference), errors, strict=True):
        assert (pair.high.auroc - pair.low.auroc) / (2 * 1.959964) == pytest.approx(error, rel=0.1)


@pytest.mark.parametrize("n", [300, 3000, 60_000])
def test_bands_hold_the_curves_and_intervals_the_areas(n) -> None:
    labels, first, second = sample(n, seed=8)
    for share in (None, 0.05):
        found = bootstrap(labels, (first, second), resamples=300, prevalence=share, level=0.99)
        for score, model in zip((first, second), found.models, strict=True):
            ranking = rank(labels, score)
            areas = np.array(astuple(ranking.areas(share)))
            assert (astuple(model.low) < areas).all() and (areas < astuple(model.high)).all()
            inside = slice(5, -5)
            for band, (x, y) in (
                (model.roc, ranking.roc(*ranking.corners)),
                (model.pr, pr_curve(ranking, share, longest=1e-4)),
                (model.prg, prg_curve(ranking, share)),
            ):
                curve = np.interp(band.grid, x, y)
                assert (band.low[inside] <= curve[inside] + 1e-3).all()
                assert (curve[inside] <= band.high[inside] + 1e-3).all()
            assert model.roc.high[-1] == pytest.approx(1) and model.roc.low[-1] == pytest.approx(1)


# Everything else


def test_both_models_see_the_same_cases() -> None:
    labels, first, second = sample(200, digits=1)
    found = bootstrap(labels, (first, second), resamples=50)
    for score, model in zip((first, second), found.models, strict=True):
        alone = bootstrap(labels, (score,), resamples=50)
        assert alone.difference is None
        assert same(alone.models[0], model)
    twins = bootstrap(labels, (first, 3 * first), resamples=50).difference
    assert set(astuple(twins.low)) == set(astuple(twins.high)) == {0}
    assert set(astuple(twins.first_larger)) == {0.5}


@pytest.mark.parametrize("n", [200, 60_000])
def test_seeds(n) -> None:
    labels, first, _ = sample(n)
    one, again, other = (bootstrap(labels, (first,), resamples=20, seed=seed).models[0] for seed in (1, 1, 2))
    assert same(one, again) and not same(one, other)


def same(one, other):
    bands = all(
        np.array_equal(getattr(getattr(one, band), end), getattr(getattr(other, band), end))
        for band in ("roc", "pr", "prg")
        for end in ("low", "high")
    )
    return bands and (one.low, one.high) == (other.low, other.high)


def test_constant_scores_have_no_uncertainty() -> None:
    found = bootstrap([1, 1, 0, 0, 0], ([2] * 5,), resamples=20).models[0]
    for areas in (found.low, found.high):
        assert astuple(areas) == pytest.approx((0.5, 0.4, 0.4, 0.7, 0))
    for band, curve in ((found.roc, found.roc.grid), (found.pr, 0.4), (found.prg, 0)):
        assert band.low == pytest.approx(curve, abs=1e-9)
        assert band.high == pytest.approx(curve, abs=1e-9)


def test_worst_ranking_has_the_bands_of_its_curves() -> None:
    found = bootstrap([0, 1], ([2, 1],), resamples=20).models[0]
    for band, curve in (
        (found.roc, np.append(np.zeros(100), 1)),
        (found.pr, found.pr.grid / (found.pr.grid + 1)),
        (found.prg, found.prg.grid - 1),
    ):
        assert band.low == pytest.approx(curve, abs=2e-6)
        assert band.high == pytest.approx(curve, abs=2e-6)


def test_bands_stay_possible_and_are_read_only(monkeypatch) -> None:
    monkeypatch.setattr(ranking_bootstrap, "MANY", 100)
    labels, first, second = sample(4000, share=0.5)
    labels[np.argmax(first)] = labels[np.argmax(second)] = 0  # so that precision is 0 at recall 0
    for model in bootstrap(labels, (first, second), resamples=20).models:
        assert min(model.roc.low.min(), model.pr.low.min()) >= 0
        for band in (model.roc, model.pr, model.prg):
            assert band.high.max() <= 1 and (band.low <= band.high).all()
            assert not any(array.flags.writeable for array in vars(band).values())


def test_positive_class_and_forms_of_scores() -> None:
    labels, first, _ = sample(100, digits=1)
    expected = bootstrap(labels, (first,), resamples=20).models[0]
    texts = np.where(labels == 1, "good", "bad")
    assert same(bootstrap(texts, (first.tolist(),), positive="good", resamples=20).models[0], expected)
    assert same(bootstrap(labels, ((10 * first).round().astype(np.int8),), resamples=20).models[0], expected)
    with pytest.raises(ValueError, match="specify which one is positive"):
        bootstrap(texts, (first,), resamples=20)
    with pytest.raises(ValueError, match="100 labels, but 99 scores"):
        bootstrap(labels, (first, first[1:]), resamples=20)


@pytest.mark.parametrize("resamples", [RESAMPLES[0] - 1, RESAMPLES[1] + 1])
def test_number_of_resamples_is_checked(resamples) -> None:
    assert RESAMPLES == (20, 10_000)
    with pytest.raises(ValueError, match=rf"^`resamples` must be in \[20, 10000\]; got {resamples}\.$"):
        bootstrap([0, 1], ([0, 1],), resamples=resamples)
