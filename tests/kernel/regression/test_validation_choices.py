"""Choices over many repetitions against explicit refits, and other seeds against the homework's own redraws."""

import numpy as np
import pytest
from numpy.polynomial import Chebyshev
from numpy.polynomial.chebyshev import chebvander

from core.regression import homework
from core.regression.designs import Settings, draw
from core.regression.selection import select
from core.regression.validation import RULES, validate
from core.regression.validation_choices import LIMITS, choose, reseed
from core.regression.validation_rules import SPLIT_LIMITS, divisions, held_out
from tests.experiments import on

CHOICES = (
    "oracle",
    "hold-out",
    "k-fold",
    "k-fold, one SE",
    "repeated k-fold",
    "leave-one-out",
    "leave-one-out, one SE",
    "GCV",
    "AIC",
    "BIC",
)
CASES = [
    {"repetitions": 12, "folds": 5, "repeats": 2},
    {"repetitions": 9, "folds": 4, "repeats": 3, "n_train": 14, "protocol": "subset", "max_degree": 6},
    {"repetitions": 25, "folds": 3, "repeats": 2, "n_train": 20, "protocol": "random", "max_degree": 4, "seed": 2},
    {"repetitions": 7, "folds": 2, "repeats": 1, "n_train": 30, "inputs": "normal", "max_degree": 4, "split_seed": 3},
]


def plain(settings):
    return {k: v for k, v in settings.items() if k not in SPLIT_LIMITS and k not in LIMITS}


def squares(x, y, held, degree):
    if (~held).sum() <= degree:
        return np.full(held.sum(), np.nan)
    return (y[held] - Chebyshev.fit(x[~held], y[~held], degree)(x[held])) ** 2


def picks_by_refitting(settings, degrees):
    """Degree chosen by each rule in each repetition, every fit an own call of numpy's Chebyshev.fit."""
    data = draw(Settings(**plain(settings), n_sets=settings["repetitions"]))
    n, folds = data.x_train.shape[1], settings["folds"]
    fold = divisions(n, folds, settings["repeats"], settings.get("split_seed", 0))
    held = held_out(n, 0.2, 20, settings.get("split_seed", 0))
    picks = {rule: [] for rule in CHOICES[1:]}

    def pick(rule, scores, ses=None):
        scores = np.array(scores)
        best = np.nanargmin(scores)
        picks[rule].append(degrees[best])
        if ses is not None:
            picks[f"{rule}, one SE"].append(next(d for d in degrees if scores[d - 1] <= scores[best] + ses[best]))

    for r, noise in enumerate(data.noise):
        b = r % len(data.x_train)
        x, y = data.x_train[b], data.f_train[b] + noise
        by_fold = [[[squares(x, y, one == k, d) for k in range(folds)] for d in degrees] for one in fold]
        scores = np.array([[np.mean(np.concatenate(parts)) for parts in division] for division in by_fold])
        own = r % len(fold)
        ses = [np.std([np.mean(p) for p in parts], ddof=1) / np.sqrt(folds) for parts in by_fold[own]]
        pick("hold-out", [squares(x, y, held[r % 20], d).mean() for d in degrees])
        pick("k-fold", scores[own], ses)
        pick("repeated k-fold", scores.mean(axis=0))
        left = [np.concatenate([squares(x, y, np.arange(n) == i, d) for i in range(n)]) for d in degrees]
        pick("leave-one-out", [s.mean() for s in left], [s.std(ddof=1) / np.sqrt(n) for s in left])
        rss = np.array([np.sum((y - Chebyshev.fit(x, y, d)(x)) ** 2) for d in degrees])
        df = degrees + 1
        pick("GCV", rss / (n - df) ** 2)
        pick("AIC", n * np.log(rss / n) + 2 * df)
        pick("BIC", n * np.log(rss / n) + np.log(n) * df)
    return picks


@pytest.mark.parametrize("settings", CASES)
def test_every_rule_chooses_what_refits_choose(settings) -> None:
    got = on(choose, **settings)
    assert got.rules == CHOICES
    for rule, picks in picks_by_refitting(settings, got.degrees).items():
        assert got.picks[rule].tolist() == picks, rule


