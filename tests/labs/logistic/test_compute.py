"""Probabilities, losses, gradients, and fits against SciPy, scikit-learn, PyTorch, and closed forms."""

import math

import numpy as np
import pytest
import torch
from scipy.optimize import brentq
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from core.labs.logistic.compute import (
    HOURS,
    LABELS,
    PLACES,
    POINTS,
    explore,
    fit,
    fits,
    gradients,
    hours_for,
    losses,
    read_predictions,
    scored,
    separable,
    sigmoid,
)

EXAM = {"b0": -6.0, "b1": 0.05, "b2": 1.0, "x2": 3.5}


def test_the_published_exam():
    result = explore(**EXAM)
    assert result.scores[40] == pytest.approx(-0.5)
    assert result.probabilities[40] == pytest.approx(0.3775406688, abs=1e-10)
    assert result.probabilities[41] - result.probabilities[40] == pytest.approx(0.0118200973, abs=1e-10)
    assert result.slopes[40] == pytest.approx(0.0117501856, abs=1e-10)
    assert result.slopes.max() <= 0.05 / 4
    assert math.exp(10 * 0.05) == pytest.approx(1.6487212707)
    assert explore(**EXAM | {"x2": 4.0}).hours == pytest.approx(40)
    assert explore(**EXAM | {"x2": 3.0}).hours == pytest.approx(60)


@pytest.mark.parametrize(
    ("target", "hours"),
    [(0.1, 6.055508), (0.25, 28.027754), (0.5, 50), (0.75, 71.972246), (0.9, 93.944492), (0.95, 108.888780)],
)
def test_hours_for_a_probability_are_the_root(target, hours):
    found = hours_for(target, **EXAM)
    assert found == pytest.approx(hours, abs=1e-6)
    assert found == pytest.approx(brentq(lambda x: expit(-2.5 + 0.05 * x) - target, -1000, 1000), abs=1e-8)


def test_the_sigmoid_is_that_of_scipy_and_does_not_overflow():
    z = np.array([-800.0, -30.0, -0.5, 0.0, 0.5, 30.0, 800.0])
    np.testing.assert_allclose(sigmoid(z), expit(z), rtol=1e-14)
    result = explore(b0=20.0, b1=-1.0, b2=3.0)
    np.testing.assert_allclose(result.second, result.probabilities, atol=1e-15)


@pytest.mark.parametrize("y", [0, 1])
@pytest.mark.parametrize("base", ["e", "2", "10"])
def test_losses_and_gradients_are_those_of_autograd(y, base):
    z = torch.tensor([-6.0, -1.5, -0.2, 0.0, 0.7, 1.3, 5.0], dtype=torch.float64, requires_grad=True)
    label = torch.full_like(z, float(y))
    p = torch.sigmoid(z)
    scale = {"e": 1.0, "2": math.log(2), "10": math.log(10)}[base]
    reference = {
        "bce": torch.nn.functional.binary_cross_entropy_with_logits(z, label, reduction="none") / scale,
        "squared": (p - label) ** 2,
        "absolute": (p - label).abs(),
        "hinge": torch.relu(1 - z * (2 * y - 1)),
    }
    own, slopes = losses(z.detach().numpy(), y, base), gradients(z.detach().numpy(), y, base)
    for name, loss in reference.items():
        np.testing.assert_allclose(own[name], loss.detach().numpy(), rtol=1e-12, err_msg=name)
        (slope,) = torch.autograd.grad(loss.sum(), z, retain_graph=True)
        np.testing.assert_allclose(slopes[name], slope.numpy(), rtol=1e-12, err_msg=name)


def test_squared_error_stops_teaching_where_cross_entropy_pulls():
    z = np.array([math.log(0.001 / 0.999)])
    assert losses(z, 1)["bce"][0] == pytest.approx(6.907755, abs=1e-6)
    assert losses(z, 1)["squared"][0] == pytest.approx(0.998001, abs=1e-9)
    assert gradients(z, 1)["bce"][0] == pytest.approx(-0.999)
    assert gradients(z, 1)["squared"][0] == pytest.approx(-0.001996, abs=1e-6)
    fine = np.linspace(-8, 8, 100_001)
    steepest = np.abs(gradients(fine, 1)["squared"])
    assert steepest.max() == pytest.approx(8 / 27, abs=1e-9)
    assert sigmoid(fine[steepest.argmax()]) == pytest.approx(1 / 3, abs=1e-4)


