"""Answers of the exercises on gradient descent, computed again by PyTorch, SciPy, and simulation."""

import numpy as np
import pytest
import torch
from scipy.linalg import solve_discrete_lyapunov
from scipy.optimize import brentq

from core.labs.descent.exercises import FOUR, INPUTS, NOISE, STEPS

VARIANTS = range(4)


def losses(curvatures, start, rate, steps):
    """Losses of SGD in PyTorch on half the sum of curvatures times squares."""
    curved = torch.tensor(curvatures, dtype=torch.float64)
    w = torch.full_like(curved, start, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=rate)
    found = []
    for _ in range(steps + 1):
        loss = (curved * w**2).sum() / 2
        found.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return found


@pytest.mark.parametrize("number", VARIANTS)
def test_four_curves_are_those_of_sgd(number):
    drawn = FOUR.variant(number)
    p = drawn.parameters
    curvatures = {"valley": [1, 10, 100], "bowl": [1]}[p.loss]
    order, above, good, limit = drawn.questions
    ends = {}
    for place in range(4):
        rate = float(p.top) / 10**place
        path = losses(curvatures, float(p.start), rate, 100)
        assert p.losses(place) == pytest.approx([path[k] for k in (0, 1, 10, 100)], rel=1e-6)
        ends[p.letters[place]] = path[100]
        assert (path[1] > path[0]) == (p.letters[place] == above.truth)
    assert order.truth == p.letters
    assert good.truth == min(ends, key=ends.__getitem__)
    curved = torch.autograd.functional.hessian(
        lambda w: (torch.tensor(curvatures) * w**2).sum() / 2, torch.ones(len(curvatures), dtype=torch.float64)
    )
    assert float(limit.truth) == pytest.approx(2 / torch.linalg.eigvalsh(curved).max().item())


@pytest.mark.parametrize("number", VARIANTS)
def test_steps_on_the_fourth_power_are_those_of_sgd(number):
    drawn = STEPS.variant(number)
    first, second, border = (float(question.truth) for question in drawn.questions)
    rate = float(drawn.parameters.rate)
    x = torch.tensor(float(drawn.parameters.start), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=rate)
    for expected in (first, second):
        optimizer.zero_grad()
        (x**4).backward()
        optimizer.step()
        assert x.item() == pytest.approx(expected, rel=1e-9)
    mirrored = brentq(lambda at: at - rate * 4 * at**3 + at, 1e-3, 100)  # one step leads to the other side
    assert border == pytest.approx(mirrored, rel=1e-9)


@pytest.mark.parametrize("number", VARIANTS)
def test_the_limit_from_the_data_is_that_of_the_hessian(number):
    drawn = INPUTS.variant(number)
    x = torch.tensor(drawn.parameters.x, dtype=torch.float64)
    y = (torch.arange(len(x)) % 2).double()  # whatever the labels are

    def loss(w):
        return torch.nn.functional.binary_cross_entropy_with_logits(w * x, y)

    curvatures = [torch.autograd.functional.hessian(loss, torch.tensor(w)).item() for w in np.linspace(-3.0, 3.0, 61)]
    largest, limit, _ = drawn.questions
    assert float(largest.truth) == pytest.approx(max(curvatures), rel=1e-9)
    assert float(limit.truth) == pytest.approx(2 / max(curvatures), rel=1e-9)


@pytest.mark.parametrize("number", VARIANTS)
def test_the_level_of_noise_is_that_of_the_stationary_process(number):
    drawn = NOISE.variant(number)
    rate, deviation = float(drawn.parameters.rate), float(drawn.parameters.deviation)
    variance = solve_discrete_lyapunov(np.array([[1 - rate]]), np.array([[(rate * deviation) ** 2]]))[0, 0]
    level, loss, _ = drawn.questions
    assert float(level.truth) == pytest.approx(variance, rel=1e-9)
    assert float(loss.truth) == pytest.approx(variance / 2, rel=1e-9)


@pytest.mark.parametrize("number", VARIANTS)
def test_the_distance_on_the_fourth_power_is_a_border(number):
    drawn = STEPS.variant(number)
    border, rate = float(drawn.questions[2].truth), float(drawn.parameters.rate)

    def after(x, steps):
        for _ in range(steps):
            x -= rate * 4 * x**3
        return abs(x)

    assert after(0.99 * border, 500) < 0.5 * border
    assert after(border, 1) == pytest.approx(border)  # it stays as far away: below, not up to
    assert after(1.01 * border, 8) > 1.5 * border
