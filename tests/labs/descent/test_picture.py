"""Picture, sections, and exercises of gradient descent against PyTorch and closed forms."""

import numpy as np
import pytest
import torch
from sklearn.datasets import load_breast_cancer

from core.labs.descent.compute.descent import RATES, place
from core.labs.descent.compute.losses import sharpness
from core.labs.descent.exercises import FOUR, INPUTS, NOISE, STEPS
from core.labs.descent.lab import LAB
from tests.pictures import drawn_state, framed, readouts, section
from tests.words import holds


def test_the_handle_is_the_end_of_the_first_step():
    _, _, picture = drawn_state(LAB, loss="quartic", x0=2.2)
    track = picture.panels[0].tracks[0]
    landed = 2.2 - np.array(RATES) * 4 * 2.2**3
    seen = np.isfinite(track.x)
    np.testing.assert_allclose(track.x[seen], landed[seen])
    np.testing.assert_allclose(track.y[seen], landed[seen] ** 4)
    assert seen[place(0.1)]
    assert not seen[-1]  # far outside


def test_the_path_lies_on_the_loss():
    _, _, picture = drawn_state(LAB, x0=2.0)
    step = place(1.6)
    path = framed(picture, 0, "path", "x", step)
    np.testing.assert_allclose(path[:4], [2, -1.2, 0.72, -0.432], rtol=1e-6)
    np.testing.assert_allclose(framed(picture, 0, "path", "y", step), path**2 / 2, rtol=1e-5)
    np.testing.assert_allclose(framed(picture, 1, "dragged rate", "y", step)[:4], path[:4] ** 2 / 2, rtol=1e-5)


def test_readouts_at_a_rate():
    _, _, picture = drawn_state(LAB, loss="valley", x0=1.0, steps=100)
    found = readouts(picture, place(0.0198))
    assert holds(found["loss after 100 steps"], 0.8885576291)
    assert found["limit 2/L"] == "0.02"
    assert int(found["steps to half"]) == int(np.argmax(_valley(0.0198) <= 55.5 / 2))
    assert readouts(picture, place(0.1))["loss after 100 steps"] == "diverged"
    assert all(all(one.check.agrees) for one in picture.readouts if one.check)


def _valley(rate):
    k = np.arange(101)
    return sum(c * (1 - rate * c) ** (2 * k) for c in (1, 10, 100)) / 2


def test_noise_shows_its_floor():
    _, _, picture = drawn_state(LAB, noise=1.0, steps=100)
    assert holds(readouts(picture, place(0.1))["noise floor"], 0.0526315789 / 2)
    assert readouts(picture, place(2.1))["noise floor"] == "none"
    mean = framed(picture, 1, "mean over noise", "y", place(0.5))
    assert mean[-1] == pytest.approx(1 / 6, rel=1e-6)


def _sgd(loss, x0, rate, steps):
    """Positions of torch's SGD."""
    x = torch.tensor(x0, dtype=torch.float64, requires_grad=True)
    sgd, found = torch.optim.SGD([x], lr=rate), [x0]
    for _ in range(steps):
        sgd.zero_grad()
        loss(x).backward()
        sgd.step()
        found.append(x.item())
    return np.array(found)


def _two(x):
    if x <= -1 / 6:
        return (x + 1.5) ** 2 / 2
    return 8 * (x - 1) ** 2 if x >= 5 / 6 else 10 / 9 - 2 * (x - 1 / 6) ** 2