def test_three_predictions():
    one = scored((1, 0, 0), (0.2, 0.5, 0.1))
    np.testing.assert_allclose(one.terms["bce"], [1.609438, 0.693147, 0.105361], atol=1e-6)
    assert one.terms["bce"].mean() == pytest.approx(0.8026485362, abs=1e-10)
    assert one.terms["bce"].mean() == pytest.approx(log_loss([1, 0, 0], [0.2, 0.5, 0.1]), abs=1e-12)
    assert one.terms["bce"].sum() == pytest.approx(2.4079456087, abs=1e-10)
    assert one.terms["squared"].mean() == pytest.approx(0.3)
    assert one.terms["absolute"].mean() == pytest.approx(0.4666667, abs=1e-7)
    assert scored((1, 0, 0), (0.2, 0.5, 0.1), "2").terms["bce"].mean() == pytest.approx(1.1579770628, abs=1e-10)
    np.testing.assert_allclose(one.gradients["bce"], [-0.2666667, 0.1666667, 0.0333333], atol=1e-7)
    np.testing.assert_allclose(one.gradients["squared"], [-0.0853333, 0.0833333, 0.006], atol=1e-7)
    assert math.isinf(scored((1,), (0.0,)).terms["bce"][0])
    assert scored((1,), (1.0,)).terms["bce"][0] == 0


@pytest.mark.parametrize(
    ("penalty", "b", "w"),
    [(0.0, -4.249097, 1.214028), (0.1, -3.942355, 1.126387), (1.0, -2.684688, 0.767054), (10.0, -0.858569, 0.245305)],
)
def test_fits_are_those_of_scikit_learn(penalty, b, w):
    x, y = np.arange(1.0, 7.0), np.array([0, 0, 1, 0, 1, 1])
    found = fit(x, y, penalty=penalty)
    assert found == pytest.approx((b, w), abs=1e-6)
    c = np.inf if penalty == 0 else 1 / penalty
    model = LogisticRegression(C=c, tol=1e-12, max_iter=10_000, solver="newton-cholesky").fit(x[:, None], y)
    assert found == pytest.approx((model.intercept_[0], model.coef_[0, 0]), abs=1e-5)


def test_the_sum_of_the_fitted_probabilities_is_the_number_of_positives():
    found = fits(penalty=0.0)
    there = np.isfinite(found.weights[:, 0])
    assert there.sum() > 20
    np.testing.assert_allclose(found.total[there], sum(LABELS), atol=1e-8)
    place = int(np.flatnonzero(POINTS[2] == PLACES)[0])
    assert found.border[place] == pytest.approx(3.5, abs=1e-8)
    assert found.loss[place] == pytest.approx(0.4129978, abs=1e-7)


def test_separable_points_have_no_fit_without_a_penalty():
    x = np.array([-1.0, 1.0])
    assert fit(x, np.array([0, 1])) is None
    for penalty, w in ((1.0, 0.674832), (0.1, 2.128035), (0.01, 3.913995), (0.001, 5.834237)):
        assert fit(x, np.array([0, 1]), penalty=penalty, intercept=False) == pytest.approx((0, w), abs=1e-6)
    assert fit(np.array([1.0, 2.0]), np.array([1, 1])) is None
    free, held = fits(penalty=0.0), fits(penalty=0.1)
    lone = np.array([separable(np.array([1, 2, at, 4, 5, 6]), np.array(LABELS)) for at in PLACES])
    np.testing.assert_array_equal(np.isnan(free.weights[:, 0]), lone)
    assert lone.any()
    assert np.isfinite(held.weights).all()


NONE = ["", "2 0.5", "1 1.5", "1 -0.5", "1", "a b", "1 0.2 0.3", ", ".join(["1 0.5"] * 13), "1 nan"]


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_prediction_is_refused_with_a_sentence(text):
    with pytest.raises(ValueError, match=r"such as 1 0\.2"):
        read_predictions(text)


def test_predictions_are_read():
    assert read_predictions("1 0.2, 0 .5;0 1") == ((1, 0, 0), (0.2, 0.5, 1.0))


@pytest.mark.parametrize(
    ("name", "value"),
    [("b0", 21.0), ("b1", math.nan), ("target", 0.0), ("target", 1.0), ("y", "2"), ("base", "3"), ("x2", -1.0)],
)
def test_settings_out_of_range_are_refused_by_name(name, value):
    with pytest.raises(ValueError, match=f"`{name}`"):
        explore(**{name: value})


def test_an_input_without_weight_has_no_hours():
    assert math.isnan(explore(b1=0.0).hours)
    assert len(explore().probabilities) == len(HOURS) == 121
