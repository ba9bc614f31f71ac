"""Exercises on gradients against torch's autograd, and one-sided differences at a tie."""

import pytest
import torch

from core.labs.gradients.exercises import SIGMOID, SOFTMAX, TANH, WAYS
from tests.drawn import some, truths


def tensor(values):
    return torch.tensor(values, dtype=torch.float64, requires_grad=True)


def back(layer, act):
    """Gradients of δᵀ act(Wx + b) by the scores, by x, and by W with b as its last column."""
    weights, bias, x = tensor(layer.weights), tensor(layer.bias), tensor(layer.x)
    wide = torch.cat([weights, bias[:, None]], 1)
    wide.retain_grad()
    scores = wide @ torch.cat([x, torch.ones(1, dtype=torch.float64)])
    scores.retain_grad()
    (torch.tensor(layer.delta, dtype=torch.float64) @ act(scores)).backward()
    return scores.grad, x.grad, wide.grad


def test_layers_in_torch():
    for drawn in some(TANH):
        by_scores, by_x, by_wide = back(drawn.parameters, torch.tanh)
        g, dx, shape, entries = truths(drawn)
        assert g == pytest.approx(tuple(by_scores.tolist()))
        assert dx == pytest.approx(tuple(by_x.tolist()))
        assert shape == tuple(by_wide.shape) and entries == len(by_x)
    for drawn in some(SIGMOID):
        by_scores, by_x, _ = back(drawn.parameters.layer, torch.sigmoid)
        g, dx, entries = truths(drawn)
        assert g == pytest.approx(tuple(by_scores.tolist()))
        assert dx == pytest.approx(tuple(by_x.tolist()))
        assert entries == len(torch.nn.Linear(drawn.parameters.n, drawn.parameters.m).bias)


def test_softmax_in_torch():
    for drawn in some(SOFTMAX):
        scores = tensor([float(v) for v in drawn.parameters.x])
        loss = torch.nn.functional.cross_entropy(scores, torch.tensor(drawn.parameters.label))
        loss.backward()
        found, gradient = truths(drawn)
        assert found == pytest.approx(loss.item())
        assert gradient == pytest.approx(tuple(scores.grad.tolist()))


def test_ways_in_torch_and_a_tie_by_a_small_step():
    for drawn in some(WAYS):
        p = drawn.parameters
        x, y = tensor(float(p.x)), tensor(float(p.y))
        ((x * y + x) ** 2).backward()
        here, d = torch.tensor([3.0, 1.0, 3.0], dtype=torch.float64), torch.tensor(p.direction, dtype=torch.float64)
        slope = ((here + 1e-6 * d).max() - here.max()) / 1e-6
        assert truths(drawn) == pytest.approx([x.grad.item(), y.grad.item(), slope.item()], rel=1e-6)
