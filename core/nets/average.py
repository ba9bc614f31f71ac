"""An exponential average of a network, which is evaluated in place of the network."""

from __future__ import annotations

from copy import deepcopy

import torch
from torch import nn


class Average:
    """The average over all updates so far, with the last ones weighted most.

    After each update, the average a of every weight w becomes decay * a + (1 - decay) * w. It begins at the initial
    weights, whose weight after t updates is decay^t. The statistics of batch normalization are averaged too: those of
    the current weights do not belong to the averaged ones, for which their average is right to first order. torch has
    the same in `torch.optim.swa_utils` (`AveragedModel` with `use_buffers=True`). Source: Polyak and Juditsky,
    "Acceleration of stochastic approximation by averaging", 1992; with exponential weights Tarvainen and Valpola, arXiv
    1703.01780.

    Parameters
    ----------
    network : nn.Module
        Its changes are read in place.
    decay : float
        In [0, 1).

    Attributes
    ----------
    network : nn.Module
        The averaged network, in evaluation mode.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.network = deepcopy(network).requires_grad_(False).eval()
        self._decay = decay
        pairs = list(zip(self.network.state_dict().values(), network.state_dict().values(), strict=True))
        self._own = [own for own, _ in pairs if own.is_floating_point()]
        self._current = [current for _, current in pairs if current.is_floating_point()]
        self._counts = [pair for pair in pairs if not pair[0].is_floating_point()]

    @torch.no_grad()
    def update(self) -> None:
        """Update from the current network, entirely on the device, so that it can be part of a recorded graph."""
        torch._foreach_lerp_(self._own, self._current, 1 - self._decay)
        for own, current in self._counts:
            own.copy_(current)
