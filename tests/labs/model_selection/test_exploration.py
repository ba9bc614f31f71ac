"""Numbers of model selection against refits by NumPy, published values and independent bounds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.polynomial import Chebyshev
from numpy.polynomial.chebyshev import chebvander

from core.kit.controls import defaults
from core.kit.parameters import parameters
from core.labs.model_selection.compute.explore import ModelSelection, select_model, tables
from core.labs.model_selection.compute.learning_curves import learning_curves
from core.labs.model_selection.controls import CONTROLS
from core.regression.polynomials import scaled
from core.regression.validation_choices import choose
from tests.experiments import on

NAMES = parameters(select_model)
BASE = {name: value for name, value in defaults(CONTROLS).items() if name in NAMES}
HOMEWORK = {
    "truth": "quadratic",
    "inputs": "normal",
    "n_train": 100,
    "noise_std": 1.0,
    "test_at": "train",
    "max_degree": 12,
    "generator": "legacy",
    "seed": 0,
}


def made(**change: Any) -> ModelSelection:
    return select_model(**(BASE | change))


def test_homework_has_its_published_rmse() -> None:
    got = made(**HOMEWORK)
    published = [2.981309415774586, 1.056481513788703, 1.0780658052226322, 1.0710499255446229]
    np.testing.assert_allclose(got.left_out_rmse[:4], published, rtol=1e-12)
    np.testing.assert_allclose(got.refitted_rmse[:4], published, rtol=1e-12)
    assert got.left_out_rmse[7] == pytest.approx(3.96, abs=0.005)
    assert got.left_out_rmse[11] == pytest.approx(64, abs=0.5)


def test_criteria_in_units_of_y_by_refitting() -> None:
    got = made(max_degree=9)
    v, n = got.validation, 40
    rss = np.array([np.sum((v.y - Chebyshev.fit(v.x, v.y, d)(v.x)) ** 2) for d in v.degrees])
    p = v.degrees + 1
    np.testing.assert_allclose(got.train_mse, rss / n, rtol=1e-9)
    np.testing.assert_allclose(got.errors[5], rss / n * np.exp(2 * p / n), rtol=1e-9)
    np.testing.assert_allclose(got.errors[6], rss / n * n ** (p / n), rtol=1e-9)
    np.testing.assert_allclose(got.errors[4], rss / n / (1 - p / n) ** 2, rtol=1e-9)
    assert np.array_equal(got.errors[:5], v.scores[:5])
    assert (np.argmin(got.errors[5:], axis=1) + 1).tolist() == v.picks[5:].tolist()


def test_no_noise_leaves_no_rounding() -> None:
    got = made(truth="cubic", noise_std=0.0, max_degree=6)
    for values in (got.train_mse, got.left_out_rmse, got.refitted_rmse, *got.errors):
        assert (values[:2] > 0).all() and not values[2:].any()


def test_rows_hold_out_what_each_rule_does() -> None:
    got = made(folds=7, repeats=4, held_out_share=0.3)
    k_fold = got.held("k-fold")
    assert k_fold.shape == (7, 40) and (k_fold.sum(axis=0) == 1).all()
    assert sorted(k_fold.sum(axis=1)) == [5, 5, 6, 6, 6, 6, 6]
    first = got.held("repeated k-fold")
    assert first.shape == (4, 40) and np.array_equal(first[0], k_fold[0]) and len({row.tobytes() for row in first}) == 4
    assert got.held("hold-out").sum(axis=1).tolist() == [12]
    assert (got.held("leave-one-out").nonzero()[1] == np.arange(40)).all()
    for rule in ("GCV", "AIC", "BIC"):
        assert got.held(rule).shape == (0, 40)
    other = made(folds=7, split_seed=1)
    assert not np.array_equal(other.held("k-fold"), k_fold) and np.array_equal(other.validation.y, got.validation.y)


@pytest.mark.parametrize("settings", [{}, {"inputs": "normal", "n_train": 30, "max_degree": 6}])
def test_coefficients_are_those_of_refits(settings: dict[str, Any]) -> None:
    got = made(**settings)
    v, held = got.validation, got.held("k-fold")
    columns = chebvander(scaled(v.grid, v.grid[0], v.grid[-1]), len(v.degrees))
    drawn = got.coefficients(held) @ columns.T
    for row, curves in zip(held, drawn, strict=True):
        for degree in (1, 3, 6):
            np.testing.assert_allclose(
                curves[degree - 1], Chebyshev.fit(v.x[~row], v.y[~row], degree)(v.grid), rtol=1e-7, atol=1e-7
            )
    assert not np.triu(np.abs(got.coefficients(held)[0]), 2).any()  # nothing beyond the degree


def test_fits_that_are_not_determined_are_gaps() -> None:
    got = made(n_train=12, folds=2, test_at="inside")
    coefs = got.coefficients(got.held("k-fold"))
    assert np.isfinite(coefs[:, :5]).all() and np.isnan(coefs[:, 5:]).any(axis=2).all()


def test_choices_take_five_divisions_at_most_and_what_time_allows() -> None:
    brought = ("formula", "pasted", "upload")
    fixed = {name: value for name, value in BASE.items() if name not in ("repeats", "repetitions", *brought)}
    got = made(repeats=50, repetitions=100).choices
    wanted = on(choose, **fixed, repeats=5, repetitions=100)
    assert got.rules == wanted.rules and np.array_equal(got.shares, wanted.shares)
    redrawn = made(protocol="random", max_degree=5, repetitions=1000).choices
    assert 2 <= len(redrawn.picks["AIC"]) < 1000
    heavy = made(protocol="random", n_train=200, folds=20, max_degree=20, repeats=50)
    assert len(heavy.choices.picks["AIC"]) == 9
    nowhere = made(protocol="random", test_at="inside", n_test=2, n_train=6, folds=2, max_degree=2, seed=0)
    with pytest.raises(ValueError, match=r"^No test point lies inside"):
        _ = nowhere.choices


@pytest.mark.parametrize("test_at", ["held_out", "inside", "train", "beyond"])
def test_other_seeds_start_with_the_data_on_the_page(test_at: str) -> None:
    got = made(test_at=test_at, max_degree=8)
    rmse = np.sqrt(got.reseeded.data_left_out)
    np.testing.assert_allclose(rmse[0], got.left_out_rmse, rtol=1e-9)
    np.testing.assert_allclose(np.sqrt(got.reseeded.split_left_out[5]), got.left_out_rmse, rtol=1e-9)
    assert len(rmse) == 100


def test_learning_does_not_hang_on_the_size_or_the_test_points_of_the_page() -> None:
    one, other = made(max_degree=4), made(max_degree=4, n_train=90, test_at="beyond")
    assert np.array_equal(one.learning.risk, other.learning.risk, equal_nan=True)
    more = learning_curves(one.experiment).risk  # exact, whatever the number of data sets
    np.testing.assert_array_equal(one.learning.risk, more)


def test_tables_agree_with_each_other() -> None:
    got = made(repeats=3, held_out_share=0.25)
    found = tables(got, {"degree": 5})
    scores, data, own = found["scores.csv"], found["data.csv"], found["residuals.csv"]
    assert scores["degree"].tolist() == list(range(1, 16))
    assert np.mean(own["residual"] ** 2) == pytest.approx(scores["train_mse"][4])
    assert own["leverage"].sum() == pytest.approx(6)
    np.testing.assert_allclose(own["left_out"], own["residual"] / (1 - own["leverage"]))
    assert np.mean(own["refitted"] ** 2) == pytest.approx(scores["leave_one_out"][4])
    assert data["held_out"].sum() == 10
    assert set(data["fold_in_division_3"]) == set(range(1, 11)) and "fold_in_division_4" not in data
    assert "gcv_se" not in scores and "leave_one_out_se" in scores
    assert tables(made(n_train=8, folds=2), {"degree": 20})["residuals.csv"]["leverage"] == pytest.approx(np.ones(8))


def test_results_are_read_only() -> None:
    got = made()
    for name in ("errors", "left_out_rmse", "refitted_rmse", "train_mse"):
        assert not getattr(got, name).flags.writeable


def test_impossible_settings_are_refused_with_a_sentence() -> None:
    for change in ({"folds": 20, "n_train": 10}, {"low": 5.0, "high": 5.0}, {"n_train": 3, "folds": 2}):
        with pytest.raises(ValueError, match=r"\.$"):
            made(**change)
