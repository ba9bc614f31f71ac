"""The steps of the page on momentum are those of torch.optim.SGD."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.labs.momentum.compute.explore import STEPS, explore
from core.labs.momentum.compute.roots import LRS, MOMENTA


@pytest.mark.parametrize(("lr", "momentum"), [(1.8, 0.0), (2.25, 0.25), (1.0, 0.9), (0.3, 0.99), (2.6, 0.25)])
@pytest.mark.parametrize("method", ["heavy", "nesterov"])
def test_path_is_that_of_torch(method: str, lr: float, momentum: float) -> None:
    if method == "nesterov" and momentum == 0:
        method = "heavy"  # torch refuses Nesterov without momentum
    plane = explore(kappa=9.0, method=method)
    w = torch.ones(2, dtype=torch.float64, requires_grad=True)
    curvature = torch.tensor([1 / 9, 1.0], dtype=torch.float64)
    optimizer = torch.optim.SGD([w], lr=lr, momentum=momentum, nesterov=method == "nesterov")
    path = [w.detach().clone().numpy()]
    for _ in range(STEPS):
        optimizer.zero_grad()
        ((curvature * w**2).sum() / 2).backward()
        optimizer.step()
        path.append(w.detach().clone().numpy())
    row, column = MOMENTA.index(momentum), LRS.index(lr)
    np.testing.assert_allclose(plane.path[row, column], path, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(plane.run[row, column], path[-1], rtol=1e-9, atol=1e-12)