@pytest.mark.parametrize(
    ("x0", "rate", "steps", "words"),
    [
        (-2.0, 2.0, 50, "At 2/L = 2 the distance neither grows nor shrinks."),
        (-3.0, 2.0, 50, "At 2/L = 2 the parabola keeps the distance, but the hill does not."),
        (-0.1, 1.1, 1, "No step overshoots yet: half the loss is gone after 1 step."),
        (2.1, 0.1, 5, "Steps overshoot the minimum, but ever less: half the loss is gone after 1 step."),
        (3.0, 0.1, 5, "Thrown out of the sharp valley: half the loss is gone after 1 step."),
    ],
)
def test_what_is_said_of_two_valleys_is_what_sgd_does(x0, rate, steps, words):
    _, _, picture = drawn_state(LAB, loss="two", x0=x0, steps=steps)
    assert picture.summary(place(rate)) == words
    path = _sgd(_two, x0, rate, steps)
    low = 1.0 if x0 > 1 / 6 else -1.5
    away = path - low
    assert (np.ptp(np.abs(away)) < 1e-9) == ("neither grows" in words)
    if rate != 2:
        assert (away[0] * away < 0).any() == ("overshoots yet" not in words)
        assert (path[-1] < 1 / 6) == (x0 < 1 / 6 or words.startswith("Thrown"))


@pytest.mark.parametrize(("steps", "words"), [(1, "Each step overshoots"), (50, "Early steps overshoot")])
def test_on_the_fourth_power_late_steps_stop_overshooting(steps, words):
    _, _, picture = drawn_state(LAB, loss="quartic", x0=2.2, steps=steps)
    assert picture.summary(place(0.1)).startswith(words)
    path = _sgd(lambda x: x**4, 2.2, 0.1, steps)
    assert (path[-1] * path[-2] < 0) == words.startswith("Each")


def test_from_a_minimum_nothing_moves():
    _, mirrored, twice = LAB.predictions
    assert _sgd(lambda x: x**4, 0.0, 10.0, 3).tolist() == [0, 0, 0, 0]
    _, flat, _ = drawn_state(LAB, loss="quartic", x0=0.0)
    for one in (mirrored, twice):
        assert one.verdict(one.truth(flat), one.truth(flat), flat).startswith("At the minimum of x⁴ the slope is 0")
    _, result, _ = drawn_state(LAB, x0=0.0)
    assert twice.verdict("yes", twice.truth(result), result).endswith("the loss ends at 0: it starts at the minimum.")


def test_a_single_step_that_rises_does_not_fall():
    x, label = load_breast_cancer(return_X_y=True)
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    w = 10 * x.T @ (label - 0.5) / len(x)
    assert np.logaddexp(0, -(2 * label - 1) * (x @ w)).mean() > np.log(2)
    _, _, picture = drawn_state(LAB, loss="logistic", steps=1)
    assert picture.summary(place(10)) == "Above 2/L = 0.6023: 1 of 1 steps go up."
    assert picture.summary(place(0.0001)).startswith("Too small: after 1 step ")


@pytest.mark.parametrize(("x0", "way"), [(2.0, "above"), (0.0, "below")])
def test_a_loss_that_has_not_reached_its_floor_is_not_said_to_be_there(x0, way):
    rate, steps = 0.001, 50
    _, _, picture = drawn_state(LAB, x0=x0, noise=1.0, steps=steps)
    square = x0**2  # its mean, step by step
    for _ in range(steps):
        square = (1 - rate) ** 2 * square + rate**2
    floor = rate / (2 - rate) / 2
    said = picture.summary(place(rate))
    assert f"still {way} the floor" in said and (square / 2 > floor) == (way == "above")
    assert holds(said, square / 2, floor)


@pytest.mark.parametrize("loss", ["valley", "quartic", "two", "squares", "logistic"])
def test_sharpness_is_the_largest_eigenvalue_of_the_hessian_of_autograd(loss):
    raw = load_breast_cancer()
    x = torch.tensor((raw.data - raw.data.mean(0)) / raw.data.std(0))
    y = torch.tensor(raw.target, dtype=torch.float64)
    functions = {
        "valley": lambda w: (w**2 * torch.tensor([1.0, 10.0, 100.0])).sum() / 2,
        "quartic": lambda w: w[0] ** 4,
        "two": lambda w: 8 * (w[0] - 1) ** 2,
        "squares": lambda w: ((x @ w - (2 * y - 1)) ** 2).mean() / 2,
        "logistic": lambda w: torch.nn.functional.binary_cross_entropy_with_logits(x @ w, y),
    }
    size = {"valley": 3, "squares": 30, "logistic": 30}.get(loss, 1)
    at = 1.2 + 0.1 * np.random.default_rng(0).standard_normal((3, size))
    for position, found in zip(at, sharpness(loss, at), strict=True):
        hessian = torch.autograd.functional.hessian(functions[loss], torch.tensor(position))
        assert found == pytest.approx(float(torch.linalg.eigvalsh(hessian)[-1]), rel=1e-9)


