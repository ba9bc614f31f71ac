"""Exercises on logistic regression against SciPy, scikit-learn, and torch's gradients."""

import numpy as np
import pytest
import torch
from scipy.optimize import brentq
from scipy.special import expit, logit
from sklearn.metrics import log_loss, mean_squared_error

from core.labs.logistic.exercises import EXAM, ODDS, PREDICTIONS
from tests.drawn import named, some, truths


def test_an_exam_in_scipy():
    for drawn in some(EXAM):
        p = drawn.parameters
        rest = float(p.b0 + p.b2 * p.average)

        def chance(hours, b1=float(p.b1), rest=rest):
            return expit(rest + b1 * hours)

        hours = brentq(lambda h, chance=chance, p=p: chance(h) - float(p.target), -1000, 1000, xtol=1e-12)
        assert truths(drawn) == pytest.approx([chance(p.hours), hours])
    assert truths(EXAM.variant(0)) == pytest.approx([0.3775406688, 50])


@pytest.mark.parametrize(
    ("place", "text", "slips"),
    [
        (0, "0.3775", set()),
        (0, "0.6225", {"sign"}),
        (0, "0.6065", {"odds"}),
        (0, "0.01799", {"average_forgotten"}),
        (0, "0.9959", {"intercept_forgotten"}),
        (1, "60.0 h", {"target_in_the_score"}),
        (1, "36.1", {"log_of_target"}),
        (1, "-190", {"intercept_sign"}),
        (1, "120", {"average_forgotten"}),
    ],
)
def test_mistakes_of_the_exam(place, text, slips):
    assert named(EXAM, place, text) == slips


def test_losses_in_scikit_learn_and_torch():
    for drawn in some(PREDICTIONS):
        p = drawn.parameters
        labels, predicted = np.array(p.labels), np.array(p.probabilities, float)
        scores = torch.tensor(logit(predicted), requires_grad=True)
        target = torch.tensor(labels, dtype=torch.float64)
        torch.nn.functional.binary_cross_entropy_with_logits(scores, target).backward()
        loss, squared, gradient = truths(drawn)
        assert loss == pytest.approx(log_loss(labels, predicted))
        assert squared == pytest.approx(mean_squared_error(labels, predicted))
        assert gradient == pytest.approx(tuple(scores.grad.tolist()))
    loss, squared, gradient = truths(PREDICTIONS.variant(0))
    assert (loss, squared) == pytest.approx((0.8026485362, 0.3))
    assert gradient == pytest.approx((-0.2666667, 0.1666667, 0.0333333), abs=1e-6)


@pytest.mark.parametrize(
    ("text", "slip"),
    [
        ("0.3", "squared_error"),
        ("0.3486", "log10"),
        ("1.158", "bits"),
        ("2.408", "sum"),
        ("0.5365", "positives_only"),
        ("1.609", "mean_of_positives"),
        ("1.535", "log_of_prediction"),
        ("-0.8026", "no_minus"),
    ],
)
def test_mistakes_of_the_loss(text, slip):
    verdict = PREDICTIONS.variant(0).questions[0].judge(text)
    assert slip in verdict.slips or verdict.state == "coarse"
    assert PREDICTIONS.variant(0).questions[0].judge(text + "000").state != "right"


def test_odds_in_scipy():
    for drawn in some(ODDS):
        p = drawn.parameters
        after = expit(logit(float(p.probability)) + float(p.weight) * p.change)
        before = float(p.probability)
        factor = (after / (1 - after)) / (before / (1 - before))
        assert truths(drawn) == pytest.approx([factor, after])
