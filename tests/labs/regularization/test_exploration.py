"""Results of the regularization lab: settings are passed on, and the duality gap bounds what is left to gain."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import ElasticNet, Ridge
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

from core.kit.controls import defaults
from core.kit.parameters import parameters
from core.labs.regularization.balls import section as balls
from core.labs.regularization.classes import section as classes
from core.labs.regularization.compute.explore import (
    Regularization,
    _gaps,
    regularize,
    tables,
)
from core.labs.regularization.compute.ridge import ALPHAS, columns
from core.labs.regularization.controls import CONTROLS, PENALTY
from core.labs.regularization.descent import section as descent
from core.labs.regularization.descent.double_descent import double_descent
from core.labs.regularization.equivalences import section as equivalences
from core.labs.regularization.homework.section import two_hundred_splits
from core.labs.regularization.learners import section as learners
from core.labs.regularization.learners.bagging import bagging
from core.regression.designs import Settings

SETTINGS = {name: value for name, value in defaults(CONTROLS).items() if name in parameters(regularize)}


def made(**change: Any) -> Regularization:
    return regularize(**SETTINGS | change)


def test_the_slider_has_the_penalties_of_the_numbers() -> None:
    assert PENALTY.values == tuple(ALPHAS.tolist())


@pytest.mark.parametrize("seed", [0, 7])
def test_weights_are_those_of_scikit_learn(seed: int) -> None:
    result = made(degree=3, seed=seed, l1_ratio=0.5)
    x, y, k = result.ridge.x_train[:, None], result.ridge.y_train[0], int(np.argmin(np.abs(ALPHAS - 1)))
    steps = PolynomialFeatures(3, include_bias=False), StandardScaler()
    ridge = make_pipeline(*steps, Ridge(1.0)).fit(x, y)[-1]
    np.testing.assert_allclose(result.ridge.weights[k], ridge.coef_, atol=1e-9)
    np.testing.assert_allclose(result.ridge_fit.weights[k], ridge.coef_, atol=1e-9)
    net = ElasticNet(1 / len(y), l1_ratio=0.5, tol=1e-14, max_iter=1_000_000)
    np.testing.assert_allclose(result.path.weights[k], make_pipeline(*steps, net).fit(x, y)[-1].coef_, atol=1e-7)


@pytest.mark.parametrize("l1_ratio", [0.0, 0.3, 1.0])
def test_the_gap_is_small_at_the_minimum_and_bounds_the_loss_elsewhere(l1_ratio: float) -> None:
    result = made(degree=5, l1_ratio=l1_ratio)
    path = result.path
    train = columns(path.x_train, path.x_train[:0], 5, "monomial")[0]
    y = path.y_train - path.y_train.mean()

    def objective(weights: Any) -> Any:
        loss = ((y - weights @ train.T) ** 2).sum(axis=1) / 2
        sizes = (1 - l1_ratio) / 2 * (weights**2).sum(axis=1) + l1_ratio * np.abs(weights).sum(axis=1)
        return loss + path.alphas * sizes

    assert np.isnan(result.gaps[0])
    large = path.alphas > 1e-3
    assert (result.gaps[large] < 1e-9).all()
    moved = path.weights + 0.05
    gaps = _gaps(replace(path, weights=moved, l1=np.abs(moved).sum(axis=1)), train)
    lost = 1 - objective(path.weights) / objective(moved)
    assert (gaps[1:] >= lost[1:] * (1 - 1e-9)).all()
    assert (lost[large] > 1e-9).all()


def test_names_and_blur() -> None:
    assert [made(l1_ratio=a).penalty_name for a in (0.0, 0.5, 1.0)] == ["ridge", "elastic net", "lasso"]
    assert not made().blurred
    assert made(degree=20).blurred


def test_other_learners_meet_the_same_data() -> None:
    result = made(n_sets=20, n_test=10)
    fit = KNeighborsRegressor(3).fit(result.ridge.x_train[:, None], result.ridge.y_train[0])
    settings = result.settings
    sweep, trees = learners._neighbours(settings), learners._tree_depths(settings)
    np.testing.assert_allclose(sweep.fits_grid[0, 2], fit.predict(sweep.grid[:, None]), atol=1e-9)
    widths, penalties = (learners._kernel_ridge(settings, swept=dial) for dial in ("width", "penalty"))
    for other in (sweep, widths, penalties, trees):
        np.testing.assert_array_equal(np.sort(other.x_train), np.sort(result.ridge.x_train))
        np.testing.assert_array_equal(other.y_test, result.ridge.y_test)
    votes = classes.errors(result, "votes")
    np.testing.assert_array_equal(votes.x_test, result.ridge.x_test)
    assert classes.cut_of(result) == round(float(np.median(result.ridge.f_grid)), 2)
    assert classes.errors(result, "polynomial").values[-1] > 10


def test_bagging_by_the_helper_process_is_bagging_here() -> None:
    result = made(n_sets=6, n_train=12, n_test=8, test_at="beyond")
    task = learners.begin_bagging(result)
    assert "50 trees" in task.title
    found = task.result()
    expected = bagging(result.settings, n_trees=50)
    for name, value in vars(expected).items():
        np.testing.assert_array_equal(getattr(found, name), value)
    assert found.nbytes == sum(value.nbytes for value in vars(expected).values() if isinstance(value, np.ndarray))
    assert learners.begin_bagging(result).done  # kept


def test_what_acts_like_ridge_agrees_with_ridge_on_its_data() -> None:
    result = made(noise_std=1.0, n_train=25, n_test=30, seed=5, degree=4, low=1.0, test_at="beyond")
    k = int(np.argmin(np.abs(ALPHAS - 10)))
    np.testing.assert_allclose(equivalences.decayed(result, 10.0).ridge, result.ridge.weights[k], rtol=1e-9)
    np.testing.assert_array_equal(equivalences.stopped(result).sizes, result.ridge.sizes)
    third = made(noise_std=1.0, n_train=25, n_test=30, seed=5, degree=3, low=1.0, test_at="beyond")
    noisy = equivalences.noisy(result, "inputs")
    at = int(np.argmin(np.abs(noisy.levels - 0.2)))  # n s^2 = 1, a penalty of the path
    np.testing.assert_allclose(noisy.ridge[at], third.ridge.weights[np.argmin(np.abs(ALPHAS - 1))], rtol=1e-7)


def test_slow_parts_are_kept() -> None:
    first, second = made(n_sets=30), made(n_sets=30, degree=4)
    assert descent.errors(first) is descent.errors(second)
    assert balls.errors(first) is balls.errors(first)
    assert balls.errors(first) is not balls.errors(second)
    homework = Settings(generator="legacy")
    assert two_hundred_splits(homework) is two_hundred_splits(homework)
    expected = double_descent(Settings(n_train=descent.POINTS, seed=first.settings.seed))
    np.testing.assert_array_equal(descent.errors(first).risk, expected.risk)


def test_tables() -> None:
    result = made(degree=4)
    found = tables(result, {"view": "ridge"})
    assert list(found) == ["errors.csv", "weights.csv", "data.csv"]
    np.testing.assert_allclose(
        found["errors.csv"]["risk"], found["errors.csv"]["bias2"] + found["errors.csv"]["variance"] + 0.3
    )
    assert list(found["weights.csv"]) == ["alpha", "w1", "w2", "w3", "w4"]
    np.testing.assert_array_equal(found["weights.csv"]["w3"], result.ridge.weights[:, 2])
    path = tables(result, {"view": "paths"})["path.csv"]
    np.testing.assert_allclose(path["l1"], sum(np.abs(path[f"w{k}"]) for k in range(1, 5)))
    assert len(path["error"]) == len(ALPHAS)
    np.testing.assert_array_equal(found["data.csv"]["y"], result.ridge.y_train[0])


def test_impossible_settings_are_refused() -> None:
    with pytest.raises(ValueError, match="`degree` must be an integer"):
        made(degree=0)
    with pytest.raises(ValueError, match="`noise_std` must be"):
        made(noise_std=-1)