def test_sections_show_factors_and_the_curvature_along_the_path():
    values, result, _ = drawn_state(LAB, loss="valley", x0=1.0, rate=0.0198)
    table = section(LAB, "factor", result, values)[-1].columns
    assert [holds(text, 1 - 0.0198 * c) for text, c in zip(table["factor 1 − 0.0198λ"], (100, 10, 1), strict=True)]
    values, result, _ = drawn_state(LAB, loss="logistic", rate=5.0)
    assert "at 50 of 51 positions" in section(LAB, "along the path", result, values)[-1]
    assert len(section(LAB, "factor", result, values)[-1].columns["curvature λ"]) == 30
    values, result, _ = drawn_state(LAB, rate=2.0)  # the curvature is 1 everywhere, which is not below 2/2
    assert "at 0 of 51 positions" in section(LAB, "along the path", result, values)[-1]


@pytest.mark.parametrize(
    ("template", "question", "answer", "mistake"),
    [
        (FOUR, 0, "C B D A", "low_start"),
        (FOUR, 3, "0.01", "one_over_l"),
        (STEPS, 2, "1.58", "one_over_l"),
        (INPUTS, 2, "yes", "all_rises_diverge"),
        (NOISE, 2, "its rate is larger", "noisy_is_high"),
    ],
)
def test_known_mistakes_are_named(template, question, answer, mistake):
    assert mistake in template.variant(0).questions[question].judge(answer).slips


def test_published_exercises():
    four, steps, noise = (template.variant(0).questions for template in (FOUR, STEPS, NOISE))
    assert four[0].truth == "ACBD"  # A 0.1, C 0.01, B 0.001, D 0.0001
    assert float(steps[2].truth) == pytest.approx(5**0.5)
    assert float(noise[0].truth) == pytest.approx(0.0526315789, abs=1e-10)


def test_at_the_limit_a_step_on_a_parabola_ends_on_the_other_side():
    (question,) = [one for one in LAB.predictions if "first step" in one.question]
    for loss, start in (("bowl", 2.0), ("quartic", 1.5), ("valley", 1.0)):
        _, result, _ = drawn_state(LAB, loss=loss, x0=start)
        assert question.truth(result)[0] == pytest.approx(-start)
    _, result, _ = drawn_state(LAB)
    assert question.truth(result) == (-2.0, 2.0)
    assert question.right((-1.9, 2.2), result)
    assert not question.right((0.0, 0.0), result)


def _said(**change):
    _, result, _ = drawn_state(LAB, **change)
    mirrored = LAB.predictions[1]
    return mirrored.verdict((0.0, 0.0), mirrored.truth(result), result)


def test_a_step_at_the_limit_is_said_to_lead_back_only_where_it_does():
    assert "the other side at the same height, so the next step leads back" in _said(x0=1.5)
    assert _said(noise=1.0).endswith("Without noise it would end on the other side at the same height, at −2.00.")
    assert _said(x0=0.0).endswith("The start is the minimum.")
    hill = 10 / 9 - 2 * (0.5 - 1 / 6) ** 2  # from the sharp parabola 8(x − 1)² at 1.5 to the hill at 0.5
    assert f"from {8 * 0.25:.2f} to {hill:.3f}: this is not a parabola" in _said(loss="two", x0=1.5)
    x, label = load_breast_cancer(return_X_y=True)
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    _, lengths, directions = np.linalg.svd(x, full_matrices=False)
    steepest, limit = directions[0], 8 * len(x) / lengths[0] ** 2
    landed = limit * (x.T @ (label - 0.5) / len(x)) @ steepest * steepest
    loss = np.logaddexp(0, -(2 * label - 1) * (x @ landed)).mean()
    assert f"from 0.693 to {loss:.3f}: this is not a parabola" in _said(loss="logistic")
