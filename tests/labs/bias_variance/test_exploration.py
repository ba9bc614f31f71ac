"""Results of the bias-variance lab: the numbers shown, the leave-one-out error, the tables."""

import numpy as np
import pytest
from numpy.polynomial import Chebyshev
from numpy.polynomial.chebyshev import chebvander

from core.labs.bias_variance.compute.derivation import expand
from core.labs.bias_variance.compute.explore import explore, tables
from core.regression.decomposition import decompose
from core.regression.designs import Settings, draw
from core.regression.selection import select
from tests.experiments import on

BASE = vars(Settings(n_train=20, n_sets=15, max_degree=6)) | {"repetitions": 100, "folds": 4}
PUBLISHED = [2.981309415774586, 1.056481513788703, 1.0780658052226322, 1.0710499255446229]


def smoother(x, at, degree):
    """Matrix (len(at), len(x)) from targets to fitted values."""
    scaled = lambda z: (2 * z - x.min() - x.max()) / np.ptp(x)  # noqa: E731
    return chebvander(scaled(at), degree) @ np.linalg.pinv(chebvander(scaled(x), degree), rcond=1e-15)


def own_risks(experiment, degree):
    """Expected error given each design."""
    risks = []
    for x, f in zip(experiment.x_train, experiment.f_train, strict=True):
        s = smoother(x, experiment.x_test, degree)
        bias = s @ f - experiment.f_test
        risks.append((bias**2).mean() + experiment.noise_std**2 * (1 + (s**2).sum(axis=1).mean()))
    return np.array(risks)


@pytest.mark.parametrize(
    ("change", "heavy"),
    [
        ({}, False),
        ({"protocol": "subset"}, True),
        ({"protocol": "subset", "n_train": 60, "max_degree": 3}, False),
        ({"protocol": "subset", "test_at": "inside"}, False),
        ({"protocol": "random"}, True),
        ({"protocol": "random", "n_train": 150, "max_degree": 2, "test_at": "train"}, True),  # whatever the means are
    ],
)
def test_medians_are_shown_where_a_few_designs_dominate_the_means(change, heavy: bool) -> None:
    got, d = explore(**BASE | change), decompose(Settings(**_plain(change)))
    data = draw(Settings(**_plain(change)))
    risks = [own_risks(data, k) for k in d.degrees]
    dominated = any(r.mean() > 2 * np.median(r) for r in risks)
    assert got.heavy_tailed is heavy is (dominated or change.get("protocol") == "random")
    np.testing.assert_allclose(got.risk, [np.median(r) if heavy else r.mean() for r in risks], rtol=1e-8)
    prefix = "median_" if heavy else ""
    for name in ("bias2", "variance", "risk"):
        np.testing.assert_array_equal(getattr(got, name), getattr(d, prefix + name))
    assert got.best == 1 + np.argmin([np.median(r) if heavy else r.mean() for r in risks])
    assert (got.folds, got.repetitions) == (4, 100)


def test_means_and_medians_disagree_on_the_best_degree_here() -> None:
    got = explore(**vars(Settings(protocol="random", n_test=50)), repetitions=100, folds=5)
    assert (got.best, got.decomposition.best) == (8, 2)  # a mean over 100 free designs hangs on the worst


@pytest.mark.parametrize("protocol", ["fixed", "subset", "random"])
def test_leave_one_out_of_the_first_data_set_against_refits(protocol: str) -> None:
    got = explore(**BASE | {"protocol": protocol})
    x, y = got.decomposition.x_train[0], got.decomposition.y_train[0]
    for degree in range(1, 7):
        left = [y[i] - Chebyshev.fit(np.delete(x, i), np.delete(y, i), degree)(x[i]) for i in range(20)]
        assert got.loo_rmse[degree - 1] == pytest.approx(np.sqrt(np.mean(np.square(left))), rel=1e-8)


def test_leave_one_out_of_the_homework() -> None:
    settings = Settings(
        generator="legacy",
        truth="quadratic",
        inputs="normal",
        n_train=100,
        noise_std=1.0,
        test_at="train",
        max_degree=4,
    )
    np.testing.assert_allclose(explore(**vars(settings), repetitions=100, folds=5).loo_rmse, PUBLISHED, rtol=1e-12)


def test_leave_one_out_is_undefined_through_all_points() -> None:
    got = explore(**BASE | {"n_train": 7})
    assert np.isnan(got.loo_rmse).tolist() == [False] * 5 + [True]


def test_selection_and_expansion_are_those_of_the_settings() -> None:
    got = explore(**BASE)
    own = on(select, **_plain({}), repetitions=100, folds=4)
    assert got.selection is got.selection
    np.testing.assert_array_equal(got.selection.shares, own.shares)
    np.testing.assert_array_equal(got.selection.excess, own.excess)
    assert got.expansion(3) == expand(draw(Settings(**_plain({}))), 3)


