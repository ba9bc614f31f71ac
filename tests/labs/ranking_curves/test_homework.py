"""The homework's gain curve and area, replayed with scikit-learn as the homework does it."""

from itertools import permutations

import numpy as np
import pytest
from sklearn.metrics import auc, precision_recall_curve

from core.labs.ranking_curves.compute.homework import homework_aupr, homework_auprg, homework_prg_curve
from core.ranking.curves import rank
from tests.kernel.ranking import oracle as oracle


def replay(labels, scores):
    """The homework's lines, but for a stable sort."""
    precision, recall, _ = precision_recall_curve(labels, scores)
    share = np.mean(labels)
    precision_gain = np.clip((precision - share) / (1 - share), 0, None)
    recall_gain = np.clip((recall - share) / (1 - share), 0, None)
    order = np.argsort(recall_gain, kind="stable")
    return recall_gain[order], precision_gain[order], auc(recall[:-1], precision[:-1])


def sample(seed):
    rng = np.random.default_rng(seed)
    labels = rng.random(80) < 0.6
    return labels.astype(int), (rng.normal(size=80) + labels).round(seed % 3)


@pytest.mark.parametrize("seed", range(10))
def test_replay(seed) -> None:
    labels, scores = sample(seed)
    ranking = rank(labels, scores)
    recall_gain, precision_gain, aupr = replay(labels, scores)
    np.testing.assert_allclose(homework_prg_curve(ranking), (recall_gain, precision_gain), rtol=1e-12, atol=1e-15)
    assert homework_auprg(ranking) == pytest.approx(auc(recall_gain, precision_gain), rel=1e-12)
    assert homework_aupr(ranking) == pytest.approx(aupr, rel=1e-12)


@pytest.mark.parametrize(
    ("labels", "scores", "area"),
    [
        ([1, 0, 1, 0, 0], [1] * 5, 0.5),
        ([1, 1, 0, 0, 0], [5, 4, 3, 2, 1], 0.583),
        ([1, 1, 0, 0, 0], [1, 1, 0, 0, 0], 0.5),
    ],
    ids=["constant", "perfect", "perfect with ties"],
)
def test_published_wrong_areas(labels, scores, area) -> None:
    assert homework_auprg(rank(labels, scores)) == pytest.approx(area, abs=5e-4)


def test_published_wrong_area_belongs_to_some_order_of_equal_gains() -> None:
    ranking = rank(*oracle.R_DOC)
    recall_gain, precision_gain = homework_prg_curve(ranking)
    areas = {
        round(float(np.trapezoid(precision_gain[list(order)], recall_gain[list(order)])), 6)
        for order in permutations(range(5))
        if (np.diff(recall_gain[list(order)]) >= 0).all()
    }
    assert 0.511111 in areas
    assert min(areas) <= round(homework_auprg(ranking), 6) <= max(areas)


def test_printed_values_of_the_credit_models() -> None:
    labels, logistic, adaboost = oracle.credit()
    first, second = rank(labels, logistic), rank(labels, adaboost)
    assert homework_aupr(first) == pytest.approx(0.872155, abs=6e-7)
    assert homework_aupr(second) == pytest.approx(0.860079, abs=6e-7)
    assert 0.2306 <= homework_auprg(first) <= 0.2365  # what the orders of an unstable sort give
    assert homework_auprg(first) == pytest.approx(0.232, abs=0.004)
    assert homework_auprg(second) == pytest.approx(0.2335, abs=0.004)
    clipped = homework_prg_curve(first)[0] == 0
    assert clipped.sum() == 180
