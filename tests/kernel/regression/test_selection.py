"""Choosing a degree: every rule against explicit refits, and the summary against counting."""

import numpy as np
import pytest
from numpy.polynomial import Chebyshev
from numpy.polynomial.chebyshev import chebvander

from core.regression.decomposition import decompose
from core.regression.designs import Settings, draw
from core.regression.selection import LIMITS, RULES, select
from tests.experiments import on

CASES = [
    {"repetitions": 12, "folds": 5},
    {"repetitions": 9, "folds": 4, "n_train": 14, "protocol": "subset", "max_degree": 6},
    {"repetitions": 8, "folds": 3, "n_train": 20, "protocol": "random", "max_degree": 5, "seed": 2},
    {"repetitions": 7, "folds": 2, "n_train": 30, "inputs": "normal", "max_degree": 4, "truth": "quadratic"},
]


def picks_by_refitting(settings, degrees):
    """Degree chosen by each rule in each repetition, every fit an own call of numpy's Chebyshev.fit."""
    plain = {k: v for k, v in settings.items() if k not in LIMITS}
    data = draw(Settings(**plain, n_sets=settings["repetitions"]))
    folds, picks = settings["folds"], {rule: [] for rule in RULES[1:]}
    for r, noise in enumerate(data.noise):
        b = r % len(data.x_train)
        x, y = data.x_train[b], data.f_train[b] + noise
        y_test = data.f_test + data.fresh_noise[r]
        scores = {rule: [] for rule in picks}
        for d in degrees:
            squares = []
            for k in range(folds):
                held = np.arange(x.size) % folds == k
                if (~held).sum() <= d:
                    squares.append(np.inf)
                    continue
                squares.append(((y[held] - Chebyshev.fit(x[~held], y[~held], d)(x[held])) ** 2).sum())
            left_out = 0.0
            for i in range(x.size):
                rest = np.arange(x.size) != i
                if rest.sum() <= d:
                    left_out = np.inf
                    continue
                left_out += (y[i] - Chebyshev.fit(x[rest], y[rest], d)(x[i])) ** 2
            scores["one test set"].append(((y_test - Chebyshev.fit(x, y, d)(data.x_test)) ** 2).sum())
            scores["hold-out"].append(squares[r % folds])
            scores["k-fold"].append(sum(squares))
            scores["leave-one-out"].append(left_out)
        for rule, values in scores.items():
            picks[rule].append(degrees[np.argmin(values)])
    return picks


@pytest.mark.parametrize("settings", CASES)
def test_every_rule_chooses_what_refits_choose(settings) -> None:
    got = on(select, **settings)
    assert got.rules == RULES == ("oracle", "one test set", "hold-out", "k-fold", "leave-one-out")
    assert tuple(got.picks) == RULES
    for rule, picks in picks_by_refitting(settings, got.degrees).items():
        assert got.picks[rule].tolist() == picks, rule


@pytest.mark.parametrize("settings", CASES)
def test_oracle_and_risk_are_those_of_the_decomposition(settings) -> None:
    got = on(select, **settings)
    plain = {k: v for k, v in settings.items() if k not in LIMITS}
    exact = decompose(Settings(**plain, n_sets=settings["repetitions"]))
    np.testing.assert_allclose(got.risk, exact.risk, rtol=1e-10)
    assert got.picks["oracle"].tolist() == [exact.best] * settings["repetitions"]
    assert np.array_equal(got.degrees, exact.degrees)


@pytest.mark.parametrize("settings", CASES)
def test_shares_and_excess_by_counting(settings) -> None:
    got = on(select, **settings)
    plain = {k: v for k, v in settings.items() if k not in LIMITS}
    data = draw(Settings(**plain, n_sets=settings["repetitions"]))
    own_risk = []
    for x, fx in zip(data.x_train, data.f_train, strict=True):
        low, high = x.min(), x.max()
        rows = []
        for d in got.degrees:
            u, v = ((2 * z - low - high) / (high - low) for z in (x, data.x_test))
            smoother = chebvander(v, d) @ np.linalg.pinv(chebvander(u, d), rcond=1e-15)
            bias2 = (smoother @ fx - data.f_test) ** 2
            rows.append((bias2 + data.noise_std**2 * ((smoother**2).sum(axis=1) + 1)).mean())
        own_risk.append(rows)
    oracle = np.argmin(np.mean(own_risk, axis=0))
    for i, rule in enumerate(RULES):
        picks = got.picks[rule]
        assert got.shares[i].tolist() == [np.mean(picks == d) for d in got.degrees]
        lost = [own_risk[r % len(own_risk)][d - 1] - own_risk[r % len(own_risk)][oracle] for r, d in enumerate(picks)]
        assert got.excess[i] == pytest.approx(np.mean(lost), rel=1e-8, abs=1e-10)
        assert got.excess_se[i] == pytest.approx(np.std(lost, ddof=1) / np.sqrt(len(lost)), rel=1e-8, abs=1e-10)
    assert got.excess[0] == got.excess_se[0] == 0


def test_homework_split_oracle_is_degree_8_and_one_test_set_scatters() -> None:
    got = select(Settings(generator="legacy"), repetitions=400)
    assert set(got.picks["oracle"]) == {8}
    assert got.shares[1, 7] < 0.4
    assert (got.shares[1] > 0).sum() > 8
    assert (got.excess[1:] > 4 * got.excess_se[1:]).all()