@pytest.mark.parametrize("settings", CASES)
def test_shares_and_excess_by_counting(settings) -> None:
    got = on(choose, **settings)
    data = draw(Settings(**plain(settings), n_sets=settings["repetitions"]))
    own_risk = []
    for x, fx in zip(data.x_train, data.f_train, strict=True):
        rows = []
        for d in got.degrees:
            u, v = ((2 * z - x.min() - x.max()) / np.ptp(x) for z in (x, data.x_test))
            smoother = chebvander(v, d) @ np.linalg.pinv(chebvander(u, d), rcond=1e-15)
            bias2 = (smoother @ fx - data.f_test) ** 2
            rows.append((bias2 + data.noise_std**2 * ((smoother**2).sum(axis=1) + 1)).mean())
        own_risk.append(rows)
    oracle = np.argmin(np.mean(own_risk, axis=0))
    np.testing.assert_allclose(got.risk, np.mean(own_risk, axis=0), rtol=1e-7)
    assert set(got.picks["oracle"]) == {oracle + 1}
    for i, rule in enumerate(CHOICES):
        picks = got.picks[rule]
        assert got.shares[i].tolist() == [np.mean(picks == d) for d in got.degrees]
        lost = [own_risk[r % len(own_risk)][d - 1] - own_risk[r % len(own_risk)][oracle] for r, d in enumerate(picks)]
        assert got.excess[i] == pytest.approx(np.mean(lost), rel=1e-7, abs=1e-10)
        assert got.excess_se[i] == pytest.approx(np.std(lost, ddof=1) / np.sqrt(len(lost)), rel=1e-7, abs=1e-10)


@pytest.mark.parametrize("settings", [{}, {"generator": "legacy"}, {"protocol": "subset", "max_degree": 5}])
def test_agrees_with_the_selection_of_the_first_page(settings) -> None:
    mine = on(choose, repetitions=60, folds=5, repeats=2, **settings)
    theirs = on(select, repetitions=60, folds=5, **settings)
    for rule in ("oracle", "leave-one-out"):
        assert np.array_equal(mine.picks[rule], theirs.picks[rule])
    np.testing.assert_allclose(mine.risk, theirs.risk, rtol=1e-12)


def test_first_repetition_is_what_the_one_data_set_shows() -> None:
    # The same data set, divisions and held-out points as `validate` draws.
    settings = {"folds": 5, "repeats": 3, "max_degree": 9, "split_seed": 4}
    for seed in range(20):
        many, one = on(choose, repetitions=2, seed=seed, **settings), on(validate, seed=seed, **settings)
        for rule, pick, simple in zip(RULES, one.picks, one.one_se_picks, strict=True):
            assert many.picks[rule][0] == pick, rule
            if f"{rule}, one SE" in many.picks:
                assert many.picks[f"{rule}, one SE"][0] == simple


def test_homework_choices_are_consistent_with_a_long_study() -> None:
    # Shares of leave-one-out's winners over 20,000 draws of the homework, by another program: 0.749 for degree 2.
    settings = vars(homework.LEAVE_ONE_OUT) | {"protocol": "random"}
    settings.pop("n_sets")
    got = on(choose, **settings, repetitions=300, repeats=1)
    share = got.shares[CHOICES.index("leave-one-out"), 1]
    assert abs(share - 0.749) < 4 * np.sqrt(0.749 * 0.251 / 300)


def test_no_noise_makes_every_rule_find_the_truth() -> None:
    got = choose(Settings(truth="cubic", noise_std=0), repetitions=4)
    for rule in CHOICES:
        assert got.picks[rule].tolist() == [3] * 4, rule


# ---- other seeds -----------------------------------------------------------------------------------------------------

HOMEWORK = {
    "truth": "quadratic",
    "inputs": "normal",
    "n_train": 100,
    "noise_std": 1.0,
    "test_at": "train",
    "max_degree": 4,
    "generator": "legacy",
}


def test_redraws_of_the_homework_are_its_own() -> None:
    got = on(reseed, redraws=200, **HOMEWORK)
    own = np.empty((200, 4))
    for seed in range(200):
        rng = np.random.RandomState(seed)
        x = rng.normal(size=100)
        y = x - 2 * x**2 + rng.normal(size=100)
        for d in range(1, 5):
            q, _ = np.linalg.qr(chebvander((2 * x - x.min() - x.max()) / np.ptp(x), d))
            own[seed, d - 1] = np.mean(((y - q @ (q.T @ y)) / (1 - (q**2).sum(axis=1))) ** 2)
    np.testing.assert_allclose(got.data_left_out, own, rtol=1e-10)
    assert got.data_left_out_picks.tolist() == (own.argmin(axis=1) + 1).tolist()


