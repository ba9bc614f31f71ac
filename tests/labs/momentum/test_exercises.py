"""Exercises on momentum against torch's SGD and the eigenvalues of its steps."""

import numpy as np
import pytest
import torch
from scipy.optimize import minimize_scalar

from core.labs.momentum.exercises import BALL, BEST, DESCENT
from tests.drawn import some, truths


def path(curvature, rate, steps, momentum=0.0, start=1.0):
    """Places of torch's SGD on ½λw²."""
    w = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=rate, momentum=momentum)
    found = [start]
    for _ in range(steps):
        optimizer.zero_grad()
        (curvature * w**2 / 2).backward()
        optimizer.step()
        found.append(w.item())
    return np.array(found)


def test_descent_in_torch():
    for drawn in some(DESCENT):
        p = drawn.parameters
        curvature, target = float(p.curvature), float(p.target)
        factor, steps, border = truths(drawn)
        found = path(curvature, float(p.rate), int(steps) + 1)
        assert factor == pytest.approx(found[1])
        assert abs(found[int(steps)]) <= target * (1 + 1e-9) < abs(found[int(steps) - 1]) * (1 + 1e-9)
        inside, outside = (abs(path(curvature, border * by, 60)[-1]) for by in (0.99, 1.01))
        assert inside < 1 < outside


def radius(rate, momentum, curvatures):
    """Largest factor per step, by the eigenvalues of the heavy ball's matrix."""
    return max(np.abs(np.linalg.eigvals([[1 + momentum - rate * c, -momentum], [1, 0]])).max() for c in curvatures)


def test_best_settings_by_eigenvalues():
    for drawn in some(BEST, 4):
        p = drawn.parameters
        ends = [float(p.smallest), float(p.smallest) * p.kappa]
        rate, factor, momentum = truths(drawn)
        found = minimize_scalar(lambda eta, ends=ends: radius(eta, 0, ends), bounds=(0, 2 / ends[1]), method="bounded")
        assert rate == pytest.approx(found.x, rel=1e-3)
        assert factor == pytest.approx(found.fun, rel=1e-3)
        best = min(
            radius(eta, mu, ends)
            for mu in np.linspace(0, 1, 41)[:-1]
            for eta in np.linspace(0, 2 * (1 + mu) / ends[1], 41)[1:]
        )
        own = radius((2 / (np.sqrt(ends[0]) + np.sqrt(ends[1]))) ** 2, momentum, ends)
        assert own == pytest.approx(np.sqrt(momentum), abs=1e-6)
        assert own <= best + 1e-6


def test_two_steps_in_torch():
    for drawn in some(BALL):
        p = drawn.parameters
        found = path(float(p.curvature), float(p.rate), 2, float(p.momentum), float(p.start))
        assert truths(drawn) == pytest.approx(found[1:].tolist())