def test_exact_curves_of_most_splits_choose_degree_8_and_one_noisy_test_set_does_not() -> None:
    # Published for 200 splits: 8 in 170 by the exact curve, 8 in 65 by one noisy test set.
    results = [decompose(Settings(seed=seed, generator="legacy")) for seed in range(200)]
    exact = sum(r.best == 8 for r in results)
    one_test = sum(r.one_test_best == 8 for r in results)
    assert exact == pytest.approx(170, abs=4 * np.sqrt(200 * 0.85 * 0.15))
    assert one_test == pytest.approx(65, abs=4 * np.sqrt(200 * 0.325 * 0.675))


def test_degrees_that_a_rule_cannot_judge_are_never_chosen() -> None:
    # 6 points, 3 folds: 4 remain, so degree 3 at most; leave one out: degree 4 at most; one test set: any.
    got = select(Settings(n_train=6, n_test=100, noise_std=0.1), folds=3, repetitions=1000)
    assert got.degrees.tolist() == [1, 2, 3, 4, 5]
    highest = {rule: got.picks[rule].max() for rule in RULES}
    assert highest == highest | {"hold-out": 3, "k-fold": 3, "leave-one-out": 4, "one test set": 5}


def test_folds_of_unequal_size() -> None:
    # 7 points, 3 folds of 3, 2, 2: the repetition's own fold decides for hold-out, the largest for k-fold.
    got = select(Settings(n_train=7, noise_std=3), folds=3, repetitions=999)
    by_fold = [got.picks["hold-out"][k::3].max() for k in range(3)]
    assert by_fold == [3, 4, 4]
    assert got.picks["k-fold"].max() == 3


def test_no_noise_makes_cross_validation_find_the_truth() -> None:
    got = select(Settings(truth="cubic", noise_std=0, max_degree=3), repetitions=2)
    for rule in RULES:
        assert got.picks[rule].tolist() == [3, 3]


@pytest.mark.parametrize(("n_train", "folds"), [(2, 2), (3, 2)])
def test_too_few_points_for_a_rule_is_a_sentence(n_train, folds) -> None:
    with pytest.raises(
        ValueError,
        match=rf"^{n_train} training points are too few to choose a degree by hold-out; use more training points\.$",
    ):
        select(Settings(n_train=n_train), folds=folds)


@pytest.mark.parametrize(("n_train", "folds"), [(3, 3), (4, 2)])
def test_smallest_training_sets_that_work(n_train, folds) -> None:
    assert select(Settings(n_train=n_train), folds=folds).shares.sum(axis=1) == pytest.approx(1)


@pytest.mark.parametrize(("name", "ends"), [("repetitions", (2, 1000)), ("folds", (2, 20))])
def test_both_sides_of_the_bounds(name, ends) -> None:
    assert LIMITS[name] == ends
    for end in ends:
        assert on(select, **{name: end}).rules == RULES
    for value in (ends[0] - 1, ends[1] + 1, 5.0, True, "5", np.nan):
        with pytest.raises(ValueError, match=rf"^`{name}` must be an integer in \[{ends[0]}, {ends[1]}\]; got "):
            on(select, **{name: value})


def test_no_more_folds_than_points() -> None:
    select(Settings(n_train=6), folds=6)
    with pytest.raises(ValueError, match=r"^`folds` must be at most `n_train`, 6; got 7\.$"):
        select(Settings(n_train=6), folds=7)


def test_settings_are_checked_also_the_unused_one() -> None:
    with pytest.raises(ValueError, match=r"^`noise_std` must be in \[0, 5\]; got -1\.$"):
        select(Settings(noise_std=-1))
    with pytest.raises(ValueError, match="^`n_sets` must be"):
        select(Settings(n_sets=1))
    assert np.array_equal(select(Settings(n_sets=2)).shares, select(Settings(n_sets=1000)).shares)


@pytest.mark.parametrize("protocol", ["subset", "random"])
def test_cost_is_refused_with_a_number_that_works(protocol) -> None:
    settings = {"protocol": protocol, "n_train": 200, "max_degree": 20, "folds": 10}
    with pytest.raises(ValueError, match=r"^1000 repetitions with redrawn inputs of 200 points .* too long") as error:
        on(select, repetitions=1000, **settings)
    largest = int(str(error.value).removesuffix(".").rpartition(" ")[2])
    assert on(select, repetitions=largest, **settings).picks["k-fold"].size == largest
    with pytest.raises(ValueError, match=f"number of repetitions that works here is {largest}.$"):
        on(select, repetitions=largest + 1, **settings)


def test_arrays_are_read_only_and_the_same_again() -> None:
    got, again = select(Settings(), repetitions=50), select(Settings(), repetitions=50)
    arrays = {**vars(got), **got.picks}
    for name, value in arrays.items():
        if isinstance(value, np.ndarray):
            assert not value.flags.writeable, name
            assert np.array_equal(value, {**vars(again), **again.picks}[name]), name
    assert got.shares.shape == (5, 15)
    assert got.risk.shape == got.degrees.shape == (15,)
    assert got.picks["k-fold"].shape == (50,)