@pytest.mark.parametrize("protocol", ["fixed", "subset", "random"])
def test_tables(protocol: str) -> None:
    got = explore(**BASE | {"protocol": protocol})
    d, some = got.decomposition, tables(got, {"view": "many"})
    assert set(some) == {"errors.csv", "data.csv"}
    names = [
        "bias2",
        "variance",
        "risk",
        "train_error",
        "mc_bias2",
        "mc_bias2_se",
        "mc_variance",
        "mc_variance_se",
        "mc_error",
        "mc_error_se",
        "one_test_error",
    ]
    if protocol != "fixed":
        names += ["median_bias2", "median_variance", "median_risk"]
    assert set(some["errors.csv"]) == {*names, "degree"}
    assert some["errors.csv"]["degree"].tolist() == [1, 2, 3, 4, 5, 6]
    for name in names:
        np.testing.assert_array_equal(some["errors.csv"][name], getattr(d, name))
    rows = list(zip(*some["data.csv"].values(), strict=True))
    assert len(rows) == 15 * 20
    for m, i in ((0, 0), (0, 19), (7, 3), (14, 19)):
        assert rows[20 * m + i] == (m + 1, d.x_train[m % len(d.x_train), i], d.y_train[m, i])


def test_choices_are_in_the_tables_where_they_are_on_screen() -> None:
    got = explore(**BASE)
    table = tables(got, {"view": "choose"})["choices.csv"]
    assert list(table) == ["degree", *got.selection.rules]
    assert table["degree"].tolist() == [1, 2, 3, 4, 5, 6]
    for rule, picks in got.selection.picks.items():
        assert table[rule].tolist() == [np.mean(picks == k) for k in range(1, 7)]


@pytest.mark.parametrize(("protocol", "prefix"), [("fixed", ""), ("subset", "median_"), ("random", "median_")])
def test_tables_hold_the_numbers_on_screen(protocol: str, prefix: str) -> None:
    got = explore(**BASE | {"protocol": protocol})
    table = tables(got, {"view": "many"})["errors.csv"]
    for name in ("bias2", "variance", "risk"):
        np.testing.assert_array_equal(table[prefix + name], getattr(got, name))


# ---- standard error of the distance between simulation and expectation --------------------------------------------


@pytest.mark.parametrize("degree", [1, 3, 6])
def test_gap_of_fixed_inputs_is_that_of_gaussian_quadratic_forms(degree: int) -> None:
    d, data = explore(**BASE).decomposition, draw(Settings(**_plain({})))
    x, sigma2 = data.x_train[0], data.noise_std**2
    s = smoother(x, data.x_test, degree)
    bias, t = s @ data.f_train[0] - data.f_test, data.x_test.size
    # noise minus error of a fit is N(-bias, cov); the variance of its squared length is 2 tr cov² + 4 bias' cov bias
    cov = sigma2 * (s @ s.T + np.eye(t))
    variance = (2 * np.trace(cov @ cov) + 4 * bias @ cov @ bias) / t**2
    assert d.mc_gap_se[degree - 1] == pytest.approx(np.sqrt(variance / 15), rel=1e-9)


@pytest.mark.parametrize("protocol", ["subset", "random"])
@pytest.mark.parametrize("degree", [1, 3, 6])
def test_gap_of_redrawn_inputs_against_refits(protocol: str, degree: int) -> None:
    d, data = explore(**BASE | {"protocol": protocol}).decomposition, draw(Settings(**_plain({"protocol": protocol})))
    errors = [
        ((f_new - Chebyshev.fit(x, y, degree)(data.x_test)) ** 2).mean()
        for x, y, f_new in zip(data.x_train, data.f_train + data.noise, data.f_test + data.fresh_noise, strict=True)
    ]
    gaps = np.array(errors) - own_risks(data, degree)
    assert d.mc_error[degree - 1] - d.risk[degree - 1] == pytest.approx(gaps.mean(), rel=1e-7)
    assert d.mc_gap_se[degree - 1] == pytest.approx(np.std(gaps, ddof=1) / np.sqrt(15), rel=1e-7)


@pytest.mark.parametrize("protocol", ["fixed", "subset"])
def test_gap_is_honest_for_every_seed(protocol: str) -> None:
    z = []
    for seed in range(100):
        d = decompose(Settings(protocol=protocol, test_at="train", max_degree=3, seed=seed))
        z.append((d.mc_error - d.risk) / d.mc_gap_se)
    # 100 roughly normal numbers of each degree: 4 standard errors of their mean and of their standard deviation
    assert (np.abs(np.mean(z, axis=0)) < 0.4).all()
    assert (np.abs(np.std(z, axis=0) - 1) < 4 / np.sqrt(200)).all()


@pytest.mark.parametrize("protocol", ["fixed", "subset", "random"])
def test_no_gap_without_noise(protocol: str) -> None:
    d = explore(**BASE | {"protocol": protocol, "noise_std": 0.0}).decomposition
    assert d.mc_gap_se.tolist() == [0] * 6
    np.testing.assert_allclose(d.mc_error, d.risk, rtol=1e-12)


@pytest.mark.parametrize("change", [{"n_train": 1}, {"noise_std": float("nan")}, {"low": 10.0}])
def test_nonsense_is_a_sentence(change: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        explore(**BASE | change)


def _plain(change):
    return {k: v for k, v in (BASE | change).items() if k not in ("repetitions", "folds")}


@pytest.mark.parametrize(("seed", "ratio", "heavy"), [(19, 1.959, False), (33, 2.062, True)])
def test_medians_take_over_when_the_mean_is_twice_as_large(seed, ratio, heavy):
    settings = vars(Settings(protocol="subset", max_degree=10, seed=seed))
    experiment = draw(Settings(**settings))
    own = np.array([own_risks(experiment, degree) for degree in range(1, 11)])
    assert np.max(own.mean(axis=1) / np.median(own, axis=1)) == pytest.approx(ratio, abs=1e-3)
    assert explore(**settings, repetitions=100, folds=4).heavy_tailed is heavy