def test_another_seed_for_the_splitter_changes_nothing_and_new_data_everything() -> None:
    got = on(reseed, **HOMEWORK)
    assert got.degrees.tolist() == [1, 2, 3, 4]
    published = [2.981309415774586, 1.056481513788703, 1.0780658052226322, 1.0710499255446229]
    np.testing.assert_allclose(np.sqrt(got.split_left_out), np.tile(published, (100, 1)), rtol=1e-12)
    assert 0 < got.largest_split_change < 1e-12
    assert set(got.split_left_out_picks) == {2}
    assert np.ptp(got.split_k_fold, axis=0).min() > 0.01  # k-fold does depend on the splitter
    assert len(set(got.data_left_out_picks)) == 3
    assert np.ptp(np.sqrt(got.data_left_out[:, 1])) > 0.3


@pytest.mark.parametrize("settings", [{}, {"protocol": "random", "max_degree": 5}, {"seed": 99_999, "split_seed": 3}])
def test_rows_are_those_of_single_data_sets(settings) -> None:
    got = on(reseed, folds=7, redraws=4, **settings)
    first = {"seed": 0, "split_seed": 0} | settings
    for k in range(4):
        split = on(validate, folds=7, repeats=1, **first | {"split_seed": first["split_seed"] + k})
        data = on(validate, folds=7, repeats=1, **first | {"seed": (first["seed"] + k) % 100_000})
        for scores, picks, one, row in (
            (got.split_k_fold, got.split_k_fold_picks, split, 1),
            (got.split_left_out, got.split_left_out_picks, split, 3),
            (got.data_k_fold, got.data_k_fold_picks, data, 1),
            (got.data_left_out, got.data_left_out_picks, data, 3),
        ):
            np.testing.assert_allclose(scores[k], one.scores[row], rtol=1e-7)
            assert picks[k] == one.picks[row]


def test_no_noise_has_no_change_to_measure() -> None:
    got = reseed(Settings(truth="cubic", noise_std=0), redraws=3)
    assert got.largest_split_change < 1e-12
    assert set(got.data_left_out_picks) == set(got.split_k_fold_picks) == {3}


# ---- bad input -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("make", "name"), [(choose, "repetitions"), (reseed, "redraws")])
def test_both_sides_of_the_bounds(make, name) -> None:
    low, high = LIMITS[name]
    assert (low, high) == {"repetitions": (2, 1000), "redraws": (2, 200)}[name]
    for end in (low, high):
        assert make(Settings(n_train=12, max_degree=2), **{name: end}).degrees.size == 2
    for value in (low - 1, high + 1, 5.0, True, "5", np.nan):
        with pytest.raises(ValueError, match=rf"^`{name}` must be an integer in \[{low}, {high}\]; got "):
            make(Settings(), **{name: value})
    with pytest.raises(ValueError, match=r"^`folds` must be at most `n_train`, 6; got 7\.$"):
        make(Settings(n_train=6), folds=7)
    with pytest.raises(ValueError, match=r"^`split_seed` must be an integer in \[0, 99999\]; got -1\.$"):
        make(Settings(), split_seed=-1)
    with pytest.raises(ValueError, match=r"^`seed` must be an integer in \[0, 99999\]; got 1\.5\.$"):
        make(Settings(seed=1.5))
    with pytest.raises(ValueError, match=r"^3 training points are too few to choose a degree by k-fold; use more"):
        make(Settings(n_train=3), folds=2)


def test_cost_is_refused_with_a_number_that_works() -> None:
    settings = {"protocol": "random", "n_train": 60, "max_degree": 8, "folds": 10, "repeats": 5}
    with pytest.raises(ValueError, match=r"^1000 repetitions with redrawn inputs of 60 points .* too long") as error:
        on(choose, repetitions=1000, **settings)
    largest = int(str(error.value).removesuffix(".").rpartition(" ")[2])
    assert on(choose, repetitions=largest, **settings).picks["k-fold"].size == largest
    with pytest.raises(ValueError, match=f"number of repetitions that works here is {largest}.$"):
        on(choose, repetitions=largest + 1, **settings)


def test_shapes_and_read_only() -> None:
    chosen, again = choose(Settings(), repetitions=30), choose(Settings(), repetitions=30)
    seeds, seeds_again = reseed(Settings(), redraws=3), reseed(Settings(), redraws=3)
    assert chosen.shares.shape == (10, 15) and chosen.excess.shape == chosen.excess_se.shape == (10,)
    for got, same in (
        (vars(chosen) | chosen.picks, vars(again) | again.picks),
        (vars(seeds), vars(seeds_again)),
    ):
        for name, value in got.items():
            if isinstance(value, np.ndarray):
                assert not value.flags.writeable, name
                assert np.array_equal(value, same[name]), name
    for name, value in vars(seeds).items():
        assert value.shape == ((15,) if name == "degrees" else (3,) if name.endswith("picks") else (3, 15)), name
